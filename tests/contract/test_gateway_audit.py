"""The auditors' pages: every filter, records as they are made, long sessions, signing at once."""

import io
import re
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from helpdesk.kernel.events import SupportActionRecorded
from helpdesk.kernel.store import Unit
from tests.contract.gateway_world import gateway_world, links, notice, problems
from tests.support.product import ACME, BETA, NORTH, PEOPLE, SOUTH, person_id

USER = person_id("acme_user")
STEPS = 1203
LONG = "INC-LONG"


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    with gateway_world(tmp_path_factory.mktemp("audit")) as running:
        record(running, ticket="INC-1", user_id=USER)
        record(running, ticket="INC-2", action="email.blocklist.remove", outcome="refused")
        record(running, partner_id=SOUTH, agent_id=person_id("south_agent"), ticket="INC-3")
        running.product.settle()
        yield running


def record(world, at: datetime | None = None, **said: str) -> None:
    """Leave the record of a call of the north's agent."""
    at = at or datetime.now(UTC)
    usual = {
        "action": "identity.user.get",
        "outcome": "done",
        "agent_id": person_id("north_agent"),
        "partner_id": NORTH,
        "organization_id": ACME,
        "sign_in_id": "sign-in-of-the-test",
        "service": "identity",
        "occurred_at": at,
    }
    if said.get("outcome", "done") != "done":
        usual["error"] = "NO"
    store = world.product.store_of("identity")
    store.commit(Unit(record=SupportActionRecorded(**(usual | said)), now=at))


def found(world, **asked: str) -> set[str]:
    """The tickets of the records that the auditor finds."""
    page = world.browser("north_auditor").submit("/audit", **asked)
    assert problems(page) == []
    return set(re.findall(r"INC-\w+", page.text.partition('id="records-title"')[2]))


