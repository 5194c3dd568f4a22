"""The keys of tokens: published over HTTP, and changed while everything is in use."""

import base64
import json
import os
import subprocess
import sys
import threading

import httpx
import pytest

from helpdesk.email.v1 import email_pb2, email_pb2_grpc
from helpdesk.identity.v1 import internal_pb2, internal_pb2_grpc, sign_in_pb2, sign_in_pb2_grpc
from helpdesk.kernel import keyrings
from helpdesk.kernel.errors import HelpdeskError
from helpdesk.kernel.keyrings import TOKENS, KeyRing
from helpdesk.kernel.rpc.client import Caller
from helpdesk.session.v1 import view_pb2, view_pb2_grpc
from services.hosting import ALL
from tests.support.product import person_id, running_product, small_directory
from tests.support.rotating import calls_go_on_while_the_master_key_changes
from tests.support.waiting import wait_until


@pytest.fixture(scope="module")
def product(tmp_path_factory):
    folder = tmp_path_factory.mktemp("keys")
    with running_product(folder, ALL, directory=small_directory()) as product:
        yield product


def published(product):
    url = f"http://{product.env['HELPDESK_GATEWAY_ADDRESS']}/.well-known/jwks.json"
    answer = httpx.get(url, timeout=60)
    assert answer.status_code == 200
    return answer.json()["keys"]


def command(product, *words):
    env = {**os.environ, "HELPDESK_DATA_DIR": product.env["HELPDESK_DATA_DIR"]}
    ran = subprocess.run(
        [sys.executable, "-W", "ignore", "-m", "services", "keys", *words],
        env=env,
        capture_output=True,
        text=True,
    )
    assert ran.returncode == 0, ran.stderr
    return ran.stdout


def kid(token):
    head = token.partition(".")[0]
    return json.loads(base64.urlsafe_b64decode(head + "=" * (-len(head) % 4)))["kid"]


def test_the_keys_are_published_for_anybody_and_hold_nothing_private(product):
    keys = published(product)

    assert [key.get("use_for", "") for key in keys] == ["", "lease", "document"]
    assert all(set(key) <= {"kty", "crv", "x", "kid", "alg", "use", "use_for"} for key in keys)


def test_keys_change_under_continuous_calls_and_no_call_fails(product):
    signs = product.stub(sign_in_pb2_grpc.SignInServiceStub, "identity")
    mail = product.stub(email_pb2_grpc.EmailServiceStub, "email")
    views = product.stub(view_pb2_grpc.ViewServiceStub, "session")
    folder = product.host.wiring.secrets_dir
    before = {name: keyrings.read(folder, name)[0].signer.key_id for name in keyrings.RINGS}
    directory = product.stub(internal_pb2_grpc.DirectoryInternalServiceStub, "identity")
    ring = KeyRing(folder, TOKENS)
    operator = Caller(
        lambda: ring.sign({"sub": "operator:x", "roles": ["SERVICE"]}, ["identity"], 60)
    )
    gateway = product.host.wiring.caller("gateway")
    used, failed, stop = [], [], threading.Event()

    def call():
        while not stop.is_set():
            try:
                asked = sign_in_pb2.IssueTokenForRequest(user_id=person_id("north_agent"))
                token = operator(signs.IssueTokenFor, asked).token
                gateway(
                    directory.ResolveAddress,
                    internal_pb2.ResolveAddressRequest(address="ned@north.example"),
                )
                agent = Caller(lambda token=token: token)
                agent(
                    mail.GetUserMail, email_pb2.GetUserMailRequest(user_id=person_id("acme_user"))
                )
                agent(views.ListViews, view_pb2.ListViewsRequest())
                used.append(kid(token))
            except HelpdeskError as error:
                failed.append(error.reason)
            stop.wait(0.02)

    callers = [threading.Thread(target=call) for _ in range(2)]
    for each in callers:
        each.start()
    try:
        said = command(product, "rotate", "--lead", "5")
        new = {name: keyrings.read(folder, name)[-1].signer.key_id for name in keyrings.RINGS}
        assert wait_until(lambda: used.count(new["token.signing"]) >= 20)
    finally:
        stop.set()
        for each in callers:
            each.join()

    assert failed == []
    assert set(used) == {before["token.signing"], new["token.signing"]}
    assert used[0] == before["token.signing"]
    assert all(key in said for key in new.values())
    rings = [key for key in published(product) if key.get("use_for") != "document"]
    assert {key["kid"] for key in rings} == {*before.values(), *new.values()}


def test_leases_are_signed_with_the_new_key_and_operators_tokens_too(product):
    listed = command(product, "list")

    assert listed.count(" signs\n") == 2
    assert listed.count("checked until") == 2
    stub = product.stub(sign_in_pb2_grpc.SignInServiceStub, "identity")
    ring = keyrings.KeyRing(product.host.wiring.secrets_dir, keyrings.TOKENS)
    token = ring.sign({"sub": "operator:x", "roles": ["SERVICE"]}, ["identity"], 60)
    asked = sign_in_pb2.IssueTokenForRequest(user_id=person_id("north_agent"))
    assert Caller(lambda: token)(stub.IssueTokenFor, asked).token


def test_the_master_key_changes_under_continuous_calls_and_no_call_fails(product):
    product.settle()

    calls_go_on_while_the_master_key_changes(product, lambda: command(product, "rotate-master"))
