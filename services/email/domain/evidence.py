"""What is kept and shown of a mail system's own words."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from helpdesk.kernel.addresses import masked
from helpdesk.kernel.events import Event
from services.email.domain.facts import NEVER, MailReportTaken

KEPT = 64 * 1024
_LEFT_OUT = "[left out]"
_ENCODED = re.compile(r"(?:^[A-Za-z0-9+/]{60,76}\r?\n)+^[A-Za-z0-9+/=]{0,76}\r?$", re.MULTILINE)
_HALVES = re.compile(
    r"(?<![0-9A-Za-z])\d{4}(?:[ \-\u00a0\xc2]|=20|=C2=A0|&nbsp;|=\r?\n)*\d{4}(?![0-9A-Za-z])"
)
# The secret of a link follows the id of its check; a line may be folded anywhere.
_LINK = re.compile(
    r"(?<![0-9A-Za-z])(?:[0-9a-f](?:=\r?\n)?){32}(?:[0-9A-Za-z_\-](?:=\r?\n)?){1,32}"
)
# Bounded repeats: a report is whatever anybody sends us.
_ADDRESS = re.compile(
    r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~\-\x80-\U0010ffff]{1,128}"
    r"(?:@|=40|=3D40)[A-Za-z0-9.\-\x80-\U0010ffff]{1,255}"
)
_WORDS = re.compile(r"=\?[^?\s]+\?[bqBQ]\?[^?\s]*\?=")


@dataclass(frozen=True, slots=True)
class Report:
    """A report that was taken."""

    report_id: str = ""
    kind: str = ""
    raw: str = ""
    cut: bool = False
    reporting_mta: str = ""
    at: datetime = NEVER


def evolve(report: Report, event: Event) -> Report:
    """Return the report after a fact."""
    if not isinstance(event, MailReportTaken):
        return report
    return Report(
        report_id=event.report_id,
        kind=event.kind,
        raw=event.raw,
        cut=event.cut,
        reporting_mta=event.reporting_mta,
        at=event.recorded_at,
    )


def kept(raw: bytes, *, may_hold_code: bool) -> tuple[str, bool]:
    """
    Return what is stored of a report, and whether it was cut to 64 KB.

    Mail systems send back what they could not deliver, a mail with a code too. So unless the
    message is known to hold none, encoded parts and everything that looks like a code or a
    link are left out. Bytes become the characters of the same number (Latin-1), so nothing else is
    lost.
    """
    text = raw[:KEPT].decode("latin-1")
    if may_hold_code:
        for holds_secret in (_ENCODED, _LINK, _HALVES):
            text = holds_secret.sub(_LEFT_OUT, text)
    return text, len(raw) > KEPT


def shown(text: str) -> str:
    """Return a stored report for reading: addresses masked."""
    plain = text.encode("latin-1", "replace").decode("utf-8", "replace").replace("\r\n", "\n")
    return masked_words(_WORDS.sub(_LEFT_OUT, _ENCODED.sub(_LEFT_OUT, plain)))


def masked_words(text: str) -> str:
    """Return a text with every mail address in it masked."""
    return _ADDRESS.sub(lambda found: masked(re.sub("=40|=3D40", "@", found[0])), text)
