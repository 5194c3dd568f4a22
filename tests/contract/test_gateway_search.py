"""Searching in the console: what is found, and what its addresses do not say."""

from urllib.parse import unquote

import pytest

from tests.contract.gateway_world import FRAGMENT, GatewayWorld, gateway_world, title
from tests.support.product import person_id

USER = f"/t/INC-1/users/{person_id('acme_user')}"


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    with gateway_world(tmp_path_factory.mktemp("gateway")) as running:
        yield running


def test_a_search_finds_a_user_and_says_nothing_in_its_addresses(world: GatewayWorld):
    browser = world.browser("north_agent")
    browser.went.clear()

    page = browser.submit("/t/INC-1/search", q="Ștefana")

    assert person_id("acme_user") in page.text
    assert title(page) == "INC-1 · Search"
    assert not [url for url in browser.went if "tefana" in unquote(str(url)).lower()]


def test_an_exact_id_opens_its_page(world: GatewayWorld):
    page = world.browser("north_agent").submit("/t/INC-1/search", q=person_id("acme_user"))

    assert page.url.path == USER


def test_a_search_of_one_session_is_not_another_ones(world: GatewayWorld):
    page = world.browser("north_agent").submit("/t/-/search", q="voinea")

    other = world.browser("south_agent").get(page.url.path)

    assert other.status_code == 404


def test_a_search_finds_nothing_of_other_partners_customers(world: GatewayWorld):
    page = world.browser("north_agent").submit("/t/-/search", q="Петрова")

    assert "No match among your customers." in page.text


def test_suggestions_come_as_a_piece_of_a_page(world: GatewayWorld):
    browser = world.browser("north_agent")
    fields = {**browser.form(), "q": "stef"}

    part = browser.post("/t/INC-1/search/suggest", data=fields, headers=FRAGMENT)

    assert 'role="option"' in part.text
    assert "<html" not in part.text


@pytest.mark.parametrize(
    ("query", "wrong"),
    [
        ("", "Write at least 2 characters."),
        ("a\x00b", "This holds characters that cannot be used here."),
        ("x" * 3000, "This is too long."),
    ],
)
def test_a_query_that_cannot_be_searched_is_named_at_its_field(world: GatewayWorld, query, wrong):
    page = world.browser("north_agent").submit("/t/INC-1/search", q=query)

    assert title(page) == "Error: INC-1 · Home"
    assert wrong in page.text


def test_bytes_that_are_not_utf_8_are_named_at_their_field(world: GatewayWorld):
    browser = world.browser("north_agent")
    token = browser.form()["form_token"]

    page = browser.post(
        "/t/INC-1/search",
        content=f"form_token={token}&q=%ff%fe",
        headers={"content-type": "application/x-www-form-urlencoded"},
    )

    assert "This holds characters that cannot be used here." in page.text
