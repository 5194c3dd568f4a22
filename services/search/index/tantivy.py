"""The index of the embedded size: Tantivy, in a folder or in memory."""

from __future__ import annotations

import hashlib
import json
import shutil
import threading
from functools import partial
from itertools import chain
from typing import TYPE_CHECKING

import tantivy

from services.search.domain import Document, Kind, Tombstone
from services.search.domain.clauses import AllOf, AnyOf, Match
from services.search.domain.queries import FEW
from services.search.domain.terms import terms_of
from services.search.index import Hit, Hits
from services.search.index.hits import hit_of
from services.search.index.stored import read_form, stored_form

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from services.search.domain import Filter, Query
    from services.search.domain.clauses import Clause

_SCHEMA_VERSION = 1
_TERM_FIELDS = ("name", "sound", "bones", "whole", "context", "identifier")
_BLOCK = 50
_BATCH = 2_000
_MOST_OF_ONE = 1_000_000
_HEAP_BYTES = 64_000_000
_SMALL_HEAP_BYTES = 15_000_000
_ORDER_OF_KINDS = {kind: at for at, kind in enumerate(Kind)}


def _schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    for name in ("key", "partner", "organization", *_TERM_FIELDS):
        builder.add_text_field(name, tokenizer_name="raw", index_option="basic")
    builder.add_text_field("kind", tokenizer_name="raw", index_option="basic", fast=True)
    builder.add_integer_field("hash", fast=True)
    builder.add_integer_field("version", fast=True)
    builder.add_bytes_field("stored", stored=True)
    builder.add_bytes_field("positions", stored=True)
    return builder.build()


