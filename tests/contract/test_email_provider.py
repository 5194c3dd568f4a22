"""The provider's list follows the blocklist, and drift between them is repaired."""

import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from services.email.domain import blocklist_facts, facts
from tests.contract.email_world import STEFANA, complaint, email_world
from tests.support.ses import fake_ses, ses_settings
from tests.support.waiting import wait_until

ADDRESS = "stefana@acme.example"
NO_SUCH = "550 5.1.1 no such user"
YESTERDAY = datetime.now(UTC) - timedelta(days=1)


@pytest.fixture
def ses():
    with fake_ses() as ses:
        yield ses


@pytest.fixture
def world(tmp_path, ses):
    with email_world(tmp_path, **ses_settings(ses)) as world:
        yield world


def block(world):
    world.server.answers[ADDRESS] = NO_SUCH
    message_id = world.send()
    world.wait_for_state(message_id, "bounced")
    return message_id


def stored(world, kind):
    return [world.store.opened(row) for row in world.store.read(0, 10_000, (kind.NAME,))]


def complain(world):
    """Have the user complain of a mail that arrived."""
    message_id = world.send()
    world.wait_for_state(message_id, "delivered")
    world.report(complaint(message_id))
    assert wait_until(lambda: address(world).block == "complaint")


def address(world):
    return world.user_mail().addresses[0]


def whats(world, message_id):
    return [entry.what for entry in world.message(message_id).entries]


def test_a_block_is_added_at_the_provider_and_a_removal_taken_away_there(world, ses):
    message_id = block(world)
    assert ses.wait_until(lambda entries: ADDRESS in entries)
    del world.server.answers[ADDRESS]
    world.remove()

    assert ses.wait_until(lambda entries: not entries)
    assert wait_until(lambda: address(world).provider_state == "done")
    assert whats(world, message_id)[-3:] == ["provider_added", "unblocked", "provider_removed"]


def test_every_case_variant_is_deleted(world, ses):
    block(world)
    ses.wait_until(lambda entries: ADDRESS in entries)
    for variant in ("Stefana@acme.example", "STEFANA@ACME.EXAMPLE"):
        ses.suppress(variant, at=YESTERDAY)
    world.remove()

    assert ses.wait_until(lambda entries: not entries)


def test_what_the_provider_refuses_is_tried_again_and_shown(world, ses):
    message_id = block(world)
    ses.wait_until(lambda entries: ADDRESS in entries)
    ses.failing["DELETE"] = (429, "TooManyRequestsException")
    world.remove()
    assert wait_until(lambda: address(world).provider_state == "failed")
    failed = stored(world, blocklist_facts.ProviderListFailed)[0]
    assert (failed.wanted, failed.reason) == ("removed", "SES_TooManyRequestsException")
    assert address(world).provider_retry_at.seconds
    ses.failing.clear()

    assert ses.wait_until(lambda entries: not entries)
    assert wait_until(lambda: address(world).provider_state == "done")
    assert whats(world, message_id)[-2:] == ["provider_failed", "provider_removed"]


def test_what_the_provider_did_not_do_is_seen(world, ses):
    ses.forgets_puts = True
    block(world)

    assert wait_until(lambda: bool(stored(world, blocklist_facts.ProviderListFailed)))
    assert stored(world, blocklist_facts.ProviderListFailed)[0].reason == "NOT_ADDED"


def test_an_entry_that_came_back_to_the_provider_is_taken_away_again(world, ses):
    block(world)
    world.remove()
    assert wait_until(lambda: address(world).provider_state == "done")
    ses.suppress("Stefana@Acme.Example", at=YESTERDAY)

    assert ses.wait_until(lambda entries: not entries)
    assert wait_until(
        lambda: stored(world, blocklist_facts.ProviderListChanged)[-1].because == "drift"
    )
    assert not address(world).blocked


@pytest.mark.parametrize(
    ("reason", "expected"), [("BOUNCE", "hard_bounce"), ("COMPLAINT", "complaint")]
)
def test_what_only_the_provider_knows_is_blocked_here(world, ses, reason, expected):
    ses.suppress("Stefana@acme.example", reason)

    assert wait_until(lambda: address(world).blocked)
    assert address(world).block == expected
    assert stored(world, facts.AddressBlocked)[0].provider == "ses"
    assert list(ses.entries) == ["Stefana@acme.example"]


