"""What heartbeats show: numbers that are missing or doubled, and services that say nothing."""

import logging
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from helpdesk.kernel import metrics
from helpdesk.kernel.beating import Heartbeats
from helpdesk.kernel.bus import InProcessBus
from helpdesk.kernel.errors import Unavailable
from helpdesk.kernel.events import SupportActionRecorded
from helpdesk.kernel.heartbeat import HeartbeatSigned, private_key, verifies
from helpdesk.kernel.secrets import new_private_key
from helpdesk.kernel.sqlite_store import SqliteEngine
from helpdesk.kernel.store import Store, Unit
from helpdesk.kernel.vault import Vault
from services.audit.domain.heartbeats import Heard, alarms, silent
from services.audit.domain.numbers import SOURCES, Writer, arrived
from services.audit.handlers import NAME, ActionsConsumer
from services.audit.log.notes import Signer
from services.audit.settings import AuditSettings
from services.audit.views.ledger import Ledger
from services.audit.views.standing import Standing
from services.audit.watch import Watch, mailer

MIGRATIONS = Path(__file__).parents[3] / "services/audit/migrations"
NOON = datetime(2030, 5, 6, 12, tzinfo=UTC)
MINUTE = 60_000_000
BEAT = Heard("writer-1", "email", 5, 1000, 1000, ended=False, signature="s", arrived=5)


class Clock:
    """A time that a test moves."""

    def __init__(self) -> None:
        self.now = datetime.now(UTC)

    def __call__(self) -> datetime:
        return self.now

    def pass_by(self, **units: float) -> None:
        self.now += timedelta(**units)


class Bench:
    """The store of a service called email, the audit service's own, and a bus between them."""

    def __init__(self, folder: Path) -> None:
        self.clock = Clock()
        self.vault = Vault(folder / "vault.db", bytes(32))
        self.pem = new_private_key()
        self.source = self._store("email", folder)
        self.beats = Heartbeats(self.source, self.pem, self.clock)
        self.store = self._store("audit", folder)
        ledger = Ledger(self.store.engine, Signer.generate("helpdesk/audit"))
        self.standing = Standing(self.store.engine, ledger, NAME, SOURCES)
        self.settings = AuditSettings(alarm_address="watch@operator.example")
        self.watch = Watch(self.store, self.standing, self.settings, self.clock)
        self.mails: list[EmailMessage] = []
        self.refusals = 0
        self.bus = InProcessBus()
        keys = {"email": private_key(self.pem).public_key()}
        stores = {"email": self.source, "audit": self.store}
        self.bus.connect(ActionsConsumer(ledger, keys), stores)
        self.bus.connect(mailer(self.store, self.settings, self._send), stores)
        self._running = False

    def _send(self, mail: EmailMessage) -> None:
        if self.refusals:
            self.refusals -= 1
            raise Unavailable("ALARM_NOT_MAILED", "refused")
        self.mails.append(mail)

    def _store(self, name: str, folder: Path) -> Store:
        engine = SqliteEngine(folder / f"{name}.db", durable=False)
        engine.migrate(MIGRATIONS)
        return Store(name, engine, self.vault, bytes(32))

    def record(self, count: int = 1) -> None:
        for _ in range(count):
            fact = SupportActionRecorded(
                action="email.mail.get", outcome="done", service="email", occurred_at=NOON
            )
            self.source.commit(Unit(record=fact, now=NOON))

    def take_away(self, number: int) -> None:
        """Do what somebody who owns the store can: a record is gone before it is read."""
        stream = self.source.stream_id(f"actions:{self.source.writer}")
        with self.source.engine.transaction() as tx:
            tx.execute(
                "DELETE FROM stored_events WHERE originator_id = ? AND originator_version = ?",
                (stream.hex, number),
            )

    def double(self, number: int) -> None:
        stream = self.source.stream_id(f"actions:{self.source.writer}")
        row = self.source.engine.select_stream(stream)[number - 1]
        with self.source.engine.transaction() as tx:
            tx.insert([(self.source.stream_id("elsewhere"), 1, row.name, row.state)])
        self.source.refresh()

    def deliver(self, *, speaks: bool = True) -> None:
        if speaks:
            self.beats.look()
        self._running = True
        self.bus.start()
        assert self.bus.wait(NAME, "email", self.source.position)

    def close(self) -> None:
        if self._running:
            self.bus.stop()
        for store in (self.source, self.store):
            store.close()
        self.vault.close()


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    built = Bench(tmp_path)
    yield built
    built.close()


def shown(bench: Bench) -> list[tuple[str, str, int, int]]:
    return [(each.kind, each.service, each.first, each.last) for each in bench.watch.look()]


def test_a_number_that_comes_twice_is_doubled():
    writer = Writer("w", "email", head=3)

    assert arrived(writer, 2, 9).doubled == (2,)


def test_a_number_that_fills_a_hole_is_not_doubled():
    writer = arrived(arrived(Writer("w", "email"), 1, 1), 3, 2)

    assert arrived(writer, 2, 3).doubled == ()


def test_a_heartbeat_about_what_arrived_is_no_alarm():
    assert alarms([Writer("writer-1", "email", 5)], [BEAT], [], 2000, MINUTE) == []


