"""What ends a view or a person's access, across processes, also while parts of them are cut off."""

import os
import signal
import threading
import time
from statistics import median

import pytest

from helpdesk.audit.v1 import audit_pb2, audit_pb2_grpc
from helpdesk.email.v1 import email_pb2, email_pb2_grpc
from helpdesk.identity.v1 import directory_pb2, directory_pb2_grpc, people_pb2, people_pb2_grpc
from helpdesk.kernel.errors import HelpdeskError, Unauthenticated, Unavailable
from helpdesk.kernel.rpc.client import Caller
from helpdesk.kernel.rpc.standing import LASTS
from helpdesk.search.v1 import search_pb2, search_pb2_grpc
from helpdesk.session.v1 import view_pb2
from tests.support.distributed import distributed_product
from tests.support.endings import CAUSES, Scene
from tests.support.product import person_id, small_directory
from tests.support.waiting import AT_ONCE, wait_until

pytestmark = pytest.mark.timeout(300)

LEASE_OUT = 5.0
"""Seconds in which everything ends that is cut off from who decides."""


@pytest.fixture(scope="module")
def product(tmp_path_factory):
    folder = tmp_path_factory.mktemp("endings") / "data"
    with distributed_product(folder, directory=small_directory(), cut_broker=True) as product:
        product.settle()
        yield product


@pytest.fixture(scope="module")
def scene(product):
    return Scene(product)


def test_half_of_all_views_are_dead_within_a_second_and_all_in_five_whatever_ended_it(scene):
    seconds = []
    for cause in CAUSES:
        look = scene.look()
        scene.end(cause, look)
        seconds.append((look.dies(), cause))
        scene.restore(cause)

    assert median(taken for taken, _ in seconds) < 1.0, seconds
    assert max(seconds)[0] < LEASE_OUT, max(seconds)


@pytest.fixture
def broker_cut(product):
    assert product.broker_wire.connections > 0
    product.broker_wire.cut()
    yield
    product.broker_wire.mend()
    assert wait_until(lambda: product.broker_wire.connections > 0)
    product.settle()


@pytest.mark.parametrize("cause", ["customer", "consent", "role", "relationship", "sign_out"])
def test_views_end_while_the_broker_is_cut_off(scene, product, cause, request):
    look = scene.look()
    heard = watching(scene, look)
    request.getfixturevalue("broker_cut")
    scene.end(cause, look)
    seconds = look.dies(LEASE_OUT)
    told = heard()
    product.broker_wire.mend()
    scene.restore(cause)

    assert seconds < LEASE_OUT
    assert told, "the open page goes on"


def paused(product, name):
    """Stop a process as a machine that hangs would; return what lets it go on."""
    pid = product.supervisor.pids[name]
    os.kill(pid, signal.SIGSTOP)
    return lambda: os.kill(pid, signal.SIGCONT)


def test_a_view_ends_while_the_session_service_hangs(scene, product):
    look = scene.look()
    look.lease = look.leased()
    resume = paused(product, "serve session")
    began = time.monotonic()
    try:
        asked = began
        while opens(lambda: look.at(look.lease)):
            assert asked - began <= LEASE_OUT
            asked = time.monotonic()
        with pytest.raises(Unavailable):
            look.leased()
    finally:
        resume()
    scene.end("agent", look)


def opens(call):
    try:
        call()
    except (Unauthenticated, Unavailable):
        return False
    return True


def test_nobody_is_let_in_while_identity_hangs(product):
    audit = product.stub(audit_pb2_grpc.AuditServiceStub, "audit")
    token = product.token("north_auditor")
    request = audit_pb2.QueryActionsRequest()
    call = lambda: Caller()(audit.QueryActions, request, token=token, timeout=4)  # noqa: E731
    call()
    resume = paused(product, "serve identity")
    began = asked = time.monotonic()
    try:
        while (reason := reason_of(call)) != "STANDING_UNKNOWN":
            assert asked - began < LASTS + 4, reason
            asked = time.monotonic()
    finally:
        resume()

    assert wait_until(lambda: opens(call))


def reason_of(call):
    try:
        call()
    except HelpdeskError as error:
        return error.reason
    return ""


def test_who_is_off_boarded_is_out_of_every_process_at_once(scene, product):
    look = scene.look()
    watched = watching(scene, look)
    asked = {
        "identity": lambda: Caller()(
            product.stub(directory_pb2_grpc.DirectoryServiceStub, "identity").GetMe,
            directory_pb2.GetMeRequest(),
            token=look.token,
        ),
        "search": lambda: Caller()(
            product.stub(search_pb2_grpc.SearchServiceStub, "search").Search,
            search_pb2.SearchRequest(query="voinea"),
            token=look.token,
        ),
        "session": look.leased,
        "email": lambda: Caller()(
            product.stub(email_pb2_grpc.EmailServiceStub, "email").GetUserMail,
            email_pb2.GetUserMailRequest(user_id=person_id("acme_user")),
            token=look.token,
        ),
        "a lease": lambda: look.at(look.lease),
    }
    for call in asked.values():
        call()

    people = product.stub(people_pb2_grpc.PeopleServiceStub, "identity")
    request = people_pb2.OffboardPersonRequest(user_id=person_id("north_agent"), reason="left")
    answer = scene.admin(people.OffboardPerson, request)
    began = time.monotonic()
    left = dict(asked)
    while left:
        assert time.monotonic() - began < AT_ONCE, sorted(left)
        left = {name: call for name, call in left.items() if not is_revoked(call)}
    ended = watched()
    scene.restore("offboarding")

    assert answer.removed_roles == 1
    assert answer.ended_sessions >= 1
    assert ended


def is_revoked(call):
    return reason_of(call) == "TOKEN_REVOKED"


def watching(scene, look):
    """Watch the view as its page does; return what waits for the word that it ended."""
    told = []
    opened = threading.Event()

    def watch():
        request = view_pb2.WatchViewRequest(view_id=look.view_id)
        rows = Caller().stream(scene.views.WatchView, request, token=look.token, timeout=60)
        try:
            for row in rows:
                opened.set()
                if row.ended_by:
                    told.append(row.ended_by)
                    return
        except Unauthenticated as error:
            told.append(error.reason)

    thread = threading.Thread(target=watch, daemon=True)
    thread.start()
    assert opened.wait(60)

    def ended():
        thread.join(60)
        return told

    return ended
