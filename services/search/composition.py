"""What the serving, the consuming and the rebuilding process build alike: the index by settings."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from helpdesk.kernel import tls
from helpdesk.kernel.bus import Published
from helpdesk.kernel.resources import Resources
from helpdesk.kernel.settings import SettingsError, parse
from helpdesk.kernel.store import Store, StoredRow
from services.search.handlers import (
    SOURCE,
    IndexConsumer,
    OrganizationsInMemory,
    StoredOrganizations,
)
from services.search.index import Index
from services.search.settings import SearchSettings

if TYPE_CHECKING:
    from services.search.index.opensearch_client import OpenSearch

Read = Callable[[int, Sequence[str]], Iterable[tuple[Sequence[StoredRow], int]]]
"""Yields facts of a log after a position and of these names, each batch with what it reaches."""
_BATCH = 1_000

MIGRATIONS = Path(__file__).parent / "migrations"
FOLDER = "search-index"
URL = "HELPDESK_SEARCH_OPENSEARCH_URL"


def index_of(resources: Resources, settings: SearchSettings) -> Index:
    """Return the index that the settings name. Raises SettingsError."""
    if settings.opensearch_url:
        from services.search.index.opensearch import OpenSearchIndex

        return OpenSearchIndex(client_of(resources, settings), settings.opensearch_index)
    if resources.settings.broker_url:
        # Tantivy is written by one process, and a worker is another one than that which serves.
        raise SettingsError(f"{URL} is not set: with HELPDESK_BROKER_URL search needs OpenSearch")
    from services.search.index.tantivy import TantivyIndex

    return TantivyIndex(resources.data_dir / FOLDER)


def client_of(resources: Resources, settings: SearchSettings) -> OpenSearch:
    """Return a client of OpenSearch; it connects at its first call. Raises SettingsError."""
    from services.search.index.opensearch_client import connected

    if not settings.opensearch_url:
        raise SettingsError(f"{URL} is not set")
    tls.check_url(URL, settings.opensearch_url, allowed=resources.settings.allow_plaintext)
    ca_file = settings.opensearch_ca_file
    if ca_file and not Path(ca_file).is_file():
        raise SettingsError(f"HELPDESK_SEARCH_OPENSEARCH_CA_FILE: no such file: {ca_file}")
    return connected(
        settings.opensearch_url,
        ca_file=ca_file,
        user=settings.opensearch_user,
        password=settings.opensearch_password,
    )


class _Filling:
    """Brings an index that begins with nothing to the end of identity's log, several times."""

    def __init__(self, store: Store, read: Read, progress: Callable[[int], object]) -> None:
        self._store = store
        self._read = read
        self._progress = progress
        self._known = OrganizationsInMemory()

    def __call__(self, index: Index) -> None:
        consumer = IndexConsumer(self._known, index)
        waiting, end = 0, consumer.position(SOURCE)
        for rows, reached in self._read(end, consumer.wants[SOURCE]):
            self._store.vault.read_ahead(row.state for row in rows)
            for row in rows:
                consumer.handle(Published(SOURCE, row, self._store.vault))
            waiting, end = waiting + len(rows), max(reached, end)
            if waiting >= _BATCH:
                consumer.flush(SOURCE, end)
                waiting = 0
            self._progress(end)
        consumer.flush(SOURCE, end)
        # Whoever writes the new index next must know at least what it was made of.
        StoredOrganizations(self._store.engine).put(self._known.all())


def rebuilt(
    resources: Resources, read: Read, progress: Callable[[int, int], object]
) -> dict[str, int]:
    """
    Replace the index by one made of identity's whole log while searches go on.

    ``progress`` is told the position reached and that of the old index. Returns the position of
    each source in the new one. Raises SettingsError, Unavailable.
    """
    settings = parse(SearchSettings, "search", resources.env)
    if not settings.opensearch_url:
        folder = resources.data_dir / FOLDER
        raise SettingsError(
            f"{URL} is not set, so the index is in {folder}: stop the product, remove that folder "
            "and start again; the index is then made of the log"
        )
    from services.search.index.opensearch import OpenSearchIndex
    from services.search.index.opensearch_rebuild import rebuild

    client = client_of(resources, settings)
    store = resources.open_store("search", migrations=MIGRATIONS)
    try:
        index = OpenSearchIndex(client, settings.opensearch_index)
        old = index.positions().get(SOURCE, 0)
        fill = _Filling(store, read, lambda at: progress(at, max(at, old)))
        rebuild(client, fill, settings.opensearch_index)
        return dict(index.positions())
    finally:
        store.close()
        client.close()
