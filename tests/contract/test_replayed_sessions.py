"""Auditors see again what an agent saw: over gRPC and on the page, and that they looked is kept."""

import json
import re

import pytest

from helpdesk.audit.v1 import audit_pb2, audit_pb2_grpc, replay_pb2, replay_pb2_grpc
from helpdesk.identity.v1 import directory_pb2, directory_pb2_grpc
from helpdesk.kernel.errors import NotFound
from tests.contract.gateway_world import gateway_world
from tests.support.product import SOUTH, person_id

REBUILD = "helpdesk.audit.v1.ReplayService.RebuildAnswer"


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    with gateway_world(tmp_path_factory.mktemp("replay")) as world:
        yield world


def record_of(product, user):
    """Let the north's agent open a user; return the record of it."""
    stub = product.stub(directory_pb2_grpc.DirectoryServiceStub, "identity")
    product.caller("north_agent")(
        stub.GetUser, directory_pb2.GetUserRequest(user_id=person_id(user))
    )
    product.settle()
    audit = product.stub(audit_pb2_grpc.AuditServiceStub, "audit")
    request = audit_pb2.QueryActionsRequest(
        user_id=person_id(user), filter=audit_pb2.ActionFilter(action="identity.user.get")
    )
    return product.caller("north_auditor")(audit.QueryActions, request).records[0]


def rebuilt(product, record, who="north_auditor", **claims):
    stub = product.stub(replay_pb2_grpc.ReplayServiceStub, "audit")
    request = replay_pb2.RebuildAnswerRequest(record_id=record.record_id)
    caller = product.caller(**claims) if claims else product.caller(who)
    answer = caller(stub.RebuildAnswer, request, timeout=60)
    while answer.rebuilding == replay_pb2.REBUILDING_AT_WORK:
        answer = caller(stub.RebuildAnswer, request, timeout=60)
    return answer


def test_an_answer_is_shown_as_it_was_masked_then(world):
    answer = rebuilt(world.product, record_of(world.product, "acme_user"))

    user = json.loads(answer.answer_json)["user"]
    assert answer.rebuilding == replay_pb2.REBUILDING_MATCHES
    assert user["display_name"] == "Ștefana Voinea"
    assert user["emails"][0] == "s••••@acme.example"


def test_another_partners_auditor_does_not_learn_that_the_record_exists(world):
    record = record_of(world.product, "acme_user")
    stranger = {"sub": "audrey", "partner": SOUTH, "roles": ["AUDITOR"]}

    with pytest.raises(NotFound):
        rebuilt(world.product, record, **stranger)


def test_that_an_auditor_looked_is_recorded(world):
    record = record_of(world.product, "acme_user")

    rebuilt(world.product, record)

    looked = world.product.records("audit", method=REBUILD)[-1]
    assert looked.user_id == person_id("acme_user")
    assert looked.shown == (f"record:{record.index}@1",)


def test_the_page_shows_what_the_agent_saw(world):
    record = record_of(world.product, "acme_user")
    rebuilt(world.product, record)
    auditor = world.browser("north_auditor")
    steps = [
        auditor.get(f"/audit/sessions/{record.session_id}?step={number}").text
        for number in range(1, 4)
    ]

    page = next(each for each in steps if "s••••@acme.example" in each)
    assert "Digest matches the record" in page
    assert re.search(r'id="speed"', page)
    assert re.search(r'id="jump-to"', page)


def test_what_was_forgotten_since_is_marked_on_the_page(world):
    record = record_of(world.product, "shared_user")
    before = rebuilt(world.product, record)
    world.product.host.wiring.vault.forget(person_id("shared_user"))

    after = rebuilt(world.product, record)

    assert before.rebuilding == replay_pb2.REBUILDING_MATCHES
    assert after.rebuilding == replay_pb2.REBUILDING_ERASED
    assert "Γιώργος" not in after.answer_json
