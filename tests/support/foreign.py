"""Two partners' running product with things of a customer that one of them must never see."""

from __future__ import annotations

from collections import Counter
from contextlib import contextmanager

from grpc_reflection.v1alpha import reflection_pb2, reflection_pb2_grpc

from helpdesk.audit.v1 import audit_pb2, audit_pb2_grpc
from helpdesk.email.v1 import caller_check_pb2, caller_check_pb2_grpc, email_pb2, email_pb2_grpc
from helpdesk.identity.v1 import (
    invitations_pb2,
    invitations_pb2_grpc,
    tickets_pb2,
    tickets_pb2_grpc,
)
from helpdesk.kernel import secrets
from helpdesk.kernel.context import Actor
from helpdesk.kernel.events import CallsWithoutTokenRefused
from helpdesk.kernel.tokens import LEASE, LEASES, Signer, claims_of
from helpdesk.session.v1 import consent_pb2, consent_pb2_grpc, view_pb2, view_pb2_grpc
from tests.contract.email_world import MailServer
from tests.support.distributed import product_of
from tests.support.methods import hosted, served_by, told
from tests.support.product import (
    ACME,
    NORTH,
    PEOPLE,
    api_id,
    free_address,
    person_id,
    small_directory,
    uuid,
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
    """The product; ``beta``: what the south has at Beta, by the names of request fields."""

    def __init__(self, product):
        self.product = product
        self.host = product.host
        self.beta = self.things_of("south_agent", "beta_admin", "beta_user")

    def channel(self, method):
        return self.host.wiring.channel(served_by(method))

    def store(self, method):
        return self.host.running[served_by(method)].store

    def store_of(self, service):
        """Return the store of a service, to commit as one of its own processes would."""
        return self.host.running[service].store

    def served(self):
        """Return the full names of the proto services that answer."""
        served = {name for r in self.host.running.values() for name in r.servicers}
        return served | {"helpdesk.eventlog.v1.EventLogService"}

    def told(self, store, after):
        """Return what a store holds after a position."""
        return told(store, after)

    def assert_counted(self, method, watch, reason):
        """One in the count of the minute."""
        name = served_by(method)
        next(r for r in self.host._refused if r._store.name == name).flush()
        counted = watch.rows()
        assert [type(row) for row in counted] == [CallsWithoutTokenRefused]
        assert (counted[0].count, counted[0].reasons) == (1, (f"{reason}=1",))

    def end(self):
        """Check what only shows when everything has ended."""

    def lease(self, roles, sections=(), view_id="a-view"):
        """Mint the lease of a read-only session of the north in Acme."""
        viewer = Actor(
            id=person_id("north_agent"),
            partner_id=NORTH,
            organization_id=ACME,
            roles=frozenset(roles),
            act=("service:session",),
            sign_in_id="sid-north_agent",
            mode="read_only",
            view_id=view_id,
            consent_id="a-consent",
            sections=frozenset(sections),
            ticket="INC-1",
        )
        signer = Signer(self.host.wiring.secret("session.signing.pem"), use_for=LEASES)
        return signer.sign(claims_of(viewer), secrets.SERVICES, LEASE)

    def things_of(self, agent_name, admin_name, user_name):
        """Do whatever leaves an id behind; return the ids by the names of request fields."""
        agent, admin = self.product.caller(agent_name), self.product.caller(admin_name)
        partner_id, organization_id = PEOPLE[agent_name][1], PEOPLE[admin_name][1]
        things = {"user_id": person_id(user_name), "organization_id": organization_id}
        things |= {"partner_id": partner_id, "sign_in_id": f"sid-{agent_name}"}
        consents = self.product.stub(consent_pb2_grpc.ConsentServiceStub, "session")
        views = self.product.stub(view_pb2_grpc.ViewServiceStub, "session")
        checks = self.product.stub(caller_check_pb2_grpc.CallerCheckServiceStub, "email")
        mail = self.product.stub(email_pb2_grpc.EmailServiceStub, "email")
        audit = self.product.stub(audit_pb2_grpc.AuditServiceStub, "audit")
        tickets = self.product.stub(tickets_pb2_grpc.TicketServiceStub, "identity")
        for number in ("INC-2", "INC-3"):
            ticket = tickets_pb2.OpenTicketRequest(organization_id=organization_id, ticket=number)
            agent(tickets.OpenTicket, ticket)
        asked = consent_pb2.RequestAccessRequest(
            organization_id=organization_id,
            sections=["SECTION_USERS"],
            minutes=20,
            reason="cannot join",
            ticket="INC-2",
        )
        no = consent_pb2.AnswerAccessRequestRequest()
        no.access_request_id = agent(consents.RequestAccess, asked).access_request_id
        admin(consents.AnswerAccessRequest, no)
        things["access_request_id"] = agent(consents.RequestAccess, asked).access_request_id
        granted = consent_pb2.GrantAccessRequest(sections=["SECTION_USERS"], reason="go ahead")
        things["consent_id"] = admin(consents.GrantAccess, granted).consent_id
        admin(consents.GrantAccess, granted)
        started = view_pb2.StartViewRequest(organization_id=organization_id, ticket="INC-2")
        things["view_id"] = agent(views.StartView, started).view_id
        self.product.caller(agent_name, sid="elsewhere")(views.StartView, started)
        code = caller_check_pb2.SendCodeRequest(user_id=things["user_id"], ticket="INC-2")
        things["check_id"] = agent(checks.SendCode, code).check_id
        invite = invitations_pb2.InviteAgentRequest(
            email="guest@south.example", display_name="A Guest", role="ROLE_HELP_DESK", reason="new"
        )
        invitations = self.product.stub(invitations_pb2_grpc.InvitationServiceStub, "identity")
        partner_admin = self.product.caller(agent_name.replace("agent", "admin"))
        things["invitation_id"] = partner_admin(invitations.InviteAgent, invite).invitation_id
        welcome = email_pb2.SendMessageRequest(user_id=things["user_id"], template="welcome")
        portal = self.product.caller(sub="portal", roles=["MAIL_SENDER"])
        things["message_id"] = portal(mail.SendMessage, welcome).message_id
        self.settle()
        auditor = self.product.caller(sub="an-auditor", partner=partner_id, roles=["AUDITOR"])
        request = audit_pb2.QueryActionsRequest(order=audit_pb2.ORDER_NEWEST_FIRST)
        record = auditor(audit.QueryActions, request).records[0]
        things |= {"record_id": record.record_id, "session_id": record.session_id}
        self.settle()
        return things

    def settle(self):
        """Wait until nothing is on its way: mails are out, consumers have read what there is."""
        stores = [r.store for r in self.host.running.values()]
        reached = []
        # A consumer that follows its own service's log has more to do after each of its facts.
        while reached != (now := [store.position for store in stores]):
            reached = now
            self.product.settle()


class WorldOfProcesses(World):
    """The same on the distributed size; what a process counts is seen when it has ended."""

    def __init__(self, product):
        self.refused = Counter()
        super().__init__(product)

    def store_of(self, service):
        return self.product.store_of(service)

    def served(self):
        served = set()
        for name in self.host.running:
            stub = reflection_pb2_grpc.ServerReflectionStub(self.host.wiring.channel(name))
            request = reflection_pb2.ServerReflectionRequest(list_services="*")
            for answer in stub.ServerReflectionInfo(iter([request]), timeout=5):
                served |= {each.name for each in answer.list_services_response.service}
        return {name for name in served if name.startswith("helpdesk.")}

    def told(self, store, after):
        # A minute may end at any time.
        found = told(store, after)
        return [fact for fact in found if not isinstance(fact, CallsWithoutTokenRefused)]

    def assert_counted(self, method, watch, reason):
        self.refused[served_by(method), reason] += 1

    def end(self):
        self.product.supervisor.stop()
        counted = Counter()
        for name, running in self.host.running.items():
            for row in running.store.read(0, 100_000, (CallsWithoutTokenRefused.NAME,)):
                for each in running.store.opened(row).reasons:
                    reason, _, count = each.rpartition("=")
                    counted[name, reason] += int(count)
        assert counted == self.refused
        assert self.product.deaths == []


@contextmanager
def foreign_world(folder, size="embedded"):
    """Run every service but the gateway, or all processes, with a mail server beside them."""
    server = MailServer(free_address())
    server.start()
    directory = small_directory()
    device = directory["devices"][0]
    second = {**device, "id": api_id("DEVICE", uuid(202)), "serial": "FOC87654321"}
    directory["devices"].append({**second, "mac": "AA:BB:CC:00:11:23"})
    try:
        with product_of(
            size,
            folder,
            hosted(),
            directory=directory,
            HELPDESK_EMAIL_SMTP_ADDRESS=server.address,
        ) as product:
            world = World(product) if size == "embedded" else WorldOfProcesses(product)
            yield world
            world.end()
    finally:
        server.stop()
