"""Receivers of signals hear that a view has ended: Security Event Tokens, pushed and signed."""

import json
import queue
import threading
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from joserfc import jws
from joserfc.jwk import OKPKey

from helpdesk.kernel.actions import UnitOfWork
from helpdesk.kernel.context import Actor
from helpdesk.kernel.rpc.client import Caller
from helpdesk.kernel.settings import SettingsError
from helpdesk.kernel.store import Loaded
from helpdesk.session.v1 import consent_pb2, consent_pb2_grpc, view_pb2, view_pb2_grpc
from services.identity.domain.facts import SignedOut
from services.identity.service import SERVICE as IDENTITY
from services.session.service import SERVICE as SESSION
from tests.support.product import ACME, person_id, running_product, small_directory

REVOKED = "https://schemas.openid.net/secevent/caep/event-type/session-revoked"


class Receiver:
    """Takes what is pushed, after as many failures as it is told."""

    def __init__(self):
        self.pushed = queue.Queue()
        self.answers = []
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["content-length"])).decode()
                receiver.pushed.put((dict(self.headers), body))
                self.send_response(receiver.answers.pop(0) if receiver.answers else 202)
                self.send_header("content-length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/events"
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)
        self.thread.start()

    def next(self):
        return self.pushed.get(timeout=60)

    def stop(self):
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()


@pytest.fixture
def receiver():
    receiver = Receiver()
    yield receiver
    receiver.stop()


@pytest.fixture
def product(tmp_path, receiver):
    with running_product(
        tmp_path,
        [IDENTITY, SESSION],
        directory=small_directory(),
        HELPDESK_SESSION_SIGNALS_URL=receiver.url,
        HELPDESK_SESSION_SIGNALS_TOKEN="a-secret",
    ) as product:
        yield product


def start_a_view(product):
    """Start a view; return its id and the key that signals are signed with."""
    consents = product.stub(consent_pb2_grpc.ConsentServiceStub, "session")
    views = product.stub(view_pb2_grpc.ViewServiceStub, "session")
    admin = product.caller("acme_admin")
    allowed = consent_pb2.GrantAccessRequest(sections=["SECTION_USERS"], reason="go ahead")
    consent_id = admin(consents.GrantAccess, allowed).consent_id
    start = view_pb2.StartViewRequest(organization_id=ACME, ticket="INC-1")
    view_id = product.caller("north_agent")(views.StartView, start).view_id
    receipt = consent_pb2.GetConsentReceiptRequest(consent_id=consent_id)
    key = json.loads(admin(consents.GetConsentReceipt, receipt).public_key)
    return view_id, OKPKey.import_key({name: key[name] for name in ("kty", "crv", "x")})


def end_a_view(product):
    """Let the customer's admin end a view; return its id and the key that signals are signed with."""
    view_id, key = start_a_view(product)
    views = product.stub(view_pb2_grpc.ViewServiceStub, "session")
    product.caller("acme_admin")(views.EndView, view_pb2.EndViewRequest(view_id=view_id))
    return view_id, key


def test_the_end_of_a_view_is_pushed_as_a_signed_session_revoked_event(receiver, product):
    view_id, key = end_a_view(product)
    headers, token = receiver.next()
    found = jws.deserialize_compact(token, key, algorithms=["Ed25519"])
    claims = json.loads(found.payload)

    assert headers["content-type"] == "application/secevent+jwt"
    assert headers["authorization"] == "Bearer a-secret"
    assert found.headers()["typ"] == "secevent+jwt"
    assert claims["sub_id"]["session"] == {"format": "opaque", "id": view_id}
    assert claims["sub_id"]["user"]["id"] == person_id("north_agent")
    assert claims["events"][REVOKED]["initiating_entity"] == "admin"


@pytest.mark.parametrize(
    ("reason", "entity", "said"),
    [("provider", "system", "ended by provider"), ("signed_out", "user", "ended by agent")],
)
def test_it_is_said_who_ended_the_sign_in_that_the_view_stood_on(
    receiver, product, reason, entity, said
):
    view_id, key = start_a_view(product)
    work = UnitOfWork(product.store_of("identity"), Actor("service:identity"), datetime.now(UTC))
    over = SignedOut(sign_in_id="sid-north_agent", user_id=person_id("north_agent"), reason=reason)
    work.stage(Loaded("signed-out", 0, None), over)
    product.store_of("identity").commit(work.unit())
    found = jws.deserialize_compact(receiver.next()[1], key, algorithms=["Ed25519"])
    claims = json.loads(found.payload)

    assert claims["sub_id"]["session"]["id"] == view_id
    assert claims["events"][REVOKED]["initiating_entity"] == entity
    assert claims["events"][REVOKED]["reason_admin"] == {"en": said}


