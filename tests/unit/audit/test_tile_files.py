"""The tree as files for any web server: what is there after each checkpoint, and what never is."""

from pathlib import Path

import pytest

from services.audit.log.checkpoints import open_checkpoint
from services.audit.log.entry_bundles import LONGEST, bundle_of, first_difference, split_bundle
from services.audit.log.merkle import leaf_hash
from services.audit.log.storage import LogDamagedError, append
from services.audit.log.tiles import root_at, tile_path, tile_width, tiles_of
from services.audit.views import tile_files
from services.audit.views.tile_files import TileFiles, name_of
from tests.unit.audit.conftest import World, a_record


def files(world: World, folder: Path, *, entries: bool = False) -> TileFiles:
    return TileFiles(world.db, world.signer.name, folder, entries=entries)


def grow(world: World, count: int) -> None:
    world.append(count)
    world.sign()


def there(folder: Path) -> set[str]:
    found = (each for each in (folder / "audit").rglob("*") if each.is_file())
    return {str(each.relative_to(folder / "audit")) for each in found}


def root_by_files(folder: Path, size: int) -> bytes:
    """The root of the log as somebody computes it who fetches files."""

    def read(names):
        found = {}
        for level, index in names:
            width = tile_width(level, index, size)
            file = folder / "audit" / tile_path(level, index, width)
            full = folder / "audit" / tile_path(level, index)
            found[level, index] = (file if file.exists() else full).read_bytes()
        return found

    return root_at(read, size)


def signed(world: World, folder: Path):
    note = (folder / "audit" / "checkpoint").read_text()
    return open_checkpoint(note, [world.signer.verifier_key]).checkpoint


def test_the_files_are_those_of_the_specification(world: World, tmp_path: Path):
    grow(world, 70_000)

    assert files(world, tmp_path).write() == 70_000
    assert there(tmp_path) == {"checkpoint", *(tile_path(*each) for each in tiles_of(70_000))}
    assert {
        "tile/0/272",
        "tile/0/273.p/112",
        "tile/1/000",
        "tile/1/001.p/17",
        "tile/2/000.p/1",
    } <= (there(tmp_path))
    assert root_by_files(tmp_path, 70_000) == signed(world, tmp_path).root


def test_every_checkpoint_that_was_signed_meanwhile_has_its_files(world: World, tmp_path: Path):
    heads = []
    for count in (100, 50, 60):
        grow(world, count)
        heads.append(open_checkpoint(world.notes[-1], [world.signer.verifier_key]).checkpoint)
    files(world, tmp_path).write()

    assert [root_by_files(tmp_path, head.size) for head in heads] == [head.root for head in heads]


def test_a_partial_tile_goes_once_the_full_one_is_there(world: World, tmp_path: Path):
    written = files(world, tmp_path, entries=True)
    grow(world, 100)
    written.write()
    before = there(tmp_path)
    grow(world, 200)
    written.write()

    assert {"tile/0/000.p/100", "tile/entries/000.p/100"} <= before
    assert there(tmp_path) == {
        "checkpoint",
        "tile/0/000",
        "tile/0/001.p/44",
        "tile/1/000.p/1",
        "tile/entries/000",
        "tile/entries/001.p/44",
    }


