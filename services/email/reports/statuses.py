"""Delivery status fields (RFC 3464), also where they stand in the wrong kind of part."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from services.email.reports import addresses

MAX_RECIPIENTS = 500
_MAX_VALUE = 3000

_FIELD = re.compile(
    r"(reporting-mta|received-from-mta|arrival-date|original-envelope-id|x-postfix-sender"
    r"|x-original-message-id|final-recipient|original-recipient|x-actual-recipient|action|status"
    r"|diagnostic-code|remote-mta|last-attempt-date|will-retry-until|final-log-id|dsn-gateway"
    r"|x-powermta-bouncecategory|x-supplementary-info|x-display-name|disposition|error|failure"
    r"|x-[\w-]{1,60}) ?:[ \t]*(.*)",
    re.IGNORECASE,
)
_OF_RECIPIENT = frozenset(
    {
        "final-recipient",
        "original-recipient",
        "x-actual-recipient",
        "action",
        "status",
        "diagnostic-code",
        "remote-mta",
        "last-attempt-date",
        "disposition",
        "x-powermta-bouncecategory",
    }
)
_CONTINUED_REPLY = re.compile(r"[245]\d\d[ -]")


@dataclass(slots=True)
class Status:
    """Delivery status fields of one message and of each recipient."""

    message: dict[str, str] = field(default_factory=dict)
    recipients: list[dict[str, str]] = field(default_factory=list)


def read(texts: Iterable[str]) -> Status:
    """Collect delivery status fields from these texts, in order."""
    status = Status()
    for text in texts:
        _read_text(text, status)
    status.recipients = [group for group in status.recipients if recipient_of(group)]
    return status


def recipient_of(group: dict[str, str]) -> str:
    """The address that these fields are about: the final one unless that is hidden."""
    final = addresses.of_field(group.get("final-recipient", ""))
    original = addresses.of_field(group.get("original-recipient", ""))
    if original and "." not in addresses.domain_of(final):
        return original
    actual = group.get("x-actual-recipient", "")
    return (
        final or addresses.of_field(actual) or addresses.first_in(group.get("diagnostic-code", ""))
    )


def _read_text(text: str, status: Status) -> None:
    group: dict[str, str] = {}
    name = ""
    for line in text.split("\n"):
        if len(status.recipients) >= MAX_RECIPIENTS:
            return
        if not line.strip():
            _close(group, status)
            group, name = {}, ""
            continue
        match = None if line[0] in " \t" else _FIELD.match(line)
        if match is None:
            if name and (line[0] in " \t" or _continues(name, line)):
                held = group if name in group else status.message
                if len(held.get(name, "")) < _MAX_VALUE:
                    glue = "" if held.get(name, "")[:7].lower() == "x-notes" else " "
                    held[name] = f"{held.get(name, '')}{glue}{line.strip()}"
            else:
                name = ""
            continue
        name = match[1].lower()
        if name not in _OF_RECIPIENT:
            status.message.setdefault(name, match[2][:_MAX_VALUE].strip())
            continue
        if name in group and name in {"final-recipient", "action"} and recipient_of(group):
            _close(group, status)
            group = {}
        group.setdefault(name, match[2][:_MAX_VALUE].strip())
    _close(group, status)


def _continues(name: str, line: str) -> bool:
    return name == "diagnostic-code" and bool(_CONTINUED_REPLY.match(line))


def _close(group: dict[str, str], status: Status) -> None:
    if not group:
        return
    if "final-recipient" in group or "original-recipient" in group or not status.recipients:
        last = status.recipients[-1] if status.recipients else None
        if last is not None and not recipient_of(last):
            for name, value in last.items():
                group.setdefault(name, value)
            status.recipients[-1] = dict(group)
        else:
            status.recipients.append(dict(group))
        return
    last = status.recipients[-1]
    for name, value in group.items():
        last.setdefault(name, value)
