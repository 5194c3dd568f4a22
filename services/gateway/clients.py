"""Calls to the other services in the name of whoever is signed in."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

import grpc
from google.protobuf.timestamp_pb2 import Timestamp

from helpdesk.audit.v1 import audit_pb2, audit_pb2_grpc
from helpdesk.email.v1 import caller_check_pb2, caller_check_pb2_grpc, email_pb2, email_pb2_grpc
from helpdesk.identity.v1 import (
    directory_pb2,
    directory_pb2_grpc,
    internal_pb2,
    internal_pb2_grpc,
    roles_pb2,
    roles_pb2_grpc,
    sign_in_pb2,
    sign_in_pb2_grpc,
)
from helpdesk.kernel.rpc.client import Caller, Opened
from helpdesk.options.v1 import options_pb2
from helpdesk.search.v1 import search_pb2, search_pb2_grpc
from helpdesk.session.v1 import consent_pb2, consent_pb2_grpc, view_pb2, view_pb2_grpc

SECTIONS: Mapping[str, Any] = {
    "overview": options_pb2.SECTION_ORGANIZATION,
    "users": options_pb2.SECTION_USERS,
    "devices": options_pb2.SECTION_DEVICES,
    "licences": options_pb2.SECTION_LICENSES,
    "sites": options_pb2.SECTION_SITES,
    "settings": options_pb2.SECTION_SETTINGS,
}
ROLES: Mapping[str, Any] = {
    "helpdesk": options_pb2.ROLE_HELP_DESK,
    "helpdesk_read_only": options_pb2.ROLE_HELP_DESK_READ_ONLY,
    "partner_admin": options_pb2.ROLE_PARTNER_ADMIN,
    "auditor": options_pb2.ROLE_AUDITOR,
}
_KINDS: Mapping[str, Any] = {
    "user": search_pb2.KIND_USER,
    "organization": search_pb2.KIND_ORGANIZATION,
    "site": search_pb2.KIND_SITE,
    "order": search_pb2.KIND_ORDER,
    "device": search_pb2.KIND_DEVICE,
    "domain": search_pb2.KIND_DOMAIN,
}
_KIND_OF = {value: name for name, value in _KINDS.items()}
_STATES: Mapping[Any, str] = {
    consent_pb2.ACCESS_STATE_REQUESTED: "asked",
    consent_pb2.ACCESS_STATE_GRANTED: "granted",
    consent_pb2.ACCESS_STATE_RUNNING: "running",
}
_OUTCOMES: Mapping[str, Any] = {
    "done": audit_pb2.OUTCOME_DONE,
    "refused": audit_pb2.OUTCOME_REFUSED,
    "failed": audit_pb2.OUTCOME_FAILED,
}
_OUTCOME_OF = {value: name for name, value in _OUTCOMES.items()}
_FORMATS: Mapping[str, Any] = {
    "proofs": audit_pb2.EXPORT_FORMAT_PROOFS,
    "ocsf": audit_pb2.EXPORT_FORMAT_OCSF,
    "cadf": audit_pb2.EXPORT_FORMAT_CADF,
    "cloudevents": audit_pb2.EXPORT_FORMAT_CLOUDEVENTS,
}
_EXPORTED = 120.0


def kind_of(value: int) -> str:
    """Return the page's code of a kind of hit."""
    return _KIND_OF.get(value, "")


def outcome_of(value: int) -> str:
    """Return the page's code of an outcome."""
    return _OUTCOME_OF.get(value, "failed")


def access_of(value: int) -> str:
    """Return the page's code of how an agent stands with a customer."""
    return _STATES.get(value, "none")


def sections_of(values: Iterable[int]) -> tuple[str, ...]:
    """Return the page's codes of sections."""
    codes = {value: code for code, value in SECTIONS.items()}
    return tuple(codes[value] for value in values if value in codes)


