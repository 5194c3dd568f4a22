"""The exports and proofs of the log against Go's own implementation of the formats."""

import itertools
import json
import subprocess

import pytest

from services.audit.log.archived import Statement, sign_statement
from services.audit.log.checkpoints import cosign_checkpoint, open_checkpoint
from services.audit.log.export import encode, write_export
from services.audit.log.storage import add_cosignature, current_checkpoint
from services.audit.log.tiles import consistency, inclusion
from services.audit.views.tile_files import TileFiles
from tests.support.golang import built_verifier, go
from tests.support.selections import write_customer

# Around the borders of tiles, and one size with a second tile of the second level.
SIZES = [1, 2, 3, 7, 255, 256, 257, 511, 512, 600, 65_536, 65_800]


@pytest.fixture(scope="session")
def verifier(tmp_path_factory):
    """The compiled verifier; skipped where Go or its module is not to be had."""
    return built_verifier(tmp_path_factory.mktemp("go"))


def write_proofs(path, tiles, inclusions, consistencies):
    path.write_text(
        json.dumps(
            {
                "inclusion": [
                    {
                        "index": index,
                        "size": size,
                        "proof": [encode(each) for each in inclusion(tiles, index, size)],
                    }
                    for index, size in inclusions
                ],
                "consistency": [
                    {
                        "old": old,
                        "new": new,
                        "proof": [encode(each) for each in consistency(tiles, old, new)],
                    }
                    for old, new in consistencies
                ],
            }
        )
    )


