"""Rebuilds sessions for a page, one after the other, and keeps the newest for minutes."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Sequence

from helpdesk.kernel.errors import Exhausted
from helpdesk.kernel.settings import SettingsError
from services.audit.application.ports import Found
from services.audit.application.replays import RebuiltAnswer
from services.audit.domain.facts import body_of
from services.audit.replay.rebuilds import Rebuild

KEPT_SECONDS = 300.0
DROP_SECONDS = 10.0
_MOST = 4
_ERASED = "erased"
_BROKEN = "the rebuild broke off; the log of the audit service says where"
_log = logging.getLogger(__name__)


class _Job:
    """One session on its way, or as it came out."""

    def __init__(self, steps: Sequence[Found]) -> None:
        self.steps = {each.idx: each for each in steps}
        self.outcomes: dict[int, RebuiltAnswer] = {}
        self.changed = threading.Condition()
        self.ended = False
        self.used = time.monotonic()

    def put(self, idx: int, outcome: RebuiltAnswer) -> None:
        with self.changed:
            self.outcomes[idx] = outcome
            self.changed.notify_all()

    def end(self, why: str) -> None:
        """Say why of what did not come out."""
        with self.changed:
            for idx in self.steps:
                self.outcomes.setdefault(idx, RebuiltAnswer("not rebuilt", why))
            self.ended = True
            self.changed.notify_all()

    def wait(self, idx: int, seconds: float) -> RebuiltAnswer | None:
        with self.changed:
            self.changed.wait_for(lambda: idx in self.outcomes, seconds)
            return self.outcomes.get(idx)


class RebuiltSessions:
    """
    Rebuilds in a thread of its own: a long log must not hold those who call.

    ``is_forgotten`` is asked before anything is shown again that was kept.
    """

    def __init__(self, rebuild: Rebuild, is_forgotten: Callable[[str], bool]) -> None:
        self._rebuild = rebuild
        self._is_forgotten = is_forgotten
        self._jobs: dict[str, _Job] = {}
        self._lock = threading.Lock()
        self._turn = threading.Lock()
        self._closed = False

    def outcome(
        self, session_id: str, steps: Sequence[Found], wanted: Found, seconds: float
    ) -> RebuiltAnswer | None:
        """Return what came of a step; None while it is at work. Raises Exhausted."""
        name = session_id or wanted.record_id
        found = self._job(name, steps, wanted).wait(wanted.idx, seconds)
        if found is not None and found.kind != _ERASED and self._has_lost(wanted):
            with self._lock:
                self._jobs.pop(name, None)
            return self._job(name, steps, wanted).wait(wanted.idx, seconds)
        return found

    def drop(self) -> None:
        """Let go of what nobody asked for lately, and of what shows somebody forgotten since."""
        with self._lock:
            jobs = list(self._jobs.items())
        # Asking whether somebody is forgotten may take a while: nobody waits for that.
        stale = [(name, each) for name, each in jobs if each.ended and self._is_stale(each)]
        with self._lock:
            for name, job in stale:
                if self._jobs.get(name) is job:
                    del self._jobs[name]

    def _is_stale(self, job: _Job) -> bool:
        if time.monotonic() - job.used > KEPT_SECONDS:
            return True
        return any(
            found.answer is not None and found.kind != _ERASED and self._has_lost(job.steps[idx])
            for idx, found in job.outcomes.items()
        )

    def close(self) -> None:
        """Begin nothing more, and keep nothing."""
        with self._lock:
            self._closed = True
            self._jobs.clear()

    def _job(self, name: str, steps: Sequence[Found], wanted: Found) -> _Job:
        with self._lock:
            now = time.monotonic()
            for old, each in list(self._jobs.items()):
                if each.ended and now - each.used > KEPT_SECONDS:
                    del self._jobs[old]
            job = self._jobs.get(name)
            if job is None or wanted.idx not in job.steps:
                self._make_room()
                job = self._jobs[name] = _Job(steps)
                threading.Thread(
                    target=self._work, args=(job,), name="audit-replay", daemon=True
                ).start()
            job.used = now
            return job

    def _make_room(self) -> None:
        if len(self._jobs) < _MOST:
            return
        ended = [(each.used, name) for name, each in self._jobs.items() if each.ended]
        if not ended:
            raise Exhausted("REPLAYS", "Other sessions are being replayed.", retry_seconds=10)
        del self._jobs[min(ended)[1]]

    def _work(self, job: _Job) -> None:
        why = _BROKEN
        asked = [(each.idx, each.source_position, each.sealed) for each in job.steps.values()]
        try:
            with self._turn:
                for idx, kind, because, answer in self._rebuild(asked):
                    if self._closed:
                        break
                    job.put(idx, RebuiltAnswer(kind, because, answer))
        except SettingsError:
            why = "this process may not read every log"
        except Exception as error:
            # The message of an unexpected error may hold personal data.
            _log.error("a session could not be replayed: %s", type(error).__name__)
        finally:
            job.end(why)

    def _has_lost(self, wanted: Found) -> bool:
        body = body_of(wanted.sealed)
        named = [str(body.get("user_id", "")), str(body.get("request_key", ""))]
        for each in [*body.get("subjects", ()), *body.get("shown", ())]:
            kind, _, rest = str(each).partition(":")
            named += [rest.partition("@")[0]] if kind in ("user", "person", "device") else []
        return any(self._is_forgotten(each) for each in named if each)
