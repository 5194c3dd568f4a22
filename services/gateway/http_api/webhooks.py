"""Where a customer's admin has the organization's activity pushed to."""

from __future__ import annotations

from typing import Any

from starlette.responses import Response
from starlette.routing import BaseRoute

from helpdesk.kernel.errors import InvalidArgument
from services.gateway.http_api import codes, naming
from services.gateway.http_api.serving import Desk
from services.gateway.http_api.visit import Visit
from services.gateway.pages.models import Problem, Webhook, WebhookPage

_PATH = "/activity/webhook"
_PROBLEMS = {
    "NOT_HTTPS": "url_not_https",
    "NOT_PUBLIC": "url_not_public",
    "BAD_URL": "url_bad",
    "BAD_SEQUENCE": "sequence_bad",
}


def routes(desk: Desk) -> list[BaseRoute]:
    """Return the addresses of the webhook's setting."""
    return [
        *desk.both(_PATH, show, put),
        desk.post(_PATH + "/rotate", rotate),
        desk.post(_PATH + "/resume", resume),
        desk.post(_PATH + "/remove", remove),
    ]


def show(visit: Visit) -> Response:
    """Show the setting and how it stands."""
    organization_id = visit.person.organization_id
    found = visit.clients.webhooks.one(visit.token, organization_id)
    model = WebhookPage(
        frame=visit.frame(),
        organization=visit.person.organization,
        webhook=_webhook(visit, found) if found is not None else None,
    )
    return visit.page("webhook", model)


def put(visit: Visit) -> Response:
    """Set the address."""
    form = visit.form
    url = form.text("url", 2000, required=True)
    partners_only = form.raw("partners_only") == "yes"
    if form.problems:
        return visit.invalid(show)
    try:
        visit.clients.webhooks.set(
            visit.token, visit.person.organization_id, url, partners_only, visit.request_id
        )
    except InvalidArgument as error:
        return visit.invalid(show, [_problem("url", error)])
    return visit.done(_PATH, "webhook_set")


def rotate(visit: Visit) -> Response:
    """Make a new key."""
    visit.clients.webhooks.rotate(visit.token, visit.person.organization_id, visit.request_id)
    return visit.done(_PATH, "webhook_rotated")


def resume(visit: Visit) -> Response:
    """Go on behind an event, or try again at once."""
    sequence = visit.form.text("sequence", 40)
    if visit.form.problems:
        return visit.invalid(show)
    try:
        visit.clients.webhooks.resume(
            visit.token, visit.person.organization_id, sequence, visit.request_id
        )
    except InvalidArgument as error:
        return visit.invalid(show, [_problem("sequence", error)])
    return visit.done(_PATH, "webhook_resumed")


def remove(visit: Visit) -> Response:
    """End it."""
    visit.clients.webhooks.remove(visit.token, visit.person.organization_id, visit.request_id)
    return visit.done(_PATH, "webhook_removed")


def _problem(field: str, error: InvalidArgument) -> Problem:
    return Problem(field=field, code=_PROBLEMS.get(error.reason, "invalid"))


def _webhook(visit: Visit, found: Any) -> Webhook:
    names = naming.of_people(visit, [found.set_by])
    return Webhook(
        url=found.url,
        partners_only=found.partners_only,
        keys=tuple(found.public_keys),
        by=names.of(found.set_by),
        at=codes.moment_or_epoch(found.set_at),
        sequence=found.delivered_sequence,
        delivered=_moment(found, "delivered_at"),
        behind=found.behind,
        behind_since=_moment(found, "behind_since"),
        error=found.error.lower(),
        failures=found.failures,
        retry=_moment(found, "retry_at"),
        stopped=found.stopped,
    )


def _moment(found: Any, name: str) -> Any:
    return codes.moment(getattr(found, name)) if found.HasField(name) else None
