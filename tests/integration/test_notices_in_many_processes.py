"""Notices of a consent over the broker: one to each of both sides, whatever comes twice or dies."""

import os
import signal
from datetime import UTC, datetime, timedelta

import pytest
from kombu import Connection, Producer

from helpdesk.kernel import broker
from helpdesk.kernel.store import Append, Unit
from helpdesk.session.v1 import consent_pb2, consent_pb2_grpc
from services.session.domain import access, consents
from services.session.domain.access import Access
from tests.contract.email_world import MailServer, text_of
from tests.support.distributed import distributed_product
from tests.support.kept import everything, keep_published
from tests.support.product import ACME, NORTH, free_address, small_directory
from tests.support.waiting import wait_until

ADMIN = "ada@acme.example"
BOTH = sorted([ADMIN, "nina@north.example", "nora@north.example"])
WORKER = "work email"


class Notified:
    """The product as processes, and the mail that its admins get."""

    def __init__(self, product, server):
        self.product = product
        self.server = server
        self.session = product.store_of("session")
        self.consents = product.stub(consent_pb2_grpc.ConsentServiceStub, "session")

    def grant(self, days):
        """Let the partner look for so many days; return the consent's id."""
        ends = datetime.now(UTC) + timedelta(days=days)
        request = consent_pb2.GrantAccessRequest(
            partner_id=NORTH, sections=["SECTION_USERS"], minutes=20, reason="for the move"
        )
        request.until.FromDatetime(ends)
        return self.product.caller("acme_admin")(self.consents.GrantAccess, request).consent_id

    def passes(self, consent_id, now):
        """Write down what the session service would as of a time."""
        loaded = self.session.load(f"access:{ACME}:{NORTH}", access.evolve, Access())
        fact = consents.expiry(loaded.state.consents[consent_id], now)
        self.product.commit(
            "session", Unit(appends=(Append(loaded.stream, loaded.version, (fact,)),), now=now)
        )

    def kill_worker(self):
        os.kill(self.product.supervisor.pids[WORKER], signal.SIGKILL)

    def told(self, count):
        """Who got mail since the last time, once so many came and nothing more is on its way."""
        wait_until(lambda: len(self.server.mails) >= count)
        self.product.settle()
        self.product.settle()
        mails, self.server.mails = self.server.mails, []
        return sorted(to for _, to, _ in mails), [
            text_of(mail) for _, to, mail in mails if to != ADMIN
        ]


@pytest.fixture(scope="module")
def notified(tmp_path_factory):
    server = MailServer(free_address())
    server.start()
    folder = tmp_path_factory.mktemp("notices") / "data"
    try:
        with distributed_product(folder, HELPDESK_EMAIL_SMTP_ADDRESS=server.address) as product:
            keep_published(product)
            product.load(small_directory())
            product.settle()
            yield Notified(product, server)
    finally:
        server.stop()


def publish_again(url):
    """Publish all events of accesses a second time; return how many."""
    count = 0
    with Connection(url) as connection:
        channel = connection.channel()
        queue, producer = everything(channel), Producer(channel)
        messages = []
        while (message := queue.get(no_ack=True)) is not None:
            messages.append(message)
        for message in messages:
            name = message.delivery_info["routing_key"]
            if name.startswith("helpdesk.session."):
                producer.publish(
                    message.body,
                    routing_key=name,
                    exchange=broker.EVENTS,
                    headers=message.headers,
                    content_type=message.content_type,
                    content_encoding=message.content_encoding,
                )
                count += 1
    return count


def test_both_sides_get_one_notice_of_each_change_whatever_comes_twice_or_dies(notified):
    first = notified.grant(8)
    granted = notified.told(3)
    second = notified.grant(9)
    notified.kill_worker()
    extended = notified.told(3)
    now = datetime.now(UTC)
    told = []
    for consent_id, days in ((first, 1), (first, 7), (first, 8.01), (second, 2.01), (second, 8.01)):
        notified.passes(consent_id, now + timedelta(days=days))
        notified.kill_worker()
        told.append(notified.told(3))
    again = publish_again(notified.product.env["HELPDESK_BROKER_URL"])
    nobody, _ = notified.told(0)

    assert [to for to, _ in (granted, extended, *told)] == [BOTH] * 7
    said = ["ends in 7 days", "ends in 1 day.", "has ended", "ends in 7 days", "ends in 1 day."]
    for (_, texts), words in zip(told, said, strict=True):
        assert all(words in " ".join(text.split()) for text in texts)
    assert again >= 7
    assert nobody == []
