"""What a customer keeps in hand: receipts that anybody can check, and one switch for all partners."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from helpdesk.kernel.errors import NotFound, Refused
from helpdesk.session.v1 import consent_pb2, consent_pb2_grpc, view_pb2, view_pb2_grpc
from services.identity.service import SERVICE as IDENTITY
from services.session.service import SERVICE as SESSION
from tests.support.product import ACME, person_id, running_product, small_directory

VERIFIER = Path(__file__).parents[2] / "docs" / "verify_consent_receipt.py"


@pytest.fixture(scope="module")
def product(tmp_path_factory):
    folder = tmp_path_factory.mktemp("consents")
    with running_product(folder, [IDENTITY, SESSION], directory=small_directory()) as product:
        yield product


@pytest.fixture
def consents(product):
    return product.stub(consent_pb2_grpc.ConsentServiceStub, "session")


@pytest.fixture
def views(product):
    return product.stub(view_pb2_grpc.ViewServiceStub, "session")


@pytest.fixture
def agent(product):
    return product.caller("north_agent")


@pytest.fixture
def admin(product):
    return product.caller("acme_admin")


def allow(admin, consents):
    return admin(
        consents.GrantAccess,
        consent_pb2.GrantAccessRequest(sections=["SECTION_USERS"], reason="yearly check"),
    ).consent_id


def ask(agent, consents):
    return agent(
        consents.RequestAccess,
        consent_pb2.RequestAccessRequest(
            organization_id=ACME,
            sections=["SECTION_USERS"],
            minutes=20,
            reason="cannot join",
            ticket="INC-1",
        ),
    ).access_request_id


def look(agent, views):
    request = view_pb2.StartViewRequest(organization_id=ACME, ticket="INC-1")
    return agent(views.StartView, request).view_id


@pytest.fixture
def blocked(admin, consents):
    admin(consents.BlockPartners, consent_pb2.BlockPartnersRequest(reason="an incident"))
    yield
    admin(consents.UnblockPartners, consent_pb2.UnblockPartnersRequest(reason="it is over"))


def test_blocking_all_partners_ends_what_runs_and_rejects_what_is_asked(
    agent, admin, consents, views
):
    allow(admin, consents)
    view_id = look(agent, views)
    ask(agent, consents)
    ended = admin(consents.BlockPartners, consent_pb2.BlockPartnersRequest(reason="an incident"))
    with pytest.raises(Refused) as lease:
        agent(views.IssueViewToken, view_pb2.IssueViewTokenRequest(view_id=view_id))
    requests = admin(consents.ListAccessRequests, consent_pb2.ListAccessRequestsRequest())
    admin(consents.UnblockPartners, consent_pb2.UnblockPartnersRequest(reason="it is over"))

    assert (ended.revoked_consents, ended.ended_views) == (1, 1)
    assert lease.value.reason == "VIEW_ENDED_CUSTOMER"
    assert [each.state for each in requests.access_requests] == ["rejected"]


def test_while_partners_are_blocked_none_may_ask_or_look_and_the_agent_is_told(
    agent, consents, views, blocked
):
    refused = []
    for attempt in (lambda: ask(agent, consents), lambda: look(agent, views)):
        with pytest.raises(Refused) as error:
            attempt()
        refused.append(error.value.reason)
    standing = agent(consents.GetAccess, consent_pb2.GetAccessRequest(organization_id=ACME))

    assert refused == ["PARTNERS_BLOCKED", "PARTNERS_BLOCKED"]
    assert standing.obstacle == "PARTNERS_BLOCKED"


def test_an_admin_lifts_the_block_before_allowing_anything(admin, consents, blocked):
    with pytest.raises(Refused) as error:
        allow(admin, consents)
    listed = admin(consents.ListConsents, consent_pb2.ListConsentsRequest())

    assert error.value.reason == "PARTNERS_BLOCKED"
    assert listed.HasField("blocked_since")


def test_an_admin_blocks_partners_of_its_own_organization_only(product, consents, blocked):
    others = product.caller("beta_admin")(consents.ListConsents, consent_pb2.ListConsentsRequest())

    assert not others.HasField("blocked_since")


def test_partners_are_not_blocked_twice(admin, consents, blocked):
    with pytest.raises(Refused) as error:
        admin(consents.BlockPartners, consent_pb2.BlockPartnersRequest(reason="again"))

    assert error.value.reason == "PARTNERS_BLOCKED"


def test_what_was_taken_back_stays_so_when_the_block_is_lifted(agent, admin, consents, views):
    allow(admin, consents)
    admin(consents.BlockPartners, consent_pb2.BlockPartnersRequest(reason="an incident"))
    admin(consents.UnblockPartners, consent_pb2.UnblockPartnersRequest(reason="it is over"))
    with pytest.raises(Refused) as error:
        look(agent, views)

    assert error.value.reason == "NO_CONSENT"


def test_a_colleague_does_not_use_what_was_allowed_to_somebody_for_a_ticket(
    product, agent, admin, consents, views
):
    request = consent_pb2.AnswerAccessRequestRequest(
        access_request_id=ask(agent, consents), approve=True
    )
    admin(consents.AnswerAccessRequest, request)
    colleague = product.caller("north_admin", roles=["HELP_DESK"])
    refused = []
    for who, ticket in ((colleague, "OTHER-9"), (colleague, "INC-1"), (agent, "OTHER-9")):
        started = view_pb2.StartViewRequest(organization_id=ACME, ticket=ticket)
        with pytest.raises(Refused) as error:
            who(views.StartView, started)
        refused.append(error.value.reason)

    assert refused == ["NO_CONSENT", "NO_CONSENT", "OTHER_TICKET"]
    assert look(agent, views)


def checked(tmp_path, receipt, key):
    (tmp_path / "receipt.jws").write_text(receipt)
    (tmp_path / "key.jwk").write_text(key)
    command = [sys.executable, "-I", str(VERIFIER), "receipt.jws", "key.jwk"]
    return subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=60)


@pytest.fixture
def receipt(admin, consents):
    request = consent_pb2.GetConsentReceiptRequest(consent_id=allow(admin, consents))
    return admin(consents.GetConsentReceipt, request)


def test_a_receipt_is_checked_by_a_script_of_its_own(tmp_path, receipt):
    run = checked(tmp_path, receipt.receipt, receipt.public_key)

    assert run.returncode == 0, run.stderr
    assert "sections: ORGANIZATION, USERS\n" in run.stdout
    assert "purpose: yearly check\n" in run.stdout


def test_the_receipt_of_an_answer_says_whom_alone_it_is_for(tmp_path, agent, admin, consents):
    request = consent_pb2.AnswerAccessRequestRequest(
        access_request_id=ask(agent, consents), approve=True
    )
    consent_id = admin(consents.AnswerAccessRequest, request).consent_id
    given = admin(
        consents.GetConsentReceipt, consent_pb2.GetConsentReceiptRequest(consent_id=consent_id)
    )
    run = checked(tmp_path, given.receipt, given.public_key)

    assert f"only for: agent_id {person_id('north_agent')}, ticket INC-1\n" in run.stdout


def test_a_receipt_that_was_changed_is_not_genuine(tmp_path, receipt):
    head, body, signature = receipt.receipt.split(".")
    run = checked(tmp_path, f"{head}.{body[:-6]}AAAAAA.{signature}", receipt.public_key)

    assert (run.returncode, run.stdout) == (1, "")


def test_a_receipt_of_another_key_is_not_genuine(tmp_path, receipt):
    other = json.loads(receipt.public_key) | {"x": "A" * 43}
    run = checked(tmp_path, receipt.receipt, json.dumps(other))

    assert run.returncode == 1


def test_another_customers_receipt_is_not_found(product, admin, consents, receipt):
    kept = admin(consents.ListConsents, consent_pb2.ListConsentsRequest()).consents[0]
    request = consent_pb2.GetConsentReceiptRequest(consent_id=kept.consent_id)
    with pytest.raises(NotFound):
        product.caller("beta_admin")(consents.GetConsentReceipt, request)


def test_the_script_stays_short_enough_to_read():
    assert len(VERIFIER.read_text().splitlines()) < 150
