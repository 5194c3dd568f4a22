"""Exports with opened texts that hold somebody who was forgotten since: listed, and issued again."""

import io
import json
import zipfile
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from helpdesk.audit.v1 import (
    audit_pb2,
    audit_pb2_grpc,
    reissue_pb2,
    reissue_pb2_grpc,
    replay_pb2,
    replay_pb2_grpc,
)
from helpdesk.identity.v1 import directory_pb2, directory_pb2_grpc, forgetting_pb2_grpc
from helpdesk.identity.v1 import forgetting_pb2 as pb
from helpdesk.kernel.errors import InvalidArgument, NotFound
from helpdesk.kernel.store import Unit
from tests.support.methods import hosted
from tests.support.product import ACME, BETA, NORTH, person_id, running_product, small_directory
from tests.support.waiting import wait_until

USER = person_id("acme_user")
WHY = "the person asked for it"
NAME = "Ștefana"
CSV = audit_pb2.EXPORT_FORMAT_CSV


class World:
    """The product, and what auditors and admins do with exports."""

    def __init__(self, product):
        self.product = product
        self.audit = product.stub(audit_pb2_grpc.AuditServiceStub, "audit")
        self.reissues = product.stub(reissue_pb2_grpc.ReissueServiceStub, "audit")
        self.auditor = product.caller("north_auditor")
        self.platform = product.caller(sub="auditor-1", roles=["AUDITOR"])
        self.admin = product.caller("acme_admin")
        self.operator = product.caller(sub="operator:jo", roles=["DIRECTORY_WRITER"])

    def look_at(self, name, reason):
        """Let an agent look at somebody, and say why."""
        people = self.product.stub(directory_pb2_grpc.DirectoryServiceStub, "identity")
        agent, user = person_id("north_agent"), person_id(name)
        request = directory_pb2.RevealFieldRequest(
            user_id=user,
            field="emails",
            check_proof=self.product.proof(agent, user, "INC-1"),
            reason=reason,
            ticket="INC-1",
        )
        self.product.caller("north_agent")(people.RevealField, request)

    def export(self, caller, form=CSV, **wanted):
        """Make an export; return its files."""
        self.product.settle()
        request = audit_pb2.ExportRequest(format=form, **wanted)
        return files_of(caller.stream(self.audit.Export, request, timeout=60))

    def issue_again(self, caller, export_id):
        request = reissue_pb2.ReissueExportRequest(export_id=export_id)
        return files_of(caller.stream(self.reissues.ReissueExport, request, timeout=60))

    def outdated(self, caller, **named):
        request = reissue_pb2.ListOutdatedExportsRequest(**named)
        return list(caller(self.reissues.ListOutdatedExports, request).exports)

    def forget(self, name="acme_user"):
        """Let two operators forget somebody."""
        stub = self.product.stub(forgetting_pb2_grpc.ForgettingServiceStub, "identity")
        about = {"user_id": person_id(name), "reason": WHY}
        other = self.product.caller(sub="operator:al", roles=["DIRECTORY_WRITER"])
        other(stub.AskForgetting, pb.AskForgettingRequest(**about))
        self.operator(stub.ConfirmForgetting, pb.ConfirmForgettingRequest(**about))

        def done():
            request = pb.ListForgettingsRequest(organization_id=ACME)
            found = self.operator(stub.ListForgettings, request).forgettings
            return any(e.user_id == person_id(name) and "audit" in e.cleared for e in found)

        assert wait_until(done)
        self.product.settle()


def files_of(parts):
    with zipfile.ZipFile(io.BytesIO(b"".join(part.chunk for part in parts))) as file:
        return {name: file.read(name).decode(errors="replace") for name in file.namelist()}


def indices(files):
    return [json.loads(line)["index"] for line in files["records.ndjson"].splitlines()]


@pytest.fixture
def world(tmp_path):
    with running_product(tmp_path, hosted(), directory=small_directory()) as product:
        product.settle()
        found = World(product)
        found.look_at("acme_user", f"{NAME} cannot join")
        found.look_at("shared_user", "no sound in the meeting")
        yield found


