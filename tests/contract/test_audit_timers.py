"""What the audit service does by itself, in the composed product, where nobody asks for it."""

import threading
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from helpdesk.audit.v1 import audit_pb2
from helpdesk.kernel import metrics
from helpdesk.kernel.settings import parse
from services.audit import composition
from services.audit.keys import signer_of
from services.audit.log.checkpoints import Checkpoint, sign_checkpoint
from services.audit.log.notes import Kind, Signer, VerifierKey
from services.audit.log.witness import Witness, request_of
from services.audit.service import public_key
from services.audit.settings import AuditSettings
from services.audit.witness import server_of
from tests.contract.audit_world import AN_AUDITOR, audit_world, environment
from tests.contract.email_world import MailServer
from tests.contract.gateway_world import gateway_world
from tests.support.losing import double_the_newest_number, lose_the_newest_number
from tests.support.product import free_address
from tests.support.waiting import ALARM, wait_until

AT_ONCE = {"HELPDESK_AUDIT_CHECKPOINT_SECONDS": "0.2"}
WATCHER = "watch@operator.example"


def standing(world) -> audit_pb2.GetCheckpointResponse:
    return world.call(AN_AUDITOR, "GetCheckpoint", audit_pb2.GetCheckpointRequest())


@contextmanager
def running_witness(folder: Path, *, another_past: bool = False):
    """
    A witness of the log that the secrets of a folder belong to; yields setting and name.

    It may have seen another past, signed with the log's key.
    """
    env = environment(folder)
    log = public_key(folder / "secrets", env)
    key = Signer.generate("witness.example/w1", Kind.WITNESS)
    witness = Witness([VerifierKey.parse(log)], key, folder / "seen")
    if another_past:
        signer = signer_of(folder / "secrets", parse(AuditSettings, "audit", env))
        head = Checkpoint(signer.name, 1000, bytes(32), bytes(32))
        witness.add_checkpoint(request_of(0, [], sign_checkpoint(head, signer)), datetime.now(UTC))
    server = server_of(("127.0.0.1", 0), witness)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        url = f"http://127.0.0.1:{server.server_address[1]}"
        yield f"{url} {key.verifier_key}", key.name
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_a_checkpoint_appears_by_itself_whenever_the_log_has_grown(tmp_path: Path):
    with audit_world(tmp_path, **AT_ONCE) as world:
        for minute in range(2):
            world.record(minute)
            world.settle()
            grown = standing(world).records

            assert wait_until(
                lambda size=grown: standing(world).checkpoint.size >= size, pause=0.05
            )


def test_a_grown_log_is_signed_within_a_minute_by_default():
    assert 0 < AuditSettings().checkpoint_seconds <= 60


def test_the_log_is_checked_by_itself(tmp_path: Path):
    with audit_world(tmp_path, **AT_ONCE, HELPDESK_AUDIT_VERIFICATION_SECONDS="0.2") as world:
        world.record(0)
        world.settle()

        assert wait_until(lambda: standing(world).verification.records >= 1, pause=0.05)


def test_a_running_witness_cosigns_by_itself(tmp_path: Path):
    with (
        running_witness(tmp_path) as (setting, name),
        audit_world(tmp_path, **AT_ONCE, HELPDESK_AUDIT_WITNESSES=setting) as world,
    ):
        world.record(0)
        world.settle()

        assert wait_until(lambda: name in standing(world).checkpoint.witnesses, pause=0.1)


def test_a_witness_that_saw_another_past_is_an_alarm(tmp_path):
    with (
        running_witness(tmp_path, another_past=True) as (setting, name),
        audit_world(tmp_path, **AT_ONCE, HELPDESK_AUDIT_WITNESSES=setting) as world,
    ):
        world.record(0)

        assert wait_until(lambda: measured("REFUSED_BY_WITNESS", "audit") == 1, pause=0.1)
        (alarm,) = standing(world).alarms
        assert (alarm.kind, alarm.service, alarm.writer) == ("REFUSED_BY_WITNESS", "audit", name)
        assert "saw another past" in alarm.sentence
        assert not standing(world).complete


def test_old_records_are_archived_by_themselves(tmp_path: Path, monkeypatch):
    monkeypatch.setattr(composition, "ARCHIVE_SECONDS", 0.2)
    with audit_world(tmp_path, **AT_ONCE, HELPDESK_AUDIT_KEEP_DAYS="1") as world:
        world.record(0)
        world.settle()

        assert wait_until(lambda: list((tmp_path / "audit-archive").glob("*.note")), pause=0.05)


def measured(kind: str, service: str = "email") -> float | None:
    about = {"kind": kind, "service": service}
    return metrics.REGISTRY.get_sample_value("helpdesk_audit_alarms", about)


@pytest.fixture(scope="module")
def watched(tmp_path_factory):
    mails = MailServer(free_address())
    mails.start()
    settings = {
        "HELPDESK_AUDIT_ALARM_ADDRESS": WATCHER,
        "HELPDESK_AUDIT_ALARM_SMTP": mails.address,
    }
    with gateway_world(tmp_path_factory.mktemp("watched"), **settings) as world:
        yield world, mails
    mails.stop()


@pytest.mark.parametrize(
    ("go_wrong", "kind", "on_the_page"),
    [
        (double_the_newest_number, "DOUBLED", "A number of email came twice."),
        (lose_the_newest_number, "MISSING", "missing since"),
    ],
)
def test_what_is_wrong_with_the_numbers_is_measured_shown_and_mailed_within_ten_seconds(
    watched, go_wrong, kind, on_the_page
):
    world, mails = watched
    auditor = world.browser("north_auditor")
    go_wrong(world.product.store_of("email"))

    def told() -> set[str]:
        subject = f"Subject: Audit alarm: {kind.lower()}, email".encode()
        ways = {
            "metric": measured(kind) == 1,
            "mail": any(subject in data for _, _, data in mails.to(WATCHER)),
            "page": on_the_page in auditor.get("/audit").text,
        }
        return {way for way, told in ways.items() if told}

    assert wait_until(lambda: len(told()) == 3, ALARM, 0.2), told()