def test_what_is_there_is_never_written_again(world: World, tmp_path: Path):
    written = files(world, tmp_path)
    grow(world, 600)
    written.write()
    full = tmp_path / "audit" / "tile/0/000"
    before = full.stat()
    grow(world, 100)
    written.write()

    assert (full.stat().st_ino, full.stat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


def test_the_checkpoint_comes_last(world: World, tmp_path: Path, monkeypatch):
    written = files(world, tmp_path)
    grow(world, 100)
    written.write()
    grow(world, 500)
    put, count = tile_files._put, iter(range(10))

    def torn(target, data, **options):
        if next(count) == 2:
            raise OSError("the disk is full")
        put(target, data, **options)

    monkeypatch.setattr(tile_files, "_put", torn)
    with pytest.raises(OSError, match="full"):
        written.write()
    torn_at = signed(world, tmp_path).size
    monkeypatch.setattr(tile_files, "_put", put)
    written.write()

    assert torn_at == 100
    assert signed(world, tmp_path).size == 600
    assert root_by_files(tmp_path, 600) == signed(world, tmp_path).root


def test_a_cosignature_that_came_later_is_in_the_file(world: World, tmp_path: Path):
    written = files(world, tmp_path)
    grow(world, 10)
    written.write()
    with_more = world.notes[-1] + "\u2014 witness.example/w1 AAAAAAAAAAAA\n"
    world.db.execute("UPDATE log_checkpoint SET note = ?", (with_more,))
    written.write()

    assert (tmp_path / "audit" / "checkpoint").read_text() == with_more


def test_a_folder_of_another_log_is_left_alone(world: World, another_world: World, tmp_path: Path):
    grow(another_world, 300)
    files(another_world, tmp_path).write()
    before = (tmp_path / "audit" / "checkpoint").read_text()
    world.append(7)
    append(world.db, [a_record(number) for number in range(900, 1300)])
    world.sign()

    with pytest.raises(LogDamagedError, match="another log"):
        files(world, tmp_path).write()
    assert (tmp_path / "audit" / "checkpoint").read_text() == before


def test_tiles_that_contradict_what_was_signed_are_not_published(world: World, tmp_path: Path):
    grow(world, 300)
    world.db.execute("UPDATE log_tile SET hashes = zeroblob(8192) WHERE level = 0 AND idx = 0")

    with pytest.raises(LogDamagedError):
        files(world, tmp_path).write()
    assert there(tmp_path) == set()


def test_records_are_written_only_where_that_is_asked_for(world: World, tmp_path: Path):
    grow(world, 300)
    files(world, tmp_path).write()

    assert not any("entries" in each for each in there(tmp_path))


def test_records_hash_to_their_tiles_and_are_not_for_everybody(world: World, tmp_path: Path):
    grow(world, 300)
    files(world, tmp_path, entries=True).write()
    folder = tmp_path / "audit" / "tile"
    bundle = folder / "entries/001.p/44"

    assert split_bundle(bundle.read_bytes())[0] == a_record(256).sealed
    assert first_difference(bundle.read_bytes(), (folder / "0/001.p/44").read_bytes()) is None
    assert [each.stat().st_mode & 0o777 for each in (bundle, folder / "0/000")] == [0o640, 0o644]


@pytest.mark.parametrize("sealed", [b"", b"x" * (LONGEST + 1)], ids=["archived", "too long"])
def test_a_bundle_with_a_record_that_has_no_place_is_left_out(world: World, tmp_path, sealed):
    append(world.db, [a_record(0)._replace(sealed=sealed or b"y")])
    grow(world, 256)
    if not sealed:
        world.db.execute("UPDATE log_leaf SET bytes = x'' WHERE idx = 0")
    files(world, tmp_path, entries=True).write()

    assert {each for each in there(tmp_path) if "entries" in each} == {"tile/entries/001.p/1"}


def test_an_altered_record_of_a_bundle_is_named():
    entries = [b"one", b"two", b"three"]
    tile = b"".join(map(leaf_hash, entries))

    assert first_difference(bundle_of(entries), tile) is None
    assert first_difference(bundle_of([b"one", b"TWO", b"three"]), tile) == 1
    assert first_difference(bundle_of(entries[:2]), tile) == 2
    with pytest.raises(ValueError, match="within a record"):
        split_bundle(bundle_of(entries)[:-1])


@pytest.mark.parametrize(
    ("origin", "name"),
    [
        ("desk.example/log/1f2e", "1f2e"),
        ("helpdesk/audit", "audit"),
        ("desk.example/..", "log"),
        ("desk.example/", "log"),
    ],
)
def test_a_folder_is_named_after_the_origin(origin: str, name: str):
    assert name_of(origin) == name
