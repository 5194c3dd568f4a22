"""helpdesk-audit on a log that services wrote: verifies, names what was changed, replays."""

import json
import shutil
import sqlite3
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from helpdesk.audit.v1 import audit_pb2
from services.audit.commands import audit
from services.audit.commands.product import Reading
from services.audit.domain.facts import SEALED
from services.audit.domain.readable import FORMATS
from services.audit.log.archive import Archive
from services.audit.log.selected import read_selected
from services.audit.views.selected import read_readable
from services.auditing import InstalledProduct
from tests.contract.audit_world import (
    ADMIN_OF_ORG_1,
    AN_AUDITOR,
    AUDITOR_OF_A,
    audit_world,
    exported,
    leave_two_partners_records,
)

RECORDS = 5


@pytest.fixture(scope="module")
def written(tmp_path_factory) -> Path:
    """A data directory with a signed log and exports, left by services that have stopped."""
    folder = tmp_path_factory.mktemp("written")
    with audit_world(folder) as world:
        leave_two_partners_records(world)
        world.call(AN_AUDITOR, "SignCheckpoint", audit_pb2.SignCheckpointRequest())
        exported(world, AN_AUDITOR, folder / "whole.zip")
        exported(world, AUDITOR_OF_A, folder / "partner.zip")
        exported(
            world,
            ADMIN_OF_ORG_1,
            folder / "customer.zip",
            organization_id="org-1",
            format="EXPORT_FORMAT_OCSF",
        )
    return folder


@pytest.fixture
def data(written: Path, tmp_path: Path) -> Path:
    """A copy of it, to tamper with."""
    return Path(shutil.copytree(written, tmp_path / "data"))


class Beside(InstalledProduct):
    """The installed product, as if one ran that takes every record; ``kept`` are those it took."""

    def __init__(self) -> None:
        self.kept: list[Reading] = []

    def record(self, reading: Reading, env: Mapping[str, str]) -> None:
        del env
        self.kept.append(reading)


def run(
    *words: object, folder: Path | None = None, product: InstalledProduct | None = None
) -> Result:
    env = {"HELPDESK_DATA_DIR": str(folder) if folder else None, "HELPDESK_SECRETS_DIR": None}
    return CliRunner().invoke(audit, [str(word) for word in words], env=env, obj=product)


def change(database: Path, sql: str, *params: object) -> None:
    with sqlite3.connect(database) as connection:
        assert connection.execute(sql, params).rowcount == 1
    connection.close()


def row_of(data: Path, idx: int) -> tuple[bytes, bytes]:
    connection = sqlite3.connect(data / "audit.db")
    found = connection.execute(
        "SELECT bytes, leaf_hash FROM log_leaf WHERE idx = ?", (idx,)
    ).fetchone()
    connection.close()
    return found


def flipped(value: bytes, at: int) -> bytes:
    return value[:at] + bytes([value[at] ^ 1]) + value[at + 1 :]


def test_a_log_that_nobody_touched_verifies(data: Path):
    result = run("verify", folder=data)

    assert result.exit_code == 0, result.output
    assert "records verify" in result.output
    assert f"identity: its own store holds {RECORDS}, all are in the log" in result.output


@pytest.mark.parametrize("at", [0, 40, -2])
def test_one_flipped_byte_of_a_record_is_found_and_named(data: Path, at: int):
    sealed, _ = row_of(data, 3)
    change(
        data / "audit.db",
        "UPDATE log_leaf SET bytes = ? WHERE idx = 3",
        flipped(sealed, at % len(sealed)),
    )
    result = run("verify", folder=data)

    assert result.exit_code == 1
    assert "record 3 " in result.output.splitlines()[0].lower()


def test_one_flipped_byte_of_a_hash_is_found_and_named(data: Path):
    _, leaf = row_of(data, 2)
    change(data / "audit.db", "UPDATE log_leaf SET leaf_hash = ? WHERE idx = 2", flipped(leaf, 9))
    result = run("verify", folder=data)

    assert result.exit_code == 1
    assert "record 2 " in result.output.splitlines()[0].lower()


@pytest.mark.parametrize(
    "column", ["agent_id", "partner_id", "organization_id", "outcome", "session_id", "ticket"]
)
def test_a_changed_index_row_is_found_and_named(data: Path, column: str):
    change(data / "audit.db", f"UPDATE audit_action SET {column} = 'x' WHERE idx = 1")
    result = run("verify", folder=data)

    assert result.exit_code == 1
    assert "record 1 " in result.output.splitlines()[0].lower()
    assert column in result.output


def test_an_index_row_that_was_taken_out_is_named(data: Path):
    change(data / "audit.db", "DELETE FROM audit_action WHERE idx = 4")
    result = run("verify", folder=data)

    assert result.exit_code == 1
    assert "record 4 " in result.output.splitlines()[0].lower()


