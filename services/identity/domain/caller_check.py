"""What a verified proof of a caller check allows: one agent, one user, one ticket."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Claims = Mapping[str, Any]


def checked(claims: Claims, agent_id: str, user_id: str, ticket: str) -> str:
    """Return the id of the check that a proof is of; empty where it is none for these three."""
    bound_to = (claims.get("sub"), claims.get("user"), claims.get("ticket"))
    if not ticket or bound_to != (agent_id, user_id, ticket):
        return ""
    return str(claims.get("check", ""))
