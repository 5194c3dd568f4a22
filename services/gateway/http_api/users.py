"""A user's page, the mail to them, and the check of who is calling."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from starlette.responses import HTMLResponse, Response
from starlette.routing import BaseRoute

from helpdesk.kernel.errors import Exhausted, Forbidden, InvalidArgument, Refused, Unavailable
from services.gateway import pages
from services.gateway.http_api import codes, errors, streaming
from services.gateway.http_api.serving import Desk
from services.gateway.http_api.visit import Visit
from services.gateway.pages.models import (
    Block,
    CallerCheck,
    CheckPage,
    Device,
    Evidence,
    Frame,
    Licence,
    MailLane,
    MailPage,
    Masked,
    Notice,
    Revealed,
    Toggle,
    UserHead,
    UserPage,
)

REASONS = {
    "compare": "Compare with what the caller says",
    "contact": "Contact the person",
    "ticket": "Compare with the ticket",
}
_FIELDS = ("emails", "phone_numbers", "sip_addresses")
_LANES = 20
_FIRST = 5
_COMPARED = 3
_REFUSED = (Refused, Forbidden, Exhausted)


Shown = Callable[[str, str, str, str], Masked]
"""Says what a personal value looks like: masked, or revealed in this request."""


@dataclass
class MailState:
    """What is known of a user's mail: newest messages first, addresses, the agent's check."""

    messages: list[Any] = field(default_factory=list)
    addresses: Sequence[Any] = ()
    check: Any = None

    def take(self, changed: Any) -> None:
        """Take what changed."""
        known = {each.message_id: each for each in self.messages}
        known |= {each.message_id: each for each in changed.messages}
        self.messages = sorted(
            known.values(), key=lambda each: codes.moment_or_epoch(each.queued_at), reverse=True
        )[:_LANES]
        self.addresses = changed.addresses
        if changed.HasField("check"):
            self.check = changed.check

    def seen(self) -> dict[str, str]:
        """Return a digest of what people see of it, by part of the page."""
        newest = self.messages[:_COMPARED]
        mail = [(each.message_id, each.state, len(each.entries)) for each in newest]
        blocks = [(each.blocked, each.on_probation, each.removals) for each in self.addresses]
        check = self.check
        return {
            "mail": _digest(mail, blocks),
            "check": _digest(check.check_id, check.state, check.tries_left, check.cause)
            if check and check.check_id
            else "",
        }


def routes(desk: Desk) -> list[BaseRoute]:
    """Return the addresses of users."""
    user = "/t/{ticket}/users/{user}"
    return [
        desk.get(user, show),
        desk.get(f"{user}/mail", mail),
        desk.get(f"{user}/mail/live", lambda visit: live(visit, "mail")),
        desk.post(f"{user}/mail/unblock", unblock),
        desk.post(f"{user}/mail/welcome", resend_welcome),
        desk.get(f"{user}/live", lambda visit: live(visit, "user")),
        *desk.both(f"{user}/check", check, send_code),
        desk.get(f"{user}/check/live", lambda visit: live(visit, "check")),
        desk.post(f"{user}/check/code", verify_code),
        desk.post("/t/{ticket}/reveal", reveal),
    ]


def masked(name: str, subject: str, where: str, text: str) -> Masked:
    """Return a personal value that can be revealed."""
    return Masked(id=name, subject=subject, field=where, text=text)


def show(visit: Visit) -> Response:
    """Show a user."""
    return _show(visit, visit.param("user"), masked)


def _show(visit: Visit, user_id: str, shown: Shown) -> Response:
    found = visit.clients.identity.user(visit.token, user_id, visit.ticket)
    state = _mail_state(visit, found.user.user_id)
    verdict = None
    if state is not None:
        newest = state.messages[0] if state.messages else None
        verdict = codes.verdict(newest, checked=_checked(state.check))
    base = f"{visit.base}/users/{found.user.user_id}"
    model = UserPage(
        frame=visit.frame(live=_live(base, state)),
        user=_head(found, state, shown),
        check=_check(found, state),
        mail=verdict,
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


def mail(visit: Visit) -> Response:
    """Show the mail to a user."""
    found = visit.clients.identity.user(visit.token, visit.param("user"), visit.ticket)
    page = visit.request.query_params.get("page", "")
    state = _mail_state(visit, found.user.user_id, _LANES, page)
    base = f"{visit.base}/users/{found.user.user_id}/mail"
    frame = visit.frame(live="" if page else _live(base, state))
    return visit.page("mail", mail_page(visit, frame, found, state))


def mail_page(visit: Visit, frame: Frame, found: Any, state: MailState | None) -> MailPage:
    """Return the mail page of what is known."""
    head = _head(found, state, masked)
    if state is None:
        return MailPage(frame=frame, user=head, verdict=None, reference=visit.reference)
    checked = _checked(state.check)
    blocked = next((each for each in state.addresses if each.blocked), None)
    probation = next((each for each in state.addresses if each.on_probation), None)
    newest = state.messages[0] if state.messages else None
    welcome = next((each for each in state.messages if each.kind == "welcome"), None)
    allowed = blocked is None and (welcome is None or welcome.resend_allowed)
    return MailPage(
        frame=frame,
        user=head,
        verdict=codes.verdict(newest, checked=checked),
        block=_block(blocked, checked=checked) if blocked else None,
        lanes=tuple(_lane(each) for each in state.messages),
        can_resend=allowed and found.user.status != "inactive",
        checked=checked,
        watching=codes.moment(probation.removed_at) if probation else None,
        reference=visit.reference,
    )


def live(visit: Visit, page: str) -> Response:
    """Stream pieces of a user's page as mail and check change."""
    found = visit.clients.identity.user(visit.token, visit.param("user"), visit.ticket)
    user_id, token, ticket = found.user.user_id, visit.token, visit.ticket

    # What the page shows already; what happened while it was on its way is sent at once.
    seen = {part: visit.request.query_params.get(part, "") for part in ("mail", "check")}

    def messages(opened: streaming.Opened) -> Iterator[str]:
        state = MailState()
        for answered in visit.clients.email.watch(token, user_id, ticket, opened):
            state.take(answered)
            now = state.seen()
            # Digits that somebody types stay while nothing changes.
            changed = [part for part in now if now[part] != seen[part]]
            seen.update(now)
            yield (
                streaming.fragment(_live_part(visit, page, found, state, changed))
                if changed
                else streaming.NOTHING
            )

    return streaming.stream(messages)


