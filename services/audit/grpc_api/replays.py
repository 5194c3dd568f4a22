"""ReplayService over gRPC: messages in, one use case each, messages out."""

from __future__ import annotations

import json
from typing import Any

from helpdesk.audit.v1 import replay_pb2, replay_pb2_grpc
from helpdesk.kernel.actions import SupportAction
from services.audit.application.replays import Reading, Replays


class ReplayServicer(replay_pb2_grpc.ReplayServiceServicer):
    """Serves what agents saw."""

    def __init__(self, replays: Replays) -> None:
        self._replays = replays

    def RebuildAnswer(  # noqa: N802  # names are the contract's
        self, request: replay_pb2.RebuildAnswerRequest, action: SupportAction
    ) -> replay_pb2.RebuildAnswerResponse:
        """Show an answer again."""
        rebuilt = self._replays.rebuild_answer(action, request.record_id)
        if rebuilt is None:
            return replay_pb2.RebuildAnswerResponse(rebuilding=replay_pb2.REBUILDING_AT_WORK)
        # protobuf takes the names of enum values in the place of their numbers.
        name: Any = f"REBUILDING_{rebuilt.kind.upper().replace(' ', '_')}"
        return replay_pb2.RebuildAnswerResponse(
            rebuilding=name,
            why=rebuilt.why,
            answer_json=json.dumps(rebuilt.answer, ensure_ascii=False) if rebuilt.answer else "",
        )

    def DeclareReading(  # noqa: N802
        self, request: replay_pb2.DeclareReadingRequest, action: SupportAction
    ) -> replay_pb2.DeclareReadingResponse:
        """Take note of a reading elsewhere."""
        reading = Reading(
            request.command, request.session_id, request.agent_id, request.organization_id
        )
        self._replays.declare_reading(action, reading)
        return replay_pb2.DeclareReadingResponse()
