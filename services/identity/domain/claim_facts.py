"""Facts of what a partner's provider says of its people, and the roles that they get by it."""

from __future__ import annotations

from dataclasses import dataclass

from helpdesk.kernel.events import Event


@dataclass(frozen=True, kw_only=True)
class RoleClaimMapped(Event):
    """Who comes with this value of this claim gets the role at sign-in."""

    NAME = "helpdesk.identity.v1.RoleClaimMapped"

    mapping_id: str
    partner_id: str
    claim: str
    value: str
    role: str
    mapped_by: str


@dataclass(frozen=True, kw_only=True)
class RoleClaimUnmapped(Event):
    """A claim gives a role no more."""

    NAME = "helpdesk.identity.v1.RoleClaimUnmapped"

    mapping_id: str
    partner_id: str
    unmapped_by: str