class Identity:
    """Signing in, the directory and roles; ``own`` calls as the gateway itself."""

    def __init__(self, channel: grpc.Channel, call: Caller, own: Caller) -> None:
        self._call = call
        self._own = own
        self._sign_in = sign_in_pb2_grpc.SignInServiceStub(channel)
        self._directory = directory_pb2_grpc.DirectoryServiceStub(channel)
        self._roles = roles_pb2_grpc.RoleServiceStub(channel)
        self._internal = internal_pb2_grpc.DirectoryInternalServiceStub(channel)

    def begin_sign_in(self, redirect_uri: str, locale: str) -> Any:
        """Start a sign-in; returns where to send the browser, and the state."""
        request = sign_in_pb2.BeginSignInRequest(redirect_uri=redirect_uri, locale=locale)
        return self._call(self._sign_in.BeginSignIn, request, timeout=10)

    def complete_sign_in(self, **answer: str) -> Any:
        """End a sign-in with what came back. Raises Forbidden."""
        request = sign_in_pb2.CompleteSignInRequest(**answer)
        return self._call(self._sign_in.CompleteSignIn, request, timeout=10)

    def issue_token(self, secret: str) -> Any:
        """Return a token for a live session, and whom it names. Raises Forbidden."""
        request = sign_in_pb2.IssueTokenRequest(secret=secret)
        return self._call(self._sign_in.IssueToken, request)

    def list_sign_ins(self, token: str) -> Any:
        """Return the caller's sessions."""
        return self._call(
            self._sign_in.ListSignIns, sign_in_pb2.ListSignInsRequest(), token=token
        ).sign_ins

    def end_sign_in(self, token: str, sign_in_id: str, request_id: str) -> None:
        """End a session; the calling one for an empty id."""
        request = sign_in_pb2.EndSignInRequest(sign_in_id=sign_in_id, request_id=request_id)
        self._call(self._sign_in.EndSignIn, request, token=token)

    def user(self, token: str, user_id: str, ticket: str = "") -> Any:
        """Return a user with licences and devices. Raises NotFound."""
        request = directory_pb2.GetUserRequest(user_id=user_id, ticket=ticket)
        return self._call(self._directory.GetUser, request, token=token)

    def organization(self, token: str, organization_id: str, ticket: str = "") -> Any:
        """Return a customer. Raises NotFound."""
        request = directory_pb2.GetOrganizationRequest(
            organization_id=organization_id, ticket=ticket
        )
        return self._call(self._directory.GetOrganization, request, token=token)

    def users(self, token: str, organization_id: str, page_token: str = "") -> Any:
        """Return a page of a customer's users."""
        request = directory_pb2.ListUsersRequest(
            organization_id=organization_id, page_size=100, page_token=page_token
        )
        return self._call(self._directory.ListUsers, request, token=token)

    def devices(self, token: str, organization_id: str, page_token: str = "") -> Any:
        """Return a page of a customer's devices."""
        request = directory_pb2.ListDevicesRequest(
            organization_id=organization_id, page_size=100, page_token=page_token
        )
        return self._call(self._directory.ListDevices, request, token=token)

    def reveal(
        self, token: str, user_id: str, field: str, index: int, reason: str, ticket: str
    ) -> str:
        """Return one personal field, unmasked. Raises NotFound, InvalidArgument."""
        request = directory_pb2.RevealFieldRequest(
            user_id=user_id, field=field, index=index, reason=reason, ticket=ticket
        )
        return str(self._call(self._directory.RevealField, request, token=token).value)

    def people(self, token: str) -> list[Any]:
        """Return all people of the caller's partner, with their roles."""
        people: list[Any] = []
        page = ""
        while True:
            request = roles_pb2.ListRolesRequest(page_size=200, page_token=page)
            answer = self._call(self._roles.ListRoles, request, token=token)
            people.extend(answer.people)
            page = answer.next_page_token
            if not page:
                return people

    def assign_role(
        self,
        token: str,
        user_id: str,
        role: str,
        until: datetime | None,
        reason: str,
        request_id: str,
    ) -> None:
        """Give a person a role. Raises NotFound, Refused."""
        request = roles_pb2.AssignRoleRequest(
            user_id=user_id,
            role=ROLES[role],
            until=_stamp(until),
            reason=reason,
            request_id=request_id,
        )
        self._call(self._roles.AssignRole, request, token=token)

    def remove_role(
        self, token: str, user_id: str, role: str, reason: str, request_id: str
    ) -> None:
        """Take a role away. Raises NotFound, Refused."""
        request = roles_pb2.RemoveRoleRequest(
            user_id=user_id, role=ROLES[role], reason=reason, request_id=request_id
        )
        self._call(self._roles.RemoveRole, request, token=token)

    def person_with(self, address: str) -> str:
        """Return the id of who has an address, or an empty text; for development only."""
        request = internal_pb2.ResolveAddressRequest(address=address)
        return str(self._own(self._internal.ResolveAddress, request).user_id)


