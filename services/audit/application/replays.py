"""What an auditor asks about one answer: shown again as it was, by rebuilding its session."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from helpdesk.kernel.actions import SupportAction
from helpdesk.kernel.errors import NotFound
from services.audit.application.ports import ActionsView, Found
from services.audit.domain.facts import facts_of
from services.audit.domain.filters import Filter, scope_of

MOST_STEPS = 1000
_WITHIN_SECONDS = 3.0


@dataclass(frozen=True, slots=True)
class RebuiltAnswer:
    """What came of an answer: a word of the kernel's, why, and the answer as JSON can say it."""

    kind: str
    why: str = ""
    answer: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """Which records somebody reads outside of the product, and with which command."""

    command: str
    session_id: str
    agent_id: str
    organization_id: str


class Rebuilder(Protocol):
    """Rebuilds sessions, one after the other."""

    def outcome(
        self, session_id: str, steps: Sequence[Found], wanted: Found, seconds: float
    ) -> RebuiltAnswer | None:
        """Return what came of a step; None while it is at work. Raises Exhausted."""


class Replays:
    """Shows auditors what was shown."""

    def __init__(self, actions: ActionsView, rebuilder: Rebuilder) -> None:
        self._actions = actions
        self._rebuilder = rebuilder

    def rebuild_answer(self, action: SupportAction, record_id: str) -> RebuiltAnswer | None:
        """Return the answer of a record; None while it is made. Raises NotFound, Exhausted."""
        found = self._actions.one(record_id)
        if found is None or not scope_of(action.actor).shows(facts_of(found.sealed)):
            raise NotFound("record")
        facts = facts_of(found.sealed)
        action.about(organization_id=facts.organization_id, user_id=facts.user_id)
        action.showed([f"record:{found.idx}@1"])
        return self._rebuilder.outcome(
            found.session_id, self._session(found), found, _WITHIN_SECONDS
        )

    def declare_reading(self, action: SupportAction, reading: Reading) -> None:
        """
        Take note that the caller reads personal texts elsewhere; the record says which.

        Raises NotFound for a partner's auditor, who has no keys: customers see such records.
        """
        if not scope_of(action.actor).everything:
            raise NotFound("record")
        named = {
            "command": reading.command,
            "session": reading.session_id,
            "agent": reading.agent_id,
        }
        action.about(
            *(f"{kind}:{value}" for kind, value in named.items() if value),
            organization_id=reading.organization_id,
        )

    def _session(self, found: Found) -> Sequence[Found]:
        if not found.session_id:
            return [found]
        wanted = Filter(session_id=found.session_id)
        steps = self._actions.page(wanted, None, newest_first=False, limit=MOST_STEPS)
        return steps if found in steps else [*steps, found]
