"""A number that is lost on its way to the audit log, in many processes: who is told, and how soon."""

import urllib.request

import pytest
from prometheus_client.parser import text_string_to_metric_families

from helpdesk.email.v1 import email_pb2, email_pb2_grpc
from helpdesk.kernel.heartbeat import HeartbeatSigned
from tests.contract.email_world import MailServer
from tests.contract.gateway_world import Browser
from tests.support.distributed import distributed_product
from tests.support.losing import lose_a_number
from tests.support.product import free_address, person_id, small_directory
from tests.support.waiting import ALARM, wait_until

WATCHER = "watch@operator.example"


@pytest.fixture(scope="module")
def watched(tmp_path_factory):
    mails = MailServer(free_address())
    mails.start()
    settings = {
        "HELPDESK_AUDIT_ALARM_ADDRESS": WATCHER,
        "HELPDESK_AUDIT_ALARM_SMTP": mails.address,
    }
    folder = tmp_path_factory.mktemp("numbers") / "data"
    try:
        with distributed_product(folder, directory=small_directory(), **settings) as product:
            product.settle()
            with Browser(f"http://{product.env['HELPDESK_GATEWAY_ADDRESS']}") as auditor:
                assert auditor.sign_in("north_auditor").status_code == 200
                yield product, mails, auditor
    finally:
        mails.stop()


def measured(product):
    """Alarms by kind and service, as Prometheus reads them of the process that watches."""
    url = f"http://{product.supervisor.scraped['relay audit']}/metrics"
    text = urllib.request.urlopen(url, timeout=60).read().decode()
    return {
        (sample.labels["kind"], sample.labels["service"]): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
        if sample.name == "helpdesk_audit_alarms"
    }


def test_what_a_worker_recorded_is_counted_by_a_heartbeat_of_its_own(watched):
    product, _, _ = watched
    store = product.store_of("email")
    request = email_pb2.ResendMessageRequest(
        user_id=person_id("acme_user"), kind="welcome", ticket="INC-1"
    )
    mail = product.stub(email_pb2_grpc.EmailServiceStub, "email")
    product.caller("north_agent")(mail.ResendMessage, request)

    def delivered():
        return product.records("email", action="email.message.deliver")

    def counted():
        rows = store.read(0, 100_000, (HeartbeatSigned.NAME,))
        beats = [store.opened(row) for row in rows]
        return {(beat.writer, beat.number) for beat in beats}

    assert wait_until(lambda: len(delivered()) == 1)
    (record,) = delivered()
    assert record.agent_id == "system:email.delivery"
    assert wait_until(lambda: (record.writer, record.number) in counted(), pause=0.2)


def test_a_lost_number_is_measured_shown_and_mailed_within_ten_seconds(watched):
    product, mails, auditor = watched
    lose_a_number(product.store_of("email"))

    def told():
        ways = {
            "metric": measured(product).get(("MISSING", "email")) == 1,
            "mail": any(b"Audit alarm: missing, email" in data for *_, data in mails.to(WATCHER)),
            "page": "missing since" in auditor.get("/audit").text,
        }
        return {way for way, said in ways.items() if said}

    assert wait_until(lambda: len(told()) == 3, ALARM, 0.2), told()
