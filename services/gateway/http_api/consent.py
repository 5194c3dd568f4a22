"""What a customer's admin decides: requests, consents, running views."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

from starlette.responses import Response
from starlette.routing import BaseRoute

from helpdesk.kernel.errors import Conflict, InvalidArgument, NotFound, Refused
from services.gateway.clients import sections_of
from services.gateway.http_api import access, errors
from services.gateway.http_api.serving import Desk
from services.gateway.http_api.visit import Visit
from services.gateway.pages.models import ConsentRequestPage

_STATUS = {"approved": "granted", "lapsed": "expired"}


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
    ]


def show(visit: Visit) -> Response:
    """Show who may look, who looks, and what was done."""
    return visit.page("consent", access.found(visit).page(visit))


def request_page(visit: Visit) -> Response:
    """Show one request to decide on."""
    found = _find(visit)
    model = ConsentRequestPage(
        frame=visit.frame(),
        organization=visit.person.organization,
        request=access.request(found),
        status=cast("Any", _STATUS.get(found.state, found.state)),
    )
    return visit.page("consent_request", model)


def answer(visit: Visit) -> Response:
    """Allow a request, narrower if wanted, or reject it."""
    found = _find(visit)
    back = f"/consent/requests/{found.access_request_id}"
    granted = visit.form.choice("decision", ("reject", "grant")) == "grant"
    sections = visit.form.choices("section", sections_of(found.sections)) if granted else ()
    minutes = visit.form.number("minutes", 1, found.minutes, "minutes_shorter") if granted else 0
    if granted and not sections:
        visit.form.wrong("sections", "section_required")
    if visit.form.problems:
        return visit.invalid(request_page)
    try:
        visit.clients.sessions.answer(
            visit.token, found.access_request_id, sections, minutes, visit.request_id
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


def _find(visit: Visit) -> Any:
    wanted = visit.param("request")
    for each in visit.clients.sessions.requests(visit.token):
        if each.access_request_id == wanted:
            return each
    raise NotFound("request for access")