def test_a_service_is_silent_after_its_time():
    assert silent([BEAT], 1000 + MINUTE, MINUTE) == {}
    assert silent([BEAT], 1001 + MINUTE, MINUTE) == {"email": 1000}


def test_a_process_that_said_that_it_ends_is_not_missed():
    assert silent([replace(BEAT, ended=True)], 10 * MINUTE, MINUTE) == {}


def test_another_process_may_speak_for_the_service():
    other = replace(BEAT, writer="writer-2", heard_at=9 * MINUTE + 1)

    assert silent([BEAT, other], 10 * MINUTE, MINUTE) == {}


def test_a_false_heartbeat_does_not_end_the_silence():
    false = replace(BEAT, writer="writer-2", heard_at=10 * MINUTE, good=False)

    assert silent([BEAT, false], 10 * MINUTE, MINUTE) == {"email": 1000}


def test_an_altered_heartbeat_does_not_verify(bench: Bench):
    bench.record()
    bench.beats.look()
    row = bench.source.read(0, names=(HeartbeatSigned.NAME,))[0]
    beat = bench.source.opened(row)
    key = private_key(bench.pem).public_key()

    assert isinstance(beat, HeartbeatSigned)
    assert verifies(beat, key)
    assert not verifies(replace(beat, number=0), key)
    assert not verifies(beat, Ed25519PrivateKey.generate().public_key())


def test_an_idle_process_speaks_seldom(bench: Bench):
    for _ in range(30):
        bench.beats.look()
        bench.clock.pass_by(seconds=2)

    assert len(bench.source.read(0, names=(HeartbeatSigned.NAME,))) == 3


def test_a_complete_log_raises_no_alarm(bench: Bench):
    bench.record(3)
    bench.deliver()

    assert shown(bench) == []


def test_the_newest_record_that_was_taken_away_is_named(bench: Bench):
    bench.record(3)
    bench.take_away(3)
    bench.deliver()

    assert shown(bench) == [("MISSING", "email", 3, 3)]


def test_a_record_in_the_middle_that_was_taken_away_is_named(bench: Bench):
    bench.record(3)
    bench.take_away(2)
    bench.deliver()

    assert shown(bench) == [("MISSING", "email", 2, 2)]


def test_all_records_that_were_taken_away_are_named(bench: Bench):
    bench.record(2)
    bench.take_away(1)
    bench.take_away(2)
    bench.deliver()

    assert shown(bench) == [("MISSING", "email", 1, 2)]


def test_a_doubled_record_is_named(bench: Bench):
    bench.record(3)
    bench.double(2)
    bench.deliver()

    assert shown(bench) == [("DOUBLED", "email", 2, 2)]


def test_a_process_that_serves_nothing_speaks_only_of_what_it_recorded(bench: Bench):
    worker = Heartbeats(bench.source, bench.pem, bench.clock, serves=False)
    before = bench.source.position
    bench.clock.pass_by(minutes=1)
    worker.look()
    worker.end()
    assert bench.source.position == before
    bench.record()
    worker.look()
    worker.look()
    assert bench.source.position == before + 2
    worker.end()

    assert bench.source.position == before + 3


def test_a_silent_service_is_named(bench: Bench):
    bench.record()
    bench.deliver()
    bench.clock.pass_by(seconds=61)

    assert shown(bench) == [("SILENT", "email", 0, 0)]


def test_a_heartbeat_of_another_key_is_named(bench: Bench, caplog):
    bench.record()
    Heartbeats(bench.source, new_private_key(), bench.clock).look()
    with caplog.at_level(logging.CRITICAL):
        bench.deliver(speaks=False)

    assert shown(bench) == [("FALSE_HEARTBEAT", "email", 0, 0)]


def test_an_alarm_is_mailed_once(bench: Bench):
    bench.record(3)
    bench.take_away(3)
    bench.deliver()
    bench.watch.look()
    bench.watch.look()
    bench.bus.wait("audit.alarms", "audit", bench.store.position)

    assert [mail["To"] for mail in bench.mails] == ["watch@operator.example"]
    assert bench.mails[0]["Subject"] == "Audit alarm: missing, email"
    assert "number 3 of process" in bench.mails[0].get_content()


def measured(name: str) -> float | None:
    return metrics.REGISTRY.get_sample_value(name, {"kind": "SILENT", "service": "email"})


def test_an_alarm_is_measured_as_long_as_it_stands(bench: Bench):
    raised = measured("helpdesk_audit_alarms_raised_total") or 0.0
    bench.record()
    bench.deliver()
    bench.clock.pass_by(seconds=61)
    bench.watch.look()
    bench.watch.look()
    standing = measured("helpdesk_audit_alarms")
    bench.clock.pass_by(seconds=-61)
    bench.watch.look()

    assert standing == 1
    assert measured("helpdesk_audit_alarms") is None
    assert measured("helpdesk_audit_alarms_raised_total") == raised + 1


def test_a_mail_that_cannot_be_sent_is_tried_again(bench: Bench, caplog):
    bench.refusals = 1
    bench.record(2)
    bench.take_away(2)
    bench.deliver()
    with caplog.at_level(logging.CRITICAL):
        bench.watch.look()
        assert bench.bus.wait("audit.alarms", "audit", bench.store.position)

    assert len(bench.mails) == 1
    assert bench.refusals == 0
