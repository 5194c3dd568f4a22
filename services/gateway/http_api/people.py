"""A user's page, mail and caller check as models, from what the services said."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from helpdesk.kernel.errors import Refused, Unavailable
from helpdesk.kernel.events import ERASED
from services.gateway.http_api import codes, errors, naming
from services.gateway.http_api.naming import Names
from services.gateway.http_api.visit import Visit
from services.gateway.pages.models import (
    Block,
    BlockWay,
    CallerCheck,
    CodeAddress,
    Evidence,
    Followed,
    Frame,
    MailLane,
    MailPage,
    MailVerdict,
    Masked,
    RawReport,
    Step,
    UserHead,
)

SENDABLE = ("welcome", "setup")
"""Mails that an agent may choose to send."""
LANGUAGES = ("", "en", "ro", "de")
FIRST = 5
LANES = 20
_COMPARED = 3
_SEALED = "subject"
_NO_NAMES = Names({})

Shown = Callable[[str, str, str, str], Masked]
"""Says what a personal value looks like: masked, or revealed in this request."""


@dataclass(frozen=True)
class Subject:
    """
    Who a page is about; addresses and numbers are masked already.

    ``only`` is the one of the addresses whose messages are shown, by its place; -1 for all.
    """

    id: str
    organization_id: str
    organization: str
    status: str
    address: str
    name: str = ""
    phone: str = ""
    sends_left: int = 0
    only: int = -1

    @property
    def filter(self) -> int | None:
        """Return the one address as requests name it."""
        return None if self.only < 0 else self.only


@dataclass
class MailState:
    """What is known of a user's mail: newest messages first, addresses, the agent's check."""

    messages: list[Any] = field(default_factory=list)
    addresses: Sequence[Any] = ()
    check: Any = None
    next_page: str = ""
    ticket: str = ""

    def take(self, changed: Any) -> None:
        """Take what changed."""
        known = {each.message_id: each for each in self.messages}
        known |= {each.message_id: each for each in changed.messages}
        self.messages = sorted(
            known.values(), key=lambda each: codes.moment_or_epoch(each.queued_at), reverse=True
        )[:LANES]
        self.addresses = changed.addresses
        if changed.HasField("check"):
            self.check = changed.check

    def seen(self) -> dict[str, str]:
        """Return a digest of what people see of it, by part of the page."""
        newest = self.messages[:_COMPARED]
        mail = [(each.message_id, each.state, len(each.entries)) for each in newest]
        blocks = [
            (
                each.blocked,
                each.on_probation,
                each.removals,
                each.provider_state,
                len(each.entries),
                str(each.ways),
            )
            for each in self.addresses
        ]
        check = self.check
        return {
            "mail": _digest(mail, blocks, checked(self)),
            "check": _digest(
                check.check_id, check.state, check.tries_left, check.cause, check.vouch, blocks
            )
            if check and check.state != "ready"
            else _digest(blocks),
        }


def masked(name: str, subject: str, where: str, text: str) -> Masked:
    """Return a personal value that can be revealed."""
    return Masked(id=name, subject=subject, field=where, text=text)


def subject_of(found: Any) -> Subject:
    """Return who a page is about."""
    return Subject(
        id=found.user.user_id,
        organization_id=found.user.organization_id,
        organization=found.organization.display_name,
        status=codes.status_of(found.user.status),
        address=next(iter(found.user.emails), ""),
        name=found.user.display_name,
        phone=next(iter(found.user.phone_numbers), ""),
    )


def live(visit: Visit, base: str, subject: Subject, state: MailState | None) -> str:
    """Return where a page hears of changes; it says, sealed, whom it shows and what it shows."""
    if state is None:
        return ""
    sends_left = state.check.sends_left if state.check else 0
    name = ERASED if subject.name == ERASED else ""
    known = asdict(replace(subject, name=name, phone="", sends_left=sends_left))
    sealed = visit.site.seals.seal(_SEALED, visit.bound_to, known)
    return f"{base}/live/{sealed}/{state.seen()['mail']}/{state.seen()['check']}"


def live_subject(visit: Visit) -> Subject:
    """Return whom a page shows, as it said itself. Raises NotFound."""
    return Subject(**visit.site.seals.open(_SEALED, visit.bound_to, visit.param("subject")))


def mail_state(
    visit: Visit, user_id: str, size: int = FIRST, page: str = "", only: int | None = None
) -> MailState | None:
    """Return what is known of a user's mail; None where the service does not answer."""
    try:
        found = visit.clients.email.mail(
            visit.token, user_id, visit.ticket, size=size, page=page, only=only
        )
        check = visit.clients.email.check(visit.token, user_id, visit.ticket)
    except Unavailable:
        return None
    return MailState(
        list(found.messages), found.addresses, check, found.next_page_token, visit.ticket
    )


