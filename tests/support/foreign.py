"""Two partners' running product with things of a customer that one of them must never see."""

from __future__ import annotations

from contextlib import contextmanager

from helpdesk.audit.v1 import audit_pb2, audit_pb2_grpc
from helpdesk.email.v1 import caller_check_pb2, caller_check_pb2_grpc, email_pb2, email_pb2_grpc
from helpdesk.kernel import secrets
from helpdesk.kernel.context import Actor
from helpdesk.kernel.tokens import LEASE, LEASES, Signer, claims_of
from helpdesk.session.v1 import consent_pb2, consent_pb2_grpc, view_pb2, view_pb2_grpc
from tests.contract.email_world import MailServer
from tests.support.methods import hosted, served_by
from tests.support.product import (
    ACME,
    BETA,
    NORTH,
    PEOPLE,
    SOUTH,
    free_address,
    person_id,
    running_product,
    small_directory,
)

SECRET_WORDS = sorted(
    {
        word
        for _, _, _, display, address in PEOPLE.values()
        for word in (display, *display.split(), address, address.partition("@")[0])
        if word.lower()
        not in ("north", "south", "acme", "beta", "shared", "agent", "nobody", "orphan")
    }
    | {"North Partner", "South Partner", "Lobby Phone", "FOC12345678", "+40211000"}
)
"""What of the small directory no error may say, whoever asked."""


class World:
    """The product, and ids of the south's things at Beta by the names of their fields."""

    def __init__(self, product):
        self.product = product
        self.host = product.host
        self.beta = {"user_id": person_id("beta_user"), "organization_id": BETA}
        self.beta |= {"partner_id": SOUTH}

    def channel(self, method):
        return self.host.wiring.channel(served_by(method))

    def store(self, method):
        return self.host.running[served_by(method)].store

    def refused_calls(self, method):
        name = served_by(method)
        return next(r for r in self.host._refused if r._store.name == name)

    def lease(self, roles, sections=()):
        """Mint the lease of a read-only session of the north in Acme."""
        viewer = Actor(
            id=person_id("north_agent"),
            partner_id=NORTH,
            organization_id=ACME,
            roles=frozenset(roles),
            act=("service:session",),
            sign_in_id="sid-north_agent",
            mode="read_only",
            view_id="a-view",
            consent_id="a-consent",
            sections=frozenset(sections),
            ticket="INC-1",
        )
        signer = Signer(self.host.wiring.secret("session.signing.pem"), use_for=LEASES)
        return signer.sign(claims_of(viewer), secrets.SERVICES, LEASE)

    def prepare(self):
        """Let the south's people do at Beta whatever leaves an id behind."""
        agent = self.product.caller("south_agent")
        admin = self.product.caller("beta_admin")
        consents = self.product.stub(consent_pb2_grpc.ConsentServiceStub, "session")
        views = self.product.stub(view_pb2_grpc.ViewServiceStub, "session")
        checks = self.product.stub(caller_check_pb2_grpc.CallerCheckServiceStub, "email")
        mail = self.product.stub(email_pb2_grpc.EmailServiceStub, "email")
        audit = self.product.stub(audit_pb2_grpc.AuditServiceStub, "audit")
        self.beta["access_request_id"] = agent(
            consents.RequestAccess,
            consent_pb2.RequestAccessRequest(
                organization_id=BETA,
                sections=["SECTION_USERS"],
                minutes=20,
                reason="cannot join",
                ticket="INC-2",
            ),
        ).access_request_id
        self.beta["consent_id"] = admin(
            consents.GrantAccess,
            consent_pb2.GrantAccessRequest(sections=["SECTION_USERS"], reason="go ahead"),
        ).consent_id
        self.beta["view_id"] = agent(
            views.StartView, view_pb2.StartViewRequest(organization_id=BETA, ticket="INC-2")
        ).view_id
        self.beta["check_id"] = agent(
            checks.SendCode,
            caller_check_pb2.SendCodeRequest(user_id=self.beta["user_id"], ticket="INC-2"),
        ).check_id
        self.beta["message_id"] = self.product.caller(sub="portal", roles=["MAIL_SENDER"])(
            mail.SendMessage,
            email_pb2.SendMessageRequest(user_id=self.beta["user_id"], template="welcome"),
        ).message_id
        self.beta["sign_in_id"] = "sid-south_agent"
        self.settle()
        auditor = self.product.caller(sub="an-auditor", partner=SOUTH, roles=["AUDITOR"])
        request = audit_pb2.QueryActionsRequest(order=audit_pb2.ORDER_NEWEST_FIRST)
        record = auditor(audit.QueryActions, request).records[0]
        self.beta |= {"record_id": record.record_id, "session_id": record.session_id}
        self.settle()
        return self

    def settle(self):
        """Wait until nothing is on its way: mails are out, consumers have read what there is."""
        stores = [r.store for r in self.host.running.values()]
        reached = []
        # A consumer that follows its own service's log has more to do after each of its facts.
        while reached != (now := [store.position for store in stores]):
            reached = now
            self.product.settle()


@contextmanager
def foreign_world(folder):
    """Run every service but the gateway, with a mail server beside them."""
    server = MailServer(free_address())
    server.start()
    try:
        with running_product(
            folder,
            hosted(),
            directory=small_directory(),
            HELPDESK_EMAIL_SMTP_ADDRESS=server.address,
        ) as product:
            yield World(product).prepare()
    finally:
        server.stop()
