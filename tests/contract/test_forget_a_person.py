"""Forgetting a person over real channels: who may, what is left of them, and what is not."""

import sqlite3
from contextlib import closing
from datetime import UTC, datetime

import pytest

from helpdesk.audit.v1 import audit_pb2, audit_pb2_grpc
from helpdesk.email.v1 import email_pb2, email_pb2_grpc
from helpdesk.identity.v1 import directory_pb2, directory_pb2_grpc, forgetting_pb2_grpc
from helpdesk.identity.v1 import forgetting_pb2 as pb
from helpdesk.kernel.errors import Forbidden, NotFound, Refused
from helpdesk.kernel.store import Append, Unit
from helpdesk.search.v1 import search_pb2, search_pb2_grpc
from services.audit.domain.review import SessionApproved
from tests.support.methods import hosted
from tests.support.product import ACME, BETA, person_id, running_product, small_directory
from tests.support.scanning import forms
from tests.support.waiting import wait_until

USER = "acme_user"
MORE = {"reason": "the person asked for it"}
BYTES_OF_ACME_USER = ("Ștefana", "Voinea", "stefana@acme.example", "+40211000122", "Lobby Phone")


@pytest.fixture
def product(tmp_path):
    with running_product(tmp_path, hosted(), directory=small_directory()) as running:
        running.settle()
        yield running


@pytest.fixture
def stub(product):
    return product.stub(forgetting_pb2_grpc.ForgettingServiceStub, "identity")


@pytest.fixture
def admin(product):
    return product.caller("acme_admin")


@pytest.fixture
def operator(product):
    return product.caller(sub="operator:jo", roles=["DIRECTORY_WRITER"])


def about(name=USER):
    return {"user_id": person_id(name), **MORE}


def ask(stub, caller, name=USER):
    caller(stub.AskForgetting, pb.AskForgettingRequest(**about(name)))


def confirm(stub, caller, name=USER):
    caller(stub.ConfirmForgetting, pb.ConfirmForgettingRequest(**about(name)))


def listed(stub, caller, **request):
    return caller(stub.ListForgettings, pb.ListForgettingsRequest(**request))


def forget(product, stub, admin, operator, name=USER):
    ask(stub, admin, name)
    confirm(stub, operator, name)

    def done():
        found = listed(stub, operator, organization_id=ACME).forgettings
        return any(each.user_id == person_id(name) and len(each.cleared) == 4 for each in found)

    assert wait_until(done)
    product.settle()


def use(product):
    """Let an agent search the person, look at them and look at their mail."""
    agent = product.caller("north_agent")
    searches = product.stub(search_pb2_grpc.SearchServiceStub, "search")
    found = agent(searches.Search, search_pb2.SearchRequest(query="stefana voinea"))
    people = product.stub(directory_pb2_grpc.DirectoryServiceStub, "identity")
    agent(
        people.RevealField,
        directory_pb2.RevealFieldRequest(
            user_id=person_id(USER),
            field="emails",
            check_proof=product.proof(person_id("north_agent"), person_id(USER), "INC-1"),
            reason="Ștefana Voinea cannot join",
            ticket="INC-1",
        ),
    )
    mails = product.stub(email_pb2_grpc.EmailServiceStub, "email")
    request = email_pb2.SendMessageRequest(
        user_id=person_id(USER), template="welcome", request_id="mail-1"
    )
    product.caller(sub="test-service", roles=["MAIL_SENDER"])(mails.SendMessage, request)
    product.settle()
    return found


def scan(folder, texts):
    """Return where in the files of a data directory any of the texts stands, in any form."""
    for file in folder.glob("*.db"):
        with closing(sqlite3.connect(file)) as db:
            db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    wanted = [(text, form) for text in texts for form in forms(text)]
    return [
        (str(file.relative_to(folder)), text)
        for file in sorted(folder.rglob("*"))
        if file.is_file()
        for data in [file.read_bytes()]
        for text, form in wanted
        if form in data
    ]


