"""A user's page, and the check of who is calling."""

from __future__ import annotations

import re
from dataclasses import replace

from starlette.responses import HTMLResponse, Response
from starlette.routing import BaseRoute

from helpdesk.kernel.errors import Exhausted, Forbidden, InvalidArgument, Refused, Unavailable
from services.gateway import pages
from services.gateway.http_api import codes, errors, people
from services.gateway.http_api.people import Shown, masked
from services.gateway.http_api.serving import Desk
from services.gateway.http_api.visit import Visit
from services.gateway.pages.models import (
    CheckFirst,
    CheckPage,
    Device,
    Licence,
    Masked,
    Revealed,
    Toggle,
    UserPage,
)

REASONS = {
    "compare": "Compare with what the caller says",
    "contact": "Contact the person",
    "ticket": "Compare with the ticket",
}
_FIELDS = ("emails", "phone_numbers", "sip_addresses")
_REFUSED = (Refused, Forbidden, Exhausted)


def routes(desk: Desk) -> list[BaseRoute]:
    """Return the addresses of users."""
    user = "/t/{ticket}/users/{user}"
    return [
        desk.get(user, show),
        *desk.both(f"{user}/check", check, send_code),
        *desk.form(f"{user}/check/code", verify_code),
        *desk.form(f"{user}/check/vouch", ask_to_vouch),
        desk.post("/t/{ticket}/reveal", reveal),
    ]


def show(visit: Visit) -> Response:
    """Show a user."""
    return _show(visit, visit.param("user"), masked)


def _show(visit: Visit, user_id: str, shown: Shown) -> Response:
    found = visit.clients.identity.user(visit.token, user_id, visit.ticket)
    subject = people.subject_of(found)
    state = people.mail_state(visit, subject.id)
    base = f"{visit.base}/users/{subject.id}"
    model = UserPage(
        frame=visit.frame(live=people.live(visit, base, subject, state)),
        user=people.head(subject, state, shown),
        check=people.caller_check(subject, state),
        mail=people.verdict(state) if state is not None else None,
        licences=tuple(Licence(name=each.name, status="assigned") for each in found.licenses),
        devices=tuple(
            Device(
                id=each.device_id,
                name=each.display_name,
                model=each.product,
                status=codes.status_of(each.connection_status),
            )
            for each in found.devices
        ),
        toggles=tuple(
            Toggle(name=name, on=on, source="user")
            for name, on in sorted(found.user.feature_toggles.items())
        ),
        reference=visit.reference,
    )
    return visit.page("user", model)


def check(visit: Visit) -> Response:
    """Show the caller check."""
    found = visit.clients.identity.user(visit.token, visit.param("user"), visit.ticket)
    subject = people.subject_of(found)
    state = people.mail_state(visit, subject.id)
    if state is None:
        raise Unavailable("EMAIL_UNAVAILABLE")
    base = f"{visit.base}/users/{subject.id}/check"
    model = CheckPage(
        frame=visit.frame(live=people.live(visit, base, subject, state)),
        user=people.head(subject, state),
        check=people.caller_check(subject, state),
        steps=people.check_steps(state),
    )
    return visit.page("check", model)


def send_code(visit: Visit) -> Response:
    """Send a code to the chosen address of the user, the first one where none was chosen."""
    user_id = visit.param("user")
    back = f"{visit.base}/users/{user_id}/check"
    index = visit.form.number("address", 0, 99, "choice") if visit.form.raw("address") else 0
    if visit.form.problems:
        return visit.invalid(check)
    try:
        sent = visit.clients.email.send_code(
            visit.token, user_id, index, visit.ticket, visit.request_id
        )
    except _REFUSED as error:
        return visit.go(back, errors.refusal(error))
    if sent.state == "cannot_arrive":
        return visit.go(back)
    return visit.done(back, "code_on_its_way")


