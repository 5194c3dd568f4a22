"""The mail to a user: what became of it, and the two things that an agent may do about it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from urllib.parse import urlencode

from starlette.responses import HTMLResponse, Response
from starlette.routing import BaseRoute

from helpdesk.kernel.errors import Exhausted, Forbidden, InvalidArgument, Refused
from services.gateway import pages
from services.gateway.http_api import errors, people, streaming
from services.gateway.http_api.people import MailState, Subject
from services.gateway.http_api.serving import Desk
from services.gateway.http_api.visit import Visit
from services.gateway.pages.models import CheckPage, EvidencePart

_REFUSED = (Refused, Forbidden, Exhausted)
_LIVE = "{subject}/{mail}/{check}"
_PARTS = ("mail", "check")


def routes(desk: Desk) -> list[BaseRoute]:
    """Return the addresses of mail, and where pages about a user hear of changes."""
    user = "/t/{ticket}/users/{user}"
    return [
        desk.get(f"{user}/mail", show),
        *desk.form(f"{user}/mail/unblock", unblock),
        *desk.form(f"{user}/mail/ask-admin", ask_admin),
        *desk.form(f"{user}/mail/ask-recipient", ask_recipient),
        *desk.form(f"{user}/mail/unlock", lift_lock),
        *desk.form(f"{user}/mail/evidence", evidence),
        desk.post(f"{user}/mail/welcome", resend_welcome),
        *desk.form(f"{user}/mail/send", send_mail),
        desk.get(f"{user}/live/{_LIVE}", lambda visit: live(visit, "user")),
        desk.get(f"{user}/mail/live/{_LIVE}", lambda visit: live(visit, "mail")),
        desk.get(f"{user}/check/live/{_LIVE}", lambda visit: live(visit, "check")),
    ]


def show(visit: Visit) -> Response:
    """Show the mail to a user."""
    found = visit.clients.identity.user(visit.token, visit.param("user"), visit.ticket)
    subject = replace(people.subject_of(found), only=_only(visit, len(found.user.emails)))
    page = visit.request.query_params.get("page", "")[:1000]
    state = people.mail_state(visit, subject.id, people.LANES, page, subject.filter)
    base = f"{visit.base}/users/{subject.id}/mail"
    older = ""
    if state is not None and state.next_page:
        asked = {"page": state.next_page} | ({"address": subject.only} if subject.only >= 0 else {})
        older = f"{base}?{urlencode(asked)}"
    frame = visit.frame(live="" if page else people.live(visit, base, subject, state))
    names = people.names_of(visit, state)
    return visit.page(
        "mail", people.mail_page(frame, subject, state, visit.reference, older, names)
    )


def _only(visit: Visit, addresses: int) -> int:
    """Return which one of the user's addresses was asked for, by its place; -1 for all."""
    asked = visit.request.query_params.get("address", "")[:3]
    index = int(asked) if asked.isascii() and asked.isdigit() else -1
    return index if index < addresses else -1


def evidence(visit: Visit) -> Response:
    """Show the reports on one message; a piece of the page for a script, else the whole page."""
    user_id = visit.param("user")
    message_id = visit.form.text("message", 200, required=True)
    if visit.form.problems:
        return errors.unexpected(visit, 400, "invalid")
    found = visit.clients.email.evidence(visit.token, user_id, message_id, visit.ticket)
    reports = tuple(people.report(each) for each in found)
    if visit.is_fragment:
        model = EvidencePart(frame=visit.frame(), reports=reports)
        content = pages.render("evidence", model, visit.locale, visit.theme)
        return visit.finished(HTMLResponse(content))
    subject = people.subject_of(visit.clients.identity.user(visit.token, user_id, visit.ticket))
    state = people.mail_state(visit, subject.id, people.LANES)
    names = people.names_of(visit, state)
    page = people.mail_page(visit.frame(), subject, state, visit.reference, names=names)
    lanes = tuple(
        replace(lane, reports=reports) if lane.id == message_id else lane for lane in page.lanes
    )
    return visit.page("mail", replace(page, lanes=lanes))