@pytest.fixture
def an_export(world, tmp_path):
    """A cosigned log of 65,800 records, exported, with proofs around the borders of its tiles."""
    world.append(SIZES[-1])
    note = cosign_checkpoint(world.sign(), world.witness, world.now)
    add_cosignature(world.db, note, world.keys)
    write_export(world.db, tmp_path / "log", world.keys)
    inclusions = {
        (index, size) for size in SIZES for index in (0, size // 2, size - 1) if index < size
    }
    write_proofs(
        tmp_path / "proofs.json",
        world.tiles,
        sorted(inclusions),
        itertools.combinations_with_replacement(SIZES, 2),
    )
    return tmp_path


def check(verifier, folder):
    return go(verifier, "check", "log", "proofs.json", cwd=folder)


def test_go_verifies_an_export_with_its_tiles_and_proofs_byte_for_byte(verifier, an_export):
    done = check(verifier, an_export)

    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == {
        "origin": "helpdesk.example/audit",
        "size": 65_800,
        "records": 65_800,
        "tiles": 258 + 2 + 1,
        "inclusion": 33,
        "consistency": 78,
        "cosignatures": 1,
        "archived": 0,
    }


def test_go_verifies_a_log_whose_oldest_records_are_in_a_bundle(verifier, a_signed_log, tmp_path):
    signer = a_signed_log.signer
    statement = Statement(signer.name, 0, 100, bytes(32), bytes(32))
    a_signed_log.db.execute("UPDATE log_leaf SET bytes = ? WHERE idx < 100", (b"",))
    a_signed_log.db.execute(
        "INSERT INTO log_archive VALUES (0, 100, 'bundle', '{}', ?, 0)",
        (sign_statement(statement, signer),),
    )
    write_export(a_signed_log.db, tmp_path / "log", a_signed_log.keys)
    write_proofs(tmp_path / "proofs.json", a_signed_log.tiles, [(5, 600)], [(300, 600)])
    good = check(verifier, tmp_path)
    (tmp_path / "log" / "archives").unlink()
    unsaid = check(verifier, tmp_path)

    assert good.returncode == 0, good.stderr
    assert json.loads(good.stdout)["archived"] == 100
    assert unsaid.returncode == 1
    assert "record 0 " in unsaid.stderr


@pytest.fixture
def a_customers_export(a_signed_log, tmp_path):
    """A folder with the export of the 200 records about org-b in ``log``."""
    assert write_customer(a_signed_log, tmp_path / "log", "org-b") == 200
    return tmp_path


def an_entry(text):
    lines = text.splitlines()
    lines[5], lines[6] = lines[6], lines[5]
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize(
    ("file", "change", "complaint"),
    [
        ("log/checkpoint", lambda text: text.replace("\n600\n", "\n599\n"), "checkpoint"),
        ("log/entries.ndjson", an_entry, "record 5"),
        ("log/entries.ndjson", lambda text: text[: text.rindex('{"index')], "root"),
        (
            "proofs.json",
            lambda text: text.replace('"proof": ["', '"proof": ["AAAA', 1),
            "inclusion",
        ),
    ],
)
def test_go_finds_what_was_altered(verifier, a_signed_log, tmp_path, file, change, complaint):
    write_export(a_signed_log.db, tmp_path / "log", a_signed_log.keys)
    write_proofs(tmp_path / "proofs.json", a_signed_log.tiles, [(5, 600)], [(300, 600)])
    good = check(verifier, tmp_path)
    path = tmp_path / file
    path.write_text(change(path.read_text()))

    assert good.returncode == 0, good.stderr
    altered = check(verifier, tmp_path)
    assert altered.returncode == 1
    assert complaint in altered.stderr


def test_go_finds_an_altered_tile(verifier, a_signed_log, tmp_path):
    write_export(a_signed_log.db, tmp_path / "log", a_signed_log.keys)
    write_proofs(tmp_path / "proofs.json", a_signed_log.tiles, [], [])
    tile = tmp_path / "log/tile/0/001"
    tile.write_bytes(bytes(32) + tile.read_bytes()[32:])

    assert check(verifier, tmp_path).returncode == 1


def test_go_verifies_one_customers_records(verifier, a_signed_log, a_customers_export):
    done = go(verifier, "customer", "log", "org-b", cwd=a_customers_export)

    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == {
        "origin": "helpdesk.example/audit",
        "size": 600,
        "records": 200,
        "files": 4,
    }


@pytest.mark.parametrize("label", ["org-a", "org-b"])
def test_go_finds_a_proved_record_of_somebody_else_whatever_its_label_says(
    verifier, a_signed_log, a_customers_export, label
):
    write_customer(a_signed_log, a_customers_export / "other", "org-a")
    other = (a_customers_export / "other/records.ndjson").read_text().splitlines()[0]
    file = a_customers_export / "log/records.ndjson"
    lines = file.read_text().splitlines()
    lines.insert(1, json.dumps({**json.loads(other), "organization_id": label}))
    file.write_text("\n".join(lines) + "\n")

    done = go(verifier, "customer", "log", "org-b", cwd=a_customers_export)
    assert done.returncode == 1
    assert "record 1 belongs to somebody else" in done.stderr


def test_go_finds_a_record_that_was_moved(verifier, a_customers_export):
    file = a_customers_export / "log/records.ndjson"
    lines = file.read_text().splitlines()
    entry = json.loads(lines[3])
    lines[3] = json.dumps({**entry, "index": entry["index"] + 1})
    file.write_text("\n".join(lines) + "\n")

    done = go(verifier, "customer", "log", "org-b", cwd=a_customers_export)
    assert done.returncode == 1
    assert f"record {entry['index'] + 1}: invalid" in done.stderr


def test_go_misses_a_record_that_was_left_out(verifier, a_customers_export):
    file = a_customers_export / "log/records.ndjson"
    file.write_text("\n".join(file.read_text().splitlines()[:-1]) + "\n")

    done = go(verifier, "customer", "log", "org-b", cwd=a_customers_export)
    assert done.returncode == 1
    assert "200 records of 600 were exported, not 199 of 600" in done.stderr


def test_go_finds_a_file_that_was_altered(verifier, a_customers_export):
    (a_customers_export / "log/selection.json").write_text("{}")

    done = go(verifier, "customer", "log", "org-b", cwd=a_customers_export)
    assert done.returncode == 1
    assert "selection.json is not the file that was exported" in done.stderr


def test_a_checkpoint_signed_by_go_opens_here(verifier, world, tmp_path):
    world.append(9)
    checkpoint = current_checkpoint(world.db, world.signer.name)
    done = subprocess.run(
        [verifier, "sign"],
        input=checkpoint.text(),
        env={"SIGNING_KEY": world.signer.secret_text()},
        capture_output=True,
        text=True,
        check=True,
    )

    assert done.stdout == world.sign()
    assert open_checkpoint(done.stdout, world.keys).checkpoint == checkpoint


def test_go_reads_the_files_of_a_log_as_any_client_does(verifier, world, tmp_path):
    world.append(600)
    world.sign()
    TileFiles(world.db, world.signer.name, tmp_path, entries=True).write()
    (tmp_path / "keys").write_text(f"{world.signer.verifier_key}\n")
    done = go(verifier, "tiles", "audit", "keys", cwd=tmp_path)
    (tmp_path / "audit/tile/entries/001").write_bytes(
        (tmp_path / "audit/tile/entries/001").read_bytes().replace(b"T-300", b"T-3OO")
    )
    altered = go(verifier, "tiles", "audit", "keys", cwd=tmp_path)

    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == {
        "origin": "helpdesk.example/audit",
        "size": 600,
        "proved": 7,
        "bundled": 600,
    }
    assert "record 300: tile/entries/001 was altered" in altered.stderr


def test_go_reads_an_export_as_the_files_of_a_log(verifier, an_export):
    done = go(verifier, "tiles", "log", "log/keys", cwd=an_export)

    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["bundled"] == SIZES[-1]
