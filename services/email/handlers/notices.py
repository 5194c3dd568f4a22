"""Facts of identity and session, and our own requests to vouch, to the mails that tell admins."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from helpdesk.kernel.actions import UnitOfWork
from helpdesk.kernel.bus import Handler, Published, StoreConsumer
from helpdesk.kernel.context import Actor
from helpdesk.kernel.events import NEVER
from helpdesk.kernel.store import Store
from services.email.application.notices import Notices
from services.email.domain.check_facts import VouchRequested
from services.email.domain.notices import CHANGES, Notice

_PERSON = "helpdesk.identity.v1.PersonImported"


class Recipients(StoreConsumer):
    """Follows who there is; most people never have to be told of anything, and cost no commit."""

    def __init__(self, store: Store, notices: Notices) -> None:
        super().__init__("email.recipients", store, {"identity": _directory(notices)})
        self._notices = notices

    def handle(self, fact: Published) -> None:
        if fact.row.name != _PERSON or self._notices.matters(fact.body):
            super().handle(fact)

    def flush(self, source: str, position: int) -> None:
        """Make the position durable, also where nothing mattered."""
        if self.position(source) < position:
            actor = Actor(id=f"system:{self.name}", roles=frozenset({"SERVICE"}))
            work = UnitOfWork(store=self._store, actor=actor, now=datetime.now(UTC))
            tracking = (f"{self.name}<{source}", position)
            self._store.commit(work.unit(tracking=tracking))


def consumers(store: Store, notices: Notices) -> list[StoreConsumer]:
    """Return what learns who is to be told, and what tells them."""

    def on_access(work: UnitOfWork, fact: Published) -> None:
        fields = fact.fields()
        said = _said(fields, fact.row.name)
        answers = str(fields.get("access_request_id", ""))
        notices.on_access(work, fact.id, said, fact.stamp.recorded_at, answers)

    def on_vouch_requested(work: UnitOfWork, fact: Published) -> None:
        event: Any = fact.event
        notices.on_vouch_requested(work, fact.id, event.check_id)

    return [
        Recipients(store, notices),
        StoreConsumer("email.notices", store, {"session": dict.fromkeys(CHANGES, on_access)}),
        StoreConsumer(
            "email.vouching", store, {store.name: {VouchRequested.NAME: on_vouch_requested}}
        ),
    ]


def _directory(notices: Notices) -> dict[str, Handler]:
    def on_role_assigned(work: UnitOfWork, fact: Published) -> None:
        fields = fact.fields()
        notices.on_role(work, fields, _moment(fields, "until"), held=True)

    def on_offboarded(work: UnitOfWork, fact: Published) -> None:
        lost = {**fact.fields(), "role": "PARTNER_ADMIN"}
        notices.on_role(work, lost, NEVER, held=False)

    return {
        _PERSON: lambda work, fact: notices.on_person(work, fact.fields()),
        "helpdesk.identity.v1.PartnerImported": lambda work, fact: notices.on_home(
            work, fact.fields(), is_partner=True
        ),
        "helpdesk.identity.v1.OrganizationImported": lambda work, fact: notices.on_home(
            work, fact.fields(), is_partner=False
        ),
        "helpdesk.identity.v1.PersonOffboarded": on_offboarded,
        "helpdesk.identity.v1.RoleAssigned": on_role_assigned,
        "helpdesk.identity.v1.RoleRemoved": lambda work, fact: notices.on_role(
            work, fact.fields(), NEVER, held=False
        ),
    }


def _said(fields: dict[str, Any], name: str) -> Notice:
    return Notice(
        change=CHANGES[name],
        access_id=str(fields.get("consent_id", "") or fields.get("access_request_id", "")),
        organization_id=str(fields["organization_id"]),
        partner_id=str(fields.get("partner_id", "")),
        agent_id=str(fields.get("agent_id", "")),
        sections=tuple(map(str, fields.get("sections", ()))),
        begins=_moment(fields, "begins"),
        ends=_moment(fields, "ends"),
        days=int(fields.get("days", 0)),
        ticket=str(fields.get("ticket", "")),
        minutes=int(fields.get("minutes", 0)),
        reason=str(fields.get("reason", "")),
    )


def _moment(fields: dict[str, Any], name: str) -> datetime:
    found = fields.get(name)
    if not found:
        return NEVER
    return found if isinstance(found, datetime) else datetime.fromisoformat(str(found))