def test_one_flipped_byte_of_a_search_index_names_the_record_that_no_search_finds(data: Path):
    path = data / "audit.db"
    connection = sqlite3.connect(path)
    sql = "SELECT rootpage FROM sqlite_schema WHERE name = 'audit_action_by_agent'"
    page = connection.execute(sql).fetchone()[0]
    size = connection.execute("PRAGMA page_size").fetchone()[0]
    connection.close()
    raw = path.read_bytes()
    path.write_bytes(flipped(raw, raw.index(b"agent-b", (page - 1) * size) + 6))
    result = run("verify", folder=data)

    assert result.exit_code == 1
    assert "No search finds record" in result.output.splitlines()[0]


def test_a_name_that_was_taken_out_of_the_search_is_found(data: Path):
    change(data / "audit.db", "DELETE FROM audit_action_name WHERE action = 'search.search'")
    result = run("verify", folder=data)

    assert result.exit_code == 1
    assert "search.search" in result.output


def test_a_file_that_is_no_database_does_not_verify(data: Path):
    (data / "audit.db").write_bytes(b"not a database at all" * 500)
    result = run("verify", folder=data)

    assert result.exit_code == 1
    assert "no database" in result.output


def test_a_session_that_was_changed_is_named(data: Path):
    change(data / "audit.db", "UPDATE audit_session SET done = 9 WHERE first_idx = 0")

    assert run("verify", folder=data).exit_code == 1


def test_a_record_that_was_taken_out_of_the_log_is_found(data: Path):
    change(data / "audit.db", "DELETE FROM log_leaf WHERE idx = 2")
    result = run("verify", folder=data)

    assert result.exit_code == 1
    assert "record 2" in result.output


def test_a_false_signature_is_found(data: Path):
    change(
        data / "audit.db",
        "UPDATE log_checkpoint SET note = replace(note, 'chain', 'chaim') "
        "WHERE size = (SELECT MAX(size) FROM log_checkpoint)",
    )

    assert run("verify", folder=data).exit_code == 1


def test_a_record_that_its_service_no_longer_has_is_named(data: Path):
    change(data / "identity.db", "DELETE FROM stored_events WHERE rowid = 3")
    result = run("verify", folder=data)

    assert result.exit_code == 1
    assert "no longer in the store of identity" in result.output


def test_a_record_that_never_reached_the_log_is_named(data: Path):
    connection = sqlite3.connect(data / "identity.db")
    connection.execute(
        "INSERT INTO stored_events SELECT 'feed', 1, topic, state FROM stored_events LIMIT 1"
    )
    connection.commit()
    connection.close()
    change(
        data / "audit.db",
        "UPDATE tracking SET notification_id = 99 WHERE application_name = 'audit.actions<identity'",
    )
    result = run("verify", folder=data)

    assert result.exit_code == 1
    assert "of identity, id feed:1, is not in the log" in result.output


def test_a_verdict_is_readable_by_machines(data: Path):
    change(data / "audit.db", "UPDATE audit_action SET agent_id = 'x' WHERE idx = 1")
    verdict = json.loads(run("verify", "--json", folder=data).output)

    assert verdict["good"] is False
    assert (verdict["first"]["kind"], verdict["first"]["index"]) == ("INDEX_ALTERED", 1)


@pytest.mark.parametrize("name", ["whole.zip", "partner.zip", "customer.zip"])
def test_every_export_verifies_where_nothing_else_is(data: Path, name: str):
    key = run("key", "--data", data).output.strip()
    result = run("verify", data / name, "--key", key)

    assert result.exit_code == 0, result.output


def test_an_export_does_not_verify_with_another_key(data: Path, tmp_path: Path):
    with audit_world(tmp_path / "other"):
        pass
    key = run("key", "--data", tmp_path / "other").output.strip()

    assert run("verify", data / "partner.zip", "--key", key).exit_code == 1


def test_a_changed_record_of_an_export_is_named(data: Path, tmp_path: Path):
    folder = tmp_path / "partner"
    shutil.unpack_archive(data / "partner.zip", folder)
    lines = (folder / "records.ndjson").read_text().splitlines()
    entry = json.loads(lines[1])
    lines[1] = json.dumps({**entry, "index": entry["index"] + 1})
    (folder / "records.ndjson").write_text("\n".join(lines) + "\n")
    result = run("verify", folder)

    assert result.exit_code == 1
    assert f"record {entry['index'] + 1} " in result.output


def test_a_partners_export_holds_no_record_of_another(data: Path, tmp_path: Path):
    shutil.unpack_archive(data / "partner.zip", tmp_path / "partner")
    selection = json.loads((tmp_path / "partner" / "selection.json").read_text())
    result = run("replay", tmp_path / "partner", "--agent", "agent-b")

    assert selection["filter"] == {"partner_id": "partner-a"}
    assert result.exit_code == 1


def test_a_customers_export_has_its_records_in_another_schema(data: Path, tmp_path: Path):
    shutil.unpack_archive(data / "customer.zip", tmp_path / "customer")
    lines = (tmp_path / "customer/ocsf.ndjson").read_text().splitlines()
    events = [json.loads(line) for line in lines]

    assert len(events) >= 4
    assert {event["class_uid"] for event in events} == {6003}
    assert events[0]["unmapped"]["reason"] == "caller forgot the name"


