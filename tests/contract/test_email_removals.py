"""The words that lift blocks, and what became of removals, over the wire."""

import re

import pytest

from helpdesk.email.v1 import blocklist_pb2, blocklist_pb2_grpc
from helpdesk.kernel.errors import Forbidden, NotFound, Refused
from helpdesk.kernel.events import ERASED
from tests.contract.email_world import STEFANA, complaint, email_world
from tests.support.product import ACME, person_id
from tests.support.waiting import wait_until

ADDRESS = "stefana@acme.example"
SECOND = "stefana+second@acme.example"
OTTO = person_id("orphan_user")
NO_SUCH = "550 5.1.1 no such user"


@pytest.fixture
def world(tmp_path):
    with email_world(tmp_path) as world:
        world.blocklist = world.product.stub(blocklist_pb2_grpc.BlocklistServiceStub, "email")
        yield world


def bounce(world):
    world.server.answers[ADDRESS] = NO_SUCH
    world.wait_for_state(world.send(), "bounced")


def complain(world):
    message_id = world.send()
    world.wait_for_state(message_id, "delivered")
    world.report(complaint(message_id))
    assert world.user_mail().addresses[0].block == "complaint"
    return message_id


def vouch(world, who="acme_admin", reason="the mailbox is back", user_id=STEFANA):
    request = blocklist_pb2.VouchForAddressRequest(user_id=user_id, reason=reason)
    return world.product.caller(who)(world.blocklist.VouchForAddress, request)


def lift(world, who="north_admin", user_id=STEFANA):
    request = blocklist_pb2.LiftRemovalLockRequest(user_id=user_id, reason="mended for good")
    return world.product.caller(who)(world.blocklist.LiftRemovalLock, request)


def removals(world, who="north_agent", **more):
    request = blocklist_pb2.ListRemovalsRequest(**more)
    return world.product.caller(who)(world.blocklist.ListRemovals, request)


def refusal(call, *args, **more):
    with pytest.raises(Refused) as refused:
        call(*args, **more)
    return refused.value.reason


def test_a_missing_mailbox_needs_a_check_through_another_address(world):
    bounce(world)
    assert refusal(world.remove, checked=False) == "CHECK_REQUIRED"
    check_id = world.check_caller()
    answer = world.remove(checked=False)
    record = world.product.records("email", action="email.blocklist.remove")[-1]

    assert answer.ground == "caller_check"
    assert f"check:{check_id}" in record.subjects


def test_a_check_for_another_ticket_removes_nothing(world):
    bounce(world)
    world.check_caller(ticket="INC-2")

    assert refusal(world.remove, checked=False) == "CHECK_REQUIRED"


def test_the_word_of_the_customers_admin_removes_a_missing_mailbox(world):
    bounce(world)
    vouch(world)
    shown = world.user_mail().addresses[0]

    assert [(way.name, way.state) for way in shown.ways][1] == ("customer_admin", "done")
    assert world.remove(checked=False).ground == "customer_admin"


def all_blocked(world, user_id, address):
    """Block both addresses of a user: the second by the code of a caller check."""
    second = address.replace("@", "+second@")
    world.server.answers.update({address: NO_SUCH, second: NO_SUCH})
    world.wait_for_state(world.send(user_id), "bounced", user_id)
    world.send_code(user_id, index=1)
    assert wait_until(lambda: all(each.blocked for each in world.user_mail(user_id).addresses))
    return world.user_mail(user_id).addresses[0]


def test_nothing_is_tried_where_the_customer_has_an_admin(world):
    shown = all_blocked(world, STEFANA, ADDRESS)

    assert shown.next_step == "mail.next.ask_admin_to_vouch"
    assert refusal(world.remove, checked=False) == "WORD_REQUIRED"


def test_a_removal_is_tried_where_the_customer_has_no_admin(world):
    shown = all_blocked(world, OTTO, "otto@orphan.example")

    assert [(way.name, way.state) for way in shown.ways] == [
        ("caller_check", "closed"),
        ("customer_admin", "closed"),
        ("trial", "open"),
    ]
    assert world.remove(OTTO, checked=False).ground == "trial"


@pytest.mark.parametrize("who", ["beta_admin", "shared_admin"])
def test_an_admin_of_another_customer_vouches_for_nobody_here(world, who):
    bounce(world)

    with pytest.raises(NotFound):
        vouch(world, who)


def test_an_agent_does_not_vouch(world):
    bounce(world)

    with pytest.raises(Forbidden):
        vouch(world, "north_agent")


def test_a_complaint_is_lifted_by_the_recipients_consent_from_another_address(world):
    complain(world)
    world.check_caller()
    assert refusal(world.remove, checked=False) == "CONSENT_REQUIRED"
    ask = blocklist_pb2.AskForMailConsentRequest(
        user_id=STEFANA, reason="wants our mail", ticket="INC-1"
    )
    world.agent(world.blocklist.AskForMailConsent, ask)
    _, _, mail = world.server.wait_for(SECOND, 2)
    link = re.search(rb"/agree/([\w=\r\n-]+)", mail)[1].replace(b"=\r\n", b"").decode().split()[0]
    gateway = world.product.caller(sub="gateway", roles=["SERVICE"])
    get = blocklist_pb2.GetMailConsentRequest(link=link)
    assert gateway(world.blocklist.GetMailConsent, get).state == "open"
    assert refusal(world.remove, checked=False) == "CONSENT_REQUIRED"
    give = blocklist_pb2.GiveMailConsentRequest(link=link)
    assert gateway(world.blocklist.GiveMailConsent, give).state == "given"

    assert refusal(gateway, world.blocklist.GiveMailConsent, give) == "LINK_USED"
    assert world.remove(checked=False).ground == "consent"
    assert gateway(world.blocklist.GetMailConsent, get).state == "expired"


