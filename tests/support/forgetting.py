"""Having somebody forgotten."""

from helpdesk.identity.v1 import forgetting_pb2 as pb
from helpdesk.identity.v1 import forgetting_pb2_grpc
from tests.support.product import ACME, person_id
from tests.support.waiting import wait_until


def forget(product, name="acme_user"):
    """Have a user of Acme forgotten, by its admin and an operator, and wait until all cleared."""
    stub = product.stub(forgetting_pb2_grpc.ForgettingServiceStub, "identity")
    about = {"user_id": person_id(name), "reason": "asked for it"}
    product.caller("acme_admin")(stub.AskForgetting, pb.AskForgettingRequest(**about))
    operator = product.caller(sub="operator:jo", roles=["DIRECTORY_WRITER"])
    operator(stub.ConfirmForgetting, pb.ConfirmForgettingRequest(**about))
    request = pb.ListForgettingsRequest(organization_id=ACME)

    def cleared():
        return operator(stub.ListForgettings, request).forgettings[0].cleared

    assert wait_until(lambda: len(cleared()) == 4)
