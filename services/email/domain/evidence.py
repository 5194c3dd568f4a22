"""What is kept and shown of a mail system's own words."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from helpdesk.kernel.addresses import masked
from helpdesk.kernel.events import NEVER, Event
from services.email.domain.facts import MailReportTaken

KEPT = 64 * 1024
_LEFT_OUT = "[left out]"
_ENCODED = re.compile(r"(?:^[A-Za-z0-9+/]{60,76}\r?\n)+^[A-Za-z0-9+/=]{0,76}\r?$", re.MULTILINE)
_HALVES = re.compile(
    r"(?<![0-9A-Za-z])\d{4}(?:[ \-\u00a0\xc2]|=20|=C2=A0|&nbsp;|=\r?\n)*\d{4}(?![0-9A-Za-z])"
)
# Links of ours, also where a mail system broke their line or escaped their slashes.
_FOLD = r"(?:=?\r?\n[> \t]{0,8})?"
_SLASH = rf"(?:/|%{_FOLD}2{_FOLD}F){_FOLD}"
_PAGES = "|".join(_FOLD.join(page) for page in ("c", "agree", "invitation"))
_OUR_LINK = re.compile(
    rf"{_SLASH}(?:{_PAGES}){_FOLD}{_SLASH}(?:[0-9A-Za-z_\-]{_FOLD}){{1,120}}", re.IGNORECASE
)
_RUN = re.compile(r"(?:[0-9A-Za-z_\-](?:=\r?\n)?){20,}")
_LONG_RUN, _VARIED = 40, 10
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


def kept(raw: bytes) -> tuple[str, bool]:
    """
    Return what is stored of a report, and whether it was cut to 64 KB.

    Mail systems send back what they could not deliver, a mail with a code or a link too, which is
    for its recipient alone. So encoded parts and everything that looks like a code or a link are
    left out. Bytes become the characters of the same number (Latin-1), so nothing else is lost.
    """
    text = raw[:KEPT].decode("latin-1")
    return without_secrets(_ENCODED.sub(_LEFT_OUT, text)), len(raw) > KEPT


def without_secrets(text: str) -> str:
    """Return a mail system's words without what may be a code or a link of a mail of ours."""
    linkless = _OUR_LINK.sub(f"/{_LEFT_OUT}", text)
    return _HALVES.sub(_LEFT_OUT, _RUN.sub(_unless_plain, linkless))


def shown(text: str) -> str:
    """Return a stored report for reading: addresses masked."""
    plain = text.encode("latin-1", "replace").decode("utf-8", "replace").replace("\r\n", "\n")
    # What was stored before codes and links were left out of all reports may hold them.
    safe = without_secrets(_ENCODED.sub(_LEFT_OUT, plain))
    return masked_words(_WORDS.sub(_LEFT_OUT, safe))


def _unless_plain(found: re.Match[str]) -> str:
    """Leave out what looks random; a line of dashes, a long word or an id is not."""
    run = re.sub(r"=\r?\n", "", found[0])
    mixed = all(any(map(test, run)) for test in (str.isupper, str.islower, str.isdigit))
    return _LEFT_OUT if mixed or (len(run) >= _LONG_RUN and len(set(run)) >= _VARIED) else found[0]


def masked_words(text: str) -> str:
    """Return a text with every mail address in it masked."""
    return _ADDRESS.sub(lambda found: masked(re.sub("=40|=3D40", "@", found[0])), text)
