"""The console over HTTP: who gets which page, what forms lead to, what is refused."""

from urllib.parse import unquote

import pytest

from helpdesk.identity.v1 import tickets_pb2, tickets_pb2_grpc
from tests.contract.gateway_world import GatewayWorld, gateway_world, links, problems, title
from tests.support.product import ACME, BETA, SHARED, person_id

USER = f"/t/INC-1/users/{person_id('acme_user')}"
CUSTOMER = f"/t/INC-1/orgs/{ACME}"
FOREIGN_USER = f"/t/INC-1/users/{person_id('beta_user')}"


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    with gateway_world(tmp_path_factory.mktemp("gateway")) as running:
        yield running


@pytest.mark.parametrize(
    ("name", "home"),
    [
        ("north_agent", "/"),
        ("north_admin", "/admin/roles"),
        ("acme_admin", "/consent"),
        ("north_auditor", "/audit"),
    ],
)
def test_everybody_lands_on_the_page_of_their_role(world: GatewayWorld, name, home):
    page = world.browser().sign_in(name)

    assert (page.status_code, page.url.path) == (200, home)


def test_somebody_without_a_role_is_told_whom_to_ask(world: GatewayWorld):
    page = world.browser().sign_in("north_nobody")

    assert "Ask a partner admin for the Help Desk role." in page.text


def test_an_unknown_address_is_not_signed_in(world: GatewayWorld):
    browser = world.browser()
    page = browser.get("/signin/go")

    answer = browser.post(str(page.url), data={"email": "who@nowhere.example"})

    assert answer.status_code == 400
    assert "Nobody here has this address." in answer.text


def test_an_answer_of_the_provider_that_this_browser_did_not_ask_for_is_refused(world):
    asked = world.browser()
    page = asked.get("/signin/go")
    back = asked.post(str(page.url), data={"email": "ned@north.example"}, follow_redirects=False)

    stolen = world.browser().get(back.headers["location"])

    assert (stolen.url.path, stolen.url.query) == ("/signin", b"reason=failed")


@pytest.mark.parametrize(
    "path", ["/", USER, CUSTOMER, "/consent", "/audit", "/me", "/view/x/users"]
)
def test_nobody_sees_a_page_without_signing_in(world: GatewayWorld, path):
    page = world.browser().get(path)

    assert page.url.path == "/signin"


def test_after_signing_in_one_gets_the_page_that_was_asked_for(world: GatewayWorld):
    browser = world.browser()
    browser.get(CUSTOMER)

    page = browser.sign_in("north_agent")

    assert page.url.path == CUSTOMER


@pytest.mark.parametrize(
    ("name", "path", "words"),
    [
        ("north_agent", "/", "Home"),
        ("north_agent", "/t/INC-1", "INC-1 · Home"),
        ("north_agent", USER, "INC-1 · User"),
        ("north_agent", f"{USER}/mail", "INC-1 · Mail"),
        ("north_agent", f"{USER}/check", "INC-1 · Caller check"),
        ("north_agent", CUSTOMER, "INC-1 · Customer"),
        ("north_agent", f"/t/-/search/within/{ACME}", "Search"),
        ("north_agent", "/me", "Settings"),
        ("north_admin", "/admin/roles", "Roles"),
        ("north_admin", "/admin/invitations", "Invitations"),
        ("north_admin", f"/admin/roles/people/{person_id('north_agent')}", "Person"),
        ("acme_admin", "/consent", "Access"),
        ("acme_admin", "/activity", "Activity"),
        ("north_auditor", "/audit", "Audit"),
        ("north_auditor", "/audit/log", "Log"),
        ("north_auditor", "/audit/export", "Export"),
        ("north_agent", "/dev/mail", "Development mailbox"),
    ],
)
def test_pages_open_and_their_titles_name_nobody(world: GatewayWorld, name, path, words):
    page = world.browser(name).get(path)

    assert (page.status_code, title(page)) == (200, words)