def live(visit: Visit, page: str) -> Response:
    """Stream pieces of a user's page as mail and check change."""
    subject = people.live_subject(visit)
    token, ticket = visit.token, visit.ticket
    # What the page shows already; what happened while it was on its way is sent at once.
    seen = {part: visit.param(part) for part in _PARTS}

    def messages(opened: streaming.Opened) -> Iterator[str]:
        state = MailState(ticket=ticket)
        for answered in visit.clients.email.watch(
            token, subject.id, ticket, opened, subject.filter
        ):
            state.take(answered)
            now = state.seen()
            # Digits that somebody types stay while nothing changes.
            changed = [part for part in _PARTS if now[part] != seen[part]]
            seen.update(now)
            yield (
                streaming.fragment(_parts(visit, page, subject, state, changed))
                if changed
                else streaming.NOTHING
            )

    return streaming.stream(messages)


def _parts(visit: Visit, page: str, subject: Subject, state: MailState, changed: list[str]) -> str:
    frame = visit.frame()
    names = people.names_of(visit, state)
    mail_model = people.mail_page(frame, subject, state, visit.reference, names=names)
    check_model = CheckPage(
        frame=frame,
        user=mail_model.user,
        check=people.caller_check(subject, state),
        steps=people.check_steps(state),
    )
    parts = {
        "frame": frame,
        "page": page,
        "changed": changed,
        "mail": mail_model,
        "check": check_model,
    }
    return pages.render("live", parts, visit.locale, visit.theme)


def unblock(visit: Visit) -> Response:
    """Remove an address of the user from the blocklist."""
    user_id = visit.param("user")
    back = f"{visit.base}/users/{user_id}/mail"
    index = visit.form.number("address", 0, 99, "choice")
    reason = visit.form.reason()
    if visit.form.problems:
        return visit.invalid(show)
    try:
        visit.clients.email.remove_block(
            visit.token, user_id, index, reason, visit.ticket, visit.request_id
        )
    except _REFUSED as error:
        return visit.go(back, errors.refusal(error))
    except InvalidArgument as error:
        return visit.invalid(show, [errors.problem(error)])
    return visit.done(back, "removed")


def ask_admin(visit: Visit) -> Response:
    """Ask the customer's admins to vouch for the address."""
    ask = visit.clients.blocklist.ask_admin
    return _asked(
        visit,
        "admin_asked",
        lambda user, index, reason: ask(
            visit.token, user, index, reason, visit.ticket, visit.request_id
        ),
    )


def ask_recipient(visit: Visit) -> Response:
    """Ask the recipient, at another address, to agree to our mail."""
    ask = visit.clients.blocklist.ask_recipient
    return _asked(
        visit,
        "recipient_asked",
        lambda user, index, reason: ask(
            visit.token, user, index, reason, visit.ticket, visit.request_id
        ),
    )


def lift_lock(visit: Visit) -> Response:
    """Let the partner's agents remove the address once more."""
    lift = visit.clients.blocklist.lift_lock
    return _asked(
        visit,
        "lock_lifted",
        lambda user, index, reason: lift(visit.token, user, index, reason, visit.request_id),
    )


def _asked(visit: Visit, code: str, call: Callable[[str, int, str], None]) -> Response:
    user_id = visit.param("user")
    back = f"{visit.base}/users/{user_id}/mail"
    index = visit.form.number("address", 0, 99, "choice")
    reason = visit.form.reason()
    if visit.form.problems:
        return visit.invalid(show)
    try:
        call(user_id, index, reason)
    except _REFUSED as error:
        return visit.go(back, errors.refusal(error))
    return visit.done(back, code)


def send_mail(visit: Visit) -> Response:
    """Send the welcome or the set-up mail, to which address and in which language was chosen."""
    user_id = visit.param("user")
    back = f"{visit.base}/users/{user_id}/mail"
    kind = visit.form.choice("kind", people.SENDABLE)
    index = visit.form.number("address", 0, 99, "choice")
    language = visit.form.choice("language", people.LANGUAGES)
    if visit.form.raw("confirm") != "yes":
        visit.form.wrong("confirm", "confirm_send")
    if visit.form.problems:
        return visit.invalid(show)
    try:
        visit.clients.email.send_again(
            visit.token, user_id, kind, index, language, visit.ticket, visit.request_id
        )
    except _REFUSED as error:
        return visit.go(back, errors.refusal(error))
    return visit.done(back, "mail_sent")


def resend_welcome(visit: Visit) -> Response:
    """Send the welcome mail again."""
    user_id = visit.param("user")
    back = f"{visit.base}/users/{user_id}/mail"
    try:
        visit.clients.email.resend_welcome(visit.token, user_id, visit.ticket, visit.request_id)
    except _REFUSED as error:
        return visit.go(back, errors.refusal(error))
    return visit.done(back, "resent")
