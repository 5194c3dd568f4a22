"""What a customer's admin decides: requests, consents, running views; and the feed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, cast

from starlette.responses import Response
from starlette.routing import BaseRoute

from helpdesk.kernel.errors import Conflict, InvalidArgument, NotFound, Refused, Unavailable
from services.gateway.clients import outcome_of, sections_of
from services.gateway.http_api import codes, errors, naming
from services.gateway.http_api.naming import Names
from services.gateway.http_api.serving import Desk
from services.gateway.http_api.visit import Visit
from services.gateway.pages.models import (
    ActivityPage,
    ConsentPage,
    ConsentRequest,
    ConsentRequestPage,
    FeedEntry,
    GivenConsent,
    RunningView,
)

_STATUS = {"approved": "granted", "lapsed": "expired"}
_RECENT = 8
_PAGE = 50


def routes(desk: Desk) -> list[BaseRoute]:
    """Return the addresses of customer admins."""
    return [
        desk.get("/consent", show),
        *desk.both("/consent/requests/{request}", request_page, answer),
        desk.post("/consent/block", block),
        desk.post("/consent/unblock", unblock),
        desk.post("/consent/views/{view}/stop", stop),
        desk.get("/consent/{consent}/receipt", receipt),
        desk.get("/consent/{consent}/receipt-key", receipt_key),
        desk.post("/consent/{consent}/revoke", revoke),
        desk.get("/activity", activity),
    ]


def show(visit: Visit) -> Response:
    """Show who may look, who looks, and what was done."""
    requests = visit.clients.sessions.requests(visit.token)
    allowed = visit.clients.sessions.consents(visit.token)
    consents = allowed.consents
    running = [
        RunningView(
            id=view.view_id,
            agent=view.agent_name,
            partner=consent.partner_name,
            ticket=view.ticket,
            sections=sections_of(consent.sections),
            remaining=view.remaining,
            window=consent.minutes * 60,
        )
        for consent in consents
        for view in consent.views
    ]
    model = ConsentPage(
        frame=visit.frame(),
        organization=visit.person.organization,
        requests=tuple(_request(each) for each in requests if each.state == "open"),
        running=tuple(running),
        consents=tuple(
            GivenConsent(
                id=each.consent_id,
                partner=each.partner_name,
                sections=sections_of(each.sections),
                status=each.state,
                until=codes.moment_or_epoch(each.until),
                live=each.state in ("live", "pending"),
            )
            for each in consents
        ),
        feed=_feed(visit),
        blocked_since=codes.moment(allowed.blocked_since)
        if allowed.HasField("blocked_since")
        else None,
    )
    return visit.page("consent", model)


def request_page(visit: Visit) -> Response:
    """Show one request to decide on."""
    found = _find(visit)
    model = ConsentRequestPage(
        frame=visit.frame(),
        organization=visit.person.organization,
        request=_request(found),
        status=cast("Any", _STATUS.get(found.state, found.state)),
    )
    return visit.page("consent_request", model)


def answer(visit: Visit) -> Response:
    """Allow a request, narrower if wanted, or reject it."""
    found = _find(visit)
    back = f"/consent/requests/{found.access_request_id}"
    granted = visit.form.choice("decision", ("reject", "grant")) == "grant"
    sections = visit.form.choices("section", sections_of(found.sections)) if granted else ()
    if granted and not sections:
        visit.form.wrong("sections", "section_required")
    if visit.form.problems:
        return visit.invalid(request_page)
    try:
        visit.clients.sessions.answer(
            visit.token, found.access_request_id, sections, visit.request_id
        )
    except (Refused, Conflict) as error:
        return visit.go(back, errors.refusal(error))
    except InvalidArgument as error:
        return visit.invalid(request_page, [errors.problem(error)])
    return visit.done("/consent", "granted" if granted else "rejected", found.agent_name)


def stop(visit: Visit) -> Response:
    """End a view that looks into one's organization."""
    try:
        visit.clients.sessions.end_view(visit.token, visit.param("view"), visit.request_id)
    except Refused as error:
        return visit.go("/consent", errors.refusal(error))
    return visit.done("/consent", "view_stopped_now")


