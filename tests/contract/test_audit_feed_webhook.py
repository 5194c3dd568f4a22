"""A customer's feed at a receiver of the customer's: signed, in order, each record at least once."""

import threading
import time

import pytest
from cloudevents.http import from_json

from helpdesk.audit.v1 import (
    audit_pb2,
    audit_pb2_grpc,
    feed_webhook_pb2,
    feed_webhook_pb2_grpc,
)
from helpdesk.identity.v1 import directory_pb2, directory_pb2_grpc
from helpdesk.kernel.errors import InvalidArgument, NotFound
from services.audit.service import SERVICE as AUDIT
from services.identity.service import SERVICE as IDENTITY
from tests.support.product import (
    ACME,
    SHARED,
    free_address,
    person_id,
    running_product,
    small_directory,
)
from tests.support.receiver import Receiver, verifier
from tests.support.waiting import wait_until

SETTINGS = {
    "HELPDESK_AUDIT_FEED_NETWORKS": "127.0.0.0/8",
    "HELPDESK_AUDIT_FEED_TIMEOUT_SECONDS": "0.5",
    "HELPDESK_AUDIT_FEED_LONGEST_PAUSE_SECONDS": "0.2",
}
ADMINS = {ACME: "acme_admin", SHARED: "shared_admin"}
USERS = {ACME: "acme_user", SHARED: "shared_user"}


class Feed:
    """A product, and calls about the webhook of one of its customers."""

    def __init__(self, product):
        self.product = product

    def call(self, method, organization=ACME, who="", **fields):
        stub = self.product.stub(feed_webhook_pb2_grpc.FeedWebhookServiceStub, "audit")
        kind = getattr(feed_webhook_pb2, f"{method}Request")
        request = kind(organization_id=organization, **fields)
        caller = self.product.caller(who or ADMINS[organization])
        return caller(getattr(stub, method), request)

    def set(self, url, organization=ACME, **fields):
        return self.call("SetFeedWebhook", organization, url=url, **fields).public_key

    def get(self, organization=ACME):
        return self.call("GetFeedWebhook", organization)

    def look(self, ticket, organization=ACME):
        """Let an agent open a user; the ticket names the look-up."""
        stub = self.product.stub(directory_pb2_grpc.DirectoryServiceStub, "identity")
        request = directory_pb2.GetUserRequest(
            user_id=person_id(USERS[organization]), ticket=ticket
        )
        self.product.caller("north_agent")(stub.GetUser, request)


def tickets(gots):
    return [t for g in gots if (t := g.event["data"].get("ticket"))]


@pytest.fixture(scope="module")
def product(tmp_path_factory):
    folder = tmp_path_factory.mktemp("data")
    directory = small_directory()
    with running_product(folder, [IDENTITY, AUDIT], directory=directory, **SETTINGS) as running:
        yield running


@pytest.fixture
def feed(product):
    feed = Feed(product)
    yield feed
    for organization in ADMINS:
        try:
            feed.call("RemoveFeedWebhook", organization)
        except NotFound:
            continue


@pytest.fixture
def receiver():
    with Receiver() as receiver:
        yield receiver


def test_a_read_is_at_the_receiver_and_on_the_page_within_five_seconds(feed, receiver):
    feed.set(receiver.url)
    begun = time.time()
    feed.look("INC-READ")
    receiver.wait(lambda r: "INC-READ" in tickets(r.got))
    at_receiver = time.time() - begun
    page = feed.product.caller("acme_admin")(
        feed.product.stub(audit_pb2_grpc.AuditServiceStub, "audit").ListOrganizationActivity,
        audit_pb2.ListOrganizationActivityRequest(organization_id=ACME),
    )
    on_page = time.time() - begun
    print(f"at the receiver after {at_receiver:.2f} s, on the page within {on_page:.2f} s")

    assert "INC-READ" in [each.ticket for each in page.activities]
    assert at_receiver < 5
    assert on_page < 5


def test_a_webhook_begins_with_its_own_setting_and_says_how_it_stands(feed, receiver):
    key = feed.set(receiver.url)
    receiver.wait(lambda r: r.got)
    assert wait_until(lambda: feed.get().delivered_sequence)
    stands = feed.get()

    assert receiver.got[0].event["subject"] == "audit.feed_webhook.set"
    assert receiver.got[0].event["data"]["own"] is True
    assert list(stands.public_keys) == [key]
    assert (stands.url, stands.error, stands.failures) == (receiver.url, "", 0)


