"""Decisions on roles of a partner's people; one stream a partner, so its last admin is known."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import reduce

from helpdesk.kernel.errors import InvalidArgument, Refused
from helpdesk.kernel.events import NEVER
from services.identity.domain.facts import RoleAssigned, RoleRemoved
from services.identity.domain.people_facts import (
    AgentLimited,
    AgentLimitLifted,
    PersonAdmitted,
    PersonBarred,
    PersonOffboarded,
)

PARTNER_ADMIN = "PARTNER_ADMIN"
AUDITOR = "AUDITOR"
CUSTOMER_ADMIN = "CUSTOMER_ADMIN"
ASSIGNABLE = frozenset({PARTNER_ADMIN, "HELP_DESK", "HELP_DESK_READ_ONLY", AUDITOR})
IMPORTED = {"partner_admin": PARTNER_ADMIN, "help_desk": "HELP_DESK", "auditor": AUDITOR}
"""Roles of the directory that an import assigns to a partner's people, once."""
ORGANIZATION_ADMIN = "id_full_admin"
"""Role of the directory that makes a person an admin of their own organization."""
IMPORT = "system:identity.import"
CLAIM = "system:identity.claim"
"""Who gives and takes the roles that a claim of the partner's provider stands for."""
FOR_ALL_CUSTOMERS = frozenset({PARTNER_ADMIN, AUDITOR})
"""Roles over all that a partner does; they do not go with a limit to some customers."""
Fact = (
    RoleAssigned
    | RoleRemoved
    | PersonOffboarded
    | AgentLimited
    | AgentLimitLifted
    | PersonBarred
    | PersonAdmitted
)


@dataclass(frozen=True)
class PartnerRoles:
    """
    Who of a partner has which role until when, had one ever, has left, or is limited.

    ``claimed`` roles are held by a claim, ``taken`` ones were taken away by a person; roles of who
    is ``barred`` by the directory are nothing for as long as that is so.
    """

    held: Mapping[tuple[str, str], datetime] = field(default_factory=dict)
    ever: frozenset[tuple[str, str]] = frozenset()
    gone: frozenset[str] = frozenset()
    limits: Mapping[str, frozenset[str]] = field(default_factory=dict)
    claimed: frozenset[tuple[str, str]] = frozenset()
    taken: frozenset[tuple[str, str]] = frozenset()
    barred: frozenset[str] = frozenset()

    def holds(self, user_id: str, role: str, now: datetime) -> bool:
        """Return whether the person has the role now."""
        until = self.held.get((user_id, role))
        return until is not None and lasts(until, now)

    def roles_of(self, user_id: str, now: datetime) -> list[str]:
        """Return the roles that the person has now, by name."""
        return sorted(each for each in ASSIGNABLE if self.holds(user_id, each, now))

    @property
    def lasting_admins(self) -> frozenset[str]:
        """Who administers the partner without an end, and may sign in."""
        return frozenset(
            user
            for (user, role), until in self.held.items()
            if role == PARTNER_ADMIN and until == NEVER and user not in self.barred
        )

    def has_lasting_admin_beside(self, user_id: str) -> bool:
        """Return whether somebody else administers the partner without an end."""
        return bool(self.lasting_admins - {user_id})


def lasts(until: datetime, now: datetime) -> bool:
    """Return whether something that ends then, or never, is still on."""
    return until == NEVER or until > now


