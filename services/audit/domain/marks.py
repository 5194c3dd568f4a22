"""People whom auditors marked: looking at them counts as a risk."""

from __future__ import annotations

from dataclasses import dataclass

from helpdesk.kernel.errors import NotFound, Refused
from helpdesk.kernel.events import Event


@dataclass(frozen=True, kw_only=True)
class PersonMarked(Event):
    """An auditor marked a person."""

    NAME = "helpdesk.audit.v1.PersonMarked"

    user_id: str
    partner_id: str = ""
    marked_by: str


@dataclass(frozen=True, kw_only=True)
class PersonUnmarked(Event):
    """An auditor took the mark of a person back."""

    NAME = "helpdesk.audit.v1.PersonUnmarked"

    user_id: str
    partner_id: str = ""
    unmarked_by: str


def evolve(_: bool, event: Event) -> bool:
    """Say whether the person is marked after a fact."""
    return isinstance(event, PersonMarked)


def mark(marked: bool, user_id: str, partner_id: str, by: str) -> PersonMarked:
    """Mark a person for a partner's sessions, or for all. Raises Refused."""
    if marked:
        raise Refused("MARKED", "This person is marked already.")
    return PersonMarked(user_id=user_id, partner_id=partner_id, marked_by=by)


def unmark(marked: bool, user_id: str, partner_id: str, by: str) -> PersonUnmarked:
    """Take a mark back. Raises NotFound."""
    if not marked:
        raise NotFound("mark")
    return PersonUnmarked(user_id=user_id, partner_id=partner_id, unmarked_by=by)
