"""What a mail's reader and a customer's admin answer, as auditors of two partners see it."""

import re

import pytest

from helpdesk.audit.v1 import audit_pb2, audit_pb2_grpc
from helpdesk.email.v1 import blocklist_pb2, blocklist_pb2_grpc, caller_answers_pb2_grpc
from helpdesk.email.v1 import caller_answers_pb2 as pb
from services.audit.service import SERVICE as AUDIT
from tests.contract.email_world import SHARED_USER, complaint, email_world, text_of
from tests.contract.test_caller_answers import LINK, NO_SUCH
from tests.support.product import NORTH, SHARED, SOUTH, person_id
from tests.support.waiting import wait_until

ADDRESS, SECOND = "giorgos@shared.example", "giorgos+second@shared.example"
NED = person_id("north_agent")


class Audited:
    """A customer of two partners, one of whose agents asks."""

    def __init__(self, world):
        self.world = world
        self.product = product = world.product
        self.answers = product.stub(caller_answers_pb2_grpc.CallerAnswerServiceStub, "email")
        self.blocklist = product.stub(blocklist_pb2_grpc.BlocklistServiceStub, "email")
        self.audit = product.stub(audit_pb2_grpc.AuditServiceStub, "audit")
        self.gateway = product.caller(sub="gateway", roles=["SERVICE"])

    def asked(self, who="north_agent", number=1):
        check_id = self.world.send_code(SHARED_USER, self.product.caller(who)).check_id
        return check_id, LINK.search(text_of(self.world.server.wait_for(ADDRESS, number)[2]))[1]

    def answer(self, link, *, confirmed=True):
        request = pb.AnswerCallerLinkRequest(link=link, confirmed=confirmed)
        self.gateway(self.answers.AnswerCallerLink, request)

    def seen(self, action, partner=NORTH):
        """The records of an action that a partner's auditor finds once all is in the log."""
        self.product.settle()
        auditor = self.product.caller(sub="auditor", partner=partner, roles=["AUDITOR"], sid="s-1")
        request = audit_pb2.QueryActionsRequest(filter=audit_pb2.ActionFilter(action=action))
        return list(auditor(self.audit.QueryActions, request).records)

    def sessions(self, partner):
        auditor = self.product.caller(sub="auditor", partner=partner, roles=["AUDITOR"], sid="s-1")
        return list(auditor(self.audit.ListSessions, audit_pb2.ListSessionsRequest()).sessions)


@pytest.fixture
def audited(tmp_path):
    with email_world(tmp_path, beside=[AUDIT], HELPDESK_EMAIL_RETRY_SECONDS="0.1") as world:
        yield Audited(world)


@pytest.mark.parametrize("confirmed", [True, False])
def test_the_readers_answer_is_seen_by_the_auditor_of_the_partner_that_asked(audited, confirmed):
    check_id, link = audited.asked()
    audited.answer(link, confirmed=confirmed)
    (record,) = audited.seen("email.caller-link.answer")

    assert (record.agent_id, record.partner_id) == ("gateway", NORTH)
    assert (record.organization_id, record.user_id) == (SHARED, SHARED_USER)
    assert record.ticket == "INC-1"
    assert set(record.subjects) >= {f"check:{check_id}", f"agent:{NED}", f"reader:{SHARED_USER}"}


def test_the_readers_answer_is_hidden_from_another_partner_of_the_same_customer(audited):
    _, link = audited.asked()
    audited.answer(link)
    audited.seen("email.caller-link.answer")

    assert audited.seen("email.caller-link.answer", SOUTH) == []


def test_a_session_of_the_gateway_counts_what_it_brought_to_one_partner_only(audited):
    audited.answer(audited.asked()[1])
    audited.answer(audited.asked("south_agent", 2)[1])
    audited.seen("email.caller-link.answer")
    counted = [
        [each.done for each in audited.sessions(partner) if each.agent_id == "gateway"]
        for partner in (NORTH, SOUTH)
    ]

    assert counted == [[1], [1]]


def test_the_word_of_the_customers_admin_is_seen_by_the_auditor_of_the_partner_that_asked(audited):
    world = audited.world
    world.server.answers[ADDRESS] = NO_SUCH
    check_id = world.send_code(SHARED_USER).check_id
    assert wait_until(lambda: world.check(user_id=SHARED_USER).state == "cannot_arrive")
    world.ask_to_vouch(check_id)
    request = pb.VouchForCallerRequest(check_id=check_id, approve=True, reason="I know the voice")
    audited.product.caller("shared_admin")(audited.answers.VouchForCaller, request)
    (record,) = audited.seen("email.vouch.answer")

    assert record.acting_organization_id == SHARED
    assert f"agent:{NED}" in record.subjects
    assert audited.seen("email.vouch.answer", SOUTH) == []


def test_a_recipients_consent_is_seen_by_the_auditor_of_the_partner_that_asked(audited):
    world = audited.world
    message_id = world.send(SHARED_USER)
    world.wait_for_state(message_id, "delivered", SHARED_USER)
    world.report(complaint(message_id))
    ask = blocklist_pb2.AskForMailConsentRequest(
        user_id=SHARED_USER, reason="wants our mail", ticket="INC-1"
    )
    world.agent(audited.blocklist.AskForMailConsent, ask)
    link = re.search(r"/agree/([\w-]{64})", text_of(world.server.wait_for(SECOND)[2]))[1]
    give = blocklist_pb2.GiveMailConsentRequest(link=link)
    audited.gateway(audited.blocklist.GiveMailConsent, give)
    (record,) = audited.seen("email.mail-consent.give")

    assert (record.partner_id, record.ticket) == (NORTH, "INC-1")
    assert set(record.subjects) >= {f"agent:{NED}", f"reader:{SHARED_USER}"}
    assert audited.seen("email.mail-consent.give", SOUTH) == []
