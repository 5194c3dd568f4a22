"""The check of a caller: a one-time code proves possession of a mailbox, nothing more."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from helpdesk.kernel.errors import InvalidArgument, Refused
from helpdesk.kernel.events import ERASED, NEVER, Event
from services.email.domain.check_facts import (
    CallerDenied,
    CallerVouched,
    VouchRefused,
    VouchRequested,
)
from services.email.domain.facts import (
    CallerCheckExpired,
    CallerCheckLocked,
    CallerCheckReplaced,
    CallerCheckStarted,
    CodeRejected,
    CodeUndeliverable,
    MailboxPossessionProved,
)

DIGITS = 8
LASTS = timedelta(minutes=10)
TRIES = 5
REMEMBERED = timedelta(hours=1)
DENIABLE = timedelta(hours=24)
"""How long after the mail its reader may say that it was not them."""
CODE = "code"
LINK = "link"
CUSTOMER_ADMIN = "customer_admin"
_BETWEEN = str.maketrans("", "", " -\u2011\u2013\u00a0")


@dataclass(frozen=True, slots=True)
class CallerCheck:
    """One code that was sent, and how far it got; ``ended`` is empty while it may be used."""

    check_id: str = ""
    agent_id: str = ""
    partner_id: str = ""
    user_id: str = ""
    organization_id: str = ""
    ticket: str = ""
    address: str = ""
    address_digest: str = ""
    message_id: str = ""
    code_digest: str = ""
    code_key: str = ""
    code: str = ""
    sent_at: datetime = NEVER
    expires_at: datetime = NEVER
    confirmed_at: datetime = NEVER
    wrong: int = 0
    ended: str = ""
    cause: str = ""
    fault: str = ""
    blocked: bool = False
    agent_name: str = ""
    partner_name: str = ""
    phrase: str = ""
    link: str = ""
    link_digest: str = ""
    link_used: bool = False
    proved_by: str = ""
    vouch: str = ""
    vouch_reason: str = ""
    vouch_at: datetime = NEVER
    vouch_until: datetime = NEVER

    @property
    def tries_left(self) -> int:
        """How often the code may still be tried."""
        return TRIES - self.wrong if not self.ended else 0

    def can_be_sent(self, now: datetime) -> bool:
        """Whether its code may still go out."""
        return not self.ended and now < self.expires_at and self.code not in ("", ERASED)


def evolve(check: CallerCheck, event: Event) -> CallerCheck:
    """Return the check after a fact."""
    match event:
        case CallerCheckStarted():
            return CallerCheck(
                check_id=event.check_id,
                agent_id=event.agent_id,
                partner_id=event.partner_id,
                user_id=event.user_id,
                organization_id=event.organization_id,
                ticket=event.ticket,
                address=event.address,
                address_digest=event.address_digest,
                message_id=event.message_id,
                code_digest=event.code_digest,
                code_key=event.code_key,
                code=event.code,
                sent_at=event.recorded_at,
                expires_at=event.expires_at,
                agent_name=event.agent_name,
                partner_name=event.partner_name,
                phrase=event.phrase,
                link=event.link,
                link_digest=event.link_digest,
            )
        case CodeRejected():
            return replace(check, wrong=check.wrong + 1)
        case CallerCheckLocked():
            return replace(check, ended="locked")
        case MailboxPossessionProved():
            return replace(
                check,
                ended="confirmed",
                confirmed_at=event.recorded_at,
                proved_by=event.by,
                link_used=event.by == LINK,
            )
        case CallerDenied():
            return replace(check, ended="denied", link_used=True, vouch="")
        case VouchRequested():
            return replace(
                check,
                vouch="asked",
                vouch_reason=event.reason,
                vouch_at=event.recorded_at,
                vouch_until=event.open_until,
            )
        case CallerVouched():
            return replace(
                check,
                ended="confirmed",
                confirmed_at=event.recorded_at,
                proved_by=CUSTOMER_ADMIN,
                vouch="given",
            )
        case VouchRefused():
            return replace(check, vouch="refused")
        case CallerCheckExpired():
            return replace(check, ended="expired")
        case CallerCheckReplaced():
            return replace(check, ended="replaced")
        case CodeUndeliverable():
            return replace(
                check,
                ended="cannot_arrive",
                cause=event.cause,
                fault=event.fault,
                blocked=event.blocked,
            )
    return check


def standing(check: CallerCheck, now: datetime) -> str:
    """Return the state that an agent sees; a confirmed check counts for ten minutes."""
    if not check.check_id:
        return "ready"
    if check.ended in ("locked", "cannot_arrive", "denied"):
        return check.ended
    if check.ended == "confirmed":
        return "confirmed" if now < check.confirmed_at + LASTS else "expired"
    if check.ended or now >= check.expires_at:
        return "expired"
    return "wrong" if check.wrong else "sent"


def is_recent(check: CallerCheck, now: datetime) -> bool:
    """Whether a check still says something of the call that an agent has now."""
    return bool(check.check_id) and now < check.expires_at + REMEMBERED


def read_code(text: str) -> str:
    """Return the digits of a code as it was typed. Raises InvalidArgument."""
    digits = text.translate(_BETWEEN).strip()
    if len(digits) != DIGITS or not digits.isascii() or not digits.isdigit():
        raise InvalidArgument("code", "NOT_A_CODE", f"code: {DIGITS} digits are wanted.")
    return digits


def digest_of(key: bytes, check_id: str, code: str) -> str:
    """Return the keyed digest (HMAC-SHA-256, hex) of a code, good for this check only."""
    return hmac.digest(key, f"code\0{check_id}\0{code}".encode(), hashlib.sha256).hex()


def verify(check: CallerCheck, digest: str, now: datetime) -> tuple[Event, ...]:
    """Take a code by its digest; compares in constant time. Raises Refused for a used one."""
    if check.ended == "confirmed":
        raise Refused("CODE_USED", "This code was used. Send a new one for a new check.")
    if check.ended:
        return ()
    if now >= check.expires_at:
        return (CallerCheckExpired(check_id=check.check_id),)
    if hmac.compare_digest(check.code_digest, digest):
        return (
            MailboxPossessionProved(
                check_id=check.check_id,
                agent_id=check.agent_id,
                user_id=check.user_id,
                ticket=check.ticket,
                by=CODE,
            ),
        )
    rejected = CodeRejected(check_id=check.check_id)
    if check.wrong + 1 >= TRIES:
        return (rejected, CallerCheckLocked(check_id=check.check_id))
    return (rejected,)


def link_digest_of(key: bytes, check_id: str, secret: str) -> str:
    """Return the keyed digest (HMAC-SHA-256, hex) of a link's secret, good for this check only."""
    return hmac.digest(key, f"link\0{check_id}\0{secret}".encode(), hashlib.sha256).hex()