def test_a_receiver_in_trouble_hears_it_again_with_the_same_identity(receiver, product):
    receiver.answers = [503, 500]
    _, key = end_a_view(product)
    tokens = [receiver.next()[1] for _ in range(3)]
    claims = [
        json.loads(jws.deserialize_compact(token, key, algorithms=["Ed25519"]).payload)
        for token in tokens
    ]

    assert claims[0] == claims[1] == claims[2]


def test_a_token_that_a_receiver_never_takes_holds_up_no_other(receiver, product):
    receiver.answers = [400]
    first, _ = end_a_view(product)
    second, key = end_a_view(product)
    heard = [
        json.loads(jws.deserialize_compact(receiver.next()[1], key, algorithms=["Ed25519"]).payload)
        for _ in range(2)
    ]

    assert [each["sub_id"]["session"]["id"] for each in heard] == [first, second]


@pytest.fixture
def second():
    second = Receiver()
    yield second
    second.stop()


def listed(tmp_path, *receivers):
    """Write a list of receivers beside the data."""
    (tmp_path / "token").write_text("second-secret\n")
    path = tmp_path / "receivers.json"
    path.write_text(json.dumps(receivers))
    return str(path)


@pytest.fixture
def two_told(tmp_path, receiver, second):
    path = listed(
        tmp_path,
        {"url": receiver.url},
        {"url": second.url, "audience": "https://second.example", "token_file": "token"},
    )
    with running_product(
        tmp_path / "data",
        [IDENTITY, SESSION],
        directory=small_directory(),
        HELPDESK_SESSION_SIGNALS_RECEIVERS=path,
        HELPDESK_GATEWAY_URL="https://desk.example",
    ) as product:
        yield product


def claims_of(token, key):
    found = jws.deserialize_compact(token, key, algorithms=["Ed25519"])
    return json.loads(found.payload)


def test_each_receiver_of_the_list_is_told_by_its_own_name_and_token(receiver, second, two_told):
    _, key = end_a_view(two_told)
    (first_headers, first), (headers, token) = receiver.next(), second.next()

    assert "authorization" not in first_headers
    assert headers["authorization"] == "Bearer second-secret"
    assert claims_of(first, key)["aud"] == receiver.url
    assert claims_of(token, key)["aud"] == "https://second.example"
    assert claims_of(first, key)["iss"] == "https://desk.example"
    assert claims_of(first, key)["jti"] == claims_of(token, key)["jti"]


def test_a_receiver_that_is_down_holds_up_no_other_and_hears_all_in_order_later(
    receiver, second, two_told
):
    second.answers = [503, 503]
    first, key = end_a_view(two_told)
    later, _ = end_a_view(two_told)
    healthy = [claims_of(receiver.next()[1], key)["sub_id"]["session"]["id"] for _ in range(2)]
    heard = [claims_of(second.next()[1], key)["sub_id"]["session"]["id"] for _ in range(4)]

    assert healthy == [first, later]
    assert heard == [first, first, first, later]
    assert receiver.pushed.empty()


def test_the_keys_of_signals_are_published_without_a_token(two_told):
    stub = two_told.stub(consent_pb2_grpc.ConsentServiceStub, "session")
    keys = Caller()(stub.GetDocumentKeys, consent_pb2.GetDocumentKeysRequest()).keys
    _, key = end_a_view(two_told)

    assert [json.loads(each)["x"] for each in keys] == [key.as_dict(private=False)["x"]]
    assert [json.loads(each)["use_for"] for each in keys] == ["document"]


@pytest.mark.parametrize(
    ("receivers", "wrong"),
    [
        ({"url": "https://a.example"}, "a list of receivers"),
        ([{"audience": "a"}], "the fields of a receiver are"),
        ([{"url": "https://a.example", "secret": "x"}], "the fields of a receiver are"),
        ([{"url": "https://a.example", "events": ["token-claims-change"]}], "session-revoked"),
        ([{"url": "https://a.example", "token_file": "nowhere"}], "token_file"),
        ([{"url": "https://a.example"}, {"url": "https://a.example"}], "listed twice"),
        ([{"url": "http://a.example"}], "HELPDESK_SESSION_SIGNALS_RECEIVERS"),
    ],
)
def test_a_list_that_cannot_be_used_is_refused_at_start(tmp_path, receivers, wrong):
    path = tmp_path / "receivers.json"
    path.write_text(json.dumps(receivers))
    with (
        pytest.raises(SettingsError, match=wrong),
        running_product(
            tmp_path / "data",
            [IDENTITY, SESSION],
            HELPDESK_SESSION_SIGNALS_RECEIVERS=str(path),
        ),
    ):
        pass


def test_plain_http_to_another_machine_is_refused_at_start(tmp_path):
    with (
        pytest.raises(SettingsError, match="HELPDESK_SESSION_SIGNALS_URL"),
        running_product(
            tmp_path,
            [IDENTITY, SESSION],
            HELPDESK_SESSION_SIGNALS_URL="http://receiver.example/events",
        ),
    ):
        pass
