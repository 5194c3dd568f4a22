"""Folding a service's log into views anew against reading the same log raw."""

import json
import random
import sqlite3
import statistics
import time
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import Any
from uuid import uuid4

from eventsourcing.sqlite import SQLiteDatastore, SQLiteProcessRecorder

from benchmarks.measuring import row
from benchmarks.product import directory, running
from helpdesk.identity.v1 import directory_pb2, directory_pb2_grpc
from helpdesk.kernel.events import SupportActionRecorded
from services.identity.service import SERVICE as IDENTITY
from services.replaying import rebuilding

REPLAY_AIM = 20_000.0
READS = 50_000
_REALLY_READ = 200
_BATCH = 1000
_SEED = 20_300_507
_SERVICE = "identity"


def run(reads: int = READS, runs: int = 3) -> list[dict[str, Any]]:
    """
    Events a second of a log that is one import, and of the same with reads behind it.

    The raw side selects with the library's recorder and parses each event's JSON, and no more.
    A second of the processor is what others on the machine cannot take away.
    """
    with running([IDENTITY]) as product:
        records = directory()
        product.load(records)
        path = Path(product.env["HELPDESK_DATA_DIR"]) / f"{_SERVICE}.db"
        imported = _compared("replay, an import", product.env, path, runs)
        _read(product, records)
        _repeat(path, reads)
        return imported + _compared("replay, import and reads", product.env, path, runs)


def _read(product: Any, records: dict[str, list[dict[str, Any]]]) -> None:
    dice = random.Random(_SEED)
    stub = product.stub(directory_pb2_grpc.DirectoryServiceStub, _SERVICE)
    managed = {each["id"]: each["managedBy"] for each in records["organizations"]}
    partner = next(iter(managed.values()))[0]
    people = [p["id"] for p in records["people"] if partner in managed.get(p["orgId"], ())]
    agent = product.caller(sub="agent", partner=partner, roles=["HELP_DESK"])
    for user_id in dice.choices(people, k=_REALLY_READ):
        agent(stub.GetUser, directory_pb2.GetUserRequest(user_id=user_id))


def _repeat(path: Path, reads: int) -> None:
    # So many calls would take minutes, and folding does not look into their records.
    with closing(sqlite3.connect(path)) as db, db:
        found = db.execute(
            "SELECT topic, state FROM stored_events WHERE topic = ?", (SupportActionRecorded.NAME,)
        ).fetchall()
        stream = uuid4().hex
        db.executemany(
            "INSERT INTO stored_events (originator_id, originator_version, topic, state) "
            "VALUES (?, ?, ?, ?)",
            ((stream, number, *found[number % len(found)]) for number in range(reads)),
        )


def _compared(name: str, env: Mapping[str, str], path: Path, runs: int) -> list[dict[str, Any]]:
    rates = [(*_ours(env), *_raw(path)) for _ in range(runs)]
    mine, busy, theirs, other = (statistics.median(side) for side in zip(*rates, strict=True))
    return [
        row(name, mine, theirs, "/s", mine / theirs, runs),
        row(f"{name}, cpu", busy, other, "/cpu s", busy / other, runs),
        row(f"{name}, cpu, aim", busy, REPLAY_AIM, "/cpu s", busy / REPLAY_AIM, runs, 1.0),
    ]


def _ours(env: Mapping[str, str]) -> tuple[float, float]:
    with rebuilding(_SERVICE, env) as rebuild:
        folded = rebuild.folded[_SERVICE]
        began, busy = time.perf_counter(), time.process_time()
        folded.to_position(2**62)
        taken = time.perf_counter() - began, time.process_time() - busy
        return folded.count / taken[0], folded.count / taken[1]


def _raw(path: Path) -> tuple[float, float]:
    recorder = SQLiteProcessRecorder(SQLiteDatastore(str(path)))
    began, busy = time.perf_counter(), time.process_time()
    after, count = 0, 0
    while found := recorder.select_notifications(after, _BATCH, inclusive_of_start=False):
        for each in found:
            json.loads(each.state)
        after, count = found[-1].id, count + len(found)
    return count / (time.perf_counter() - began), count / (time.process_time() - busy)
