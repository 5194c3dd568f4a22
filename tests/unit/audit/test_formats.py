"""Exports in other schemas: valid for those schemas' own libraries, and read back whole."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.audit.domain.formats import Place
from services.audit.domain.readable import FORMATS
from tests.support.schemas import (
    built_by_pycadf,
    read_by_cloudevents,
    wrong_in_cadf,
    wrong_in_ocsf,
)

PLACE = Place(5, "stream:1", "email")
FULL = {
    "stamp": {"recorded_at": "2030-05-06T07:08:10Z", "action_id": "a-1", "schema": 1},
    "reason_key": "reason:1",
    "action": "email.blocklist.remove",
    "outcome": "done",
    "agent_id": "agent-1",
    "partner_id": "partner-1",
    "acting_organization_id": "org-p",
    "roles": ["HELP_DESK"],
    "act": ["service:gateway"],
    "organization_id": "org-1",
    "user_id": "user-1",
    "subjects": ["mailbox:box-1"],
    "ticket": "INC-1",
    "ticket_state": "open",
    "reason": 'mail, "urgent"\r\nof Ștefana',
    "query": "=HYPERLINK(1)",
    "consent_id": "consent-1",
    "view_id": "view-1",
    "sign_in_id": "s-1",
    "request_id": "r-1",
    "trace_id": "t-1",
    "shown": ["user:user-1@3"],
    "positions": ["identity:8"],
    "answer_digest": "ab12",
    "writer": "w-1",
    "number": "7",
    "method": "/helpdesk.email.v1.EmailService/RemoveFromBlocklist",
    "service": "email",
    "occurred_at": "2030-05-06T07:08:09.123457Z",
    "sections": ["HEALTH"],
    "request": "{}",
    "found": "",
}
KINDS = {
    "everything": FULL,
    "hardly anything": {
        "action": "search.search",
        "outcome": "done",
        "agent_id": "a",
        "service": "search",
        "occurred_at": "2030-05-06T07:08:09Z",
    },
    "refused": {**FULL, "outcome": "refused", "error": "NOT_ALLOWED"},
    "failed": {**FULL, "outcome": "failed", "error": "UNAVAILABLE", "number": 8},
    "erased": {**FULL, "reason": "[erased]", "query": "[erased]"},
    "calls without a token": {
        "peer": "unix:",
        "count": "3",
        "reasons": ["NO_TOKEN"],
        "minute": "2030-05-06T07:08:00Z",
        "service": "identity",
    },
}
kinds = pytest.mark.parametrize("body", KINDS.values(), ids=KINDS.keys())


def written(name, *bodies):
    """The file of an export, as its lines with their ends."""
    form = FORMATS[name]
    lines = [*form.head, *(form.line(PLACE, body) for body in bodies)]
    file = "".join(f"{line}\n" for line in lines)
    # As an export is read: other ends of lines stay inside a text.
    return [f"{line}\n" for line in file.removesuffix("\n").split("\n")]


def event_of(name, body):
    return json.loads(FORMATS[name].line(PLACE, body))


@kinds
def test_an_ocsf_event_is_what_ocsf_says_of_api_activity(body):
    found = event_of("ocsf", body)

    assert wrong_in_ocsf(found) == []
    assert found["type_uid"] == found["class_uid"] * 100 + found["activity_id"]


@pytest.mark.parametrize(
    "change",
    [
        {"activity_id": 7},
        {"made_up": 1},
        {"time": "2030-05-06T07:08:09Z"},
        {"class_uid": 6001},
        {"actor": {"user": {"uid": 5}}},
        {"api": {}},
    ],
    ids=lambda change: next(iter(change)),
)
def test_ocsfs_schema_refuses_what_it_does_not_know(change):
    assert wrong_in_ocsf(event_of("ocsf", FULL) | change)


def test_an_ocsf_event_keeps_purpose_consent_and_on_whose_behalf_in_a_declared_extension():
    found = event_of("ocsf", FULL)

    assert [each["name"] for each in found["metadata"]["extensions"]] == ["helpdesk"]
    assert found["helpdesk"] == {
        "purpose": FULL["reason"],
        "ticket": "INC-1",
        "consent_uid": "consent-1",
        "view_uid": "view-1",
        "on_behalf_of": ["service:gateway"],
    }


@kinds
@pytest.mark.filterwarnings("ignore:Invalid uuid")
def test_a_cadf_event_is_built_by_pycadf_and_says_the_same(body):
    assert wrong_in_cadf(event_of("cadf", body)) == []


@pytest.mark.filterwarnings("ignore:Invalid uuid")
def test_pycadf_refuses_an_action_outside_its_taxonomy():
    found = event_of("cadf", FULL) | {"action": "email/blocklist/remove"}

    with pytest.raises(ValueError, match="action"):
        built_by_pycadf(found)


@kinds
def test_a_cloudevent_is_read_by_the_sdk_and_says_the_same(body):
    read = read_by_cloudevents(FORMATS["cloudevents"].line(PLACE, body))

    assert read["specversion"] == "1.0"
    assert (read["id"], read["source"], read["sequence"]) == ("stream:1", "/helpdesk/email", "5")
    assert read["time"] == body.get("occurred_at", body.get("minute"))
    assert read.data == body


@pytest.mark.parametrize("name", sorted(FORMATS))
def test_nothing_of_a_record_is_lost_on_the_way_there_and_back(name):
    lines = written(name, *KINDS.values())

    assert list(FORMATS[name].read(lines)) == [(PLACE, body) for body in KINDS.values()]


texts = st.text(st.characters(exclude_categories=["Cs"]))


@pytest.mark.parametrize("name", sorted(FORMATS))
@settings(max_examples=30, deadline=None)
@given(
    st.dictionaries(
        st.sampled_from([*sorted(FULL), "peer", "later field"]),
        texts | st.integers() | st.lists(texts),
    )
)
def test_any_texts_come_back_from_a_table_or_an_event(name, body):
    body = FULL | {key: value for key, value in body.items() if key not in READ_AS}

    assert list(FORMATS[name].read(written(name, body))) == [(PLACE, body)]


# What the events themselves are made of has the type that the contract says.
READ_AS = {"occurred_at", "roles", "act", "subjects"}


@pytest.mark.parametrize("start", list("=+-@\t\r\n'"))
def test_no_cell_of_a_table_begins_as_a_formula(start):
    lines = written("csv", {**FULL, "query": f"{start}1+1"})

    assert [body["query"] for _, body in FORMATS["csv"].read(lines)] == [f"{start}1+1"]
    assert f",'{start}1+1," in "".join(lines) or f',"\'{start}1+1",' in "".join(lines)


def test_a_table_without_its_columns_is_not_read():
    with pytest.raises(ValueError, match="columns"):
        list(FORMATS["csv"].read(["index,record_id\r\n", "1,a\r\n"]))
