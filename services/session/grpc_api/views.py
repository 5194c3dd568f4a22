"""ViewService and PortalService: read-only sessions, and portals that are not ours."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from helpdesk.kernel.actions import SupportAction
from helpdesk.kernel.context import Actor, current_request
from helpdesk.kernel.errors import NotFound
from helpdesk.kernel.paging import Pages
from helpdesk.kernel.tokens import Signs, claims_of
from helpdesk.session.v1 import portal_pb2, portal_pb2_grpc, view_pb2, view_pb2_grpc
from services.session.application.portals import PortalUseCases
from services.session.application.ports import Lease
from services.session.application.viewing import ViewUseCases
from services.session.domain.access import View
from services.session.grpc_api.fields import at, names, values

_AUDIENCE = ("identity", "email", "session")
# Of the 5 seconds in which what is cut off must end, one is for the call that is on its way.
_LEASED = 4.0


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
            sections=values(granted.sections),
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
            sections=values(granted.sections),
            ticket=granted.ticket,
            until=at(lease.until),
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
                    sections=values(view.granted.sections),
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
                ended_at=at(seen.ended_at),
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
        (section,) = names([request.section], "section")
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


def _view_key(found: tuple[View, int]) -> str:
    return found[0].granted.view_id
