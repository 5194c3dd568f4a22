"""Exports of some records, checked without the database."""

import json

import pytest

from services.audit.log.archive import ArchiveUnreadableError
from services.audit.log.checkpoints import cosign_checkpoint, sign_checkpoint
from services.audit.log.export import head_of
from services.audit.log.notes import Signer
from services.audit.log.storage import (
    LogDamagedError,
    add_cosignature,
    current_checkpoint,
)
from services.audit.log.verdict import Tampering
from services.audit.views.selected import verify_selection
from tests.support.selections import write_customer

forms = pytest.mark.parametrize("name", ["log", "log.zip"])


def altered_lines(path, change):
    entries = [json.loads(line) for line in path.read_text().splitlines()]
    path.write_text("".join(json.dumps(each) + "\n" for each in change(entries)))


@forms
def test_a_customers_export_is_verified_without_the_database(a_signed_log, tmp_path, name):
    assert write_customer(a_signed_log, tmp_path / name) == 200
    a_signed_log.db.connection.close()

    verdict = verify_selection(tmp_path / name, a_signed_log.keys, organization_id="org-b")
    assert verdict.findings == ()
    assert (verdict.records, verdict.signed) == (200, 200)


def test_a_customers_export_holds_nothing_of_others_but_hashes(a_signed_log, tmp_path):
    write_customer(a_signed_log, tmp_path / "log")

    assert {each.name for each in (tmp_path / "log").iterdir()} == {
        *("checkpoint", "records.ndjson", "keys", "selection.json", "manifest"),
    }
    own = {row.record_id for row in a_signed_log.rows if row.organization_id == "org-b"}
    lines = (tmp_path / "log/records.ndjson").read_text().splitlines()
    entries = [json.loads(line) for line in lines]
    assert {each["record_id"] for each in entries} == own
    assert all(len(each) == 44 for entry in entries for each in entry["proof"])


@pytest.mark.parametrize(
    ("field", "value"),
    [("bytes", "AAAA"), ("index", 4), ("index", 700), ("proof", [])],
)
def test_an_altered_record_of_a_customers_export_is_named(a_signed_log, tmp_path, field, value):
    def change(entries):
        entries[2][field] = value
        return entries

    write_customer(a_signed_log, tmp_path / "log")
    altered_lines(tmp_path / "log/records.ndjson", change)
    verdict = verify_selection(tmp_path / "log", a_signed_log.keys, signed=False)
    assert verdict.first.tampering in {Tampering.ALTERED, Tampering.MOVED}
    assert "event-6" in {each.first.record_id for each in verdict.findings}
    assert verdict.signed in {198, 199}


def test_a_record_that_stands_twice_is_found(a_signed_log, tmp_path):
    write_customer(a_signed_log, tmp_path / "log")
    altered_lines(tmp_path / "log/records.ndjson", lambda own: [own[0], *own])

    first = verify_selection(tmp_path / "log", a_signed_log.keys).first
    assert first.tampering is Tampering.MOVED


def test_an_export_needs_a_known_key(a_signed_log, tmp_path):
    write_customer(a_signed_log, tmp_path / "log")
    trusted = Signer.generate(a_signed_log.signer.name).verifier_key

    verdict = verify_selection(tmp_path / "log", [trusted])
    assert not verdict.good
    assert verdict.signed == 0


def test_a_manifest_needs_the_logs_key_too(a_signed_log, tmp_path):
    write_customer(a_signed_log, tmp_path / "log", signer=Signer.generate(a_signed_log.signer.name))

    kinds = {
        each.tampering for each in verify_selection(tmp_path / "log", a_signed_log.keys).findings
    }
    assert kinds == {Tampering.UNKNOWN_KEY}


def test_a_line_that_is_no_record_is_named(a_signed_log, tmp_path):
    write_customer(a_signed_log, tmp_path / "log")
    path = tmp_path / "log/records.ndjson"
    path.write_text(path.read_text() + "{}\n")

    with pytest.raises(ArchiveUnreadableError, match="line 201"):
        verify_selection(tmp_path / "log", a_signed_log.keys)


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"filter": {"nothing": 1}}'])
def test_a_selection_that_says_nothing_is_named(a_signed_log, tmp_path, text):
    write_customer(a_signed_log, tmp_path / "log")
    (tmp_path / "log/selection.json").write_text(text)

    with pytest.raises(ArchiveUnreadableError, match=r"selection\.json"):
        verify_selection(tmp_path / "log", a_signed_log.keys)


def test_a_witness_can_be_demanded_of_a_selection(a_signed_log, tmp_path):
    write_customer(a_signed_log, tmp_path / "without")
    note = cosign_checkpoint(a_signed_log.notes[-1], a_signed_log.witness, a_signed_log.now)
    add_cosignature(a_signed_log.db, note, a_signed_log.keys)
    write_customer(a_signed_log, tmp_path / "with")

    assert verify_selection(tmp_path / "with", a_signed_log.keys, witnesses=1).good
    assert not verify_selection(tmp_path / "without", a_signed_log.keys, witnesses=1).good


def test_another_head_of_its_size_that_was_kept_shows_a_fork(a_signed_log, another_world, tmp_path):
    write_customer(a_signed_log, tmp_path / "log")
    another_world.append(599)
    another_world.signer = a_signed_log.signer
    another_world.append(2)
    head = current_checkpoint(another_world.db, a_signed_log.signer.name)
    other = sign_checkpoint(
        type(head)(head.origin, 600, head.root, head.chain), a_signed_log.signer
    )

    assert verify_selection(tmp_path / "log", a_signed_log.keys, kept=a_signed_log.notes).good
    verdict = verify_selection(tmp_path / "log", a_signed_log.keys, kept=[other])
    assert {each.tampering for each in verdict.findings} == {Tampering.FORKED}


def test_nothing_is_selected_before_it_is_signed(world):
    world.append(3)

    with pytest.raises(LogDamagedError, match="no checkpoint"):
        head_of(world.db)
