"""The product killed 21 times under load: what was answered is there, once, and nothing else is."""

import json
import random
import subprocess
import sys
import threading
from collections import Counter
from itertools import pairwise
from pathlib import Path

import pytest

from helpdesk.email.v1 import caller_check_pb2, caller_check_pb2_grpc, email_pb2, email_pb2_grpc
from helpdesk.identity.v1 import feed_pb2_grpc, roles_pb2, roles_pb2_grpc
from helpdesk.kernel.events import CallsWithoutTokenRefused, SupportActionRecorded
from helpdesk.kernel.hosting import Host
from helpdesk.search.v1 import search_pb2, search_pb2_grpc
from helpdesk.session.v1 import consent_pb2, consent_pb2_grpc, view_pb2, view_pb2_grpc
from tests.support.kills import Client, Deployment
from tests.support.methods import SERVICES, hosted
from tests.support.product import ACME, Product, import_requests, person_id, small_directory
from tests.support.recorded import of_calls
from tests.support.waiting import wait_until

KILLS = 21
ANSWERS = 8
"""So many at least between two kills, but where the product is killed while it starts."""
SEED = 20_300_506
DIRECTORY = small_directory()


class Roles:
    """Gives somebody a role and takes it away, again and again."""

    def __init__(self, admin, person, role):
        self.admin, self.person, self.role = admin, person_id(person), role

    def __call__(self, client, number):
        stub = client.stub(roles_pb2_grpc.RoleServiceStub)
        named = {"user_id": self.person, "role": f"ROLE_{self.role}", "reason": "a test"}
        if number % 2 == 0:
            request, rpc = roles_pb2.AssignRoleRequest(**named), stub.AssignRole
        else:
            request, rpc = roles_pb2.RemoveRoleRequest(**named), stub.RemoveRole
        client.call("identity", rpc, request, self.admin)


def a_consent_and_a_view(client, number):
    """Ask, be refused, be allowed, look, stop looking, take back: seven commands a step."""
    consents = client.stub(consent_pb2_grpc.ConsentServiceStub)
    views = client.stub(view_pb2_grpc.ViewServiceStub)
    asked = client.call(
        "session",
        consents.RequestAccess,
        consent_pb2.RequestAccessRequest(
            organization_id=ACME,
            sections=["SECTION_USERS"],
            minutes=20,
            reason="cannot join",
            ticket=f"INC-{number}",
        ),
        "north_agent",
    )
    no = consent_pb2.AnswerAccessRequestRequest(access_request_id=asked.access_request_id)
    client.call("session", consents.AnswerAccessRequest, no, "acme_admin")
    yes = consent_pb2.GrantAccessRequest(sections=["SECTION_USERS"], reason="go ahead")
    consent = client.call("session", consents.GrantAccess, yes, "acme_admin")
    look = view_pb2.StartViewRequest(organization_id=ACME, ticket=f"INC-{number}")
    view = client.call("session", views.StartView, look, "north_agent")
    end = view_pb2.EndViewRequest(view_id=view.view_id)
    client.call("session", views.EndView, end, "north_agent")
    back = consent_pb2.RevokeConsentRequest(consent_id=consent.consent_id)
    client.call("session", consents.RevokeConsent, back, "acme_admin")


def a_mail(client, number):
    """Send a mail; at times a code, of which the fourth is one too many."""
    mail = client.stub(email_pb2_grpc.EmailServiceStub)
    checks = client.stub(caller_check_pb2_grpc.CallerCheckServiceStub)
    welcome = email_pb2.SendMessageRequest(user_id=person_id("shared_user"), template="welcome")
    client.call("email", mail.SendMessage, welcome, sub="portal", roles=["MAIL_SENDER"])
    if number % 5 == 0 and number < 20:
        code = caller_check_pb2.SendCodeRequest(user_id=person_id("acme_user"), ticket="INC-1")
        allowed = ("TOO_MANY_CODES",) if number == 15 else ()
        client.call("email", checks.SendCode, code, "north_agent", refusals=allowed)


def a_search(client, _):
    stub = client.stub(search_pb2_grpc.SearchServiceStub)
    request = search_pb2.SearchRequest(
        query=client.dice.choice(["voinea", "giorgos", "acme", "FOC12345678", "otto orphan"])
    )
    client.call("search", stub.Search, request, "north_agent")