def evolve(state: PartnerRoles, event: Fact) -> PartnerRoles:
    """Fold one fact."""
    match event:
        case RoleAssigned():
            key = (event.user_id, event.role)
            by_claim = event.assigned_by == CLAIM
            return replace(
                state,
                held={**state.held, key: event.until},
                ever=state.ever | {key},
                gone=state.gone - {event.user_id},
                claimed=state.claimed | {key} if by_claim else state.claimed - {key},
                taken=state.taken - {key},
            )
        case RoleRemoved():
            gone = (event.user_id, event.role)
            held = {key: until for key, until in state.held.items() if key != gone}
            taken = state.taken if event.removed_by == CLAIM else state.taken | {gone}
            return replace(state, held=held, claimed=state.claimed - {gone}, taken=taken)
        case PersonOffboarded():
            return replace(state, gone=state.gone | {event.user_id})
        case AgentLimited():
            only = frozenset(event.organization_ids)
            return replace(state, limits={**state.limits, event.user_id: only})
        case AgentLimitLifted():
            limits = {user: only for user, only in state.limits.items() if user != event.user_id}
            return replace(state, limits=limits)
        case PersonBarred():
            return replace(state, barred=state.barred | {event.user_id})
        case PersonAdmitted():
            return replace(state, barred=state.barred - {event.user_id})


def assign(state: PartnerRoles, fact: RoleAssigned, now: datetime) -> RoleAssigned:
    """
    Give a role; nobody raises themselves.

    A partner keeps an admin whose role has no end, so that no date leaves it without one.
    """
    _check(fact.role, fact.user_id, fact.assigned_by)
    if fact.until != NEVER and fact.until <= now:
        raise InvalidArgument("until", "IN_THE_PAST", "until: is in the past.")
    if state.holds(fact.user_id, fact.role, now):
        raise Refused("ROLE_HELD", "They have this role. To change its end, take it away first.")
    if fact.role in FOR_ALL_CUSTOMERS and fact.user_id in state.limits:
        raise Refused("AGENT_LIMITED", "They are limited to some customers. Lift the limit first.")
    lasting = fact.until == NEVER or state.has_lasting_admin_beside(fact.user_id)
    if fact.role == PARTNER_ADMIN and not lasting:
        raise _last_admin()
    return fact


def remove(state: PartnerRoles, fact: RoleRemoved, now: datetime) -> RoleRemoved:
    """Take a role away; nobody lowers themselves, and the last lasting partner admin stays."""
    _check_removal(state, fact, now)
    (removed,) = _naming_what_is_left(state, (fact,), now)
    return removed


def offboard(state: PartnerRoles, fact: PersonOffboarded, now: datetime) -> tuple[Fact, ...]:
    """Take every role away and note that the person left; neither oneself nor the last admin."""
    if fact.user_id == fact.offboarded_by:
        raise _own()
    if fact.user_id in state.gone:
        raise Refused("PERSON_GONE", "They have left already.")
    removed = [
        RoleRemoved(
            user_id=fact.user_id,
            partner_id=fact.partner_id,
            role=role,
            removed_by=fact.offboarded_by,
            reason=fact.reason,
        )
        for role in state.roles_of(fact.user_id, now)
    ]
    for each in removed:
        _check_removal(state, each, now)
    return (*_naming_what_is_left(state, removed, now), fact)


def limit(state: PartnerRoles, fact: AgentLimited, now: datetime) -> tuple[AgentLimited, ...]:
    """Limit a person to some customers; nothing for the limit that there is."""
    if fact.user_id == fact.limited_by:
        raise _own()
    if FOR_ALL_CUSTOMERS.intersection(state.roles_of(fact.user_id, now)):
        raise Refused(
            "ROLE_FOR_ALL_CUSTOMERS",
            "Partner admins and auditors see all customers. Take that role away first.",
        )
    return () if state.limits.get(fact.user_id) == frozenset(fact.organization_ids) else (fact,)


def lift(state: PartnerRoles, fact: AgentLimitLifted) -> AgentLimitLifted:
    """Lift the limit of a person; nobody lifts their own."""
    if fact.user_id == fact.lifted_by:
        raise _own()
    if fact.user_id not in state.limits:
        raise Refused("NOT_LIMITED", "They are not limited to some customers.")
    return fact


