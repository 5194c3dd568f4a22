"""The recipient's own consent, after a complaint: a link in a mail to another address."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from helpdesk.kernel.errors import Refused
from helpdesk.kernel.events import NEVER, Event
from services.email.domain.blocklist import Address
from services.email.domain.blocklist_facts import (
    MailConsentAsked,
    MailConsentGiven,
    MailConsentUndeliverable,
)
from services.email.domain.policy import COMPLAINT

LASTS = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Consent:
    """A recipient who was asked to agree to our mail."""

    consent_id: str = ""
    person_id: str = ""
    user_id: str = ""
    organization_id: str = ""
    address: str = ""
    address_digest: str = ""
    asked_by: str = ""
    partner_id: str = ""
    ticket: str = ""
    asked_at: datetime = NEVER
    expires_at: datetime = NEVER
    link_key: str = ""
    link: str = ""
    link_digest: str = ""
    undeliverable: bool = False


def evolve(consent: Consent, event: Event) -> Consent:
    """Return the consent after a fact."""
    if isinstance(event, MailConsentUndeliverable):
        return replace(consent, undeliverable=True)
    if not isinstance(event, MailConsentAsked):
        return consent
    return Consent(
        consent_id=event.consent_id,
        person_id=event.person_id,
        user_id=event.user_id,
        organization_id=event.organization_id,
        address=event.address,
        address_digest=event.address_digest,
        asked_by=event.asked_by,
        partner_id=event.partner_id,
        ticket=event.ticket,
        asked_at=event.recorded_at,
        expires_at=event.expires_at,
        link_key=event.link_key,
        link=event.link,
        link_digest=event.link_digest,
    )


def digest_of(key: bytes, consent_id: str, secret: str) -> str:
    """Return the keyed digest (HMAC-SHA-256, hex) of a link's secret, good for this one only."""
    return hmac.digest(key, f"consent\0{consent_id}\0{secret}".encode(), hashlib.sha256).hex()


def opens(consent: Consent, digest: str) -> bool:
    """Whether a link, by its digest, is this consent's; compares in constant time."""
    return bool(consent.link_digest) and hmac.compare_digest(consent.link_digest, digest)


def check_askable(state: Address) -> None:
    """Refuse to ask a recipient about a block that their consent does not lift. Raises Refused."""
    if not state.blocked:
        raise Refused("NOT_BLOCKED", "This address is not on the blocklist.")
    if state.block != COMPLAINT:
        raise Refused("NO_CONSENT_NEEDED", "No complaint blocked it: nobody's consent lifts this.")
    if state.consented:
        raise Refused("CONSENTED_ALREADY", "The recipient has agreed. Remove the address.")


def standing(consent: Consent, state: Address, now: datetime) -> str:
    """Return ``open``, ``given`` or ``expired``; a link is about one block."""
    if not state.blocked or state.block != COMPLAINT or state.since > consent.asked_at:
        return "expired"
    if state.consented:
        return "given"
    return "open" if now < consent.expires_at and not consent.undeliverable else "expired"


def undeliverable(consent: Consent, cause: str, fault: str) -> tuple[MailConsentUndeliverable, ...]:
    """The mail with the link bounced: whoever holds it is not the recipient, or not alone."""
    if not consent.consent_id or consent.undeliverable:
        return ()
    return (MailConsentUndeliverable(consent_id=consent.consent_id, cause=cause, fault=fault),)


def give(consent: Consent, state: Address, now: datetime) -> MailConsentGiven:
    """Agree to our mail. Raises Refused for a link that is used or too old."""
    known = standing(consent, state, now)
    if known == "given":
        raise Refused("LINK_USED", "This link was used already.")
    if known == "expired":
        raise Refused("LINK_EXPIRED", "This link is too old. Ask the help desk for a new one.")
    return MailConsentGiven(
        consent_id=consent.consent_id,
        address_digest=consent.address_digest,
        person_id=consent.person_id,
        user_id=consent.user_id,
        message_id=state.message_id,
    )