def renamed(number):
    person = next(p for p in DIRECTORY["people"] if p["id"] == person_id("orphan_user"))
    return {**person, "displayName": f"Otto Number{number}"}


def an_import(client, number):
    stub = client.stub(feed_pb2_grpc.DirectoryFeedServiceStub)
    client.stream(
        stub.Import,
        lambda: import_requests({"people": [renamed(number)]}),
        sub="feed",
        roles=["DIRECTORY_WRITER"],
    )


STEPS = {
    "roles": Roles("north_admin", "north_nobody", "HELP_DESK_READ_ONLY"),
    "other roles": Roles("north_second_admin", "north_auditor", "HELP_DESK"),
    "consents": a_consent_and_a_view,
    "mails": a_mail,
    "searches": a_search,
    "more searches": a_search,
    "imports": an_import,
}


class Story:
    """What came of it: the clients, and the product started once more after the last kill."""

    def __init__(self, deployment, clients, product):
        self.deployment, self.clients, self.product = deployment, clients, product

    def store(self, service):
        return self.product.host.running[service].store

    def rows(self, service, *names):
        return self.store(service).read(0, 1_000_000, tuple(names))

    def facts(self, service, name):
        full = f"helpdesk.{service}.v1.{name}"
        return [self.store(service).opened(row) for row in self.rows(service, full)]

    @property
    def answers(self):
        return [answer for client in self.clients.values() for answer in client.answers]


def killed_under_load(deployment):
    """Run all clients while the process dies at random moments; return them, all at rest."""
    dice, stopping = random.Random(SEED), threading.Event()
    pause = threading.Event()
    deployment.start()
    deployment.wait_ready()
    first = Client(deployment, "first import", None, stopping)
    stub = first.stub(feed_pb2_grpc.DirectoryFeedServiceStub)
    first.stream(
        stub.Import, lambda: import_requests(DIRECTORY), sub="feed", roles=["DIRECTORY_WRITER"]
    )
    clients = {
        name: Client(deployment, name, step, stopping, seed)
        for seed, (name, step) in enumerate(STEPS.items())
    }
    answered = lambda: sum(len(each.answers) for each in clients.values())  # noqa: E731
    for client in clients.values():
        client.start()
    for number in range(KILLS):
        if number % 3 < 2:
            deployment.wait_ready()
            # However slow the machine is, there is something to lose.
            wanted = answered() + ANSWERS
            assert wait_until(lambda wanted=wanted: answered() >= wanted)
            pause.wait(dice.uniform(0, 1))
        else:
            # While it starts is a moment as good as any.
            pause.wait(dice.uniform(0.2, 1.5))
        deployment.kill()
        deployment.start()
    deployment.wait_ready()
    pause.wait(0.5)
    stopping.set()
    for client in clients.values():
        client.join(60)
        assert not client.is_alive(), client.name
    deployment.kill()
    return clients


@pytest.fixture(scope="module")
def story(tmp_path_factory):
    folder = tmp_path_factory.mktemp("kills")
    deployment = Deployment(folder)
    try:
        clients = killed_under_load(deployment)
    finally:
        deployment.kill()
    with Host({**deployment.env, "HELPDESK_GRPC_ADDRESS": ""}, hosted()) as host:
        product = Product(host, deployment.env)
        product.settle()
        yield Story(deployment, clients, product)


def test_every_client_went_on(story):
    errors = {name: repr(c.error) for name, c in story.clients.items() if c.error is not None}
    work = {name: (c.done, c.lost) for name, c in story.clients.items()}

    assert errors == {}
    assert story.deployment.starts > 20
    assert all(done for done, _ in work.values()), work
    assert sum(lost for _, lost in work.values()) > KILLS, work


def test_every_answer_has_its_record(story):
    found = {
        service: Counter(
            (record.trace_id, record.outcome)
            for record in of_calls(
                story.store(service).opened(row)
                for row in story.rows(service, SupportActionRecorded.NAME)
            )
        )
        for service in SERVICES
    }

    assert len(story.answers) > 100
    for answer in story.answers:
        assert found[answer.service][answer.trace_id, answer.outcome] == 1, answer


def test_an_answers_position_is_where_its_record_is(story):
    told = [answer for answer in story.answers if answer.position]

    assert told
    for answer in told:
        service, _, position = answer.position.partition(":")
        row = story.store(service).read(int(position) - 1, 1)[0]
        assert json.loads(row.state)["trace_id"] == answer.trace_id


