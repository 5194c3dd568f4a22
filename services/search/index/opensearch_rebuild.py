"""A new index beside the one that is searched, which takes its place when it has caught up."""

from __future__ import annotations

import threading
import time
import uuid
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from typing import TYPE_CHECKING

from helpdesk.kernel.errors import Unavailable
from services.search.index.opensearch import OpenSearchIndex, create, writing_alias
from services.search.index.opensearch_client import (
    OpenSearch,
    Refused,
    bulk,
    failures,
    unavailable,
)
from services.search.index.opensearch_pages import indexed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from services.search.domain import Document, Tombstone

_BLOCKED_SECONDS = 30.0
_GRACE_SECONDS = 2.0
_LOOK_SECONDS = 0.05
_WRITERS = 2
_AHEAD = 4
_CHUNK = 1_000


class Beside(OpenSearchIndex):
    """
    An index that nobody reads yet: written in the background, a few batches behind at most.

    Versions order what is written, so batches may overtake each other. Positions are written, and
    everything is to be seen, when it is ``settle``d; a crash before leaves nothing of it.
    """

    def __init__(self, client: OpenSearch, name: str, only: str) -> None:
        super().__init__(client, name, only=only)
        self._writers = ThreadPoolExecutor(_WRITERS)
        self._room = threading.Semaphore(_AHEAD)
        self._written: list[Future[None]] = []
        self._reached: dict[str, int] = {}
        self._replaced = False

    def apply(self, documents: Iterable[Document], tombstones: Iterable[Tombstone] = ()) -> None:
        """Hand over what shall be written; raises what an earlier batch met."""
        batch: list[Document | Tombstone] = [*documents, *tombstones]
        self._raise_from(self._done())
        self._room.acquire()
        self._written.append(self._writers.submit(self._write, batch))

    def _write(self, batch: Sequence[Document | Tombstone]) -> None:
        target = writing_alias(self._only)
        try:
            bulk(self._client, ({**indexed(e), "_index": target} for e in batch), _CHUNK)
        finally:
            self._room.release()

    def _done(self) -> list[Future[None]]:
        return [each for each in self._written if each.done()]

    def _raise_from(self, done: Sequence[Future[None]]) -> None:
        self._written = [each for each in self._written if each not in done]
        for each in done:
            each.result()

    def commit(self, positions: Mapping[str, int]) -> None:
        """Note how far it is."""
        self._reached.update(positions)

    def of_organization(self, organization_id: str) -> Sequence[Document]:
        """Return every document of an organization, also of what was handed over just now."""
        self._seen()
        return super().of_organization(organization_id)

    def compact(self) -> None:
        """Note that what was replaced must not stay."""
        self._replaced = True

    def _seen(self) -> None:
        self._raise_from(list(self._written))
        super().commit({})

    def settle(self) -> None:
        """Return when everything is written and to be seen, then the positions."""
        self._seen()
        if self._replaced:
            super().compact()
            self._replaced = False
        super().commit(self._reached)

    def end(self) -> None:
        """Write nothing more."""
        self._writers.shutdown(cancel_futures=True)


def rebuild(
    client: OpenSearch,
    fill: Callable[[OpenSearchIndex], None],
    name: str = "helpdesk-search",
    *,
    shards: int = 1,
    grace_seconds: float = _GRACE_SECONDS,
) -> None:
    """
    Replace the index by one that ``fill`` makes; searches go on and see the old or the new one.

    ``fill`` brings the index that it is given from its own positions to the end of each log and
    commits; it is called until nothing is missing. The last time the old index takes no writes:
    a worker's batch is refused, comes again and goes to the new one. One rebuild at a time; the
    leavings of one that was killed are removed by the next. Raises Unavailable when the new index
    does not catch up within 30 s; the old one is then used as before.
    """
    now = OpenSearchIndex(client, name, shards=shards)
    old = now.current()
    _clear(client, now.alias, old)
    new = f"{now.alias}-{uuid.uuid4().hex[:8]}"
    create(client, new, shards)
    beside = Beside(client, name, new)
    try:
        fill(beside)
        beside.settle()
        _take_over(client, now, beside, old, fill)
    except BaseException:
        with suppress(Refused, Unavailable), failures():
            client.indices.delete(index=new)
        raise
    finally:
        beside.end()
    _let_end(client, old, grace_seconds)
    with failures():
        client.indices.delete(index=old)


def _let_end(client: OpenSearch, old: str, seconds: float) -> None:
    """Let searches that began on the old index end there: none is seen twice, or it was long."""
    deadline, quiet = time.monotonic() + seconds, 0
    while quiet < 2 and time.monotonic() < deadline:
        with failures():
            found = client.indices.stats(index=old, metric="search")["_all"]["total"]["search"]
        quiet = 0 if found["query_current"] or found["fetch_current"] else quiet + 1
        time.sleep(_LOOK_SECONDS)


def _take_over(
    client: OpenSearch,
    now: OpenSearchIndex,
    beside: Beside,
    old: str,
    fill: Callable[[OpenSearchIndex], None],
) -> None:
    began = time.monotonic()
    with failures():
        client.indices.add_block(index=old, block="write")
    try:
        with failures():
            client.indices.refresh(index=old)
        needed = now.positions()
        fill(beside)
        beside.settle()
        reached = beside.positions()
        behind = any(reached.get(source, 0) < at for source, at in needed.items())
        if behind or time.monotonic() - began > _BLOCKED_SECONDS:
            raise unavailable()
        moves = [
            {"remove": {"index": old, "alias": now.alias}},
            {"add": {"index": beside.current(), "alias": now.alias}},
        ]
        with failures():
            client.indices.update_aliases(body={"actions": moves})
    except BaseException:
        with failures():
            _allow_writes(client, old)
        raise


def _allow_writes(client: OpenSearch, index: str) -> None:
    client.indices.put_settings(index=index, body={"index.blocks.write": None})


def _clear(client: OpenSearch, alias: str, current: str) -> None:
    """Remove what a killed rebuild left: indices that nobody reads, and the block on this one."""
    with failures():
        # Aliases of the same pattern are not wanted: only indices are listed by settings.
        for index in client.indices.get_settings(index=f"{alias}-*"):
            if index != current and not index.endswith(writing_alias("")):
                client.indices.delete(index=index)
        _allow_writes(client, current)
