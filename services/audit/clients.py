"""What the audit service asks other services: names of partners, and the ends of their logs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from helpdesk.eventlog.v1 import eventlog_pb2, eventlog_pb2_grpc
from helpdesk.identity.v1 import internal_pb2, internal_pb2_grpc
from helpdesk.kernel.context import Actor
from helpdesk.kernel.errors import HelpdeskError, InvalidArgument, NotFound
from helpdesk.kernel.eventlog import say_acknowledged
from helpdesk.kernel.hosting import Wiring
from helpdesk.kernel.settings import SettingsError
from services.audit.application.ports import SourceHead
from services.audit.domain.facts import ACTION, CALLS, body_of, microseconds

_NAMES_WITHIN = 2.0
_HEAD_WITHIN = 1.0


class DirectoryClient:
    """Asks identity on the viewer's behalf."""

    def __init__(self, wiring: Wiring) -> None:
        self._wiring = wiring
        self._caller = wiring.caller("audit")

    def partner_names(self, actor: Actor, organization_id: str) -> Mapping[str, str]:
        """Return names by id of the partners that manage a customer now. Raises HelpdeskError."""
        stub = internal_pb2_grpc.DirectoryInternalServiceStub(self._wiring.channel("identity"))
        viewer = internal_pb2.Viewer(
            user_id=actor.id,
            partner_id=actor.partner_id,
            organization_id=actor.organization_id,
            sees_all=not actor.partner_id and not actor.organization_id,
        )
        request = internal_pb2.ResolveOrganizationRequest(
            viewer=viewer, organization_id=organization_id
        )
        answer = self._caller(stub.ResolveOrganization, request, timeout=_NAMES_WITHIN)
        return dict(zip(answer.partner_ids, answer.partner_names, strict=False))

    def check_user(self, actor: Actor, user_id: str) -> str:
        """Return the organization of somebody whom the actor may see. Raises NotFound."""
        stub = internal_pb2_grpc.DirectoryInternalServiceStub(self._wiring.channel("identity"))
        viewer = internal_pb2.Viewer(
            user_id=actor.id, partner_id=actor.partner_id, sees_all=not actor.partner_id
        )
        request = internal_pb2.ResolveUserRequest(viewer=viewer, user_id=user_id)
        return str(self._caller(stub.ResolveUser, request, timeout=_NAMES_WITHIN).organization_id)

    def person_names(self, ids: Iterable[str]) -> Mapping[str, str]:
        """Return names by id of those people who are known. Raises HelpdeskError."""
        stub = internal_pb2_grpc.DirectoryInternalServiceStub(self._wiring.channel("identity"))
        viewer = internal_pb2.Viewer(sees_all=True)
        names: dict[str, str] = {}
        for user_id in ids:
            request = internal_pb2.ResolveUserRequest(viewer=viewer, user_id=user_id)
            try:
                answer = self._caller(stub.ResolveUser, request, timeout=_NAMES_WITHIN)
            except (NotFound, InvalidArgument):
                # A service, an operator, or somebody who was forgotten.
                continue
            names[user_id] = str(answer.display_name)
        return names


class Acknowledgements:
    """Tells each service how far the log has its records; what did not change is not said again."""

    def __init__(self, wiring: Wiring, consumed: Callable[[], Mapping[str, int]]) -> None:
        self._wiring = wiring
        self._caller = wiring.caller("audit")
        self._consumed = consumed
        self._said: dict[str, int] = {}

    def say(self) -> None:
        """Tell those for whom it is news; who does not answer is told the next time."""
        for source, position in self._consumed().items():
            if source == "audit" or position <= self._said.get(source, 0):
                continue
            try:
                channel = self._wiring.channel(source)
                say_acknowledged(self._caller, channel, source, position, _HEAD_WITHIN)
            except (HelpdeskError, SettingsError):
                continue
            self._said[source] = position


class LogHeads:
    """Asks each service's event log where it ends; that call makes no further ones."""

    def __init__(self, wiring: Wiring) -> None:
        self._wiring = wiring
        self._caller = wiring.caller("audit")

    def head(self, source: str, after: int) -> SourceHead | None:
        """Return the end of a service's log; None where it does not answer."""
        try:
            return self._first(source, after)
        except (HelpdeskError, SettingsError):
            return None

    def _first(self, source: str, after: int) -> SourceHead | None:
        stub: Any = eventlog_pb2_grpc.EventLogServiceStub(self._wiring.channel(source))
        request = eventlog_pb2.ReadEventsRequest(
            source=source, after=after, names=[ACTION, CALLS], batch_size=1
        )
        answers = self._caller.stream(stub.ReadEvents, request, timeout=_HEAD_WITHIN)
        # Only the first answer matters; the call ends with its iterator.
        answer = next(answers, None)
        if answer is None:
            return None
        waiting = [body_of(event.state) for event in answer.events]
        stamps = [str(body.get("stamp", {}).get("recorded_at", "")) for body in waiting]
        return SourceHead(answer.position, microseconds(stamps[0]) if stamps else 0)
