"""OpenSearch that goes away and comes back: what callers and browsers see meanwhile."""

import select
import socket
import threading
from urllib.parse import urlsplit

import pytest

from helpdesk.kernel.errors import Unavailable
from helpdesk.search.v1 import search_pb2, search_pb2_grpc
from services.hosting import ALL
from tests.contract.gateway_world import GatewayWorld
from tests.support.product import ACME, person_id, running_product, small_directory
from tests.support.waiting import wait_until


class Way:
    """The way to an engine, which can be closed and opened again at the same port."""

    def __init__(self, url):
        target = urlsplit(url)
        self._target = (target.hostname, target.port)
        self._listening = None
        self._port = 0
        self._pairs = []
        self._lock = threading.Lock()
        self.open()

    @property
    def url(self):
        return f"http://127.0.0.1:{self._port}"

    def open(self):
        self._listening = socket.create_server(("127.0.0.1", self._port))
        self._port = self._listening.getsockname()[1]
        threading.Thread(target=self._accept, args=(self._listening,), daemon=True).start()

    def close(self):
        # A thread that waits in accept() is not woken by close() alone.
        self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        with self._lock:
            pairs, self._pairs = self._pairs, []
        for pair, thread in pairs:
            for each in pair:
                try:
                    each.shutdown(socket.SHUT_RDWR)
                except OSError:
                    continue  # The other side has gone first.
            thread.join()

    def _accept(self, listening):
        while True:
            try:
                near, _ = listening.accept()
            except OSError:
                return
            pair = (near, socket.create_connection(self._target))
            thread = threading.Thread(target=self._carry, args=(pair,), daemon=True)
            with self._lock:
                self._pairs.append((pair, thread))
            thread.start()

    def _carry(self, pair):
        near, far = pair
        try:
            while True:
                for each in select.select(pair, [], [])[0]:
                    said = each.recv(65_536)
                    if not said:
                        return
                    (far if each is near else near).sendall(said)
        except OSError:
            return
        finally:
            near.close()
            far.close()


@pytest.fixture
def way(opensearch_url):
    way = Way(opensearch_url)
    yield way
    way.close()


@pytest.fixture
def world(tmp_path, way, name):
    settings = {
        "HELPDESK_SEARCH_OPENSEARCH_URL": way.url,
        "HELPDESK_SEARCH_OPENSEARCH_INDEX": name,
    }
    with running_product(tmp_path, ALL, directory=small_directory(), **settings) as product:
        product.settle()
        running = GatewayWorld(product)
        yield running
        running.close()


def searched(product, query):
    stub = product.stub(search_pb2_grpc.SearchServiceStub, "search")
    request = search_pb2.SearchRequest(query=query)
    return [hit.id for hit in product.caller("north_agent")(stub.Search, request).hits]


def renamed(name):
    people = small_directory()["people"]
    model = next(p for p in people if p["id"] == person_id("acme_user"))
    first, last = name.split()
    return {"people": [{**model, "displayName": name, "firstName": first, "lastName": last}]}


def test_all_else_works_while_opensearch_is_away_and_search_catches_up_by_itself(world, way):
    product, browser = world.product, world.browser("north_agent")
    found = browser.submit("/t/INC-1/search", q="stefana voinea")
    way.close()
    try:
        with pytest.raises(Unavailable) as raised:
            searched(product, "stefana voinea")
        refused = browser.submit("/t/INC-1/search", q="stefana voinea")
        customer = browser.get(f"/t/INC-1/orgs/{ACME}")
        person = browser.get(f"/t/INC-1/users/{person_id('acme_user')}")
        product.load(renamed("Aurelia Away"))
    finally:
        way.open()
    caught = wait_until(lambda: is_found(product, "aurelia away"), pause=0.1)
    again = browser.submit("/t/INC-1/search", q="aurelia away")

    assert person_id("acme_user") in found.text
    assert (raised.value.reason, raised.value.retry_seconds) == ("INDEX_UNAVAILABLE", 2)
    assert refused.status_code == 503
    assert "Search did not answer." in refused.text
    assert "Nothing changed." in refused.text
    assert "voinea" not in refused.text.lower()
    assert (customer.status_code, person.status_code) == (200, 200)
    assert caught
    assert person_id("acme_user") in again.text


def is_found(product, query):
    try:
        return searched(product, query) == [person_id("acme_user")]
    except Unavailable:
        return False


def test_a_search_that_was_not_answered_is_recorded(world, way):
    way.close()
    try:
        with pytest.raises(Unavailable):
            searched(world.product, "stefana voinea")
    finally:
        way.open()

    (record,) = world.product.records("search", action="search.search")
    assert (record.outcome, record.query) == ("failed", "stefana voinea")
