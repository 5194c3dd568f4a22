"""Records that were archived are proved, played and exported like all others, from their bundles."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from helpdesk.audit.v1 import audit_pb2
from helpdesk.kernel.errors import Refused
from services.audit.commands import audit
from services.audit.keys import signer_of
from services.audit.log.merkle import leaf_hash
from services.audit.settings import AuditSettings
from services.audit.views.archiving import Archiver
from tests.contract.audit_world import (
    ADMIN_OF_ORG_1,
    AN_AUDITOR,
    audit_world,
    exported,
    leave_two_partners_records,
)


@pytest.fixture
def world(tmp_path: Path):
    """A running log of which the oldest five records are in a bundle, as the archiver leaves it."""
    with audit_world(tmp_path / "data") as running:
        leave_two_partners_records(running)
        running.call(AN_AUDITOR, "SignCheckpoint", audit_pb2.SignCheckpointRequest())
        data = running.host.wiring.data_dir
        signer = signer_of(running.host.wiring.secrets_dir, AuditSettings())
        engine = running.host.running["audit"].store.engine
        archiver = Archiver(engine, signer, data / "audit-archive", 1)
        assert archiver.archive(datetime.now(UTC)) == 5
        yield running


@pytest.fixture
def data(world) -> Path:
    return world.host.wiring.data_dir


@pytest.fixture
def bundle(data: Path) -> Path:
    (found,) = (data / "audit-archive").glob("*.zip")
    return found


def run(*words: object) -> Result:
    env = {"HELPDESK_DATA_DIR": None, "HELPDESK_SECRETS_DIR": None}
    return CliRunner().invoke(audit, [str(word) for word in words], env=env)


def played(*words: object) -> list[dict]:
    done = run("replay", *words, "--json")
    assert done.exit_code == 0, done.output
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_they_are_played(data: Path):
    steps = played(data, "--agent", "agent-a")

    assert [each["action"] for each in steps] == [
        *("search.search", "identity.user.get", "email.blocklist.remove"),
    ]


def test_their_sessions_are_what_they_were(data: Path):
    steps = played(data, "--agent", "agent-a")

    assert played(data, "--session", steps[0]["session_id"]) == steps[:2]


def test_each_is_proved_with_its_bytes(data: Path):
    record = played(data, "--agent", "agent-a")[0]["record_id"]
    key = run("key", "--data", data).stdout.strip()
    proof = data / "proof.json"
    proof.write_text(run("prove", record, "--data", data).stdout)

    assert run("verify", "--proof", proof, "--key", key).exit_code == 0
    assert json.loads(proof.read_text())["index"] == 0


def test_a_customers_export_has_them(data: Path, tmp_path: Path):
    key = run("key", "--data", data).stdout.strip()
    made = run("export", tmp_path / "org", "--organization", "org-1", "--data", data)
    checked = run("verify", tmp_path / "org", "--organization", "org-1", "--key", key)

    assert "4 records in" in made.stdout
    assert checked.exit_code == 0, checked.output


def test_a_customers_export_by_the_service_has_them(world, data: Path, tmp_path: Path):
    target = exported(world, ADMIN_OF_ORG_1, tmp_path / "org.zip", organization_id="org-1")
    key = run("key", "--data", data).stdout.strip()
    said = json.loads(run("verify", target, "--key", key, "--json").stdout)

    assert (said["good"], said["records"] >= 4) == (True, True), said


def test_an_agents_export_has_them(data: Path, tmp_path: Path):
    made = run("export", tmp_path / "agent", "--agent", "agent-b", "--data", data)

    assert "2 records in" in made.stdout


def test_an_export_of_a_later_time_needs_no_bundle(data: Path, bundle: Path, tmp_path: Path):
    bundle.unlink()
    tomorrow = ["--from", "2099-01-01"]
    made = run("export", tmp_path / "later", "--agent", "agent-b", *tomorrow, "--data", data)

    assert "0 records in" in made.stdout


def test_the_bundle_that_is_needed_is_named(world, data: Path, bundle: Path, tmp_path: Path):
    elsewhere = bundle.rename(tmp_path / bundle.name)
    for words in (
        ["replay", data, "--agent", "agent-a"],
        ["export", tmp_path / "org", "--organization", "org-1", "--data", data],
    ):
        done = run(*words)

        assert done.exit_code == 2
        assert f"are in the bundle {bundle.name}, which is not in" in done.output
        assert "give its folder with --archive" in done.output
    assert len(played(data, "--agent", "agent-a", "--archive", elsewhere.parent)) == 3
    with pytest.raises(Refused, match=bundle.name):
        exported(world, ADMIN_OF_ORG_1, tmp_path / "org.zip", organization_id="org-1")


def test_they_are_played_from_an_export_of_everything(world, data: Path, tmp_path: Path):
    exported(world, AN_AUDITOR, tmp_path / "whole.zip")
    alone = run("replay", tmp_path / "whole.zip", "--agent", "agent-b")
    steps = played(
        tmp_path / "whole.zip", "--agent", "agent-b", "--archive", data / "audit-archive"
    )
    counted = json.loads(run("stats", "--json", "--data", tmp_path / "whole.zip").stdout)

    assert alone.exit_code == 2
    assert "are in the bundle audit-" in alone.output
    assert len(steps) == 2
    assert counted["archived"] == 5


def test_an_export_of_everything_verifies_with_numbers_that_go_on_from_the_bundle(
    world, data: Path, tmp_path: Path
):
    world.record(200)
    world.settle()
    exported(world, AN_AUDITOR, tmp_path / "whole.zip")
    key = run("key", "--data", data).stdout.strip()
    done = run("verify", tmp_path / "whole.zip", "--key", key)

    assert done.exit_code == 0, done.output


def test_a_bundle_says_how_complete_the_log_was(data: Path, bundle: Path):
    key = run("key", "--data", data).stdout.strip()
    services = run("key", "--services", "--data", data).stdout.split()
    keys = [word for each in services for word in ("--service-key", each)]
    said = json.loads(run("verify", bundle, "--key", key, *keys, "--json").stdout)

    assert (said["good"], said["records"]) == (True, 5)
    assert "complete_to" in said


def test_a_bundle_that_was_altered_is_found(data: Path, bundle: Path):
    whole = run("verify", data)
    raw = bytearray(bundle.read_bytes())
    raw[len(raw) // 2] ^= 1
    bundle.write_bytes(raw)
    done = run("verify", data, "--json")

    assert whole.exit_code == 0, whole.output
    assert done.exit_code == 1
    assert json.loads(done.stdout)["first"]["kind"] == "BUNDLE_ALTERED"


def test_a_bundle_that_is_elsewhere_is_no_tampering_but_is_said(data: Path, bundle: Path):
    bundle.rename(bundle.with_suffix(".away"))
    done = run("verify", data, "--json")

    assert done.exit_code == 0
    assert "The bytes of records 0 to 4 were not checked" in json.loads(done.stdout)["warnings"][0]


def test_a_bundle_with_other_bytes_proves_nothing(world, data: Path, bundle: Path):
    with world.host.running["audit"].store.engine.transaction() as tx:
        tx.execute("UPDATE log_leaf SET leaf_hash = ? WHERE idx = 0", (leaf_hash(b"other"),))
    done = run("replay", data, "--agent", "agent-a")

    assert done.exit_code == 2
    assert "other bytes of record 0" in done.output
