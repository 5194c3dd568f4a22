"""CallerAnswerService over a real channel: what the mail's reader and the admins say to a check."""

import re
import time

import pytest

from helpdesk.email.v1 import (
    caller_answers_pb2 as pb,
)
from helpdesk.email.v1 import (
    caller_answers_pb2_grpc,
    caller_check_pb2,
    email_pb2,
)
from helpdesk.kernel.errors import Forbidden, NotFound, Refused
from tests.contract.email_world import STEFANA, bounce_of, code_in, email_world, text_of
from tests.support.product import ACME, person_id
from tests.support.waiting import wait_until

ADDRESS, SECOND = "stefana@acme.example", "stefana+second@acme.example"
NO_SUCH = "550 5.1.1 <stefana@acme.example>: Recipient address rejected: User unknown"
LINK = re.compile(r"/c/([0-9A-Za-z_-]{64})(?![\w-])")


class Answers:
    """A world with stubs for what others say."""

    def __init__(self, world):
        self.world = world
        product = world.product
        self.stub = product.stub(caller_answers_pb2_grpc.CallerAnswerServiceStub, "email")
        self.gateway = product.caller(sub="gateway", roles=["SERVICE"])
        self.admin = product.caller("acme_admin")
        self.partner_admin = product.caller("north_admin")

    def mail(self, number=1, address=ADDRESS):
        return text_of(self.world.server.wait_for(address, number)[2])

    def link_in(self, text):
        return LINK.search(text)[1]

    def look(self, link):
        return self.gateway(self.stub.GetCallerLink, pb.GetCallerLinkRequest(link=link))

    def answer(self, link, confirmed):
        request = pb.AnswerCallerLinkRequest(link=link, confirmed=confirmed)
        return self.gateway(self.stub.AnswerCallerLink, request).state

    def stopped(self, who=None):
        request = pb.ListStoppedChecksRequest()
        return (who or self.partner_admin)(self.stub.ListStoppedChecks, request).stopped

    def allow(self, who=None, agent="north_agent", **more):
        values = {"user_id": STEFANA, "reason": "we talked", **more}
        request = pb.AllowChecksRequest(agent_id=person_id(agent), **values)
        (who or self.partner_admin)(self.stub.AllowChecks, request)

    def ask(self, check_id, reason="the mailbox is gone"):
        return self.world.ask_to_vouch(check_id, reason)

    def requests(self, who=None):
        request = pb.ListVouchRequestsRequest()
        return (who or self.admin)(self.stub.ListVouchRequests, request).requests

    def vouch(self, check_id, who=None, approve=True, reason="I know the voice"):
        request = pb.VouchForCallerRequest(check_id=check_id, approve=approve, reason=reason)
        (who or self.admin)(self.stub.VouchForCaller, request)

    def proof(self, ticket="INC-1"):
        request = caller_check_pb2.GetCallerProofRequest(user_id=STEFANA, ticket=ticket)
        return self.world.agent(self.world.checks.GetCallerProof, request).proof

    def state(self):
        return self.world.check(user_id=STEFANA).state

    def facts(self, name):
        store = self.world.store
        rows = store.read(0, 10_000)
        return [store.opened(r) for r in rows if r.name.endswith(f".{name}")]


@pytest.fixture
def answers(tmp_path):
    with email_world(tmp_path, HELPDESK_EMAIL_RETRY_SECONDS="0.1") as world:
        yield Answers(world)


@pytest.fixture
def sent(answers):
    """A mail arrived; the link of it."""
    answers.check_id = answers.world.send_code().check_id
    answers.text = answers.mail()
    return answers, answers.link_in(answers.text)


def test_the_mail_says_who_asks_for_what_and_that_nobody_asks_for_more(sent):
    answers, _ = sent
    check = answers.world.check(user_id=STEFANA)

    for said in ("Ned Agent", "North Partner", "INC-1", check.phrase, "Nimeni nu trebuie"):
        assert said in answers.text
    assert re.search(r"20\d\d-\d\d-\d\d \d\d:\d\d UTC", answers.text)
    assert len(check.phrase.split()) == 2


