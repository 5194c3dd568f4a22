"""EmailService over a real channel: a mail from queue to mailbox, or to the blocklist and back."""

import threading

import pytest

from helpdesk.email.v1 import email_pb2
from helpdesk.kernel.errors import Exhausted, Forbidden, InvalidArgument, NotFound, Refused
from tests.contract.email_world import BETA_USER, SHARED_USER, STEFANA, MailServer, email_world
from tests.support.product import person_id
from tests.support.waiting import wait_until

ADDRESS = "stefana@acme.example"
NO_SUCH = "550 5.1.1 <stefana@acme.example>: Recipient address rejected: User unknown"


@pytest.fixture
def world(tmp_path):
    with email_world(tmp_path, HELPDESK_EMAIL_RETRY_SECONDS="0.1") as running:
        yield running


@pytest.fixture
def blocked(world):
    """The welcome mail bounced, the address is blocked; then the mailbox is there."""
    world.server.answers[ADDRESS] = NO_SUCH
    message_id = world.send()
    world.wait_for_state(message_id, "bounced")
    world.server.answers.clear()
    return world, message_id


def test_a_welcome_mail_is_delivered(world):
    message_id = world.send()
    shown = world.wait_for_state(message_id, "delivered")
    sender, _, mail = world.server.wait_for(ADDRESS)

    assert [entry.what for entry in shown.entries] == ["queued", "sent", "delivered"]
    assert f"bounces+{message_id}." in sender
    assert f"Message-ID: <{message_id}@mail.helpdesk.example>".encode() in mail
    assert b"Bun venit" in mail or b"=?utf-8?q?Bun_venit" in mail.lower() or b"Bun" in mail
    assert b"Voinea" not in next(line for line in mail.splitlines() if line.startswith(b"Subject"))


def test_a_refused_address_is_blocked_with_its_cause(blocked):
    world, message_id = blocked
    answer = world.user_mail()
    shown, address = answer.messages[0], answer.addresses[0]

    assert [entry.what for entry in shown.entries] == ["queued", "bounced", "blocked"]
    assert (shown.cause, shown.fault) == ("no_such_mailbox", "recipient")
    assert shown.entries[1].status == "5.1.1"
    assert shown.entries[1].reply_code == "550"
    assert address.blocked
    assert (address.block, address.evidence_message_id) == ("hard_bounce", message_id)
    assert address.removal_refusal == "CHECK_REQUIRED"
    assert [(way.name, way.state) for way in address.ways] == [
        ("caller_check", "missing"),
        ("customer_admin", "missing"),
        ("trial", "closed"),
    ]
    assert shown.next_step == "mail.next.check_other_address"
    assert not answer.addresses[1].blocked


def test_agents_see_masked_addresses_only(blocked):
    world, message_id = blocked
    answer = world.user_mail()

    assert "stefana@" not in str(answer)
    assert answer.messages[0].address == "s••••@acme.example"
    assert "stefana@" not in str(world.evidence(message_id))
    assert world.evidence(message_id)[0].kind == "reply"


def test_a_customer_admin_sees_the_address(world):
    answer = world.user_mail(who=world.product.caller("acme_admin"))

    assert answer.addresses[0].address == ADDRESS


def test_a_blocked_address_gets_no_mail(blocked):
    world, _ = blocked
    shown = world.wait_for_state(world.send(), "suppressed")

    assert shown.cause == "blocked"
    assert world.server.to(ADDRESS) == []


def test_a_removed_address_gets_mail_again_and_passes_its_probation(blocked):
    world, _ = blocked
    assert world.remove().removals == 1
    assert world.user_mail().addresses[0].on_probation
    message_id = world.resend(kind="welcome")
    world.wait_for_state(message_id, "delivered")
    address = world.user_mail().addresses[0]

    assert not address.blocked
    assert not address.on_probation
    assert address.removals == 1


def test_an_address_that_bounces_on_probation_is_blocked_again(blocked):
    world, _ = blocked
    world.remove()
    world.server.answers[ADDRESS] = NO_SUCH
    world.wait_for_state(world.send(), "bounced")
    address = world.user_mail().addresses[0]

    assert address.blocked
    assert address.blocked_again