def opens(check: CallerCheck, digest: str) -> bool:
    """Whether a link, by its digest, is this check's; compares in constant time."""
    return bool(check.link_digest) and hmac.compare_digest(check.link_digest, digest)


def confirm(check: CallerCheck, now: datetime) -> tuple[Event, ...]:
    """The reader of the mail says that they are calling. Raises Refused for a used link."""
    _check_unused(check)
    if check.ended:
        return ()
    if now >= check.expires_at:
        return (CallerCheckExpired(check_id=check.check_id),)
    return (
        MailboxPossessionProved(
            check_id=check.check_id,
            agent_id=check.agent_id,
            user_id=check.user_id,
            ticket=check.ticket,
            by=LINK,
        ),
    )


def deny(check: CallerCheck, now: datetime) -> tuple[Event, ...]:
    """
    The reader of the mail says that they are not calling. Raises Refused.

    That counts for a day, also where the code was read out or another check followed.
    """
    _check_unused(check)
    if not can_be_denied(check, now):
        raise Refused("LINK_EXPIRED", "This link is too old. Tell an admin of your organization.")
    return (
        CallerDenied(
            check_id=check.check_id,
            agent_id=check.agent_id,
            partner_id=check.partner_id,
            user_id=check.user_id,
            organization_id=check.organization_id,
            ticket=check.ticket,
        ),
    )


def can_be_denied(check: CallerCheck, now: datetime) -> bool:
    """Whether the reader of the mail may still say that it was not them."""
    return not check.link_used and now < check.sent_at + DENIABLE


def _check_unused(check: CallerCheck) -> None:
    if check.link_used:
        raise Refused("LINK_USED", "This link was used already.")


def expire(check: CallerCheck, now: datetime) -> tuple[Event, ...]:
    """End a check whose time is over."""
    if check.ended or not check.check_id or now < check.expires_at:
        return ()
    return (CallerCheckExpired(check_id=check.check_id),)


def give_way(check: CallerCheck, replaced_by: str) -> tuple[Event, ...]:
    """End a check for a newer one."""
    if check.ended or not check.check_id:
        return ()
    return (CallerCheckReplaced(check_id=check.check_id, replaced_by=replaced_by),)


def undeliverable(
    check: CallerCheck, cause: str, fault: str, *, blocked: bool = False
) -> tuple[Event, ...]:
    """The mail with the code will not arrive."""
    if check.ended or not check.check_id:
        return ()
    return (CodeUndeliverable(check_id=check.check_id, cause=cause, fault=fault, blocked=blocked),)