@pytest.mark.parametrize(
    "path",
    [
        FOREIGN_USER,
        f"{FOREIGN_USER}/mail",
        f"{FOREIGN_USER}/check",
        f"{FOREIGN_USER}/mail/live",
        f"/t/INC-1/orgs/{BETA}",
        "/t/INC-1/users/made-up",
        "/t/INC-1/search/made-up",
        "/t/not%20a%20ticket/search/x",
        "/view/made-up/users",
        "/audit/found/made-up",
        "/nothing/here",
        "/static/made-up.js",
    ],
)
def test_what_one_may_not_see_and_what_does_not_exist_look_the_same(world: GatewayWorld, path):
    page = world.browser("north_agent").get(path)

    assert page.status_code == 404


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("north_agent", "/admin/roles"),
        ("north_agent", "/audit"),
        ("north_agent", "/consent"),
        ("acme_admin", "/audit"),
        ("north_auditor", USER),
        ("north_admin", "/audit/log"),
    ],
)
def test_a_page_of_another_role_is_refused_with_who_lifts_it(world: GatewayWorld, name, path):
    page = world.browser(name).get(path)

    assert page.status_code == 403
    assert "This page needs a role that you do not hold." in page.text
    assert "A partner admin of your company can lift this." in page.text


@pytest.mark.parametrize(
    ("name", "path", "typed", "kept"),
    [
        ("north_agent", "/tickets", {"ticket": "not <a> ticket"}, 'value="not &lt;a&gt; ticket"'),
        ("north_agent", "/t/INC-1/search", {"q": "a\x00b"}, 'value="ab"'),
        (
            "north_agent",
            f"{CUSTOMER.replace(ACME, SHARED)}/request",
            {"minutes": "99", "section": "devices", "reason": "phones <ring>"},
            'value="devices" checked',
        ),
        (
            "north_agent",
            f"{USER}/check/code",
            {"code_1": "12", "code_2": "x"},
            "Enter the 8 digits, 4 and 4.",
        ),
        (
            "north_admin",
            "/admin/roles",
            {"person": "who@x.y", "role": "auditor", "reason": "night shift"},
            ">night shift</textarea>",
        ),
        ("north_auditor", "/audit", {"start": "soon", "agent": "somebody"}, 'value="somebody"'),
        ("north_auditor", "/audit/export", {"format": "?", "organization": "x1"}, 'value="x1"'),
    ],
)
def test_a_form_with_a_mistake_is_shown_again_with_what_was_typed(
    world: GatewayWorld, name, path, typed, kept
):
    browser = world.browser(name)

    page = browser.submit(path, **typed)

    assert page.status_code == 422
    assert title(page).startswith("Error: ")
    assert 'id="error-summary"' in page.text
    assert kept in page.text
    assert "12x" not in page.text
    assert browser.get(path).status_code == 200


def test_a_customer_lets_an_agent_look_and_stops_it(world: GatewayWorld):
    agent, admin = world.browser("north_agent"), world.browser("acme_admin")
    nothing = agent.submit(f"{CUSTOMER}/request", minutes="99", reason="")
    agent.submit(
        f"{CUSTOMER}/request", section=["users", "devices"], minutes="30", reason="phones ring"
    )
    asked = admin.get("/consent")
    decide = links(asked, r"/consent/requests/\w+")[0]
    admin.submit(decide, decision="grant", section=["users"], minutes="30")

    view = agent.submit(f"{CUSTOMER}/view")
    base = view.url.path.removesuffix("/overview")
    users, devices = agent.get(f"{base}/users"), agent.get(f"{base}/devices")
    forged = agent.submit(f"{base}/users/delete")
    running = admin.get("/consent")
    admin.submit(f"/consent/views/{base.rpartition('/')[2]}/stop")
    over = agent.get(f"{base}/users")

    assert problems(nothing) == [
        "Choose at least one section.",
        "Write a reason; auditors will ask for it.",
        "Choose 5 to 60 minutes.",
    ]
    assert "phones ring" in asked.text
    assert "READ-ONLY" in view.text
    assert "Ștefana Voinea" in users.text
    assert "stefana@acme.example" not in users.text
    assert "Devices were not allowed." in devices.text
    assert "Lobby Phone" not in devices.text
    assert forged.status_code == 403
    assert "This view is read-only. Nothing was changed." in forged.text
    assert "Ned Agent" in running.text
    assert "The customer stopped the view." in over.text
    assert "Ștefana Voinea" not in over.text


