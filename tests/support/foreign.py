"""Two partners' running product with things of a customer that one of them must never see."""

from __future__ import annotations

import re
from collections import Counter
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

from grpc_reflection.v1alpha import reflection_pb2, reflection_pb2_grpc

from helpdesk.audit.v1 import (
    audit_pb2,
    audit_pb2_grpc,
    feed_webhook_pb2,
    feed_webhook_pb2_grpc,
)
from helpdesk.email.v1 import caller_check_pb2, caller_check_pb2_grpc, email_pb2, email_pb2_grpc
from helpdesk.identity.v1 import (
    claims_pb2,
    claims_pb2_grpc,
    invitations_pb2,
    invitations_pb2_grpc,
    tickets_pb2,
    tickets_pb2_grpc,
)
from helpdesk.kernel import secrets
from helpdesk.kernel.actions import UnitOfWork
from helpdesk.kernel.context import Actor
from helpdesk.kernel.events import CallsWithoutTokenRefused, SupportActionRecorded
from helpdesk.kernel.rpc.recording import SHOWN
from helpdesk.kernel.tokens import LEASE, LEASES, Signer, claims_of
from helpdesk.session.v1 import consent_pb2, consent_pb2_grpc, view_pb2, view_pb2_grpc
from services.audit.domain.review import SessionQueued
from services.email.domain import check_guard
from services.email.domain.check_facts import CallerChecksStopped, VouchRequested
from services.email.domain.facts import CallerCheckExpired
from services.identity.domain.facts import SignedIn
from services.session.domain.facts import ViewEnded
from tests.contract.email_world import MailServer
from tests.support.distributed import product_of
from tests.support.methods import call, hosted, served_by, told
from tests.support.product import (
    ACME,
    BETA,
    NORTH,
    PEOPLE,
    SOUTH,
    api_id,
    free_address,
    person_id,
    small_directory,
    uuid,
)

NOBODY_THERE = "http://127.0.0.1:9/feed"
"""Where a customer's feed goes, and nobody takes it."""
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
_NAMED = {word: re.compile(rf"\b{re.escape(word)}\b", re.IGNORECASE) for word in SECRET_WORDS}


COLLEAGUES = {NORTH: person_id("north_nobody"), SOUTH: api_id("PEOPLE", uuid(114))}
"""Whom a partner's admin may give roles, limit and send away, so that nobody else is."""


class World:
    """
    The product, and things by the names of request fields.

    ``beta``: what the south has at Beta, ``acme``: what the north has at Acme.
    """

    scribbles = 25
    """How many made-up requests a method is sent."""

    def __init__(self, product):
        self.product = product
        self.host = product.host
        self.refused = Counter()
        self._settled = []
        self.beta = self.things_of("south_agent", "beta_admin", "beta_user")
        self.acme = self.things_of("north_agent", "acme_admin", "acme_user")

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
        """Return what a store holds after a position, without what only a clock has done."""
        return [fact for fact in told(store, after) if not _by_the_clock(fact)]

    def expect_counted(self, method, reason):
        """Note that a call was refused; a minute may end at any time, so the end tells the sum."""
        self.refused[served_by(method), reason] += 1

    def end(self):
        """Check that what was refused without a token was counted, each once."""
        self.stop_counting()
        counted = Counter()
        for name, running in self.host.running.items():
            for row in running.store.read(0, 100_000, (CallsWithoutTokenRefused.NAME,)):
                for each in running.store.opened(row).reasons:
                    reason, _, count = each.rpartition("=")
                    counted[name, reason] += int(count)
        assert counted == self.refused

    def stop_counting(self):
        """Let the processes store what they have counted."""
        for refused in self.host._refused:
            refused.flush()

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
        things |= {"partner_id": partner_id, "sign_in_id": f"further-{agent_name}"}
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
        claims = self.product.stub(claims_pb2_grpc.RoleClaimServiceStub, "identity")
        mapping = claims_pb2.MapRoleClaimRequest(
            claim="groups", value="support", role="ROLE_HELP_DESK", reason="new"
        )
        things["mapping_id"] = partner_admin(claims.MapRoleClaim, mapping).mapping_id
        things["colleague_id"] = COLLEAGUES[partner_id]
        things["own_ticket"] = f"INC-{PEOPLE[agent_name][0]}"
        ticket = tickets_pb2.OpenTicketRequest(
            organization_id=organization_id, ticket=things["own_ticket"]
        )
        agent(tickets.OpenTicket, ticket)
        feeds = self.product.stub(feed_webhook_pb2_grpc.FeedWebhookServiceStub, "audit")
        feed = feed_webhook_pb2.SetFeedWebhookRequest(
            organization_id=organization_id, url=NOBODY_THERE
        )
        admin(feeds.SetFeedWebhook, feed)
        self.settle()
        auditor = self.product.caller(sub="an-auditor", partner=partner_id, roles=["AUDITOR"])
        request = audit_pb2.QueryActionsRequest(order=audit_pb2.ORDER_NEWEST_FIRST)
        record = auditor(audit.QueryActions, request).records[0]
        things |= {"record_id": record.record_id, "session_id": record.session_id}
        things["checking_agent_id"] = person_id(agent_name)
        self._answered(things, partner_id)
        self.settle()
        return things

    def _answered(self, things, partner_id):
        """Note what only minutes, or somebody outside, bring about."""
        check = {key: things[key] for key in ("check_id", "user_id", "organization_id")}
        check |= {"agent_id": things["checking_agent_id"], "ticket": "INC-2"}
        now = datetime.now(UTC)
        self.note(
            "email",
            f"check:{check['check_id']}",
            VouchRequested(**check, reason="on the phone", open_until=now + timedelta(hours=1)),
        )
        self.note(
            "email",
            check_guard.stream_of(check["agent_id"], check["user_id"]),
            CallerChecksStopped(**check, partner_id=partner_id),
        )
        queued = SessionQueued(
            session_id=things["session_id"],
            agent_id=check["agent_id"],
            partner_id=partner_id,
            started_at=now,
            ended_at=now,
            score=50,
            reasons=(),
        )
        self.note("audit", f"review:{things['session_id']}", queued)
        signed_in = SignedIn(
            sign_in_id=things["sign_in_id"],
            user_id=check["agent_id"],
            secret_digest=things["sign_in_id"],
            issuer="https://sign-in.example",
        )
        self.note("identity", f"sign-in:{things['sign_in_id']}", signed_in)

    def note(self, service, stream, fact):
        """Store a fact as its service does."""
        store = self.store_of(service)
        work = UnitOfWork(store, Actor(f"service:{service}"), datetime.now(UTC))
        work.stage(work.load(stream, lambda state, _: state, None), fact)
        store.commit(work.unit())

    def settle(self):
        """Wait until nothing is on its way: mails are out, consumers have read what there is."""
        stores = [r.store for r in self.host.running.values()]
        # A consumer that follows its own service's log has more to do after each of its facts.
        while self._settled != (now := [store.position for store in stores]):
            self.product.settle()
            self._settled = now


