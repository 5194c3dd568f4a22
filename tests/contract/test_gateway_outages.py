"""What the console says while a service does not answer."""

import pytest

from services.audit.service import SERVICE as AUDIT
from services.gateway.service import SERVICE as GATEWAY
from services.identity.service import SERVICE as IDENTITY
from services.session.service import SERVICE as SESSION
from tests.contract.gateway_world import GatewayWorld
from tests.support.product import (
    ACME,
    free_address,
    person_id,
    running_product,
    small_directory,
)

USER = f"/t/INC-1/users/{person_id('acme_user')}"


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    down = {f"HELPDESK_{name}_ADDRESS": free_address() for name in ("SEARCH", "EMAIL")}
    services = [IDENTITY, SESSION, AUDIT, GATEWAY]
    folder = tmp_path_factory.mktemp("outage")
    with running_product(folder, services, directory=small_directory(), **down) as product:
        running = GatewayWorld(product)
        try:
            yield running
        finally:
            running.close()


def test_search_that_is_down_is_a_page_of_its_own_and_nothing_changed(world: GatewayWorld):
    page = world.browser("north_agent").submit("/t/INC-1/search", q="voinea")

    assert page.status_code == 503
    assert "Search did not answer." in page.text
    assert "voinea" not in page.text


def test_the_user_page_goes_on_without_mail(world: GatewayWorld):
    page = world.browser("north_agent").get(USER)

    assert page.status_code == 200
    assert "Mail status did not load." in page.text
    assert "Lobby Phone" in page.text


def test_the_customer_page_needs_neither(world: GatewayWorld):
    page = world.browser("north_agent").get(f"/t/INC-1/orgs/{ACME}")

    assert page.status_code == 200


def test_a_form_for_a_service_that_is_down_says_that_nothing_changed(world: GatewayWorld):
    page = world.browser("north_agent").submit(f"{USER}/mail/welcome")

    assert page.status_code == 503
    assert "Nothing changed." in page.text


def test_no_page_opens_while_the_records_cannot_be_written(world: GatewayWorld, monkeypatch):
    from helpdesk.kernel.errors import Unavailable

    browser = world.browser("north_agent")
    store = world.product.host.running["identity"].store

    def closed(*_args, **_kwargs):
        raise Unavailable("STORE_UNAVAILABLE")

    monkeypatch.setattr(store, "commit", closed)
    page = browser.get(USER)

    assert page.status_code == 503
    assert "No data while the audit log cannot be written." in page.text
    assert "Voinea" not in page.text
