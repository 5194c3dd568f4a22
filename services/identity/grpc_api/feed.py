"""DirectoryFeedService."""

from __future__ import annotations

from collections.abc import Iterator

from helpdesk.identity.v1 import feed_pb2, feed_pb2_grpc
from helpdesk.kernel.actions import SupportAction
from services.identity.application.accounts import Accounts
from services.identity.application.importing import AT_ONCE, Importing, Lines, Progress


class FeedServicer(feed_pb2_grpc.DirectoryFeedServiceServicer):
    """The directory coming in."""

    def __init__(self, importing: Importing, accounts: Accounts) -> None:
        self._importing = importing
        self._accounts = accounts

    def Import(  # noqa: N802
        self, requests: Iterator[feed_pb2.ImportRequest], action: SupportAction
    ) -> Iterator[feed_pb2.ImportResponse]:
        files: dict[str, Progress] = {}
        for request in requests:
            progress = files.setdefault(request.kind, Progress())
            lines = list(request.lines)
            for start in range(0, len(lines), AT_ONCE):
                part = lines[start : start + AT_ONCE]
                torn = request.torn and start + len(part) == len(lines)
                batch = Lines(request.kind, part, request.first_line + start, torn)
                self._importing.take(action, progress, batch)
                yield feed_pb2.ImportResponse(
                    taken=sum(each.taken for each in files.values()),
                    changed=sum(each.changed for each in files.values()),
                    bad_lines=[
                        feed_pb2.BadLine(
                            kind=bad.kind, line=bad.line, field=bad.field, problem=bad.problem
                        )
                        for bad in progress.bad
                    ],
                )
                progress.bad.clear()

    def LinkAccount(  # noqa: N802
        self, request: feed_pb2.LinkAccountRequest, action: SupportAction
    ) -> feed_pb2.LinkAccountResponse:
        self._accounts.link_account(action, request.user_id, request.issuer, request.subject)
        return feed_pb2.LinkAccountResponse()
