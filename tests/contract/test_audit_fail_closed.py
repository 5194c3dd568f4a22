"""Services refuse calls where their records do not reach the audit log, and say why."""

from pathlib import Path

import pytest

from helpdesk.audit.v1 import audit_pb2
from helpdesk.eventlog.v1 import eventlog_pb2, eventlog_pb2_grpc
from helpdesk.identity.v1 import directory_pb2, directory_pb2_grpc
from helpdesk.kernel.context import Actor
from helpdesk.kernel.errors import HelpdeskError
from helpdesk.kernel.events import SupportActionRecorded
from helpdesk.kernel.hosting import Host
from services.audit.service import SERVICE as AUDIT
from services.identity.service import SERVICE as IDENTITY
from tests.contract.audit_world import AN_AUDITOR, AuditWorld, environment
from tests.support.waiting import wait_until

AN_AGENT = Actor("agent-a", partner_id="partner-a", roles=frozenset({"HELP_DESK"}))
A_SERVICE = Actor("email", roles=frozenset({"SERVICE"}))


def reason_of(world: AuditWorld) -> str:
    """Ask for a user as an agent; return why that was refused."""
    stub = directory_pb2_grpc.DirectoryServiceStub(world.host.wiring.channel("identity"))
    try:
        world.caller(AN_AGENT)(stub.GetUser, directory_pb2.GetUserRequest(user_id="user-1"))
    except HelpdeskError as error:
        return error.reason
    return ""


@pytest.fixture
def folder(tmp_path: Path) -> dict[str, str]:
    return {**environment(tmp_path), "HELPDESK_AUDIT_GRACE_SECONDS": "0.2"}


def test_without_an_audit_log_a_service_closes_and_records_that_it_did(folder):
    with Host(folder, [IDENTITY]) as host:
        world = AuditWorld(host)
        assert reason_of(world) != "AUDIT_BEHIND"
        closed = wait_until(lambda: reason_of(world) == "AUDIT_BEHIND", pause=0.1)
        newest = world.source.read(0, 10_000, (SupportActionRecorded.NAME,))[-1]
        record = world.source.opened(newest)

    assert closed
    assert isinstance(record, SupportActionRecorded)
    assert (record.outcome, record.error) == ("failed", "AUDIT_BEHIND")


def test_it_opens_when_the_audit_log_is_back_and_the_auditor_can_look_all_the_time(folder):
    with Host(folder, [IDENTITY]) as host:
        assert wait_until(lambda: reason_of(AuditWorld(host)) == "AUDIT_BEHIND", pause=0.1)
    with Host(folder, [IDENTITY, AUDIT]) as host:
        world = AuditWorld(host)
        world.call(AN_AUDITOR, "GetCheckpoint", audit_pb2.GetCheckpointRequest())
        opened = wait_until(
            lambda: (
                world.source.engine.tracked("acknowledged<audit") > 0
                and reason_of(world) != "AUDIT_BEHIND"
            ),
            15,
            0.1,
        )

    assert opened


def test_another_service_may_not_acknowledge(tmp_path: Path):
    with Host(environment(tmp_path), [IDENTITY]) as host:
        world = AuditWorld(host)
        stub = eventlog_pb2_grpc.EventLogServiceStub(host.wiring.channel("identity"))
        request = eventlog_pb2.AcknowledgeEventsRequest(source="identity", position=0)
        with pytest.raises(HelpdeskError) as refused:
            world.caller(A_SERVICE)(stub.AcknowledgeEvents, request)

    assert refused.value.reason == "CALLER_NOT_NAMED"