def test_the_same_selection_is_issued_again_with_erased_fields(world):
    before = world.export(world.auditor, filter={"ticket": "INC-1"})
    made = datetime.now(UTC)
    world.forget()
    world.look_at("shared_user", "one more look, after the export")
    (listed,) = world.outdated(world.auditor)
    after = world.issue_again(world.auditor, listed.export_id)

    assert (listed.agent_id, listed.agent_name) == (person_id("north_auditor"), "Audra North")
    assert abs((listed.made_at.ToDatetime(UTC) - made).total_seconds()) < 30
    assert (listed.format, listed.filter.ticket, listed.filter.partner_id) == (CSV, "INC-1", NORTH)
    assert list(listed.forgotten) == [USER]
    assert listed.may_reissue
    assert not listed.HasField("reissued_at")
    assert indices(after) == indices(before)
    assert NAME in before["csv.csv"]
    assert NAME not in after["csv.csv"]
    assert "[erased]" in after["csv.csv"]
    assert "no sound in the meeting" in after["csv.csv"]


def test_that_it_was_issued_again_is_recorded_and_shown(world):
    world.export(world.auditor)
    world.forget()
    (listed,) = world.outdated(world.auditor)
    world.issue_again(world.auditor, listed.export_id)
    (again,) = world.outdated(world.operator, organization_id=ACME)
    (record,) = world.product.records("audit", action="audit.export.reissue")

    assert again.reissued_by_name == "Audra North"
    assert again.reissued_at.seconds > listed.made_at.seconds - 1
    assert f"reissue_of:{listed.export_id}" in record.subjects
    assert record.agent_id == person_id("north_auditor")


def test_the_record_of_an_export_says_filter_form_and_size(world):
    world.export(world.auditor, filter={"action": "identity."}, organization_id=ACME)
    (record,) = world.product.records("audit", action="audit.log.export")

    assert {
        "form:csv",
        f"filter:organization_id={ACME}",
        f"filter:partner_id={NORTH}",
        "filter:action=identity.",
    } <= set(record.subjects)
    assert any(each.startswith("size:") for each in record.subjects)


@pytest.mark.parametrize(
    "asked",
    [
        {"form": audit_pb2.EXPORT_FORMAT_PROOFS},
        {"organization_id": BETA},
        {"user_id": person_id("shared_user")},
        {"filter": {"action": "email."}},
    ],
    ids=["sealed", "another customer", "another user", "other actions"],
)
def test_an_export_that_holds_nothing_readable_of_them_is_not_listed(world, asked):
    world.export(world.platform, **asked)
    world.forget()

    assert world.outdated(world.platform) == []


def test_what_was_exported_before_they_were_looked_at_is_not_listed(world):
    world.export(world.platform)
    world.look_at("acme_admin", "Ada cannot join")
    world.forget("acme_admin")

    assert world.outdated(world.platform) == []


def test_a_customers_admin_sees_that_others_hold_them_but_not_what_else_they_asked_for(world):
    world.export(world.platform, filter={"ticket": "INC-1"})
    world.forget()
    (listed,) = world.outdated(world.admin)

    assert list(listed.forgotten) == [USER]
    assert listed.filter == audit_pb2.ActionFilter()
    assert not listed.may_reissue
    with pytest.raises(NotFound):
        world.issue_again(world.admin, listed.export_id)


def test_a_customers_admin_issues_again_what_is_only_about_the_own_organization(world):
    world.export(world.platform, organization_id=ACME)
    world.forget()
    (listed,) = world.outdated(world.admin)
    after = world.issue_again(world.admin, listed.export_id)

    assert listed.organization_id == ACME
    assert NAME not in after["csv.csv"]


@pytest.mark.parametrize("stranger", ["south_auditor", "beta_admin", "shared_admin"])
def test_others_hear_of_no_export_and_get_none(world, stranger):
    caller = (
        world.product.caller("south_agent", roles=["AUDITOR"])
        if stranger == "south_auditor"
        else world.product.caller(stranger)
    )
    world.export(world.auditor)
    world.export(world.platform)
    world.forget()
    listed = world.outdated(world.platform)

    assert len(listed) == 2
    assert world.outdated(caller) == []
    for each in listed:
        with pytest.raises(NotFound):
            world.issue_again(caller, each.export_id)