def head(subject: Subject, state: MailState | None, shown: Shown = masked) -> UserHead:
    """Return the head of a user's pages."""
    phone = subject.phone
    return UserHead(
        id=subject.id,
        name=subject.name,
        organization_id=subject.organization_id,
        organization=subject.organization,
        status=subject.status,
        address=shown("address", subject.id, "emails:0", subject.address or "–"),
        blocked=state is not None and any(each.blocked for each in state.addresses),
        phone=shown("phone", subject.id, "phone_numbers:0", phone) if phone else None,
        erased=subject.name == ERASED,
    )


def caller_check(subject: Subject, state: MailState | None) -> CallerCheck:
    """Return the agent's check of the user."""
    if state is None:
        return CallerCheck(address=subject.address, sends_left=0)
    # The stream says nothing of a check while there is none; what the page knew still holds.
    check = CallerCheck(address=subject.address, sends_left=subject.sends_left)
    if state.check is not None:
        check = codes.caller_check(state.check, subject.address, datetime.now(UTC))
        if check.state == "confirmed" and not checked(state):
            # It was for another ticket: for this one nobody was checked.
            check = replace(check, state="ready", phrase="")
    choices = _sendable(state)
    return replace(check, choices=choices, blocked=not choices and len(state.addresses) > 0)


def verdict(state: MailState) -> MailVerdict:
    """Return the last mail in one sentence, with a next step that can be taken."""
    # What nobody proved says nothing of the mail; it stands in its lane.
    newest = next((each for each in state.messages if not each.unproved), None)
    return codes.verdict(newest, check_first=check_first(state))


def check_first(state: MailState) -> bool:
    """Return whether the caller is to be checked before a block is removed, and can be."""
    return not checked(state) and any(not each.blocked for each in state.addresses)


def checked(state: MailState) -> bool:
    """Return whether the agent's check of the user holds now, for the ticket of the page."""
    check = state.check
    if check is None or check.state != "confirmed" or check.ticket != state.ticket:
        return False
    return codes.caller_check(check, "", datetime.now(UTC)).valid_in > 0


def check_steps(state: MailState) -> tuple[Step, ...]:
    """Return what happened to the mail with the code."""
    if state.check is None or not state.check.message_id:
        return ()
    sent = [each for each in state.messages if each.message_id == state.check.message_id]
    return codes.steps(sent[0].entries, sent[0].state) if sent else ()


def names_of(visit: Visit, state: MailState | None) -> Names:
    """Return the names of who did something about the user's mail."""
    timelines = [*state.messages, *state.addresses] if state is not None else []
    ids = {entry.by for each in timelines for entry in each.entries if entry.by}
    return naming.of_people(visit, sorted(ids)) if ids else Names({})


def mail_page(
    frame: Frame,
    subject: Subject,
    state: MailState | None,
    reference: str,
    older: str = "",
    names: Names = _NO_NAMES,
) -> MailPage:
    """Return the mail page of what is known."""
    if state is None:
        return MailPage(frame=frame, user=head(subject, state), verdict=None, reference=reference)
    roles = frame.account.roles if frame.account else ()
    shown = [each for each in state.addresses if subject.only in (-1, each.index)]
    lanes = [
        *(_lane(each, names) for each in state.messages),
        *(_address_lane(each, names) for each in shown if each.entries),
    ]
    return MailPage(
        frame=frame,
        user=head(subject, state),
        verdict=verdict(state),
        blocks=tuple(_block(each, roles) for each in shown if each.blocked),
        lanes=tuple(sorted(lanes, key=lambda lane: lane.at, reverse=True)),
        resend_refusal=_resend_refusal(subject, state),
        checked=checked(state),
        followed=tuple(
            _followed(each) for each in shown if each.on_probation or each.provider_state
        ),
        addresses=tuple(
            CodeAddress(index=each.index, text=each.address) for each in state.addresses
        ),
        only=subject.only,
        reference=reference,
        older=older,
        sendable=_sendable(state) if subject.status != "inactive" else (),
        kinds=SENDABLE,
        languages=LANGUAGES,
    )


