"""Composes rebuilds of a product's answers and views from its logs."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from google.protobuf.json_format import MessageToDict

from helpdesk.kernel.events import SupportActionRecorded, decode
from helpdesk.kernel.hosting import HostSettings
from helpdesk.kernel.replaying.answers import Outcome, Rebuild, Rebuildable, Rebuilt
from helpdesk.kernel.replaying.folding import PassedError
from helpdesk.kernel.replaying.logs import (
    ReadLog,
    frozen_keys,
    opened,
    read_file,
    read_log,
    vault_of,
)
from helpdesk.kernel.resources import StoreSettings, check_database
from helpdesk.kernel.settings import SettingsError, parse
from helpdesk.kernel.store import Engine
from services.audit.service import RECORDS, as_of_then
from services.audit.service import rebuildable as audit_rebuildable
from services.email.service import SERVICE as EMAIL
from services.identity.service import SERVICE as IDENTITY
from services.search.service import rebuildable as search_rebuildable
from services.session.service import SERVICE as SESSION

Ask = Callable[[str, Sequence[Any]], list[tuple[Any, ...]]]
"""Runs a reading statement on the database of the service that is rebuilt."""


def _search(_: Ask) -> Rebuildable:
    service, recall = search_rebuildable()
    return Rebuildable(service, (IDENTITY,), recall)


def _audit(ask: Ask) -> Rebuildable:
    return Rebuildable(
        audit_rebuildable(),
        (IDENTITY,),
        more=lambda store: as_of_then(store, ask),
        needed={"helpdesk.audit.v1.AuditService": RECORDS},
        kept_out={
            "helpdesk.audit.v1.AuditService.GetCheckpoint": "how the log stood then is not kept",
            "helpdesk.audit.v1.ReplayService.RebuildAnswer": "a replay is not replayed",
        },
    )


# Identity answers the questions of the others while theirs are rebuilt.
_MADE: Mapping[str, Callable[[Ask], Rebuildable]] = {
    "identity": lambda _: Rebuildable(IDENTITY),
    "email": lambda _: Rebuildable(EMAIL, (IDENTITY,)),
    "session": lambda _: Rebuildable(SESSION, (IDENTITY,)),
    "search": _search,
    "audit": _audit,
}
REBUILT = tuple(_MADE)
# An answer that differs was looked for further on: those behind it are rebuilt once more.
_TURNS = 10
# Whose log says in which order answers were read, where it is not the service's own.
_READ_FROM = {"search": "identity", "audit": "log"}
# Logs of which no answer is made: what search answers is read from identity alone.
_NOTHING_READ = frozenset({"search"})
# What search serves stands in its index: ``helpdesk rebuild-search`` makes that anew.
VIEWED = ("identity", "email", "session")
_RECORD = SupportActionRecorded.NAME


@dataclass(frozen=True, slots=True)
class Asked:
    """One record to rebuild the answer of, and where it stands in its service's log."""

    record: SupportActionRecorded
    position: int


@contextmanager
def rebuilding(
    service: str, env: Mapping[str, str] | None = None, folder: Path | None = None
) -> Iterator[Rebuild]:
    """
    Open a rebuild of a service; nothing that belongs to the product is written.

    Its databases stay where ``folder`` is given.
    """
    env = os.environ if env is None else env
    with ExitStack() as stack:
        if folder is None:
            scratch = tempfile.TemporaryDirectory(prefix="helpdesk-replay-")
            folder = Path(stack.enter_context(scratch))
        keys = frozen_keys(env, stack)
        made = _MADE[service](_ask(service, env, stack))
        names = [each.name for each in (made.service, *made.beside)]
        logs = {name: _log(name, env, stack) for name in names}
        rebuild = Rebuild(env, folder, made, logs, keys)
        stack.callback(rebuild.close)
        yield rebuild


def rebuilt(
    asked: Sequence[Asked], env: Mapping[str, str] | None = None
) -> Iterator[tuple[Asked, Outcome]]:
    """Rebuild answers, those of one service after the other, in the order they were given."""
    for service in sorted({each.record.service for each in asked}):
        mine = [each for each in asked if each.record.service == service]
        if service not in _MADE:
            for each in mine:
                yield each, Rebuild.not_rebuilt(each.record)
            continue
        turns = 0
        while mine and turns < _TURNS:
            turns += 1
            passed: list[Asked] = []
            with rebuilding(service, env) as rebuild:
                for each in sorted(mine, key=_read_at):
                    try:
                        yield each, rebuild.answer(each.record, each.position)
                    except PassedError:
                        passed.append(each)
            mine = passed
        for each in mine:
            yield each, Outcome(Rebuilt.NOT_REBUILT, "too many answers before it differ")


def rebuilt_sealed(
    asked: Sequence[tuple[int, int, bytes]], env: Mapping[str, str] | None = None
) -> Iterator[tuple[int, str, str, dict[str, Any] | None]]:
    """
    Rebuild the answers of sealed records, given as (index, position at the source, bytes).

    Yields (index, what came of it, why, the answer).
    """
    env = os.environ if env is None else env
    with ExitStack() as stack:
        vault = vault_of(env, stack)
        opened = [
            (index, Asked(cast("SupportActionRecorded", decode(_RECORD, sealed, vault)), position))
            for index, position, sealed in asked
        ]
    indexes = {(each.record.service, each.position): index for index, each in opened}
    for each, outcome in rebuilt([each for _, each in opened], env):
        index = indexes[each.record.service, each.position]
        shown = None
        if outcome.answer is not None:
            shown = MessageToDict(outcome.answer, preserving_proto_field_name=True)
        yield index, str(outcome.kind), outcome.why, shown


def _read_at(asked: Asked) -> tuple[int, int]:
    source = _READ_FROM.get(asked.record.service, asked.record.service)
    at = [each for each in asked.record.positions if each.startswith(f"{source}:")]
    return (int(at[-1].rpartition(":")[2]) if at else 0, asked.position)


def _log(name: str, env: Mapping[str, str], stack: ExitStack) -> ReadLog:
    if name in _NOTHING_READ:
        return lambda _: []
    engine = _engine(name, env, stack)
    if engine is not None:
        return read_log(engine)
    return read_file(_file(name, env), stack)


def _ask(name: str, env: Mapping[str, str], stack: ExitStack) -> Ask:
    engine = _engine(name, env, stack)
    if engine is not None:
        return engine.query
    db = stack.enter_context(opened(_file(name, env)))
    return lambda sql, params: db.execute(sql, params).fetchall()


def _file(name: str, env: Mapping[str, str]) -> Path:
    path = parse(HostSettings, "", env).data_dir / f"{name}.db"
    if not path.is_file():
        raise SettingsError(f"the log of {name} is neither in {path} nor in a database that is set")
    return path


def _engine(name: str, env: Mapping[str, str], stack: ExitStack) -> Engine | None:
    settings = parse(HostSettings, "", env)
    url = parse(StoreSettings, name, env).database_url
    if not url:
        return None
    from helpdesk.kernel.postgres_store import PostgresEngine

    check_database(settings, f"HELPDESK_{name.upper()}_DATABASE_URL", url)
    engine = PostgresEngine(url, name, listen=False)
    stack.callback(engine.close)
    return engine
