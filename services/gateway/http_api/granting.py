"""A customer's admin allows access without being asked, or extends what was allowed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from starlette.responses import Response
from starlette.routing import BaseRoute

from helpdesk.kernel.errors import Conflict, InvalidArgument, NotFound, Refused
from services.gateway.clients import sections_of
from services.gateway.http_api import codes, errors
from services.gateway.http_api.organizations import REQUESTABLE
from services.gateway.http_api.serving import Desk
from services.gateway.http_api.visit import Visit
from services.gateway.pages.models import GrantPage

_DAYS = 30
_MINUTES = 30
_LEAST_MINUTES, _MOST_MINUTES = 1, 60
_DAY = timedelta(days=1)


@dataclass(frozen=True)
class _Proposed:
    partner: str = ""
    chosen: tuple[str, ...] = ()
    reason: str = ""
    begins: datetime | None = None
    until: datetime | None = None
    minutes: int = _MINUTES


def routes(desk: Desk) -> list[BaseRoute]:
    """Return the addresses of what is allowed without being asked."""
    return [
        *desk.both("/consent/grant", show, grant),
        desk.get("/consent/{consent}/extend", extend),
    ]


def show(visit: Visit) -> Response:
    """Show the form, with what most allow."""
    return _form(visit, visit.clients.sessions.consents(visit.token), _Proposed(), extends=False)


def extend(visit: Visit) -> Response:
    """Show the form with what was allowed once, from where that ends, for as long again."""
    allowed = visit.clients.sessions.consents(visit.token)
    wanted = visit.param("consent")
    consent = next((each for each in allowed.consents if each.consent_id == wanted), None)
    if consent is None:
        raise NotFound("consent")
    begun = codes.moment_or_epoch(getattr(consent, "from"))
    end = codes.moment_or_epoch(consent.until)
    begins = max(end, datetime.now(UTC))
    proposed = _Proposed(
        partner=consent.partner_id,
        chosen=sections_of(consent.sections),
        reason=consent.reason,
        begins=begins,
        until=begins + (end - begun),
        minutes=consent.minutes,
    )
    return _form(visit, allowed, proposed, extends=True)


def grant(visit: Visit) -> Response:
    """Allow what the form says."""
    form = visit.form
    sections = form.choices("section", REQUESTABLE)
    if not sections:
        form.wrong("sections", "section_required")
    reason = form.reason()
    begins, until = form.moment("begins"), form.moment("until")
    once = form.choice("once", ("standing", "once")) == "once"
    minutes = form.number("minutes", _LEAST_MINUTES, _MOST_MINUTES, "minutes_of_view")
    if form.problems:
        return visit.invalid(show)
    try:
        visit.clients.sessions.grant(
            visit.token,
            form.text("partner", 200),
            sections=sections,
            # A day that has begun means now, and the last day counts.
            begins=begins if begins and begins > datetime.now(UTC) else None,
            ends=until + _DAY if until else None,
            once=once,
            minutes=minutes,
            reason=reason,
            request_id=visit.request_id,
        )
    except (Refused, Conflict) as error:
        return visit.go("/consent", errors.refusal(error))
    except InvalidArgument as error:
        return visit.invalid(show, [errors.problem(error, reasons={"TOO_LONG": "date_far"})])
    return visit.done("/consent", "access_allowed")


def _form(visit: Visit, allowed: Any, proposed: _Proposed, *, extends: bool) -> Response:
    begins = proposed.begins or datetime.now(UTC)
    until = proposed.until or begins + timedelta(days=_DAYS)
    model = GrantPage(
        frame=visit.frame(),
        organization=visit.person.organization,
        partners=tuple((each.partner_id, each.name) for each in allowed.partners),
        partner=proposed.partner,
        sections=REQUESTABLE,
        chosen=proposed.chosen,
        reason=proposed.reason,
        begins=begins.date().isoformat(),
        until=until.date().isoformat(),
        minutes=proposed.minutes,
        blocked=allowed.HasField("blocked_since"),
        extends=extends,
    )
    return visit.page("consent_grant", model)
