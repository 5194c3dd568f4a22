"""Partial exports that somebody altered do not verify, though each record in them is proved."""

import json
import shutil
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from google.protobuf.timestamp_pb2 import Timestamp

from helpdesk.audit.v1 import audit_pb2
from services.audit.commands import audit
from tests.contract.audit_world import (
    ADMIN_OF_ORG_1,
    AN_AUDITOR,
    AUDITOR_OF_A,
    NOON,
    audit_world,
    exported,
    leave_two_partners_records,
)

FIRST, LAST = Timestamp(), Timestamp()
FIRST.FromDatetime(NOON + timedelta(minutes=1))
LAST.FromDatetime(NOON + timedelta(minutes=3))
Change = Callable[[list[dict]], None]


@pytest.fixture(scope="module")
def written(tmp_path_factory) -> Path:
    """A data directory, and in it exports: by the tool, and by the service for three people."""
    folder = tmp_path_factory.mktemp("written")
    with audit_world(folder) as world:
        leave_two_partners_records(world)
        exported(world, AN_AUDITOR, folder / "whole.zip")
        exported(world, AUDITOR_OF_A, folder / "partner.zip")
        exported(
            world,
            ADMIN_OF_ORG_1,
            folder / "customer.zip",
            organization_id="org-1",
            format="EXPORT_FORMAT_CSV",
        )
        exported(world, AUDITOR_OF_A, folder / "ocsf.zip", format="EXPORT_FORMAT_OCSF")
    for name, organization in (("org-1", "org-1"), ("org-2", "org-2")):
        made = run("export", folder / name, "--organization", organization, "--data", folder)
        assert made.exit_code == 0, made.output
    for name in ("whole", "partner", "customer", "ocsf"):
        shutil.unpack_archive(folder / f"{name}.zip", folder / name)
    return folder


FILTERS = {
    "a session": {"session_id": "SESSION"},
    "a session's searches": {"session_id": "SESSION", "action": "search."},
    "an agent": {"agent_id": "agent-b"},
    "a partner": {"partner_id": "partner-b"},
    "a ticket": {"ticket": "T-2"},
    "refusals": {"outcome": "OUTCOME_REFUSED"},
    "a view": {"view_id": "view-1"},
    "a sign-in": {"sign_in_id": "sign-in-1"},
    "a service": {"service": "identity"},
    "a time": {"from": FIRST, "until": LAST},
}


def test_an_export_by_any_filter_holds_what_fits_and_verifies(tmp_path: Path):
    with audit_world(tmp_path / "data") as world:
        leave_two_partners_records(world)
        session = world.query(AN_AUDITOR)[0].session_id
        key = run("key", "--data", tmp_path / "data").stdout.strip()
        for number, (name, fields) in enumerate(FILTERS.items()):
            values = {k: session if v == "SESSION" else v for k, v in fields.items()}
            wanted = audit_pb2.ActionFilter(**values)
            found = world.query(AN_AUDITOR, filter=wanted)
            target = exported(world, AN_AUDITOR, tmp_path / f"{number}.zip", filter=wanted)
            shutil.unpack_archive(target, tmp_path / str(number))
            done = run("verify", target, "--key", key)

            assert done.exit_code == 0, (name, done.output)
            ids = [each["record_id"] for each in entries_of(tmp_path / str(number))]
            assert ids == [each.record_id for each in found], name
            assert ids, name


@pytest.fixture
def data(written: Path, tmp_path: Path) -> Path:
    """A copy of it, to alter."""
    return Path(shutil.copytree(written, tmp_path / "data"))


def run(*words: object) -> Result:
    env = {"HELPDESK_DATA_DIR": None, "HELPDESK_SECRETS_DIR": None}
    return CliRunner().invoke(audit, [str(word) for word in words], env=env)


def verified(data: Path, name: str, *words: object) -> Result:
    key = run("key", "--data", data).output.strip()
    return run("verify", data / name, "--key", key, *words)


def entries_of(folder: Path) -> list[dict]:
    return [json.loads(line) for line in (folder / "records.ndjson").read_text().splitlines()]


def altered(folder: Path, change: Change) -> None:
    entries = entries_of(folder)
    change(entries)
    entries.sort(key=lambda entry: entry["index"])
    text = "".join(json.dumps(each) + "\n" for each in entries)
    (folder / "records.ndjson").write_text(text)


@pytest.mark.parametrize("name", ["whole", "partner", "customer", "ocsf", "org-1", "org-2"])
def test_an_export_that_nobody_altered_verifies(data: Path, name: str):
    result = verified(data, name)

    assert result.exit_code == 0, result.output


