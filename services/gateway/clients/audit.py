"""The audit log."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, cast

import grpc

from helpdesk.audit.v1 import audit_pb2, audit_pb2_grpc, replay_pb2, replay_pb2_grpc
from helpdesk.kernel.rpc.client import Caller, Opened
from services.gateway.clients.codes import OUTCOMES, stamp

_FORMATS: Mapping[str, Any] = {
    "proofs": audit_pb2.EXPORT_FORMAT_PROOFS,
    "ocsf": audit_pb2.EXPORT_FORMAT_OCSF,
    "cadf": audit_pb2.EXPORT_FORMAT_CADF,
    "cloudevents": audit_pb2.EXPORT_FORMAT_CLOUDEVENTS,
    "csv": audit_pb2.EXPORT_FORMAT_CSV,
}
_EXPORTED = 120.0
# Below the life of the token that it began with; the browser asks again.
_FOLLOWED = 240
_REBUILDING: Mapping[Any, str] = {
    replay_pb2.REBUILDING_MATCHES: "match",
    replay_pb2.REBUILDING_DIFFERS: "differs",
    replay_pb2.REBUILDING_ERASED: "erased",
    replay_pb2.REBUILDING_NO_ANSWER: "no_answer",
    replay_pb2.REBUILDING_AT_WORK: "at_work",
}


class Audit:
    """The audit log."""

    def __init__(self, channel: grpc.Channel, call: Caller) -> None:
        self._call = call
        self._stub = audit_pb2_grpc.AuditServiceStub(channel)  # type: ignore[no-untyped-call]
        self._replays = replay_pb2_grpc.ReplayServiceStub(channel)  # type: ignore[no-untyped-call]

    def actions(self, token: str, filters: Mapping[str, Any], page: str = "") -> Any:
        """Return a page of records, newest first."""
        request = audit_pb2.QueryActionsRequest(
            filter=_filter(filters),
            page_size=50,
            page_token=page,
            organization_id=filters.get("organization", ""),
            user_id=filters.get("user", ""),
        )
        return self._call(self._stub.QueryActions, request, token=token)

    def steps(self, token: str, session_id: str, skip: int, size: int) -> Sequence[Any]:
        """Return some records of a session in the order of time."""
        request = audit_pb2.QueryActionsRequest(
            filter=audit_pb2.ActionFilter(session_id=session_id),
            order=audit_pb2.ORDER_OLDEST_FIRST,
            page_size=size,
            skip=skip,
        )
        return cast(
            "Sequence[Any]", self._call(self._stub.QueryActions, request, token=token).records
        )

    def tail(
        self, token: str, filters: Mapping[str, Any], from_index: int, opened: Opened
    ) -> Iterator[Any]:
        """Stream records as they are made, from an index of the log on, and how it stands."""
        request = audit_pb2.TailActionsRequest(
            filter=_filter(filters),
            from_index=from_index,
            seconds=_FOLLOWED,
            with_standing=True,
            organization_id=filters.get("organization", ""),
            user_id=filters.get("user", ""),
        )
        return self._call.stream(
            self._stub.TailActions, request, token=token, timeout=_FOLLOWED + 5, opened=opened
        )

    def activity(self, token: str, filters: Mapping[str, Any]) -> Any:
        """Return counts for the picture."""
        request = audit_pb2.GetActivityRequest(
            filter=_filter(filters),
            buckets=60,
            organization_id=filters.get("organization", ""),
            user_id=filters.get("user", ""),
        )
        return self._call(self._stub.GetActivity, request, token=token)

    def session(self, token: str, session_id: str) -> Any | None:
        """Return one session, or None."""
        request = audit_pb2.ListSessionsRequest(session_id=session_id)
        return next(iter(self._call(self._stub.ListSessions, request, token=token).sessions), None)

    def checkpoint(self, token: str) -> Any:
        """Return how the log stands."""
        request = audit_pb2.GetCheckpointRequest()
        return self._call(self._stub.GetCheckpoint, request, token=token)

    def sign(self, token: str, request_id: str) -> None:
        """Have the log signed as it stands. Raises Unavailable where it contradicts itself."""
        request = audit_pb2.SignCheckpointRequest(request_id=request_id)
        self._call(self._stub.SignCheckpoint, request, token=token)

    def rebuilt(self, token: str, record_id: str) -> tuple[str, str, str]:
        """Return what came of rebuilding an answer, as a code; why; and the answer as JSON."""
        request = replay_pb2.RebuildAnswerRequest(record_id=record_id)
        found = self._call(self._replays.RebuildAnswer, request, token=token)
        return _REBUILDING.get(found.rebuilding, "not_rebuilt"), found.why, found.answer_json

    def of_organization(self, token: str, organization_id: str, page: str, size: int) -> Any:
        """Return a page of a customer's feed."""
        request = audit_pb2.ListOrganizationActivityRequest(
            organization_id=organization_id,
            partners_only=True,
            page_size=size,
            page_token=page,
        )
        return self._call(self._stub.ListOrganizationActivity, request, token=token)

    def watch_organization(
        self, token: str, organization_id: str, size: int, opened: Opened
    ) -> Iterator[Any]:
        """Stream the newest of a customer's feed."""
        request = audit_pb2.WatchOrganizationActivityRequest(
            organization_id=organization_id, page_size=size
        )
        rpc = self._stub.WatchOrganizationActivity
        return self._call.stream(rpc, request, token=token, opened=opened)

    def export(self, token: str, filters: Mapping[str, Any], form: str) -> Iterator[bytes]:
        """Stream the .zip file of the records that fit."""
        request = audit_pb2.ExportRequest(
            filter=_filter(filters),
            format=_FORMATS[form],
            organization_id=filters.get("organization", ""),
            user_id=filters.get("user", ""),
        )
        for part in self._call.stream(self._stub.Export, request, token=token, timeout=_EXPORTED):
            yield part.chunk


def _filter(filters: Mapping[str, Any]) -> Any:
    wanted = audit_pb2.ActionFilter(
        agent_id=filters.get("agent", ""),
        partner_id=filters.get("partner", ""),
        action=filters.get("action", ""),
        ticket=filters.get("ticket", ""),
        outcome=OUTCOMES.get(filters.get("outcome", ""), audit_pb2.OUTCOME_UNSPECIFIED),
        session_id=filters.get("session", ""),
        until=stamp(filters.get("end")),
    )
    start = stamp(filters.get("start"))
    if start is not None:
        # "from" is a keyword, so it cannot be given like the other fields.
        getattr(wanted, "from").CopyFrom(start)
    return wanted