def test_both_see_the_same_two_words(sent):
    answers, link = sent
    seen = answers.look(link)

    assert seen.phrase == answers.world.check(user_id=STEFANA).phrase
    assert (seen.agent_name, seen.partner_name, seen.ticket) == (
        "Ned Agent",
        "North Partner",
        "INC-1",
    )
    assert seen.state == "open"
    assert seen.can_deny


def test_the_page_of_a_link_does_not_say_whose_it_is(sent):
    answers, link = sent
    text = str(answers.look(link))

    assert "tefana" not in text
    assert STEFANA not in text
    assert link[32:] not in text


def test_looking_confirms_nothing(sent):
    answers, link = sent
    before = answers.world.store.position
    for _ in range(5):
        answers.look(link)

    assert answers.state() == "sent"
    facts = answers.world.store.read(before, 100)
    assert [row.name for row in facts if "Caller" in row.name or "Mailbox" in row.name] == []


def test_the_link_confirms_once(sent):
    answers, link = sent

    assert answers.answer(link, confirmed=True) == "confirmed"
    check = answers.world.check(user_id=STEFANA)
    assert (check.state, check.confirmed_by) == ("confirmed", "link")
    for confirmed in (True, False):
        with pytest.raises(Refused) as refused:
            answers.answer(link, confirmed=confirmed)
        assert refused.value.reason == "LINK_USED"
    assert answers.look(link).state == "confirmed"
    assert not answers.look(link).can_deny


def test_the_code_is_worth_nothing_once_the_link_confirmed(sent):
    answers, link = sent
    answers.answer(link, confirmed=True)

    with pytest.raises(Refused):
        answers.world.verify(answers.check_id, code_in(answers.world.server.to(ADDRESS)[0][2]))


@pytest.mark.parametrize("wrong", ["", "x", "0" * 64, "ș" * 64])
def test_what_is_no_link_opens_nothing(sent, wrong):
    answers, link = sent
    for each in (wrong, link[:-1], link[:32] + "0" * 32, "0" * 32 + link[32:]):
        with pytest.raises(NotFound):
            answers.look(each)
        with pytest.raises(NotFound):
            answers.answer(each, confirmed=True)

    assert answers.state() == "sent"


def test_only_the_gateway_hands_answers_in(sent):
    answers, link = sent
    for who in (answers.world.agent, answers.admin, answers.partner_admin):
        with pytest.raises(Forbidden):
            who(answers.stub.AnswerCallerLink, pb.AnswerCallerLinkRequest(link=link))
        with pytest.raises(Forbidden):
            who(answers.stub.GetCallerLink, pb.GetCallerLinkRequest(link=link))


def test_a_denial_stops_the_agents_checks_of_this_user_only(sent):
    answers, link = sent
    world = answers.world

    assert answers.answer(link, confirmed=False) == "denied"
    assert answers.state() == "denied"
    with pytest.raises(Refused) as refused:
        world.send_code()
    assert refused.value.reason == "CHECKS_STOPPED"
    assert world.send_code(person_id("acme_admin")).state == "sent"
    colleague = world.product.caller("north_second_admin", roles=["HELP_DESK"])
    assert world.send_code(who=colleague).state == "sent"


def test_a_denial_is_told_to_the_partners_admins_by_mail_and_on_their_page(sent):
    answers, link = sent
    answers.answer(link, confirmed=False)
    mail = text_of(answers.world.server.wait_for("nora@north.example")[2])
    answers.world.server.wait_for("nina@north.example")
    found = answers.stopped()

    assert "Ned Agent" in mail
    assert "INC-1" in mail
    assert "/admin/alarms" in mail
    assert "tefana" not in mail
    assert [(each.agent_name, each.user_id, each.ticket) for each in found] == [
        ("Ned Agent", STEFANA, "INC-1")
    ]
    assert answers.stopped(answers.world.product.caller("south_admin")) == []
    record = answers.world.product.records("email", action="email.caller-link.answer")[-1]
    assert (record.outcome, record.user_id, record.ticket) == ("done", STEFANA, "INC-1")


