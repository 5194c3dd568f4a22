"""Which records somebody asks for, and which of them they may see."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

from helpdesk.kernel.context import Actor
from helpdesk.kernel.errors import InvalidArgument
from services.audit.domain.facts import Facts

_EXACT = (
    "agent_id",
    "partner_id",
    "organization_id",
    "user_id",
    "outcome",
    "ticket",
    "view_id",
    "sign_in_id",
    "consent_id",
    "service",
)


@dataclass(frozen=True, slots=True)
class Filter:
    """Records that fit every field that is set; times are Unix microseconds, until is exclusive."""

    agent_id: str = ""
    partner_id: str = ""
    organization_id: str = ""
    user_id: str = ""
    action: str = ""
    outcome: str = ""
    ticket: str = ""
    view_id: str = ""
    sign_in_id: str = ""
    session_id: str = ""
    consent_id: str = ""
    service: str = ""
    since: int = 0
    until: int = 0
    partners_only: bool = False

    def fits(self, facts: Facts, session_id: str) -> bool:
        """Whether a record of that session is one of those that are asked for."""
        return (
            all(getattr(self, name) in ("", getattr(facts, name)) for name in _EXACT)
            and self.session_id in ("", session_id)
            and facts.action.startswith(self.action)
            and (facts.by_partner or not self.partners_only)
            and self.since <= facts.occurred_at
            and (not self.until or facts.occurred_at < self.until)
        )

    def __str__(self) -> str:
        """Canonical form: what a page token is bound to."""
        return "\0".join(f"{each.name}={getattr(self, each.name)}" for each in fields(self))


@dataclass(frozen=True, slots=True)
class Cursor:
    """The last row of a page: its time in Unix microseconds and its index."""

    at: int
    idx: int


@dataclass(frozen=True, slots=True)
class Scope:
    """What somebody may see: everything, or only what names this partner or this customer."""

    partner_id: str = ""
    organization_id: str = ""

    @property
    def everything(self) -> bool:
        """Whether nothing is hidden."""
        return not self.partner_id and not self.organization_id

    def shows(self, facts: Facts) -> bool:
        """Whether a record may be seen."""
        return (not self.partner_id or facts.partner_id == self.partner_id) and (
            not self.organization_id or facts.organization_id == self.organization_id
        )

    def narrow(self, wanted: Filter) -> Filter | None:
        """Return the filter cut to the scope; None where nothing that it asks for may be seen."""
        for name in ("partner_id", "organization_id"):
            own, asked = getattr(self, name), getattr(wanted, name)
            if own and asked and asked != own:
                return None
        return replace(
            wanted,
            partner_id=self.partner_id or wanted.partner_id,
            organization_id=self.organization_id or wanted.organization_id,
        )


def scope_of(actor: Actor) -> Scope:
    """
    Return what somebody may see.

    An auditor of a partner sees what that partner's people did, one of the platform all, and
    whoever belongs to a customer sees what was done about that customer.
    """
    if "AUDITOR" in actor.roles and (actor.partner_id or not actor.organization_id):
        return Scope(partner_id=actor.partner_id)
    return Scope(organization_id=actor.organization_id or "-")


def checked(wanted: Filter) -> Filter:
    """Return the filter. Raises InvalidArgument where nothing could fit it."""
    if wanted.since and wanted.until and wanted.since >= wanted.until:
        raise InvalidArgument("filter.until", "BEFORE_FROM", "filter.until: must be after from.")
    return wanted
