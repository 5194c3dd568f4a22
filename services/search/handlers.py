"""Keeps the index after identity's facts; the position is part of each commit of the index."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Protocol

from helpdesk.kernel.actions import UnitOfWork
from helpdesk.kernel.bus import Published
from helpdesk.kernel.clearing import FORGOTTEN, Forgotten, acknowledge, clear
from helpdesk.kernel.context import Actor
from helpdesk.kernel.store import Engine, Store
from services.search.domain import Document, Tombstone
from services.search.index import Index
from services.search.projections import CHANGES, Change, Organization, moved

NAME = "search.index"
SOURCE = "identity"


class Organizations(Protocol):
    """What is remembered of organizations, since facts of their people do not repeat it."""

    def get(self, organization_id: str) -> Organization | None:
        """Return what is known."""

    def put(self, changed: Iterable[Organization]) -> None:
        """Keep what is newer than what is known."""


class StoredOrganizations:
    """Organizations in the service's own database."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def get(self, organization_id: str) -> Organization | None:
        rows = self._engine.query(
            "SELECT body FROM indexed_organization WHERE id = ?", (organization_id,)
        )
        return Organization.read(rows[0][0]) if rows else None

    def put(self, changed: Iterable[Organization]) -> None:
        # A rebuild writes here too, and may be further than the worker that it takes over from.
        with self._engine.transaction() as tx:
            tx.executemany(
                "INSERT INTO indexed_organization (id, body, position) VALUES (?, ?, ?) "
                "ON CONFLICT (id) DO UPDATE "
                "SET body = excluded.body, position = excluded.position "
                "WHERE indexed_organization.position <= excluded.position",
                [(each.id, each.written(), each.version) for each in changed],
            )


class OrganizationsInMemory:
    """Organizations of an index that begins with the first fact of the log."""

    def __init__(self) -> None:
        self._known: dict[str, Organization] = {}

    def get(self, organization_id: str) -> Organization | None:
        return self._known.get(organization_id)

    def put(self, changed: Iterable[Organization]) -> None:
        self._known.update((each.id, each) for each in changed)

    def all(self) -> Sequence[Organization]:
        """Return every one."""
        return tuple(self._known.values())


def clearing(store: Store) -> Callable[[Published], None]:
    """Return what destroys the keys of search texts that found a person, and says it is done."""
    actor = Actor(id=f"system:{NAME}", roles=frozenset({"SERVICE"}))

    def cleared(fact: Published) -> None:
        forgotten = Forgotten.of(fact)
        work = UnitOfWork(store, actor, datetime.now(UTC), id=fact.stamp.action_id or fact.id)
        acknowledge(work, forgotten.user_id, clear(store, forgotten))
        if work.staged:
            store.commit(work.unit())

    return cleared


class IndexConsumer:
    """Follows identity's log into the index, a batch at a time."""

    name = NAME

    def __init__(
        self,
        organizations: Organizations,
        index: Index,
        cleared: Callable[[Published], None] | None = None,
    ) -> None:
        """``cleared`` is told of each forgotten person of whom the index holds nothing more."""
        self._organizations = organizations
        self._cleared = cleared
        self._index = index
        self._waiting: list[tuple[Published, Change]] = []
        self._changed: dict[str, Organization] = {}
        self._lock = threading.Lock()

    @property
    def wants(self) -> Mapping[str, Sequence[str]]:
        return {SOURCE: tuple(CHANGES)}

    def position(self, source: str) -> int:
        return self._index.positions().get(source, 0)

    def handle(self, fact: Published) -> None:
        """Keep what a fact changes until the end of the batch; one that makes no sense fails."""
        with self._lock:
            change = CHANGES[fact.row.name](fact.fields(), fact.position, self._known)
            if change.organization is not None:
                self._changed[change.organization.id] = change.organization
            self._waiting.append((fact, change))

    def _known(self, organization_id: str) -> Organization | None:
        return self._changed.get(organization_id) or self._organizations.get(organization_id)

    def flush(self, source: str, position: int) -> None:
        """Index the batch: organizations first, then the documents with the position."""
        with self._lock:
            waiting, self._waiting = self._waiting, []
            changed, self._changed = self._changed, {}
        try:
            self._index_all(waiting, changed.values())
            if forgotten := [fact for fact, _ in waiting if fact.row.name == FORGOTTEN]:
                self._forget(forgotten)
            self._index.commit({source: position})
        except BaseException:
            # The bus brings the batch again; nothing of it may be kept twice.
            with self._lock:
                self._waiting.clear()
                self._changed.clear()
            raise

    def _forget(self, forgotten: Sequence[Published]) -> None:
        # Said before the position moves on: who crashes here does it once more.
        self._index.commit({})
        self._index.compact()
        for fact in forgotten:
            if self._cleared is not None:
                self._cleared(fact)

    def _index_all(
        self, changes: Iterable[tuple[Published, Change]], organizations: Iterable[Organization]
    ) -> None:
        documents: dict[str, Document | Tombstone] = {}
        for fact, change in changes:
            if change.organization is not None:
                owner = change.organization
                documents[f"organization:{owner.id}"] = owner.document(fact.position)
                if change.rewrite:
                    stale = [d for d in documents.values() if isinstance(d, Document)]
                    for document in (*self._index.of_organization(owner.id), *stale):
                        removed = isinstance(documents.get(document.key), Tombstone)
                        if document.organization_id == owner.id and not removed:
                            documents[document.key] = moved(document, owner, fact.position)
            if change.document is not None:
                documents[change.document.key] = change.document
            documents.update((each.key, each) for each in change.gone)
        # It may be ahead of the index, never behind it: facts that come again find it so.
        self._organizations.put(organizations)
        gone = [each for each in documents.values() if isinstance(each, Tombstone)]
        self._index.apply([d for d in documents.values() if isinstance(d, Document)], gone)