def test_the_customer_is_told_that_the_list_of_denied_calls_showed_one(sent):
    answers, link = sent
    answers.answer(link, confirmed=False)
    denied = answers.world.check(user_id=STEFANA).check_id
    answers.stopped()
    records = answers.world.product.records("email", action="email.stopped-check.list.shown")

    assert [(each.organization_id, each.shown) for each in records] == [
        (ACME, (f"check:{denied}",))
    ]


def test_a_denial_takes_back_a_code_that_was_read_aloud(sent):
    answers, link = sent
    code = code_in(answers.world.server.to(ADDRESS)[0][2])
    assert answers.world.verify(answers.check_id, code).state == "confirmed"
    assert answers.proof()
    answers.answer(link, confirmed=False)

    assert answers.state() == "denied"
    with pytest.raises(Refused):
        answers.proof()


def test_a_denied_agent_confirms_nothing_with_another_check(sent):
    answers, first = sent
    second = answers.world.send_code().check_id
    code = code_in(answers.world.server.wait_for(ADDRESS, 2)[2])
    answers.answer(first, confirmed=False)

    with pytest.raises(Refused) as refused:
        answers.world.verify(second, code)
    assert refused.value.reason == "CHECKS_STOPPED"


def test_a_partner_admin_lifts_it_with_a_reason_but_not_about_themselves(sent):
    answers, link = sent
    answers.answer(link, confirmed=False)
    product = answers.world.product
    both = product.caller("north_agent", roles=["HELP_DESK", "PARTNER_ADMIN"])

    with pytest.raises(Refused) as refused:
        answers.allow(both)
    assert refused.value.reason == "OWN_ALARM"
    with pytest.raises(NotFound):
        answers.allow(product.caller("south_admin"))
    with pytest.raises(Exception, match="Say why"):
        answers.allow(reason="")
    answers.allow()
    assert answers.stopped() == []
    assert answers.world.send_code().state == "sent"


@pytest.fixture
def stuck(answers):
    """A check whose mail bounced."""
    answers.world.server.answers[ADDRESS] = NO_SUCH
    answers.check_id = answers.world.send_code().check_id
    assert wait_until(lambda: answers.state() == "cannot_arrive")
    return answers


def test_an_agent_sees_within_five_seconds_that_a_code_bounced(answers):
    world = answers.world
    world.send_code()
    sender, recipient, mail = world.server.wait_for(ADDRESS)
    began = time.monotonic()
    world.report(bounce_of(sender, recipient, mail))
    seen = wait_until(lambda: answers.state() == "cannot_arrive")

    assert seen
    assert time.monotonic() - began < 5
    assert world.check(user_id=STEFANA).next_step == "check.next.other_address"


def refused_by_server(world, user_id, address):
    world.server.answers[address] = NO_SUCH
    began = time.monotonic()
    world.send_code(user_id)
    return began


def reported_later(world, user_id, address):
    world.send_code(user_id)
    report = bounce_of(*world.server.wait_for(address))
    began = time.monotonic()
    world.report(report)
    return began


def blocked_before(world, user_id, address):
    world.server.answers[address] = NO_SUCH
    world.wait_for_state(world.send(user_id), "bounced", user_id)
    began = time.monotonic()
    world.send_code(user_id)
    return began


OTTO = "otto@orphan.example"


@pytest.mark.parametrize(
    ("how", "user", "address", "second", "way"),
    [
        (refused_by_server, "acme_user", ADDRESS, True, "other_address"),
        (reported_later, "acme_user", ADDRESS, True, "other_address"),
        (blocked_before, "acme_user", ADDRESS, True, "other_address"),
        (refused_by_server, "acme_user", ADDRESS, False, "customer_admin"),
        (refused_by_server, "acme_admin", "ada@acme.example", False, "try_removal"),
        (blocked_before, "orphan_user", OTTO, False, "try_removal"),
    ],
    ids=["refused", "reported", "blocked", "an admin", "the only admin", "nobody"],
)
def test_a_watching_agent_is_told_the_way_out_within_five_seconds(
    answers, user, address, second, way, how
):
    world, user_id = answers.world, person_id(user)
    if not second:
        other = address.replace("@", "+second@")
        world.server.answers[other] = NO_SUCH
        world.send_code(user_id, index=1)
        assert wait_until(lambda: world.user_mail(user_id).addresses[1].blocked)
    request = email_pb2.WatchUserMailRequest(user_id=user_id)
    told = world.agent.stream(world.mail.WatchUserMail, request, timeout=60)
    next(told)
    began = how(world, user_id, address)
    check = next(
        each.check
        for each in told
        if each.check.state == "cannot_arrive" and each.check.address_index == 0
    )

    assert time.monotonic() - began < 5
    assert check.next_step == f"check.next.{way}"


