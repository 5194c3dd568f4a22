"""Composition root of the search service."""

from __future__ import annotations

from collections.abc import Callable

from helpdesk.kernel.hosting import Running, Service, Wiring
from helpdesk.kernel.settings import parse
from helpdesk.search.v1 import search_pb2_grpc
from services.search.application import Index, SearchApplication
from services.search.clients import DirectoryClient
from services.search.composition import MIGRATIONS, index_of
from services.search.grpc_api import SearchServicer
from services.search.handlers import IndexConsumer, StoredOrganizations, clearing
from services.search.index.recorded import RecordedIndex
from services.search.settings import SearchSettings


def build(wiring: Wiring) -> Running:
    """Build the service from settings, its store and its index."""
    settings = parse(SearchSettings, "search", wiring.env)
    index = index_of(wiring, settings)
    running = _serving(wiring, settings, index)
    if running.store is not None:
        organizations = StoredOrganizations(running.store.engine)
        running.consumers = [IndexConsumer(organizations, index, clearing(running.store))]
    running.close = index.close
    return running


def rebuildable() -> tuple[Service, Callable[[str], None]]:
    """Return the service over what records say was found, and what is told a record's."""
    index = RecordedIndex()

    def build_recorded(wiring: Wiring) -> Running:
        return _serving(wiring, parse(SearchSettings, "search", wiring.env), index)

    return Service(name="search", build=build_recorded), index.recall


def _serving(wiring: Wiring, settings: SearchSettings, index: Index) -> Running:
    store = wiring.open_store("search", migrations=MIGRATIONS)
    directory = DirectoryClient(wiring.channel("identity"), wiring.caller("search"))
    servicer = SearchServicer(SearchApplication(index, directory), store.digest, settings)
    return Running(
        store=store,
        servicers={
            "helpdesk.search.v1.SearchService": lambda server: (
                search_pb2_grpc.add_SearchServiceServicer_to_server(servicer, server)
            )
        },
    )


SERVICE = Service(name="search", build=build, settings={"search": SearchSettings})