class Search:
    """The search bar."""

    def __init__(self, channel: grpc.Channel, call: Caller) -> None:
        self._call = call
        self._stub = search_pb2_grpc.SearchServiceStub(channel)

    def search(
        self,
        token: str,
        query: str,
        *,
        kinds: Iterable[str],
        organization_id: str,
        page_size: int,
        page_token: str,
        ticket: str,
    ) -> Any:
        """Return what matches, best first. Raises InvalidArgument, NotFound, Unavailable."""
        request = search_pb2.SearchRequest(
            query=query,
            kinds=[_KINDS[kind] for kind in kinds],
            organization_id=organization_id,
            page_size=page_size,
            page_token=page_token,
            ticket=ticket,
        )
        return self._call(self._stub.Search, request, token=token)

    def suggest(self, token: str, query: str, organization_id: str, ticket: str) -> Any:
        """Return a few hits for what was typed so far."""
        request = search_pb2.SuggestRequest(
            query=query, organization_id=organization_id, ticket=ticket
        )
        return self._call(self._stub.Suggest, request, token=token, timeout=2).hits


class Email:
    """Mail to users, and the caller check."""

    def __init__(self, channel: grpc.Channel, call: Caller) -> None:
        self._call = call
        self._mail = email_pb2_grpc.EmailServiceStub(channel)
        self._check = caller_check_pb2_grpc.CallerCheckServiceStub(channel)

    def mail(self, token: str, user_id: str, ticket: str, *, size: int, page: str = "") -> Any:
        """Return a page of messages to a user and the state of the user's addresses."""
        request = email_pb2.GetUserMailRequest(
            user_id=user_id, page_size=size, page_token=page, ticket=ticket
        )
        return self._call(self._mail.GetUserMail, request, token=token)

    def evidence(self, token: str, user_id: str, message_id: str, ticket: str) -> Any:
        """Return what mail systems said of a message."""
        request = email_pb2.GetEvidenceRequest(
            user_id=user_id, message_id=message_id, ticket=ticket
        )
        return self._call(self._mail.GetEvidence, request, token=token).evidence

    def remove_block(
        self, token: str, user_id: str, index: int, reason: str, ticket: str, request_id: str
    ) -> None:
        """Lift the block on an address. Raises Refused."""
        request = email_pb2.RemoveAddressFromBlocklistRequest(
            user_id=user_id,
            address_index=index,
            reason=reason,
            ticket=ticket,
            request_id=request_id,
        )
        self._call(self._mail.RemoveAddressFromBlocklist, request, token=token)

    def resend_welcome(self, token: str, user_id: str, ticket: str, request_id: str) -> None:
        """Send the welcome mail again. Raises Refused, Exhausted."""
        request = email_pb2.ResendMessageRequest(
            user_id=user_id, kind="welcome", ticket=ticket, request_id=request_id
        )
        self._call(self._mail.ResendMessage, request, token=token)

    def watch(self, token: str, user_id: str, ticket: str, opened: Opened) -> Iterator[Any]:
        """Stream what changes about a user's mail and the caller's check of the user."""
        request = email_pb2.WatchUserMailRequest(user_id=user_id, ticket=ticket)
        return self._call.stream(self._mail.WatchUserMail, request, token=token, opened=opened)

    def send_code(self, token: str, user_id: str, ticket: str, request_id: str) -> Any:
        """Send a code to the user's first address. Raises Refused, Exhausted."""
        request = caller_check_pb2.SendCodeRequest(
            user_id=user_id, ticket=ticket, request_id=request_id
        )
        return self._call(self._check.SendCode, request, token=token)

    def verify_code(self, token: str, check_id: str, code: str, request_id: str) -> Any:
        """Take the code that the caller read out. Raises InvalidArgument, Refused."""
        request = caller_check_pb2.VerifyCodeRequest(
            check_id=check_id, code=code, request_id=request_id
        )
        return self._call(self._check.VerifyCode, request, token=token)

    def check(self, token: str, user_id: str, ticket: str) -> Any:
        """Return the caller's own latest check of a user."""
        request = caller_check_pb2.GetCallerCheckRequest(user_id=user_id, ticket=ticket)
        return self._call(self._check.GetCallerCheck, request, token=token).check


