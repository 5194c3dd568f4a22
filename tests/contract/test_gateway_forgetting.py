"""The page of forgetting a person: who asks, who confirms, what it shows, and what is left."""

import re

import pytest

from helpdesk.identity.v1 import forgetting_pb2 as pb
from helpdesk.identity.v1 import forgetting_pb2_grpc
from tests.contract.gateway_world import gateway_world, notice, problems
from tests.support.product import PEOPLE, person_id
from tests.support.waiting import wait_until

PAGE = "/admin/forgetting"
USER = person_id("acme_user")
WHY = "the person asked for it"


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    with gateway_world(tmp_path_factory.mktemp("forgetting")) as running:
        yield running


@pytest.fixture
def admin(world):
    """A customer's admin; what the test leaves open is taken back."""
    browser = world.browser("acme_admin")
    yield browser
    for user in re.findall(rf'action="{PAGE}/([^"]+)/withdraw"', browser.get(PAGE).text):
        browser.submit(f"{PAGE}/{user}/withdraw", reason="the test is over")


def operator(world, method, **about):
    stub = world.product.stub(forgetting_pb2_grpc.ForgettingServiceStub, "identity")
    caller = world.product.caller(sub="operator:jo", roles=["DIRECTORY_WRITER"])
    request = getattr(pb, f"{method}Request")(reason=WHY, **about)
    return caller(getattr(stub, method), request)


def test_one_partner_admin_asks_and_another_one_confirms_by_typing_the_name(world):
    first, second = world.browser("north_admin"), world.browser("north_second_admin")
    gone = person_id("north_nobody")
    asked = first.submit(PAGE, person=PEOPLE["north_nobody"][4], reason=WHY)
    mistaken = second.submit(f"{PAGE}/{gone}/confirm", name="Nils", reason="checked the letter")
    confirmed = second.submit(
        f"{PAGE}/{gone}/confirm", name=" nils  NOBODY", reason="checked the letter"
    )

    assert notice(asked) == "It was asked. Somebody else confirms it within 7 days."
    assert "Forget for ever" not in asked.text
    assert problems(mistaken) == ["Type the name of the person as it is shown."]
    assert notice(confirmed) == "The person is being forgotten. It cannot be undone."
    assert wait_until(lambda: "5 of 5 services have cleared" in first.get(PAGE).text)
    shown = first.get(PAGE).text
    assert "Nils Nobody" not in shown
    assert ">erased</h2>" in shown
    assert "Nora North" in shown
    assert "Nina North" in shown


def test_who_asked_is_shown_no_form_to_confirm_and_is_refused_without_it(admin):
    shown = admin.submit(PAGE, person=USER, reason=WHY)
    forced = admin.submit(f"{PAGE}/{USER}/confirm", name="Ștefana Voinea", reason=WHY)

    assert f"{PAGE}/{USER}/confirm" not in shown.text
    assert notice(forced) == "You asked for it. Somebody else must confirm it."


def test_what_was_asked_twice_is_told_as_such(admin):
    admin.submit(PAGE, person=USER, reason=WHY)

    again = admin.submit(PAGE, person=USER, reason=WHY)
    assert notice(again) == "This was asked already. Somebody else confirms it."


@pytest.mark.parametrize("person", [PEOPLE["beta_user"][4], "nobody@acme.example", "made-up"])
def test_somebody_elsewhere_is_told_like_nobody(admin, person):
    page = admin.submit(PAGE, person=person, reason=WHY)

    assert problems(page) == ["Nobody of your organization has this address or ID."]


def test_nobodys_name_elsewhere_can_be_guessed(admin):
    foreign = f"{PAGE}/{person_id('beta_user')}/confirm"
    right = admin.submit(foreign, name=PEOPLE["beta_user"][3], reason=WHY)
    wrong = admin.submit(foreign, name="Somebody Else", reason=WHY)

    assert (right.status_code, wrong.status_code) == (404, 404)


def test_a_reason_is_needed_and_told_at_its_own_form(admin):
    admin.submit(PAGE, person=USER, reason=WHY)

    page = admin.submit(f"{PAGE}/{USER}/withdraw", reason=" ")
    assert page.status_code == 422
    assert f'id="reason-withdraw-{USER}-problem"' in page.text


@pytest.mark.parametrize("whom", [{"held": USER}, {"everybody": "yes"}])
def test_a_legal_hold_is_shown_refuses_and_is_lifted_on_the_page(world, admin, whom):
    set_ = admin.submit(f"{PAGE}/hold", reason="a court asked for it", **whom)
    refused = admin.submit(PAGE, person=USER, reason=WHY)
    lifted = admin.submit(f"{PAGE}/hold/lift", user=whom.get("held", ""), reason="it is over")
    asked = admin.submit(PAGE, person=USER, reason=WHY)

    assert notice(set_) == "The legal hold is set."
    assert "Nobody is held" not in set_.text
    assert notice(refused) == "A legal hold keeps this person."
    assert notice(lifted) == "The legal hold was lifted."
    assert "Nobody is held" in lifted.text
    assert notice(asked).startswith("It was asked.")


def test_a_hold_on_who_is_to_be_forgotten_takes_the_form_away(world, admin):
    operator(world, "AskForgetting", user_id=USER)
    open_ = admin.get(PAGE).text
    operator(world, "SetLegalHold", user_id=USER)
    held = admin.get(PAGE).text
    operator(world, "LiftLegalHold", user_id=USER)

    assert "Forget for ever" in open_
    assert "Forget for ever" not in held
    assert "Legal hold" in held


@pytest.mark.parametrize("name", ["north_agent", "north_auditor"])
def test_others_are_refused_the_page(world, name):
    assert world.browser(name).get(PAGE).status_code == 403


def test_every_step_is_recorded_with_its_reason(world, admin):
    admin.submit(PAGE, person=USER, reason="asked in the record's test")
    admin.submit(f"{PAGE}/{USER}/withdraw", reason="taken back in the record's test")

    asked = world.product.records("identity", action="identity.forgetting.ask", user_id=USER)
    back = world.product.records("identity", action="identity.forgetting.withdraw", user_id=USER)
    assert asked[-1].reason == "asked in the record's test"
    assert back[-1].reason == "taken back in the record's test"
    assert asked[-1].agent_id == person_id("acme_admin")
