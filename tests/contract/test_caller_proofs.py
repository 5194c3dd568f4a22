"""Every method that needs a caller check, by its descriptor: which checks it takes, what else."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import grpc
import pytest

from helpdesk.email.v1 import caller_check_pb2, email_pb2
from helpdesk.kernel.actions import SupportAction, UnitOfWork
from helpdesk.kernel.context import Actor
from helpdesk.kernel.rpc.contract import every_method
from helpdesk.options.v1 import options_pb2
from services.email.application.ports import address_digest, address_stream
from services.email.domain import blocklist, caller_check
from services.email.domain.blocklist import Address
from services.email.domain.blocklist_facts import AddressVouchedFor, MailConsentGiven
from services.email.domain.caller_check import CallerCheck
from services.email.domain.facts import (
    AddressBlocked,
    CallerCheckStarted,
    MailboxPossessionProved,
)
from services.email.domain.policy import COMPLAINT, HARD, SOFT
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

    def block(self, address, user, block, *then):
        """Block an address, and have facts follow that speak for it."""
        store = self.world.store
        digest = address_digest(store, address)
        work = UnitOfWork(store, Actor("system"), datetime.now(UTC))
        loaded = work.load(address_stream(address), blocklist.evolve, Address())
        of = {"address_digest": digest, "person_id": user}
        why = {"cause": "no_such_mailbox", "fault": "recipient", "message_id": ""}
        more = [fact(**of, user_id=user, **values) for fact, values in then]
        work.stage(loaded, AddressBlocked(**of, address=address, block=block, **why), *more)
        store.commit(work.unit())

    def proof(self, *, agent=AGENT, user=STEFANA, ticket=TICKET, age=timedelta()):
        """The proof that the email service gives for that check; an expired one where it is old."""
        if age:
            return self.product.proof(agent, user, ticket, seconds=-1)
        who = {AGENT: "north_agent", COLLEAGUE: "north_second_admin"}[agent]
        caller = self.product.caller(who, roles=["HELP_DESK"])
        request = caller_check_pb2.GetCallerProofRequest(user_id=user, ticket=ticket)
        return caller(self.world.checks.GetCallerProof, request).proof

    def call(self, method, proof="", situation=None):
        things = {"user_id": STEFANA, "message_id": "", "kind": "", "check_proof": proof}
        if short(method) == "EmailService.ResendMessage":
            things["kind"] = "welcome"
        request = filled(method, things)
        request.ticket = TICKET
        (situation or SITUATIONS[short(method)])(self, request)
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


def of_a_message_that_went_to_another_address(desk, request):
    desk.confirmed(ticket="INC-2")
    agent = desk.product.caller("north_agent", roles=["HELP_DESK"])
    sent = email_pb2.ResendMessageRequest(
        user_id=STEFANA, ticket="INC-2", kind="welcome", address_index=1
    )
    request.kind = ""
    request.message_id = agent(desk.world.mail.ResendMessage, sent).message_id
    desk.world.wait_for_state(request.message_id, "delivered")


def of_a_field(desk, request):
    request.field = "emails"
    request.index = 0


SITUATIONS = {
    "EmailService.RemoveAddressFromBlocklist": of_a_missing_mailbox,
    "EmailService.ResendMessage": to_another_address,
    "DirectoryService.RevealField": of_a_field,
}


def to_the_primary_address(desk, request):
    request.kind = "welcome"
    request.address_index = 0


def of_what_an_admin_vouched_for(desk, request):
    by = {"organization_id": "", "admin_id": person_id("acme_admin"), "reason": "it is back"}
    desk.block(ADDRESS, STEFANA, HARD, (AddressVouchedFor, by))


def of_what_the_recipient_agreed_to(desk, request):
    desk.block(ADDRESS, STEFANA, COMPLAINT, (MailConsentGiven, {"consent_id": "c1"}))


def of_a_user_without_anybody(desk, request):
    request.user_id = person_id("orphan_user")
    for address in ("otto@orphan.example", "otto+second@orphan.example"):
        desk.block(address, request.user_id, HARD)


def of_a_temporary_block(desk, request):
    desk.block(ADDRESS, STEFANA, SOFT)


WITHOUT = {
    "EmailService.RemoveAddressFromBlocklist": {
        "customer_admin": of_what_an_admin_vouched_for,
        "consent": of_what_the_recipient_agreed_to,
        "trial": of_a_user_without_anybody,
        "temporary": of_a_temporary_block,
    },
    "EmailService.ResendMessage": {"primary_address": to_the_primary_address},
}
CONDITIONAL = {short(m): m for m in GUARDED if m.rule.check == options_pb2.CHECK_CONDITIONAL}
OPEN = [(name, ground) for name, grounds in WITHOUT.items() for ground in grounds]


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


@pytest.mark.parametrize("kind", ["missing", "another ticket's"])
def test_a_message_to_another_address_is_not_sent_again_without_a_check(desk, kind):
    method = CONDITIONAL["EmailService.ResendMessage"]
    if OTHERS[kind]:
        desk.confirmed(**OTHERS[kind])
    answer = desk.call(method, situation=of_a_message_that_went_to_another_address)

    assert answer.reason == "CALLER_CHECK_REQUIRED"


def test_the_rules_name_all_that_stands_for_a_check():
    named = {name: method.grounds for name, method in CONDITIONAL.items()}

    assert named == {name: grounds.keys() for name, grounds in WITHOUT.items()}
    assert not any(m.grounds for m in every_method() if short(m) not in CONDITIONAL)


@pytest.mark.parametrize(("name", "ground"), OPEN)
def test_what_stands_for_a_check_opens_it(desk, name, ground):
    method = CONDITIONAL[name]
    answer = desk.call(method, situation=WITHOUT[name][ground])
    record = desk.product.records("email", method=method.full_name)[-1]

    assert answer.code is grpc.StatusCode.OK, answer.details
    assert not any(subject.startswith("check:") for subject in record.subjects)


@pytest.mark.parametrize(("name", "ground"), OPEN)
@pytest.mark.parametrize("said", ["", "other_ground"])
def test_a_use_case_that_does_not_say_what_stands_for_a_check_is_refused(
    desk, name, ground, said, monkeypatch
):
    method = CONDITIONAL[name]
    needs_no_check = SupportAction.needs_no_check
    monkeypatch.setattr(SupportAction, "needs_no_check", lambda self, _: needs_no_check(self, said))
    before = len(desk.world.server.mails)
    answer = desk.call(method, situation=WITHOUT[name][ground])

    assert answer.reason == "CALLER_CHECK_REQUIRED"
    assert desk.refused(method) == ("refused", "CALLER_CHECK_REQUIRED")
    assert len(desk.world.server.mails) == before


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
