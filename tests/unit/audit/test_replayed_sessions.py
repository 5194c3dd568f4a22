"""Sessions are rebuilt one after the other, kept for a while, and never past a forgetting."""

import json
import threading

import pytest

from helpdesk.kernel.errors import Exhausted
from helpdesk.kernel.settings import SettingsError
from services.audit.application.ports import Found
from services.audit.replay import sessions as module
from services.audit.replay.sessions import RebuiltSessions
from tests.support.waiting import wait_until


def step(idx, **body):
    sealed = json.dumps({"action": "identity.user.get", **body}).encode()
    return Found(idx, f"record-{idx}", "identity", idx + 100, "s-1", 0, sealed)


def matching(asked):
    for idx, _, _ in asked:
        yield idx, "matches", "", {"at": idx}


def nobody(_):
    return False


def asked_of(sessions, *steps, session="s-1", wanted=None, seconds=5.0):
    return sessions.outcome(session, steps, wanted or steps[0], seconds)


def test_a_step_is_answered_from_its_rebuilt_session():
    sessions = RebuiltSessions(matching, nobody)

    found = asked_of(sessions, step(1), step(2), wanted=step(2))

    assert (found.kind, found.answer) == ("matches", {"at": 2})


def test_a_session_is_rebuilt_once_for_all_its_steps():
    turns = []

    def counted(asked):
        turns.append(asked)
        yield from matching(asked)

    sessions = RebuiltSessions(counted, nobody)
    asked_of(sessions, step(1), step(2))
    asked_of(sessions, step(1), step(2), wanted=step(2))

    assert len(turns) == 1


def test_a_session_that_went_on_is_rebuilt_anew():
    sessions = RebuiltSessions(matching, nobody)
    asked_of(sessions, step(1))

    found = asked_of(sessions, step(1), step(2), wanted=step(2))

    assert found.answer == {"at": 2}


def test_a_long_rebuild_is_at_work():
    go = threading.Event()

    def slow(asked):
        go.wait(5)
        yield from matching(asked)

    sessions = RebuiltSessions(slow, nobody)
    first = asked_of(sessions, step(1), seconds=0.01)
    go.set()
    second = asked_of(sessions, step(1))

    assert first is None
    assert second.kind == "matches"


def test_whoever_comes_while_all_places_are_taken_is_sent_away():
    go = threading.Event()

    def waiting(asked):
        go.wait(5)
        yield from matching(asked)

    sessions = RebuiltSessions(waiting, nobody)
    for number in range(4):
        asked_of(sessions, step(number), session=f"s-{number}", seconds=0.0)

    with pytest.raises(Exhausted):
        asked_of(sessions, step(9), session="s-9", seconds=0.0)
    go.set()


def test_what_was_kept_is_not_shown_once_its_person_is_forgotten():
    gone = set()

    def rebuild(asked):
        for idx, _, _ in asked:
            yield idx, "erased" if gone else "matches", "", None if gone else {"name": "Ana"}

    sessions = RebuiltSessions(rebuild, gone.__contains__)
    before = asked_of(sessions, step(1, shown=["user:u-1@3"]))
    gone.add("u-1")
    after = asked_of(sessions, step(1, shown=["user:u-1@3"]))

    assert (before.kind, after.kind) == ("matches", "erased")
    assert after.answer is None


def test_logs_that_this_process_may_not_read_are_named_as_the_cause():
    def refused(_):
        raise SettingsError("the log of email is not here")
        yield

    found = asked_of(RebuiltSessions(refused, nobody), step(1))

    assert (found.kind, found.why) == ("not rebuilt", "this process may not read every log")


def test_a_rebuild_that_breaks_off_leaves_nobody_waiting(caplog):
    def broken(_):
        raise ValueError("Ana Pop")
        yield

    found = asked_of(RebuiltSessions(broken, nobody), step(1))

    assert found.kind == "not rebuilt"
    assert "Ana" not in caplog.text


def test_what_shows_somebody_forgotten_is_let_go_of_though_nobody_asks():
    gone = set()
    sessions = RebuiltSessions(matching, gone.__contains__)
    asked_of(sessions, step(1, user_id="u1"))
    asked_of(sessions, step(2, user_id="u2"), session="s-2")
    assert wait_until(lambda: all(each.ended for each in sessions._jobs.values()))
    sessions.drop()
    kept = len(sessions._jobs)
    gone.add("u1")
    sessions.drop()

    assert kept == 2
    assert list(sessions._jobs) == ["s-2"]


def test_what_nobody_asked_for_lately_is_let_go_of(monkeypatch):
    sessions = RebuiltSessions(matching, nobody)
    asked_of(sessions, step(1))
    assert wait_until(lambda: sessions._jobs["s-1"].ended)
    monkeypatch.setattr(module, "KEPT_SECONDS", -1.0)
    sessions.drop()

    assert not sessions._jobs
