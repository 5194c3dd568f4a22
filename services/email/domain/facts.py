"""Facts of mail to users, as they are stored and published."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from helpdesk.kernel.events import NEVER, Event, personal


@dataclass(frozen=True, kw_only=True)
class MessageQueued(Event):
    """A message is to be sent."""

    NAME = "helpdesk.email.v1.MessageQueued"

    message_id: str
    person_id: str
    user_id: str
    organization_id: str = ""
    kind: str
    address: str = personal(of="person_id")
    address_digest: str
    display_name: str = personal(of="person_id", default="")
    language: str = ""
    organization_name: str = ""
    partner_name: str = ""
    ticket: str = ""
    requested_by: str = ""
    check_id: str = ""
    resend_of: str = ""
    consent_id: str = ""
    notice_id: str = ""
    link: str = personal(of="person_id", default="")
    partner_id: str = ""


@dataclass(frozen=True, kw_only=True)
class MessageDiscovered(Event):
    """A message of another system became known by what was reported of it."""

    NAME = "helpdesk.email.v1.MessageDiscovered"

    message_id: str
    person_id: str
    user_id: str = ""
    organization_id: str = ""
    address: str = personal(of="person_id")
    address_digest: str
    report_id: str = ""
    unproved: bool = False


@dataclass(frozen=True, kw_only=True)
class MessageSent(Event):
    """A mail system took a message."""

    NAME = "helpdesk.email.v1.MessageSent"

    message_id: str
    reply_code: str = ""
    attempt: int = 0


@dataclass(frozen=True, kw_only=True)
class MessageDelivered(Event):
    """A message reached its mailbox."""

    NAME = "helpdesk.email.v1.MessageDelivered"

    message_id: str
    by: str
    report_id: str = ""


@dataclass(frozen=True, kw_only=True)
class MessageDelayed(Event):
    """A message could not be handed over or delivered yet."""

    NAME = "helpdesk.email.v1.MessageDelayed"

    message_id: str
    person_id: str
    cause: str
    fault: str
    status: str = ""
    reply_code: str = ""
    diagnosis: str = personal(of="person_id", default="")
    attempt: int = 0
    retry_at: datetime = NEVER
    report_id: str = ""


@dataclass(frozen=True, kw_only=True)
class MessageBounced(Event):
    """A message will not arrive."""

    NAME = "helpdesk.email.v1.MessageBounced"

    message_id: str
    person_id: str
    cause: str
    fault: str
    status: str = ""
    reply_code: str = ""
    diagnosis: str = personal(of="person_id", default="")
    remote_mta: str = ""
    permanent: bool = False
    report_id: str = ""


@dataclass(frozen=True, kw_only=True)
class MessageComplained(Event):
    """The recipient of a message complained about it."""

    NAME = "helpdesk.email.v1.MessageComplained"

    message_id: str
    feedback_type: str = ""
    report_id: str = ""


@dataclass(frozen=True, kw_only=True)
class MessageSuppressed(Event):
    """A message was not sent, on purpose."""

    NAME = "helpdesk.email.v1.MessageSuppressed"

    message_id: str
    cause: str


@dataclass(frozen=True, kw_only=True)
class MessageResent(Event):
    """Another message was sent in place of this one."""

    NAME = "helpdesk.email.v1.MessageResent"

    message_id: str
    resent_as: str


@dataclass(frozen=True, kw_only=True)
class AddressBounced(Event):
    """Mail to an address came back."""

    NAME = "helpdesk.email.v1.AddressBounced"

    address_digest: str
    message_id: str
    cause: str
    fault: str
    permanent: bool = False
    for_good: bool = False


@dataclass(frozen=True, kw_only=True)
class AddressBlocked(Event):
    """An address gets no more mail."""

    NAME = "helpdesk.email.v1.AddressBlocked"

    address_digest: str
    person_id: str
    address: str = personal(of="person_id")
    block: str
    cause: str
    fault: str
    message_id: str
    again: bool = False
    expires_at: datetime = NEVER
    provider: str = ""


@dataclass(frozen=True, kw_only=True)
class AddressRemovedFromBlocklist(Event):
    """An agent lifted the block; the address is on probation."""

    NAME = "helpdesk.email.v1.AddressRemovedFromBlocklist"

    address_digest: str
    person_id: str
    address: str = personal(of="person_id")
    user_id: str
    removed_by: str
    partner_id: str = ""
    reason: str = personal(of="person_id")
    ticket: str
    block: str
    message_id: str = ""
    removal_id: str = ""
    ground: str = ""
    check_id: str = ""


@dataclass(frozen=True, kw_only=True)
class AddressProbationPassed(Event):
    """Mail reached an address that was on probation."""

    NAME = "helpdesk.email.v1.AddressProbationPassed"

    address_digest: str
    message_id: str


@dataclass(frozen=True, kw_only=True)
class AddressProbationFailed(Event):
    """Mail to an address that was on probation came back, without a new block."""

    NAME = "helpdesk.email.v1.AddressProbationFailed"

    address_digest: str
    message_id: str
    cause: str


@dataclass(frozen=True, kw_only=True)
class MailReportTaken(Event):
    """A mail system reported something."""

    NAME = "helpdesk.email.v1.MailReportTaken"

    report_id: str
    report_key: str = ""
    kind: str
    raw: str = personal(of="report_key", default="")
    cut: bool = False
    reporting_mta: str = ""
    person_ids: tuple[str, ...] = ()
    message_ids: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class CallerCheckStarted(Event):
    """A code was made for a caller; the mail with it follows."""

    NAME = "helpdesk.email.v1.CallerCheckStarted"

    check_id: str
    agent_id: str
    partner_id: str = ""
    user_id: str
    organization_id: str = ""
    ticket: str
    address: str = personal(of="user_id")
    address_digest: str
    message_id: str = ""
    code_digest: str = ""
    code_key: str = ""
    code: str = personal(of="code_key", default="")
    expires_at: datetime
    agent_name: str = personal(of="agent_id", default="")
    partner_name: str = ""
    phrase: str = personal(of="user_id", default="")
    link: str = personal(of="code_key", default="")
    link_digest: str = ""


@dataclass(frozen=True, kw_only=True)
class CodeUndeliverable(Event):
    """A code cannot reach its caller."""

    NAME = "helpdesk.email.v1.CodeUndeliverable"

    check_id: str
    cause: str
    fault: str
    blocked: bool = False


@dataclass(frozen=True, kw_only=True)
class CodeRejected(Event):
    """A wrong code was tried."""

    NAME = "helpdesk.email.v1.CodeRejected"

    check_id: str


@dataclass(frozen=True, kw_only=True)
class CallerCheckLocked(Event):
    """A code was tried too often."""

    NAME = "helpdesk.email.v1.CallerCheckLocked"

    check_id: str


@dataclass(frozen=True, kw_only=True)
class MailboxPossessionProved(Event):
    """The caller has the mailbox, by its link or by its code, which is all that it proves."""

    NAME = "helpdesk.email.v1.MailboxPossessionProved"

    check_id: str
    agent_id: str
    user_id: str
    ticket: str
    by: str = "code"


@dataclass(frozen=True, kw_only=True)
class CallerCheckExpired(Event):
    """A code was not used in time."""

    NAME = "helpdesk.email.v1.CallerCheckExpired"

    check_id: str


@dataclass(frozen=True, kw_only=True)
class CallerCheckReplaced(Event):
    """The agent sent a newer code to the same user."""

    NAME = "helpdesk.email.v1.CallerCheckReplaced"

    check_id: str
    replaced_by: str


@dataclass(frozen=True, kw_only=True)
class SendCounted(Event):
    """A message counts towards a limit."""

    NAME = "helpdesk.email.v1.SendCounted"

    limit: str
    message_id: str


@dataclass(frozen=True, kw_only=True)
class TryCounted(Event):
    """A wrong code counts towards a limit."""

    NAME = "helpdesk.email.v1.TryCounted"

    limit: str
    check_id: str


@dataclass(frozen=True, kw_only=True)
class WebhookEventReceived(Event):
    """A provider's webhook told of an event, proved to come from the provider."""

    NAME = "helpdesk.email.v1.WebhookEventReceived"

    provider: str
    event_digest: str
    outcome: str
    seen_until: datetime


@dataclass(frozen=True, kw_only=True)
class WebhookRefused(Event):
    """Webhooks without proof, counted for one minute; nothing of them is kept."""

    NAME = "helpdesk.email.v1.WebhookRefused"

    provider: str
    reason: str
    count: int
    minute: datetime
