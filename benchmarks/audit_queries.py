"""Finding records in a log of a million: each filter, newest page and a deep page, p99."""

from __future__ import annotations

import hashlib
import random
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks.measuring import p99, row
from helpdesk.kernel.events import timestamp
from helpdesk.kernel.sqlite_store import SqliteEngine
from services.audit.domain.facts import unix
from services.audit.domain.filters import Cursor, Filter
from services.audit.log.notes import Signer
from services.audit.log.records import Record
from services.audit.views.actions import Actions
from services.audit.views.ledger import Ledger

MIGRATIONS = Path(__file__).parents[1] / "services/audit/migrations"
SIZE = 1_000_000
RUNS = 200
SEED = 20_300_506
AIM = 50.0
BEGUN = datetime(2030, 5, 6, 7, 8, 9, tzinfo=UTC)
_PAGE = 51
_BATCH = 10_000
_ACTIONS = (
    *("search.search", "search.suggest", "identity.user.get", "identity.organization.get"),
    *("email.mail.get", "email.message.list", "session.view.get", "identity.role.set"),
)
_RARE = "email.blocklist.remove"


def run(size: int = SIZE, runs: int = RUNS) -> list[dict[str, Any]]:
    """
    Milliseconds a page, p99, for each filter with other values each time; the aim beside it.

    The second row of each is what the processor took: others on the machine cannot add to it.
    """
    with closing(SqliteEngine(built(size))) as engine:
        return list(measure(Actions(engine), size, runs))


def built(size: int) -> Path:
    """Build the log, once: it is kept in the folder for temporary files."""
    schema = hashlib.sha256(b"".join(p.read_bytes() for p in sorted(MIGRATIONS.glob("*.sql"))))
    name = f"helpdesk-audit-queries-{size}-{schema.hexdigest()[:8]}"
    path = Path(tempfile.gettempdir()) / name / "audit.db"
    if not path.exists():
        path.parent.mkdir(exist_ok=True)
        fresh = path.with_name("new.db")
        fresh.unlink(missing_ok=True)
        print(f"building a log of {size:,} records in {path}", file=sys.stderr)
        build(fresh, size)
        fresh.rename(path)
    return path


def build(path: Path, size: int) -> None:
    """Append so many records with all views, and sign; offline."""
    with closing(SqliteEngine(path)) as engine:
        engine.migrate(MIGRATIONS)
        ledger = Ledger(engine, Signer.generate("bench.example/audit"))
        for start in range(0, size, _BATCH):
            batch = [record(number) for number in range(start, min(start + _BATCH, size))]
            ledger.append("audit.actions<email", start + len(batch), batch)
        ledger.sign(BEGUN + timedelta(seconds=size))


def record(number: int) -> Record:
    """One of 2,000 agents of 40 partners about one of 1,000 customers, a record each second."""
    agent, at = number // 20 % 2000, timestamp(BEGUN + timedelta(seconds=number))
    action = _RARE if number % 5000 == 7 else _ACTIONS[number % len(_ACTIONS)]
    outcome = "refused" if number % 97 == 5 else "failed" if number % 991 == 5 else "done"
    sealed = (
        f'{{"stamp":{{"recorded_at":"{at}","action_id":"{number:032d}"}},"action":"{action}",'
        f'"outcome":"{outcome}","agent_id":"agent-{agent}","partner_id":"partner-{agent % 40}",'
        f'"organization_id":"org-{number % 1000}","user_id":"user-{number % 50_000}",'
        f'"ticket":"T-{number // 20}","sign_in_id":"s-{agent}-{number // 200_000}",'
        f'"writer":"w","number":{number + 1},"occurred_at":"{at}","service":"email"}}'
    )
    source = f"event-{number}"
    return Record("email", number + 1, source, f"org-{number % 1000}", sealed.encode())


def measure(actions: Actions, size: int, runs: int) -> Iterator[dict[str, Any]]:
    """Time the newest page and one somewhere in the middle, filter by filter."""
    chance = random.Random(SEED)
    sessions = [f.session_id for f in actions.arrived(Filter(), 0, size, 1000)]
    begun = unix(BEGUN)

    def some(prefix: str, count: int) -> str:
        return f"{prefix}-{chance.randrange(count)}"

    def in_an_hour(wanted: Filter) -> Filter:
        since = begun + chance.randrange(size) * 1_000_000
        return replace(wanted, since=since, until=since + 3_600_000_000)

    kinds: dict[str, Callable[[], Filter]] = {
        "nothing": Filter,
        "agent": lambda: Filter(agent_id=some("agent", 2000)),
        "partner": lambda: Filter(partner_id=some("partner", 40)),
        "customer": lambda: Filter(organization_id=some("org", 1000)),
        "user": lambda: Filter(user_id=some("user", 50_000)),
        "action": lambda: Filter(action=chance.choice(_ACTIONS)),
        "rare action": lambda: Filter(action=_RARE),
        "outcome": lambda: Filter(outcome=chance.choice(("done", "refused", "failed"))),
        "ticket": lambda: Filter(ticket=some("T", size // 20)),
        "session": lambda: Filter(session_id=chance.choice(sessions)),
        "time": lambda: in_an_hour(Filter()),
        "partner, refused": lambda: Filter(partner_id=some("partner", 40), outcome="refused"),
        "agent, action, time": lambda: in_an_hour(
            Filter(agent_id=some("agent", 2000), action="email.")
        ),
    }
    for name, made in kinds.items():
        times = []
        for _ in range(runs):
            middle = Cursor(begun + chance.randrange(size) * 1_000_000, size)
            for after in (None, middle):
                wanted = made()
                times.append(
                    timed(partial(actions.page, wanted, after, newest_first=True, limit=_PAGE))
                )
        yield from rows(f"query by {name}", times, AIM)
    times = []
    for _ in range(runs):
        since = begun + chance.randrange(max(1, size - 86_400)) * 1_000_000
        wanted = Filter(since=since, until=since + 86_400_000_000)
        times.append(timed(partial(actions.activity, wanted, 1_440_000_000)))
    yield from rows("picture of a day", times, AIM * 4)


def timed(call: Callable[[], object]) -> tuple[float, float]:
    """Return the milliseconds that a call took, and those of the processor."""
    busy, began = time.thread_time(), time.perf_counter()
    call()
    return (time.perf_counter() - began) * 1000, (time.thread_time() - busy) * 1000


def rows(name: str, times: list[tuple[float, float]], aim: float) -> Iterator[dict[str, Any]]:
    """Return a row of the 99th percentile, and one of that of the processor."""
    for label, taken in zip((name, f"{name}, cpu"), zip(*times, strict=True), strict=True):
        slow = p99(taken)
        yield row(label, slow, aim, "ms p99", aim / max(slow, 1e-3), len(times), 1.0)
