"""Which texts of a log are about a person."""

from dataclasses import dataclass
from datetime import UTC, datetime

import pytest

from helpdesk.kernel.clearing import Forgotten, clear, texts_about, texts_naming
from helpdesk.kernel.events import Event, SupportActionRecorded, personal
from helpdesk.kernel.store import Append, Unit


@dataclass(frozen=True, kw_only=True)
class InvitationSent(Event):
    """A fact whose one key seals a text and an address."""

    NAME = "helpdesk.test.v1.InvitationSent"

    key: str
    email: str = personal(of="key")
    link: str = personal(of="key")
    reason: str = personal(of="key")


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


ANA = Forgotten(
    "U1",
    addresses=("ana.pop@acme.example",),
    names=("Ana Țîrlea-Pop", "Pop Ana", "Ana"),
    organization_id="acme",
)


@pytest.mark.parametrize(
    "text",
    [
        "caller is Ana Țîrlea-Pop, cannot join",
        "ANA  TIRLEA-POP",
        "ana tîrlea-pop.",
        "for Pop Ana (again)",
        "bounced: Ana.Pop@ACME.example",
        "<ana.pop@acme.example>",
    ],
)
def test_a_text_that_holds_their_full_name_or_address_names_them(store, text):
    recorded(store, "a1", reason_key="reason:1", reason=text, organization_id="acme")

    assert texts_naming(store, ANA) == {"reason:1"}


@pytest.mark.parametrize(
    "text",
    [
        "Ana cannot join",
        "Ana Țîrlea-Popescu",
        "Mariana Țîrlea-Pop",
        "joana.pop@acme.example",
        "ana.pop@acme.example.ro",
        "ana.pop+tag@acme.example",
    ],
)
def test_a_text_about_others_does_not(store, text):
    recorded(store, "a1", reason_key="reason:1", reason=text, organization_id="acme")

    assert texts_naming(store, ANA) == set()


def test_a_search_that_named_them_and_found_nobody_goes_with_what_was_asked(store):
    recorded(
        store,
        "a1",
        query_key="query:1",
        query="pop ana",
        request_key="request:1",
        request="=cG9wIGFuYQ==",
    )

    assert texts_naming(store, ANA) == {"query:1", "request:1"}


def test_elsewhere_a_name_is_a_namesakes_and_an_address_is_theirs(store):
    recorded(store, "a1", reason_key="r:1", reason="for Pop Ana", organization_id="beta")
    recorded(store, "a2", reason_key="r:2", reason="ana.pop@acme.example", organization_id="beta")

    assert texts_naming(store, ANA) == {"r:2"}


def test_why_somebody_was_forgotten_is_kept_though_it_names_them(store):
    recorded(store, "a1", "identity.forgetting.ask", reason_key="r:1", reason="Pop Ana asked")

    assert texts_naming(store, ANA) == set()


def test_a_key_that_opens_more_than_a_text_is_kept(store):
    fact = InvitationSent(
        key="invitation:1", email="b@acme.example", link="x", reason="Pop Ana leaves"
    )
    store.commit(Unit((Append("i", 0, (fact,)),), now=NOW))

    assert texts_naming(store, ANA) == set()


def test_their_texts_are_erased_and_no_others(store):
    recorded(store, "a1", reason_key="r:1", reason="for Pop Ana")
    recorded(store, "a2", reason_key="r:2", reason="for Pop Ion")
    clear(store, ANA)
    clear(store, ANA)
    found = [store.opened(row) for row in store.read(0, names=(SupportActionRecorded.NAME,))]

    assert [each.reason for each in found] == ["[erased]", "for Pop Ion"]
