"""What keeps the index after identity's facts in a process of its own, without gRPC."""

from __future__ import annotations

from typing import cast

from helpdesk.kernel.resources import Blank, Resources, Wants, Work, wants_of
from helpdesk.kernel.settings import parse
from services.search.handlers import IndexConsumer, StoredOrganizations, clearing
from services.search.index import Index
from services.search.settings import SearchSettings


def wants() -> Wants:
    """Return which facts the consumers want."""
    organizations = cast("StoredOrganizations", Blank())
    return wants_of([IndexConsumer(organizations, cast("Index", Blank()))])


def build(resources: Resources) -> Work:
    """Build what writes into OpenSearch."""
    # A relay asks every worker what it wants, and needs no more of the others.
    from services.search.composition import MIGRATIONS, client_of
    from services.search.index.opensearch import OpenSearchIndex

    settings = parse(SearchSettings, "search", resources.env)
    index = OpenSearchIndex(client_of(resources, settings), settings.opensearch_index)
    store = resources.open_store("search", migrations=MIGRATIONS)
    consumer = IndexConsumer(StoredOrganizations(store.engine), index, clearing(store))
    return Work(store, consumers=[consumer], close=index.close)
