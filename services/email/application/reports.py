"""Taking what mail systems report."""

from __future__ import annotations

from dataclasses import dataclass, replace

from helpdesk.kernel.actions import SupportAction, UnitOfWork
from helpdesk.kernel.addresses import canonical
from helpdesk.kernel.errors import InvalidArgument
from helpdesk.kernel.events import Event
from helpdesk.kernel.store import Loaded, Store
from services.email.application.following import begun_by
from services.email.application.ports import Directory, Owner, address_digest, address_stream
from services.email.domain import blocklist, caller_check, consent, evidence, message, origins
from services.email.domain.blocklist import Address, Whose
from services.email.domain.caller_check import CallerCheck
from services.email.domain.consent import Consent
from services.email.domain.facts import (
    AddressBlocked,
    MailReportTaken,
    MessageBounced,
    MessageComplained,
    MessageDelivered,
    MessageDiscovered,
)
from services.email.domain.message import Message
from services.email.domain.policy import Policy
from services.email.reports import Cause, Fault, Kind, MailReport, RecipientReport, read_mail

_USUAL = Policy()
LARGEST = 10 * 1024 * 1024
WORTH_KEEPING = frozenset({"bounced", "delayed", "complained"})
"""What is kept of a message that another system sent."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """What was recorded of one recipient."""

    matched_by: str
    cause: str
    fault: str
    permanent: bool = False
    blocked: bool = False
    state: str = ""


@dataclass(frozen=True, slots=True)
class Taken:
    """What was done with a mail."""

    kind: str
    duplicate: bool = False
    recipients: tuple[Recorded, ...] = ()


@dataclass(frozen=True, slots=True)
class Reading:
    """
    A report, how the message that it is about was found, and its bytes as they came.

    ``vouched``: who brought it says that it is genuine, also where it names no message of ours.
    """

    report_id: str
    report: MailReport
    matched_by: str
    raw: bytes
    vouched: bool = True


class Reports:
    """The use case of MailReportService and of the mail listener."""

    def __init__(
        self,
        store: Store,
        directory: Directory,
        key: bytes,
        domain: str,
        policy: Policy = _USUAL,
    ) -> None:
        self._store = store
        self._directory = directory
        self._key = key
        self._domain = domain
        self._policy = policy

    def report_mail(
        self,
        action: SupportAction,
        raw: bytes,
        envelope_recipient: str = "",
        *,
        vouched: bool = True,
    ) -> Taken:
        """
        Read a mail and record what it reports; the same mail again changes nothing.

        Anybody can write a bounce. One that names no message of ours, by its signed return path or
        by its message id, blocks an address only where its bringer has ``vouched`` for it.
        """
        if not raw:
            raise InvalidArgument("raw", "EMPTY")
        if len(raw) > LARGEST:
            raise InvalidArgument("raw", "TOO_LARGE", "raw: at most 10 MB.")
        report_id = self._store.digest(b"report\0" + raw)[:32]
        action.about(f"report:{report_id}")
        loaded = action.load(f"report:{report_id}", evidence.evolve, evidence.Report())
        if loaded.version:
            return Taken(loaded.state.kind, duplicate=True)
        report = read_mail(raw)
        ours, matched_by = self.message_of(action, raw, envelope_recipient, report)
        reading = Reading(report_id, report, matched_by, raw, vouched)
        return self.take(action, loaded, reading, ours)

    def take(
        self,
        action: SupportAction,
        loaded: Loaded[evidence.Report],
        reading: Reading,
        ours: Message,
    ) -> Taken:
        """Record what was read of a message of ours, or of somebody else's where that is empty."""
        report_id, report = reading.report_id, reading.report
        if ours.message_id:
            action.about(organization_id=ours.organization_id, user_id=ours.user_id)
            found = [(ours, _answer_for(ours, report))]
        else:
            found = [
                (self._discovered(action, reading, answer), answer) for answer in report.recipients
            ]
        recorded = [
            self._record(action, reading, each, answer)
            for each, answer in found
            if answer is not None
        ]
        if begun := begun_by(action, ours):
            action.answers(begun.agent_id, begun.partner_id)
            action.ticket = begun.ticket
        known = [each for each, _ in found if each.message_id]
        action.about(*(f"message:{each.message_id}" for each in known))
        holds_words = report.kind is not Kind.NONE
        raw_text, cut = evidence.kept(reading.raw)
        action.stage(
            loaded,
            MailReportTaken(
                report_id=report_id,
                report_key=self._store.vault.spare("report") if holds_words else "",
                kind=report.kind.value,
                raw=raw_text if holds_words else "",
                cut=cut,
                reporting_mta=report.reporting_mta,
                person_ids=tuple(dict.fromkeys(each.person_id for each in known)),
                message_ids=tuple(dict.fromkeys(each.message_id for each in known)),
            ),
        )
        return Taken(report.kind.value, recipients=tuple(recorded))

    def message_of(
        self, action: SupportAction, raw: bytes, envelope_recipient: str, report: MailReport
    ) -> tuple[Message, str]:
        """Return the message of ours that a report is about, and by what it was found."""
        envelope = origins.by_envelope(self._key, envelope_recipient.encode(), raw)
        if envelope:
            found = self._message(action, envelope)
            if found.message_id:
                return found, "verp"
        original = f"<{report.original_message_id.strip('<> ')}>".encode()
        for message_id in origins.by_message_id(self._domain, original, raw):
            found = self._message(action, message_id)
            if found.message_id:
                return found, "message_id"
        return Message(), ""

    def _message(self, action: SupportAction, message_id: str) -> Message:
        return action.load(f"message:{message_id}", message.evolve, Message()).state

    def _discovered(
        self, action: SupportAction, reading: Reading, answer: RecipientReport
    ) -> Message:
        report_id, report = reading.report_id, reading.report
        if message.outcome(report.kind, answer, report.feedback_type) not in WORTH_KEEPING:
            return Message()
        try:
            address = canonical(answer.recipient)
        except InvalidArgument:
            return Message()
        digest = address_digest(self._store, address)
        # What nobody proved is one message a day and address, so that a flood fills no timeline.
        origin = f"discovered\0{report_id}" if reading.vouched else f"unproved\0{action.now:%F}"
        message_id = self._store.digest(f"{origin}\0{address}")[:32]
        loaded = action.load(f"message:{message_id}", message.evolve, Message())
        if loaded.state.message_id:
            return loaded.state
        owner = self._directory.owner_of(address) or Owner("", "")
        action.stage(
            loaded,
            MessageDiscovered(
                message_id=message_id,
                person_id=owner.user_id or f"address:{digest}",
                user_id=owner.user_id,
                organization_id=owner.organization_id,
                address=address,
                address_digest=digest,
                report_id=report_id,
                unproved=not reading.vouched,
            ),
        )
        if owner.user_id:
            action.about(organization_id=owner.organization_id, user_id=owner.user_id)
        return self._message(action, message_id)

    def _record(
        self, action: SupportAction, reading: Reading, found: Message, answer: RecipientReport
    ) -> Recorded:
        report = reading.report
        cause, fault = answer.cause.value, answer.fault.value
        permanent = bool(answer.permanent)
        if not found.message_id:
            return Recorded("nobody", cause, fault, permanent)
        loaded = action.load(f"message:{found.message_id}", message.evolve, Message())
        facts = message.reported(
            loaded.state, report.kind, answer, reading.report_id, report.feedback_type
        )
        action.stage(loaded, *facts)
        blocked = not found.unproved and settle_address(
            action, self._store, found, facts, answer, self._policy
        )
        settle_question(action, found, facts)
        return Recorded(
            reading.matched_by or ("address" if found.user_id else "nobody"),
            cause,
            fault,
            permanent,
            blocked,
            self._message(action, found.message_id).state,
        )


