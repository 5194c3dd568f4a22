"""helpdesk-audit where nothing but an export is: it proves, counts, plays and exports from that."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from helpdesk.audit.v1 import audit_pb2
from services.audit.commands import audit
from tests.contract.audit_world import (
    AN_AUDITOR,
    AUDITOR_OF_A,
    audit_world,
    exported,
    leave_two_partners_records,
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    """A folder with exports of the whole log and of one partner's records, and an older checkpoint."""
    data = tmp_path_factory.mktemp("data")
    folder = tmp_path_factory.mktemp("auditor")
    with audit_world(data) as world:
        leave_two_partners_records(world)
        signed = world.call(AN_AUDITOR, "SignCheckpoint", audit_pb2.SignCheckpointRequest())
        (folder / "older").write_text(signed.checkpoint.note)
        world.record(91, organization_id="org-2")
        world.settle()
        exported(world, AN_AUDITOR, folder / "whole.zip")
        exported(world, AUDITOR_OF_A, folder / "partner.zip")
    (folder / "key").write_text(run("key", "--data", data).stdout)
    return folder


@pytest.fixture
def key(folder: Path) -> str:
    return (folder / "key").read_text().strip()


def run(*words: object) -> Result:
    env = {"HELPDESK_DATA_DIR": None, "HELPDESK_SECRETS_DIR": None}
    return CliRunner().invoke(audit, [str(word) for word in words], env=env)


def shown(*words: object) -> dict:
    done = run(*words)
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)


def record_of(export: Path) -> str:
    line = run("replay", export, "--agent", "agent-a", "--json").stdout.splitlines()[0]
    return json.loads(line)["record_id"]


@pytest.mark.parametrize("name", ["whole.zip", "partner.zip"])
def test_a_record_is_proved_and_the_proof_checked(folder: Path, key: str, tmp_path: Path, name):
    proof = tmp_path / "proof.json"
    record = record_of(folder / name)
    proof.write_text(run("prove", record, "--data", folder / name, "--key", key).stdout)
    checked = run("verify", "--proof", proof, "--key", key)
    body = json.loads(proof.read_text())
    proof.write_text(json.dumps({**body, "index": body["index"] + 1}))

    assert body["record_id"] == record
    assert checked.exit_code == 0, checked.output
    assert f"Record {body['index']} is in the log of" in checked.output
    assert run("verify", "--proof", proof, "--key", key).exit_code == 1


def test_a_proof_is_not_printed_for_another_key(folder: Path, tmp_path: Path):
    with audit_world(tmp_path):
        pass
    other = run("key", "--data", tmp_path).stdout.strip()
    done = run("prove", "--from", 1, "--data", folder / "whole.zip", "--key", other)

    assert done.exit_code == 2
    assert done.stdout == ""


def test_the_log_is_proved_to_begin_with_a_checkpoint_that_was_kept(folder, key, tmp_path):
    older = folder / "older"
    size = int(older.read_text().split("\n")[1])
    proof = tmp_path / "proof.json"
    proof.write_text(run("prove", "--from", size, "--data", folder / "whole.zip").stdout)
    good = run("verify", "--old", older, "--proof", proof, "--key", key, "--json")
    body = json.loads(proof.read_text())
    proof.write_text(json.dumps({**body, "proof": body["proof"][::-1][1:]}))
    bad = run("verify", "--old", older, "--proof", proof, "--key", key, "--json")

    assert body["from"] == size
    assert body["to"] > size
    assert (good.exit_code, json.loads(good.stdout)["good"]) == (0, True)
    assert (bad.exit_code, json.loads(bad.stdout)["good"]) == (1, False)


def test_a_checkpoint_of_a_fork_is_not_one_that_the_log_begins_with(folder, key, tmp_path):
    older = folder / "older"
    size = int(older.read_text().split("\n")[1])
    proof, fork = tmp_path / "proof.json", tmp_path / "fork"
    proof.write_text(run("prove", "--from", size, "--data", folder / "whole.zip").stdout)
    fork.write_text(json.loads(proof.read_text())["checkpoint"])
    done = run("verify", "--old", fork, "--proof", proof, "--key", key)

    assert done.exit_code == 1
    assert "is not one from" in done.output


def test_sizes_that_the_log_never_had_are_not_proved(folder: Path):
    assert run("prove", "--from", 1, "--to", 999, "--data", folder / "whole.zip").exit_code == 1
    assert run("prove", "--from", 3, "--to", 2, "--data", folder / "whole.zip").exit_code == 1
    assert run("prove", "--from", 1, "--data", folder / "partner.zip").exit_code == 2


def test_an_export_is_counted(folder: Path):
    whole = shown("stats", "--json", "--data", folder / "whole.zip")
    some = shown("stats", "--json", "--data", folder / "partner.zip")

    assert whole["by_service"]["identity"] == 6
    assert (whole["signed"], whole["missing_numbers"]) == (whole["records"], 0)
    assert some["by_service"] == {"identity": 4}
    assert some["by_action"]["search.search"] == 1


def test_steps_are_played_from_an_export_and_stay_sealed(folder: Path):
    done = run("replay", folder / "whole.zip", "--agent", "agent-a")

    assert done.exit_code == 0, done.output
    assert "searched: [sealed]" in done.stdout
    assert run("replay", folder / "whole.zip", "--agent", "agent-a", "--rebuild").exit_code == 2


@pytest.mark.parametrize("form", ["proofs", "csv", "ocsf"])
@pytest.mark.parametrize("name", ["whole.zip", "partner.zip"])
def test_some_of_an_export_are_exported_again(folder, key, tmp_path, name: str, form: str):
    words = ["--organization", "org-2", "--format", form, "--data", folder / name, "--key", key]
    made = run("export", tmp_path / "again", *words)
    again = run("verify", tmp_path / "again", "--key", key, "--organization", "org-2")
    unsigned = run(
        "verify", tmp_path / "again", "--key", key, "--organization", "org-2", "--unsigned"
    )

    assert made.exit_code == 0, made.output
    assert "2 records in" in made.stdout
    assert "has no manifest" in made.stderr
    assert (again.exit_code, unsigned.exit_code) == (1, 0), unsigned.output
    assert "Nobody says that no record was left out" in unsigned.stderr


def test_what_only_names_its_own_key_is_not_called_good(folder: Path, key: str):
    for name in ("whole.zip", "partner.zip"):
        done = run("verify", folder / name, "--json")
        said = json.loads(done.stdout)

        assert done.exit_code == 3
        assert (said["good"], said["consistent"], said["claimed_key"]) == (False, True, key)
        assert "compare it with the key that you kept" in said["warnings"][0]


def test_an_export_needs_something_to_choose_by(folder: Path, tmp_path: Path):
    assert run("export", tmp_path / "again", "--data", folder / "whole.zip").exit_code == 2


def test_the_product_is_asked_for_by_name_where_it_is_needed(folder: Path):
    done = run("diff", "identity")

    assert done.exit_code == 2
    assert "this needs the product" in done.output
