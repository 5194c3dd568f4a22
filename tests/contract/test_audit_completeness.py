"""Whether the log has all that the services recorded, as GetCheckpoint and the tool say it."""

import json
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner

from helpdesk.audit.v1 import audit_pb2
from helpdesk.kernel.rpc.client import Caller
from helpdesk.kernel.store import wait_until
from services.audit.commands import audit
from tests.contract.audit_world import AN_AUDITOR, AUDITOR_OF_A, audit_world


@pytest.fixture
def world(tmp_path: Path):
    with audit_world(tmp_path) as running:
        yield running


def standing(world) -> audit_pb2.GetCheckpointResponse:
    return world.call(AN_AUDITOR, "GetCheckpoint", audit_pb2.GetCheckpointRequest())


def lose_a_number(world) -> None:
    """Leave a hole where a record was removed before it reached the log."""
    world.record(0)
    world.record(1)
    world.source._number += 2
    world.record(2)
    world.settle()


def test_a_log_without_holes_is_complete(world):
    world.record(0)
    world.settle()
    found = standing(world)

    assert found.complete
    assert not any(writer.missing for writer in found.writers)


def test_missing_numbers_are_named(world):
    lose_a_number(world)
    found = standing(world)
    missing = {
        w.service: [(m.first, m.last) for m in w.missing] for w in found.writers if w.missing
    }

    assert not found.complete
    assert missing == {"identity": [(3, 4)]}


def test_the_newest_number_is_missed_within_ten_seconds(world):
    world.record(0)
    world.source._number += 1
    noticed = wait_until(lambda: not standing(world).complete, 10, 0.2)
    found = standing(world)

    assert noticed
    assert [(a.kind, a.service, a.first, a.last) for a in found.alarms] == [
        ("MISSING", "identity", 2, 2)
    ]
    assert "identity: number 2 of process" in found.alarms[0].sentence


def test_an_export_says_up_to_when_it_is_complete(world, tmp_path: Path):
    world.record(0)
    assert wait_until(lambda: hearts(world) > 0, 10, 0.1)
    world.settle()
    complete = completeness(world, tmp_path / "one.zip")
    lose_a_number(world)
    incomplete = completeness(world, tmp_path / "two.zip")

    assert complete["complete"]
    assert complete["complete_to"] <= datetime.now(UTC).isoformat()
    assert any(beat["service"] == "identity" for beat in complete["heartbeats"])
    assert not incomplete["complete"]
    assert [(h["service"], h["first"], h["last"]) for h in incomplete["missing"]] == [
        ("identity", 4, 5)
    ]


def test_a_partners_export_says_it_too(world, tmp_path: Path):
    world.record(0)
    world.settle()

    assert "complete_to" in completeness(world, tmp_path / "partner.zip", AUDITOR_OF_A)


def hearts(world) -> int:
    rows = world.host.running["audit"].store.engine.query(
        "SELECT COUNT(*) FROM audit_heartbeat WHERE service = 'identity'"
    )
    return rows[0][0]


def completeness(world, target: Path, actor=AN_AUDITOR):
    parts = world.stream(actor, "Export", audit_pb2.ExportRequest())
    target.write_bytes(b"".join(part.chunk for part in parts))
    with zipfile.ZipFile(target) as export:
        return json.loads(export.read("completeness.json"))


def test_the_tool_names_missing_numbers_too(world, tmp_path: Path):
    lose_a_number(world)
    world.call(AN_AUDITOR, "SignCheckpoint", audit_pb2.SignCheckpointRequest())
    result = CliRunner().invoke(audit, ["verify", str(tmp_path)])

    assert result.exit_code == 1
    assert "identity 3-4 missing" in result.output


def test_a_service_that_does_not_answer_makes_the_log_incomplete(world, monkeypatch):
    world.record(0)
    world.settle()
    monkeypatch.setattr(Caller, "stream", lambda *_, **__: iter(()))
    found = standing(world)
    identity = next(each for each in found.sources if each.source == "identity")

    assert identity.head == -1
    assert not found.complete


def test_a_service_that_was_never_there_is_not_missed(world):
    world.record(0)
    world.settle()
    heads = {each.source: each.head for each in standing(world).sources}

    assert heads["email"] == -1
    assert standing(world).complete


def test_a_checkpoint_says_how_old_it_is(world):
    world.record(0)
    world.settle()
    world.call(AN_AUDITOR, "SignCheckpoint", audit_pb2.SignCheckpointRequest())
    found = standing(world)

    assert 0 <= found.age_seconds < 5
    assert found.checkpoint.size >= 1
    assert found.recent[0] == found.checkpoint