def test_an_event_is_a_cloudevent_that_says_what_the_page_says(feed, receiver):
    feed.set(receiver.url)
    feed.look("INC-EVENT")
    receiver.wait(lambda r: "INC-EVENT" in tickets(r.got))
    got = next(g for g in receiver.got if "INC-EVENT" in tickets([g]))
    event = from_json(got.body)

    assert got.headers["content-type"] == "application/cloudevents+json"
    assert event["specversion"] == "1.0"
    assert event["source"] == f"/helpdesk/audit/organizations/{ACME}"
    assert event["type"] == "helpdesk.audit.v1.OrganizationActivity"
    assert event.data == {
        "action": "identity.user.get",
        "outcome": "done",
        "agent_id": person_id("north_agent"),
        "partner_id": event.data["partner_id"],
        "user_id": person_id("acme_user"),
        "ticket": "INC-EVENT",
        "organization_id": ACME,
        "own": False,
    }


def test_what_was_tampered_with_is_refused_by_the_documented_check(feed, receiver):
    key = feed.set(receiver.url)
    receiver.wait(lambda r: r.got)
    got = receiver.got[0]
    later = got.at + verifier.TOLERANCE + 2
    other = feed.set(receiver.url, SHARED)

    assert verifier.verify(got.headers, got.body, [key])["id"] == got.id
    for headers, body, keys, now in (
        (got.headers, got.body.replace(b"done", b"dome"), [key], None),
        ({**got.headers, "webhook-id": "another"}, got.body, [key], None),
        ({**got.headers, "webhook-timestamp": str(int(got.at) + 9)}, got.body, [key], None),
        ({**got.headers, "webhook-signature": "v1a,AAAA"}, got.body, [key], None),
        ({}, got.body, [key], None),
        (got.headers, got.body, [other], None),
        (got.headers, got.body, [key], later),
    ):
        with pytest.raises(ValueError, match=r"signature|header|ago"):
            verifier.verify(headers, body, keys, now)


def test_a_failing_receiver_gets_the_same_event_again_and_none_before_its_turn(feed, receiver):
    answers = iter([500, 503, 302, 204])
    receiver.answers = lambda g: next(answers) if tickets([g]) == ["INC-0"] else 204
    feed.set(receiver.url)
    for number in range(5):
        feed.look(f"INC-{number}")
    receiver.wait(lambda r: "INC-4" in tickets(r.taken))

    tries = [g for g in receiver.got if tickets([g]) == ["INC-0"]]
    assert [g.answered for g in tries] == [500, 503, 302, 204]
    assert len({g.id for g in tries}) == 1
    assert len({g.body for g in tries}) == 1
    assert tickets(receiver.taken) == [f"INC-{n}" for n in range(5)]
    sequences = [g.event["sequence"] for g in receiver.taken]
    assert sequences == sorted(set(sequences))


def test_an_outage_loses_nothing_and_is_shown_until_it_is_over(feed):
    port = int(free_address().rpartition(":")[2])
    feed.set(f"http://127.0.0.1:{port}/feed")
    for number in range(3):
        feed.look(f"INC-OUT-{number}")
    assert wait_until(lambda: feed.get().failures > 1)
    stands = feed.get()

    assert stands.error == "CONNECTION"
    assert stands.behind >= 3
    assert stands.HasField("behind_since")
    with Receiver(port) as receiver:
        receiver.wait(lambda r: "INC-OUT-2" in tickets(r.taken))
        assert tickets(receiver.taken) == [f"INC-OUT-{n}" for n in range(3)]
        assert wait_until(lambda: not feed.get().error)


def test_a_slow_receiver_holds_up_no_other_customer(feed, receiver):
    released = threading.Event()
    with Receiver() as slow:
        slow.answers = lambda _: released.wait(1) and 204
        feed.set(slow.url, SHARED)
        feed.set(receiver.url)
        feed.look("INC-SLOW", SHARED)
        feed.look("INC-FAST")
        receiver.wait(lambda r: "INC-FAST" in tickets(r.taken))
        assert wait_until(lambda: feed.get(SHARED).error == "TIMEOUT")
        released.set()
        slow.wait(lambda r: "INC-SLOW" in tickets(r.taken))


def test_no_record_of_another_customer_is_ever_sent(feed, receiver):
    with Receiver() as other:
        feed.set(receiver.url)
        feed.set(other.url, SHARED)
        for number in range(4):
            feed.look(f"INC-A-{number}")
            feed.look(f"INC-S-{number}", SHARED)
        receiver.wait(lambda r: "INC-A-3" in tickets(r.got))
        other.wait(lambda r: "INC-S-3" in tickets(r.got))

        assert {g.event["data"]["organization_id"] for g in receiver.got} == {ACME}
        assert {g.event["data"]["organization_id"] for g in other.got} == {SHARED}