def test_a_replay_says_step_by_step_what_was_done(data: Path):
    result = run("replay", "--agent", "agent-a", "--no-rebuild", folder=data, product=Beside())

    assert result.exit_code == 0
    assert "searched: ion popescu" in result.output
    assert result.output.index("search.search") < result.output.index("email.blocklist.remove")


def test_a_replay_of_a_session_leaves_out_the_others(data: Path):
    steps = run("replay", "--agent", "agent-a", "--json", folder=data).output.splitlines()
    sessions = [json.loads(line)["session_id"] for line in steps]
    played = run("replay", "--session", sessions[0], "--json", folder=data).output.splitlines()

    assert [json.loads(line)["session_id"] for line in played] == sessions[:2]


def test_a_sealed_replay_shows_no_personal_text(data: Path):
    product = Beside()
    result = run(
        "replay", "--agent", "agent-a", "--no-rebuild", "--sealed", folder=data, product=product
    )

    assert "ion popescu" not in result.output
    assert "[sealed]" in result.output
    assert product.kept == []


def test_reading_personal_texts_is_recorded_before_they_are_read(data: Path):
    product = Beside()
    words = ["--agent", "agent-a", "--from", "2020-05-06", "--reason", "complaint 7"]
    run("replay", *words, "--no-rebuild", folder=data, product=product)

    assert product.kept == [
        Reading(
            "replay", "", "agent-a", since=datetime(2020, 5, 6, tzinfo=UTC), reason="complaint 7"
        )
    ]


def test_texts_stay_sealed_where_no_product_runs_that_would_record_it(data: Path):
    words = ["--agent", "agent-a", "--no-rebuild"]
    result = run("replay", *words, folder=data, product=InstalledProduct())

    assert result.exit_code == 2
    assert "ion popescu" not in result.output
    assert "no product runs here that could" in result.output


def test_a_record_is_proved_from_the_data_directory(data: Path):
    steps = run("replay", "--agent", "agent-b", "--json", folder=data).output.splitlines()
    record_id = json.loads(steps[0])["record_id"]
    proof = json.loads(run("prove", record_id, "--data", data).output)

    assert proof["record_id"] == record_id
    assert proof["checkpoint"].startswith("helpdesk/audit\n")


def test_the_tool_exports_what_it_can_verify_itself(data: Path, tmp_path: Path):
    made = run("export", tmp_path / "log", "--data", data)
    some = run("export", tmp_path / "org.zip", "--organization", "org-1", "--data", data)
    key = run("key", "--data", data).output.strip()

    assert made.exit_code == some.exit_code == 0, made.output + some.output
    assert run("verify", tmp_path / "log", "--key", key).exit_code == 0
    assert run("verify", tmp_path / "org.zip", "--key", key).exit_code == 0


def test_the_log_is_counted(data: Path):
    counted = json.loads(run("stats", "--json", "--data", data).output)

    assert counted["by_service"]["identity"] == RECORDS
    assert counted["missing_numbers"] == 0


def test_a_directory_without_a_log_is_said_to_have_none(tmp_path: Path):
    result = run("verify", tmp_path)

    assert result.exit_code == 2


@pytest.mark.parametrize("form", sorted(FORMATS))
def test_an_export_in_any_format_says_what_the_sealed_records_say(data: Path, tmp_path, form: str):
    target = tmp_path / "readable"
    product = Beside()
    done = run("export", target, "--format", form, "--json", "--data", data, product=product)
    with Archive(target) as archive:
        read = list(read_readable(archive, form))
        sealed = list(read_selected(archive))

    assert json.loads(done.stdout) == {
        "records": len(sealed),
        "target": str(target),
        "signed": True,
    }
    assert [(p.idx, p.record_id, p.source) for p, _ in read] == [
        (e.place.index, e.place.record_id, e.place.source) for e in sealed
    ]
    assert [unsealed(body) for _, body in read] == [unsealed(json.loads(e.sealed)) for e in sealed]
    assert read[0][1]["query"] == "ion popescu"
    assert [each.command for each in product.kept] == ["export"]
    assert run("verify", target, "--key", run("key", "--data", data).output.strip()).exit_code == 0


def unsealed(body: dict) -> dict:
    """A record without what is sealed in the log and open in an export."""
    return {k: v for k, v in body.items() if k not in SEALED}


def test_an_export_may_leave_texts_sealed(data: Path, tmp_path):
    target = tmp_path / "sealed"
    run("export", target, "--format", "csv", "--sealed", "--data", data, product=Beside())

    text = (target / "csv.csv").read_text()
    assert "[sealed]" in text
    assert "ion popescu" not in text


def test_a_database_that_is_away_is_said_in_a_sentence_without_its_password():
    url = "postgresql://somebody:hidden@127.0.0.1:1/none"
    done = run("stats", "--database", url, product=InstalledProduct())

    assert done.exit_code == 2
    assert done.output == "Error: the database of the log cannot be read\n"
