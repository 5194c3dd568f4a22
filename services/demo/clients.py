"""What the demo asks of the services that it started."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

from helpdesk.email.v1 import email_pb2, email_pb2_grpc
from helpdesk.identity.v1 import feed_pb2, feed_pb2_grpc
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
