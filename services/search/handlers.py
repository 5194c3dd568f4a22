"""Keeps the index after identity's facts; the position is part of each commit of the index."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence

from helpdesk.kernel.bus import Published
from helpdesk.kernel.store import Store
from services.search.domain import Document, Tombstone
from services.search.index import Index
from services.search.projections import CHANGES, Organization, moved

NAME = "search.index"
SOURCE = "identity"


class IndexConsumer:
    """Follows identity's log into the index, a batch at a time."""

    name = NAME

    def __init__(self, store: Store, index: Index) -> None:
        self._store = store
        self._index = index
        self._waiting: list[Published] = []
        self._lock = threading.Lock()

    @property
    def wants(self) -> Mapping[str, Sequence[str]]:
        return {SOURCE: tuple(CHANGES)}

    def position(self, source: str) -> int:
        return self._index.positions().get(source, 0)

    def handle(self, fact: Published) -> None:
        """Keep a fact until the end of the batch."""
        with self._lock:
            self._waiting.append(fact)

    def flush(self, source: str, position: int) -> None:
        """Index the batch: organizations first, then the documents with the position."""
        with self._lock:
            waiting, self._waiting = self._waiting, []
        try:
            self._index_all(waiting)
            self._index.commit({source: position})
        except BaseException:
            # The bus brings the batch again; nothing of it may be kept twice.
            with self._lock:
                self._waiting.clear()
            raise

    def _index_all(self, facts: list[Published]) -> None:
        organizations: dict[str, Organization] = {}
        documents: dict[str, Document | Tombstone] = {}

        def known(organization_id: str) -> Organization | None:
            return organizations.get(organization_id) or self._organization(organization_id)

        for fact in facts:
            change = CHANGES[fact.row.name](fact.fields(), fact.position, known)
            if change.organization is not None:
                owner = change.organization
                organizations[owner.id] = owner
                documents[f"organization:{owner.id}"] = owner.document(fact.position)
                if change.rewrite:
                    stale = [d for d in documents.values() if isinstance(d, Document)]
                    for document in (*self._index.of_organization(owner.id), *stale):
                        if document.organization_id == owner.id:
                            documents[document.key] = moved(document, owner, fact.position)
            if change.document is not None:
                documents[change.document.key] = change.document
        # The table may be ahead of the index, never behind it: facts that come again find it so.
        with self._store.engine.transaction() as tx:
            tx.executemany(
                "INSERT INTO indexed_organization VALUES (?, ?) "
                "ON CONFLICT (id) DO UPDATE SET body = excluded.body",
                [(each.id, each.written()) for each in organizations.values()],
            )
        gone = [each for each in documents.values() if isinstance(each, Tombstone)]
        self._index.apply([d for d in documents.values() if isinstance(d, Document)], gone)

    def _organization(self, organization_id: str) -> Organization | None:
        rows = self._store.engine.query(
            "SELECT body FROM indexed_organization WHERE id = ?", (organization_id,)
        )
        return Organization.read(rows[0][0]) if rows else None
