"""Forgetting people of one's own organization: one admin asks, another one confirms."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, cast
from urllib.parse import quote

from starlette.responses import Response
from starlette.routing import BaseRoute

from helpdesk.kernel.errors import Conflict, InvalidArgument, NotFound, Refused
from services.gateway.http_api import codes, errors, exports, naming
from services.gateway.http_api.naming import Names
from services.gateway.http_api.serving import Desk
from services.gateway.http_api.visit import Visit
from services.gateway.pages.models import (
    Clearing,
    ForgettingPage,
    ForgettingRow,
    HoldRow,
    OutdatedExport,
)

Holding = Sequence[tuple[OutdatedExport, tuple[str, ...]]]
"""Exports with opened texts, each with whom it holds."""

_PATH = "/admin/forgetting"
# Elsewhere this reason is said of a customer's admin who was asked to vouch.
_OTHERWISE = {"ALREADY_ASKED": "FORGETTING_ASKED"}


def routes(desk: Desk) -> list[BaseRoute]:
    """Return the addresses of forgetting."""
    return [
        *desk.both(_PATH, show, ask),
        desk.post(_PATH + "/{user}/confirm", confirm),
        desk.post(_PATH + "/{user}/withdraw", withdraw),
        desk.post(_PATH + "/hold", hold),
        desk.post(_PATH + "/hold/lift", lift),
    ]


def show(visit: Visit) -> Response:
    """Show what was asked, how far it is, and who is held."""
    found = visit.clients.forgetting.asked(
        visit.token, visit.request.query_params.get("page", "")[:1000]
    )
    named = [each.set_by for each in found.holds] + [each.user_id for each in found.holds]
    named += [id_ for each in found.forgettings for id_ in (each.asked_by, each.confirmed_by)]
    names = naming.of_people(visit, [each for each in named if ":" not in each])
    held = {each.user_id for each in found.holds}
    holding = exports.outdated(visit) if any(map(_is_done, found.forgettings)) else []
    model = ForgettingPage(
        frame=visit.frame(),
        organization=visit.person.partner,
        rows=tuple(_row(visit, each, names, held, holding) for each in found.forgettings),
        holds=tuple(
            HoldRow(
                user_id=each.user_id,
                name=names.of(each.user_id),
                set_by=names.of(each.set_by),
                since=codes.moment_or_epoch(each.since),
            )
            for each in found.holds
        ),
        next_page=quote(found.next_page_token, safe=""),
    )
    return visit.page("forgetting", model)


def ask(visit: Visit) -> Response:
    """Ask that a person is forgotten."""
    user_id = _person(visit, "person")
    reason = visit.form.reason()
    if visit.form.problems:
        return visit.invalid(show)
    try:
        visit.clients.forgetting.ask(visit.token, user_id, reason, visit.request_id)
    except (NotFound, InvalidArgument):
        visit.form.wrong("person", "person_elsewhere")
        return visit.invalid(show)
    except (Refused, Conflict) as error:
        return visit.go(_PATH, _refusal(error))
    return visit.done(_PATH, "forgetting_asked")


def confirm(visit: Visit) -> Response:
    """Forget a person for ever, once their name was typed."""
    user_id = visit.param("user")
    typed = visit.form.text("name", 400)
    reason = _reason(visit, f"reason-confirm-{user_id}")
    if _plain(typed) != _plain(_name_asked(visit, user_id)):
        visit.form.wrong(f"name-{user_id}", "name_differs")
    if visit.form.problems:
        return visit.invalid(show)
    return _done(
        visit,
        "forgetting_confirmed",
        lambda: visit.clients.forgetting.confirm(visit.token, user_id, reason, visit.request_id),
    )


def withdraw(visit: Visit) -> Response:
    """Take back what was asked."""
    user_id = visit.param("user")
    reason = _reason(visit, f"reason-withdraw-{user_id}")
    if visit.form.problems:
        return visit.invalid(show)
    return _done(
        visit,
        "forgetting_withdrawn",
        lambda: visit.clients.forgetting.withdraw(visit.token, user_id, reason, visit.request_id),
    )


def hold(visit: Visit) -> Response:
    """Keep a person, or everybody, from being forgotten."""
    everybody = visit.form.raw("everybody") == "yes"
    user_id = "" if everybody else _person(visit, "held")
    reason = _reason(visit, "reason-hold")
    if visit.form.problems:
        return visit.invalid(show)
    try:
        visit.clients.forgetting.set_hold(
            visit.token, user_id, _organization(visit, everybody), reason, visit.request_id
        )
    except (NotFound, InvalidArgument):
        visit.form.wrong("held", "person_elsewhere")
        return visit.invalid(show)
    except (Refused, Conflict) as error:
        return visit.go(_PATH, _refusal(error))
    return visit.done(_PATH, "hold_set")


def lift(visit: Visit) -> Response:
    """End a legal hold."""
    user_id = visit.form.text("user", 200)
    reason = _reason(visit, f"reason-lift-{user_id or 'all'}")
    if visit.form.problems:
        return visit.invalid(show)
    organization = _organization(visit, not user_id)
    return _done(
        visit,
        "hold_lifted",
        lambda: visit.clients.forgetting.lift_hold(
            visit.token, user_id, organization, reason, visit.request_id
        ),
    )


def _is_done(each: Any) -> bool:
    return bool(each.state == "forgotten")


def _row(
    visit: Visit, each: Any, names: Names, held: set[str], holding: Holding | None
) -> ForgettingRow:
    done = _is_done(each)
    services = [("identity", done)]
    services += [(name, True) for name in each.cleared] + [(name, False) for name in each.waiting]
    return ForgettingRow(
        user_id=each.user_id,
        name=each.display_name,
        state=cast("Any", each.state),
        asked_by=names.of(each.asked_by),
        asked=codes.moment_or_epoch(each.asked),
        until=codes.moment_or_epoch(each.until),
        own=each.asked_by == visit.person.id,
        held=bool(held & {"", each.user_id}),
        confirmed_by=names.of(each.confirmed_by),
        forgotten=codes.moment(each.forgotten) if done else None,
        clearing=tuple(Clearing(service=name, done=cleared) for name, cleared in services)
        if each.state in ("confirmed", "forgotten")
        else (),
        exports=None
        if done and holding is None
        else tuple(shown for shown, people in holding or () if each.user_id in people),
    )


def _name_asked(visit: Visit, user_id: str) -> str:
    """Return the name in the visitor's own list, since others' names must not be guessed here."""
    page = ""
    while True:
        found = visit.clients.forgetting.asked(visit.token, page)
        for each in found.forgettings:
            if each.user_id == user_id:
                return str(each.display_name)
        page = found.next_page_token
        if not page:
            raise NotFound("person")


def _person(visit: Visit, field: str) -> str:
    """Return the id of whom an address or id names; nobody's is told as somebody's elsewhere."""
    typed = visit.form.text(field, 320, required=True)
    if "@" not in typed:
        return typed
    try:
        user_id = visit.clients.identity.person_with(typed)
    except InvalidArgument:
        user_id = ""
    if not user_id:
        visit.form.wrong(field, "person_elsewhere")
    return user_id


def _organization(visit: Visit, everybody: bool) -> str:
    own = visit.person.partner_id if visit.person.has("partner_admin") else ""
    return (own or visit.person.organization_id) if everybody else ""


def _reason(visit: Visit, field: str) -> str:
    # The page has several forms: what is wrong with a reason is told at its own.
    reason = visit.form.text("reason", 500, lines=True)
    wrong = visit.form.problems
    told = [each.code for each in wrong if each.field == "reason"]
    wrong[:] = [each for each in wrong if each.field != "reason"]
    if told or not reason:
        visit.form.wrong(field, told[0] if told else "reason_required")
    return reason


def _plain(name: str) -> str:
    return " ".join(name.split()).casefold()


def _refusal(error: Refused | Conflict) -> Any:
    return errors.refusal(Refused(_OTHERWISE.get(error.reason, error.reason)))


def _done(visit: Visit, notice: str, change: Callable[[], None]) -> Response:
    try:
        change()
    except (Refused, Conflict) as error:
        return visit.go(_PATH, _refusal(error))
    return visit.done(_PATH, notice)
