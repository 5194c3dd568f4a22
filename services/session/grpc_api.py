"""protobuf in, use case, protobuf out: consents and views."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime

from google.protobuf.timestamp_pb2 import Timestamp

from helpdesk.kernel.actions import SupportAction
from helpdesk.kernel.context import Actor, current_request
from helpdesk.kernel.errors import InvalidArgument, NotFound
from helpdesk.kernel.paging import Pages
from helpdesk.kernel.tokens import Signer, Signs, claims_of
from helpdesk.options.v1 import options_pb2
from helpdesk.session.v1 import (
    consent_pb2,
    consent_pb2_grpc,
    portal_pb2,
    portal_pb2_grpc,
    view_pb2,
    view_pb2_grpc,
)
from services.session.application.consents import ConsentUseCases
from services.session.application.portals import PortalUseCases
from services.session.application.ports import Given, Lease
from services.session.application.viewing import ViewUseCases
from services.session.domain.access import Request, View
from services.session.domain.receipt import KIND

_AUDIENCE = ("identity", "email", "session")
# Of the 5 seconds in which what is cut off must end, one is for the call that is on its way.
_LEASED = 4.0


class ConsentServicer(consent_pb2_grpc.ConsentServiceServicer):
    """What customers allow."""

    def __init__(
        self, app: ConsentUseCases, digest: Callable[[str], str], receipts: Signer
    ) -> None:
        self._app = app
        self._digest = digest
        self._receipts = receipts

    def RequestAccess(  # noqa: N802
        self, request: consent_pb2.RequestAccessRequest, action: SupportAction
    ) -> consent_pb2.RequestAccessResponse:
        """Ask a customer's admins for access."""
        sections = _names(request.sections)
        fact = self._app.request_access(action, request.organization_id, sections, request.minutes)
        return consent_pb2.RequestAccessResponse(
            access_request_id=fact.access_request_id, lapses=_at(fact.lapses)
        )

    def GetAccess(  # noqa: N802
        self, request: consent_pb2.GetAccessRequest, action: SupportAction
    ) -> consent_pb2.GetAccessResponse:
        """Say how the caller stands with a customer."""
        standing = self._app.get_access(action, request.organization_id)
        return consent_pb2.GetAccessResponse(
            state=f"ACCESS_STATE_{standing.state}",
            sections=_values(standing.sections),
            until=_at(standing.until),
            minutes=standing.minutes,
            consent_id=standing.consent_id,
            view_id=standing.view_id,
            obstacle=standing.obstacle,
            has_admin=standing.has_admin,
            consent_ticket=standing.ticket,
        )

    def ListAccessRequests(  # noqa: N802
        self, request: consent_pb2.ListAccessRequestsRequest, action: SupportAction
    ) -> consent_pb2.ListAccessRequestsResponse:
        """List requests to the caller's organization."""
        found = self._app.list_requests(action)
        pages = Pages(self._digest, action.actor.id, "requests")
        page, token = pages.page(found, _request_key, request.page_size, request.page_token)
        return consent_pb2.ListAccessRequestsResponse(
            access_requests=[_request(r, a, p, action.now) for r, a, p in page],
            next_page_token=token,
        )

    def AnswerAccessRequest(  # noqa: N802
        self, request: consent_pb2.AnswerAccessRequestRequest, action: SupportAction
    ) -> consent_pb2.AnswerAccessRequestResponse:
        """Approve or reject a request."""
        consent_id = self._app.answer_request(
            action,
            request.access_request_id,
            approve=request.approve,
            sections=_names(request.sections),
            minutes=request.minutes,
        )
        return consent_pb2.AnswerAccessRequestResponse(consent_id=consent_id)

    def GrantAccess(  # noqa: N802
        self, request: consent_pb2.GrantAccessRequest, action: SupportAction
    ) -> consent_pb2.GrantAccessResponse:
        """Allow a partner access."""
        consent_id = self._app.grant_access(
            action,
            request.partner_id,
            _names(request.sections),
            begins=_moment(request, "from"),
            ends=_moment(request, "until"),
            once=request.once,
            minutes=request.minutes,
        )
        return consent_pb2.GrantAccessResponse(consent_id=consent_id)

    def RevokeConsent(  # noqa: N802
        self, request: consent_pb2.RevokeConsentRequest, action: SupportAction
    ) -> consent_pb2.RevokeConsentResponse:
        """Take a consent back."""
        ended = self._app.revoke_consent(action, request.consent_id)
        return consent_pb2.RevokeConsentResponse(ended_views=ended)

    def BlockPartners(  # noqa: N802
        self, request: consent_pb2.BlockPartnersRequest, action: SupportAction
    ) -> consent_pb2.BlockPartnersResponse:
        """Shut every partner out."""
        del request
        consents, views = self._app.block_partners(action)
        return consent_pb2.BlockPartnersResponse(revoked_consents=consents, ended_views=views)

    def UnblockPartners(  # noqa: N802
        self, request: consent_pb2.UnblockPartnersRequest, action: SupportAction
    ) -> consent_pb2.UnblockPartnersResponse:
        """Let partners ask again."""
        del request
        self._app.unblock_partners(action)
        return consent_pb2.UnblockPartnersResponse()

    def GetConsentReceipt(  # noqa: N802
        self, request: consent_pb2.GetConsentReceiptRequest, action: SupportAction
    ) -> consent_pb2.GetConsentReceiptResponse:
        """Give a signed receipt of a consent."""
        document = self._app.consent_receipt(action, request.consent_id)
        return consent_pb2.GetConsentReceiptResponse(
            receipt=self._receipts.sign_document(document, KIND),
            public_key=json.dumps(self._receipts.public_jwk()),
        )

    def ListConsents(  # noqa: N802
        self, request: consent_pb2.ListConsentsRequest, action: SupportAction
    ) -> consent_pb2.ListConsentsResponse:
        """List consents of the caller's organization."""
        organization, shut, found = self._app.list_consents(
            action, include_ended=request.include_ended
        )
        filters = f"consents:{request.include_ended}"
        pages = Pages(self._digest, action.actor.id, filters)
        page, token = pages.page(found, _consent_key, request.page_size, request.page_token)
        names = dict(zip(organization.partner_ids, organization.partner_names, strict=True))
        return consent_pb2.ListConsentsResponse(
            consents=[
                _consent(each, names.get(each.consent.granted.partner_id, ""), action.now)
                for each in page
            ],
            next_page_token=token,
            partners=[
                consent_pb2.ConsentPartner(partner_id=id_, name=name) for id_, name in names.items()
            ],
            blocked_since=_at(shut.since),
        )


