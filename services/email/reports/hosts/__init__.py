"""What single receiving systems mean by codes of their own (their postmaster pages)."""

import re
from collections.abc import Callable
from typing import NamedTuple

from services.email.reports.hosts import google, microsoft, others
from services.email.reports.model import Cause


class Said(NamedTuple):
    """What a receiving host said, and to which command; the text is in lower case."""

    text: str
    status: str = ""
    command: str = ""


_Reader = Callable[[Said], Cause | None]

_AUP = re.compile(r"aup#(?:[-a-z]*?)?([a-z0-9]+)")
_AUP_DIGITS = re.compile(r"aup#[-a-z]*(\d{4})")
_FRENCH = re.compile(r"\b(?:lpn(?:aaa)?|ofr|ouk)(?:_|\d{3}[-_])(\d{3})\b")
_IB = re.compile(r"\bib(\d{3})\b")
_IUA_LINK = re.compile(r"\.i\.ua/err/(\d{1,2})")
_META = re.compile(r"\b([a-z]{3}-[pt]\d)\b")


def cause_at(remote_mta: str, domain: str, said: Said) -> Cause | None:
    """
    The cause when the receiving host or the recipient's domain gives its codes a meaning.

    None where the host is not known or says nothing of its own.
    """
    host = remote_mta.lower().rstrip(".")
    for pattern, cause_in in _READERS:
        if (host and pattern.search(host)) or pattern.search(domain):
            return cause_in(said)
    return None


def cause_told_by(reporting_mta: str, said: Said) -> Cause | None:
    """The cause when a system's own report gives its codes a meaning; None where it does not."""
    host = reporting_mta.lower().rstrip(".")
    for pattern, cause_in in _REPORTERS:
        if host and pattern.search(host):
            return cause_in(said)
    return None


def _listed(table: tuple[tuple[str, Cause], ...]) -> _Reader:
    def cause_in(said: Said) -> Cause | None:
        return next((cause for words, cause in table if words in said.text), None)

    return cause_in


def _cox(said: Said) -> Cause | None:
    if match := _AUP.search(said.text):
        code = match[1].upper()
        return next((cause for name, cause in others.COX.items() if code.startswith(name)), None)
    return Cause.NO_SUCH_MAILBOX if "recipient rejected" in said.text else None


def _french(said: Said) -> Cause | None:
    match = _FRENCH.search(said.text)
    return others.LAPOSTE_ORANGE.get(int(match[1]), Cause.UNKNOWN) if match else None


def _godaddy(said: Said) -> Cause | None:
    if match := _IB.search(said.text):
        return others.GODADDY.get(f"IB{match[1]}", Cause.REPUTATION if match[1] < "115" else None)
    return None


def _iua(said: Said) -> Cause | None:
    match = _IUA_LINK.search(said.text)
    return others.IUA.get(match[1]) if match else None


def _facebook(said: Said) -> Cause | None:
    match = _META.search(said.text)
    return others.FACEBOOK.get(match[1]) if match else None


def _spectrum(said: Said) -> Cause | None:
    if match := _AUP_DIGITS.search(said.text):
        code = int(match[1])
        return next((cause for low, high, cause in others.SPECTRUM if low <= code <= high), None)
    return None


def _microsoft(said: Said) -> Cause | None:
    if "recipient address rejected: access denied" in said.text:
        return Cause.MAILBOX_INACTIVE if said.status == "5.7.504" else Cause.NO_SUCH_MAILBOX
    for status, words, cause in microsoft.BY_STATUS:
        if said.status == status and words in said.text:
            return cause
    return next((cause for words, cause in microsoft.SAYINGS if words in said.text), None)


def _docomo(said: Said) -> Cause | None:
    if said.status == "5.1.1":
        return Cause.NO_SUCH_MAILBOX
    if said.status == "5.2.0":
        return Cause.RECIPIENT_REFUSES
    if "too much mail data" in said.text:
        return Cause.MAILBOX_FULL
    if "too many recipients" in said.text:
        return Cause.RATE_LIMITED
    if said.status == "5.0.0":
        return {"RCPT": Cause.NO_SUCH_MAILBOX, "DATA": Cause.SENDER_REFUSED}.get(said.command)
    return None


def _ses_receiving(said: Said) -> Cause | None:
    """At SES a rule that the recipient's side wrote answers, and not a directory of names."""
    return Cause.RECIPIENT_REFUSES if "mailbox does not exist" in said.text else None


def _kddi(said: Said) -> Cause | None:
    if "account is disabled" in said.text or "account is temporarily limited" in said.text:
        return Cause.MAILBOX_INACTIVE
    if "550 : user unknown" in said.text:
        return Cause.RECIPIENT_REFUSES
    return Cause.NO_SUCH_MAILBOX if ">: user unknown" in said.text else None


_READERS: tuple[tuple[re.Pattern[str], _Reader], ...] = (
    (re.compile(r"cox\.net$|cloudfilter\.net$"), _cox),
    (re.compile(r"\.(?:prod|protection)\.outlook\.com$"), _microsoft),
    (re.compile(r"\b(?:laposte\.net|orange\.fr|wanadoo\.fr)$"), _french),
    (re.compile(r"(?:smtp|mailstore1)\.secureserver\.net$"), _godaddy),
    (re.compile(r"(?:aspmx|gmail-smtp-in)\.l\.google\.com$"), _listed(google.SAYINGS)),
    (re.compile(r"\.email\.ua$"), _iua),
    (re.compile(r"\.(?:ezweb\.ne\.jp|au\.com)$|^(?:ezweb\.ne\.jp|au\.com)$"), _kddi),
    (re.compile(r"\.mimecast\.com$"), _listed(others.MIMECAST)),
    (re.compile(r"mfsmax\.docomo\.ne\.jp$"), _docomo),
    (re.compile(r"^inbound-smtp\.[a-z0-9-]+\.amazonaws\.com$"), _ses_receiving),
    (re.compile(r"charter\.net$"), _spectrum),
    (re.compile(r"mx\d+\.qq\.com$"), _listed(others.QQ)),
    (re.compile(r"(?:^|\.)facebook(?:mail)?\.com$"), _facebook),
    (re.compile(r"^(?:mxs\.)?(?:mail|inbox|list|bk)\.ru$"), _listed(others.MAIL_RU)),
)
_REPORTERS: tuple[tuple[re.Pattern[str], _Reader], ...] = (
    (re.compile(r"\.mimecast\.com$"), _listed(others.MIMECAST)),
    (re.compile(r"\.messagelabs\.com$"), _listed(others.MESSAGELABS)),
    (re.compile(r"\.hotmail\.com$"), _listed(others.HOTMAIL)),
    (re.compile(r"(?:^|\.)amazonses\.com$"), _listed(others.SES)),
)
