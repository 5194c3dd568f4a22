"""What one service of the product may call, no other one may, though all have the same role."""

import grpc
import pytest

from helpdesk.eventlog.v1 import eventlog_pb2
from helpdesk.kernel.events import SupportActionRecorded
from helpdesk.kernel.rpc.contract import READERS, audience_of, every_method
from helpdesk.kernel.rpc.credentials import ServiceCredential
from helpdesk.kernel.rpc.standing import IDENTITY, SESSION
from helpdesk.kernel.secrets import SERVICES
from services.running import WORKERS, _worker
from tests.support.foreign import foreign_world
from tests.support.methods import call, filled, served_by, short

METHODS = every_method()
NAMED = [m for m in METHODS if m.callers]
READ_EVENTS = next(m for m in METHODS if short(m) == "EventLogService.ReadEvents")
CALLERS = (*SERVICES, "operator")


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    with foreign_world(tmp_path_factory.mktemp("callers")) as world:
        yield world


def test_every_method_of_services_names_its_callers():
    of_services = [m for m in METHODS if m.internal or "SERVICE" in m.roles]

    assert {short(m) for m in of_services} == {short(m) for m in NAMED}
    assert all(m.callers <= set(CALLERS) for m in NAMED)


def test_who_asks_about_tickets_is_who_needs_them():
    check = next(m for m in NAMED if short(m) == "DirectoryInternalService.CheckTicket")

    # Identity itself asks nobody.
    assert check.callers == {served_by(m) for m in METHODS if m.rule.ticket} - {"identity"}


@pytest.mark.parametrize(
    ("method", "caller"),
    [(m, name) for m in NAMED for name in CALLERS if name not in m.callers],
    ids=lambda each: each if isinstance(each, str) else short(each),
)
def test_another_service_is_refused_and_that_is_on_record(world, method, caller):
    store = world.store(method)
    before = store.position
    name = "operator:ann" if caller == "operator" else caller
    token = world.product.token(sub=name, roles=["SERVICE"])
    answer = call(world.channel(method), method, filled(method, world.beta), token)
    told = [f for f in world.told(store, before) if isinstance(f, SupportActionRecorded)]

    assert (answer.code, answer.reason) == (
        grpc.StatusCode.PERMISSION_DENIED,
        "CALLER_NOT_NAMED",
    )
    assert answer.answers == []
    assert [(each.agent_id, each.outcome, each.method) for each in told] == [
        (name, "refused", method.full_name)
    ]


@pytest.mark.parametrize(
    ("source", "caller"),
    [(s, name) for s in READERS for name in sorted(READERS["identity"]) if name not in READERS[s]],
)
def test_a_log_is_read_by_who_follows_it(world, source, caller):
    token = world.product.token(sub=caller, roles=["SERVICE"])
    request = eventlog_pb2.ReadEventsRequest(source=source)
    answer = call(world.host.wiring.channel(source), READ_EVENTS, request, token)

    assert (answer.code, answer.reason) == (
        grpc.StatusCode.PERMISSION_DENIED,
        "NOT_A_READER",
    )


def test_who_follows_which_log_is_what_the_consumers_say():
    following = {source: set() for source in READERS}
    for name in WORKERS:
        for wanted in _worker(name).wants().values():
            for source in wanted:
                following[source].add(name)
    for source, _ in (IDENTITY, SESSION):
        # Every process hears what ended.
        following[source] |= set(READERS)

    assert {source: set(readers) for source, readers in READERS.items()} == following


@pytest.mark.parametrize("name", SERVICES)
def test_the_token_of_a_service_is_for_what_it_calls_only(world, name):
    wiring = world.host.wiring
    credential = ServiceCredential(
        name, wiring.secret(f"{name}.service.pem"), lambda: wiring.channel("identity")
    )
    token = credential.token()
    named = {served_by(m) for m in NAMED if name in m.callers and m is not READ_EVENTS}
    logs = {source for source, readers in READERS.items() if name in readers}
    expected = {s for s in named if s != "eventlog"} | logs

    assert set(audience_of(name, ["SERVICE"])) == expected
    for service in set(READERS) - expected:
        method = next(m for m in METHODS if served_by(m) == service and not m.public)
        answer = call(world.channel(method), method, filled(method, world.beta), token)
        assert answer.reason == "TOKEN_AUDIENCE", service
        world.expect_counted(method, answer.reason)
    for service in expected:
        assert wiring.verifier(service).verify(token).id == name


@pytest.mark.parametrize(
    ("roles", "services"),
    [
        (["DIRECTORY_WRITER"], ("audit", "identity")),
        (["MAIL_SENDER"], ("email",)),
        (["MAIL_REPORTER"], ("email",)),
        (["DELEGATE"], ("identity",)),
        (["DELEGATE", "MAIL_SENDER"], ("email", "identity")),
        ([], ()),
    ],
)
def test_the_token_of_a_program_is_for_what_its_roles_reach(roles, services):
    assert audience_of("a-program", roles) == services