class ViewServicer(view_pb2_grpc.ViewServiceServicer):
    """Read-only sessions."""

    def __init__(self, app: ViewUseCases, digest: Callable[[str], str], signer: Signs) -> None:
        self._app = app
        self._digest = digest
        self._signer = signer

    def StartView(  # noqa: N802
        self, request: view_pb2.StartViewRequest, action: SupportAction
    ) -> view_pb2.StartViewResponse:
        """Make a view."""
        granted = self._app.start_view(action, request.organization_id)
        return view_pb2.StartViewResponse(
            view_id=granted.view_id,
            seconds=granted.minutes * 60,
            sections=_values(granted.sections),
        )

    def IssueViewToken(  # noqa: N802
        self, request: view_pb2.IssueViewTokenRequest, action: SupportAction
    ) -> view_pb2.IssueViewTokenResponse:
        """Give a lease for one request."""
        lease = self._app.lease(action, request.view_id)
        granted = lease.view.granted
        token, seconds = _leased(self._signer, lease, action.actor.roles, action.actor.known_at)
        return view_pb2.IssueViewTokenResponse(
            token=token,
            expires_in=seconds,
            remaining=lease.remaining,
            organization_id=granted.organization_id,
            sections=_values(granted.sections),
            ticket=granted.ticket,
            until=_at(lease.until),
        )

    def ChangeInView(  # noqa: N802
        self, request: view_pb2.ChangeInViewRequest, action: SupportAction
    ) -> view_pb2.ChangeInViewResponse:
        """Refuse: the interceptor has done so for a lease, and nobody else is in a view."""
        del request, action
        raise NotFound("view")

    def EndView(  # noqa: N802
        self, request: view_pb2.EndViewRequest, action: SupportAction
    ) -> view_pb2.EndViewResponse:
        """End a view."""
        self._app.end_view(action, request.view_id)
        return view_pb2.EndViewResponse()

    def ListViews(  # noqa: N802
        self, request: view_pb2.ListViewsRequest, action: SupportAction
    ) -> view_pb2.ListViewsResponse:
        """List running views."""
        found = self._app.list_views(action)
        pages = Pages(self._digest, action.actor.id, "views")
        page, token = pages.page(found, _view_key, request.page_size, request.page_token)
        return view_pb2.ListViewsResponse(
            views=[
                view_pb2.View(
                    view_id=view.granted.view_id,
                    organization_id=view.granted.organization_id,
                    agent_id=view.granted.agent_id,
                    ticket=view.granted.ticket,
                    remaining=remaining,
                    sections=_values(view.granted.sections),
                    consent_id=view.granted.consent_id,
                )
                for view, remaining in page
            ],
            next_page_token=token,
        )

    def WatchView(  # noqa: N802
        self, request: view_pb2.WatchViewRequest, action: SupportAction
    ) -> Iterator[view_pb2.WatchViewResponse]:
        """Stream how a view stands."""
        for seen in self._app.watch(action, request.view_id, current_request().alive):
            yield view_pb2.WatchViewResponse(
                remaining=seen.remaining,
                ended=bool(seen.ended_by),
                ended_by=seen.ended_by,
                ended_at=_at(seen.ended_at),
            )


