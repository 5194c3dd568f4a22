"""AuditService over a real channel: what is found, proved and counted, and who sees it."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import monotonic

import pytest
from google.protobuf.timestamp_pb2 import Timestamp

from helpdesk.audit.v1 import audit_pb2, replay_pb2, replay_pb2_grpc
from helpdesk.kernel.errors import Forbidden, InvalidArgument, NotFound
from helpdesk.kernel.events import SupportActionRecorded
from services.audit.log.checkpoints import open_checkpoint
from services.audit.log.merkle import verify_consistency, verify_inclusion
from services.audit.log.notes import VerifierKey
from tests.contract.audit_world import (
    ADMIN_OF_ORG_1,
    AN_AGENT,
    AN_AUDITOR,
    AUDITOR_OF_A,
    NOON,
    AuditWorld,
    audit_world,
    leave_two_partners_records,
)
from tests.support.waiting import wait_until


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    with audit_world(tmp_path_factory.mktemp("data")) as running:
        leave_two_partners_records(running)
        yield running


def at(minutes: int) -> Timestamp:
    stamp = Timestamp()
    stamp.FromDatetime(NOON + timedelta(minutes=minutes))
    return stamp


def test_a_platform_auditor_sees_the_records_of_all_partners(world: AuditWorld):
    found = world.query(AN_AUDITOR)

    assert [each.agent_id for each in found] == [
        "agent-a",
        "agent-a",
        "agent-b",
        "agent-b",
        "agent-a",
    ]


def test_a_partners_auditor_sees_its_own_agents_only(world: AuditWorld):
    found = world.query(AUDITOR_OF_A)

    assert {each.partner_id for each in found} == {"partner-a"}
    assert len(found) == 3


def test_a_partners_auditor_finds_nothing_of_another_partner_by_filter(world: AuditWorld):
    asked = audit_pb2.ActionFilter(partner_id="partner-b")

    assert world.query(AUDITOR_OF_A, filter=asked) == []


def test_an_agent_does_not_read_the_log(world: AuditWorld):
    with pytest.raises(Forbidden):
        world.query(AN_AGENT)


def test_query_and_reason_are_opened(world: AuditWorld):
    found = world.query(AN_AUDITOR, filter=audit_pb2.ActionFilter(action="search."))

    assert [(each.query, each.reason) for each in found] == [
        ("ion popescu", "caller forgot the name")
    ]


@pytest.mark.parametrize(
    ("asked", "minutes"),
    [
        (audit_pb2.ActionFilter(agent_id="agent-b"), [2, 3]),
        (audit_pb2.ActionFilter(action="identity."), [1, 2, 3]),
        (audit_pb2.ActionFilter(action="email.blocklist.remove"), [90]),
        (audit_pb2.ActionFilter(outcome=audit_pb2.OUTCOME_REFUSED), [3]),
        (audit_pb2.ActionFilter(ticket="T-2"), [1]),
        (audit_pb2.ActionFilter(view_id="view-1"), [90]),
        (audit_pb2.ActionFilter(sign_in_id="sign-in-2"), [2]),
        (audit_pb2.ActionFilter(**{"from": at(1), "until": at(3)}), [1, 2]),
    ],
)
def test_a_filter_finds_what_fits(world: AuditWorld, asked, minutes):
    found = world.query(AN_AUDITOR, filter=asked)

    assert [each.occurred_at for each in found] == [at(minute) for minute in minutes]


def test_records_of_a_customer_and_of_a_user_are_found(world: AuditWorld):
    by_user = world.query(AN_AUDITOR, user_id="user-2")

    assert by_user == world.query(AN_AUDITOR, organization_id="org-2")
    assert len(by_user) == 1


@pytest.mark.parametrize("order", [audit_pb2.ORDER_NEWEST_FIRST, audit_pb2.ORDER_OLDEST_FIRST])
def test_pages_hold_every_record_once(world: AuditWorld, order):
    asked = audit_pb2.QueryActionsRequest(
        filter=audit_pb2.ActionFilter(partner_id="partner-a", service="identity"),
        order=order,
        page_size=2,
    )
    seen: list[int] = []
    while True:
        answer = world.call(AN_AUDITOR, "QueryActions", asked)
        seen += [each.index for each in answer.records]
        asked.page_token = answer.next_page_token
        if not asked.page_token:
            break

    assert seen == sorted(seen, reverse=order == audit_pb2.ORDER_NEWEST_FIRST)
    assert len(seen) == len(set(seen)) == 3


def test_a_page_token_of_another_query_is_refused(world: AuditWorld):
    asked = audit_pb2.QueryActionsRequest(page_size=1)
    asked.page_token = world.call(AN_AUDITOR, "QueryActions", asked).next_page_token
    asked.filter.partner_id = "partner-a"

    with pytest.raises(InvalidArgument):
        world.call(AN_AUDITOR, "QueryActions", asked)


def test_a_record_is_proved_to_be_in_the_signed_log(world: AuditWorld):
    record = world.query(AN_AUDITOR)[0]
    world.call(AN_AUDITOR, "SignCheckpoint", audit_pb2.SignCheckpointRequest())
    key = world.call(AN_AUDITOR, "GetCheckpoint", audit_pb2.GetCheckpointRequest()).verifier_key
    asked = audit_pb2.GetActionRequest(record_id=record.record_id)
    proof = world.call(AN_AUDITOR, "GetAction", asked).proof
    head = open_checkpoint(proof.checkpoint, [VerifierKey.parse(key)]).checkpoint

    assert verify_inclusion(proof.leaf_hash, proof.index, head.size, list(proof.hashes), head.root)


def signed(world: AuditWorld) -> audit_pb2.Checkpoint:
    return world.call(AN_AUDITOR, "SignCheckpoint", audit_pb2.SignCheckpointRequest()).checkpoint


def grown(world: AuditWorld, old: int, new: int = 0) -> audit_pb2.GetConsistencyProofResponse:
    request = audit_pb2.GetConsistencyProofRequest(old_size=old, new_size=new)
    return world.call(AN_AUDITOR, "GetConsistencyProof", request)


def test_the_log_is_proved_to_begin_with_what_was_signed_before(world: AuditWorld):
    before = signed(world)
    # Signing is itself recorded.
    assert wait_until(lambda: signed(world).size > before.size)
    after = signed(world)
    proof = grown(world, before.size)
    hashes = list(proof.hashes)

    assert (proof.old_size, proof.new_size) == (before.size, after.size)
    assert (proof.old_checkpoint, proof.checkpoint) == (before.note, after.note)
    assert before.size < after.size
    assert verify_consistency(before.size, after.size, hashes, before.root, after.root)
    assert not verify_consistency(before.size, after.size, hashes[1:], before.root, after.root)


def test_sizes_that_were_not_signed_are_proved_without_a_checkpoint(world: AuditWorld):
    after = signed(world)
    db = world.host.running["audit"].store.engine
    known = {size for (size,) in db.query("SELECT size FROM log_checkpoint")}
    old, new = [size for size in range(1, after.size + 1) if size not in known][:2]
    proof = grown(world, old, new)

    assert (proof.old_size, proof.new_size) == (old, new)
    assert (proof.old_checkpoint, proof.checkpoint) == ("", "")
    assert grown(world, after.size, after.size).hashes == []


@pytest.mark.parametrize(
    ("old", "new", "field"),
    [(-1, 3, "old_size"), (4, 3, "old_size"), (0, 99_999, "new_size"), (0, -1, "new_size")],
)
def test_a_size_that_the_log_never_had_is_refused(world: AuditWorld, old, new, field):
    with pytest.raises(InvalidArgument) as refused:
        grown(world, old, new)

    assert refused.value.field == field


def test_only_the_platforms_auditors_declare_that_they_read_elsewhere(world: AuditWorld):
    stub = replay_pb2_grpc.ReplayServiceStub(world.host.wiring.channel("audit"))
    request = replay_pb2.DeclareReadingRequest(
        session_id="s-1", organization_id="org-1", command="export", reason="complaint 7"
    )
    with pytest.raises(NotFound):
        world.caller(AUDITOR_OF_A)(stub.DeclareReading, request)
    world.caller(AN_AUDITOR)(stub.DeclareReading, request)

    store = world.host.running["audit"].store
    facts = [store.opened(row) for row in store.read(0, 10_000, (SupportActionRecorded.NAME,))]
    (record,) = [f for f in facts if f.action == "audit.text.open" and f.outcome == "done"]
    assert record.subjects == ("command:export", "session:s-1")
    assert (record.organization_id, record.reason) == ("org-1", "complaint 7")


def test_a_record_of_another_partner_is_not_found(world: AuditWorld):
    theirs = world.query(AN_AUDITOR, filter=audit_pb2.ActionFilter(partner_id="partner-b"))[0]

    with pytest.raises(NotFound):
        world.call(
            AUDITOR_OF_A, "GetAction", audit_pb2.GetActionRequest(record_id=theirs.record_id)
        )


def test_activity_counts_by_outcome(world: AuditWorld):
    asked = audit_pb2.GetActivityRequest(
        filter=audit_pb2.ActionFilter(**{"from": at(0), "until": at(100)}), buckets=10
    )
    activity = world.call(AN_AUDITOR, "GetActivity", asked)

    assert (activity.done, activity.refused, activity.failed) == (4, 1, 0)
    assert [bucket.done for bucket in activity.buckets] == [3, 0, 0, 0, 0, 0, 0, 0, 0, 1]


def test_activity_counts_only_what_a_partners_auditor_may_see(world: AuditWorld):
    asked = audit_pb2.GetActivityRequest(
        filter=audit_pb2.ActionFilter(**{"from": at(0), "until": at(100)})
    )

    assert world.call(AUDITOR_OF_A, "GetActivity", asked).refused == 0


def test_a_pause_begins_another_session(world: AuditWorld):
    asked = audit_pb2.ListSessionsRequest(agent_id="agent-a")
    sessions = world.call(AN_AUDITOR, "ListSessions", asked).sessions

    assert [(each.done, list(each.organization_ids)) for each in sessions] == [
        (1, ["org-1"]),
        (2, ["org-1", "org-2"]),
    ]


def test_the_records_of_a_session_are_found_by_its_id(world: AuditWorld):
    asked = audit_pb2.ListSessionsRequest(agent_id="agent-a")
    newest = world.call(AN_AUDITOR, "ListSessions", asked).sessions[0]
    found = world.query(AN_AUDITOR, filter=audit_pb2.ActionFilter(session_id=newest.session_id))

    assert [each.action for each in found] == ["email.blocklist.remove"]


def test_sessions_of_another_partner_are_not_listed(world: AuditWorld):
    asked = audit_pb2.ListSessionsRequest(agent_id="agent-b")

    assert not world.call(AUDITOR_OF_A, "ListSessions", asked).sessions


def test_a_customer_sees_what_every_partner_did_about_it(world: AuditWorld):
    asked = audit_pb2.ListOrganizationActivityRequest(organization_id="org-1")
    feed = world.call(ADMIN_OF_ORG_1, "ListOrganizationActivity", asked).activities

    assert [each.agent_id for each in feed if "agent" in each.agent_id] == [
        "agent-a",
        "agent-b",
        "agent-b",
        "agent-a",
    ]
    assert feed[-1].reason == "caller forgot the name"


def test_a_customer_does_not_see_another_customers_feed(world: AuditWorld):
    asked = audit_pb2.ListOrganizationActivityRequest(organization_id="org-2")

    with pytest.raises(NotFound):
        world.call(ADMIN_OF_ORG_1, "ListOrganizationActivity", asked)


def test_a_customer_does_not_query_the_log(world: AuditWorld):
    with pytest.raises(Forbidden):
        world.query(ADMIN_OF_ORG_1, organization_id="org-1")


def test_reading_the_log_is_itself_recorded(world: AuditWorld):
    reader = "auditor-a"
    world.query(AUDITOR_OF_A)
    store = world.host.running["audit"].store
    assert world.host.bus.wait("audit.actions", "audit", store.position)
    asked = audit_pb2.QueryActionsRequest(filter=audit_pb2.ActionFilter(agent_id=reader))
    found = world.call(AN_AUDITOR, "QueryActions", asked).records

    assert found[0].action == "audit.action.query"
    assert found[0].source == "audit"


def test_the_log_is_complete_and_says_up_to_when(world: AuditWorld):
    standing = world.call(AN_AUDITOR, "GetCheckpoint", audit_pb2.GetCheckpointRequest())
    identity = next(each for each in standing.sources if each.source == "identity")

    assert standing.complete
    assert identity.consumed == identity.head == world.source.position
    assert identity.records == 5


def test_a_tail_begins_where_it_is_told_and_says_where_to_go_on(world: AuditWorld):
    asked = audit_pb2.TailActionsRequest(
        filter=audit_pb2.ActionFilter(partner_id="partner-a"), from_index=0, seconds=1
    )
    answers = list(world.stream(AN_AUDITOR, "TailActions", asked))
    indexes = [
        each.index for answer in answers for each in answer.records if each.source == "identity"
    ]

    assert len(indexes) == 3
    assert answers[-1].next_index > indexes[-1]


def test_a_tail_shows_what_arrives(world: AuditWorld):
    late = {"agent_id": "agent-late", "partner_id": "partner-late", "organization_id": "org-late"}
    asked = audit_pb2.TailActionsRequest(
        filter=audit_pb2.ActionFilter(agent_id="agent-late"), seconds=10
    )
    world.record(95, **late, ticket="T-95")
    answers = world.stream(AN_AUDITOR, "TailActions", asked)
    first = next(answers)
    world.record(96, **late, ticket="T-96")
    second = next(answers)

    assert [each.ticket for each in (*first.records, *second.records)] == ["T-95", "T-96"]


def during(first: int, until: int) -> audit_pb2.ActionFilter:
    return audit_pb2.ActionFilter(**{"from": at(first), "until": at(until)})


def test_the_records_of_a_time_are_streamed_to_its_end(world: AuditWorld):
    asked = audit_pb2.TailActionsRequest(filter=during(1, 3), from_index=0, seconds=300)
    begun = monotonic()
    answers = list(world.stream(AN_AUDITOR, "TailActions", asked))
    minutes = [
        (each.occurred_at.ToDatetime(UTC) - NOON).total_seconds() / 60
        for answer in answers
        for each in answer.records
    ]

    assert minutes == [1, 2]
    assert monotonic() - begun < 5
    assert answers[-1].next_index > 0


def test_a_time_that_ends_before_it_begins_is_not_streamed(world: AuditWorld):
    asked = audit_pb2.TailActionsRequest(filter=during(3, 1), from_index=0)

    with pytest.raises(InvalidArgument):
        list(world.stream(AN_AUDITOR, "TailActions", asked))


def test_a_time_that_is_not_over_is_followed_until_it_is(world: AuditWorld):
    wanted = audit_pb2.ActionFilter(agent_id="agent-soon")
    wanted.until.FromDatetime(datetime.now(UTC) + timedelta(seconds=2))
    asked = audit_pb2.TailActionsRequest(filter=wanted, from_index=0, seconds=300)
    answers = world.stream(AN_AUDITOR, "TailActions", asked)
    world.record(97, agent_id="agent-soon", organization_id="org-late", partner_id="partner-late")

    assert len(next(answers).records) == 1
    assert [len(each.records) for each in answers] == [0]


def test_a_stream_says_how_the_log_stands_where_that_is_asked_for(world: AuditWorld):
    asked = audit_pb2.TailActionsRequest(seconds=1, with_standing=True)
    standing = next(world.stream(AN_AUDITOR, "TailActions", asked)).standing
    without = list(world.stream(AN_AUDITOR, "TailActions", audit_pb2.TailActionsRequest(seconds=1)))

    assert standing.complete
    assert standing.records > 0
    assert not any(each.HasField("standing") for each in without)


def test_a_page_begins_behind_what_is_skipped(world: AuditWorld):
    every = world.query(AN_AUDITOR, filter=during(0, 4))
    page = world.query(AN_AUDITOR, filter=during(0, 4), skip=2, page_size=1)

    assert [each.index for each in page] == [every[2].index]
    with pytest.raises(InvalidArgument):
        world.query(AN_AUDITOR, skip=100_001)


def test_an_export_of_a_foreign_customer_is_refused(world: AuditWorld):
    asked = audit_pb2.ExportRequest(organization_id="org-2")

    with pytest.raises(NotFound):
        list(world.stream(ADMIN_OF_ORG_1, "Export", asked))


def test_what_a_person_said_is_erased_with_its_key(tmp_path: Path):
    with audit_world(tmp_path) as world:
        world.record(0, query="ion popescu", query_key="query:of-ion")
        world.settle()
        world.source.vault.forget("query:of-ion")

        assert world.query(AN_AUDITOR)[0].query == "[erased]"