def _live_part(visit: Visit, page: str, found: Any, state: MailState, changed: list[str]) -> str:
    frame = visit.frame()
    mail_model = mail_page(visit, frame, found, state)
    check_model = CheckPage(frame=frame, user=mail_model.user, check=_check(found, state))
    parts = {
        "frame": frame,
        "page": page,
        "changed": changed,
        "mail": mail_model,
        "check": check_model,
    }
    return pages.render("live", parts, visit.locale, visit.theme)


def _live(base: str, state: MailState | None) -> str:
    return f"{base}/live?{urlencode(state.seen())}" if state else ""


def _digest(*parts: object) -> str:
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:12]


def unblock(visit: Visit) -> Response:
    """Remove an address of the user from the blocklist."""
    user_id = visit.param("user")
    back = f"{visit.base}/users/{user_id}/mail"
    index = visit.form.number("address", 0, 99, "choice")
    reason = visit.form.reason()
    if visit.form.problems:
        return visit.invalid(back)
    try:
        visit.clients.email.remove_block(
            visit.token, user_id, index, reason, visit.ticket, visit.request_id
        )
    except _REFUSED as error:
        return visit.go(back, errors.refusal(error))
    except InvalidArgument as error:
        return visit.go(back, problems=(errors.problem(error),))
    return visit.done(back, "removed")


def resend_welcome(visit: Visit) -> Response:
    """Send the welcome mail again."""
    user_id = visit.param("user")
    back = f"{visit.base}/users/{user_id}/mail"
    try:
        visit.clients.email.resend_welcome(visit.token, user_id, visit.ticket, visit.request_id)
    except _REFUSED as error:
        return visit.go(back, errors.refusal(error))
    return visit.done(back, "resent")


def check(visit: Visit) -> Response:
    """Show the caller check."""
    found = visit.clients.identity.user(visit.token, visit.param("user"), visit.ticket)
    user_id = found.user.user_id
    state = _mail_state(visit, user_id)
    if state is None:
        raise Unavailable("EMAIL_UNAVAILABLE")
    model = CheckPage(
        frame=visit.frame(live=_live(f"{visit.base}/users/{user_id}/check", state)),
        user=_head(found, state, masked),
        check=_check(found, state),
        steps=_check_steps(state),
    )
    return visit.page("check", model)


def send_code(visit: Visit) -> Response:
    """Send a code to the user's first address."""
    user_id = visit.param("user")
    back = f"{visit.base}/users/{user_id}/check"
    try:
        sent = visit.clients.email.send_code(visit.token, user_id, visit.ticket, visit.request_id)
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
        return visit.invalid(back)
    try:
        latest = visit.clients.email.check(visit.token, user_id, visit.ticket)
        answer = visit.clients.email.verify_code(
            visit.token, latest.check_id, code, visit.request_id
        )
    except _REFUSED as error:
        return visit.go(back, errors.refusal(error))
    except InvalidArgument as error:
        return visit.go(back, problems=(errors.problem(error, {"code": "code-1"}),))
    if answer.state == "wrong":
        visit.form.wrong("code-1", "code_wrong")
        return visit.invalid(back)
    return visit.go(back)