class Sessions:
    """Consents and read-only views."""

    def __init__(self, channel: grpc.Channel, call: Caller) -> None:
        self._call = call
        self._consent = consent_pb2_grpc.ConsentServiceStub(channel)
        self._view = view_pb2_grpc.ViewServiceStub(channel)

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
        self, token: str, request_for_access: str, sections: Iterable[str], request_id: str
    ) -> None:
        """Allow these sections of what was asked, or nothing. Raises Refused."""
        allowed = [SECTIONS[each] for each in sections]
        request = consent_pb2.AnswerAccessRequestRequest(
            access_request_id=request_for_access,
            approve=bool(allowed),
            sections=allowed,
            request_id=request_id,
        )
        self._call(self._consent.AnswerAccessRequest, request, token=token)

    def consents(self, token: str) -> Any:
        """Return the consents of the caller's organization, and its partners."""
        request = consent_pb2.ListConsentsRequest(include_ended=True, page_size=50)
        return self._call(self._consent.ListConsents, request, token=token)

    def revoke(self, token: str, consent_id: str, request_id: str) -> None:
        """Take a consent back. Raises NotFound, Refused."""
        request = consent_pb2.RevokeConsentRequest(consent_id=consent_id, request_id=request_id)
        self._call(self._consent.RevokeConsent, request, token=token)

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


class Audit:
    """The audit log."""

    def __init__(self, channel: grpc.Channel, call: Caller) -> None:
        self._call = call
        self._stub = audit_pb2_grpc.AuditServiceStub(channel)

    def actions(
        self, token: str, filters: Mapping[str, Any], page: str = "", *, oldest_first: bool = False
    ) -> Any:
        """Return a page of records."""
        request = audit_pb2.QueryActionsRequest(
            filter=_filter(filters),
            order=audit_pb2.ORDER_OLDEST_FIRST if oldest_first else audit_pb2.ORDER_NEWEST_FIRST,
            organization_id=filters.get("organization", ""),
            page_size=200 if oldest_first else 50,
            page_token=page,
        )
        return self._call(self._stub.QueryActions, request, token=token)

    def activity(self, token: str, filters: Mapping[str, Any]) -> Any:
        """Return counts for the picture."""
        request = audit_pb2.GetActivityRequest(
            filter=_filter(filters), buckets=60, organization_id=filters.get("organization", "")
        )
        return self._call(self._stub.GetActivity, request, token=token)

    def session(self, token: str, session_id: str) -> Any | None:
        """Return one session, or None."""
        request = audit_pb2.ListSessionsRequest(session_id=session_id)
        return next(iter(self._call(self._stub.ListSessions, request, token=token).sessions), None)

    def checkpoint(self, token: str) -> Any:
        """Return how the log stands."""
        request = audit_pb2.GetCheckpointRequest()
        return self._call(self._stub.GetCheckpoint, request, token=token)

    def of_organization(self, token: str, organization_id: str, page: str, size: int) -> Any:
        """Return a page of a customer's feed."""
        request = audit_pb2.ListOrganizationActivityRequest(
            organization_id=organization_id, page_size=size, page_token=page
        )
        return self._call(self._stub.ListOrganizationActivity, request, token=token)

    def export(self, token: str, filters: Mapping[str, Any], form: str) -> Iterator[bytes]:
        """Stream the .zip file of the records that fit."""
        request = audit_pb2.ExportRequest(
            filter=_filter(filters),
            organization_id=filters.get("organization", ""),
            format=_FORMATS[form],
        )
        for part in self._call.stream(self._stub.Export, request, token=token, timeout=_EXPORTED):
            yield part.chunk


class Clients:
    """One client a service; ``channel`` finds a service by its name."""

    def __init__(self, channel: Callable[[str], grpc.Channel], own: Caller) -> None:
        call = Caller()
        self.identity = Identity(channel("identity"), call, own)
        self.search = Search(channel("search"), call)
        self.email = Email(channel("email"), call)
        self.sessions = Sessions(channel("session"), call)
        self.audit = Audit(channel("audit"), call)


def _filter(filters: Mapping[str, Any]) -> Any:
    wanted = audit_pb2.ActionFilter(
        agent_id=filters.get("agent", ""),
        outcome=_OUTCOMES.get(filters.get("outcome", ""), audit_pb2.OUTCOME_UNSPECIFIED),
        session_id=filters.get("session", ""),
        until=_stamp(filters.get("end")),
    )
    start = _stamp(filters.get("start"))
    if start is not None:
        # "from" is a keyword, so it cannot be given like the other fields.
        getattr(wanted, "from").CopyFrom(start)
    return wanted


def _stamp(moment: datetime | None) -> Timestamp | None:
    if moment is None:
        return None
    stamp = Timestamp()
    stamp.FromDatetime(moment)
    return stamp