def test_roles_were_given_and_taken_once_for_each_answer(story):
    for name in ("roles", "other roles"):
        done, whose = story.clients[name].done, STEPS[name]
        changes = [
            type(fact).__name__
            for kind in ("RoleAssigned", "RoleRemoved")
            for fact in story.facts("identity", kind)
            if (fact.user_id, fact.role) == (whose.person, whose.role)
        ]

        assert Counter(changes) == Counter(
            {"RoleAssigned": (done + 1) // 2, "RoleRemoved": done // 2}
        )


@pytest.mark.parametrize(
    "name",
    [
        "AccessRequested",
        "AccessRejected",
        "ConsentGranted",
        "ViewGranted",
        "ViewEnded",
        "ConsentRevoked",
    ],
)
def test_each_step_of_a_consent_was_taken_once(story, name):
    assert len(story.facts("session", name)) == story.clients["consents"].done


def test_each_mail_was_queued_once_and_its_way_noted_once(story):
    queued = [m for m in story.facts("email", "MessageQueued") if m.kind == "welcome"]
    sent = Counter(m.message_id for m in story.facts("email", "MessageSent"))

    assert len(queued) == story.clients["mails"].done
    assert [id_ for id_, times in sent.items() if times > 1] == []


def test_no_more_codes_were_sent_than_are_allowed(story):
    done = story.clients["mails"].done
    asked = len(range(0, min(done, 20), 5))

    assert len(story.facts("email", "CallerCheckStarted")) == min(asked, 3)


def test_the_audit_log_has_every_record_of_every_store_once(story):
    names = (SupportActionRecorded.NAME, CallsWithoutTokenRefused.NAME)
    logged = story.store("audit").engine.query(
        "SELECT source, source_position, bytes FROM log_leaf"
    )
    stored = {
        (service, row.position): row.state
        for service in SERVICES
        for row in story.rows(service, *names)
    }

    assert {(source, position): bytes(sealed) for source, position, sealed in logged} == stored
    assert len(logged) == len(stored)


def test_the_records_of_each_writer_are_numbered_without_holes(story):
    for service in SERVICES:
        records = [
            story.store(service).opened(row)
            for row in story.rows(service, SupportActionRecorded.NAME)
        ]
        for writer in {record.writer for record in records}:
            numbers = [record.number for record in records if record.writer == writer]
            assert numbers == list(range(1, len(numbers) + 1))


def test_the_log_of_each_store_has_no_gap(story):
    for service in SERVICES:
        positions = [row.position for row in story.rows(service)]

        assert all(b - a == 1 for a, b in pairwise(positions))


def test_the_index_has_everything_of_the_directory_once(story):
    expected = Counter(
        [
            *(f"organization:{o['id']}" for o in DIRECTORY["organizations"]),
            *(f"device:{d['id']}" for d in DIRECTORY["devices"]),
            *(f"domain:{d['domain']}" for d in DIRECTORY["domains"]),
            *(f"site:{s['siteUrl']}" for s in DIRECTORY["sites"]),
            *(f"order:{o['webOrderNumber']}" for o in DIRECTORY["orders"]),
            *(
                f"user:{p['id']}"
                for p in DIRECTORY["people"]
                if p["orgId"] in {o["id"] for o in DIRECTORY["organizations"]}
            ),
        ]
    )
    consumer = story.product.host.running["search"].consumers[0]
    documents = [
        document
        for organization in DIRECTORY["organizations"]
        for document in consumer._index.of_organization(organization["id"])
    ]

    assert Counter(document.key for document in documents) == expected
    titles = {document.key: document.title for document in documents}
    last = story.clients["imports"].done - 1
    assert titles[f"user:{person_id('orphan_user')}"] == f"Otto Number{last}"


def test_nothing_failed_on_our_side(story):
    logs = story.deployment.logs()

    assert "Traceback" not in logs
    assert "failed with" not in logs


def test_the_auditors_tool_finds_nothing_wrong(story):
    tool = [sys.executable, "-m", "services.audit", "verify", str(story.deployment.folder)]
    done = subprocess.run(
        tool, cwd=Path(__file__).parents[2], capture_output=True, text=True, check=False
    )

    assert done.returncode == 0, done.stdout + done.stderr
