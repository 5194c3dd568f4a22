"""A new index beside the one that is searched, which takes its place when it has caught up."""

from __future__ import annotations

import time
import uuid
from contextlib import suppress
from typing import TYPE_CHECKING

from helpdesk.kernel.errors import Unavailable
from services.search.index.opensearch import OpenSearchIndex, create, writing_alias
from services.search.index.opensearch_client import OpenSearch, Refused, failures, unavailable

if TYPE_CHECKING:
    from collections.abc import Callable

_BLOCKED_SECONDS = 30.0
_GRACE_SECONDS = 2.0


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
    beside = OpenSearchIndex(client, name, only=new)
    try:
        fill(beside)
        _take_over(client, now, beside, old, fill)
    except BaseException:
        with suppress(Refused, Unavailable), failures():
            client.indices.delete(index=new)
        raise
    # Searches that began on the old index end there.
    time.sleep(grace_seconds)
    with failures():
        client.indices.delete(index=old)


def _take_over(
    client: OpenSearch,
    now: OpenSearchIndex,
    beside: OpenSearchIndex,
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
