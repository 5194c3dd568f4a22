"""How a report finds its message: variable envelope senders and message ids."""

from __future__ import annotations

import hashlib
import hmac
import re

_PREFIX = "bounces"
_MAC = 16
_VERP = re.compile(rb"\bbounces\+([0-9a-f]{32})\.([0-9a-f]{16})@", re.IGNORECASE)
_READ = 256 * 1024


def envelope_sender(key: bytes, message_id: str, domain: str) -> str:
    """Return the envelope sender of a message, so that its bounce names it (VERP)."""
    return f"{_PREFIX}+{message_id}.{_mac(key, message_id)}@{domain}"


def message_id_header(message_id: str, domain: str) -> str:
    """Return the Message-ID (RFC 5322 3.6.4) of a message."""
    return f"<{message_id}@{domain}>"


def by_envelope(key: bytes, *texts: bytes) -> str:
    """Return the message that a genuine envelope sender in one of the texts names, or nothing."""
    for text in texts:
        for found in _VERP.finditer(text[:_READ]):
            message_id, mac = (part.decode().lower() for part in found.groups())
            if hmac.compare_digest(mac, _mac(key, message_id)):
                return message_id
    return ""


def by_message_id(domain: str, *texts: bytes) -> list[str]:
    """Return the messages of ours whose Message-ID stands in one of the texts, in order."""
    pattern = re.compile(rb"<([0-9a-f]{32})@" + re.escape(domain.encode()) + rb">", re.IGNORECASE)
    found = [m.decode().lower() for text in texts for m in pattern.findall(text[:_READ])]
    return list(dict.fromkeys(found))


def _mac(key: bytes, message_id: str) -> str:
    return hmac.digest(key, b"verp\0" + message_id.encode(), hashlib.sha256).hex()[:_MAC]