def settle_address(
    work: UnitOfWork,
    store: Store,
    found: Message,
    facts: tuple[Event, ...],
    answer: RecipientReport,
    policy: Policy = _USUAL,
) -> bool:
    """Stage what follows for the address of a message; return whether it was blocked."""
    try:
        address = canonical(found.address)
    except InvalidArgument:
        # Nobody's key opens it any more, or it never was an address.
        return False
    digest = address_digest(store, address)
    entry = work.load(address_stream(address), blocklist.evolve, Address())
    whose = Whose(address, digest, found.person_id)
    for fact in facts:
        decided: tuple[Event, ...] = ()
        if isinstance(fact, MessageBounced):
            decided = blocklist.bounced(
                entry.state, whose, found.message_id, answer, work.now, policy
            )
        elif isinstance(fact, MessageComplained):
            decided = blocklist.complained(entry.state, whose, found.message_id)
        elif isinstance(fact, MessageDelivered):
            decided = blocklist.delivered(entry.state, digest, found.message_id)
        work.stage(entry, *decided)
        if any(isinstance(each, AddressBlocked) for each in decided):
            return True
    return False


def settle_question(work: UnitOfWork, found: Message, facts: tuple[Event, ...]) -> None:
    """Stage what a bounce means for the caller check or the consent that the message asked for."""
    bounced = next((fact for fact in facts if isinstance(fact, MessageBounced)), None)
    if bounced is None:
        return
    if found.kind == message.CODE:
        check = work.load(f"check:{found.check_id}", caller_check.evolve, CallerCheck())
        work.stage(check, *caller_check.undeliverable(check.state, bounced.cause, bounced.fault))
    elif found.consent_id:
        asked = work.load(f"mail-consent:{found.consent_id}", consent.evolve, Consent())
        work.stage(asked, *consent.undeliverable(asked.state, bounced.cause, bounced.fault))


def _answer_for(ours: Message, report: MailReport) -> RecipientReport | None:
    """Return what a report says of the one recipient of a message of ours."""
    for answer in report.recipients:
        try:
            if canonical(answer.recipient) == canonical(ours.address):
                return answer
        except InvalidArgument:
            continue
    if report.recipients:
        # A mailbox that forwards is reported by the address that it forwards to.
        return replace(report.recipients[0], recipient=ours.address)
    if report.kind is Kind.COMPLAINT:
        return RecipientReport(ours.address, cause=Cause.COMPLAINED, fault=Fault.RECIPIENT)
    if report.kind is Kind.AUTO_REPLY:
        return RecipientReport(ours.address, cause=Cause.AWAY, fault=Fault.RECIPIENT)
    return None