def verify_code(visit: Visit) -> Response:
    """Take the digits that the caller read out."""
    user_id = visit.param("user")
    back = f"{visit.base}/users/{user_id}/check"
    code = visit.form.text("code_1", 10) + visit.form.text("code_2", 10)
    if visit.form.problems or not (code.isascii() and code.isdigit() and len(code) == 8):
        visit.form.problems.clear()
        visit.form.wrong("code-1", "code_format")
        return visit.invalid(check)
    try:
        latest = visit.clients.email.check(visit.token, user_id, visit.ticket)
        answer = visit.clients.email.verify_code(
            visit.token, latest.check_id, code, visit.request_id
        )
    except _REFUSED as error:
        return visit.go(back, errors.refusal(error))
    except InvalidArgument as error:
        return visit.invalid(check, [errors.problem(error, {"code": "code-1"})])
    if answer.state == "wrong":
        visit.form.wrong("code-1", "code_wrong")
        return visit.invalid(check)
    return visit.go(back)


def ask_to_vouch(visit: Visit) -> Response:
    """Ask the customer's admins to vouch for a caller whom no code reaches."""
    user_id = visit.param("user")
    back = f"{visit.base}/users/{user_id}/check"
    reason = visit.form.reason()
    if visit.form.problems:
        return visit.invalid(check)
    try:
        latest = visit.clients.email.check(visit.token, user_id, visit.ticket)
        visit.clients.email.ask_to_vouch(visit.token, latest.check_id, reason, visit.request_id)
    except _REFUSED as error:
        return visit.go(back, errors.refusal(error))
    return visit.done(back, "admins_asked")


def reveal(visit: Visit) -> Response:
    """
    Show one personal value for a while; the reason is recorded first.

    Where no caller check allows it, the answer is the way to one.
    """
    user_id = visit.form.text("subject", 200, required=True)
    where = visit.form.raw("field")
    reason = REASONS[visit.form.choice("reason", tuple(REASONS))]
    name, _, index = where.partition(":")
    if name not in _FIELDS or not index.isdigit() or visit.form.problems:
        return errors.unexpected(visit, 400, "invalid")
    try:
        proof = visit.clients.email.proof(visit.token, user_id, visit.ticket)
    except (Refused, Forbidden):
        # Identity refuses it by itself, and records that.
        proof = ""
    try:
        value = visit.clients.identity.reveal(
            visit.token, user_id, name, int(index[:3]), reason, visit.ticket, proof
        )
    except Refused as error:
        return _check_first(visit, user_id, error)
    if not visit.is_fragment:

        def shown(name: str, subject: str, here: str, text: str) -> Masked:
            is_it = (subject, here) == (user_id, where)
            return (
                masked(name, subject, here, text)
                if not is_it
                else _revealed(name, subject, here, value, text)
            )

        return _show(visit, user_id, shown)
    return revealed_part(visit, user_id, where, value)


def _check_first(visit: Visit, user_id: str, error: Refused) -> Response:
    where = f"{visit.base}/users/{user_id}/check"
    if not visit.is_fragment:
        return visit.go(where, errors.refusal(error))
    model = CheckFirst(frame=visit.frame(), href=where)
    content = pages.render("check_first", model, visit.locale, visit.theme)
    target = re.sub(r"[^a-z0-9-]", "", visit.form.text("target", 100))
    headers = {"hx-retarget": f"#{target}-refused", "hx-reswap": "innerHTML"}
    return visit.finished(HTMLResponse(content, 409, headers))


def revealed_part(visit: Visit, user_id: str, where: str, value: str) -> Response:
    """Return the piece of a page that shows a revealed value."""
    target = visit.form.text("target", 100)
    covered = f"{value[:1]}••••"
    model = Revealed(frame=visit.frame(), value=_revealed(target, user_id, where, value, covered))
    return visit.finished(HTMLResponse(pages.render("reveal", model, visit.locale, visit.theme)))


def _revealed(name: str, subject: str, where: str, value: str, covered: str) -> Masked:
    return replace(masked(name, subject, where, value), shown=True, masked_text=covered)
