"""Enhanced status codes (RFC 3463) and SMTP reply codes: found in a text, and what they mean."""

import re
from collections.abc import Mapping

from services.email.reports.model import Cause

_NUMBERED = re.compile(r"\(#?([245]\.\d\.\d{1,3})\)|#([45]\.\d\.\d{1,3})")
_AFTER_REPLY = re.compile(r"(?<![\d.])[245]\d\d[ -][\x22'#]?([245]\.\d\.\d{1,3})(?!\.?\d)")
_ALONE = re.compile(r"(?<![\d.])([45]\.\d\.\d{1,3}|2\.[0-7]\.[0-7])(?!\.?\d)")
_REPLY = re.compile(r"(?<![\d.#:/=_-])(?:([45][0-5]\d)|(25[0-3]))(?![\d.:]*\d)(?!\.\d)")
_FOLDED = re.compile(r"(?<=\S)\s+[245]\d\d-(?:[245]\.\d\.\d{1,3}(?!\.?\d))?\s*(?=\D)")
_ADDRESS4 = re.compile(r"\b\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}\b")

CAUSE_OF_STATUS: Mapping[str, Cause] = {
    "2.1.5": Cause.DELIVERED,
    "4.1.6": Cause.MOVED,
    "4.1.7": Cause.SENDER_REFUSED,
    "4.1.8": Cause.SENDER_REFUSED,
    "4.1.9": Cause.SYSTEM_TROUBLE,
    "4.2.1": Cause.MAILBOX_INACTIVE,
    "4.2.2": Cause.MAILBOX_FULL,
    "4.2.3": Cause.TOO_BIG,
    "4.2.4": Cause.RECIPIENT_REFUSES,
    "4.3.1": Cause.SYSTEM_TROUBLE,
    "4.3.2": Cause.TAKES_NO_MAIL,
    "4.3.3": Cause.SYSTEM_TROUBLE,
    "4.3.5": Cause.SYSTEM_TROUBLE,
    "4.4.1": Cause.EXPIRED,
    "4.4.2": Cause.NETWORK_TROUBLE,
    "4.4.4": Cause.NETWORK_TROUBLE,
    "4.4.5": Cause.SYSTEM_TROUBLE,
    "4.4.6": Cause.NETWORK_TROUBLE,
    "4.4.7": Cause.EXPIRED,
    "4.5.3": Cause.SYSTEM_TROUBLE,
    "4.5.5": Cause.SYSTEM_TROUBLE,
    "4.6.0": Cause.CONTENT_REJECTED,
    "4.6.2": Cause.CONTENT_REJECTED,
    "4.6.5": Cause.CONTENT_REJECTED,
    "4.7.1": Cause.REPUTATION,
    "4.7.2": Cause.REPUTATION,
    "4.7.5": Cause.POLICY,
    "4.7.6": Cause.POLICY,
    "4.7.7": Cause.POLICY,
    "4.7.12": Cause.POLICY,
    "4.7.15": Cause.POLICY,
    "4.7.16": Cause.TOO_BIG,
    "4.7.24": Cause.AUTHENTICATION_FAILED,
    "4.7.25": Cause.REPUTATION,
    "4.7.26": Cause.AUTHENTICATION_FAILED,
    "5.1.0": Cause.NO_SUCH_MAILBOX,
    "5.1.1": Cause.NO_SUCH_MAILBOX,
    "5.1.2": Cause.DOMAIN_NOT_FOUND,
    "5.1.3": Cause.NO_SUCH_MAILBOX,
    "5.1.4": Cause.RECIPIENT_REFUSES,
    "5.1.6": Cause.MOVED,
    "5.1.7": Cause.SENDER_REFUSED,
    "5.1.8": Cause.SENDER_REFUSED,
    "5.1.9": Cause.SYSTEM_TROUBLE,
    "5.1.10": Cause.TAKES_NO_MAIL,
    "5.1.90": Cause.RATE_LIMITED,
    "5.2.0": Cause.RECIPIENT_REFUSES,
    "5.2.1": Cause.RECIPIENT_REFUSES,
    "5.2.2": Cause.MAILBOX_FULL,
    "5.2.3": Cause.TOO_BIG,
    "5.2.4": Cause.RECIPIENT_REFUSES,
    "5.2.121": Cause.RATE_LIMITED,
    "5.2.122": Cause.RATE_LIMITED,
    "5.3.0": Cause.SYSTEM_TROUBLE,
    "5.3.1": Cause.SYSTEM_TROUBLE,
    "5.3.2": Cause.TAKES_NO_MAIL,
    "5.3.3": Cause.SYSTEM_TROUBLE,
    "5.3.4": Cause.TOO_BIG,
    "5.3.5": Cause.SYSTEM_TROUBLE,
    "5.4.0": Cause.NETWORK_TROUBLE,
    "5.4.3": Cause.SYSTEM_TROUBLE,
    "5.4.4": Cause.DOMAIN_NOT_FOUND,
    "5.4.14": Cause.NETWORK_TROUBLE,
    "5.4.300": Cause.EXPIRED,
    "5.4.312": Cause.NETWORK_TROUBLE,
    "5.4.316": Cause.EXPIRED,
    "4.4.312": Cause.NETWORK_TROUBLE,
    "4.4.316": Cause.EXPIRED,
    "5.5.3": Cause.RATE_LIMITED,
    "5.5.4": Cause.SYSTEM_TROUBLE,
    "5.5.5": Cause.SYSTEM_TROUBLE,
    "5.5.6": Cause.POLICY,
    "5.6.0": Cause.CONTENT_REJECTED,
    "5.6.1": Cause.CONTENT_REJECTED,
    "5.6.2": Cause.CONTENT_REJECTED,
    "5.6.3": Cause.CONTENT_REJECTED,
    "5.6.5": Cause.CONTENT_REJECTED,
    "5.6.6": Cause.CONTENT_REJECTED,
    "5.6.7": Cause.CONTENT_REJECTED,
    "5.6.8": Cause.CONTENT_REJECTED,
    "5.6.9": Cause.CONTENT_REJECTED,
    "5.6.11": Cause.CONTENT_REJECTED,
    "5.7.12": Cause.SENDER_REFUSED,
    "5.7.13": Cause.MAILBOX_INACTIVE,
    "5.7.16": Cause.TOO_BIG,
    "5.7.17": Cause.MOVED,
    "5.7.18": Cause.MOVED,
    "5.7.20": Cause.AUTHENTICATION_FAILED,
    "5.7.21": Cause.AUTHENTICATION_FAILED,
    "5.7.22": Cause.AUTHENTICATION_FAILED,
    "5.7.23": Cause.AUTHENTICATION_FAILED,
    "5.7.24": Cause.AUTHENTICATION_FAILED,
    "5.7.25": Cause.REPUTATION,
    "5.7.26": Cause.AUTHENTICATION_FAILED,
    "5.7.27": Cause.TAKES_NO_MAIL,
    "5.7.124": Cause.SENDER_REFUSED,
    "5.7.504": Cause.RECIPIENT_REFUSES,
    "5.7.505": Cause.RECIPIENT_REFUSES,
    "5.7.508": Cause.RATE_LIMITED,
    "5.7.509": Cause.AUTHENTICATION_FAILED,
    "5.7.515": Cause.AUTHENTICATION_FAILED,
    "5.7.510": Cause.TAKES_NO_MAIL,
    "5.7.511": Cause.SENDER_REFUSED,
    "5.7.750": Cause.SENDER_REFUSED,
}

