"""Which texts of a log are about a person."""

from datetime import UTC, datetime

import pytest

from helpdesk.kernel.clearing import texts_about
from helpdesk.kernel.events import SupportActionRecorded
from helpdesk.kernel.store import Unit

NOW = datetime(2026, 3, 4, tzinfo=UTC)


@pytest.fixture
def store(open_store):
    return open_store()


def recorded(store, action_id, action="search.search", **more):
    record = SupportActionRecorded(action=action, outcome="done", **more)
    store.commit(Unit(record=record, now=NOW, action_id=action_id))


def test_a_search_that_showed_the_person_is_about_them(store):
    recorded(store, "a1", query_key="query:1", query="ana", shown=("user:U1@4", "user:U2@9"))
    recorded(store, "a2", query_key="query:2", query="ion", shown=("user:U2@9",))

    assert texts_about(store, ["U1"]) == {"query:1"}


def test_a_reason_of_an_action_on_the_person_is_about_them(store):
    recorded(store, "a1", reason_key="reason:1", reason="x", user_id="U1")

    assert texts_about(store, ["U1"]) == {"reason:1"}


def test_what_a_person_did_to_others_is_not_about_them(store):
    recorded(store, "a1", query_key="query:1", query="ana", agent_id="U1", shown=("user:U2@9",))

    assert texts_about(store, ["U1"]) == set()


def test_why_a_person_was_forgotten_is_kept(store):
    recorded(store, "a1", "identity.forgetting.ask", reason_key="r:1", reason="x", user_id="U1")
    recorded(store, "a2", "identity.legal_hold.set", reason_key="r:2", reason="x", user_id="U1")

    assert texts_about(store, ["U1"]) == set()
