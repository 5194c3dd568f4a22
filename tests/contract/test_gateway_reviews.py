"""The pages of the review queue, of marked people, and of a customer's webhook."""

import re
from datetime import UTC, datetime, timedelta

import pytest

from helpdesk.kernel.events import SupportActionRecorded
from helpdesk.kernel.store import Append, Unit
from services.audit.domain.feed_webhook import FeedWebhookSet
from tests.contract.gateway_world import gateway_world, links, notice, problems, title
from tests.support.product import ACME, BETA, NORTH, person_id
from tests.support.waiting import wait_until

QUEUE = "/audit/review"
RO = {"accept-language": "ro"}


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    with gateway_world(tmp_path_factory.mktemp("reviews")) as running:
        browse(running.product, 30)
        yield running


def browse(product, count):
    """Let an agent open one person after the other without a ticket, and the queue be made."""
    store = product.store_of("identity")
    begin = datetime.now(UTC) - timedelta(minutes=30)
    for number in range(count):
        at = begin + timedelta(seconds=20 * number)
        record = SupportActionRecorded(
            action="identity.user.get",
            outcome="done",
            agent_id=person_id("north_agent"),
            partner_id=NORTH,
            organization_id=ACME,
            user_id=f"user-{number}",
            sign_in_id="sid-browsing",
            service="identity",
            occurred_at=at,
        )
        store.commit(Unit(record=record, now=at))
    product.settle()
    timers = product.host.running["audit"].timers
    look = next(each for each in timers if each.name == "audit-review").function
    while look():
        pass


@pytest.fixture
def auditor(world):
    return world.browser("north_auditor")


def session_of(auditor):
    return links(auditor.get(QUEUE + "?state=all"), r"/audit/review/\w+")[0]


def test_the_queue_says_who_and_why_in_both_languages(auditor):
    page = auditor.get(QUEUE)

    assert title(page).startswith("Review")
    assert "Ned Agent" in page.text
    assert "People looked at without a ticket: 30 of 30. Usual here: 0 %." in page.text
    assert "Persoane consultate fără tichet: 30 din 30." in auditor.get(QUEUE, headers=RO).text


def test_a_session_leads_to_its_player_and_its_decision(auditor):
    page = auditor.get(session_of(auditor))
    player = links(page, r"/audit/sessions/\w+")[0]

    assert auditor.get(player).status_code == 200
    assert re.search(r"Risk \d+ of 100", page.text)
    assert "Nobody decided on this session yet." in page.text


def test_a_session_is_approved_reopened_and_flagged_with_notes(auditor):
    path = session_of(auditor)
    empty = auditor.submit(path, decision="approve", reason="")
    approved = auditor.submit(path, decision="approve", reason="an inventory")
    gone = auditor.get(QUEUE)
    again = auditor.submit(path, decision="flag", reason="twice")
    reopened = auditor.submit(path, decision="reopen", reason="asked the agent")
    flagged = auditor.submit(path, decision="flag", reason="nobody asked for it")
    history = auditor.get(path)

    assert (empty.status_code, len(problems(empty))) == (422, 1)
    assert notice(approved) == "The session is approved."
    assert path not in gone.text
    assert notice(again) == "Somebody decided on this session already. Open it again first."
    assert notice(reopened) == "The session is open again."
    assert notice(flagged) == "The session is flagged as misuse."
    for note in ("an inventory", "asked the agent", "nobody asked for it"):
        assert note in history.text
    assert path in auditor.get(QUEUE + "?state=flagged").text


def test_a_person_is_marked_and_the_mark_is_taken_back(auditor):
    user = person_id("acme_user")
    unknown = auditor.submit("/audit/marked", user="nobody", reason="a judge")
    elsewhere = auditor.submit("/audit/marked", user=person_id("beta_user"), reason="a judge")
    done = auditor.submit("/audit/marked", user=user, reason="a judge")
    twice = auditor.submit("/audit/marked", user=user, reason="a judge")
    back = auditor.post(
        f"/audit/marked/{user}/unmark", data={**auditor.form("/audit/marked"), "reason": "retired"}
    )

    for wrong in (unknown, elsewhere):
        assert problems(wrong) == ["No user of your customers has this ID."]
    assert notice(done) == "The person is marked."
    assert "Ștefana Voinea" in done.text
    assert notice(twice) == "This person is marked already."
    assert notice(back) == "The mark was taken back."


@pytest.mark.parametrize("name", ["north_agent", "acme_admin", "north_admin"])
def test_who_is_no_auditor_sees_no_queue(world, name):
    for path in (QUEUE, "/audit/marked"):
        assert world.browser(name).get(path).status_code == 403


def test_a_session_that_is_not_there_is_not_found(auditor):
    assert auditor.get(session_of(auditor)[:-4] + "0000").status_code == 404


def test_an_admin_sees_that_nothing_is_pushed_and_what_no_address_may_be(world):
    admin = world.browser("acme_admin")
    page = admin.get("/activity/webhook")
    private = admin.submit("/activity/webhook", url="https://10.0.0.1/feed")
    plain = admin.submit("/activity/webhook", url="http://feed.example/")

    assert "/activity/webhook" in admin.get("/activity").text
    assert "The activity is not pushed anywhere." in page.text
    assert problems(private) == ["This address does not lead to the public internet."]
    assert problems(plain) == ["The address must begin with https."]


def test_an_admin_sees_how_the_webhook_stands_and_changes_it(world):
    admin = world.browser("beta_admin")
    fact = FeedWebhookSet(
        organization_id=BETA,
        webhook_id="w1",
        url="https://10.0.0.1/feed",
        set_by=person_id("beta_admin"),
    )
    store = world.product.store_of("audit")
    store.commit(Unit((Append(f"feed-webhook:{BETA}", 0, (fact,)),), now=datetime.now(UTC)))
    admin.get("/activity")
    assert wait_until(lambda: "The last try failed" in admin.get("/activity/webhook").text, pause=1)
    page = admin.get("/activity/webhook")
    rotated = admin.submit("/activity/webhook/rotate")
    resumed = admin.submit("/activity/webhook/resume", sequence="0")
    wrong = admin.submit("/activity/webhook/resume", sequence="x")
    removed = admin.submit("/activity/webhook/remove")

    assert "whpk_" in page.text
    assert "The address does not lead to the public internet any more." in page.text
    assert len(set(re.findall(r"whpk_[\w+/=]+", rotated.text))) == 2
    assert notice(resumed) == "It goes on."
    assert len(problems(wrong)) == 1
    assert notice(removed) == "The webhook was removed. Nothing more is sent."
