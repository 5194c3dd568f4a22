"""The partner admin's page of claims that give roles."""

import re

import pytest

from tests.contract.gateway_world import gateway_world, notice, problems, title

PATH = "/admin/claims"
SUPPORT = {"claim": "groups", "value": "support", "role": "helpdesk", "reason": "our own groups"}


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    with gateway_world(tmp_path_factory.mktemp("claims") / "data") as world:
        yield world


def test_a_partner_admin_maps_a_claim_and_takes_it_back(world):
    admin = world.browser("north_admin")
    sent = admin.submit(PATH, **SUPPORT)
    again = admin.submit(PATH, **SUPPORT)
    mapping = re.search(r"/admin/claims/(\w+)/remove", sent.text)[1]
    gone = admin.submit(f"{PATH}/{mapping}/remove", reason="another group now")

    assert title(sent) == "Roles by claim"
    assert "groups = support" in sent.text
    assert notice(sent) == "Who comes with it gets the role at the next sign-in."
    assert notice(again) == "This claim gives this role already."
    assert "groups = support" not in gone.text
    recorded = world.product.records("identity", action="identity.claim.map", outcome="done")
    assert [each.reason for each in recorded] == ["our own groups"]


@pytest.mark.parametrize(
    ("changed", "problem"),
    [
        ({"claim": ""}, "Fill in this field."),
        ({"claim": "sub"}, "Check this field."),
        ({"role": "partner_admin"}, "Choose one of the list."),
        ({"reason": ""}, "Write a reason; auditors will ask for it."),
    ],
)
def test_what_makes_no_sense_is_shown_again(world, changed, problem):
    answer = world.browser("north_admin").submit(PATH, **{**SUPPORT, **changed})

    assert problems(answer) == [problem]


def test_agents_do_not_see_the_page(world):
    assert world.browser("north_agent").get(PATH).status_code == 403
