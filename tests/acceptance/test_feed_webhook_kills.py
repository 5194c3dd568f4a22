"""The product killed while it pushes a customer's feed: nothing is missing, and what is twice shows."""

import threading

import grpc
import pytest

from helpdesk.audit.v1 import (
    audit_pb2,
    audit_pb2_grpc,
    feed_webhook_pb2,
    feed_webhook_pb2_grpc,
)
from helpdesk.kernel.rpc.client import Caller
from tests.support.kills import QUICKLY, Deployment
from tests.support.product import ACME
from tests.support.receiver import Receiver, verifier


@pytest.fixture
def deployment(tmp_path):
    deployment = Deployment(tmp_path, "identity", "audit")
    deployment.env["HELPDESK_AUDIT_FEED_NETWORKS"] = "127.0.0.0/8"
    deployment.env["HELPDESK_AUDIT_FEED_LONGEST_PAUSE_SECONDS"] = "0.2"
    yield deployment
    deployment.kill()


def test_a_kill_between_a_post_and_its_answer_loses_no_record(deployment):
    deployment.start()
    deployment.wait_ready()
    with grpc.insecure_channel(deployment.address, QUICKLY) as channel, Receiver() as receiver:
        call = Caller(lambda: deployment.token("acme_admin"))
        webhooks = feed_webhook_pb2_grpc.FeedWebhookServiceStub(channel)
        log = audit_pb2_grpc.AuditServiceStub(channel)
        killed, ready = [], threading.Event()

        def answers(got):
            if not receiver.got:
                return 204
            if not ready.is_set():
                return 503
            if not killed:
                killed.append(got.id)
                deployment.kill()
                return 0
            return 204

        def read():
            return call(
                log.ListOrganizationActivity,
                audit_pb2.ListOrganizationActivityRequest(organization_id=ACME, page_size=200),
            ).activities

        receiver.answers = answers
        request = feed_webhook_pb2.SetFeedWebhookRequest(organization_id=ACME, url=receiver.url)
        key = call(webhooks.SetFeedWebhook, request).public_key
        for _ in range(3):
            read()
        ready.set()
        receiver.wait(lambda r: any(not g.answered for g in r.got), timeout=60)
        deployment.start()
        deployment.wait_ready()
        seen = {each.record_id for each in read()}
        receiver.wait(lambda r: seen <= {g.id for g in r.taken}, timeout=60)

        last, done = "", []
        for got in receiver.taken:
            event = verifier.verify(got.headers, got.body, [key])
            assert verifier.is_new(event, last)
            last = event["sequence"]
            done.append(event["id"])
        assert len(done) == len(set(done))
        assert done.count(killed[0]) == 1
