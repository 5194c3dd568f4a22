"""CallerCheckService over a real channel: a code by mail, read back, and nowhere else."""

import re
from concurrent.futures import ThreadPoolExecutor

import pytest

from helpdesk.kernel.errors import Exhausted, Forbidden, InvalidArgument, NotFound, Refused
from tests.contract.email_world import STEFANA, bounce_of, code_in, email_world
from tests.support.product import person_id
from tests.support.waiting import wait_until

ADDRESS = "stefana@acme.example"
NO_SUCH = "550 5.1.1 <stefana@acme.example>: Recipient address rejected: User unknown"


@pytest.fixture
def world(tmp_path):
    with email_world(tmp_path, HELPDESK_EMAIL_RETRY_SECONDS="0.1") as running:
        yield running


@pytest.fixture
def sent(world):
    """A code was sent and arrived."""
    check = world.send_code()
    return world, check.check_id, code_in(world.server.wait_for(ADDRESS)[2])


def wrong(code):
    digits = code.replace(" ", "")
    return digits[:-1] + str((int(digits[-1]) + 1) % 10)


def test_without_a_code_a_check_is_ready(world):
    check = world.check(user_id=STEFANA)

    assert (check.state, check.check_id, check.sends_left) == ("ready", "", 3)
    assert check.next_step == "check.next.send_code"


def test_the_right_code_confirms(sent):
    world, check_id, code = sent
    before = world.check(user_id=STEFANA)
    answer = world.verify(check_id, code)
    after = world.check(user_id=STEFANA)

    assert before.state == "sent"
    assert before.address == "s••••@acme.example"
    assert (before.tries_left, before.sends_left, before.ticket) == (5, 2, "INC-1")
    assert answer.state == "confirmed"
    assert after.state == "confirmed"
    assert after.confirmed_at.seconds


def test_the_mail_names_partner_and_ticket_and_is_in_the_customers_language(sent):
    world, _, code = sent
    mail = world.server.to(ADDRESS)[0][2].decode()

    assert "North Partner" in mail
    assert "INC-1" in mail
    assert "tichetul" in mail
    subject = next(line for line in mail.splitlines() if line.startswith("Subject"))
    assert "tefana" not in subject
    assert code not in subject


@pytest.mark.parametrize("shape", ["{0}{1}", "{0} {1}", " {0}-{1} "])
def test_a_code_is_taken_as_it_is_typed(sent, shape):
    world, check_id, code = sent

    assert world.verify(check_id, shape.format(*code.split())).state == "confirmed"


def test_the_fifth_wrong_code_locks(sent):
    world, check_id, code = sent
    answers = [world.verify(check_id, wrong(code)) for _ in range(5)]

    assert [(a.state, a.tries_left) for a in answers] == [
        ("wrong", 4),
        ("wrong", 3),
        ("wrong", 2),
        ("wrong", 1),
        ("locked", 0),
    ]
    assert world.verify(check_id, code).state == "locked"
    assert world.check(user_id=STEFANA).state == "locked"


def test_concurrent_guesses_are_all_counted(sent):
    world, check_id, code = sent

    def guess(_):
        try:
            return world.verify(check_id, wrong(code)).state
        except Exception as error:
            return type(error).__name__

    with ThreadPoolExecutor(12) as pool:
        states = list(pool.map(guess, range(24)))
    facts = [
        row.name.rpartition(".")[2]
        for row in world.store.read(0, 10_000)
        if row.name.endswith("CodeRejected")
    ]

    assert 1 <= len(facts) <= 5
    assert states.count("wrong") <= min(4, len(facts))
    assert world.check(check_id=check_id).tries_left == (5 - len(facts)) % 5


@pytest.mark.parametrize("text", ["", "1234567", "123456789", "abcdefgh", "١٢٣٤٥٦٧٨"])
def test_what_is_no_code_costs_no_try(sent, text):
    world, check_id, _ = sent
    with pytest.raises(InvalidArgument):
        world.verify(check_id, text)

    assert world.check(check_id=check_id).tries_left == 5


def test_a_code_is_good_once(sent):
    world, check_id, code = sent
    world.verify(check_id, code)

    with pytest.raises(Refused) as refused:
        world.verify(check_id, code)
    assert refused.value.reason == "CODE_USED"


def test_a_newer_code_voids_the_older(sent):
    world, check_id, code = sent
    newer = world.send_code().check_id

    assert world.verify(check_id, code).state == "expired"
    assert world.check(user_id=STEFANA).check_id == newer


def test_a_code_is_its_agents_alone(sent):
    world, check_id, code = sent
    colleague = world.product.caller("north_second_admin", roles=["HELP_DESK"])

    with pytest.raises(NotFound):
        world.verify(check_id, code, who=colleague)
    with pytest.raises(NotFound):
        world.check(check_id=check_id, who=colleague)
    assert world.check(user_id=STEFANA, who=colleague).state == "ready"


def test_a_code_of_one_check_does_not_fit_another(sent):
    world, _, code = sent
    other = world.send_code().check_id
    mail = code_in(world.server.wait_for(ADDRESS, 2)[2])

    assert mail != code
    assert world.verify(other, code).state == "wrong"