def test_a_forged_consent_link_is_not_found(world):
    gateway = world.product.caller(sub="gateway", roles=["SERVICE"])
    for link in ("", "x", "0" * 32, "0" * 32 + "secret", "ș" * 60):
        with pytest.raises(NotFound):
            gateway(world.blocklist.GetMailConsent, blocklist_pb2.GetMailConsentRequest(link=link))


def test_the_link_of_a_consent_is_kept_nowhere_after_its_mail_is_gone(world):
    complain(world)
    ask = blocklist_pb2.AskForMailConsentRequest(
        user_id=STEFANA, reason="wants our mail", ticket="INC-1"
    )
    message_id = world.agent(world.blocklist.AskForMailConsent, ask).message_id
    world.wait_for_state(message_id, "delivered")

    def links():
        names = ("helpdesk.email.v1.MailConsentAsked",)
        return [world.store.opened(row).link for row in world.store.read(0, 9999, names)]

    assert wait_until(lambda: links() == [ERASED])


def test_a_customer_admin_consents_for_a_complaint(world):
    complain(world)
    vouch(world, reason="she pressed the wrong button")

    assert world.remove(checked=False).ground == "customer_admin"


def test_a_partner_admin_lifts_the_lock_of_the_third_removal_for_one(world):
    world.server.answers[ADDRESS] = NO_SUCH
    for number in range(3):
        world.wait_for_state(world.send(), "bounced")
        vouch(world)
        if number < 2:
            world.remove(checked=False)
    assert refusal(world.remove, checked=False) == "REMOVALS_LOCKED"
    assert world.user_mail().addresses[0].locked
    lift(world)

    assert world.remove(checked=False).removals == 3


def test_no_admin_of_another_partner_lifts_a_lock(world):
    bounce(world)

    with pytest.raises(NotFound):
        lift(world, "south_admin")
    assert refusal(lift, world) == "NOT_LOCKED"


def test_the_work_list_says_what_became_of_each_removal(world):
    bounce(world)
    vouch(world)
    world.remove(checked=False)
    waits = removals(world).removals[0]
    world.wait_for_state(world.send(), "bounced")
    again = removals(world).removals[0]
    del world.server.answers[ADDRESS]
    vouch(world)
    world.remove(checked=False)
    world.wait_for_state(world.send(), "delivered")
    newest, oldest = removals(world).removals

    assert (waits.outcome, waits.next_step) == ("waiting", "mail.next.wait_for_delivery")
    assert (again.outcome, again.cause) == ("blocked_again", "no_such_mailbox")
    assert (newest.outcome, oldest.outcome) == ("delivered", "blocked_again")
    assert (newest.user_name, newest.ticket) == ("Ștefana Voinea", "INC-1")
    assert newest.address == "s••••@acme.example"


def test_the_work_list_says_that_mail_bounced_without_a_new_block(world):
    bounce(world)
    vouch(world)
    world.remove(checked=False)
    world.server.answers[ADDRESS] = "552 5.2.2 mailbox full"
    world.wait_for_state(world.send(), "bounced")
    (shown,) = removals(world).removals
    address = world.user_mail().addresses[0]

    assert (shown.outcome, shown.cause) == ("bounced", "mailbox_full")
    assert shown.next_step == "mail.advice.mailbox_full"
    assert (address.blocked, address.on_probation) == (False, False)


def test_the_work_list_is_paged_and_the_partners_own(world):
    world.server.answers[ADDRESS] = NO_SUCH
    for _ in range(2):
        world.wait_for_state(world.send(), "bounced")
        vouch(world)
        world.remove(checked=False)
    first = removals(world, page_size=1)
    second = removals(world, page_size=1, page_token=first.next_page_token)

    assert first.removals[0].removal_id != second.removals[0].removal_id
    assert second.next_page_token == ""
    assert len(removals(world, "north_admin", everyone=True).removals) == 2
    assert not removals(world, "north_admin").removals
    assert not removals(world, "south_agent", everyone=True).removals


def test_the_customer_is_told_that_the_work_list_showed_a_removal(world):
    bounce(world)
    vouch(world)
    world.remove(checked=False)
    (removal,) = removals(world).removals
    (told,) = world.product.records("email", action="email.removal.list.shown")

    assert told.organization_id == ACME
    assert told.shown == (f"removal:{removal.removal_id}",)
    assert told.user_id == ""


def test_the_customers_admin_is_asked_and_sees_what_for(world):
    bounce(world)
    ask = blocklist_pb2.AskAdminToVouchRequest(
        user_id=STEFANA, reason="she called from her desk", ticket="INC-1"
    )
    world.agent(world.blocklist.AskAdminToVouch, ask)
    listing = blocklist_pb2.ListAddressVouchRequestsRequest()
    seen = world.product.caller("acme_admin")(world.blocklist.ListAddressVouchRequests, listing)
    others = world.product.caller("beta_admin")(world.blocklist.ListAddressVouchRequests, listing)
    vouch(world)
    after = world.product.caller("acme_admin")(world.blocklist.ListAddressVouchRequests, listing)

    assert [(r.user_name, r.address, r.block) for r in seen.requests] == [
        ("Ștefana Voinea", ADDRESS, "hard_bounce")
    ]
    assert seen.requests[0].reason == "she called from her desk"
    assert seen.requests[0].partner_name == "North Partner"
    assert not others.requests
    assert not after.requests
