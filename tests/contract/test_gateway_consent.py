"""The pages of a customer's admin: answering, allowing, extending, and what they hear by themselves."""

import contextlib
import re
import socket
import threading
import time
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from helpdesk.session.v1 import consent_pb2, consent_pb2_grpc
from tests.contract.gateway_world import GatewayWorld, gateway_world, links, notice, problems
from tests.support.product import ACME, NORTH, SHARED

CUSTOMER = f"/t/INC-1/orgs/{ACME}"
FIVE_SECONDS = 5.0


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    with gateway_world(tmp_path_factory.mktemp("consent")) as running:
        yield running


@pytest.fixture
def agent(world: GatewayWorld):
    return world.browser("north_agent")


@pytest.fixture
def admin(world: GatewayWorld):
    return world.browser("acme_admin")


@pytest.fixture(autouse=True)
def nothing_is_left(world: GatewayWorld):
    yield
    consents = world.product.stub(consent_pb2_grpc.ConsentServiceStub, "session")
    caller = world.product.caller("acme_admin")
    request = consent_pb2.BlockPartnersRequest(reason="over")
    caller(consents.BlockPartners, request)
    caller(consents.UnblockPartners, consent_pb2.UnblockPartnersRequest(reason="again"))


def asked(agent, admin, **fields):
    """Let the agent ask; return the address where the admin decides."""
    wanted = {"section": ["users", "devices"], "minutes": "30", "reason": "phones ring"}
    agent.submit(f"{CUSTOMER}/request", **(wanted | fields))
    return links(admin.get("/consent"), r"/consent/requests/\w+")[0]


def allowed(admin):
    """Return the texts of what was allowed, newest first."""
    part = admin.get("/consent").text.partition('id="given"')[2].partition("</ul>")[0]
    return [" ".join(re.sub("<.*?>", " ", each).split()) for each in part.split("<li>")[1:]]


def day(days):
    return (datetime.now(UTC) + timedelta(days=days)).date().isoformat()


def test_a_request_is_approved_for_fewer_minutes(agent, admin):
    decide = asked(agent, admin)
    too_long = admin.submit(decide, decision="grant", section=["users"], minutes="31")
    admin.submit(decide, decision="grant", section=["users"], minutes="5")

    assert problems(too_long) == ["Choose at least a minute, and at most what was asked for."]
    assert "5 minutes from first use" in agent.get(CUSTOMER).text


def test_an_answer_says_whom_it_is_for_and_what_for(agent, admin):
    admin.submit(asked(agent, admin), decision="grant", section=["users"], minutes="30")

    assert "phones ring" in allowed(admin)[0]
    assert "only for Ned Agent, INC-1" in allowed(admin)[0]
    assert "one view only" in allowed(admin)[0]


def test_another_ticket_is_led_to_the_one_that_was_allowed(agent, admin):
    admin.submit(asked(agent, admin), decision="grant", section=["users"], minutes="30")
    page = agent.get(f"/t/INC-2/orgs/{ACME}")

    assert links(page, f"/t/INC-1/orgs/{ACME}")
    assert "The customer allowed it to you for another ticket." in page.text


def test_a_customer_allows_access_without_being_asked(agent, admin):
    form = admin.get("/consent/grant")
    done = admin.submit(
        "/consent/grant",
        partner=NORTH,
        section=["users", "mail"],
        reason="a migration",
        begins=day(0),
        until=day(10),
        once="standing",
        minutes="20",
    )

    assert f'value="{day(30)}"' in form.text
    assert "Any agent of the partner may look then" in form.text
    assert notice(done) == "It is allowed. You see here who looks."
    [given] = [each for each in allowed(admin) if "In force" in each]
    for said in ("a migration", "Overview, Users, Mail status", "for any agent of North Partner"):
        assert said in given
    assert "any number of views · 20 minutes a view" in given
    assert "20 minutes from first use" in agent.get(CUSTOMER).text


def test_what_is_allowed_from_a_later_day_opens_nothing_yet(agent, admin):
    admin.submit(
        "/consent/grant",
        partner=NORTH,
        section=["users"],
        reason="next week",
        begins=day(7),
        until=day(8),
        once="once",
        minutes="20",
    )

    assert "Begins later" in allowed(admin)[0]
    assert "No consent" in agent.get(CUSTOMER).text


@pytest.mark.parametrize(
    ("field", "value", "wrong"),
    [
        ("section", [], "Choose at least one section."),
        ("reason", "", "Write a reason; auditors will ask for it."),
        ("until", day(-2), "Choose a day in the future."),
        ("until", day(400), "Choose a day within a year after the beginning."),
        ("until", "soon", "Write the time as day and hour."),
        ("minutes", "61", "Choose 1 to 60 minutes."),
    ],
)
def test_what_cannot_be_allowed_is_named_at_its_field(admin, field, value, wrong):
    fields = {
        "partner": NORTH,
        "section": ["users"],
        "reason": "a migration",
        "begins": "",
        "until": day(10),
        "once": "once",
        "minutes": "20",
    }
    answer = admin.submit("/consent/grant", **(fields | {field: value}))

    assert answer.status_code == 422
    assert problems(answer) == [wrong]


def test_nobody_is_allowed_who_does_not_manage_the_organization(admin):
    answer = admin.submit(
        "/consent/grant",
        partner="made-up",
        section=["users"],
        reason="a migration",
        until=day(10),
        once="once",
        minutes="20",
    )

    assert answer.status_code == 404


