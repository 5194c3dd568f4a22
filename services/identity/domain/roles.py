"""Decisions on roles of a partner's people; one stream a partner, so its last admin is known."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from helpdesk.kernel.errors import InvalidArgument, Refused
from services.identity.domain.facts import NEVER, RoleAssigned, RoleRemoved

PARTNER_ADMIN = "PARTNER_ADMIN"
CUSTOMER_ADMIN = "CUSTOMER_ADMIN"
ASSIGNABLE = frozenset({PARTNER_ADMIN, "HELP_DESK", "HELP_DESK_READ_ONLY", "AUDITOR"})
IMPORTED = {"partner_admin": PARTNER_ADMIN, "help_desk": "HELP_DESK", "auditor": "AUDITOR"}
"""Roles of the directory that an import assigns to a partner's people, once."""
ORGANIZATION_ADMIN = "id_full_admin"
"""Role of the directory that makes a person an admin of their own organization."""
IMPORT = "system:identity.import"


@dataclass(frozen=True)
class PartnerRoles:
    """Who of a partner has which role until when, and what anybody ever had."""

    held: Mapping[tuple[str, str], datetime] = field(default_factory=dict)
    ever: frozenset[tuple[str, str]] = frozenset()

    def holds(self, user_id: str, role: str, now: datetime) -> bool:
        """Return whether the person has the role now."""
        until = self.held.get((user_id, role))
        return until is not None and lasts(until, now)


def lasts(until: datetime, now: datetime) -> bool:
    """Return whether something that ends then, or never, is still on."""
    return until == NEVER or until > now


def evolve(state: PartnerRoles, event: RoleAssigned | RoleRemoved) -> PartnerRoles:
    """Fold one fact."""
    key = (event.user_id, event.role)
    held = dict(state.held)
    if isinstance(event, RoleAssigned):
        held[key] = event.until
        return PartnerRoles(held, state.ever | {key})
    held.pop(key, None)
    return PartnerRoles(held, state.ever)


def assign(state: PartnerRoles, fact: RoleAssigned, now: datetime) -> RoleAssigned:
    """Give a role; nobody raises themselves."""
    _check(fact.role, fact.user_id, fact.assigned_by)
    if fact.until != NEVER and fact.until <= now:
        raise InvalidArgument("until", "IN_THE_PAST", "until: is in the past.")
    if state.holds(fact.user_id, fact.role, now):
        raise Refused("ROLE_HELD", "They have this role. To change its end, take it away first.")
    return fact


def remove(state: PartnerRoles, fact: RoleRemoved, now: datetime) -> RoleRemoved:
    """Take a role away; nobody lowers themselves, and the last partner admin stays."""
    _check(fact.role, fact.user_id, fact.removed_by)
    if not state.holds(fact.user_id, fact.role, now):
        raise Refused("ROLE_NOT_HELD", "They do not have this role now.")
    others = [
        user
        for user, role in state.held
        if role == PARTNER_ADMIN and user != fact.user_id and state.holds(user, role, now)
    ]
    if fact.role == PARTNER_ADMIN and not others:
        raise Refused("LAST_PARTNER_ADMIN", "Make somebody else a partner admin first.")
    return fact


def assign_imported(
    state: PartnerRoles, user_id: str, partner_id: str, directory_roles: Iterable[str]
) -> tuple[RoleAssigned, ...]:
    """Assign what the directory says, but never again what somebody had before and lost."""
    roles = [IMPORTED[each] for each in directory_roles if each in IMPORTED]
    return tuple(
        RoleAssigned(user_id=user_id, partner_id=partner_id, role=role, assigned_by=IMPORT)
        for role in roles
        if (user_id, role) not in state.ever
    )


def _check(role: str, user_id: str, by: str) -> None:
    if role not in ASSIGNABLE:
        raise InvalidArgument("role", "NOT_ASSIGNABLE", "role: not a role that is assigned here.")
    if user_id == by:
        raise Refused("OWN_ROLE", "Nobody changes their own roles. Ask another partner admin.")