def test_the_third_removal_in_30_days_is_refused(blocked):
    world, _ = blocked
    world.server.answers[ADDRESS] = NO_SUCH
    for _ in range(2):
        world.remove()
        world.wait_for_state(world.send(), "bounced")
    with pytest.raises(Refused) as refused:
        world.remove()
    address = world.user_mail().addresses[0]

    assert refused.value.reason == "REMOVALS_LOCKED"
    assert address.removal_refusal == "REMOVALS_LOCKED"
    assert address.removals == 2
    assert address.locked_until.seconds


def test_removal_needs_reason_and_ticket(blocked):
    world, _ = blocked

    with pytest.raises(InvalidArgument):
        world.remove(reason=" ")
    with pytest.raises(Refused, match="ticket"):
        world.remove(ticket="")


def test_an_address_is_not_removed_twice(blocked):
    world, _ = blocked
    world.remove()

    with pytest.raises(Refused) as refused:
        world.remove()
    assert refused.value.reason == "NOT_BLOCKED"


def test_the_same_request_removes_once(blocked):
    world, _ = blocked
    first = world.remove(request_id="r1")

    assert world.remove(request_id="r1") == first


def test_the_reason_is_recorded_sealed(blocked):
    world, _ = blocked
    world.remove(reason="Mrs Voinea says it is back")
    record = world.product.records("email", action="email.blocklist.remove")[-1]

    assert record.reason == "Mrs Voinea says it is back"
    assert (record.user_id, record.ticket) == (STEFANA, "INC-1")
    assert all(b"says it is back" not in row.state for row in world.store.read(0, 10_000))


@pytest.mark.parametrize("who", ["south_agent", "beta_admin"])
def test_a_foreign_user_is_not_found(world, who):
    caller = world.product.caller(who)

    with pytest.raises(NotFound):
        world.user_mail(who=caller)


def test_a_foreign_agent_changes_nothing(blocked):
    world, message_id = blocked
    south = world.product.caller("south_agent")

    for attempt in (
        lambda: world.remove(who=south),
        lambda: world.resend(who=south, kind="welcome"),
        lambda: world.evidence(message_id, who=south),
    ):
        with pytest.raises(NotFound):
            attempt()
    assert world.user_mail().addresses[0].blocked


def test_a_message_is_not_found_under_another_user(blocked):
    world, message_id = blocked

    with pytest.raises(NotFound):
        world.evidence(message_id, user_id=SHARED_USER)


def test_those_who_only_read_change_nothing(blocked):
    world, _ = blocked
    reader = world.product.caller("north_agent", roles=["HELP_DESK_READ_ONLY"])

    assert world.user_mail(who=reader).messages
    with pytest.raises(Forbidden):
        world.remove(who=reader)
    with pytest.raises(Forbidden):
        world.resend(who=reader, kind="welcome")


def test_agents_do_not_send_as_services(world):
    request = email_pb2.SendMessageRequest(user_id=STEFANA, template="welcome")

    with pytest.raises(Forbidden):
        world.agent(world.mail.SendMessage, request)


def test_a_blocked_address_is_not_resent_to(blocked):
    world, message_id = blocked

    with pytest.raises(Refused) as refused:
        world.resend(message_id=message_id)
    assert refused.value.reason == "ADDRESS_BLOCKED"
    assert world.message(message_id).resend_refusal == "ADDRESS_BLOCKED"


def test_a_resent_message_names_the_new_one(blocked):
    world, message_id = blocked
    world.remove()
    new_id = world.resend(message_id=message_id)
    world.wait_for_state(new_id, "delivered")
    old = world.message(message_id)

    assert old.resent_as == new_id
    assert world.message(new_id).resend_of == message_id
    assert [e.what for e in old.entries] == ["queued", "bounced", "blocked", "unblocked", "resent"]