@pytest.mark.parametrize(
    ("asked", "tickets"),
    [
        ({"ticket": "INC-1"}, {"INC-1"}),
        ({"user": USER}, {"INC-1"}),
        ({"user": PEOPLE["acme_user"][4]}, {"INC-1"}),
        ({"action": "email.blocklist.remove"}, {"INC-2"}),
        ({"action": "email."}, {"INC-2"}),
        ({"outcome": "refused"}, {"INC-2"}),
        ({"agent": PEOPLE["north_agent"][4], "organization": ACME}, {"INC-1", "INC-2"}),
        ({"organization": BETA}, set()),
        ({"partner": SOUTH}, set()),
        ({"partner": NORTH, "ticket": "INC-2"}, {"INC-2"}),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
)
def test_each_filter_finds_what_fits(world, asked, tickets):
    assert found(world, **asked) == tickets


def test_a_session_is_a_filter_and_the_player_leads_to_it(world):
    auditor = world.browser("north_auditor")
    page = auditor.submit("/audit", ticket="INC-1")
    (session,) = set(links(page, r"/audit/sessions/[^\"?]+"))
    (records,) = set(links(auditor.get(session), r"/audit/found/[^\"]+"))
    shown = auditor.get(records).text

    assert {"INC-1", "INC-2"} <= set(re.findall(r"INC-\d", shown))
    assert "INC-3" not in shown
    assert f'value="{session.rpartition("/")[2]}"' in shown


def test_what_was_found_is_exported(world):
    auditor = world.browser("north_auditor")
    page = auditor.submit("/audit", ticket="INC-2", user="")
    (export,) = set(links(page, r"/audit/found/[^\"]+/export"))
    asked = auditor.get(export)
    times = dict(
        re.findall(r'name="(start|end)" type="datetime-local" value="([^"]+)"', asked.text)
    )
    answer = auditor.submit(export, format="csv", **times)
    with zipfile.ZipFile(io.BytesIO(answer.content)) as file:
        rows = file.read("csv.csv").decode().splitlines()

    assert "Ticket INC-2" in asked.text
    assert len(rows) == 2
    assert "INC-2" in rows[1]


def test_an_action_that_is_none_is_told_at_its_field(world):
    page = world.browser("north_auditor").submit("/audit", action="identity.everything")

    assert page.status_code == 422
    assert 'id="action-problem"' in page.text


@contextmanager
def followed(world, after: int | None = None, mark: str = "", **asked: str) -> Iterator[Iterator]:
    """Messages of the stream of records, as a browser gets them: mark and text."""
    auditor = world.browser("north_auditor")
    page = auditor.submit("/audit", **asked)
    live = auditor.get(links(page, r"/audit/live/[^\"]+")[0])
    path = re.search(r'hx-sse:connect="([^"?]+)\?after=(\d+)"', live.text)
    headers = {"last-event-id": mark} if mark else {}
    start = path[2] if after is None else after
    with auditor.stream(
        "GET", f"{path[1]}?after={start}", headers=headers, timeout=httpx.Timeout(20)
    ) as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        yield messages(answer)


def messages(answer) -> Iterator[tuple[str, str]]:
    mark, lines = "", []
    for line in answer.iter_lines():
        if line.startswith("id: "):
            mark = line[4:]
        elif line.startswith("data: "):
            lines.append(line[6:])
        elif not line:
            if lines:
                yield mark, "\n".join(lines)
            lines = []


def test_records_come_as_they_are_made_and_only_those_that_fit(world):
    with followed(world, ticket="INC-LIVE") as came:
        standing = next(came)
        record(world, ticket="INC-ELSE")
        record(world, ticket="INC-LIVE")
        _, row = next(came)

    assert 'id="complete"' in standing[1]
    assert "Complete to" in standing[1]
    assert row.count("<tr") == 1
    assert "INC-LIVE" in row
    assert "Ned Agent" in row


def test_a_browser_that_was_cut_off_misses_nothing(world):
    with followed(world, ticket="INC-CUT") as came:
        next(came)
        record(world, ticket="INC-CUT")
        mark, _ = next(came)
    record(world, ticket="INC-CUT", user_id=USER)
    with followed(world, after=0, mark=mark, ticket="INC-CUT") as came:
        next(came)
        _, row = next(came)

    assert row.count("<tr") == 1


def test_another_partners_records_do_not_come(world):
    with followed(world, ticket="INC-SOUTH") as came:
        next(came)
        record(world, ticket="INC-SOUTH", partner_id=SOUTH)
        record(world, ticket="INC-SOUTH")
        _, row = next(came)

    assert row.count("<tr") == 1


def test_following_is_recorded(world):
    before = len(world.product.records("audit", action="audit.action.tail"))
    with followed(world) as came:
        next(came)

    records = world.product.records("audit", action="audit.action.tail")[before:]
    assert records
    assert {each.agent_id for each in records} == {person_id("north_auditor")}


def test_others_follow_nothing(world):
    assert world.browser("north_agent").get("/audit/live/x").status_code == 404
    assert world.browser("acme_admin").get("/audit/live/x/events").status_code == 404


@pytest.fixture(scope="module")
def long_session(world):
    """A session of more steps than fit one page; each names its number as its ticket."""
    begun = datetime.now(UTC) - timedelta(hours=2)
    for number in range(1, STEPS + 1):
        at = begun + timedelta(seconds=number)
        record(world, at, ticket=f"{LONG}-{number}", sign_in_id="a-long-sign-in")
    world.product.settle()
    page = world.browser("north_auditor").submit("/audit", ticket=f"{LONG}-1")
    return links(page, r"/audit/sessions/[^\"?]+")[0]


@pytest.mark.parametrize("step", [1, 200, 201, 1000, 1001, 1100, STEPS])
def test_every_step_of_a_long_session_is_played(world, long_session, step):
    page = world.browser("north_auditor").get(f"{long_session}?step={step}").text

    assert f"{LONG}-{step}<" in page
    assert f"Step {step:,} of {STEPS:,}" in page
    assert page.count('aria-current="step"') == 1
    assert ("Forward" in page) == (step < STEPS)
    assert (f"?step={step + 1}" in page) == (step < STEPS)


def test_parts_of_a_long_session_lead_to_each_other(world, long_session):
    auditor = world.browser("north_auditor")
    first = auditor.get(long_session).text
    later = auditor.get(f"{long_session}?step=1150").text

    assert "Steps 1 to 200" in first
    assert "Earlier steps" not in first
    assert f'href="{long_session}?step=201"' in first
    assert "Steps 1,001 to 1,200" in later
    assert f'id="strip-before" href="{long_session}?step=1000"' in later
    assert f'id="strip-after" href="{long_session}?step=1201"' in later


def test_a_step_beyond_the_end_is_the_last_one(world, long_session):
    page = world.browser("north_auditor").get(f"{long_session}?step=99999").text

    assert f"Step {STEPS:,} of {STEPS:,}" in page


def test_a_step_that_was_archived_is_not_there(world, long_session):
    session = long_session.rpartition("/")[2]
    with world.product.store_of("audit").engine.transaction() as tx:
        rows = tx.execute(
            "SELECT idx FROM audit_action WHERE session_id = ? AND session_id <> '' "
            "ORDER BY idx LIMIT 3",
            (session,),
        )
        tx.executemany("DELETE FROM audit_action WHERE idx = ?", rows)
    page = world.browser("north_auditor").get(f"{long_session}?step={STEPS}").text

    assert f"Step {STEPS - 3:,} of {STEPS - 3:,}" in page


def test_an_auditor_has_the_log_signed_at_once(world):
    auditor = world.browser("north_auditor")
    record(world, ticket="INC-SIGNED")
    world.product.settle()
    engine = world.product.store_of("audit").engine
    ((records,),) = engine.query("SELECT COUNT(*) FROM log_leaf")
    signed = auditor.submit("/audit/log/sign")
    newest = re.search(r'<td class="n" data-label="Records">([\d,]+)</td>', signed.text)[1]
    (last, *_) = reversed(world.product.records("audit", action="audit.checkpoint.sign"))

    assert notice(signed) == "The log is signed as it stands."
    assert int(newest.replace(",", "")) >= records
    assert last.agent_id == person_id("north_auditor")


def test_a_log_that_contradicts_itself_is_not_signed_and_the_page_says_so(world):
    auditor = world.browser("north_auditor")
    engine = world.product.store_of("audit").engine
    (note, size) = engine.query("SELECT note, size FROM log_checkpoint ORDER BY size DESC LIMIT 1")[
        0
    ]
    lines = note.split("\n")
    lines[2] = "A" * 43 + "="
    record(world, ticket="INC-DAMAGED")
    world.product.settle()
    with engine.transaction() as tx:
        tx.execute("UPDATE log_checkpoint SET note = ? WHERE size = ?", ("\n".join(lines), size))
    try:
        refused = auditor.submit("/audit/log/sign")
    finally:
        with engine.transaction() as tx:
            tx.execute("UPDATE log_checkpoint SET note = ? WHERE size = ?", (note, size))

    assert notice(refused) == "The log contradicts what was signed before: nothing was signed."


def test_agents_sign_nothing(world):
    assert world.browser("north_agent").submit("/audit/log/sign").status_code == 403