class PortalServicer(portal_pb2_grpc.PortalServiceServicer):
    """Portals that are not ours."""

    def __init__(self, app: PortalUseCases, signer: Signs) -> None:
        self._app = app
        self._signer = signer

    def EnterPortal(  # noqa: N802
        self, request: portal_pb2.EnterPortalRequest, action: SupportAction
    ) -> portal_pb2.EnterPortalResponse:
        """Let a browser in."""
        del request
        return portal_pb2.EnterPortalResponse(key=self._app.enter_portal(action))

    def LeasePortal(  # noqa: N802
        self, request: portal_pb2.LeasePortalRequest, action: SupportAction
    ) -> portal_pb2.LeasePortalResponse:
        """Give a lease to the browser that was let in."""
        lease = self._app.lease_portal(action, request.key)
        roles = frozenset(lease.view.granted.roles)
        token, _ = _leased(self._signer, lease, roles)
        return portal_pb2.LeasePortalResponse(token=token, view_id=lease.view.granted.view_id)

    def LookAtPortal(  # noqa: N802
        self, request: portal_pb2.LookAtPortalRequest, action: SupportAction
    ) -> portal_pb2.LookAtPortalResponse:
        """Allow one request."""
        (section,) = _names([request.section], "section")
        self._app.look_at_portal(action, section)
        return portal_pb2.LookAtPortalResponse()


def _leased(
    signer: Signs, lease: Lease, roles: frozenset[str], known_at: int = 0
) -> tuple[str, float]:
    granted = lease.view.granted
    viewer = Actor(
        id=granted.agent_id,
        partner_id=granted.partner_id,
        organization_id=granted.organization_id,
        roles=roles,
        act=("service:session",),
        sign_in_id=granted.sign_in_id,
        mode="read_only",
        view_id=granted.view_id,
        consent_id=granted.consent_id,
        sections=frozenset(granted.sections),
        ticket=granted.ticket,
        known_at=known_at,
    )
    seconds = min(_LEASED, max(0.0, lease.remaining))
    return signer.sign(claims_of(viewer), _AUDIENCE, seconds), seconds


def _request_key(found: tuple[Request, str, str]) -> str:
    return found[0].asked.access_request_id


def _consent_key(found: Given) -> str:
    return found.consent.granted.consent_id


def _view_key(found: tuple[View, int]) -> str:
    return found[0].granted.view_id


def _request(
    request: Request, agent: str, partner: str, now: datetime
) -> consent_pb2.AccessRequest:
    asked = request.asked
    return consent_pb2.AccessRequest(
        access_request_id=asked.access_request_id,
        agent_id=asked.agent_id,
        agent_name=agent,
        partner_id=asked.partner_id,
        partner_name=partner,
        reason=asked.reason,
        ticket=asked.ticket,
        sections=_values(asked.sections),
        minutes=asked.minutes,
        asked=_at(asked.recorded_at),
        lapses=_at(asked.lapses),
        state=request.state_at(now),
    )


def _consent(given: Given, partner: str, now: datetime) -> consent_pb2.Consent:
    consent, granted = given.consent, given.consent.granted
    message = consent_pb2.Consent(
        consent_id=granted.consent_id,
        partner_id=granted.partner_id,
        partner_name=partner,
        sections=_values(granted.sections),
        until=_at(granted.ends),
        once=granted.once,
        minutes=granted.minutes,
        reason=granted.purpose,
        state=consent.state_at(now),
        granted_by=granted.granted_by,
        agent_id=granted.agent_id,
        agent_name=given.agent_name,
        ticket=granted.ticket,
        views=[
            consent_pb2.RunningView(
                view_id=view.granted.view_id,
                agent_id=view.granted.agent_id,
                agent_name=name,
                ticket=view.granted.ticket,
                remaining=view.remaining(now),
                started=_at(view.granted.recorded_at),
            )
            for view, name in given.running
        ],
    )
    # "from" is a keyword, so it cannot be given like the other fields.
    getattr(message, "from").FromDatetime(granted.begins)
    return message


def _names(values: Iterable[int], field: str = "sections") -> tuple[str, ...]:
    try:
        names = [options_pb2.Section.Name(value) for value in values]
    except ValueError as error:
        raise InvalidArgument(field, "UNKNOWN_SECTION") from error
    return tuple(name.removeprefix("SECTION_") for name in names)


def _values(names: Iterable[str]) -> list[str]:
    # protobuf takes the names of enum values in the place of their numbers.
    return [f"SECTION_{name}" for name in names]


def _at(moment: datetime | None) -> Timestamp | None:
    if moment is None:
        return None
    stamp = Timestamp()
    stamp.FromDatetime(moment)
    return stamp


def _moment(request: consent_pb2.GrantAccessRequest, field: str) -> datetime | None:
    if not request.HasField(field):
        return None
    try:
        moment: datetime = getattr(request, field).ToDatetime(tzinfo=UTC)
    except (ValueError, OverflowError) as error:
        raise InvalidArgument(field, "NOT_A_TIME") from error
    return moment