def test_a_person_is_forgotten_by_two_people_and_every_service_says_it_has_cleared(
    product, stub, admin, operator
):
    forget(product, stub, admin, operator)

    (found,) = listed(stub, admin).forgettings
    assert found.state == "forgotten"
    assert (found.asked_by, found.confirmed_by) == (person_id("acme_admin"), "operator:jo")
    assert list(found.cleared) == ["audit", "email", "search", "session"]
    assert found.display_name == "[erased]"
    assert not found.waiting


def test_who_asked_does_not_confirm(stub, admin):
    ask(stub, admin)

    with pytest.raises(Refused, match="Somebody else"):
        confirm(stub, admin)


def test_nothing_is_confirmed_that_nobody_asked(stub, operator):
    with pytest.raises(Refused) as refused:
        confirm(stub, operator)

    assert refused.value.reason == "NOT_ASKED"


def test_what_was_taken_back_is_not_confirmed(stub, admin, operator):
    ask(stub, admin)
    admin(stub.WithdrawForgetting, pb.WithdrawForgettingRequest(**about()))

    with pytest.raises(Refused):
        confirm(stub, operator)


def test_an_admin_forgets_nobody_of_another_organization(stub, admin):
    with pytest.raises(NotFound):
        ask(stub, admin, "beta_user")


def test_an_agents_partner_forgets_no_customers_people(product, stub):
    with pytest.raises(NotFound):
        ask(stub, product.caller("north_admin"))


def test_whoever_has_a_role_at_a_partner_is_not_forgotten(product, stub):
    with pytest.raises(Refused) as refused:
        ask(stub, product.caller("north_admin"), "north_agent")

    assert refused.value.reason == "ROLES_HELD"


@pytest.mark.parametrize("held", [{"user_id": person_id(USER)}, {"organization_id": ACME}])
def test_a_legal_hold_refuses_what_was_asked_before_it(stub, admin, operator, held):
    ask(stub, admin)
    operator(stub.SetLegalHold, pb.SetLegalHoldRequest(**held, **MORE))

    with pytest.raises(Refused) as refused:
        confirm(stub, operator)
    assert refused.value.reason == "LEGAL_HOLD"
    assert len(listed(stub, admin).holds) == 1

    operator(stub.LiftLegalHold, pb.LiftLegalHoldRequest(**held, **MORE))
    confirm(stub, operator)


def test_an_admin_holds_nobody_of_another_organization(stub, admin):
    with pytest.raises(NotFound):
        admin(stub.SetLegalHold, pb.SetLegalHoldRequest(organization_id=BETA, **MORE))


def test_a_forgotten_person_does_not_come_back_with_a_late_import(product, stub, admin, operator):
    forget(product, stub, admin, operator)

    product.load(small_directory())
    product.settle()

    people = product.stub(directory_pb2_grpc.DirectoryServiceStub, "identity")
    agent = product.caller("north_agent")
    request = directory_pb2.GetUserRequest(user_id=person_id(USER), ticket="INC-1")
    assert agent(people.GetUser, request).user.display_name == "[erased]"


def test_a_forgotten_person_is_not_found_and_their_neighbours_are(product, stub, admin, operator):
    assert use(product).hits
    forget(product, stub, admin, operator)

    searches = product.stub(search_pb2_grpc.SearchServiceStub, "search")
    agent = product.caller("north_agent")
    find = lambda text: agent(searches.Search, search_pb2.SearchRequest(query=text)).hits  # noqa: E731
    assert not find("stefana voinea")
    assert not find("Lobby Phone")
    assert find("Ada Acme")


def test_no_byte_of_a_forgotten_person_is_left_in_any_file(
    product, stub, admin, operator, tmp_path, caplog
):
    use(product)
    before = {file for file, _ in scan(tmp_path, BYTES_OF_ACME_USER)}
    forget(product, stub, admin, operator)

    # The scan itself finds what is there: the index holds documents in clear until then.
    assert any(file.startswith("search-index") for file in before)
    assert scan(tmp_path, BYTES_OF_ACME_USER) == []
    (index,) = [each._index for each in product.host.running["search"].consumers]
    # Documents are compressed in their file, so they are read as well.
    kept = str(index.of_organization(ACME))
    assert "Ada Acme" in kept
    assert not [text for text in BYTES_OF_ACME_USER if text in kept]
    assert not [text for text in BYTES_OF_ACME_USER if text in caplog.text]