def test_a_user_is_not_flooded(world):
    for _ in range(3):
        world.resend(kind="welcome")

    with pytest.raises(Exhausted) as exhausted:
        world.resend(kind="welcome")
    assert 0 < exhausted.value.retry_seconds <= 600


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ({}, "ONE_OF_TWO"),
        ({"kind": "party"}, "UNKNOWN_TEMPLATE"),
        ({"kind": "welcome", "address_index": 7}, "NO_SUCH_ADDRESS"),
        ({"kind": "welcome", "address_index": -1}, "NO_SUCH_ADDRESS"),
    ],
)
def test_what_cannot_be_sent_again_is_named(world, more, reason):
    with pytest.raises(InvalidArgument) as wrong:
        world.resend(**more)
    assert wrong.value.reason == reason


def test_mail_that_is_refused_for_now_is_tried_again(world):
    world.server.answers[ADDRESS] = "450 4.2.2 <stefana@acme.example>: Mailbox full"
    message_id = world.send()
    delayed = world.wait_for_state(message_id, "delayed")
    world.server.answers.clear()
    shown = world.wait_for_state(message_id, "delivered")

    assert delayed.retry_at.seconds
    assert delayed.cause == "mailbox_full"
    assert [entry.what for entry in shown.entries][-2:] == ["sent", "delivered"]
    assert not world.user_mail().addresses[0].blocked


def test_mail_waits_for_a_server_that_is_down(world):
    world.server.stop()
    message_id = world.send()
    delayed = world.wait_for_state(message_id, "delayed")
    again = MailServer(world.server.address)
    again.start()
    world.wait_for_state(message_id, "delivered")
    again.stop()

    assert (delayed.cause, delayed.fault) == ("network_trouble", "our_side")
    assert not world.user_mail().addresses[0].blocked


def test_mail_that_waits_survives_a_restart(tmp_path):
    with email_world(tmp_path) as before:
        before.server.answers[ADDRESS] = "451 4.3.0 try later"
        message_id = before.send()
        before.wait_for_state(message_id, "delayed")
    # The pause of 5 s is part of what was stored.
    with email_world(tmp_path) as after:
        came = wait_until(lambda: after.message(message_id).state == "delivered")

        assert came
        assert len(after.server.to(ADDRESS)) == 1


def test_our_own_trouble_blocks_nobody(world):
    world.server.at_data[ADDRESS] = (
        "554 5.7.1 Service unavailable; Client host [192.0.2.1] blocked using zen.spamhaus.org"
    )
    shown = world.wait_for_state(world.send(), "bounced")

    assert shown.fault == "our_side"
    assert not world.user_mail().addresses[0].blocked


def test_pages_go_from_newest_to_oldest(world):
    sent = [world.send(SHARED_USER) for _ in range(5)]
    seen, token = [], ""
    while True:
        page = world.user_mail(SHARED_USER, page_size=2, page_token=token)
        seen += [each.message_id for each in page.messages]
        token = page.next_page_token
        if not token:
            break

    assert seen == sent[::-1]


def test_a_page_token_is_good_for_its_caller_and_user_only(world):
    for _ in range(2):
        world.send(SHARED_USER)
    token = world.user_mail(SHARED_USER, page_size=1).next_page_token

    for forged in ({"user_id": STEFANA}, {"who": world.product.caller("south_agent")}):
        with pytest.raises(InvalidArgument):
            world.user_mail(**{"user_id": SHARED_USER, **forged}, page_token=token)
    with pytest.raises(InvalidArgument):
        world.user_mail(SHARED_USER, page_token="9" + token)


def test_every_answer_leaves_one_record(world):
    before = len(world.product.records("email"))
    world.user_mail(ticket="INC-7")
    records = world.product.records("email")[before:]

    assert [(r.action, r.outcome, r.user_id, r.ticket) for r in records] == [
        ("email.mail.get", "done", STEFANA, "INC-7")
    ]


