"""From which position of the index a scope is asked for."""

import time
from datetime import UTC, datetime

import pytest

from helpdesk.kernel.actions import SupportAction
from helpdesk.kernel.context import Actor
from services.search.application import SOURCE, SearchApplication
from services.search.domain import Scope
from services.search.index import Hits


class Index:
    """Is at a position, finds nothing, and notes down how often it is asked where it is."""

    def __init__(self, position):
        self.position = position
        self.looks = 0

    def positions(self):
        self.looks += 1
        return {SOURCE: self.position}

    def find(self, query):
        del query
        return Hits((), 0, "", {SOURCE: self.position})

    def find_and_count(self, query):
        return self.find(query), {}


class Directory:
    """Notes down from where scopes are asked for."""

    def __init__(self):
        self.since = []

    def scope(self, viewer, since):
        self.since.append(since)
        return Scope(viewer.partner_id), 100


@pytest.fixture
def directory():
    return Directory()


@pytest.fixture
def index():
    return Index(50)


@pytest.fixture
def search(index, directory):
    app = SearchApplication(index, directory)

    def asked():
        actor = Actor("a", partner_id="p")
        action = SupportAction(store=None, actor=actor, now=datetime.now(UTC))
        app.search(action, "ana", kinds=frozenset(), organization_id="", size=5, cursor="")
        return action

    return asked


def test_the_first_search_looks_where_the_index_is(search, index, directory):
    search()

    assert (index.looks, directory.since) == (1, [50])


def test_a_search_soon_after_asks_from_the_position_that_was_seen_last(search, index, directory):
    search()
    index.position = 60
    search()
    search()

    assert (index.looks, directory.since) == (1, [50, 50, 60])


def test_a_search_long_after_looks_again(search, index, directory, monkeypatch):
    search()
    index.position = 60
    now = time.monotonic()
    monkeypatch.setattr(time, "monotonic", lambda: now + 6)
    search()

    assert (index.looks, directory.since) == (2, [50, 60])


def test_an_index_that_is_behind_what_was_seen_is_asked_within_the_whole_scope(
    search, index, directory
):
    search()
    index.position = 40
    action = search()
    search()

    assert directory.since == [50, 50, 0, 40]
    assert action.positions == ["identity:100"]