def test_another_address_of_the_user_is_a_way_out(stuck):
    answer = stuck.world.send_code(index=1)
    link = stuck.link_in(stuck.mail(address=SECOND))

    assert answer.state == "sent"
    assert stuck.answer(link, confirmed=True) == "confirmed"


def test_a_customer_admin_vouches_where_the_mail_cannot_arrive(stuck):
    stuck.ask(stuck.check_id)
    waiting = stuck.requests()
    asked = stuck.world.check(user_id=STEFANA)
    stuck.vouch(stuck.check_id)
    check = stuck.world.check(user_id=STEFANA)
    record = stuck.world.product.records("email", action="email.vouch.answer")[-1]

    assert [(w.user_name, w.agent_name, w.partner_name, w.ticket, w.reason) for w in waiting] == [
        ("Ștefana Voinea", "Ned Agent", "North Partner", "INC-1", "the mailbox is gone")
    ]
    assert (asked.vouch, asked.next_step) == ("asked", "check.next.wait_for_vouch")
    assert (check.state, check.confirmed_by) == ("confirmed", "customer_admin")
    assert stuck.proof()
    assert stuck.requests() == []
    assert (record.reason, record.user_id) == ("I know the voice", STEFANA)


def test_a_customer_admin_may_say_no(stuck):
    stuck.ask(stuck.check_id)
    stuck.vouch(stuck.check_id, approve=False, reason="she is on leave")

    assert stuck.world.check(user_id=STEFANA).vouch == "refused"
    with pytest.raises(Refused):
        stuck.proof()
    with pytest.raises(Refused) as refused:
        stuck.vouch(stuck.check_id)
    assert refused.value.reason == "ANSWERED"
    with pytest.raises(Refused):
        stuck.ask(stuck.check_id)


def test_nobody_else_vouches(stuck):
    stuck.ask(stuck.check_id)
    product = stuck.world.product

    for name in ("shared_admin", "beta_admin"):
        with pytest.raises(NotFound):
            stuck.vouch(stuck.check_id, product.caller(name))
        assert stuck.requests(product.caller(name)) == []
    with pytest.raises(Forbidden):
        stuck.vouch(stuck.check_id, stuck.world.agent)
    with pytest.raises(Exception, match="Say why"):
        stuck.vouch(stuck.check_id, reason=" ")


def test_an_admin_does_not_vouch_for_themselves(answers):
    world = answers.world
    ada = person_id("acme_admin")
    world.server.answers["ada@acme.example"] = NO_SUCH
    check_id = world.send_code(ada).check_id
    assert wait_until(lambda: world.check(check_id=check_id).state == "cannot_arrive")
    answers.ask(check_id)

    with pytest.raises(Refused) as refused:
        answers.vouch(check_id)
    assert refused.value.reason == "OWN_CALL"


def test_nobody_is_asked_while_the_mail_may_arrive(sent):
    answers, _ = sent
    with pytest.raises(Refused) as refused:
        answers.ask(answers.check_id)

    assert refused.value.reason == "NOTHING_TO_VOUCH_FOR"


def test_a_proof_is_for_its_ticket_alone(sent):
    answers, link = sent
    with pytest.raises(Refused):
        answers.proof()
    answers.answer(link, confirmed=True)

    assert answers.proof()
    with pytest.raises(Refused) as refused:
        answers.proof(ticket="INC-2")
    assert refused.value.reason == "CALLER_CHECK_REQUIRED"