def test_an_agent_sends_three_codes_in_ten_minutes(world):
    for name in ("acme_user", "acme_admin", "shared_user"):
        world.send_code(person_id(name))

    with pytest.raises(Exhausted) as exhausted:
        world.send_code(person_id("orphan_user"))
    assert 0 < exhausted.value.retry_seconds <= 600
    assert world.check(user_id=STEFANA).sends_left == 0
    assert world.check(user_id=STEFANA).next_send_at.seconds


def test_a_user_gets_three_codes_in_ten_minutes_whoever_asks(world):
    shared = person_id("shared_user")
    south = world.product.caller("south_agent")
    left = [world.send_code(shared).sends_left, world.send_code(shared).sends_left]
    left.append(world.send_code(shared, who=south).sends_left)

    with pytest.raises(Exhausted):
        world.send_code(shared, who=south)
    assert left == [2, 1, 0]


def test_the_limit_holds_against_haste(world):
    def send(_):
        try:
            return bool(world.send_code().check_id)
        except Exception:
            return False

    with ThreadPoolExecutor(10) as pool:
        sent = sum(pool.map(send, range(10)))

    assert 1 <= sent <= 3
    assert wait_until(lambda: world.check(user_id=STEFANA).mail_state == "delivered")
    assert len(world.server.to(ADDRESS)) <= 3


def test_the_same_request_sends_one_code(world):
    first = world.send_code(request_id="r1")

    assert world.send_code(request_id="r1") == first
    assert world.check(user_id=STEFANA).sends_left == 2


def test_a_code_needs_a_ticket_and_the_role(world):
    with pytest.raises(Refused):
        world.send_code(ticket="")
    with pytest.raises(Forbidden):
        world.send_code(who=world.product.caller("north_agent", roles=["HELP_DESK_READ_ONLY"]))
    with pytest.raises(NotFound):
        world.send_code(who=world.product.caller("south_agent"))


def test_a_code_that_bounces_cannot_arrive(world):
    world.server.answers[ADDRESS] = NO_SUCH
    check_id = world.send_code().check_id
    arrived = wait_until(lambda: world.check(check_id=check_id).state == "cannot_arrive")
    check = world.check(user_id=STEFANA)

    assert arrived
    assert (check.cause, check.fault) == ("no_such_mailbox", "recipient")
    assert check.next_step == "check.next.other_address"
    assert check.mail_state == "bounced"
    assert world.verify(check_id, "12345678").state == "cannot_arrive"


def test_a_code_that_is_reported_as_bounced_cannot_arrive(sent):
    world, check_id, _ = sent
    sender, recipient, mail = world.server.to(ADDRESS)[0]
    taken = world.report(bounce_of(sender, recipient, mail))

    assert taken.recipients[0].matched_by == "verp"
    assert world.check(check_id=check_id).state == "cannot_arrive"


def test_a_code_to_a_blocked_address_is_not_sent(world):
    world.server.answers[ADDRESS] = NO_SUCH
    world.wait_for_state(world.send(), "bounced")
    answer = world.send_code()
    check = world.check(user_id=STEFANA)

    assert answer.state == "cannot_arrive"
    assert answer.next_step == "check.next.other_address"
    assert check.state == "cannot_arrive"
    assert check.sends_left == 3
    assert world.server.to(ADDRESS) == []


def test_the_code_is_nowhere_but_in_the_mail(sent, tmp_path):
    world, check_id, code = sent
    sender, recipient, mail = world.server.to(ADDRESS)[0]
    world.verify(check_id, wrong(code))
    answer = world.verify(check_id, code)
    # A careless mail system sends the whole mail back.
    world.report(bounce_of(sender, recipient, mail, full=True))
    shown = world.check(check_id=check_id)
    evidence = world.evidence(shown.message_id)
    texts = [str(answer), str(shown), str(evidence), str(world.user_mail())]
    world.product.settle()
    facts = [str(world.store.opened(row)) for row in world.store.read(0, 10_000)]
    files = [path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()]
    plain = code.replace(" ", "")
    needle = re.compile(f"{code}|{plain}|{code.replace(' ', '-')}")

    assert evidence
    assert needle.search(mail.decode())
    assert not any(needle.search(text) for text in texts)
    assert not any(needle.search(text) for text in facts)
    assert not any(plain.encode() in content or code.encode() in content for content in files)


def test_the_key_of_a_code_is_destroyed_once_it_is_sent(sent):
    world, check_id, _ = sent
    started = next(
        world.store.opened(row)
        for row in world.store.read(0, 10_000)
        if row.name.endswith("CallerCheckStarted")
    )

    assert started.check_id == check_id
    assert wait_until(lambda: world.store.vault.is_forgotten(started.code_key))
    assert world.check(check_id=check_id).state == "sent"


def test_a_new_code_brings_no_new_tries(world):
    first = world.send_code(STEFANA).check_id
    right = code_in(world.server.wait_for("stefana@acme.example")[2])
    for _ in range(3):
        world.verify(first, wrong(right))
    second = world.send_code(STEFANA).check_id
    right = code_in(world.server.wait_for("stefana@acme.example", 2)[2])
    left = [world.verify(second, wrong(right)).tries_left for _ in range(2)]
    with pytest.raises(Exhausted) as refused:
        world.verify(second, right)

    assert left == [1, 0]
    assert refused.value.reason == "TOO_MANY_TRIES"
    assert world.check(check_id=second).tries_left == 0