def test_an_auditor_follows_a_session_step_by_step_and_exports(world: GatewayWorld):
    world.browser("north_agent").get(USER)
    world.product.settle()
    auditor = world.browser("north_auditor")
    page = auditor.get("/audit")
    session = links(page, r"/audit/sessions/[^\"?]+")[0]

    replay = auditor.get(session)
    refused = auditor.submit(
        "/audit", start="2020-01-01T00:00", end="2099-01-01T00:00", outcome="refused"
    )
    backwards = auditor.submit(
        "/audit", start="2099-01-01T00:00", end="2020-01-01T00:00", outcome=""
    )
    exported = auditor.submit("/audit/export", format="proofs")

    assert "REPLAY" in replay.text
    assert refused.url.path.startswith("/audit/found/")
    assert problems(backwards) == ["The end must be after the start."]
    assert exported.headers["content-type"] == "application/zip"
    assert exported.content.startswith(b"PK")


def test_the_home_page_lists_the_partners_own_open_tickets(world: GatewayWorld):
    tickets = world.product.stub(tickets_pb2_grpc.TicketServiceStub, "identity")
    request = tickets_pb2.OpenTicketRequest(ticket="LIST-1", organization_id=ACME)
    world.product.caller("north_agent")(tickets.OpenTicket, request)

    assert 'href="/t/LIST-1"' in world.browser("north_agent").get("/").text
    assert "LIST-1" not in world.browser("south_agent").get("/").text


def test_an_auditor_sees_what_was_known_of_a_ticket(world: GatewayWorld):
    asked = {"section": ["users"], "minutes": "30", "reason": "phones ring"}
    world.browser("north_agent").submit(f"/t/INC-77/orgs/{SHARED}/request", **asked)
    world.product.settle()
    auditor = world.browser("north_auditor")
    session = links(auditor.get("/audit"), r"/audit/sessions/[^\"?]+")[0]
    steps = dict.fromkeys(links(auditor.get(session), rf"{session}\?step=\d+"))
    shown = [auditor.get(step).text for step in steps]

    assert any("Not checked: nothing keeps tickets here" in text for text in shown)


def test_language_and_theme_are_kept(world: GatewayWorld):
    browser = world.browser()
    browser.sign_in("north_agent")

    browser.submit("/me", locale="ro", theme="dark", keys="on")
    page = browser.get("/")

    assert '<html lang="ro" data-theme="dark">' in page.text


def test_signing_out_ends_the_session_for_whoever_has_its_cookie(world: GatewayWorld):
    browser = world.browser()
    browser.sign_in("north_agent")
    secret = browser.cookies["helpdesk"]

    browser.submit("/signout")
    again = world.browser()
    again.cookies.set("helpdesk", secret)
    page = again.get("/")

    assert (page.url.path, page.url.query) == ("/signin", b"reason=idle")


def test_records_name_people_customers_and_partners(world: GatewayWorld):
    world.browser("north_agent").get(USER)
    world.product.settle()
    auditor = world.browser("north_auditor")

    page = auditor.get("/audit")
    replay = auditor.get(links(page, r"/audit/sessions/[\w-]+")[0])

    assert "Ned Agent" in page.text
    assert "North Partner" in page.text
    assert "Acme</td>" in page.text
    assert "North Partner" in replay.text


@pytest.mark.parametrize(
    ("typed", "found"),
    [("ned@north.example", True), ("sue@south.example", False), ("x@y.z", False)],
)
def test_an_auditor_finds_an_agent_of_the_own_partner_by_address(world: GatewayWorld, typed, found):
    world.browser("north_agent").get(USER)
    world.product.settle()

    page = world.browser("north_auditor").submit("/audit", agent=typed)

    assert ("Ned Agent" in page.text) is found
    assert ("No record in this time." in page.text) is not found
    assert not [url for url in world.browser("north_auditor").went if "@" in unquote(str(url))]
