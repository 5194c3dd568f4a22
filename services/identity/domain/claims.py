"""Decisions on roles by claim; one stream a partner."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

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
OF_WHO_IS_NEW = frozenset(("name", "email"))
"""Claims that somebody comes in with who has no entry yet."""
Fact = RoleClaimMapped | RoleClaimUnmapped
Claims = Mapping[str, Any]
"""What a provider says of somebody, as the JSON object of its token has it."""


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
        if each.value in values(claims, each.claim) and each.mapped_by != user_id
    )


def wanted(state: RoleClaims) -> frozenset[str]:
    """Return the names of the claims that a sign-in asks for; nothing where none gives a role."""
    mapped = frozenset(each.claim for each in state.mapped.values())
    return mapped | OF_WHO_IS_NEW if mapped else mapped


def says(claims: Claims, name: str) -> bool:
    """Return whether there is a claim of that name, or at that path."""
    return bool(_found(claims, name.split(".")))


def values(claims: Claims, name: str) -> frozenset[str]:
    """
    Return the texts of a claim, of one that is an object its keys.

    Dots in a name lead into objects, but a name that is there as it is written goes first: the
    names of some claims are addresses.
    """
    return frozenset(text for each in _found(claims, name.split(".")) for text in _texts(each))


def text(claims: Claims, name: str) -> str:
    """Return the text of a claim, empty where it has none or several."""
    said = _texts(claims.get(name))
    return said[0].strip() if len(said) == 1 else ""


def _found(said: Any, parts: Sequence[str]) -> list[Any]:
    if not parts:
        return [said]
    if isinstance(said, list):
        return [
            found for each in said if isinstance(each, Mapping) for found in _found(each, parts)
        ]
    for count in range(len(parts), 0, -1) if isinstance(said, Mapping) else ():
        key = ".".join(parts[:count])
        if said.get(key) is not None:
            return _found(said[key], parts[count:])
    return []


def _texts(said: Any) -> list[str]:
    listed = list(said) if isinstance(said, list | Mapping) else [said]
    # JSON's own words for truth and numbers, so that "true" is what a person would write for it.
    return [
        each if isinstance(each, str) else json.dumps(each)
        for each in listed
        if isinstance(each, str | bool | int)
    ]
