"""What the demo asks of the services that it started."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import suppress

from helpdesk.email.v1 import email_pb2, email_pb2_grpc
from helpdesk.identity.v1 import (
    feed_pb2,
    feed_pb2_grpc,
    internal_pb2,
    internal_pb2_grpc,
    platform_auditors_pb2,
    platform_auditors_pb2_grpc,
    sign_in_pb2,
    sign_in_pb2_grpc,
    tickets_pb2,
    tickets_pb2_grpc,
)
from helpdesk.kernel.errors import HelpdeskError, Refused
from helpdesk.kernel.operating import Operator
from services.demo.domain import Record

_KINDS = (
    "partners",
    "organizations",
    "people",
    "domains",
    "sites",
    "licenses",
    "orders",
    "devices",
)
_BATCH = 200


def import_records(operator: Operator, records: dict[str, list[Record]]) -> int:
    """Import the sample; return how many records were new."""
    stub = feed_pb2_grpc.DirectoryFeedServiceStub(operator.channel("identity"))
    caller = operator.caller("DIRECTORY_WRITER")
    changed = 0
    for answer in caller.stream(stub.Import, _requests(records), timeout=60):
        if answer.bad_lines:
            raise ValueError(f"the sample has a bad line: {answer.bad_lines[0].problem}")
        changed = int(answer.changed)
    return changed


def open_tickets(operator: Operator, email: str, tickets: Sequence[tuple[str, str, str]]) -> None:
    """Open tickets as the agent with that address, where that is possible."""
    channel = operator.channel("identity")
    own = operator.caller("SERVICE")
    found = own(
        internal_pb2_grpc.DirectoryInternalServiceStub(channel).ResolveAddress,
        internal_pb2.ResolveAddressRequest(address=email),
    )
    stub = tickets_pb2_grpc.TicketServiceStub(channel)
    try:
        agent = own(
            sign_in_pb2_grpc.SignInServiceStub(channel).IssueTokenFor,
            sign_in_pb2.IssueTokenForRequest(user_id=found.user_id),
        )
    except HelpdeskError:
        # With a provider of its own nobody gets a token in an agent's name.
        return
    for number, organization_id, _ in tickets:
        request = tickets_pb2.OpenTicketRequest(ticket=number, organization_id=organization_id)
        # It is open already where the demo ran before.
        with suppress(Refused):
            own(stub.OpenTicket, request, token=agent.token)


def let_audit(operator: Operator, auditor: tuple[str, str, str]) -> None:
    """Let somebody audit all partners whom the development provider knows by their address."""
    channel = operator.channel("identity")
    sign_ins = sign_in_pb2_grpc.SignInServiceStub(channel)
    caller = operator.caller("OPERATOR")
    providers = caller(sign_ins.ListProviders, sign_in_pb2.ListProvidersRequest()).providers
    _, name, address = auditor
    request = platform_auditors_pb2.AddPlatformAuditorRequest(
        issuer=providers[0].issuer, subject=address, display_name=name, reason="shown in the demo"
    )
    stub = platform_auditors_pb2_grpc.PlatformAuditorServiceStub(channel)
    # They are one already where the demo ran before.
    with suppress(Refused):
        caller(stub.AddPlatformAuditor, request)


def welcome(operator: Operator, user_ids: Sequence[str]) -> None:
    """Have a welcome mail sent to each user; the same user gets one only."""
    stub = email_pb2_grpc.EmailServiceStub(operator.channel("email"))
    caller = operator.caller("MAIL_SENDER")
    for user_id in user_ids:
        request = email_pb2.SendMessageRequest(
            user_id=user_id, template="welcome", request_id=f"demo-{user_id[-32:]}"
        )
        caller(stub.SendMessage, request)


def _requests(records: dict[str, list[Record]]) -> Iterator[feed_pb2.ImportRequest]:
    for kind in _KINDS:
        lines = [json.dumps(record).encode() for record in records[kind]]
        for start in range(0, len(lines), _BATCH):
            batch = lines[start : start + _BATCH]
            yield feed_pb2.ImportRequest(kind=kind, lines=batch, first_line=start + 1)
