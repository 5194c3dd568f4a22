from dataclasses import replace
from datetime import UTC, datetime

import pytest

from helpdesk.identity.v1 import directory_pb2, roles_pb2, tokens_pb2  # noqa: F401
from helpdesk.kernel.actions import SupportAction
from helpdesk.kernel.context import Actor
from helpdesk.kernel.errors import Unavailable
from helpdesk.kernel.rpc import rules
from helpdesk.kernel.rpc.recording import missing, record_of, records_of_customers
from helpdesk.kernel.rpc.tickets import REPEATED
from helpdesk.session.v1 import consent_pb2, view_pb2  # noqa: F401  # registers the descriptors

GET_USER = rules.method("/helpdesk.identity.v1.DirectoryService/GetUser")
ASSIGN = rules.method("/helpdesk.identity.v1.RoleService/AssignRole")
REQUEST_ACCESS = rules.method("/helpdesk.session.v1.ConsentService/RequestAccess")
START_VIEW = rules.method("/helpdesk.session.v1.ViewService/StartView")
NOW = datetime(2026, 1, 2, tzinfo=UTC)
AGENT = Actor(
    "a1",
    partner_id="p1",
    roles=frozenset({"HELP_DESK"}),
    act=("program:bot",),
    sign_in_id="s1",
)
VIEWER = replace(
    AGENT, organization_id="o1", mode="read_only", view_id="v1", consent_id="c1", ticket="INC-1"
)


class Keys:
    def spare(self, kind):
        return f"{kind}.1"


class Kept:
    name, vault = "session", Keys()


def action(actor=AGENT, **more):
    said = {
        "name": "a.b.c",
        "traceparent": f"00-{'a' * 32}-{'b' * 16}-01",
        "organization_id": "o1",
        "ticket": "INC-1",
        "ticket_state": "open",
        "reason": "cannot join",
    }
    return SupportAction(store=Kept(), actor=actor, now=NOW, **(said | more))


def record(method=REQUEST_ACCESS, actor=AGENT, **more):
    return record_of(action(actor, **more), method, "done", "")


def test_a_record_says_who_for_whom_on_whose_behalf_and_in_what():
    said = record()

    assert (said.agent_id, said.partner_id, said.act) == ("a1", "p1", ("program:bot",))
    assert (said.sign_in_id, said.ticket, said.ticket_state) == ("s1", "INC-1", "open")
    assert (said.trace_id, len(said.request_id)) == ("a" * 32, 32)


def test_each_customer_that_an_answer_showed_something_of_gets_a_record_that_names_no_other():
    made = action(organization_id="", query="ion popescu", request="=eA==", found="{}")
    for organization_id, item in (("o1", "user:u1@3"), ("o2", "user:u2@1"), ("o1", "user:u3@9")):
        made.showed_of(organization_id, item)
    own = record_of(made, GET_USER, "done", "", "digest")

    first, second = records_of_customers(made, own)

    assert (first.organization_id, first.shown) == ("o1", ("user:u1@3", "user:u3@9"))
    assert (second.organization_id, second.shown) == ("o2", ("user:u2@1",))
    assert {first.action, second.action} == {"a.b.c.shown"}
    assert (first.agent_id, first.ticket, first.request_id) == ("a1", "INC-1", own.request_id)
    sealed = (first.query, first.reason, first.request, first.found, first.answer_digest)
    assert set(sealed) == {""}


def test_a_customer_that_the_record_of_the_call_names_needs_no_other():
    made = action(organization_id="o1")
    made.showed_of("o1", "user:u1@3")

    assert records_of_customers(made, record_of(made, GET_USER, "done", "")) == ()


def test_what_was_shown_is_forgotten_before_the_use_case_runs_again():
    made = action(organization_id="")
    made.showed_of("o1", "user:u1@3")
    made.reset()

    assert records_of_customers(made, record_of(made, GET_USER, "done", "")) == ()


def test_the_record_of_a_view_names_view_consent_customer_and_ticket():
    said = record(GET_USER, VIEWER, organization_id="")

    assert (said.view_id, said.consent_id, said.organization_id) == ("v1", "c1", "o1")


@pytest.mark.parametrize(
    ("method", "lacking", "named"),
    [
        (REQUEST_ACCESS, {"ticket": ""}, "ticket"),
        (REQUEST_ACCESS, {"ticket_state": ""}, "ticket_state"),
        (REQUEST_ACCESS, {"reason": ""}, "reason"),
        (REQUEST_ACCESS, {"organization_id": ""}, "organization_id"),
        (START_VIEW, {"ticket_state": ""}, "ticket_state"),
        (ASSIGN, {"reason": ""}, "reason"),
        (GET_USER, {"name": "", "id": ""}, "request_id"),
        (GET_USER, {"traceparent": ""}, "trace_id"),
        (GET_USER, {"now": datetime.fromtimestamp(0, UTC)}, "occurred_at"),
    ],
)
def test_what_the_options_demand_is_refused_where_it_is_missing(method, lacking, named):
    made = action()
    for name, value in lacking.items():
        setattr(made, name, value)

    with pytest.raises(Unavailable, match=named) as caught:
        record_of(made, method, "done", "")
    assert caught.value.reason == "RECORD_INCOMPLETE"


@pytest.mark.parametrize("claim", ["view_id", "consent_id", "ticket"])
def test_in_a_view_every_claim_of_the_lease_is_demanded(claim):
    viewer = replace(VIEWER, **{claim: ""})
    more = {"ticket": ""} if claim == "ticket" else {}

    with pytest.raises(Unavailable, match=claim):
        record(GET_USER, viewer, **more)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("agent_id", "somebody else"),
        ("partner_id", ""),
        ("acting_organization_id", "o2"),
        ("roles", ()),
        ("act", ()),
        ("sign_in_id", ""),
        ("view_id", "v2"),
    ],
)
def test_a_record_that_says_other_than_the_token_is_not_complete(field, value):
    assert missing(replace(record(), **{field: value}), REQUEST_ACCESS, AGENT) == [field]


def test_an_agent_without_a_partner_leaves_no_complete_record():
    with pytest.raises(Unavailable, match="partner_id"):
        record(actor=replace(AGENT, partner_id=""))


def test_a_customers_admin_without_a_customer_leaves_no_complete_record():
    with pytest.raises(Unavailable, match="acting_organization_id"):
        record(GET_USER, Actor("u1", roles=frozenset({"CUSTOMER_ADMIN"})))


def test_a_refusal_needs_no_ticket_but_says_who_and_why():
    refused = record_of(action(ticket="", reason=""), REQUEST_ACCESS, "refused", "TICKET_REQUIRED")

    assert (refused.agent_id, refused.error) == ("a1", "TICKET_REQUIRED")
    assert missing(replace(refused, error=""), REQUEST_ACCESS, AGENT) == ["error"]


def test_an_answer_given_before_needs_no_customer_again():
    assert record(ticket_state=REPEATED, organization_id="").ticket_state == REPEATED
