"""A service whose records do not reach the audit log goes on for a set time, then refuses."""

import logging
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from helpdesk.kernel.acknowledged import Gate, acknowledge, behind
from helpdesk.kernel.errors import Unavailable
from helpdesk.kernel.events import SupportActionRecorded
from helpdesk.kernel.settings import GraceSettings
from helpdesk.kernel.sqlite_store import SqliteEngine
from helpdesk.kernel.store import Store, Unit
from helpdesk.kernel.vault import Vault

NOON = datetime(2030, 5, 6, 12, tzinfo=UTC)
GRACE = timedelta(minutes=15)


class Source:
    """A store, its gate, and a time that a test moves."""

    def __init__(self, folder: Path) -> None:
        self.vault = Vault(folder / "vault.db", bytes(32))
        engine = SqliteEngine(folder / "email.db", durable=False)
        self.store = Store("email", engine, self.vault, bytes(32))
        self.now = NOON
        self.gate = self.started()

    def started(self, **settings: float) -> Gate:
        return Gate(self.store, GraceSettings(**settings), lambda: self.now)

    def record(self) -> int:
        fact = SupportActionRecorded(action="email.mail.get", outcome="done", occurred_at=self.now)
        return self.store.commit(Unit(record=fact, now=self.now))

    def open_after(self, **time: float) -> bool:
        self.now += timedelta(**time)
        self.gate.look()
        try:
            self.gate.check()
        except Unavailable as error:
            return error.reason != "AUDIT_BEHIND"
        return True


@pytest.fixture
def source(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> Iterator[Source]:
    caplog.set_level(logging.CRITICAL)
    built = Source(tmp_path)
    yield built
    built.store.close()
    built.vault.close()


@pytest.mark.parametrize(
    ("oldest", "progress", "closed"),
    [
        (None, 60, False),
        (16, 16, True),
        (15, 16, False),
        (16, 15, False),
        (1, 60, False),
    ],
)
def test_old_records_and_no_progress_close_a_service(oldest, progress, closed):
    waiting = None if oldest is None else NOON - timedelta(minutes=oldest)

    assert behind(NOON, waiting, NOON - timedelta(minutes=progress), GRACE) is closed


def test_a_service_whose_records_are_read_stays_open(source: Source):
    acknowledge(source.store, source.record())

    assert source.open_after(hours=5)


def test_a_service_goes_on_for_the_grace(source: Source):
    acknowledge(source.store, source.record())
    source.open_after(seconds=2)
    source.record()

    assert source.open_after(minutes=15)


def test_a_service_refuses_after_the_grace(source: Source):
    acknowledge(source.store, source.record())
    source.open_after(seconds=2)
    source.record()

    assert not source.open_after(minutes=15, seconds=1)


def test_a_service_opens_when_its_records_are_read(source: Source):
    position = source.record()
    assert not source.open_after(minutes=16)
    acknowledge(source.store, position)

    assert source.open_after(seconds=2)


def test_an_audit_log_that_catches_up_is_progress(source: Source):
    first = source.record()
    source.record()
    assert not source.open_after(minutes=16)
    acknowledge(source.store, first)

    assert source.open_after(seconds=2)


def test_a_service_that_starts_waits_a_minute_for_the_audit_log(source: Source):
    source.record()
    source.now += timedelta(hours=1)
    source.gate = source.started()

    assert source.open_after(seconds=60)
    assert not source.open_after(seconds=1)


def test_a_restart_does_not_begin_the_grace_again(source: Source):
    source.record()
    assert not source.open_after(minutes=16)
    source.gate = source.started()

    assert not source.open_after(seconds=61)


def test_the_grace_is_a_setting(source: Source):
    source.gate = source.started(grace_seconds=30.0)
    source.record()

    assert not source.open_after(seconds=31)


def test_a_grace_of_nothing_never_refuses(source: Source):
    source.gate = source.started(grace_seconds=0.0)
    source.record()

    assert source.open_after(days=9)


def test_an_older_acknowledgement_changes_nothing(source: Source):
    first, second = source.record(), source.record()
    acknowledge(source.store, second)
    acknowledge(source.store, first)

    assert source.open_after(hours=1)
