"""Codes of services turned into codes of the pages' words, and moments into times."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, cast

from services.gateway.pages import words
from services.gateway.pages.models import CallerCheck, MailVerdict, Step
from services.gateway.pages.models.user import CheckState, Fault

_STATUS = {
    "pending": "invited",
    "disconnected": "offline",
    "connected_with_issues": "issues",
    "offline_deep_sleep": "offline",
    "offline_expired": "offline",
    "not_activated": "never_seen",
    "provisioned": "completed",
    "claimed": "claimed",
}
_ORDER_STATUS = {"provisioned": "completed", "pending": "processing"}
_MAIL = {"suppressed": "not_sent", "unblocked": "removed"}
_FAULT = {
    "recipient": "recipient",
    "receiving_system": "receiver",
    "our_side": "us",
    "unknown": "unknown",
}
_CHECK = {"denied": "not_me"}
_OPEN_MAIL = ("queued", "sent", "delayed")
_CONFIRMED_FOR = 600


def status_of(status: str) -> str:
    """Return the page's code of a user's, device's or domain's status."""
    code = status.lower()
    return _STATUS.get(code, code)


def order_status_of(status: str) -> str:
    """Return the page's code of an order's status."""
    code = status.lower()
    return _ORDER_STATUS.get(code, code)


def domain_status_of(status: str) -> str:
    """Return the page's code of a domain's status."""
    return "claimed" if status == "pending" else status


def moment(stamp: Any) -> datetime | None:
    """Return the time of a timestamp, None where it is not set."""
    if not stamp.seconds and not stamp.nanos:
        return None
    return cast("datetime", stamp.ToDatetime(tzinfo=UTC))


def short(id_: str) -> str:
    """Return the beginning of an id that people can compare; the whole id where it is short."""
    if len(id_) <= 24:
        return id_
    try:
        plain = base64.b64decode(id_ + "=" * (-len(id_) % 4)).decode("ascii")
    except (binascii.Error, ValueError):
        return id_[:12]
    return plain.rpartition("/")[2][:8]


def moment_or_epoch(stamp: Any) -> datetime:
    """Return the time of a timestamp that every record of the kind has."""
    return cast("datetime", stamp.ToDatetime(tzinfo=UTC))


def mail_state(state: str) -> str:
    """Return the page's code of a mail's state."""
    return _MAIL.get(state, state)


def fault(code: str) -> Fault:
    """Return the page's code of whose fault something is."""
    return cast("Fault", _FAULT.get(code, "nobody"))


def next_step(key: str) -> str:
    """Return the page's code of a key such as "mail.next.remove_block"."""
    return key.removeprefix("mail.").removeprefix("check.").replace(".", "_")


def steps(entries: Any, state: str = "", name_of: Callable[[str], str] = short) -> tuple[Step, ...]:
    """
    Return what happened to a mail, oldest first, and that an answer is awaited.

    ``name_of`` returns the name of a person's id.
    """
    found: list[Step] = []
    before: datetime | None = None
    for entry in entries:
        at = moment_or_epoch(entry.at)
        code = mail_state(entry.what)
        gap = (at - before).total_seconds() if before else None
        by = name_of(entry.by) if entry.by else ""
        state_of = words.state_of("mail", code)
        found.append(Step(code=code, state=state_of, at=at, gap_seconds=gap, by=by))
        before = at
    if state in _OPEN_MAIL:
        found.append(Step(code="pending", state="pending"))
    return tuple(found)


def verdict(message: Any | None, *, check_first: bool) -> MailVerdict:
    """Return the last mail in one sentence."""
    if message is None:
        return MailVerdict(status="none")
    step = next_step(message.next_step)
    if step == "next_remove_block" and check_first:
        step = "check_then_remove"
    return MailVerdict(
        status=mail_state(message.state),
        cause=message.cause,
        fault=fault(message.fault),
        next_step=step,
        steps=steps(message.entries, message.state),
        at=moment(message.queued_at),
        subject=message.kind,
    )


def caller_check(check: Any, address: str, now: datetime) -> CallerCheck:
    """Return the caller check as the agent sees it."""

    def left(stamp: Any, more: float = 0) -> int:
        at = moment(stamp)
        return max(0, int((at - now).total_seconds() + more)) if at else 0

    state = _CHECK.get(check.state, check.state) or "ready"
    expires_in = left(check.next_send_at if check.state == "locked" else check.expires_at)
    return CallerCheck(
        state=cast("CheckState", state),
        address=check.address or address,
        sends_left=check.sends_left,
        tries_left=check.tries_left,
        expires_in=expires_in,
        valid_in=left(check.confirmed_at, _CONFIRMED_FOR),
        at=moment(check.sent_at),
        cause=check.cause,
        phrase=check.phrase,
        by=check.confirmed_by,
        vouch=check.vouch,
        next_step=next_step(check.next_step),
    )