class WorldOfProcesses(World):
    """The same on the distributed size; what a process counts is seen when it has ended."""

    # Each goes through other processes; what their bytes do was tried in one.
    scribbles = 5

    def store_of(self, service):
        return self.product.store_of(service)

    def served(self):
        served = set()
        for name in self.host.running:
            stub = reflection_pb2_grpc.ServerReflectionStub(self.host.wiring.channel(name))
            request = reflection_pb2.ServerReflectionRequest(list_services="*")
            for answer in stub.ServerReflectionInfo(iter([request]), timeout=60):
                served |= {each.name for each in answer.list_services_response.service}
        return {name for name in served if name.startswith("helpdesk.")}

    def stop_counting(self):
        self.product.supervisor.stop()
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
    sue = next(p for p in directory["people"] if p["id"] == person_id("south_agent"))
    colleague = {**sue, "id": COLLEAGUES[SOUTH], "emails": [], "displayName": "Cole League"}
    directory["people"].append(colleague)
    try:
        with product_of(
            size,
            folder,
            hosted(),
            directory=directory,
            HELPDESK_EMAIL_SMTP_ADDRESS=server.address,
            HELPDESK_AUDIT_FEED_NETWORKS="127.0.0.0/8",
        ) as product:
            world = World(product) if size == "embedded" else WorldOfProcesses(product)
            yield world
            world.end()
    finally:
        server.stop()


def _by_the_clock(fact):
    # Ten minutes after the things were made their checks and views are over, and reviews are due.
    return isinstance(fact, CallerCheckExpired | CallsWithoutTokenRefused | SessionQueued) or (
        isinstance(fact, ViewEnded) and fact.ended_by == "idle"
    )


class Watch:
    """What the stores and an answer show of one call."""

    def __init__(self, world, method):
        world.settle()
        self.world, self.method = world, method
        self.store = world.store(method)
        self.others = [
            r.store for n, r in world.host.running.items() if n not in (served_by(method), "audit")
        ]
        self.before = {store.name: store.position for store in [self.store, *self.others]}

    def call(self, payload, token="", **more):
        return call(self.world.channel(self.method), self.method, payload, token, **more)

    def rows(self):
        """Return what the method's own service has stored since the last look."""
        return self._rows(self.store)

    def calls(self):
        """Return the records of calls since the last look; nothing was shown of Beta beside them."""
        records = [row for row in self.rows() if isinstance(row, SupportActionRecorded)]
        told = [each for each in records if each.action.endswith(SHOWN)]
        assert BETA not in {each.organization_id for each in told}
        return [each for each in records if each not in told]

    def all_rows(self):
        """Return what every service has stored since the last look, by service."""
        return {store.name: self._rows(store) for store in [self.store, *self.others]}

    def _rows(self, store):
        found = self._since(store)
        self.before[store.name] = store.position
        return found

    def _since(self, store):
        # Most calls leave nothing in most stores.
        before = self.before[store.name]
        return self.world.told(store, before) if store.position != before else []

    def assert_refused_and_recorded(self, answer, *, reasons=None):
        """Exactly one record, no other fact in any service's store, and nothing personal said."""
        rows = self.rows()
        assert [type(row) for row in rows] == [SupportActionRecorded], rows
        record = rows[0]
        assert record.outcome == "refused"
        assert record.error == answer.reason
        assert record.method == self.method.full_name
        assert record.request_id == answer.reference
        assert record.agent_id
        if reasons is not None:
            assert answer.reason in reasons
        self.assert_nothing_else(answer)
        return record

    def assert_nothing_else(self, answer):
        assert {s.name: self._since(s) for s in self.others} == {s.name: [] for s in self.others}
        assert said_of_people(answer.said()) == []
        assert "Traceback" not in answer.said()


def said_of_people(text):
    """Return the words of a text that name somebody."""
    # Most words are nowhere, which is seen sooner without a pattern.
    lowered = text.lower()
    return [
        word for word, named in _NAMED.items() if word.lower() in lowered and named.search(text)
    ]