def revoke(visit: Visit) -> Response:
    """Take a consent back."""
    try:
        visit.clients.sessions.revoke(visit.token, visit.param("consent"), visit.request_id)
    except Refused as error:
        return visit.go("/consent", errors.refusal(error))
    return visit.done("/consent", "consent_revoked")


def block(visit: Visit) -> Response:
    """Shut every partner out, after a reason was given."""
    return _shut(visit, visit.clients.sessions.block_partners, "partners_blocked")


def unblock(visit: Visit) -> Response:
    """Let partners ask again."""
    return _shut(visit, visit.clients.sessions.unblock_partners, "partners_unblocked")


def _shut(visit: Visit, change: Callable[[str, str, str], None], notice: str) -> Response:
    reason = visit.form.text("reason", 500, required=True)
    if visit.form.problems:
        return visit.invalid(show)
    try:
        change(visit.token, reason, visit.request_id)
    except (Refused, Conflict) as error:
        return visit.go("/consent", errors.refusal(error))
    return visit.done("/consent", notice)


def receipt(visit: Visit) -> Response:
    """Hand out the signed receipt of a consent, as a file."""
    consent = visit.param("consent")
    found = visit.clients.sessions.receipt(visit.token, consent)
    return _file(visit, f"consent-{consent[:8]}.jws", found.receipt, "application/jose")


def receipt_key(visit: Visit) -> Response:
    """Hand out the key that receipts are checked with, as a file."""
    found = visit.clients.sessions.receipt(visit.token, visit.param("consent"))
    return _file(visit, "help-desk-receipts.jwk", found.public_key, "application/jwk+json")


def _file(visit: Visit, name: str, content: str, media_type: str) -> Response:
    headers = {"content-disposition": f'attachment; filename="{name}"'}
    return visit.finished(Response(content, media_type=media_type, headers=headers))


def activity(visit: Visit) -> Response:
    """Show all that was done in the organization."""
    page = visit.request.query_params.get("page", "")[:1000]
    found = visit.clients.audit.of_organization(
        visit.token, visit.person.organization_id, page, _PAGE
    )
    older = f"/activity?page={found.next_page_token}" if found.next_page_token else ""
    model = ActivityPage(
        frame=visit.frame(),
        organization=visit.person.organization,
        entries=_entries(visit, found.activities),
        older=older,
    )
    return visit.page("activity", model)


def _find(visit: Visit) -> Any:
    wanted = visit.param("request")
    for each in visit.clients.sessions.requests(visit.token):
        if each.access_request_id == wanted:
            return each
    raise NotFound("request for access")


def _request(found: Any) -> ConsentRequest:
    return ConsentRequest(
        id=found.access_request_id,
        agent=found.agent_name,
        partner=found.partner_name,
        ticket=found.ticket,
        reason=found.reason,
        sections=sections_of(found.sections),
        minutes=found.minutes,
        asked=codes.moment_or_epoch(found.asked),
        expires=codes.moment_or_epoch(found.lapses),
    )


def _feed(visit: Visit) -> tuple[FeedEntry, ...] | None:
    try:
        found = visit.clients.audit.of_organization(
            visit.token, visit.person.organization_id, "", _RECENT
        )
    except Unavailable:
        return None
    return _entries(visit, found.activities)


def _entries(visit: Visit, activities: Sequence[Any]) -> tuple[FeedEntry, ...]:
    names = naming.of_people(visit, [each.user_id for each in activities])
    return tuple(_entry(each, names) for each in activities)


def _entry(found: Any, names: Names) -> FeedEntry:
    return FeedEntry(
        at=codes.moment_or_epoch(found.occurred_at),
        agent=found.agent_name or codes.short(found.agent_id),
        partner=found.partner_name,
        ticket=found.ticket,
        action=found.action,
        outcome=cast("Any", outcome_of(found.outcome)),
        subject=names.of(found.user_id),
    )