def _resend_refusal(subject: Subject, state: MailState) -> str:
    """Return why the welcome mail is not sent again; it goes to the first address."""
    if subject.name == ERASED:
        return "forgotten"
    if subject.status == "inactive":
        return "inactive"
    if any(each.blocked for each in state.addresses if not each.index):
        return "blocked"
    welcome = next((each for each in state.messages if each.kind == "welcome"), None)
    return "waiting" if welcome is not None and welcome.resend_refusal == "NOT_RESENDABLE" else ""


def _followed(address: Any) -> Followed:
    return Followed(
        text=address.address,
        removed=codes.moment(address.removed_at) if address.on_probation else None,
        provider=address.provider_state,
        retry=codes.moment(address.provider_retry_at),
    )


def _sendable(state: MailState) -> tuple[CodeAddress, ...]:
    return tuple(
        CodeAddress(index=each.index, text=each.address)
        for each in state.addresses
        if not each.blocked
    )


def _block(address: Any, roles: Sequence[str]) -> Block:
    refusal = ""
    lifts = ""
    step = codes.next_step(address.next_step)
    if not address.removal_allowed:
        told = errors.refusal(Refused(address.removal_refusal or "REFUSED"))
        refusal, lifts = told.code.removeprefix("rule_"), told.lifts
        step = step or told.next_step
    missing = {way.name for way in address.ways if way.state == "missing"}
    asks = []
    if "helpdesk" in roles and address.removal_refusal not in ("", "REMOVALS_LOCKED"):
        asks += ["admin"] if "customer_admin" in missing else []
        asks += ["recipient"] if "consent" in missing else []
    if "partner_admin" in roles and address.locked:
        asks.append("unlock")
    return Block(
        since=codes.moment_or_epoch(address.since),
        cause=address.cause,
        removals=address.removals,
        removals_limit=address.most_removals,
        address=str(address.index),
        text=address.address,
        refusal=refusal,
        lifts=lifts,
        next_step=step,
        ways=tuple(BlockWay(name=way.name, state=way.state) for way in address.ways),
        ground=address.ground,
        until=codes.moment(address.expires_at),
        opens=codes.moment(address.locked_until),
        asks=tuple(asks),
    )


def _address_lane(address: Any, names: Names) -> MailLane:
    """Return what happened to an address without a message of ours."""
    last = address.entries[-1]
    return MailLane(
        id=f"address-{address.index}",
        kind="at_provider",
        at=codes.moment_or_epoch(address.entries[0].at),
        status=codes.mail_state(last.what),
        address=address.address,
        cause=last.cause,
        fault=codes.fault(last.fault),
        steps=codes.steps(address.entries, name_of=names.of),
    )


def _lane(message: Any, names: Names) -> MailLane:
    said = [entry for entry in message.entries if entry.diagnosis or entry.status]
    return MailLane(
        id=message.message_id,
        kind=message.kind,
        at=codes.moment_or_epoch(message.queued_at),
        status=codes.mail_state(message.state),
        address=message.address,
        unproved=message.unproved,
        cause=message.cause,
        fault=codes.fault(message.fault),
        steps=codes.steps(message.entries, message.state, names.of),
        evidence=tuple(
            Evidence(
                diagnostic=entry.diagnosis,
                code=" ".join(part for part in (entry.reply_code, entry.status) if part),
                received=codes.moment(entry.at),
            )
            for entry in said
        ),
        has_reports=message.has_evidence,
    )


def report(found: Any) -> RawReport:
    """Return what a mail system reported."""
    return RawReport(
        kind=found.kind,
        at=codes.moment_or_epoch(found.at),
        reporter=found.reporting_mta,
        remote=found.remote_mta,
        code=" ".join(part for part in (found.reply_code, found.status) if part),
        diagnostic=found.diagnosis,
        text=found.raw,
        cut=found.cut,
    )


def _digest(*parts: object) -> str:
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:12]
