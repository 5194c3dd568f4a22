"""Whether the log has all that the services recorded, as GetCheckpoint and the tool say it."""

import json
import zipfile
from dataclasses import replace
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import pytest
from click.testing import CliRunner

from helpdesk.audit.v1 import audit_pb2
from helpdesk.kernel.rpc.client import Caller
from services.audit.commands import audit
from services.audit.keys import signer_of
from services.audit.log.manifest import open_manifest, sign_manifest
from services.audit.settings import AuditSettings
from tests.contract.audit_world import AN_AUDITOR, AUDITOR_OF_A, audit_world
from tests.support.waiting import ALARM, wait_until


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
    noticed = wait_until(lambda: not standing(world).complete, ALARM, 0.2)
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


def unsigned(world) -> float:
    # Of a day long past; the log may be signed by itself just after it.
    world.record(0)
    world.settle()
    return standing(world).unsigned_seconds


def test_what_waits_to_be_signed_is_as_old_as_its_oldest_record(world):
    assert wait_until(lambda: unsigned(world) > 60)


def test_an_old_checkpoint_that_covers_all_is_not_late(world):
    assert wait_until(lambda: unsigned(world) > 60)
    world.call(AN_AUDITOR, "SignCheckpoint", audit_pb2.SignCheckpointRequest())

    assert standing(world).unsigned_seconds < 60


def heard_number(world) -> int:
    rows = world.host.running["audit"].store.engine.query(
        "SELECT COALESCE(MAX(number), 0) FROM audit_heartbeat WHERE service = 'identity'"
    )
    return rows[0][0]


def heard(world, number: int) -> None:
    """Wait until a heartbeat has said that identity recorded so much."""
    assert wait_until(lambda: heard_number(world) == number, 10, 0.1)


def sign(world) -> None:
    world.call(AN_AUDITOR, "SignCheckpoint", audit_pb2.SignCheckpointRequest())


def tool(*words: object):
    return CliRunner().invoke(audit, [str(word) for word in words])


@pytest.mark.parametrize("spoke", [False, True], ids=["silent", "heard"])
def test_an_export_claims_no_more_than_it_holds(world, tmp_path: Path, spoke: bool):
    world.record(0)
    world.settle()
    if spoke:
        heard(world, 1)
    sign(world)
    for minute in range(1, 6):
        world.record(minute)
    heard(world, 6)
    made = tool("export", tmp_path / "export", "--data", tmp_path)
    said = json.loads((tmp_path / "export/completeness.json").read_text())
    size = len((tmp_path / "export/entries.ndjson").read_text().splitlines())
    numbers = {each["service"]: int(each["text"].split("\n")[3]) for each in said["heartbeats"]}

    assert made.exit_code == 0, made.output
    assert said["size"] == size
    assert numbers.get("identity", 0) <= 1
    if spoke:
        assert said["services"]["identity"] is not None
    if "identity" not in numbers:
        assert (said["services"]["identity"], said["complete"]) == (None, False)


def lost(world, where: str) -> None:
    """Leave numbers 7 and 8 out of the log."""
    for minute in range(6):
        world.record(minute)
    world.source._number += 2
    if where == "in between":
        world.record(8)
    heard(world, 8 if where == "at the end" else 9)
    world.settle()


@pytest.mark.parametrize("where", ["in between", "at the end"])
@pytest.mark.parametrize("which", ["all", "some"])
def test_an_export_of_a_log_that_lacks_numbers_does_not_verify(
    world, tmp_path: Path, where: str, which: str
):
    lost(world, where)
    sign(world)
    organization = [] if which == "all" else ["--organization", "org-1"]
    made = tool("export", tmp_path / "export", *organization, "--data", tmp_path)
    key = tool("key", "--data", tmp_path).stdout.strip()
    said = json.loads(tool("verify", tmp_path / "export", "--key", key, "--json").stdout)

    assert made.exit_code == 0, made.output
    assert not said["good"]
    assert {each["kind"] for each in said["problems"]} == {"NUMBER_MISSING"}
    assert "identity 7-8 missing" in said["problems"][0]["sentence"]


@pytest.fixture
def export(world, tmp_path: Path) -> Path:
    """An export of everything, in which numbers 7 and 8 are missing."""
    lost(world, "in between")
    sign(world)
    assert tool("export", tmp_path / "export", "--data", tmp_path).exit_code == 0
    return tmp_path / "export"


def rewritten(export: Path, data: Path, **changed) -> None:
    """Rewrite what is said of completeness, as somebody who holds the log's key could."""
    path, manifest = export / "completeness.json", export / "manifest"
    path.write_text(json.dumps({**json.loads(path.read_text()), **changed}))
    signer = signer_of(data / "secrets", AuditSettings())
    old = open_manifest(manifest.read_text(), [signer.verifier_key])
    files = {**old.files, path.name: sha256(path.read_bytes()).digest()}
    manifest.write_text(sign_manifest(replace(old, files=files), signer))


def problems(export: Path, data: Path, *words: object) -> set[str]:
    key = tool("key", "--data", data).stdout.strip()
    said = json.loads(tool("verify", export, "--key", key, "--json", *words).stdout)
    return {each["kind"] for each in said["problems"]}


def test_numbers_that_the_records_lack_are_missed_whatever_is_said(export: Path, tmp_path: Path):
    rewritten(export, tmp_path, missing=[], complete=True)

    assert "NUMBER_MISSING" in problems(export, tmp_path)


def test_a_time_that_no_heartbeat_says_is_found(export: Path, tmp_path: Path):
    rewritten(export, tmp_path, complete_to="2999-01-01T00:00:00+00:00")

    assert "COMPLETENESS_ALTERED" in problems(export, tmp_path)


def test_heartbeats_are_checked_with_the_keys_of_their_services(export: Path, tmp_path: Path):
    services = tool("key", "--services", "--data", tmp_path).stdout.split()
    keys = [word for each in services for word in ("--service-key", each)]
    beats = json.loads((export / "completeness.json").read_text())["heartbeats"]
    beats[0]["text"] = beats[0]["text"].replace("running", "ended")
    before = problems(export, tmp_path, *keys)
    rewritten(export, tmp_path, heartbeats=beats)

    assert before == {"NUMBER_MISSING"}
    assert "HEARTBEAT_FALSE" in problems(export, tmp_path, *keys)


def test_heartbeats_that_no_key_was_given_for_are_named(export: Path, tmp_path: Path):
    key = tool("key", "--data", tmp_path).stdout.strip()
    said = json.loads(tool("verify", export, "--key", key, "--json").stdout)

    assert "identity were not checked: give their public keys" in said["warnings"][0]
