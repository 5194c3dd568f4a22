"""What a customer's admin reads about calls that a partner's agent really made."""

import pytest

from helpdesk.audit.v1 import audit_pb2, audit_pb2_grpc
from helpdesk.identity.v1 import directory_pb2, directory_pb2_grpc
from services.audit.service import SERVICE as AUDIT
from services.identity.service import SERVICE as IDENTITY
from tests.support.product import ACME, person_id, running_product, small_directory


@pytest.fixture(scope="module")
def product(tmp_path_factory):
    folder = tmp_path_factory.mktemp("data")
    with running_product(folder, [IDENTITY, AUDIT], directory=small_directory()) as running:
        yield running


def test_a_customer_reads_who_looked_at_whom_by_the_partners_name(product):
    directory = product.stub(directory_pb2_grpc.DirectoryServiceStub, "identity")
    product.caller("north_agent")(
        directory.GetUser,
        directory_pb2.GetUserRequest(user_id=person_id("acme_user"), ticket="T-7"),
    )
    product.settle()
    feed = product.caller("acme_admin")(
        product.stub(audit_pb2_grpc.AuditServiceStub, "audit").ListOrganizationActivity,
        audit_pb2.ListOrganizationActivityRequest(organization_id=ACME),
    ).activities
    found = next(each for each in feed if each.ticket == "T-7")

    assert (found.action, found.partner_name) == ("identity.user.get", "North Partner")
    assert found.agent_id == person_id("north_agent")
    assert found.user_id == person_id("acme_user")