def test_the_feed_goes_on_from_a_sequence_and_a_receiver_drops_what_it_has(feed, receiver):
    feed.set(receiver.url)
    for number in range(3):
        feed.look(f"INC-C-{number}")
    receiver.wait(lambda r: "INC-C-2" in tickets(r.taken))
    first = {g.id: g.body for g in receiver.taken}
    kept = next(g.event["sequence"] for g in receiver.taken if tickets([g]) == ["INC-C-0"])
    before = len(receiver.got)
    feed.call("ResumeFeedWebhook", after_sequence=kept)
    receiver.wait(lambda r: "audit.feed_webhook.resume" in {g.event["subject"] for g in r.taken})
    again = receiver.got[before:]

    assert tickets(again) == ["INC-C-1", "INC-C-2"]
    assert all(first[g.id] == g.body for g in again if g.id in first)
    newest = max(g.event["sequence"] for g in receiver.got[:before])
    new = [g.event["subject"] for g in again if verifier.is_new(g.event, newest)]
    assert new == ["audit.feed_webhook.resume"]


def test_a_receiver_that_is_gone_is_left_alone_until_somebody_says_so(feed, receiver):
    receiver.answers = lambda _: 410
    feed.set(receiver.url)
    assert wait_until(lambda: feed.get().stopped)
    assert feed.get().error == "GONE"
    receiver.answers = lambda _: 204
    tries = len(receiver.got)
    feed.call("ResumeFeedWebhook", after_sequence="")
    receiver.wait(lambda r: r.taken)

    assert tries == 1
    assert receiver.taken[0].id == receiver.got[0].id


def test_for_a_day_events_are_signed_with_the_old_key_too(feed, receiver):
    old = feed.set(receiver.url)
    new = feed.call("RotateFeedWebhookKey").public_key
    feed.look("INC-ROTATED")
    receiver.wait(lambda r: "INC-ROTATED" in tickets(r.got))
    got = next(g for g in receiver.got if "INC-ROTATED" in tickets([g]))

    assert old != new
    assert list(feed.get().public_keys) == [new, old]
    for key in (old, new):
        assert verifier.verify(got.headers, got.body, [key])


def test_only_what_partners_did_where_the_admin_wants_that(feed, receiver):
    feed.set(receiver.url, partners_only=True)
    feed.get()
    feed.look("INC-ONLY")
    receiver.wait(lambda r: "INC-ONLY" in tickets(r.got))

    assert tickets(receiver.got) == ["INC-ONLY"]
    assert len(receiver.got) == 1


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("http://feed.example/", "NOT_HTTPS"),
        ("https://10.1.2.3/feed", "NOT_PUBLIC"),
        ("https://[fd00::1]/feed", "NOT_PUBLIC"),
        ("https://169.254.169.254/latest/meta-data", "NOT_PUBLIC"),
        ("https://nowhere.invalid/feed", "NOT_PUBLIC"),
        ("https://user:word@feed.example/", "BAD_URL"),
    ],
)
def test_an_address_inside_is_refused(feed, url, reason):
    with pytest.raises(InvalidArgument) as refused:
        feed.set(url)

    assert (refused.value.field, refused.value.reason) == ("url", reason)
    with pytest.raises(NotFound):
        feed.get()


def test_another_customers_admin_finds_no_webhook(feed, receiver):
    feed.set(receiver.url)

    for method, fields in (
        ("GetFeedWebhook", {}),
        ("SetFeedWebhook", {"url": receiver.url}),
        ("RotateFeedWebhookKey", {}),
        ("ResumeFeedWebhook", {}),
        ("RemoveFeedWebhook", {}),
    ):
        with pytest.raises(NotFound):
            feed.call(method, ACME, who="shared_admin", **fields)


def test_after_it_was_removed_nothing_more_is_sent(feed, receiver, product):
    feed.set(receiver.url)
    receiver.wait(lambda r: r.taken)
    feed.call("RemoveFeedWebhook")
    came = len(receiver.got)
    feed.look("INC-AFTER")
    # The next one begins with what the log does not have yet.
    product.settle()
    with Receiver() as another:
        feed.set(another.url)
        another.wait(lambda r: r.taken)

        assert tickets(another.got) == []
    assert len(receiver.got) == came
