"""What a customer's admin sees of accesses: views, requests, consents, the feed; also live."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, cast

from starlette.responses import Response
from starlette.routing import BaseRoute

from helpdesk.kernel.errors import Unavailable
from services.gateway import pages
from services.gateway.clients import outcome_of, sections_of
from services.gateway.http_api import codes, naming, streaming
from services.gateway.http_api.serving import Desk
from services.gateway.http_api.visit import Visit
from services.gateway.pages.models import (
    ActivityPage,
    ConsentPage,
    ConsentRequest,
    FeedEntry,
    GivenConsent,
    RunningView,
)

_RECENT = 8
_PAGE = 50


def routes(desk: Desk) -> list[BaseRoute]:
    """Return the addresses of the feed, and where pages hear of accesses."""
    return [
        desk.get("/consent/live", live),
        desk.get("/activity", activity),
        desk.get("/activity/live", live_activity),
    ]


@dataclass
class Accesses:
    """What is known of accesses to the admin's organization; ``activities`` None: not to be had."""

    consents: Sequence[Any] = ()
    requests: Sequence[Any] = ()
    activities: Sequence[Any] | None = ()
    blocked_since: Any = None

    def page(self, visit: Visit) -> ConsentPage:
        """Return the page of it."""
        return ConsentPage(
            frame=visit.frame(live="/consent/live"),
            organization=visit.person.organization,
            requests=tuple(request(each) for each in self.requests if each.state == "open"),
            running=tuple(_running(self.consents)),
            consents=tuple(given(each) for each in self.consents),
            feed=None if self.activities is None else self.feed(visit),
            blocked_since=self.blocked_since,
            reference=visit.reference,
        )

    def feed(self, visit: Visit) -> tuple[FeedEntry, ...]:
        """Return what was done, newest first."""
        activities = self.activities or ()
        names = naming.of_people(visit, [each.user_id for each in activities])
        allowed_for = {each.consent_id: each.reason for each in self.consents}
        return tuple(
            FeedEntry(
                at=codes.moment_or_epoch(each.occurred_at),
                agent=each.agent_name or codes.short(each.agent_id),
                partner=each.partner_name,
                ticket=each.ticket,
                action=each.action,
                outcome=cast("Any", outcome_of(each.outcome)),
                subject=names.of(each.user_id),
                # What is looked at in a view has the reason of its consent.
                why=each.reason or allowed_for.get(each.consent_id, ""),
            )
            for each in activities
        )


def found(visit: Visit) -> Accesses:
    """Ask for all that there is to know."""
    allowed = visit.clients.sessions.consents(visit.token)
    return Accesses(
        consents=allowed.consents,
        requests=visit.clients.sessions.requests(visit.token),
        activities=_recent(visit),
        blocked_since=_blocked_since(allowed),
    )


def live(visit: Visit) -> Response:
    """Stream pieces of the page of accesses as they change, and as something is done."""
    known, token, heard = Accesses(), visit.token, set[str]()

    def of_access(opened: streaming.Opened) -> Iterator[str]:
        for seen in visit.clients.sessions.watch_access(token, opened):
            known.consents, known.requests = seen.consents, seen.access_requests
            known.blocked_since = _blocked_since(seen)
            heard.add("access")
            yield _pieces(visit, known, *heard)

    def of_feed(opened: streaming.Opened) -> Iterator[str]:
        organization_id = visit.person.organization_id
        watched = visit.clients.audit.watch_organization(token, organization_id, _RECENT, opened)
        for seen in watched:
            known.activities = seen.activities
            heard.add("feed")
            # What something was allowed for is known by the consents: the feed comes with them.
            yield _pieces(visit, known, "feed") if "access" in heard else streaming.NOTHING

    return streaming.stream(of_access, of_feed)


def activity(visit: Visit) -> Response:
    """Show all that was done in the organization; the newest page goes on by itself."""
    page = visit.request.query_params.get("page", "")[:1000]
    answer = visit.clients.audit.of_organization(
        visit.token, visit.person.organization_id, page, _PAGE
    )
    known = Accesses(_consents(visit), activities=answer.activities)
    model = ActivityPage(
        frame=visit.frame(live="" if page else "/activity/live"),
        organization=visit.person.organization,
        entries=known.feed(visit),
        older=f"/activity?page={answer.next_page_token}" if answer.next_page_token else "",
    )
    return visit.page("activity", model)


def live_activity(visit: Visit) -> Response:
    """Stream the newest of what was done."""
    token, organization_id = visit.token, visit.person.organization_id

    def messages(opened: streaming.Opened) -> Iterator[str]:
        for seen in visit.clients.audit.watch_organization(token, organization_id, _PAGE, opened):
            yield _pieces(visit, Accesses(_consents(visit), activities=seen.activities), "feed")

    return streaming.stream(messages)


def request(asked: Any) -> ConsentRequest:
    """Return a request to decide on."""
    return ConsentRequest(
        id=asked.access_request_id,
        agent=asked.agent_name,
        partner=asked.partner_name,
        ticket=asked.ticket,
        reason=asked.reason,
        sections=sections_of(asked.sections),
        minutes=asked.minutes,
        asked=codes.moment_or_epoch(asked.asked),
        expires=codes.moment_or_epoch(asked.lapses),
    )


def given(consent: Any) -> GivenConsent:
    """Return what was allowed."""
    live = consent.state in ("live", "pending")
    return GivenConsent(
        id=consent.consent_id,
        partner=consent.partner_name,
        sections=sections_of(consent.sections),
        status=consent.state,
        begins=codes.moment_or_epoch(getattr(consent, "from")),
        until=codes.moment_or_epoch(consent.until),
        minutes=consent.minutes,
        purpose=consent.reason,
        once=consent.once,
        agent=consent.agent_name or codes.short(consent.agent_id),
        ticket=consent.ticket,
        live=live,
        standing=live and not consent.once and not consent.agent_id,
    )


def _running(consents: Sequence[Any]) -> Iterator[RunningView]:
    for consent in consents:
        for view in consent.views:
            yield RunningView(
                id=view.view_id,
                agent=view.agent_name,
                partner=consent.partner_name,
                ticket=view.ticket,
                sections=sections_of(consent.sections),
                remaining=view.remaining,
                window=consent.minutes * 60,
            )


def _pieces(visit: Visit, known: Accesses, *changed: str) -> str:
    page = known.page(visit)
    parts = {**vars(page), "changed": changed}
    return streaming.fragment(pages.render("consent_live", parts, visit.locale, visit.theme))


def _consents(visit: Visit) -> Sequence[Any]:
    return cast("Sequence[Any]", visit.clients.sessions.consents(visit.token).consents)


def _blocked_since(allowed: Any) -> Any:
    return codes.moment(allowed.blocked_since) if allowed.HasField("blocked_since") else None


def _recent(visit: Visit) -> Sequence[Any] | None:
    try:
        answer = visit.clients.audit.of_organization(
            visit.token, visit.person.organization_id, "", _RECENT
        )
    except Unavailable:
        return None
    return cast("Sequence[Any]", answer.activities)
