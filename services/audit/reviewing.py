"""Looks at new records for sessions that auditors should review, and queues them."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import UTC, datetime

from helpdesk.kernel.actions import UnitOfWork
from helpdesk.kernel.context import Actor
from helpdesk.kernel.errors import Conflict
from helpdesk.kernel.store import Store
from services.audit.application.reviews import stream_of
from services.audit.domain import review
from services.audit.domain.facts import moment
from services.audit.domain.review import Review, Reviewed
from services.audit.domain.risk import assess, habits_of, measure
from services.audit.domain.sessions import Session
from services.audit.views.reviews import SessionRisks

REVIEW_SECONDS = 5.0
_AT_ONCE = 5000
_log = logging.getLogger(__name__)


def _now() -> datetime:
    return datetime.now(UTC)


class Reviewing:
    """Assesses each session that has new records; one process of the service runs it."""

    def __init__(
        self, store: Store, risks: SessionRisks, least: int, now: Callable[[], datetime] = _now
    ) -> None:
        self._store = store
        self._risks = risks
        self._least = least
        self._now = now

    def look(self) -> int:
        """Look at some of what is new; answers how many records. Raises Unavailable."""
        start = self._risks.position()
        end = min(self._risks.records(), start + _AT_ONCE)
        if end <= start:
            return 0
        for session in self._risks.touched(start, end):
            self._assess(session)
        self._risks.reach(end)
        return end - start

    def _assess(self, session: Session) -> None:
        measures = measure(
            self._risks.steps(session.session_id), self._risks.marked(session.partner_id)
        )
        own, partner = self._risks.earlier(session, self._least)
        assessment = assess(measures, habits_of(own, partner))
        self._risks.keep(session, measures, assessment.score)
        reviewed = Reviewed(
            session_id=session.session_id,
            agent_id=session.agent_id,
            partner_id=session.partner_id,
            started_at=moment(session.started_at),
            ended_at=moment(session.ended_at),
            assessment=assessment,
        )
        self._queue(reviewed)

    def _queue(self, reviewed: Reviewed) -> None:
        work = UnitOfWork(self._store, Actor("system:audit.review"), self._now())
        loaded = work.load(stream_of(reviewed.session_id), review.evolve, Review())
        fact = review.queue(loaded.state, reviewed, self._least)
        if fact is None:
            return
        work.stage(loaded, fact)
        try:
            self._store.commit(work.unit())
        except Conflict:
            # An auditor decided at this moment; new records bring it up again.
            return
        _log.info("session %s is in the review queue", reviewed.session_id)
