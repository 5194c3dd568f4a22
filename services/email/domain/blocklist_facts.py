"""Facts of blocks beside their beginning and their removal, as they are stored and published."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from helpdesk.kernel.events import NEVER, Event, personal


@dataclass(frozen=True, kw_only=True)
class AddressBlockExpired(Event):
    """A block ended by itself; the address is on probation."""

    NAME = "helpdesk.email.v1.AddressBlockExpired"

    address_digest: str
    person_id: str
    address: str = personal(of="person_id")
    block: str
    message_id: str = ""


@dataclass(frozen=True, kw_only=True)
class AddressVouchRequested(Event):
    """An agent asks the customer's admins for their word for a blocked address."""

    NAME = "helpdesk.email.v1.AddressVouchRequested"

    address_digest: str
    person_id: str
    user_id: str
    organization_id: str
    asked_by: str
    partner_name: str = ""
    ticket: str = ""
    reason: str = personal(of="person_id")
    message_id: str = ""


@dataclass(frozen=True, kw_only=True)
class AddressVouchedFor(Event):
    """An admin of the customer gave their word for a blocked address."""

    NAME = "helpdesk.email.v1.AddressVouchedFor"

    address_digest: str
    person_id: str
    user_id: str
    organization_id: str
    admin_id: str
    reason: str = personal(of="person_id")
    message_id: str = ""


@dataclass(frozen=True, kw_only=True)
class RemovalLockLifted(Event):
    """A partner admin lets the partner's agents remove an address once more."""

    NAME = "helpdesk.email.v1.RemovalLockLifted"

    address_digest: str
    person_id: str
    user_id: str
    lifted_by: str
    partner_id: str
    reason: str = personal(of="person_id")
    message_id: str = ""


@dataclass(frozen=True, kw_only=True)
class MailConsentAsked(Event):
    """The recipient who complained is asked, at another address, to agree to our mail again."""

    NAME = "helpdesk.email.v1.MailConsentAsked"

    consent_id: str
    person_id: str
    user_id: str
    organization_id: str = ""
    address: str = personal(of="person_id")
    address_digest: str
    asked_by: str
    partner_id: str = ""
    ticket: str = ""
    message_id: str
    link_key: str
    link: str = personal(of="link_key")
    link_digest: str
    expires_at: datetime


@dataclass(frozen=True, kw_only=True)
class MailConsentGiven(Event):
    """The recipient agreed to our mail, by the link of a mail to another address."""

    NAME = "helpdesk.email.v1.MailConsentGiven"

    consent_id: str
    address_digest: str
    person_id: str
    user_id: str
    message_id: str = ""


@dataclass(frozen=True, kw_only=True)
class MailConsentUndeliverable(Event):
    """The mail that asked for a consent did not arrive: its link opens nothing any more."""

    NAME = "helpdesk.email.v1.MailConsentUndeliverable"

    consent_id: str
    cause: str
    fault: str


@dataclass(frozen=True, kw_only=True)
class ProviderListChanged(Event):
    """A provider's own suppression list agrees with the blocklist again, and that was checked."""

    NAME = "helpdesk.email.v1.ProviderListChanged"

    address_digest: str
    provider: str
    change: str
    entries: int = 0
    because: str = ""
    message_id: str = ""


@dataclass(frozen=True, kw_only=True)
class ProviderListFailed(Event):
    """A provider's own suppression list could not be changed; it is tried again."""

    NAME = "helpdesk.email.v1.ProviderListFailed"

    address_digest: str
    provider: str
    wanted: str
    reason: str
    attempt: int
    retry_at: datetime = NEVER
    message_id: str = ""
