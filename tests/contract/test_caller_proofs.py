"""Every method that needs a caller check, by its descriptor: which checks it takes, and which not."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import grpc
import pytest

from helpdesk.email.v1 import caller_check_pb2
from helpdesk.kernel.actions import UnitOfWork
from helpdesk.kernel.context import Actor
from helpdesk.kernel.rpc.contract import every_method
from helpdesk.options.v1 import options_pb2
from services.email.application.ports import address_digest
from services.email.domain import caller_check
from services.email.domain.caller_check import CallerCheck
from services.email.domain.facts import CallerCheckStarted, MailboxPossessionProved
from tests.contract.email_world import STEFANA, email_world
from tests.support.methods import call, filled, served_by, short
from tests.support.product import person_id

GUARDED = [m for m in every_method() if m.rule.check]
ADDRESS, SECOND = "stefana@acme.example", "stefana+second@acme.example"
NO_SUCH = "550 5.1.1 <stefana@acme.example>: Recipient address rejected: User unknown"
AGENT, COLLEAGUE = person_id("north_agent"), person_id("north_second_admin")
TICKET = "INC-1"
REFUSED = {"CALLER_CHECK_REQUIRED", "CHECK_REQUIRED"}
LASTS = caller_check.LASTS
OTHERS = {
    "missing": None,
    "expired": {"age": LASTS},
    "another agent's": {"agent": COLLEAGUE},
    "another user's": {"user": person_id("acme_admin")},
    "another ticket's": {"ticket": "INC-2"},
}


class Desk:
    """An agent with a ticket, and checks that were confirmed by whomever, whenever."""

    def __init__(self, world):
        self.world = world
        self.product = world.product

    def confirmed(self, *, agent=AGENT, user=STEFANA, ticket=TICKET, age=timedelta()):
        store = self.world.store
        check_id = uuid4().hex
        actor = Actor(agent, roles=frozenset({"HELP_DESK"}))
        work = UnitOfWork(store, actor, datetime.now(UTC) - age)
        loaded = work.load(f"check:{check_id}", caller_check.evolve, CallerCheck())
        work.stage(
            loaded,
            CallerCheckStarted(
                check_id=check_id,
                agent_id=agent,
                user_id=user,
                ticket=ticket,
                address=SECOND,
                address_digest=address_digest(store, SECOND),
                expires_at=work.now + LASTS,
            ),
            MailboxPossessionProved(
                check_id=check_id, agent_id=agent, user_id=user, ticket=ticket, by="link"
            ),
        )
        store.commit(work.unit())

    def proof(self, *, agent=AGENT, user=STEFANA, ticket=TICKET, age=timedelta()):
        """The proof that the email service gives for that check; an expired one where it is old."""
        if age:
            return self.product.proof(agent, user, ticket, seconds=-1)
        who = {AGENT: "north_agent", COLLEAGUE: "north_second_admin"}[agent]
        caller = self.product.caller(who, roles=["HELP_DESK"])
        request = caller_check_pb2.GetCallerProofRequest(user_id=user, ticket=ticket)
        return caller(self.world.checks.GetCallerProof, request).proof

    def call(self, method, proof):
        things = {"user_id": STEFANA, "message_id": "", "kind": "", "check_proof": proof}
        if short(method) == "EmailService.ResendMessage":
            things["kind"] = "welcome"
        request = filled(method, things)
        request.ticket = TICKET
        SITUATIONS[short(method)](self, request)
        channel = self.product.host.wiring.channel(served_by(method))
        token = self.product.token("north_agent", roles=["HELP_DESK"])
        return call(channel, method, request, token)

    def refused(self, method):
        """The reason that the last call of a method was recorded with."""
        records = self.product.records(served_by(method), method=method.full_name)
        return [(r.outcome, r.error) for r in records][-1]


def of_a_missing_mailbox(desk, request):
    desk.world.server.answers[ADDRESS] = NO_SUCH
    desk.world.wait_for_state(desk.world.send(), "bounced")
    request.address_index = 0


def to_another_address(desk, request):
    request.kind = "welcome"
    request.address_index = 1


def of_a_field(desk, request):
    request.field = "emails"
    request.index = 0


SITUATIONS = {
    "EmailService.RemoveAddressFromBlocklist": of_a_missing_mailbox,
    "EmailService.ResendMessage": to_another_address,
    "DirectoryService.RevealField": of_a_field,
}


@pytest.fixture
def desk(tmp_path):
    with email_world(tmp_path, HELPDESK_EMAIL_RETRY_SECONDS="0.1") as world:
        yield Desk(world)


def by_name(methods):
    return pytest.mark.parametrize("method", methods, ids=short)


def test_these_actions_need_a_caller_check():
    assert {short(m) for m in GUARDED} == SITUATIONS.keys()


@by_name(GUARDED)
@pytest.mark.parametrize("kind", OTHERS)
def test_no_other_check_opens_it(desk, method, kind):
    values = OTHERS[kind]
    proof = ""
    if values is not None:
        desk.confirmed(**values)
        proof = desk.proof(**values)
    answer = desk.call(method, proof)

    assert answer.code is grpc.StatusCode.FAILED_PRECONDITION
    assert answer.reason in REFUSED
    assert desk.refused(method) == ("refused", answer.reason)


@by_name(GUARDED)
def test_a_check_of_this_agent_user_and_ticket_opens_it(desk, method):
    desk.confirmed(age=LASTS - timedelta(minutes=1))
    answer = desk.call(method, desk.proof())
    record = desk.product.records(served_by(method), method=method.full_name)[-1]

    assert answer.code is grpc.StatusCode.OK, answer.details
    assert any(subject.startswith("check:") for subject in record.subjects)


WITH_PROOF = [m for m in GUARDED if "check_proof" in m.descriptor.input_type.fields_by_name]


@by_name(WITH_PROOF)
@pytest.mark.parametrize("forged", ["no proof", "of another key", "an agent's token"])
def test_a_proof_that_the_email_service_did_not_sign_opens_nothing(desk, method, forged):
    desk.confirmed()
    proof = {
        "no proof": "a.b.c",
        "of another key": desk.product.proof(AGENT, STEFANA, TICKET, key="search.service.pem"),
        "an agent's token": desk.product.token("north_agent", user=STEFANA, ticket=TICKET),
    }[forged]

    assert desk.call(method, proof).reason in REFUSED


@by_name([m for m in every_method() if m.rule.check == options_pb2.CHECK_REQUIRED])
def test_the_interceptor_demands_the_check_even_of_a_use_case_that_forgets_it(
    desk, method, monkeypatch
):
    from services.identity.application.directory import Directory

    monkeypatch.setattr(Directory, "reveal_field", lambda *_: "stefana@acme.example")
    answer = desk.call(method, "")

    assert answer.reason in REFUSED
    assert answer.answers == []


def test_a_proof_names_ids_only_and_lives_a_minute(desk):
    import json
    from base64 import urlsafe_b64decode

    desk.confirmed()
    body = desk.proof().split(".")[1]
    claims = json.loads(urlsafe_b64decode(body + "=" * (-len(body) % 4)))

    assert claims["exp"] - claims["iat"] <= 60
    assert set(claims) == {"aud", "check", "exp", "iat", "iss", "jti", "sub", "ticket", "user"}
    assert claims["sub"] == AGENT