@pytest.mark.parametrize("label", ["org-1", "org-2"])
def test_a_proved_record_of_somebody_else_is_found_whatever_its_label_says(data: Path, label: str):
    other = next(e for e in entries_of(data / "org-2") if e["organization_id"] == "org-2")
    altered(data / "org-1", lambda entries: entries.append({**other, "organization_id": label}))
    result = verified(data, "org-1")

    assert result.exit_code == 1
    assert f"record {other['index']} " in result.output.splitlines()[0].lower()


@pytest.mark.parametrize("name", ["org-1", "partner"])
@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("record_id", "0" * 32 + ":9"),
        ("source", "email"),
        ("source_position", 0),
        ("organization_id", "org-9"),
    ],
)
def test_a_label_that_was_altered_is_found_and_the_record_named(
    data: Path, name: str, column: str, value: object
):
    at = entries_of(data / name)[1]["index"]
    altered(data / name, lambda entries: entries[1].update({column: value}))
    result = verified(data, name)

    assert result.exit_code == 1
    assert f"record {at} " in result.output.splitlines()[0].lower()


def test_a_position_that_looks_likely_is_found_too(data: Path):
    altered(data / "org-1", lambda entries: entries[-1].update(source_position=9999))

    assert verified(data, "org-1").exit_code == 1


@pytest.mark.parametrize("name", ["org-1", "partner", "customer"])
@pytest.mark.parametrize("at", [0, 1, -1])
def test_a_record_that_was_left_out_is_missed(data: Path, name: str, at: int):
    altered(data / name, lambda entries: entries.pop(at))
    selection = data / name / "selection.json"
    body = json.loads(selection.read_text())
    selection.write_text(json.dumps({**body, "records": body["records"] - 1}))

    assert verified(data, name).exit_code == 1


def test_a_cell_that_was_altered_is_found_and_its_record_named(data: Path):
    file = data / "customer" / "csv.csv"
    text = file.read_text()
    assert "agent-a" in text
    file.write_text(text.replace("agent-a", "agent-z", 1))
    result = verified(data, "customer")

    assert result.exit_code == 1
    assert "record 0 " in result.output.splitlines()[0].lower()
    assert "csv.csv" in result.output


def test_a_field_that_only_the_other_schema_has_is_compared_too(data: Path):
    file = data / "ocsf" / "ocsf.ndjson"
    lines = file.read_text().splitlines()
    event = json.loads(lines[1])
    event["actor"]["user"]["uid"] = "agent-z"
    lines[1] = json.dumps(event, ensure_ascii=False)
    file.write_text("\n".join(lines) + "\n")
    result = verified(data, "ocsf")

    assert result.exit_code == 1
    assert f"record {event['metadata']['sequence']} " in result.output.splitlines()[0].lower()


def test_a_row_that_was_taken_out_of_a_readable_file_is_missed(data: Path):
    file = data / "customer" / "csv.csv"
    lines = file.read_text().splitlines(keepends=True)
    file.write_text("".join(lines[:-1]))

    assert verified(data, "customer").exit_code == 1


@pytest.mark.parametrize("name", ["whole", "partner", "org-1"])
def test_what_is_said_of_completeness_cannot_be_rewritten(data: Path, name: str):
    file = data / name / "completeness.json"
    body = json.loads(file.read_text())
    file.write_text(json.dumps({**body, "complete": True, "complete_to": "2999-01-01T00:00:00Z"}))
    result = verified(data, name)

    assert result.exit_code == 1
    assert "completeness.json" in result.output


@pytest.mark.parametrize("name", ["whole", "partner", "org-1"])
@pytest.mark.parametrize("file", ["completeness.json", "manifest"])
def test_a_file_that_was_deleted_is_missed(data: Path, name: str, file: str):
    (data / name / file).unlink()
    result = verified(data, name)

    assert result.exit_code == 1
    assert file in result.output


@pytest.mark.parametrize("name", ["whole", "partner", "customer", "org-1"])
def test_a_file_that_was_added_is_found(data: Path, name: str):
    shutil.copy(data / "ocsf" / "ocsf.ndjson", data / name)
    result = verified(data, name)

    assert result.exit_code == 1
    assert "ocsf.ndjson" in result.output


def test_the_manifest_of_another_export_does_not_count(data: Path):
    shutil.copy(data / "org-2" / "manifest", data / "org-1")

    assert verified(data, "org-1").exit_code == 1


def test_what_was_asked_for_cannot_be_rewritten(data: Path):
    file = data / "partner" / "selection.json"
    body = json.loads(file.read_text())
    body["filter"] = {"partner_id": "partner-a", "agent_id": "agent-a"}
    file.write_text(json.dumps(body))

    assert verified(data, "partner").exit_code == 1


def test_an_export_can_be_demanded_to_be_one_customers(data: Path):
    assert verified(data, "org-1", "--organization", "org-1").exit_code == 0
    for name, organization in (("org-1", "org-2"), ("partner", "org-1"), ("whole", "org-1")):
        result = verified(data, name, "--organization", organization)

        assert result.exit_code == 1, name
