"""Who may read which events of another service's log: what its consumers want, and nothing else."""

import pytest

from helpdesk.eventlog.v1 import eventlog_pb2, eventlog_pb2_grpc
from helpdesk.kernel.errors import Forbidden
from helpdesk.kernel.eventlog import Readers
from helpdesk.kernel.rpc.standing import FOLLOWED
from helpdesk.kernel.secrets import SERVICES
from services.hosting import elsewhere
from services.identity.domain.facts import OrganizationImported, PersonImported, RoleAssigned
from services.identity.service import SERVICE as IDENTITY
from services.search.handlers import IndexConsumer
from services.search.service import SERVICE as SEARCH
from tests.support.product import running_product, small_directory

INDEXED = IndexConsumer(None, None).wants["identity"]
WANTS = elsewhere()
SOURCES = [name for name in SERVICES if name != "gateway"]


@pytest.fixture(scope="module")
def product(tmp_path_factory):
    """Identity, whose log is read, and search beside it."""
    folder = tmp_path_factory.mktemp("log") / "data"
    with running_product(folder, [IDENTITY, SEARCH], directory=small_directory()) as product:
        yield product


def read(product, reader, *names, source="identity"):
    """Return the names of what a service is given, in order."""
    stub = product.stub(eventlog_pb2_grpc.EventLogServiceStub, "identity")
    request = eventlog_pb2.ReadEventsRequest(source=source, names=names)
    caller = product.caller(sub=reader, roles=["SERVICE"])
    answers = list(caller.stream(stub.ReadEvents, request, timeout=60))
    return [event.name for answer in answers for event in answer.events]


def refused(product, reader, *names):
    with pytest.raises(Forbidden) as caught:
        read(product, reader, *names)
    return caught.value.reason, caught.value.message


def test_a_service_reads_what_its_consumers_want(product):
    found = read(product, "search", PersonImported.NAME, OrganizationImported.NAME)

    assert set(found) == {PersonImported.NAME, OrganizationImported.NAME}


def test_a_service_that_names_nothing_gets_what_it_may_read_only(product):
    found = set(read(product, "search"))
    ends = {name for source, ends in FOLLOWED if source == "identity" for name in ends}

    assert {PersonImported.NAME, OrganizationImported.NAME} <= found <= {*INDEXED, *ends}


def test_a_service_reads_nothing_that_its_consumers_do_not_want(product):
    reason, message = refused(product, "search", PersonImported.NAME, RoleAssigned.NAME)

    assert reason == "NOT_A_READER"
    assert RoleAssigned.NAME in message
    assert PersonImported.NAME not in message


@pytest.mark.parametrize("reader", ["gateway", "somebody", "search.index"])
def test_who_has_no_consumers_reads_nothing(product, reader):
    assert refused(product, reader)[0] == "CALLER_NOT_NAMED"
    assert refused(product, reader, PersonImported.NAME)[0] == "CALLER_NOT_NAMED"


@pytest.mark.parametrize("reader", SOURCES)
def test_every_service_that_checks_tokens_reads_what_ends_them(product, reader):
    ends = [name for source, ends in FOLLOWED if source == "identity" for name in ends]

    assert read(product, reader, *ends) == []


def test_what_consumers_of_other_processes_want_is_asked_for_once():
    asked = []

    def others():
        asked.append("once")
        return {"email.notices": {"session": ("a.v1.Asked", "a.v1.Granted")}}

    readers = Readers({"search.index": {"session": ("a.v1.Asked",)}}, others)

    assert readers.check("search", "session", ["a.v1.Asked"]) == ("a.v1.Asked",)
    assert asked == []
    assert readers.check("email", "session", ["a.v1.Granted"]) == ("a.v1.Granted",)
    with pytest.raises(Forbidden):
        readers.check("search", "session", ["a.v1.Granted"])
    assert asked == ["once"]


@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize("reader", SERVICES)
def test_the_table_is_that_of_all_consumers(reader, source):
    readers = Readers({}, lambda: WANTS)
    wanted = {
        name
        for consumer, sources in WANTS.items()
        if consumer.startswith(f"{reader}.")
        for name in sources.get(source, ())
    }
    others = {name for each in WANTS.values() for names in each.values() for name in names}
    ends = {name for _, ends in FOLLOWED for name in ends}

    for name in wanted:
        assert readers.check(reader, source, [name]) == (name,)
    for name in others - wanted - ends:
        with pytest.raises(Forbidden):
            readers.check(reader, source, [name])
