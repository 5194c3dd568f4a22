"""Exports of the whole log and of one customer, checked without the database."""

import json
import zipfile

import pytest

from services.audit.log.archive import Archive, ArchiveUnreadableError
from services.audit.log.checkpoints import cosign_checkpoint
from services.audit.log.export import read_entries, verify_export, write_export
from services.audit.log.notes import Signer
from services.audit.log.storage import LogDamagedError, add_cosignature
from services.audit.log.verdict import Tampering

forms = pytest.mark.parametrize("name", ["log", "log.zip"])


def altered_lines(path, change):
    """Rewrite an ndjson file entry by entry."""
    entries = [json.loads(line) for line in path.read_text().splitlines()]
    path.write_text("".join(json.dumps(each) + "\n" for each in change(entries)))


@forms
def test_an_export_is_verified_without_the_database(a_signed_log, tmp_path, name):
    assert write_export(a_signed_log.db, tmp_path / name, a_signed_log.keys) == 600
    a_signed_log.db.connection.close()

    verdict = verify_export(tmp_path / name, a_signed_log.keys)
    assert verdict.good
    assert verdict.signed == verdict.records == 600
    with Archive(tmp_path / name) as archive:
        assert list(read_entries(archive)) == a_signed_log.rows


def test_an_export_has_the_files_of_the_layout(a_signed_log, tmp_path):
    write_export(a_signed_log.db, tmp_path / "log", a_signed_log.keys)

    files = {
        str(each.relative_to(tmp_path / "log")) for each in tmp_path.rglob("*") if each.is_file()
    }
    assert files == {
        *("checkpoint", "checkpoints", "entries.ndjson", "keys"),
        *("tile/0/000", "tile/0/001", "tile/0/002.p/88", "tile/1/000.p/2"),
        *("tile/entries/000", "tile/entries/001", "tile/entries/002.p/88"),
    }
    assert (tmp_path / "log/keys").read_text().splitlines() == list(map(str, a_signed_log.keys))


def test_an_export_ends_with_the_newest_checkpoint(a_signed_log, tmp_path):
    a_signed_log.append(50)
    write_export(a_signed_log.db, tmp_path / "log", a_signed_log.keys)

    assert verify_export(tmp_path / "log", a_signed_log.keys).records == 600


def test_two_exports_of_one_log_are_the_same_bytes(a_signed_log, tmp_path):
    for name in ("one.zip", "two.zip"):
        write_export(a_signed_log.db, tmp_path / name, a_signed_log.keys)

    assert (tmp_path / "one.zip").read_bytes() == (tmp_path / "two.zip").read_bytes()


def test_nothing_is_exported_before_it_is_signed(world, tmp_path):
    world.append(3)

    with pytest.raises(LogDamagedError, match="no checkpoint"):
        write_export(world.db, tmp_path / "log", world.keys)


@forms
def test_an_export_writes_over_nothing(a_signed_log, tmp_path, name):
    write_export(a_signed_log.db, tmp_path / name, a_signed_log.keys)

    with pytest.raises(FileExistsError):
        write_export(a_signed_log.db, tmp_path / name, a_signed_log.keys)


@forms
def test_an_export_with_a_tile_missing_is_not_made(a_signed_log, tmp_path, name):
    a_signed_log.db.execute("DELETE FROM log_tile WHERE level = 0 AND idx = 1")

    with pytest.raises(LogDamagedError, match="tile 0/1"):
        write_export(a_signed_log.db, tmp_path / name, a_signed_log.keys)
    assert not (tmp_path / "log.zip").exists()


def exported(world, tmp_path):
    write_export(world.db, tmp_path / "log", world.keys)
    return tmp_path / "log"


def test_an_altered_entry_of_an_export_is_named(a_signed_log, tmp_path):
    folder = exported(a_signed_log, tmp_path)

    def change(entries):
        entries[123]["bytes"] = entries[124]["bytes"]
        return entries

    altered_lines(folder / "entries.ndjson", change)
    first = verify_export(folder, a_signed_log.keys).first
    assert (first.tampering, first.first.index) == (Tampering.ALTERED, 123)
    assert first.first.record_id == "event-123"


def test_an_altered_tile_of_an_export_is_named(a_signed_log, tmp_path):
    tile = exported(a_signed_log, tmp_path) / "tile/0/001"
    tile.write_bytes(bytes(32) + tile.read_bytes()[32:])

    first = verify_export(tmp_path / "log", a_signed_log.keys).first
    assert (first.tampering, first.first.index) == (Tampering.TILE_ALTERED, 256)


