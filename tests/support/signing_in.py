"""The whole product with one provider that signs the north's people in."""

from __future__ import annotations

import json
from contextlib import contextmanager
from types import SimpleNamespace

from helpdesk.identity.v1 import claims_pb2, claims_pb2_grpc, feed_pb2, feed_pb2_grpc
from helpdesk.kernel.rpc.client import Caller
from services.hosting import ALL
from tests.support.product import person_id, running_product, small_directory


@contextmanager
def signing_in_at(folder, issuer, gateway, **settings):
    """Run the product with one issuer, whose subject "ned" is the north's agent."""
    (folder / "issuers.json").write_text(json.dumps([issuer]))
    with running_product(
        folder / "data",
        ALL,
        directory=small_directory(),
        HELPDESK_GATEWAY_ADDRESS=gateway,
        HELPDESK_IDENTITY_ISSUERS=str(folder / "issuers.json"),
        **settings,
    ) as product:
        feed = product.stub(feed_pb2_grpc.DirectoryFeedServiceStub, "identity")
        link = feed_pb2.LinkAccountRequest(
            user_id=person_id("north_agent"), issuer=issuer["issuer"], subject="ned"
        )
        Caller(lambda: product.service_token("DIRECTORY_WRITER"))(feed.LinkAccount, link)
        yield SimpleNamespace(product=product, url=f"http://{gateway}", issuer=issuer["issuer"])


def map_claim(product, claim, value):
    """Let the north's admin map a claim to the Help Desk role."""
    stub = product.stub(claims_pb2_grpc.RoleClaimServiceStub, "identity")
    mapping = claims_pb2.MapRoleClaimRequest(
        claim=claim, value=value, role="ROLE_HELP_DESK", reason="our groups"
    )
    product.caller("north_admin")(stub.MapRoleClaim, mapping)
