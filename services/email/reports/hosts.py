"""What single receiving systems mean by codes of their own (their postmaster pages)."""

import re
from collections.abc import Callable, Mapping
from typing import NamedTuple

from services.email.reports.model import Cause

_COX: Mapping[str, Cause] = {
    "CXBL": Cause.REPUTATION,
    "CXDNS": Cause.REPUTATION,
    "CDRBL": Cause.REPUTATION,
    "IPBL": Cause.REPUTATION,
    "URLBL": Cause.BLOCKED_AS_SPAM,
    "CXTHRT": Cause.POLICY,
    "CXMJ": Cause.POLICY,
    "CXSNDR": Cause.SENDER_REFUSED,
    "CXSMTP": Cause.SENDER_REFUSED,
    "CXCNCT": Cause.RATE_LIMITED,
    "CXMXRT": Cause.RATE_LIMITED,
}
_LAPOSTE_ORANGE: Mapping[int, Cause] = {
    101: Cause.REPUTATION,
    102: Cause.REPUTATION,
    103: Cause.REPUTATION,
    104: Cause.RATE_LIMITED,
    305: Cause.POLICY,
    401: Cause.REPUTATION,
    402: Cause.POLICY,
    403: Cause.SENDER_REFUSED,
    405: Cause.SENDER_REFUSED,
    415: Cause.SENDER_REFUSED,
    416: Cause.NO_SUCH_MAILBOX,
    417: Cause.MAILBOX_FULL,
    418: Cause.NO_SUCH_MAILBOX,
    420: Cause.MAILBOX_INACTIVE,
    421: Cause.SENDER_REFUSED,
    426: Cause.MAILBOX_INACTIVE,
    505: Cause.SYSTEM_TROUBLE,
    506: Cause.BLOCKED_AS_SPAM,
    510: Cause.REPUTATION,
    514: Cause.TOO_BIG,
    517: Cause.POLICY,
    630: Cause.POLICY,
    999: Cause.REPUTATION,
}
_GODADDY: Mapping[str, Cause] = {
    "IB007": Cause.RATE_LIMITED,
    "IB101": Cause.EXPIRED,
    "IB212": Cause.BLOCKED_AS_SPAM,
    "IB401": Cause.POLICY,
    "IB501": Cause.SENDER_REFUSED,
    "IB502": Cause.SENDER_REFUSED,
    "IB506": Cause.SENDER_REFUSED,
    "IB508": Cause.AUTHENTICATION_FAILED,
    "IB504": Cause.RATE_LIMITED,
    "IB510": Cause.RATE_LIMITED,
    "IB607": Cause.RATE_LIMITED,
    "IB705": Cause.VIRUS,
}
_IUA: Mapping[str, Cause] = {
    "1": Cause.RELAYING_DENIED,
    "2": Cause.NO_SUCH_MAILBOX,
    "3": Cause.MAILBOX_INACTIVE,
    "4": Cause.MAILBOX_FULL,
    "5": Cause.RATE_LIMITED,
    "6": Cause.RELAYING_DENIED,
    "7": Cause.REPUTATION,
    "8": Cause.SENDER_REFUSED,
    "9": Cause.REPUTATION,
    "10": Cause.RECIPIENT_REFUSES,
}
_FACEBOOK: Mapping[str, Cause] = {
    "rcp-p1": Cause.NO_SUCH_MAILBOX,
    "int-p1": Cause.NO_SUCH_MAILBOX,
    "int-p3": Cause.NO_SUCH_MAILBOX,
    "int-p4": Cause.NO_SUCH_MAILBOX,
    "rcp-p2": Cause.RECIPIENT_REFUSES,
    "rcp-p3": Cause.RECIPIENT_REFUSES,
    "rcp-t4": Cause.MAILBOX_INACTIVE,
    "rcp-t1": Cause.SYSTEM_TROUBLE,
    "pol-p1": Cause.REPUTATION,
    "pol-p2": Cause.REPUTATION,
    "pol-p3": Cause.TAKES_NO_MAIL,
    "pol-p4": Cause.TAKES_NO_MAIL,
    "pol-p5": Cause.VIRUS,
    "pol-p6": Cause.CONTENT_REJECTED,
    "pol-p7": Cause.CONTENT_REJECTED,
    "pol-t1": Cause.TAKES_NO_MAIL,
    "pol-t2": Cause.TAKES_NO_MAIL,
    "pol-t3": Cause.TAKES_NO_MAIL,
    "msg-p1": Cause.TOO_BIG,
    "int-p2": Cause.TOO_BIG,
    "msg-p2": Cause.CONTENT_REJECTED,
    "msg-p3": Cause.CONTENT_REJECTED,
    "dns-p1": Cause.SENDER_REFUSED,
    "dns-p2": Cause.SENDER_REFUSED,
    "dns-p3": Cause.SENDER_REFUSED,
    "dns-t1": Cause.SENDER_REFUSED,
    "dns-t2": Cause.SENDER_REFUSED,
    "con-t1": Cause.SYSTEM_TROUBLE,
    "con-t2": Cause.RATE_LIMITED,
    "con-t3": Cause.RATE_LIMITED,
}
_SPECTRUM: tuple[tuple[int, int, Cause], ...] = (
    (1000, 1000, Cause.REPUTATION),
    (1010, 1080, Cause.SENDER_REFUSED),
    (1090, 1090, Cause.SYSTEM_TROUBLE),
    (1100, 1150, Cause.REPUTATION),
    (1160, 1190, Cause.POLICY),
    (1200, 1250, Cause.REPUTATION),
    (1260, 1260, Cause.NETWORK_TROUBLE),
    (1300, 1490, Cause.RATE_LIMITED),
    (1500, 1520, Cause.SENDER_REFUSED),
    (1530, 1530, Cause.TOO_BIG),
    (1540, 1550, Cause.RATE_LIMITED),
    (1560, 1560, Cause.POLICY),
)
_QQ: tuple[tuple[str, Cause], ...] = (
    ("frequency limited", Cause.RATE_LIMITED),
    ("connection denied", Cause.RATE_LIMITED),
    ("mailbox unavailable or access denied", Cause.RATE_LIMITED),
    ("check failed", Cause.AUTHENTICATION_FAILED),
    ("suspected spam ip", Cause.REPUTATION),
    ("suspected bounce attacks", Cause.REPUTATION),
    ("rejected by recipients", Cause.RECIPIENT_REFUSES),
    ("message too large", Cause.TOO_BIG),
    ("mail content denied", Cause.BLOCKED_AS_SPAM),
    ("spam is embedded", Cause.BLOCKED_AS_SPAM),
    ("suspected spam", Cause.BLOCKED_AS_SPAM),
    ("bad address syntax", Cause.PROTOCOL_ERROR),
    ("mailbox not found", Cause.NO_SUCH_MAILBOX),
)
_MICROSOFT: tuple[tuple[str, Cause], ...] = (
    ("must have a reverse dns record", Cause.REPUTATION),
    ("banned sending ip", Cause.REPUTATION),
    ("customer block list", Cause.REPUTATION),
    ("on our block list", Cause.REPUTATION),
    ("rate limited due to ip reputation", Cause.REPUTATION),
    ("access denied, please try again later", Cause.REPUTATION),
    ("relay access denied", Cause.RELAYING_DENIED),
    ("unable to relay", Cause.RELAYING_DENIED),
    ("banned recipient", Cause.MAILBOX_INACTIVE),
    ("mailbox cannot be accessed", Cause.MAILBOX_INACTIVE),
    ("missing or bad storedriver mdb", Cause.TAKES_NO_MAIL),
    ("too many recipients", Cause.RATE_LIMITED),
    ("submission quota exceeded", Cause.RATE_LIMITED),
    ("exceeded their limit", Cause.RATE_LIMITED),
    ("recipient thread limit exceeded", Cause.RATE_LIMITED),
    ("insufficient system resources", Cause.SYSTEM_TROUBLE),
    ("message failed to be replicated", Cause.SYSTEM_TROUBLE),
    ("server busy", Cause.SYSTEM_TROUBLE),
    ("policy violation detected", Cause.POLICY),
    ("invalid characters", Cause.CONTENT_REJECTED),
    ("quarantined this message", Cause.BLOCKED_AS_SPAM),
    ("recipient not found", Cause.NO_SUCH_MAILBOX),
    ("unrecognized command", Cause.PROTOCOL_ERROR),
    ("send hello first", Cause.PROTOCOL_ERROR),
)
_GOOGLE: tuple[tuple[str, Cause], ...] = (
    ("not in whitelist for rcpt domain", Cause.REPUTATION),
    ("unusual rate of unsolicited mail", Cause.REPUTATION),
    ("not authorized to send email directly", Cause.REPUTATION),
    ("ptr record", Cause.REPUTATION),
    ("low reputation", Cause.REPUTATION),
    ("try again later, closing connection", Cause.REPUTATION),
    ("helo/ehlo argument is invalid", Cause.REPUTATION),
    ("likely unsolicited mail", Cause.BLOCKED_AS_SPAM),
    ("dmarc policy", Cause.AUTHENTICATION_FAILED),
    ("authentication checks", Cause.AUTHENTICATION_FAILED),
    ("spf", Cause.AUTHENTICATION_FAILED),
    ("email quota exceeded", Cause.MAILBOX_FULL),
    ("receiving mail too quickly", Cause.RATE_LIMITED),
    ("receiving mail at a rate", Cause.RATE_LIMITED),
    ("relay limit exceeded", Cause.RATE_LIMITED),
    ("too many recipients", Cause.RATE_LIMITED),
    ("multiple destination domains", Cause.RATE_LIMITED),
    ("multiple addresses in from", Cause.POLICY),
    ("policy that prohibited", Cause.POLICY),
    ("mail relay denied", Cause.RELAYING_DENIED),
    ("50 hops", Cause.NETWORK_TROUBLE),
    ("unrecognized command", Cause.PROTOCOL_ERROR),
    ("unimplemented command", Cause.PROTOCOL_ERROR),
    ("syntax error", Cause.PROTOCOL_ERROR),
)
_MIMECAST: tuple[tuple[str, Cause], ...] = (
    ("sender address blocked", Cause.REPUTATION),
    ("recipient temporarily unavailable", Cause.REPUTATION),
    ("temporarily blacklisted", Cause.REPUTATION),
    ("resources are temporarily unavailable", Cause.REPUTATION),
    ("ip reputation", Cause.REPUTATION),
    ("sender invalid - envelope rejected", Cause.AUTHENTICATION_FAILED),
    ("maximum email size exceeded", Cause.TOO_BIG),
    ("mail loop detected", Cause.NETWORK_TROUBLE),
    ("open relay not allowed", Cause.RELAYING_DENIED),
    ("account inbounds disabled", Cause.TAKES_NO_MAIL),
    ("anti-spoofing policy", Cause.POLICY),
    ("content examination policy", Cause.POLICY),
    ("host network not allowed", Cause.POLICY),
    ("envelope blocked", Cause.SENDER_REFUSED),
    ("manually blocked senders", Cause.SENDER_REFUSED),
    ("block policy", Cause.SENDER_REFUSED),
    ("incorrect authentication data", Cause.POLICY),
    ("this route requires", Cause.POLICY),
    ("invalid for this certificate", Cause.POLICY),
    ("unable to process", Cause.SYSTEM_TROUBLE),
    ("message ended early", Cause.SYSTEM_TROUBLE),
    ("account service is temporarily unavailable", Cause.RATE_LIMITED),
    ("too many recipients", Cause.RATE_LIMITED),
    ("outbound thread limit", Cause.RATE_LIMITED),
    ("invalid address", Cause.NO_SUCH_MAILBOX),
    ("user unknown", Cause.NO_SUCH_MAILBOX),
    ("invalid recipient", Cause.NO_SUCH_MAILBOX),
    ("rejected due to security policies", Cause.VIRUS),
)


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