def assign_imported(
    state: PartnerRoles, user_id: str, partner_id: str, directory_roles: Iterable[str]
) -> tuple[RoleAssigned, ...]:
    """Assign what the directory says, but nothing to who left, nor again what somebody lost."""
    roles = [IMPORTED[each] for each in directory_roles if each in IMPORTED]
    return tuple(
        RoleAssigned(user_id=user_id, partner_id=partner_id, role=role, assigned_by=IMPORT)
        for role in roles
        if (user_id, role) not in state.ever
        and user_id not in state.gone
        and not (role in FOR_ALL_CUSTOMERS and user_id in state.limits)
    )


def follow_directory(
    state: PartnerRoles, user_id: str, partner_id: str, *, admitted: bool
) -> tuple[PersonBarred | PersonAdmitted, ...]:
    """Bar or admit a person as the directory says; refuses to bar the last lasting admin."""
    if admitted is (user_id not in state.barred):
        return ()
    if admitted:
        return (PersonAdmitted(user_id=user_id, partner_id=partner_id),)
    if state.lasting_admins == {user_id}:
        raise _last_admin()
    return (PersonBarred(user_id=user_id, partner_id=partner_id),)


def follow_claims(
    state: PartnerRoles, user_id: str, partner_id: str, wanted: Iterable[str], now: datetime
) -> tuple[RoleAssigned | RoleRemoved, ...]:
    """
    Give what claims stand for now, and take what they gave and stand for no more.

    Nothing is given to who left, nor what a person took away; roles of people are left alone.
    """
    roles = frozenset() if user_id in state.gone else frozenset(wanted)
    removed = tuple(
        RoleRemoved(user_id=user_id, partner_id=partner_id, role=role, removed_by=CLAIM)
        for user, role in sorted(state.claimed)
        if user == user_id and role not in roles
    )
    given = tuple(
        RoleAssigned(user_id=user_id, partner_id=partner_id, role=role, assigned_by=CLAIM)
        for role in sorted(roles)
        if not state.holds(user_id, role, now)
        and (user_id, role) not in state.taken
        and not (role in FOR_ALL_CUSTOMERS and user_id in state.limits)
    )
    after = reduce(evolve, given, state)
    return (*_naming_what_is_left(after, removed, now), *given)


def unclaim(
    state: PartnerRoles, partner_id: str, role: str, now: datetime
) -> tuple[RoleRemoved, ...]:
    """Take a role from everybody who has it by a claim."""
    removed = tuple(
        RoleRemoved(user_id=user, partner_id=partner_id, role=role, removed_by=CLAIM)
        for user, held in sorted(state.claimed)
        if held == role
    )
    return _naming_what_is_left(state, removed, now)


def _check_removal(state: PartnerRoles, fact: RoleRemoved, now: datetime) -> None:
    _check(fact.role, fact.user_id, fact.removed_by)
    if not state.holds(fact.user_id, fact.role, now):
        raise Refused("ROLE_NOT_HELD", "They do not have this role now.")
    if fact.role == PARTNER_ADMIN and not state.has_lasting_admin_beside(fact.user_id):
        raise _last_admin()


def _naming_what_is_left(
    state: PartnerRoles, removed: Iterable[RoleRemoved], now: datetime
) -> tuple[RoleRemoved, ...]:
    # Who follows these facts knows no other roles of the person.
    removed = tuple(removed)
    after = reduce(evolve, removed, state)
    return tuple(
        replace(each, roles_left=tuple(after.roles_of(each.user_id, now))) for each in removed
    )


def _check(role: str, user_id: str, by: str) -> None:
    if role not in ASSIGNABLE:
        raise InvalidArgument("role", "NOT_ASSIGNABLE", "role: not a role that is assigned here.")
    if user_id == by:
        raise _own()


def _own() -> Refused:
    return Refused("OWN_ROLE", "Nobody changes their own roles. Ask another partner admin.")


def _last_admin() -> Refused:
    return Refused(
        "LAST_PARTNER_ADMIN",
        "Make somebody else a partner admin first, without an end.",
    )
