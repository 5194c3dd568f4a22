"""What others say to a caller check: who reads its mail, and the admins of both sides."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Literal, cast

from starlette.responses import Response
from starlette.routing import BaseRoute

from helpdesk.kernel.errors import Conflict, Refused
from services.gateway.http_api import codes, errors
from services.gateway.http_api.serving import Desk
from services.gateway.http_api.visit import Visit
from services.gateway.pages.models import (
    AlarmsPage,
    CallerLinkPage,
    StoppedCheck,
    VouchPage,
    VouchRequest,
)

_VOUCH = "/consent/callers"
_ALARMS = "/admin/alarms"


def routes(desk: Desk) -> list[BaseRoute]:
    """Return the addresses of mails' links, of requests to vouch and of alarms."""
    return [
        desk.get("/c/{link}", show_link, public=True),
        desk.post("/c/{link}", answer_link, public=True),
        *desk.both(_VOUCH, show_vouch_requests, vouch),
        *desk.both(_ALARMS, show_alarms, allow),
    ]


def show_link(visit: Visit) -> Response:
    """Show what a mail's link is about; looking answers nothing, since mail scanners look too."""
    found = visit.clients.email.link(visit.param("link"))
    expires = codes.moment(found.expires_at)
    left = int((expires - datetime.now(UTC)).total_seconds()) if expires else 0
    model = CallerLinkPage(
        frame=visit.frame(),
        path=visit.request.url.path,
        state=cast("Literal['open', 'confirmed', 'denied', 'expired']", found.state),
        agent=found.agent_name,
        partner=found.partner_name,
        ticket=found.ticket,
        phrase=found.phrase,
        asked=codes.moment(found.sent_at),
        expires_in=max(0, left),
        can_deny=found.can_deny,
    )
    return visit.page("caller", model)


def answer_link(visit: Visit) -> Response:
    """Take the answer of who opened the link; the page then says what came of it."""
    link = visit.param("link")
    answer = visit.form.choice("answer", ("confirm", "deny"))
    if visit.form.problems:
        return errors.unexpected(visit, 400, "invalid")
    # What is no link of ours is answered before anything is recorded.
    visit.clients.email.link(link)
    try:
        visit.clients.email.answer_link(
            link, confirmed=answer == "confirm", request_id=visit.request_id
        )
    except (Refused, Conflict) as error:
        return visit.go(visit.request.url.path, errors.refusal(error))
    return visit.go(visit.request.url.path)


def show_vouch_requests(visit: Visit) -> Response:
    """Show a customer's admin which callers wait for somebody's word."""
    requests = tuple(
        VouchRequest(
            id=each.check_id,
            user=each.user_name,
            agent=each.agent_name,
            partner=each.partner_name,
            ticket=each.ticket,
            reason=each.reason,
            asked=codes.moment_or_epoch(each.asked_at),
            until=codes.moment_or_epoch(each.open_until),
        )
        for each in visit.clients.email.vouch_requests(visit.token)
    )
    organization = visit.person.organization
    model = VouchPage(frame=visit.frame(), organization=organization, requests=requests)
    return visit.page("vouch", model)


def vouch(visit: Visit) -> Response:
    """Take the word of a customer's admin."""
    check_id = visit.form.text("check", 64, required=True)
    approve = visit.form.choice("answer", ("yes", "no")) == "yes"
    reason = visit.form.reason()
    if visit.form.problems:
        return visit.invalid(show_vouch_requests)
    try:
        visit.clients.email.vouch(
            visit.token, check_id, approve=approve, reason=reason, request_id=visit.request_id
        )
    except (Refused, Conflict) as error:
        return visit.go(_VOUCH, errors.refusal(error))
    return visit.done(_VOUCH, "vouched" if approve else "not_vouched")


def show_alarms(visit: Visit) -> Response:
    """Show a partner's admin which users denied a call, and what is stopped since."""
    stopped = tuple(
        StoppedCheck(
            agent_id=each.agent_id,
            agent=each.agent_name,
            user_id=each.user_id,
            user=each.user_name,
            organization=each.organization_name,
            ticket=each.ticket,
            since=codes.moment_or_epoch(each.since),
            own=each.agent_id == visit.person.id,
        )
        for each in visit.clients.email.stopped_checks(visit.token)
    )
    model = AlarmsPage(frame=visit.frame(), partner=visit.person.partner, stopped=stopped)
    return visit.page("alarms", model)


def allow(visit: Visit) -> Response:
    """Let an agent check a user again."""
    agent_id = visit.form.text("agent", 200, required=True)
    user_id = visit.form.text("user", 200, required=True)
    reason = visit.form.reason()
    if visit.form.problems:
        return visit.invalid(show_alarms)
    try:
        visit.clients.email.allow_checks(visit.token, agent_id, user_id, reason, visit.request_id)
    except (Refused, Conflict) as error:
        return visit.go(_ALARMS, errors.refusal(error))
    return visit.done(_ALARMS, "checks_allowed")
