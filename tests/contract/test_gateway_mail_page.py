"""The mail page over HTTP: every blocked address, every lane with its address, one address alone."""

import re

import pytest

from tests.contract.email_world import hand_in
from tests.contract.gateway_world import GatewayWorld, gateway_world, notice, problems
from tests.support.product import PEOPLE, free_address, person_id


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    inbound = free_address()
    folder = tmp_path_factory.mktemp("gateway")
    with gateway_world(folder, HELPDESK_EMAIL_INBOUND_ADDRESS=inbound) as running:
        running.inbound = inbound
        yield running


def user_of(name):
    return f"/t/INC-1/users/{person_id(name)}"


def mailbox_answers(world: GatewayWorld, address: str, answer: str) -> None:
    """Have the mail system of the demo refuse or accept mail to an address."""
    outside = world.browser()
    token = re.search(r'name="form_token" value="(\w+)"', outside.get("/dev/mail").text)[1]
    fields = {"form_token": token, "address": address, "answer": answer}
    outside.post("/dev/mail/refused", data=fields)


def second_blocked(world: GatewayWorld, name: str):
    """Block somebody's second address, by a caller check whose mail bounces."""
    mailbox_answers(world, PEOPLE[name][4].replace("@", "+second@"), "refuse")
    agent = world.browser("north_agent")
    agent.submit(f"{user_of(name)}/check", address="1")
    world.product.settle()
    return agent


def first_blocked(world: GatewayWorld, name: str):
    """Block somebody's first address, by a welcome mail that bounces."""
    mailbox_answers(world, PEOPLE[name][4], "refuse")
    agent = world.browser("north_agent")
    agent.submit(f"{user_of(name)}/mail/welcome")
    world.product.settle()
    return agent


def test_each_blocked_address_has_a_band_and_a_form_of_its_own(world: GatewayWorld):
    second_blocked(world, "acme_user")
    agent = first_blocked(world, "acme_user")
    page = agent.get(f"{user_of('acme_user')}/mail").text
    unreasoned = agent.submit(f"{user_of('acme_user')}/mail/ask-admin", address="1", reason=" ")
    asked = agent.submit(f"{user_of('acme_user')}/mail/ask-admin", address="1", reason="she calls")

    assert re.findall(r'id="(block(?:-\d)?)"', page) == ["block", "block-1"]
    assert re.findall(r'name="address" value="(\d)"', page)[:2] == ["0", "1"]
    assert problems(unreasoned) == ["Write a reason; auditors will ask for it."]
    assert 'id="reason-admin"' in unreasoned.text.partition('id="block-1"')[0]
    assert 'id="reason"' in unreasoned.text.partition('id="block-1"')[2]
    assert notice(asked) == "The admins of the customer were asked."


def test_a_block_on_another_address_does_not_stop_the_welcome_mail(world: GatewayWorld):
    agent = second_blocked(world, "acme_admin")
    page = agent.get(f"{user_of('acme_admin')}/mail").text
    sent = agent.submit(f"{user_of('acme_admin')}/mail/welcome")

    assert 'id="block"' in page
    assert 'id="resend-why"' not in page
    assert notice(sent) == "The welcome mail is on its way."


def test_a_block_on_the_first_address_does(world: GatewayWorld):
    agent = first_blocked(world, "shared_user")
    page = agent.get(f"{user_of('shared_user')}/mail").text

    assert "Not while the first address is on the blocklist." in page


def test_every_lane_names_its_address_and_one_address_can_be_looked_at_alone(world: GatewayWorld):
    agent = second_blocked(world, "shared_admin")
    agent.submit(f"{user_of('shared_admin')}/mail/welcome")
    world.product.settle()
    page = f"{user_of('shared_admin')}/mail"
    everything, second = agent.get(page).text, agent.get(f"{page}?address=1").text
    unknown = agent.get(f"{page}?address=9").text

    def kinds(text):
        return re.findall(r'<h3>([^<]+)</h3> <span class="lane-address">[^<]+</span>', text)

    assert kinds(everything) == ["Welcome mail", "Caller check"]
    assert kinds(second) == ["Caller check"]
    assert kinds(unknown) == kinds(everything)
    assert 'id="address-1" href' in second
    assert re.search(r'id="address-1"[^>]*aria-current="true"', second)


def test_the_timeline_names_who_lifted_a_block(world: GatewayWorld):
    agent = first_blocked(world, "orphan_user")
    user = user_of("orphan_user")
    removed = agent.submit(f"{user}/mail/unblock", address="0", reason="it exists now")
    page = agent.get(f"{user}/mail").text

    assert notice(removed) == "The address is off the blocklist. The next delivery is watched."
    assert f"by {PEOPLE['north_agent'][3]}" in page


def test_what_nobody_proved_says_so_and_is_not_the_verdict(world: GatewayWorld):
    forged = (
        b"From: mailer-daemon@mx.example\nSubject: failure notice\n\n"
        b"<%b>:\n550 5.1.1 No such user here\n" % PEOPLE["beta_user"][4].encode()
    )
    hand_in(world.inbound, "", "bounces@mail.helpdesk.example", forged)
    world.product.settle()
    page = world.browser("south_agent").get(f"{user_of('beta_user')}/mail").text

    assert "Not proved" in page
    assert "It blocks no address." in page
    assert 'id="block"' not in page
    assert "No mail was sent to this user yet." in page