def test_search_texts_and_reasons_about_them_are_erased_and_all_else_stays_readable(
    product, stub, admin, operator
):
    use(product)
    agent = product.caller("north_agent")
    searches = product.stub(search_pb2_grpc.SearchServiceStub, "search")
    agent(searches.Search, search_pb2.SearchRequest(query="Sharon Shared"))
    forget(product, stub, admin, operator)

    queries = [each.query for each in product.records("search", action="search.search")]
    (looked,) = product.records("identity", action="identity.field.reveal")
    (asked,) = product.records("identity", action="identity.forgetting.ask")
    assert queries == ["[erased]", "Sharon Shared"]
    assert looked.reason == "[erased]"
    assert (looked.agent_id, looked.ticket) == (person_id("north_agent"), "INC-1")
    assert asked.reason == MORE["reason"]


def test_texts_that_hold_their_name_or_address_are_erased_wherever_they_stand(
    product, stub, admin, operator
):
    agent = product.caller("north_agent")
    searches = product.stub(search_pb2_grpc.SearchServiceStub, "search")
    for text in ("voinea stefana in vain", "nobody at all"):
        agent(searches.Search, search_pb2.SearchRequest(query=text))
    people = product.stub(directory_pb2_grpc.DirectoryServiceStub, "identity")
    for reason in ("asks for Stefana VOINEA", "asks for Nils Nobody"):
        agent(
            people.RevealField,
            directory_pb2.RevealFieldRequest(
                user_id=person_id("acme_admin"),
                field="emails",
                check_proof=product.proof(
                    person_id("north_agent"), person_id("acme_admin"), "INC-2"
                ),
                reason=reason,
                ticket="INC-2",
            ),
        )
    product.settle()
    forget(product, stub, admin, operator)

    queries = [each.query for each in product.records("search", action="search.search")]
    reasons = [each.reason for each in product.records("identity", action="identity.field.reveal")]
    assert queries == ["[erased]", "nobody at all"]
    assert reasons == ["[erased]", "asks for Nils Nobody"]


def test_a_note_of_an_auditor_that_names_them_is_erased(product, stub, admin, operator):
    audit = product.store_of("audit")
    for number, note in enumerate(("it was about Ștefana Voinea", "it was about nobody")):
        fact = SessionApproved(
            session_id=f"s{number}", decided_by="a", note_key=f"note:{number}", note=note
        )
        audit.commit(Unit((Append(f"review:s{number}", 0, (fact,)),), now=datetime.now(UTC)))
    forget(product, stub, admin, operator)

    rows = audit.read(0, names=(SessionApproved.NAME,))
    assert [audit.opened(row).note for row in rows] == ["[erased]", "it was about nobody"]


def test_the_log_verifies_after_a_person_was_forgotten(product, stub, admin, operator):
    use(product)
    forget(product, stub, admin, operator)

    ended = product.verified()
    assert ended.returncode == 0, ended.stdout + ended.stderr


def test_those_who_read_a_record_before_read_it_erased_and_are_recorded(
    product, stub, admin, operator
):
    use(product)
    audit = product.stub(audit_pb2_grpc.AuditServiceStub, "audit")
    auditor = product.caller("north_auditor")
    wanted = audit_pb2.ActionFilter(action="identity.field.reveal")

    def read(caller):
        return caller(
            audit.QueryActions,
            audit_pb2.QueryActionsRequest(filter=wanted, user_id=person_id(USER)),
        ).records

    (before,) = read(auditor)
    forget(product, stub, admin, operator)
    (after,) = read(auditor)

    assert "Ștefana" in before.reason
    assert after.reason == "[erased]"
    assert (after.index, after.agent_id, after.ticket) == (
        before.index,
        person_id("north_agent"),
        "INC-1",
    )
    assert not read(product.caller("south_agent", roles=["AUDITOR"]))
    with pytest.raises(Forbidden):
        read(product.caller("north_agent"))
    looks = product.records(
        "audit", action="audit.action.query", agent_id=person_id("north_auditor")
    )
    assert len(looks) == 2