def reveal(visit: Visit) -> Response:
    """Show one personal value for a while; the reason is recorded first."""
    user_id = visit.form.text("subject", 200, required=True)
    where = visit.form.raw("field")
    reason = REASONS[visit.form.choice("reason", tuple(REASONS))]
    name, _, index = where.partition(":")
    if name not in _FIELDS or not index.isdigit() or visit.form.problems:
        return errors.unexpected(visit, 400, "invalid")
    value = visit.clients.identity.reveal(
        visit.token, user_id, name, int(index[:3]), reason, visit.ticket
    )
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


def revealed_part(visit: Visit, user_id: str, where: str, value: str) -> Response:
    """Return the piece of a page that shows a revealed value."""
    target = visit.form.text("target", 100)
    covered = f"{value[:1]}••••"
    model = Revealed(frame=visit.frame(), value=_revealed(target, user_id, where, value, covered))
    return visit.finished(HTMLResponse(pages.render("reveal", model, visit.locale, visit.theme)))


def _revealed(name: str, subject: str, where: str, value: str, covered: str) -> Masked:
    return replace(masked(name, subject, where, value), shown=True, masked_text=covered)


def _mail_state(visit: Visit, user_id: str, size: int = _FIRST, page: str = "") -> MailState | None:
    try:
        found = visit.clients.email.mail(visit.token, user_id, visit.ticket, size=size, page=page)
        check = visit.clients.email.check(visit.token, user_id, visit.ticket)
    except Unavailable:
        return None
    return MailState(list(found.messages), found.addresses, check)


def _head(found: Any, state: MailState | None, shown: Shown) -> UserHead:
    user = found.user
    phones = list(user.phone_numbers)
    emails = list(user.emails)
    blocked = state is not None and any(each.blocked for each in state.addresses)
    return UserHead(
        id=user.user_id,
        name=user.display_name,
        organization_id=user.organization_id,
        organization=found.organization.display_name,
        status=codes.status_of(user.status),
        address=shown("address", user.user_id, "emails:0", emails[0] if emails else "–"),
        blocked=blocked,
        phone=shown("phone", user.user_id, "phone_numbers:0", phones[0]) if phones else None,
    )


def _check(found: Any, state: MailState | None) -> CallerCheck:
    address = next(iter(found.user.emails), "")
    if state is None or state.check is None:
        return CallerCheck(address=address, sends_left=0)
    return codes.caller_check(state.check, address, datetime.now(UTC))


def _checked(check: Any) -> bool:
    if check is None or check.state != "confirmed":
        return False
    return codes.caller_check(check, "", datetime.now(UTC)).valid_in > 0


def _check_steps(state: MailState) -> tuple[Any, ...]:
    if state.check is None or not state.check.message_id:
        return ()
    sent = [each for each in state.messages if each.message_id == state.check.message_id]
    return codes.steps(sent[0].entries, sent[0].state) if sent else ()


def _block(address: Any, *, checked: bool) -> Block:
    refusal = ""
    lifts = ""
    step = codes.next_step(address.next_step)
    if not address.removal_allowed:
        told: Notice = errors.refusal(Refused(address.removal_refusal or "REFUSED"))
        refusal, lifts, step = told.code.removeprefix("rule_"), told.lifts, told.next_step
    elif not checked:
        step = "check_then_remove"
    return Block(
        since=codes.moment_or_epoch(address.since),
        cause=address.cause,
        removals=address.removals,
        removals_limit=address.most_removals,
        address=str(address.index),
        refusal=refusal,
        lifts=lifts,
        next_step=step,
    )


def _lane(message: Any) -> MailLane:
    said = [entry for entry in message.entries if entry.diagnosis or entry.status]
    return MailLane(
        id=message.message_id,
        kind=message.kind,
        at=codes.moment_or_epoch(message.queued_at),
        status=codes.mail_state(message.state),
        cause=message.cause,
        fault=codes.fault(message.fault),
        steps=codes.steps(message.entries, message.state),
        evidence=tuple(
            Evidence(
                diagnostic=entry.diagnosis,
                code=" ".join(part for part in (entry.reply_code, entry.status) if part),
                received=codes.moment(entry.at),
            )
            for entry in said
        ),
    )
