"""Identity and the audit service in one process, and records that other people's calls left."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from helpdesk.audit.v1 import audit_pb2, audit_pb2_grpc
from helpdesk.kernel import secrets
from helpdesk.kernel.context import Actor
from helpdesk.kernel.events import SupportActionRecorded
from helpdesk.kernel.hosting import Host
from helpdesk.kernel.rpc.client import Caller
from helpdesk.kernel.store import Unit
from helpdesk.kernel.tokens import Signer, claims_of
from services.audit.service import SERVICE as AUDIT
from services.identity.service import SERVICE as IDENTITY

AN_AUDITOR = Actor("auditor-1", roles=frozenset({"AUDITOR"}), sign_in_id="s-auditor")
AUDITOR_OF_A = Actor("auditor-a", partner_id="partner-a", roles=frozenset({"AUDITOR"}))
ADMIN_OF_ORG_1 = Actor("admin-1", organization_id="org-1", roles=frozenset({"CUSTOMER_ADMIN"}))
AN_AGENT = Actor("agent-z", partner_id="partner-a", roles=frozenset({"HELP_DESK"}))
NOON = datetime(2020, 5, 6, 12, tzinfo=UTC)


@dataclass
class AuditWorld:
    """A running pair of services."""

    host: Host

    @property
    def stub(self) -> audit_pb2_grpc.AuditServiceStub:
        return audit_pb2_grpc.AuditServiceStub(self.host.wiring.channel("audit"))

    @property
    def source(self) -> Any:
        return self.host.running["identity"].store

    def caller(self, actor: Actor) -> Caller:
        signer = Signer(self.host.wiring.secret("token.signing.pem"))
        return Caller(lambda: signer.sign(claims_of(actor), secrets.SERVICES, 60))

    def call(self, actor: Actor, method: str, request: Any) -> Any:
        return self.caller(actor)(getattr(self.stub, method), request)

    def stream(self, actor: Actor, method: str, request: Any) -> Iterator[Any]:
        return self.caller(actor).stream(getattr(self.stub, method), request, timeout=60)

    def query(self, actor: Actor, **fields: Any) -> list[audit_pb2.ActionRecord]:
        """Records of identity that somebody finds; those of the audit service itself left out."""
        request = audit_pb2.QueryActionsRequest(order=audit_pb2.ORDER_OLDEST_FIRST, **fields)
        request.page_size = request.page_size or 200
        found = self.call(actor, "QueryActions", request).records
        return [each for each in found if each.source == "identity"]

    def record(self, minute: int = 0, **fields: Any) -> int:
        """Leave the record of one call; return its position in identity's log."""
        vault = self.source.vault
        at = NOON + timedelta(minutes=minute)
        usual = {
            "action": "identity.user.get",
            "outcome": "done",
            "agent_id": "agent-a",
            "partner_id": "partner-a",
            "organization_id": "org-1",
            "sign_in_id": "sign-in-1",
            "ticket": "T-1",
            "service": "identity",
            "occurred_at": at,
        }
        if "reason" in fields:
            fields.setdefault("reason_key", vault.spare("reason"))
        if "query" in fields:
            fields.setdefault("query_key", vault.spare("query"))
        fact = SupportActionRecorded(**(usual | fields))
        return self.source.commit(Unit(record=fact, now=at, action_id=f"call-{minute}"))

    def settle(self) -> None:
        """Wait until everything that identity recorded is in the log."""
        assert self.host.bus.wait("audit.actions", "identity", self.source.position)


def environment(folder: Path) -> dict[str, str]:
    """Settings of a fresh data directory."""
    secrets.create(folder / "secrets")
    return {
        "HELPDESK_DATA_DIR": str(folder),
        "HELPDESK_SECRETS_DIR": str(folder / "secrets"),
        "HELPDESK_DURABLE": "false",
    }


@contextmanager
def audit_world(folder: Path, **settings: str) -> Iterator[AuditWorld]:
    """Run both services on a data directory."""
    with Host(environment(folder) | settings, [IDENTITY, AUDIT]) as host:
        yield AuditWorld(host)


def leave_two_partners_records(world: AuditWorld) -> None:
    """Partner a works for org-1 and org-2, partner b for org-1; b is refused once."""
    world.record(0, reason="caller forgot the name", query="ion popescu", action="search.search")
    world.record(1, organization_id="org-2", user_id="user-2", ticket="T-2")
    world.record(2, agent_id="agent-b", partner_id="partner-b", sign_in_id="sign-in-2")
    world.record(3, agent_id="agent-b", partner_id="partner-b", outcome="refused", error="NO")
    world.record(90, action="email.blocklist.remove", view_id="view-1")
    world.settle()


def exported(world: AuditWorld, actor: Actor, target: Path, **fields: Any) -> Path:
    """Let somebody export; return the file."""
    parts = list(world.stream(actor, "Export", audit_pb2.ExportRequest(**fields)))
    target.write_bytes(b"".join(part.chunk for part in parts))
    assert parts[-1].last
    return target