def test_an_admin_names_no_other_organization(world):
    with pytest.raises(NotFound):
        world.outdated(world.admin, organization_id=BETA)


def test_an_operator_names_the_organization(world):
    world.export(world.auditor, filter={"ticket": "INC-1"})
    world.forget()
    (listed,) = world.outdated(world.operator, organization_id=ACME)

    assert listed.filter.ticket == "INC-1"
    assert not listed.may_reissue
    assert world.outdated(world.operator, organization_id=BETA) == []
    with pytest.raises(InvalidArgument):
        world.outdated(world.operator)


def test_one_that_was_issued_again_is_outdated_itself_by_the_next_person(world):
    world.look_at("acme_admin", "Ada cannot join")
    world.export(world.auditor)
    world.forget()
    (first,) = world.outdated(world.auditor)
    world.issue_again(world.auditor, first.export_id)
    world.forget("acme_admin")
    found = world.outdated(world.auditor)

    assert [list(each.forgotten) for each in found] == [[person_id("acme_admin")], [USER]]
    assert not found[0].HasField("reissued_at")
    assert found[1].HasField("reissued_at")


def test_of_archived_records_the_customer_counts(world):
    world.export(world.platform)
    with world.product.store_of("audit").engine.transaction() as tx:
        tx.execute("UPDATE log_leaf SET bytes = ? WHERE organization_id = ?", (b"", ACME))
        tx.execute("DELETE FROM audit_action WHERE organization_id = ?", (ACME,))
    world.forget()

    assert len(world.outdated(world.platform)) == 1


def late_record(world, at):
    """Leave a record about the forgotten person that its service has not cleared; return it."""
    store = world.product.store_of("identity")
    (usual,) = world.product.records("identity", reason="no sound in the meeting")
    record = replace(
        usual,
        user_id=USER,
        organization_id=ACME,
        reason=f"{NAME} called",
        reason_key=store.vault.spare("reason"),
        occurred_at=at,
    )
    store.commit(Unit(record=record, now=datetime.now(UTC), action_id="late"))
    return record


def test_an_export_that_is_made_before_a_service_has_cleared_is_outdated_at_once(world):
    begun = datetime.now(UTC)
    world.forget()
    record = late_record(world, begun)
    early = world.export(world.platform)
    (listed,) = world.outdated(world.platform)
    for key in (record.reason_key, record.request_key):
        world.product.store_of("identity").vault.forget(key)
    world.issue_again(world.platform, listed.export_id)

    assert NAME in early["csv.csv"]
    assert list(listed.forgotten) == [USER]
    assert [each.HasField("reissued_at") for each in world.outdated(world.platform)] == [True]


def test_what_is_recorded_about_them_later_outdates_no_export(world):
    world.forget()
    late_record(world, datetime.now(UTC))
    world.export(world.platform)

    assert world.outdated(world.platform) == []


def test_the_list_is_rebuilt_as_it_was_shown(world):
    world.export(world.auditor, filter={"ticket": "INC-1"})
    world.forget()
    (listed,) = world.outdated(world.auditor)
    world.issue_again(world.auditor, listed.export_id)
    world.product.settle()
    query = audit_pb2.QueryActionsRequest(
        filter=audit_pb2.ActionFilter(action="audit.outdated_export.list")
    )
    (record,) = world.auditor(world.audit.QueryActions, query).records
    stub = world.product.stub(replay_pb2_grpc.ReplayServiceStub, "audit")
    request = replay_pb2.RebuildAnswerRequest(record_id=record.record_id)
    answers = iter(lambda: world.auditor(stub.RebuildAnswer, request, timeout=60), None)
    done = next(each for each in answers if each.rebuilding != replay_pb2.REBUILDING_AT_WORK)

    assert (done.rebuilding, done.why) == (replay_pb2.REBUILDING_MATCHES, "")
    assert "reissued_at" not in done.answer_json
    assert listed.export_id in done.answer_json