def test_a_block_that_the_provider_lost_is_put_back(world, ses):
    block(world)
    assert wait_until(lambda: address(world).provider_state == "done")
    with ses.changed:
        ses.entries.clear()

    assert ses.wait_until(lambda entries: ADDRESS in entries)
    assert wait_until(
        lambda: stored(world, blocklist_facts.ProviderListChanged)[-1].because == "drift"
    )


def reasons(ses):
    return {address: reason for address, (reason, _) in ses.entries.items()}


def test_a_complaint_about_an_address_that_the_provider_has_as_bounced_is_put_there(world, ses):
    message_id = block(world)
    assert ses.wait_until(lambda entries: ADDRESS in entries)
    world.report(complaint(message_id))
    assert wait_until(lambda: address(world).block == "complaint")

    assert ses.wait_until(lambda _: reasons(ses) == {ADDRESS: "COMPLAINT"})


def test_a_complaint_that_the_provider_made_a_bounce_is_put_back(world, ses):
    complain(world)
    assert ses.wait_until(lambda _: reasons(ses) == {ADDRESS: "COMPLAINT"})
    assert wait_until(lambda: address(world).provider_state == "done")
    assert ses.wait_until_read()
    with ses.changed:
        ses.entries.clear()
        ses.suppress("Stefana@acme.example", "BOUNCE")

    assert ses.wait_until(lambda _: reasons(ses) == {"Stefana@acme.example": "COMPLAINT"})
    assert wait_until(
        lambda: stored(world, blocklist_facts.ProviderListChanged)[-1].because == "drift"
    )
    assert address(world).block == "complaint"


def test_a_bounce_that_the_provider_has_as_a_complaint_is_one_here(world, ses):
    ses.suppress(ADDRESS, "BOUNCE")
    assert wait_until(lambda: address(world).block == "hard_bounce")
    ses.suppress(ADDRESS, "COMPLAINT")

    assert wait_until(lambda: address(world).block == "complaint")
    assert reasons(ses) == {ADDRESS: "COMPLAINT"}


def test_a_complaint_that_the_provider_keeps_as_a_bounce_is_seen(world, ses):
    message_id = block(world)
    assert wait_until(lambda: address(world).provider_state == "done")
    ses.forgets_puts = True
    world.report(complaint(message_id))

    assert wait_until(lambda: bool(stored(world, blocklist_facts.ProviderListFailed)))
    assert stored(world, blocklist_facts.ProviderListFailed)[0].reason == "NOT_ADDED"


def test_a_list_of_several_pages_is_read_whole(world, ses):
    for number in range(5):
        ses.suppress(f"nobody{number}@elsewhere.example")

    assert wait_until(lambda: len(stored(world, facts.AddressBlocked)) == 5)


def test_no_address_is_in_a_log_or_a_reason_when_the_provider_is_away(tmp_path, caplog):
    with fake_ses() as gone:
        settings = ses_settings(gone)
    with email_world(tmp_path, **settings) as world:
        block(world)
        assert wait_until(lambda: bool(stored(world, blocklist_facts.ProviderListFailed)))
        failed = stored(world, blocklist_facts.ProviderListFailed)[0]

    assert failed.reason == "SES_EndpointConnectionError"
    assert "stefana" not in caplog.text.lower()
    assert STEFANA not in failed.reason


def test_the_list_is_read_and_changed_under_the_workers_event_loop(ses):
    code = f"""
import eventlet
eventlet.monkey_patch()
import sys
from services.email.providers.ses import SesAccount, SesSuppressionList
known = SesSuppressionList(SesAccount("eu-central-1", {ses.url!r}, "AKID", "secret"))
assert "boto3" not in sys.modules
known.put("Ana@acme.example", "hard_bounce")
assert known.find("ana@acme.example") is None
assert [e.address for e in known.entries()] == ["Ana@acme.example"]
known.delete("Ana@acme.example")
known.delete("Ana@acme.example")
assert list(known.entries()) == []
print("grpc" in sys.modules)
"""
    root = Path(__file__).parents[2]
    ran = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code],
        cwd=root,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert (ran.stdout.strip(), ran.stderr) == ("False", "")


def test_what_the_provider_blocked_stands_with_its_address(world, ses):
    ses.suppress("Stefana@acme.example", "BOUNCE")
    assert wait_until(lambda: address(world).blocked)
    shown = address(world)

    assert [(entry.what, entry.cause) for entry in shown.entries] == [("blocked", "unknown")]
    assert not world.user_mail().addresses[1].entries