class TantivyIndex:
    """An Index over Tantivy; one process writes, any number of its threads read."""

    def __init__(self, folder: Path | None = None) -> None:
        """Open or make the index in a folder; without one it lives in memory."""
        self._schema = _schema()
        self._folder = folder
        self._lock = threading.RLock()
        self._pending: dict[str, int] = {}
        self._generation = self._current_generation()
        self._adopt(self._made(self._generation_folder(self._generation)))

    def _current_generation(self) -> int:
        if self._folder is None:
            return 0
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        pointer = self._folder / "current"
        return int(pointer.read_text()) if pointer.exists() else 0

    def _generation_folder(self, generation: int) -> Path | None:
        if self._folder is None:
            return None
        return self._folder / f"v{_SCHEMA_VERSION}-{generation}"

    def _made(self, folder: Path | None) -> tantivy.Index:
        if folder is None:
            return tantivy.Index(self._schema)
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        return tantivy.Index(self._schema, path=str(folder))

    def _writer_of(self, index: tantivy.Index) -> tantivy.IndexWriter:
        heap = _SMALL_HEAP_BYTES if self._folder is None else _HEAP_BYTES
        return index.writer(heap, num_threads=1)

    def _adopt(self, index: tantivy.Index) -> None:
        self._index = index
        # Readers follow commits at once, by reload() in commit(), not by a watching thread.
        self._index.config_reader("manual")
        self._index.reload()
        self._writer = self._writer_of(self._index)

    def apply(self, documents: Iterable[Document], tombstones: Iterable[Tombstone] = ()) -> None:
        """Take in documents and deletions; found only after a commit."""
        batch: list[Document | Tombstone] = []
        both: Iterator[Document | Tombstone] = chain(documents, tombstones)
        with self._lock:
            for each in both:
                batch.append(each)
                if len(batch) == _BATCH:
                    self._apply(batch)
                    batch = []
            self._apply(batch)

    def _apply(self, batch: list[Document | Tombstone]) -> None:
        known = self._known_versions([each.key for each in batch])
        for each in batch:
            key = each.key
            if each.version <= self._pending.get(key, known.get(_hash(key), -1)):
                continue
            if key in self._pending or _hash(key) in known:
                self._writer.delete_documents_by_term("key", key)
            self._pending[key] = each.version
            self._writer.add_document(_written(each))

    def _known_versions(self, keys: list[str]) -> dict[int, int]:
        searcher = self._index.searcher()
        if not keys or searcher.num_docs == 0:
            return {}
        query = tantivy.Query.term_set_query(self._schema, "key", keys)
        found = [at for _, at in searcher.search(query, limit=len(keys), count=False).hits]
        hashes = searcher.fast_field_values("hash", found)
        versions = searcher.fast_field_values("version", found)
        return {int(h or 0): int(v or 0) for h, v in zip(hashes, versions, strict=True)}

    def commit(self, positions: Mapping[str, int]) -> None:
        """Make everything applied durable and findable, with the position of each source."""
        with self._lock:
            _write_positions(self._writer, {**self.positions(), **positions})
            self._writer.commit()
            self._index.reload()
            self._pending.clear()

    def positions(self) -> Mapping[str, int]:
        """Return the position of each source that the last commit contains."""
        return self._positions_in(self._index.searcher())

    def _positions_in(self, searcher: tantivy.Searcher) -> dict[str, int]:
        query = tantivy.Query.term_query(self._schema, "key", _POSITIONS)
        found = searcher.search(query, limit=1, count=False).hits
        if not found:
            return {}
        stored = bytes(searcher.doc(found[0][1]).get_first("positions") or b"{}")
        return {str(k): int(v) for k, v in json.loads(stored).items()}

    def find(self, query: Query) -> Hits:
        """Return one page of what a query finds, the best first."""
        searcher = self._index.searcher()
        positions = self._positions_in(searcher)
        # Equal scores are put in order block by block, so that pages neither repeat nor skip.
        first = query.offset // _BLOCK * _BLOCK
        last = -(-(query.offset + query.limit) // _BLOCK) * _BLOCK
        result = self._searched(searcher, query, first, last - first)
        if result is None:
            return Hits((), 0, "", positions)
        found = [(score, self._document(searcher, at)) for score, at in result.hits]
        ordered: list[tuple[float, Document]] = []
        for at in range(0, len(found), _BLOCK):
            ordered += sorted(found[at : at + _BLOCK], key=_rank)
        start = query.offset - first
        page = ordered[start : start + query.limit]
        hits = tuple(hit_of(query, score, document) for score, document in page)
        end = query.offset + len(hits)
        total = int(result.count or 0)  # type: ignore[attr-defined] # their stubs lack it
        return Hits(hits, total, query.cursor(end) if hits and end < total else "", positions)

    def _searched(
        self, searcher: tantivy.Searcher, query: Query, first: int, limit: int
    ) -> tantivy.SearchResult | None:
        """Search once where the first page itself tells that nothing uncertain is needed."""
        if query.certain is not None and not first and query.filter.kinds is None:
            compiled = self._compiled(query.filter, query.certain)
            result = searcher.search(compiled, limit=limit)
            if query.uncertain is None or query.is_settled([s for s, _ in result.hits]):
                return result
            clause: Clause | None = query.uncertain
        else:
            clause = self._asked(searcher, query)
        if clause is None:
            return None
        return searcher.search(self._compiled(query.filter, clause), limit=limit, offset=first)

    def of_organization(self, organization_id: str) -> Sequence[Document]:
        """Return every document of an organization, whoever may see it."""
        searcher = self._index.searcher()
        wanted = _term(self._schema, "organization", organization_id)
        found = searcher.search(wanted, limit=_MOST_OF_ONE).hits
        return [self._document(searcher, at) for _, at in found]

    def suggest(self, query: Query) -> tuple[Hit, ...]:
        """Return the best few hits for type-ahead, counting nothing."""
        return self.find(query).hits

    def counts(self, query: Query) -> Mapping[Kind, int]:
        """Return how many documents of each kind a query finds, whatever kinds it asks for."""
        searcher = self._index.searcher()
        clause = self._asked(searcher, query)
        if clause is None:
            return {}
        compiled = self._compiled(query.filter.of_all_kinds(), clause)
        kinds = {"kinds": {"terms": {"field": "kind", "size": len(Kind)}}}
        buckets = searcher.aggregate(compiled, kinds)["kinds"]["buckets"]
        return {Kind(b["key"]): int(b["doc_count"]) for b in buckets}

    def find_and_count(self, query: Query) -> tuple[Hits, Mapping[Kind, int]]:
        """Return one page and the counts."""
        return self.find(query), self.counts(query)

    def bare(self, query: Query) -> Callable[[], object]:
        """Return the engine's own work for a query, for a benchmark to compare with ``find``."""
        searcher = self._index.searcher()
        clause = self._asked(searcher, query)
        if clause is None:
            return lambda: None
        return partial(searcher.search, self._compiled(query.filter, clause), query.limit)

    def _asked(self, searcher: tantivy.Searcher, query: Query) -> Clause | None:
        """Return the clause to run: whether hits are few is counted among visible ones only."""
        if query.uncertain is None or query.certain is None:
            return query.certain
        compiled = self._compiled(query.filter.of_all_kinds(), query.certain)
        found = searcher.search(compiled, limit=FEW, count=False).hits
        scores = [float(score) for score, _ in found]
        return query.certain if query.is_settled(scores) else query.uncertain

    def _document(self, searcher: tantivy.Searcher, at: tantivy.DocAddress) -> Document:
        read = read_form(_bytes(searcher.doc(at)))
        if not isinstance(read, Document):
            raise TypeError("a tombstone was found")  # It has no terms: a broken index.
        return read

    def _compiled(self, shown: Filter, clause: Clause) -> tantivy.Query:
        return tantivy.Query.boolean_query(
            [*self._filter(shown), (tantivy.Occur.Must, self._clause(clause))]
        )

    def _filter(self, shown: Filter) -> list[tuple[tantivy.Occur, tantivy.Query]]:
        must: list[tantivy.Query] = []
        must_not: list[tantivy.Query] = []
        organizations = partial(tantivy.Query.term_set_query, self._schema, "organization")
        if shown.partner_id is not None:
            managed = _term(self._schema, "partner", shown.partner_id)
            if shown.also:
                also = organizations(sorted(shown.also))
                managed = _any([managed, also])
            must.append(managed)
        if shown.without:
            must_not.append(organizations(sorted(shown.without)))
        if shown.only is not None:
            must.append(organizations(sorted(shown.only)) if shown.only else _nothing())
        if shown.kinds is not None:
            kinds = sorted(shown.kinds)
            found = tantivy.Query.term_set_query(self._schema, "kind", kinds)
            must.append(found if kinds else _nothing())
        unscored = [tantivy.Query.const_score_query(q, 0.0) for q in must]
        return [
            *((tantivy.Occur.Must, q) for q in unscored),
            *((tantivy.Occur.MustNot, q) for q in must_not),
        ]

    def _clause(self, clause: Clause) -> tantivy.Query:
        if isinstance(clause, Match):
            return self._match(clause)
        parts = [self._clause(part) for part in clause.parts]
        if isinstance(clause, AnyOf):
            return tantivy.Query.disjunction_max_query(parts)
        if isinstance(clause, AllOf):
            return tantivy.Query.boolean_query([(tantivy.Occur.Must, part) for part in parts])
        should = [(tantivy.Occur.Should, part) for part in parts]
        return tantivy.Query.boolean_query(should, minimum_number_should_match=clause.count)

    def _match(self, match: Match) -> tantivy.Query:
        if not match.edits and not match.prefix:
            found = _term(self._schema, match.field, match.text)
        else:
            found = tantivy.Query.fuzzy_term_query(
                self._schema, match.field, match.text, match.edits, True, match.prefix
            )
        return tantivy.Query.const_score_query(found, match.score)

    def compact(self) -> None:
        """Rewrite the index so that nothing of what was deleted or replaced is left in it."""
        with self._lock:
            searcher = self._index.searcher()
            target = self._generation_folder(self._generation + 1)
            if target is not None and target.exists():
                shutil.rmtree(target)
            fresh = self._made(target)
            writer = self._writer_of(fresh)
            everything = searcher.search(
                tantivy.Query.all_query(), limit=max(1, searcher.num_docs), count=False
            )
            for _, at in everything.hits:
                stored = searcher.doc(at)
                if stored.get_first("stored") is not None:
                    writer.add_document(_written(read_form(_bytes(stored))))
            _write_positions(writer, self._positions_in(searcher))
            writer.commit()
            writer.wait_merging_threads()
            self._replace(fresh)

    def _replace(self, fresh: tantivy.Index) -> None:
        """Point at the next generation, then remove the one before; a crash leaves either whole."""
        before = self._generation_folder(self._generation)
        self.close()
        self._generation += 1
        if self._folder is not None:
            pointer = self._folder / "next"
            pointer.write_text(str(self._generation))
            pointer.replace(self._folder / "current")
        self._adopt(fresh)
        if before is not None:
            shutil.rmtree(before, ignore_errors=True)

    def close(self) -> None:
        """Give back files and locks; what was not committed is lost."""
        with self._lock:
            self._pending.clear()
            self._writer.rollback()
            self._writer.wait_merging_threads()


_POSITIONS = "positions"


def _hash(key: str) -> int:
    return int.from_bytes(hashlib.blake2b(key.encode(), digest_size=8).digest()) >> 1


def _term(schema: tantivy.Schema, field: str, text: str) -> tantivy.Query:
    return tantivy.Query.term_query(schema, field, text, "basic")


def _any(queries: list[tantivy.Query]) -> tantivy.Query:
    return tantivy.Query.boolean_query([(tantivy.Occur.Should, q) for q in queries])


def _nothing() -> tantivy.Query:
    return tantivy.Query.empty_query()


def _bytes(document: tantivy.Document) -> bytes:
    return bytes(document.get_first("stored") or b"")


def _write_positions(writer: tantivy.IndexWriter, positions: Mapping[str, int]) -> None:
    writer.delete_documents_by_term("key", _POSITIONS)
    document = tantivy.Document()
    document.add_text("key", _POSITIONS)
    document.add_bytes("positions", json.dumps(dict(positions)).encode())
    writer.add_document(document)


def _written(each: Document | Tombstone) -> tantivy.Document:
    written = tantivy.Document()
    written.add_text("key", each.key)
    written.add_integer("hash", _hash(each.key))
    written.add_integer("version", each.version)
    if isinstance(each, Document):
        written.add_text("kind", each.kind)
        written.add_text("organization", each.organization_id)
        for partner in sorted(each.partner_ids):
            written.add_text("partner", partner)
        terms = terms_of(each)
        for name in _TERM_FIELDS:
            for term in getattr(terms, name):
                written.add_text(name, term)
    written.add_bytes("stored", stored_form(each))
    return written


def _rank(found: tuple[float, Document]) -> tuple[float, int, str, str]:
    score, document = found
    return (-score, _ORDER_OF_KINDS[document.kind], document.title, document.id)
