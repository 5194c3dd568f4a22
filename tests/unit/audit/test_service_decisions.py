"""Scopes of readers, numbers without holes, sessions: the audit service's decisions."""

import json

import pytest

from helpdesk.kernel.context import Actor
from helpdesk.kernel.errors import InvalidArgument
from services.audit.domain.facts import Facts, Kind, facts_of, microseconds, moment, unix
from services.audit.domain.filters import Filter, Scope, checked, scope_of
from services.audit.domain.formats import Place
from services.audit.domain.numbers import Hole, Writer, arrived
from services.audit.domain.readable import FORMATS
from services.audit.domain.sessions import PAUSE, follow

A_SESSION = "sealed-1"


def facts(at: int = PAUSE * 10, outcome: str = "done", **fields: str) -> Facts:
    body = {
        "action": "identity.user.get",
        "outcome": outcome,
        "agent_id": "agent-1",
        "partner_id": "partner-a",
        "organization_id": "org-1",
        "sign_in_id": "sign-in-1",
        "occurred_at": moment(at).isoformat(),
        **fields,
    }
    return facts_of(json.dumps(body).encode())


def auditor(**fields: str) -> Actor:
    return Actor("auditor", roles=frozenset({"AUDITOR"}), **fields)


def test_a_platform_auditor_sees_everything():
    assert scope_of(auditor()).everything


def test_a_partners_auditor_is_limited_to_the_partner():
    assert scope_of(auditor(partner_id="partner-a")) == Scope(partner_id="partner-a")


def test_an_auditor_of_a_customer_is_limited_to_the_customer():
    assert scope_of(auditor(organization_id="org-1")) == Scope(organization_id="org-1")


def test_somebody_who_belongs_nowhere_and_is_no_auditor_sees_nothing():
    scope = scope_of(Actor("x", roles=frozenset({"CUSTOMER_ADMIN"})))

    assert not scope.shows(facts())
    assert not scope.shows(facts(organization_id=""))


@pytest.mark.parametrize(("partner", "seen"), [("partner-a", True), ("partner-b", False)])
def test_a_record_is_shown_to_its_own_partner_only(partner, seen):
    assert Scope(partner_id=partner).shows(facts()) is seen


def test_asking_for_another_partner_finds_nothing():
    assert Scope(partner_id="partner-a").narrow(Filter(partner_id="partner-b")) is None


def test_a_filter_is_cut_to_the_scope():
    narrowed = Scope(partner_id="partner-a").narrow(Filter(organization_id="org-1"))

    assert narrowed == Filter(organization_id="org-1", partner_id="partner-a")


def test_a_time_that_ends_before_it_begins_is_refused():
    with pytest.raises(InvalidArgument):
        checked(Filter(since=5, until=5))


def numbered(*numbers: int) -> Writer:
    writer = Writer("writer-1", "email")
    for number in numbers:
        writer = arrived(writer, number, number * 100)
    return writer


def test_numbers_in_order_leave_no_hole():
    assert numbered(1, 2, 3) == Writer("writer-1", "email", 3, 300)


def test_a_number_that_is_leapt_over_is_missing():
    assert numbered(1, 4).holes == (Hole(2, 3, 400),)


def test_a_first_number_that_is_not_one_leaves_a_hole():
    assert numbered(3).holes == (Hole(1, 2, 300),)


def test_a_late_number_fills_its_hole():
    assert numbered(1, 3, 2).holes == ()


def test_a_late_number_splits_a_wide_hole():
    assert numbered(1, 6, 4).holes == (Hole(2, 3, 600), Hole(5, 5, 600))


def test_a_number_that_comes_twice_changes_nothing():
    assert numbered(1, 2, 2).holes == ()
    assert numbered(1, 2, 2).head == 2


def test_a_session_goes_on_without_a_long_pause():
    first = follow(None, facts(PAUSE * 10), 0, A_SESSION)
    second = follow(first, facts(PAUSE * 11, "refused"), 1, "sealed-2")

    assert second.session_id == first.session_id
    assert (second.done, second.refused, second.ended_at) == (1, 1, PAUSE * 11)


def test_a_long_pause_begins_another_session():
    first = follow(None, facts(PAUSE * 10), 0, A_SESSION)

    assert follow(first, facts(PAUSE * 11 + 1), 1, "sealed-2").session_id != first.session_id


def test_a_session_has_the_same_id_wherever_it_is_computed():
    assert (
        follow(None, facts(), 0, A_SESSION).session_id
        == follow(None, facts(), 7, A_SESSION).session_id
    )


def test_calls_without_a_token_are_a_record_of_nobody():
    sealed = b'{"peer":"x","count":"3","service":"email","minute":"2030-01-01T00:00:00.000000Z"}'
    found = facts_of(sealed)

    assert (found.kind, found.action, found.agent_id) == (
        Kind.CALLS_WITHOUT_TOKEN,
        "email.call.refuse",
        "",
    )


def test_moments_are_exact_to_the_microsecond():
    text = "2030-05-06T07:08:09.123457Z"

    assert unix(moment(microseconds(text))) == microseconds(text)
    assert moment(microseconds(text)).isoformat() == "2030-05-06T07:08:09.123457+00:00"


@pytest.mark.parametrize("name", sorted(FORMATS))
def test_every_form_keeps_who_what_why_and_on_whose_behalf(name):
    body = {
        "action": "email.blocklist.remove",
        "outcome": "done",
        "agent_id": "agent-1",
        "organization_id": "org-1",
        "reason": "mail does not arrive",
        "consent_id": "consent-1",
        "act": ["service:gateway"],
        "occurred_at": "2030-05-06T07:08:09.123457Z",
    }
    text = FORMATS[name].line(Place(5, "stream:1", "email"), body)

    for said in ("agent-1", "org-1", "mail does not arrive", "consent-1", "service:gateway"):
        assert said in text
