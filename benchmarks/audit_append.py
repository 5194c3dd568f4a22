"""Appending to the audit log against Tessera's POSIX example; verifying and replaying at rates."""

import base64
import os
import shutil
import statistics
import subprocess
import tempfile
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks.measuring import row
from helpdesk.kernel.events import timestamp
from helpdesk.kernel.sqlite_store import SqliteEngine
from services.audit.log.checkpoints import open_checkpoint
from services.audit.log.notes import Signer
from services.audit.log.records import Record
from services.audit.log.storage import StoredTiles, newest_checkpoint, read_rows
from services.audit.log.verification import verify
from services.audit.projections import Stored
from services.audit.replay.player import Chosen, sealed_fields, steps
from services.audit.views.ledger import Ledger

EXAMPLE = "github.com/transparency-dev/tessera/cmd/examples/posix-oneshot@v1.0.0"
MIGRATIONS = Path(__file__).parents[1] / "services/audit/migrations"
NOW = datetime(2030, 5, 6, 7, 8, 9, tzinfo=UTC)
ENTRIES = 10_000
APPEND_AIM = 0.5
VERIFY_AIM = 50_000.0
REPLAY_AIM = 20_000.0
_BUILD_SECONDS = 600
_ADD_SECONDS = 300


class PeerMissing(Exception):
    """Tessera's example cannot be built."""


class RootsDiffer(Exception):
    """The two trees over the same entries differ: nothing of the measurement counts."""


def run(entries: int = ENTRIES, runs: int = 3) -> list[dict[str, Any]]:
    """
    Entries a second into an empty log, both sides in turn; then verifying and replaying ours.

    PeerMissing, RootsDiffer.
    """
    given = records(entries)
    with tempfile.TemporaryDirectory(dir="/var/tmp") as name:
        folder = Path(name)
        example = build(folder)
        signer = Signer.generate("bench.example/audit")
        (folder / "key").write_text(signer.secret_text() + "\n")
        (folder / "entries").mkdir()
        for number, each in enumerate(given):
            (folder / "entries" / f"{number:08d}").write_bytes(each.sealed)
        rates = []
        for turn in range(runs):
            mine, root = ours(folder / f"ours-{turn}.db", signer, given)
            theirs, other = peer(example, folder, f"peer-{turn}", "*")
            nothing, _ = peer(example, folder, f"start-{turn}", "00000000")
            if root != other:
                raise RootsDiffer(f"the roots of {entries} entries differ")
            rates.append((entries / mine, entries / theirs, entries / max(theirs - nothing, 1e-3)))
        mine, theirs, net = (statistics.median(side) for side in zip(*rates, strict=True))
        measured = [
            row("audit append", mine, theirs, "/s", mine / theirs, runs, APPEND_AIM),
            row("audit append, peer's start off", mine, net, "/s", mine / net, runs),
        ]
        return measured + reading(folder / "ours-0.db", signer, entries, runs)


def build(folder: Path) -> Path:
    """Build Tessera's example with Go. PeerMissing."""
    go = shutil.which("go")
    if go is None:
        raise PeerMissing("go is not installed")
    env = {**os.environ, "GOBIN": str(folder), "GOFLAGS": "-mod=mod", "CGO_ENABLED": "0"}
    built = subprocess.run(
        [go, "install", EXAMPLE],
        env=env,
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        timeout=_BUILD_SECONDS,
    )
    if built.returncode:
        raise PeerMissing(f"{EXAMPLE} cannot be built: {built.stderr.strip()[-200:]}")
    return folder / "posix-oneshot"


def records(count: int) -> list[Record]:
    """Records as the services seal them, about 400 bytes each."""
    stamp = timestamp(NOW)
    return [
        Record(
            "email",
            number + 1,
            f"event-{number}",
            f"org-{number % 1000}",
            (
                f'{{"stamp":{{"recorded_at":"{stamp}","action_id":"{number:032d}"}},'
                f'"action":"email.mail.get","outcome":"done","agent_id":"agent-{number % 50}",'
                f'"partner_id":"partner-1","organization_id":"org-{number % 1000}",'
                f'"ticket":"T-{number}","sign_in_id":"s-{number % 50}","writer":"w",'
                f'"number":{number + 1},"occurred_at":"{stamp}","service":"email"}}'
            ).encode(),
        )
        for number in range(count)
    ]


def ours(path: Path, signer: Signer, given: Sequence[Record]) -> tuple[float, bytes]:
    """Append with labels, chain, tiles and the auditors' views, synced, and sign."""
    engine = SqliteEngine(path)
    engine.migrate(MIGRATIONS)
    ledger = Ledger(engine, signer)
    try:
        began = time.perf_counter()
        ledger.append("audit.actions<email", len(given), given)
        ledger.sign(NOW)
        taken = time.perf_counter() - began
        newest = newest_checkpoint(ledger.reading)
        if newest is None:
            raise RootsDiffer("nothing was signed")
        return taken, open_checkpoint(newest.note, [signer.verifier_key]).checkpoint.root
    finally:
        engine.close()


def peer(example: Path, folder: Path, name: str, entries: str) -> tuple[float, bytes]:
    """Let Tessera add the files as one batch, integrate and publish; the process is part of it."""
    began = time.perf_counter()
    subprocess.run(
        [
            str(example),
            f"--storage_dir={folder / name}",
            f"--entries={folder}/entries/{entries}",
            f"--private_key={folder}/key",
        ],
        check=True,
        capture_output=True,
        timeout=_ADD_SECONDS,
    )
    taken = time.perf_counter() - began
    lines = (folder / name / "checkpoint").read_text().split("\n")
    return taken, base64.b64decode(lines[2])


def reading(path: Path, signer: Signer, entries: int, runs: int) -> list[dict[str, Any]]:
    """Verify the whole log, and play all that its agents did, against the aims."""
    engine = SqliteEngine(path)
    db = Ledger(engine, signer).reading
    newest = newest_checkpoint(db)
    notes = [newest.note] if newest else []
    verified, played = [], []
    try:
        for _ in range(runs):
            began = time.perf_counter()
            verdict = verify(read_rows(db), notes, [signer.verifier_key], tiles=StoredTiles(db))
            verified.append(entries / (time.perf_counter() - began))
            if not verdict.good:
                raise RootsDiffer("the log does not verify")
            began = time.perf_counter()
            stored = (
                Stored(r.idx, r.source, r.source_position, r.record_id, r.sealed)
                for r in read_rows(db)
            )
            count = sum(1 for _ in steps(stored, Chosen(since=1), sealed_fields))
            played.append(count / (time.perf_counter() - began))
    finally:
        engine.close()
    verify_rate, replay_rate = statistics.median(verified), statistics.median(played)
    return [
        row(
            "audit verify, aim", verify_rate, VERIFY_AIM, "/s", verify_rate / VERIFY_AIM, runs, 1.0
        ),
        row(
            "audit replay, aim", replay_rate, REPLAY_AIM, "/s", replay_rate / REPLAY_AIM, runs, 1.0
        ),
    ]