_RANGES: tuple[tuple[str, int, int, Cause], ...] = (
    ("5.7", 0, 22, Cause.POLICY),
    ("5.7", 57, 57, Cause.POLICY),
    ("5.7", 133, 136, Cause.SENDER_REFUSED),
    ("5.7", 501, 503, Cause.BLOCKED_AS_SPAM),
    ("5.7", 506, 507, Cause.REPUTATION),
    ("5.7", 513, 513, Cause.REPUTATION),
    ("5.7", 606, 649, Cause.REPUTATION),
    ("5.7", 700, 749, Cause.RATE_LIMITED),
    ("5.7", 900, 999, Cause.POLICY),
    ("4.7", 500, 699, Cause.REPUTATION),
    ("4.7", 850, 899, Cause.REPUTATION),
)


def meaning(status: str) -> Cause | None:
    """What an enhanced status code says by itself (RFC 3463, IANA, Microsoft's three digits)."""
    if cause := CAUSE_OF_STATUS.get(status):
        return cause
    group, _, detail = status.rpartition(".")
    if not detail.isdigit():
        return None
    for prefix, low, high, cause in _RANGES:
        if prefix == group and low <= int(detail) <= high:
            return cause
    return None


def status_in(text: str) -> str:
    """The enhanced status code that a text carries, else an empty string."""
    for pattern in (_NUMBERED, _AFTER_REPLY, _ALONE):
        if match := pattern.search(text):
            return match[1] or match[match.lastindex or 1]
    return ""


def unfolded(text: str) -> str:
    """A reply of many lines (RFC 5321 4.2.1) without the codes that begin its further lines."""
    return _FOLDED.sub(" ", text)


def reply_in(text: str) -> str:
    """The SMTP reply code that a text carries, else an empty string."""
    match = _REPLY.search(_ADDRESS4.sub("", text))
    return (match[1] or match[2]) if match else ""
