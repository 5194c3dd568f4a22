"""Consents and read-only views."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

import grpc

from helpdesk.kernel.rpc.client import Caller, Opened
from helpdesk.session.v1 import consent_pb2, consent_pb2_grpc, view_pb2, view_pb2_grpc
from services.gateway.clients.codes import SECTIONS, stamp


class Sessions:
    """Consents and read-only views."""

    def __init__(self, channel: grpc.Channel, call: Caller) -> None:
        self._call = call
        self._consent = consent_pb2_grpc.ConsentServiceStub(channel)  # type: ignore[no-untyped-call]
        self._view = view_pb2_grpc.ViewServiceStub(channel)  # type: ignore[no-untyped-call]

    def access(self, token: str, organization_id: str, ticket: str) -> Any:
        """Return what the caller may do in a customer's portal."""
        request = consent_pb2.GetAccessRequest(organization_id=organization_id, ticket=ticket)
        return self._call(self._consent.GetAccess, request, token=token)

    def request_access(
        self,
        token: str,
        organization_id: str,
        *,
        sections: Iterable[str],
        minutes: int,
        reason: str,
        ticket: str,
        request_id: str,
    ) -> None:
        """Ask a customer's admins for access. Raises Refused, InvalidArgument."""
        request = consent_pb2.RequestAccessRequest(
            organization_id=organization_id,
            sections=[SECTIONS[each] for each in sections],
            minutes=minutes,
            reason=reason,
            ticket=ticket,
            request_id=request_id,
        )
        self._call(self._consent.RequestAccess, request, token=token)

    def requests(self, token: str) -> list[Any]:
        """Return the requests to the caller's organization, open ones first."""
        request = consent_pb2.ListAccessRequestsRequest(page_size=200)
        return list(
            self._call(self._consent.ListAccessRequests, request, token=token).access_requests
        )

    def answer(
        self,
        token: str,
        request_for_access: str,
        sections: Iterable[str],
        minutes: int,
        request_id: str,
    ) -> None:
        """Allow these sections of what was asked for so long, or nothing. Raises Refused."""
        allowed = [SECTIONS[each] for each in sections]
        request = consent_pb2.AnswerAccessRequestRequest(
            access_request_id=request_for_access,
            approve=bool(allowed),
            sections=allowed,
            minutes=minutes if allowed else 0,
            request_id=request_id,
        )
        self._call(self._consent.AnswerAccessRequest, request, token=token)

    def consents(self, token: str) -> Any:
        """Return the consents of the caller's organization, and its partners."""
        request = consent_pb2.ListConsentsRequest(include_ended=True, page_size=50)
        return self._call(self._consent.ListConsents, request, token=token)

    def watch_access(self, token: str, opened: Opened) -> Iterator[Any]:
        """Stream what the caller's organization allows, who looks and what is asked."""
        request = consent_pb2.WatchAccessRequest()
        return self._call.stream(self._consent.WatchAccess, request, token=token, opened=opened)

    def grant(
        self,
        token: str,
        partner_id: str,
        *,
        sections: Iterable[str],
        begins: datetime | None,
        ends: datetime | None,
        once: bool,
        minutes: int,
        reason: str,
        request_id: str,
    ) -> None:
        """Allow a partner access without being asked. Raises InvalidArgument, NotFound, Refused."""
        request = consent_pb2.GrantAccessRequest(
            partner_id=partner_id,
            sections=[SECTIONS[each] for each in sections],
            until=stamp(ends),
            once=once,
            minutes=minutes,
            reason=reason,
            request_id=request_id,
        )
        start = stamp(begins)
        if start is not None:
            # "from" is a keyword, so it cannot be given like the other fields.
            getattr(request, "from").CopyFrom(start)
        self._call(self._consent.GrantAccess, request, token=token)

    def revoke(self, token: str, consent_id: str, request_id: str) -> None:
        """Take a consent back. Raises NotFound, Refused."""
        request = consent_pb2.RevokeConsentRequest(consent_id=consent_id, request_id=request_id)
        self._call(self._consent.RevokeConsent, request, token=token)

    def receipt(self, token: str, consent_id: str) -> Any:
        """Return the signed receipt of a consent and the key to check it. Raises NotFound."""
        request = consent_pb2.GetConsentReceiptRequest(consent_id=consent_id)
        return self._call(self._consent.GetConsentReceipt, request, token=token)

    def document_keys(self) -> list[dict[str, Any]]:
        """Return the keys of receipts and signals as JWKs. Raises Unavailable."""
        answer = self._call(self._consent.GetDocumentKeys, consent_pb2.GetDocumentKeysRequest())
        return [json.loads(key) for key in answer.keys]

    def block_partners(self, token: str, reason: str, request_id: str) -> None:
        """Shut every partner out. Raises Refused."""
        request = consent_pb2.BlockPartnersRequest(reason=reason, request_id=request_id)
        self._call(self._consent.BlockPartners, request, token=token)

    def unblock_partners(self, token: str, reason: str, request_id: str) -> None:
        """Let partners ask again. Raises Refused."""
        request = consent_pb2.UnblockPartnersRequest(reason=reason, request_id=request_id)
        self._call(self._consent.UnblockPartners, request, token=token)

    def start_view(self, token: str, organization_id: str, ticket: str, request_id: str) -> Any:
        """Start a read-only view. Raises Refused."""
        request = view_pb2.StartViewRequest(
            organization_id=organization_id, ticket=ticket, request_id=request_id
        )
        return self._call(self._view.StartView, request, token=token)

    def lease(self, token: str, view_id: str) -> Any:
        """Return a token for one request in a view. Raises NotFound, Refused."""
        request = view_pb2.IssueViewTokenRequest(view_id=view_id)
        return self._call(self._view.IssueViewToken, request, token=token)

    def refuse_change(self, lease: str, view_id: str) -> None:
        """Have an attempt to change something in a view recorded. Raises Forbidden, always."""
        request = view_pb2.ChangeInViewRequest(view_id=view_id)
        self._call(self._view.ChangeInView, request, token=lease)

    def end_view(self, token: str, view_id: str, request_id: str) -> None:
        """End a view. Raises NotFound, Refused."""
        request = view_pb2.EndViewRequest(view_id=view_id, request_id=request_id)
        self._call(self._view.EndView, request, token=token)

    def views(self, token: str) -> list[Any]:
        """Return the views that run."""
        request = view_pb2.ListViewsRequest(page_size=200)
        return list(self._call(self._view.ListViews, request, token=token).views)

    def watch(self, token: str, view_id: str, opened: Opened) -> Iterator[Any]:
        """Stream how a view stands until it has ended."""
        request = view_pb2.WatchViewRequest(view_id=view_id)
        return self._call.stream(self._view.WatchView, request, token=token, opened=opened)