def test_what_was_allowed_is_extended_from_its_end(admin):
    admin.submit(
        "/consent/grant",
        partner=NORTH,
        section=["users", "sites"],
        reason="a migration",
        until=day(9),
        once="standing",
        minutes="20",
    )
    form = admin.get(links(admin.get("/consent"), r"/consent/\w+/extend")[0])
    ticked = re.findall(r'id="section-(\w+)"[^>]* checked', form.text)

    assert ticked == ["users", "sites"]
    assert "a migration" in form.text
    assert f'name="begins" type="date" value="{day(10)}"' in form.text
    assert 'name="minutes" type="number" value="20"' in form.text


def test_with_two_partners_one_is_chosen(world: GatewayWorld):
    form = world.browser("shared_admin").get("/consent/grant")

    assert re.search(r'<option value="\S+">North Partner', form.text)
    assert re.search(r'<option value="\S+">South Partner', form.text)
    assert SHARED


def test_the_feed_says_why_by_the_consent_or_by_the_reason_given(world, agent, admin):
    admin.submit(asked(agent, admin), decision="grant", section=["users"], minutes="30")
    base = agent.submit(f"{CUSTOMER}/view").url.path.rpartition("/")[0]
    agent.get(f"{base}/users")
    world.product.settle()
    rows = re.findall(r"<tr><td.*?</tr>", admin.get("/activity").text, re.DOTALL)
    listed = next(row for row in rows if "Listed users" in row)
    requested = next(row for row in rows if "Asked for access" in row)

    for row in (listed, requested):
        assert 'data-label="Why">phones ring' in row
        assert "INC-1" in row
        assert "Ned Agent" in row


def test_the_key_of_receipts_is_published_with_those_of_tokens(world, admin):
    admin.submit(
        "/consent/grant",
        partner=NORTH,
        section=["users"],
        reason="a migration",
        until=day(9),
        once="standing",
        minutes="20",
    )
    key = admin.get(links(admin.get("/consent"), r"/consent/\w+/receipt-key")[0]).json()
    outside = world.browser()
    published = outside.get("/.well-known/jwks.json").json()["keys"]
    signals = outside.get("/.well-known/ssf-configuration").json()

    assert key in published
    assert {each.get("use_for", "") for each in published} == {"", "lease", "document"}
    assert signals["issuer"] == world.url
    assert signals["jwks_uri"] == f"{world.url}/.well-known/jwks.json"


class Heard:
    """What an open page is sent, piece by piece, until it is closed."""

    def __init__(self, browser, path):
        self.said = ""
        self._more = threading.Condition()
        self._browser, self._path = browser, path
        self._socket = None
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def _read(self):
        with (
            contextlib.suppress(httpx.HTTPError),
            self._browser.stream("GET", self._path, timeout=60) as answer,
        ):
            self._socket = answer.extensions["network_stream"].get_extra_info("socket")
            for line in answer.iter_lines():
                with self._more:
                    self.said += line
                    self._more.notify_all()

    def waits_for(self, *words, seconds=FIVE_SECONDS):
        """Return the seconds until all words were heard since the last time."""
        began = time.monotonic()
        with self._more:
            heard = self._more.wait_for(lambda: all(w in self.said for w in words), seconds)
            assert heard, (words, self.said[-500:])
            self.said = ""
        return time.monotonic() - began

    def close(self):
        """Close the page."""
        self._socket.shutdown(socket.SHUT_RDWR)
        self._thread.join()


@pytest.fixture
def heard(world: GatewayWorld):
    browser = world.browser("acme_admin")
    opened = []

    def opens(path):
        opened.append(Heard(browser, path))
        return opened[-1]

    yield opens
    for each in opened:
        each.close()


def test_an_open_page_hears_of_requests_views_and_accesses_within_five_seconds(agent, admin, heard):
    page = admin.get("/consent")
    open_page = heard("/consent/live")
    open_page.waits_for("No request waits.")
    decide = asked(agent, admin)
    open_page.waits_for("phones ring", f'href="{decide}"')
    admin.submit(decide, decision="grant", section=["users"], minutes="30")
    open_page.waits_for("No request waits.", "only for Ned Agent, INC-1")
    base = agent.submit(f"{CUSTOMER}/view").url.path.rpartition("/")[0]
    open_page.waits_for("Stop the view of Ned Agent now")
    agent.get(f"{base}/users")
    open_page.waits_for("Listed users", "phones ring", "INC-1")
    agent.submit(f"{base}/end")
    open_page.waits_for("No one has access.")

    assert 'hx-sse:connect="/consent/live"' in page.text


def test_the_open_list_of_what_was_done_goes_on_by_itself(agent, admin, heard):
    page = admin.get("/activity")
    open_page = heard("/activity/live")
    open_page.waits_for('id="feed"')
    agent.get(CUSTOMER)
    open_page.waits_for("Opened the customer page")

    assert 'hx-sse:connect="/activity/live"' in page.text


def test_each_piece_of_an_open_page_is_recorded_before_it_leaves(world, agent, heard):
    def records():
        found = world.product.records("session", action="session.access.watch")
        return found + world.product.records("audit", action="audit.organization.watch")

    before = len(records())
    open_page = heard("/consent/live")
    open_page.waits_for("No request waits.", 'id="feed"')

    assert len(records()) - before == 2


def test_nobody_else_hears_of_accesses(agent):
    with agent.stream("GET", "/consent/live") as answer:
        assert "data:" not in answer.read().decode()
