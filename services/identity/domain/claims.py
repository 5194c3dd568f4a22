"""Decisions on roles by claim; one stream a partner."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from helpdesk.kernel.errors import InvalidArgument, NotFound, Refused
from services.identity.domain.claim_facts import RoleClaimMapped, RoleClaimUnmapped
from services.identity.domain.roles import ASSIGNABLE, PARTNER_ADMIN

BY_CLAIM = ASSIGNABLE - {PARTNER_ADMIN}
"""Who runs a provider would make themselves admin of the partner; people give that role."""
MOST = 50
_LONGEST_CLAIM = 100
_LONGEST_VALUE = 200
_OF_THE_PROTOCOL = frozenset(
    ("iss", "sub", "aud", "exp", "iat", "nbf", "jti", "nonce", "azp", "sid", "at_hash", "c_hash")
)
Fact = RoleClaimMapped | RoleClaimUnmapped
Claims = Mapping[str, tuple[str, ...]]
"""What a provider says of somebody: the texts of each claim."""


@dataclass(frozen=True)
class RoleClaims:
    """Which claims of a partner's provider give which roles, by the mapping's id."""

    mapped: Mapping[str, RoleClaimMapped] = field(default_factory=dict)


def evolve(state: RoleClaims, event: Fact) -> RoleClaims:
    """Fold one fact."""
    others = {key: each for key, each in state.mapped.items() if key != event.mapping_id}
    if isinstance(event, RoleClaimMapped):
        return RoleClaims({**others, event.mapping_id: event})
    return RoleClaims(others)


def map_claim(state: RoleClaims, fact: RoleClaimMapped) -> RoleClaimMapped:
    """Let a claim give a role. Raises InvalidArgument, Refused."""
    if not 1 <= len(fact.claim) <= _LONGEST_CLAIM or fact.claim in _OF_THE_PROTOCOL:
        raise InvalidArgument("claim", "NOT_A_CLAIM", "claim: the name of a claim is wanted.")
    if not 1 <= len(fact.value) <= _LONGEST_VALUE:
        raise InvalidArgument("value", "OUT_OF_RANGE", "value: 1 to 200 characters.")
    if fact.role not in BY_CLAIM:
        raise InvalidArgument(
            "role", "ROLE_NOT_BY_CLAIM", "role: this role is given by a person, to a person."
        )
    wanted = (fact.claim, fact.value, fact.role)
    if wanted in {(each.claim, each.value, each.role) for each in state.mapped.values()}:
        raise Refused("CLAIM_MAPPED", "This claim gives this role already.")
    if len(state.mapped) >= MOST:
        raise Refused("TOO_MANY_CLAIMS", f"At most {MOST} claims. Take one away first.")
    return fact


def unmap_claim(state: RoleClaims, fact: RoleClaimUnmapped) -> tuple[RoleClaimUnmapped, str]:
    """Let a claim give its role no more; return also the role that nothing gives any more."""
    gone = state.mapped.get(fact.mapping_id)
    if gone is None:
        raise NotFound("role claim")
    left = {each.role for key, each in state.mapped.items() if key != fact.mapping_id}
    return fact, "" if gone.role in left else gone.role


def roles_by(state: RoleClaims, claims: Claims, user_id: str) -> frozenset[str]:
    """Return the roles that claims give to somebody; nobody gets one that they mapped."""
    return frozenset(
        each.role
        for each in state.mapped.values()
        if each.value in claims.get(each.claim, ()) and each.mapped_by != user_id
    )
