"""Both sides of an access to a portal get one mail for each change, and no second one."""

from datetime import UTC, datetime

import pytest

from helpdesk.email.v1 import caller_check_pb2
from helpdesk.identity.v1 import people_pb2, people_pb2_grpc
from helpdesk.kernel.actions import UnitOfWork
from helpdesk.kernel.bus import Published
from helpdesk.kernel.context import Actor
from helpdesk.session.v1 import consent_pb2, consent_pb2_grpc
from services.email.application.notices import Notices
from services.email.domain.notice_facts import NoticesBegun
from services.email.domain.notices import OLD, Notice
from services.email.service import SERVICE as EMAIL
from services.email.views import Views
from services.identity.service import SERVICE as IDENTITY
from services.session.service import SERVICE as SESSION
from tests.contract.email_world import MailServer, World, text_of
from tests.support.product import (
    ACME,
    NORTH,
    PEOPLE,
    free_address,
    person_id,
    running_product,
    small_directory,
)

NORTH_ADMINS = ["nina@north.example", "nora@north.example"]
ADMIN, AGENT = "ada@acme.example", "ned@north.example"
BOTH = sorted([ADMIN, AGENT, *NORTH_ADMINS])


@pytest.fixture
def world(tmp_path):
    server = MailServer(free_address())
    server.start()
    try:
        with running_product(
            tmp_path,
            [IDENTITY, SESSION, EMAIL],
            directory=small_directory(),
            HELPDESK_EMAIL_SMTP_ADDRESS=server.address,
        ) as product:
            product.settle()
            yield World(product, server)
    finally:
        server.stop()


@pytest.fixture
def consents(world):
    return world.product.stub(consent_pb2_grpc.ConsentServiceStub, "session")


@pytest.fixture
def admin(world):
    return world.product.caller("acme_admin")


def told(world, reads="@north.example"):
    """Who got a mail since the last time, and what it says; a partner has no language."""
    # What is queued is sent by a consumer that follows the one that queues.
    world.product.settle()
    world.product.settle()
    mails, world.server.mails = world.server.mails, []
    said = {paragraph(mail) for _, to, mail in mails if to.endswith(reads)}
    return sorted(to for _, to, _ in mails), said


def paragraph(mail):
    return " ".join(text_of(mail).replace("\r", "").split("\n\n")[1].split())


def ask(world, consents):
    return world.agent(
        consents.RequestAccess,
        consent_pb2.RequestAccessRequest(
            organization_id=ACME,
            sections=["SECTION_USERS"],
            minutes=20,
            reason="cannot join",
            ticket="INC-1",
        ),
    ).access_request_id


def grant(admin, consents, request):
    return admin(
        consents.AnswerAccessRequest,
        consent_pb2.AnswerAccessRequestRequest(
            access_request_id=request, approve=True, sections=["SECTION_USERS"], reason="go on"
        ),
    ).consent_id


def work_of(world, now):
    actor = Actor(id="system:test", roles=frozenset({"SERVICE"}))
    return UnitOfWork(store=world.store, actor=actor, now=now)


def test_each_change_is_told_once_to_both_sides(world, consents, admin):
    request = ask(world, consents)
    asked = told(world)
    consent = grant(admin, consents, request)
    granted = told(world)
    admin(consents.RevokeConsent, consent_pb2.RevokeConsentRequest(consent_id=consent))
    revoked = told(world)

    assert asked == (BOTH, {"Ned Agent of North Partner asks to look at the portal of Acme."})
    assert granted == (BOTH, {"North Partner may look at the portal of Acme."})
    to, [said] = revoked
    assert to == BOTH
    assert said.startswith("North Partner may no longer look at the portal of Acme")


def test_what_ends_with_an_agent_who_leaves_is_told_once_to_both_sides(world, consents, admin):
    grant(admin, consents, ask(world, consents))
    ask(world, consents)
    told(world)
    people = world.product.stub(people_pb2_grpc.PeopleServiceStub, "identity")
    left = people_pb2.OffboardPersonRequest(user_id=person_id("north_agent"), reason="left")
    world.product.caller("north_admin")(people.OffboardPerson, left)
    world.product.settle()
    to, said = told(world)

    assert to == sorted(BOTH * 2)
    assert {each.partition(" Acme")[0] for each in said} == {
        "The request of North Partner to look at the portal of",
        "North Partner may no longer look at the portal of",
    }


def test_a_fact_that_comes_again_tells_nobody(world, consents, admin):
    consent = grant(admin, consents, ask(world, consents))
    admin(consents.RevokeConsent, consent_pb2.RevokeConsentRequest(consent_id=consent))
    told(world)
    session = world.product.host.running["session"].store
    running = world.product.host.running["email"].consumers
    [follower] = [each for each in running if each.name == "email.notices"]
    handlers = follower._handlers["session"]
    rows = session.read(0, 1000, tuple(handlers))
    for row in rows * 2:
        work = work_of(world, datetime.now(UTC))
        handlers[row.name](work, Published("session", row, session.vault))
        assert work.staged == ()

    assert len(rows) == 3
    assert told(world) == ([], set())