def _listed(table: tuple[tuple[str, Cause], ...]) -> _Reader:
    def cause_in(said: Said) -> Cause | None:
        return next((cause for words, cause in table if words in said.text), None)

    return cause_in


def _cox(said: Said) -> Cause | None:
    if match := _AUP.search(said.text):
        code = match[1].upper()
        return next((cause for name, cause in _COX.items() if code.startswith(name)), None)
    return Cause.NO_SUCH_MAILBOX if "recipient rejected" in said.text else None


def _french(said: Said) -> Cause | None:
    match = _FRENCH.search(said.text)
    return _LAPOSTE_ORANGE.get(int(match[1]), Cause.UNKNOWN) if match else None


def _godaddy(said: Said) -> Cause | None:
    if match := _IB.search(said.text):
        return _GODADDY.get(f"IB{match[1]}", Cause.REPUTATION if match[1] < "115" else None)
    return None


def _iua(said: Said) -> Cause | None:
    match = _IUA_LINK.search(said.text)
    return _IUA.get(match[1]) if match else None


def _facebook(said: Said) -> Cause | None:
    match = _META.search(said.text)
    return _FACEBOOK.get(match[1]) if match else None


def _spectrum(said: Said) -> Cause | None:
    if match := _AUP_DIGITS.search(said.text):
        code = int(match[1])
        return next((cause for low, high, cause in _SPECTRUM if low <= code <= high), None)
    return None


def _microsoft(said: Said) -> Cause | None:
    if "recipient address rejected: access denied" in said.text:
        return Cause.MAILBOX_INACTIVE if said.status == "5.7.504" else Cause.NO_SUCH_MAILBOX
    return next((cause for words, cause in _MICROSOFT if words in said.text), None)


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
    (re.compile(r"(?:aspmx|gmail-smtp-in)\.l\.google\.com$"), _listed(_GOOGLE)),
    (re.compile(r"\.email\.ua$"), _iua),
    (re.compile(r"\.(?:ezweb\.ne\.jp|au\.com)$|^(?:ezweb\.ne\.jp|au\.com)$"), _kddi),
    (re.compile(r"\.mimecast\.com$"), _listed(_MIMECAST)),
    (re.compile(r"mfsmax\.docomo\.ne\.jp$"), _docomo),
    (re.compile(r"^inbound-smtp\.[a-z0-9-]+\.amazonaws\.com$"), _ses_receiving),
    (re.compile(r"charter\.net$"), _spectrum),
    (re.compile(r"mx\d+\.qq\.com$"), _listed(_QQ)),
    (re.compile(r"(?:^|\.)facebook(?:mail)?\.com$"), _facebook),
)
