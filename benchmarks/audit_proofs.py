"""Proofs of the audit log: ours against pymerkle's SqliteTree, same entries, same process."""

import importlib.util
import random
import shutil
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

from benchmarks.measuring import p99, row
from services.audit.log.merkle import verify_consistency
from services.audit.log.records import Record
from services.audit.log.storage import StoredTiles, append
from services.audit.log.tiles import consistency, inclusion, root_at

MIGRATION = Path(__file__).parents[1] / "services/audit/migrations/0001_merkle_log.sql"
SIZE = 1_000_000
PROOFS = 200
SEED = 20_300_506
ENTRY = 300
AIM_P99 = 5.0
AIMS = {"inclusion": 20, "consistency": 10}
"""How many times faster than the peer the median is to be."""
_BUILT = "built"
_BATCH = 10_000


class PeerMissing(Exception):
    """pymerkle is not installed."""


class WrongProof(Exception):
    """The two implementations disagree: nothing of the measurement counts."""


class SqliteDatabase:
    """The log's `Database` over sqlite3."""

    def __init__(self, path: Path) -> None:
        self.connection = sqlite3.connect(path)

    def execute(self, sql: str, params: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        return self.connection.execute(sql, params).fetchall()

    def executemany(self, sql: str, rows: Iterable[Sequence[Any]]) -> None:
        self.connection.executemany(sql, rows)


def run(size: int = SIZE, proofs: int = PROOFS) -> list[dict[str, Any]]:
    """
    Milliseconds a proof, both in turn for each of the same random places; ratio is peer by ours.

    Each proof is checked, inclusion proofs hash by hash. The peer's cache is empty at the first
    proof of a kind, which is measured too. Raises PeerMissing, WrongProof.
    """
    if importlib.util.find_spec("pymerkle") is None:
        raise PeerMissing("pymerkle is not installed")
    from pymerkle import SqliteTree

    chance = random.Random(SEED)
    folder = built(size)
    with SqliteTree(str(folder / "peer.db")) as tree:
        database = SqliteDatabase(folder / "ours.db")
        try:
            tiles = StoredTiles(database)
            if root_at(tiles, size) != tree.get_root(size):
                raise WrongProof("the roots differ")
            tree.cache_clear()
            rows = compare(
                "inclusion",
                [(chance.randrange(size), size) for _ in range(proofs)],
                lambda index, end: inclusion(tiles, index, end),
                lambda index, end: tree.prove_inclusion(index + 1, end),
                lambda _, mine, theirs: mine == theirs.path[1:],
            )
            tree.cache_clear()
            rows += compare(
                "consistency",
                [(chance.randrange(1, size), size) for _ in range(proofs)],
                lambda old, end: consistency(tiles, old, end),
                tree.prove_consistency,
                lambda place, mine, theirs: agree(tiles, place, mine, theirs),
            )
        finally:
            database.connection.close()
    return rows


def built(size: int) -> Path:
    """Build both logs, once: they are kept in the folder for temporary files."""
    folder = Path(tempfile.gettempdir()) / f"helpdesk-audit-proofs-{size}-{ENTRY}"
    if (folder / _BUILT).exists():
        return folder
    from pymerkle import SqliteTree

    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    print(f"building two logs of {size:,} records in {folder}", file=sys.stderr)
    database = SqliteDatabase(folder / "ours.db")
    database.connection.executescript(MIGRATION.read_text().replace("{BLOB}", "BLOB"))
    append(database, records(size))
    database.connection.commit()
    database.connection.close()
    with SqliteTree(str(folder / "peer.db")) as tree:
        entries = (each.sealed for each in records(size))
        while batch := list(islice(entries, _BATCH)):
            tree.append_entries(batch)
    (folder / _BUILT).touch()
    return folder


def records(size: int) -> Iterator[Record]:
    """Records of 300 bytes that differ in their first bytes."""
    for number in range(size):
        sealed = b"%020d" % number + bytes(ENTRY - 20)
        yield Record("email", number, f"event-{number}", f"org-{number % 1000}", sealed)


def agree(tiles: StoredTiles, place: tuple[int, int], mine: Sequence[bytes], theirs: Any) -> bool:
    """Whether both lead from one root to the other; pymerkle's path is not that of RFC 9162."""
    from pymerkle import verify_consistency as peer_verifies

    old, new = (root_at(tiles, size) for size in place)
    peer_verifies(old, new, theirs)
    return verify_consistency(*place, mine, old, new)


def compare(
    name: str,
    places: Sequence[tuple[int, int]],
    ours: Callable[[int, int], Sequence[bytes]],
    peer: Callable[[int, int], Any],
    right: Callable[[tuple[int, int], Sequence[bytes], Any], bool],
) -> list[dict[str, Any]]:
    """
    Time both at each place; median, 99th percentile and slowest, and the aims.

    A millisecond of the processor is what others on the machine cannot take away.
    """
    times: dict[str, list[float]] = {"ours": [], "busy": [], "peer": []}
    for place in places:
        busy, began = time.thread_time(), time.perf_counter()
        mine = ours(*place)
        between = time.perf_counter()
        times["busy"].append((time.thread_time() - busy) * 1000)
        asked = time.perf_counter()
        theirs = peer(*place)
        ended = time.perf_counter()
        times["ours"].append((between - began) * 1000)
        times["peer"].append((ended - asked) * 1000)
        if not right(place, mine, theirs):
            raise WrongProof(f"the {name} proofs of {place} are not right")
    runs, part = len(places), AIMS[name]

    def against_peer(label: str, pick: Callable[[Sequence[float]], float], aim: float) -> Any:
        ours, peer = pick(times["ours"]), pick(times["peer"])
        return row(f"{name}, {label}", ours, peer, "ms", peer / ours, runs, aim)

    def against_aim(label: str, taken: Sequence[float]) -> Any:
        ours = p99(taken)
        return row(f"{name}, {label}, aim", ours, AIM_P99, "ms", AIM_P99 / ours, runs, 1.0)

    return [
        against_peer("median", statistics.median, part),
        against_peer("p99", p99, 0.0),
        against_peer("slowest", max, 0.0),
        against_aim("p99", times["ours"]),
        against_aim("p99, cpu", times["busy"]),
    ]