@pytest.mark.parametrize(
    ("change", "days", "words"),
    [
        ("expiring", 7, "ends in 7 days"),
        ("expiring", 1, "ends in 1 day."),
        ("expired", 0, "has ended"),
        ("rejected", 0, "was rejected"),
        ("lapsed", 0, "has lapsed"),
        ("blocked", 0, "shut every partner out"),
        ("unblocked", 0, "lets partners ask"),
    ],
)
def test_the_end_and_what_else_changes_is_told(world, change, days, words):
    notices = Notices(world.store, Views(world.store.engine))
    now = datetime.now(UTC)
    said = Notice(
        change=change,
        access_id="c1",
        organization_id=ACME,
        partner_id="" if "block" in change else NORTH,
        days=days,
    )
    for _ in range(2):
        work = work_of(world, now)
        notices.on_access(work, "consent:c1:4", said, now)
        if work.staged:
            world.store.commit(work.unit())
    to, [text] = told(world)

    assert to == sorted([ADMIN, *NORTH_ADMINS])
    assert words in text


def test_nobody_is_told_what_was_old_when_the_service_began(world):
    notices = Notices(world.store, Views(world.store.engine))
    work = work_of(world, datetime.now(UTC))
    old = datetime.now(UTC) - 2 * OLD
    notices.on_access(work, "f:1", Notice(change="expired", organization_id=ACME), old)

    assert work.staged == ()


def test_a_change_is_told_however_long_the_worker_stood_still(world):
    notices = Notices(world.store, Views(world.store.engine))
    changed = datetime.now(UTC)
    for _ in range(2):
        work = work_of(world, changed + 30 * OLD)
        said = Notice(change="expired", organization_id=ACME, partner_id=NORTH)
        notices.on_access(work, "f:1", said, changed)
        if work.staged:
            world.store.commit(work.unit())

    assert told(world)[0] == sorted([ADMIN, *NORTH_ADMINS])


def test_that_the_service_began_is_noted_once_for_all_customers(world):
    assert len(world.store.read(0, 1000, (NoticesBegun.NAME,))) == 1


def test_a_notice_says_what_until_when_and_where(world, consents, admin):
    grant(admin, consents, ask(world, consents))
    world.product.settle()
    world.product.settle()
    to_partner = text_of(world.server.to(AGENT)[-1][2])
    to_customer = text_of(world.server.to(ADMIN)[-1][2])

    for said in ("Sections: organization, users", "From: 20", "Until: 20", "Ticket: INC-1"):
        assert said in to_partner
    assert "Secțiuni: organizație, utilizatori" in to_customer
    assert f"{world.product.env['HELPDESK_GATEWAY_ADDRESS']}/consent" in to_customer
    assert "/consent" not in to_partner


def test_the_mail_of_a_request_says_who_why_what_and_how_long_and_leads_to_its_answer(
    world, consents
):
    request = ask(world, consents)
    world.product.settle()
    world.product.settle()
    to_customer = text_of(world.server.to(ADMIN)[-1][2])
    to_partner = text_of(world.server.to(AGENT)[-1][2])

    for said in (
        "Ned Agent de la North Partner cere",
        "Motiv: cannot join",
        "Secțiuni: organizație, utilizatori",
        "Minute: 20",
        "Tichet: INC-1",
        "Răspundeți aici:",
        f"/consent/requests/{request}",
    ):
        assert said in to_customer
    assert "Ned Agent of North Partner asks" in to_partner
    assert "/consent" not in to_partner


def test_the_reason_and_the_agents_name_are_not_stored_in_clear(world, consents):
    ask(world, consents)
    world.product.settle()
    stored = [row.state for row in world.store.read(0, 10_000) if "Notice" in row.name]

    assert stored
    assert not [state for state in stored if b"cannot join" in state or b"Ned Agent" in state]


def test_who_lost_the_role_is_not_told(world):
    directory = small_directory()
    person = next(p for p in directory["people"] if p["id"] == person_id("acme_admin"))
    person["roles"] = []
    world.product.load({"people": [person]})
    world.product.settle()
    notices = Notices(world.store, Views(world.store.engine))
    now = datetime.now(UTC)
    work = work_of(world, now)
    said = Notice(change="expired", organization_id=ACME, partner_id=NORTH)
    notices.on_access(work, "f:1", said, now)
    world.store.commit(work.unit())
    to, _ = told(world)

    assert to == NORTH_ADMINS


def test_a_forgotten_admin_has_no_address_here(world, consents):
    world.store.vault.forget(person_id("acme_admin"))
    ask(world, consents)
    to, _ = told(world)

    assert to == sorted([AGENT, *NORTH_ADMINS])
    # An address is on record, and in no table of the view.
    assert world.store.engine.query("SELECT count(*) FROM recipient", ()) != [(0,)]
    for row in world.store.engine.query("SELECT * FROM recipient", ()):
        assert not any("@" in str(value) for value in row)


def test_a_subject_says_nothing_of_anybody(world, consents):
    ask(world, consents)
    told_of = world.product.settle
    told_of()
    told_of()
    heads = b"\n".join(
        mail.partition(b"Subject:")[2].partition(b"\n")[0] for *_, mail in world.server.mails
    )

    assert heads
    for *_, name, _address in PEOPLE.values():
        assert name.split()[0].encode() not in heads


def test_the_customers_admins_are_mailed_when_they_are_asked_to_vouch(world):
    user = person_id("acme_user")
    for address in ("stefana@acme.example", "stefana+second@acme.example"):
        world.server.answers[address] = "550 5.1.1 no such user"
    check_id = world.send_code(user).check_id
    world.product.settle()
    world.product.settle()
    world.server.mails = []
    world.agent(
        world.checks.AskToVouch,
        caller_check_pb2.AskToVouchRequest(check_id=check_id, reason="on the phone"),
    )
    to, [text] = told(world, ADMIN)

    assert to == [ADMIN]
    assert text.startswith("Ned Agent de la North Partner vorbește cu cineva")
    assert "tefana" not in text