@pytest.mark.parametrize(
    ("alter", "index"),
    [
        (lambda bundle: bundle.replace(b"T-300", b"T-3OO"), 300),
        (lambda bundle: bundle[:-1], 256),
        (lambda bundle: b"", 256),
    ],
    ids=["altered", "cut within a record", "emptied"],
)
def test_an_altered_bundle_of_an_export_is_named(a_signed_log, tmp_path, alter, index):
    bundle = exported(a_signed_log, tmp_path) / "tile/entries/001"
    bundle.write_bytes(alter(bundle.read_bytes()))

    first = verify_export(tmp_path / "log", a_signed_log.keys).first
    assert (first.tampering, first.first.index) == (Tampering.ALTERED, index)


def test_an_export_cut_back_to_an_older_checkpoint_is_found_with_a_kept_one(
    a_signed_log, another_world, tmp_path
):
    kept = a_signed_log.notes[-1]
    another_world.signer = a_signed_log.signer
    another_world.append(300)
    another_world.sign()
    folder = exported(another_world, tmp_path)

    assert verify_export(folder, a_signed_log.keys).good
    first = verify_export(folder, a_signed_log.keys, kept=[kept]).first
    assert (first.tampering, first.first.index) == (Tampering.CUT_OFF, 300)


def test_the_keys_inside_an_export_are_not_trusted(a_signed_log, tmp_path):
    folder = exported(a_signed_log, tmp_path)
    trusted = Signer.generate(a_signed_log.signer.name).verifier_key

    assert Tampering.UNKNOWN_KEY in {
        each.tampering for each in verify_export(folder, [trusted]).findings
    }


def test_a_witness_can_be_demanded_of_an_export(a_signed_log, tmp_path):
    note = cosign_checkpoint(a_signed_log.notes[-1], a_signed_log.witness, a_signed_log.now)
    without = write_export(a_signed_log.db, tmp_path / "without", a_signed_log.keys)
    add_cosignature(a_signed_log.db, note, a_signed_log.keys)
    folder = exported(a_signed_log, tmp_path)

    assert without == 600
    assert verify_export(folder, a_signed_log.keys, witnesses=1).good
    assert not verify_export(tmp_path / "without", a_signed_log.keys, witnesses=1).good


@pytest.mark.parametrize("file", ["checkpoint", "checkpoints", "entries.ndjson"])
def test_a_file_that_is_missing_is_named(a_signed_log, tmp_path, file):
    (exported(a_signed_log, tmp_path) / file).unlink()

    with pytest.raises(ArchiveUnreadableError, match=file):
        verify_export(tmp_path / "log", a_signed_log.keys)


@pytest.mark.parametrize("line", ["", "[]", "{}", '{"index": "x"}', '{"index": 0, "source": 1}'])
def test_a_line_that_is_no_entry_is_named(a_signed_log, tmp_path, line):
    entries = exported(a_signed_log, tmp_path) / "entries.ndjson"
    lines = entries.read_text().splitlines()
    lines[4] = line
    entries.write_text("\n".join(lines))

    with pytest.raises(ArchiveUnreadableError, match="line 5"):
        verify_export(tmp_path / "log", a_signed_log.keys)


def test_what_is_no_export_is_said_so(tmp_path, world):
    (tmp_path / "log.zip").write_bytes(b"no archive")

    with pytest.raises(ArchiveUnreadableError):
        verify_export(tmp_path / "log.zip", world.keys)
    with pytest.raises(ArchiveUnreadableError):
        verify_export(tmp_path / "nothing", world.keys)


@pytest.mark.parametrize("offset", [0, 3, 64, 70, 2000, 2001, 9000])
def test_a_damaged_zip_is_said_so(a_signed_log, tmp_path, offset):
    path = tmp_path / "log.zip"
    write_export(a_signed_log.db, path, a_signed_log.keys)
    data = bytearray(path.read_bytes())
    with zipfile.ZipFile(path) as archive:
        at = archive.getinfo("entries.ndjson").header_offset
    data[at + offset] ^= 255
    path.write_bytes(data)

    with pytest.raises(ArchiveUnreadableError, match="entries"):
        verify_export(path, a_signed_log.keys)
