"""The master key changed while agents search and look; what both sizes are asked."""

from __future__ import annotations

import itertools
import threading
from pathlib import Path

from helpdesk.identity.v1 import directory_pb2, directory_pb2_grpc
from helpdesk.kernel.errors import HelpdeskError
from helpdesk.search.v1 import search_pb2, search_pb2_grpc
from tests.support.product import person_id
from tests.support.waiting import wait_until

_AFTER = 10


def calls_go_on_while_the_master_key_changes(product, rotate):
    """Fail where a call fails, or a name cannot be read, before, while or after ``rotate`` runs."""
    people = product.stub(directory_pb2_grpc.DirectoryServiceStub, "identity")
    searches = product.stub(search_pb2_grpc.SearchServiceStub, "search")
    agent = product.caller("north_agent")
    user = directory_pb2.GetUserRequest(user_id=person_id("acme_admin"), ticket="INC-1")
    names, failed, stop, numbers = [], [], threading.Event(), itertools.count()

    def call():
        while not stop.is_set():
            try:
                # Each search text is sealed with a key of its own, made now.
                text = f"changed meanwhile {next(numbers)}"
                agent(searches.Search, search_pb2.SearchRequest(query=text))
                names.append(agent(people.GetUser, user).user.display_name)
            except HelpdeskError as error:
                failed.append(error.reason)
            stop.wait(0.02)

    file = Path(product.env["HELPDESK_DATA_DIR"]) / "secrets" / "vault.key"
    old = file.read_bytes()
    callers = [threading.Thread(target=call) for _ in range(2)]
    for each in callers:
        each.start()
    try:
        assert wait_until(lambda: len(names) >= _AFTER)
        said = rotate()
        done = len(names)
        assert wait_until(lambda: len(names) >= done + _AFTER)
    finally:
        stop.set()
        for each in callers:
            each.join()

    assert "keys wrapped anew; vault.old.key is destroyed" in said
    assert failed == []
    assert set(names) == {"Ada Acme"}
    assert file.read_bytes() != old
    assert sorted(each.name for each in file.parent.glob("vault*")) == ["vault.key"]
    queries = {record.query for record in product.records("search", action="search.search")}
    assert {f"changed meanwhile {number}" for number in range(done)} <= queries
