"""What auditors do with the review queue: one method for each RPC."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from helpdesk.kernel.actions import SupportAction
from helpdesk.kernel.context import Actor
from helpdesk.kernel.errors import NotFound
from helpdesk.kernel.paging import Pages, size_of
from helpdesk.kernel.store import Loaded
from services.audit.domain import marks, review
from services.audit.domain.filters import scope_of
from services.audit.domain.review import Decided, Review, ReviewState
from services.audit.domain.risk import Found


@dataclass(frozen=True, slots=True)
class Queued:
    """A session of the queue as the views keep it; times in Unix microseconds, 0 for never."""

    session_id: str
    agent_id: str
    partner_id: str
    started_at: int
    ended_at: int
    score: int
    found: tuple[Found, ...]
    state: ReviewState
    queued_at: int
    decided_by: str
    decided_at: int


@dataclass(frozen=True, slots=True)
class RiskCursor:
    """The last session of a page."""

    score: int
    session_id: str


@dataclass(frozen=True, slots=True)
class Mark:
    """Somebody who is marked; the time in Unix microseconds."""

    user_id: str
    marked_by: str
    marked_at: int


class Queue(Protocol):
    """Finds sessions of the queue."""

    def page(
        self, partner_id: str, state: str, after: RiskCursor | None, limit: int
    ) -> list[Queued]: ...

    def one(self, session_id: str) -> Queued | None: ...

    def count(self, partner_id: str, state: str) -> int: ...

    def marks(self, partner_id: str, after: str, limit: int) -> list[Mark]: ...


class People(Protocol):
    """Knows who may be seen."""

    def check_user(self, actor: Actor, user_id: str) -> str:
        """Return the organization of somebody whom the actor may see. Raises NotFound."""


Decide = Callable[[Review, str, str, str], Decided]


class Reviews:
    """Every method shows, and decides on, sessions of the auditor's own partner, or all."""

    def __init__(self, queue: Queue, people: People) -> None:
        self._queue = queue
        self._people = people

    def list_reviews(
        self, action: SupportAction, state: str, size: int, token: str
    ) -> tuple[list[Queued], str, int]:
        """Return a page of the queue, the next page's token, and how many are open."""
        limit = size_of(size)
        pages = Pages(action.store.digest, action.actor.id, "reviews", state)
        cursor = pages.cursor(token)
        after = RiskCursor(int(cursor[0]), str(cursor[1])) if cursor else None
        partner_id = _partner(action.actor)
        found = self._queue.page(partner_id, state, after, limit + 1)
        page = found[:limit]
        action.showed(f"session:{each.session_id}@{each.queued_at}" for each in page)
        following = ""
        if len(found) > limit:
            following = pages.token(page[-1].score, page[-1].session_id)
        return page, following, self._queue.count(partner_id, ReviewState.OPEN)

    def get_review(
        self, action: SupportAction, session_id: str
    ) -> tuple[Queued, tuple[Decided, ...]]:
        """Return a session of the queue and what was decided on it. Raises NotFound."""
        loaded, queued = self._load(action, session_id), self._queue.one(session_id)
        if queued is None:
            raise NotFound("session")
        action.showed([f"session:{session_id}@{queued.queued_at}"])
        return queued, loaded.state.decisions

    def approve(self, action: SupportAction, session_id: str) -> ReviewState:
        """Find a session right. Raises NotFound, Refused."""
        return self._decide(action, session_id, review.approve)

    def flag(self, action: SupportAction, session_id: str) -> ReviewState:
        """Find a session to be misuse. Raises NotFound, Refused."""
        return self._decide(action, session_id, review.flag)

    def reopen(self, action: SupportAction, session_id: str) -> ReviewState:
        """Take a decision back. Raises NotFound, Refused."""
        return self._decide(action, session_id, review.reopen)

    def mark(self, action: SupportAction, user_id: str) -> None:
        """Mark a person. Raises NotFound, Refused."""
        organization_id = self._people.check_user(action.actor, user_id)
        action.about(user_id=user_id, organization_id=organization_id)
        loaded = self._mark_of(action, user_id)
        partner_id = _partner(action.actor)
        action.stage(loaded, marks.mark(loaded.state, user_id, partner_id, action.actor.id))

    def unmark(self, action: SupportAction, user_id: str) -> None:
        """Take a mark back. Raises NotFound."""
        loaded = self._mark_of(action, user_id)
        partner_id = _partner(action.actor)
        fact = marks.unmark(loaded.state, user_id, partner_id, action.actor.id)
        action.about(user_id=user_id)
        action.stage(loaded, fact)

    def list_marks(self, action: SupportAction, size: int, token: str) -> tuple[list[Mark], str]:
        """Return a page of those whom the auditor's partner, or the platform, marked."""
        limit = size_of(size)
        pages = Pages(action.store.digest, action.actor.id, "marks")
        cursor = pages.cursor(token)
        after = str(cursor[0]) if cursor else ""
        found = self._queue.marks(_partner(action.actor), after, limit + 1)
        page = found[:limit]
        action.showed(f"user:{each.user_id}@1" for each in page)
        return page, pages.token(page[-1].user_id) if len(found) > limit else ""

    def _decide(self, action: SupportAction, session_id: str, decide: Decide) -> ReviewState:
        loaded = self._load(action, session_id)
        key = action.store.vault.spare("note")
        fact = decide(loaded.state, action.actor.id, key, action.reason)
        action.stage(loaded, fact)
        return review.state_after(fact)

    def _load(self, action: SupportAction, session_id: str) -> Loaded[Review]:
        loaded = action.load(stream_of(session_id), review.evolve, Review())
        queued, partner_id = loaded.state.queued, _partner(action.actor)
        if queued is None or (partner_id and queued.partner_id != partner_id):
            raise NotFound("session")
        action.about(f"session:{session_id}", f"agent:{queued.agent_id}")
        return loaded

    def _mark_of(self, action: SupportAction, user_id: str) -> Loaded[bool]:
        stream = f"mark:{_partner(action.actor)}:{user_id}"
        return action.load(stream, marks.evolve, initial=False)


def stream_of(session_id: str) -> str:
    """Return the stream of what happens to a session of the queue."""
    return f"review:{session_id}"


def _partner(actor: Actor) -> str:
    return scope_of(actor).partner_id