def test_a_watcher_sees_a_bounce_as_it_comes(world):
    world.server.answers[ADDRESS] = NO_SUCH
    seen = []
    done = threading.Event()

    def watch():
        request = email_pb2.WatchUserMailRequest(user_id=STEFANA)
        for answer in world.agent.stream(world.mail.WatchUserMail, request, timeout=60):
            seen.append(answer)
            if answer.addresses[0].blocked:
                done.set()
                return

    thread = threading.Thread(target=watch)
    thread.start()
    assert wait_until(lambda: len(seen) == 1)
    message_id = world.send()
    thread.join(60)

    assert done.is_set()
    assert seen[0].messages == []
    assert seen[-1].messages[0].message_id == message_id
    assert seen[-1].messages[0].state == "bounced"
    assert "stefana@" not in str(seen)


def test_a_watcher_who_left_holds_no_thread(world):
    request = email_pb2.WatchUserMailRequest(user_id=STEFANA)
    for _ in range(70):
        answers = world.agent.stream(world.mail.WatchUserMail, request, timeout=60)
        next(answers)
        answers.close()

    def watched_again():
        try:
            next(world.agent.stream(world.mail.WatchUserMail, request, timeout=5))
        except Exception:
            return False
        return True

    assert wait_until(watched_again)


def test_a_service_may_write_to_everybody(world):
    world.wait_for_state(world.send(SHARED_USER), "delivered", SHARED_USER)
    world.send(BETA_USER)

    assert world.server.wait_for("zhanna@beta.example")


def test_the_set_up_mail_is_sent_in_the_language_that_was_asked_for(world):
    world.resend(kind="setup", language="en")
    _, _, mail = world.server.wait_for(ADDRESS)

    assert b"Subject: Finish setting up your account" in mail


def test_a_language_without_mails_is_refused(world):
    with pytest.raises(InvalidArgument) as refused:
        world.resend(kind="setup", language="xx")

    assert refused.value.reason == "UNKNOWN_LANGUAGE"


def test_messages_to_one_of_a_users_addresses_can_be_asked_for(world):
    first = world.send()
    world.check_caller()
    second = world.resend(kind="welcome", address_index=1)
    world.wait_for_state(second, "delivered")
    to_first, to_second = (world.user_mail(address_index=index) for index in (0, 1))
    everything = world.user_mail()

    assert [each.message_id for each in to_first.messages] == [first]
    assert [each.kind for each in to_second.messages] == ["welcome", "code"]
    assert len(everything.messages) == 3
    assert len(to_second.addresses) == 2


def test_pages_of_one_address_are_of_that_address(world):
    for _ in range(2):
        world.wait_for_state(world.send(), "delivered")
    page = world.user_mail(address_index=0, page_size=1)
    rest = world.user_mail(address_index=0, page_size=1, page_token=page.next_page_token)

    assert page.messages[0].message_id != rest.messages[0].message_id
    with pytest.raises(InvalidArgument):
        world.user_mail(page_size=1, page_token=page.next_page_token)


def test_an_address_that_the_user_does_not_have_is_no_filter(world):
    with pytest.raises(InvalidArgument):
        world.user_mail(address_index=7)


def test_one_address_can_be_watched(world):
    request = email_pb2.WatchUserMailRequest(user_id=STEFANA, address_index=1)
    stream = world.agent.stream(world.mail.WatchUserMail, request)
    begin = next(stream)
    world.wait_for_state(world.send(), "delivered")
    world.check_caller()
    told = next(answer for answer in stream if answer.messages)
    stream.close()

    assert not begin.messages
    assert [each.address_index for each in told.messages] == [1]


def test_a_timeline_says_who_lifted_a_block_to_their_own_people(world):
    address = "giorgos@shared.example"
    world.server.answers[address] = "550 5.1.1 no such user"
    message_id = world.send(SHARED_USER)
    world.wait_for_state(message_id, "bounced", SHARED_USER)
    world.remove(SHARED_USER)

    def lifted_by(who):
        shown = world.user_mail(SHARED_USER, world.product.caller(who)).messages
        found = next(each for each in shown if each.message_id == message_id)
        return [entry.by for entry in found.entries if entry.what == "unblocked"]

    assert lifted_by("north_agent") == [person_id("north_agent")]
    assert lifted_by("south_agent") == [""]
    assert lifted_by("shared_admin") == [person_id("north_agent")]
