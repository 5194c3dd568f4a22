"""Why a mail was not delivered, decided from codes, words and the point in the SMTP dialogue."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from services.email.reports import codes, hosts, phrases
from services.email.reports.model import Action, Cause, Fault

_BEFORE_DATA = frozenset({"CONN", "EHLO", "HELO", "MAIL", "RCPT"})
_GREETING = frozenset({"CONN", "EHLO", "HELO"})
_BEFORE_RECIPIENT = _GREETING | {"MAIL"}
_TAKES_OF_NOBODY = frozenset({"521", "556"})
_ABOUT_RECIPIENT = ("5.1.0 address rejected", "recipient address rejected", "sender ip address")
_SYNTAX_REPLIES = frozenset({"500", "501", "502", "503", "504", "505", "506", "507"})

_GOOGLE_STATE = re.compile(r"\(state (\d{1,2})\)")
_GOOGLE_STATES = {
    "6": Cause.SYSTEM_TROUBLE,
    "8": Cause.SYSTEM_TROUBLE,
    "9": Cause.SYSTEM_TROUBLE,
    "12": Cause.RELAYING_DENIED,
    "13": Cause.REPUTATION,
    "14": Cause.NO_SUCH_MAILBOX,
    "15": Cause.RECIPIENT_REFUSES,
    "17": Cause.RECIPIENT_REFUSES,
    "18": Cause.RECIPIENT_REFUSES,
}

_UNSURE = frozenset(
    {
        Cause.SYSTEM_TROUBLE,
        Cause.POLICY,
        Cause.NETWORK_TROUBLE,
        Cause.DOMAIN_NOT_FOUND,
        Cause.NO_SUCH_MAILBOX,
        Cause.EXPIRED,
    }
)
_SECOND_LOOK = (
    Cause.MAILBOX_FULL,
    Cause.BLOCKED_AS_SPAM,
    Cause.AUTHENTICATION_FAILED,
    Cause.POLICY,
    Cause.VIRUS,
    Cause.RELAYING_DENIED,
    Cause.SYSTEM_TROUBLE,
    Cause.TAKES_NO_MAIL,
    Cause.NETWORK_TROUBLE,
    Cause.MAILBOX_INACTIVE,
    Cause.EXPIRED,
    Cause.CONTENT_REJECTED,
    Cause.PROTOCOL_ERROR,
    Cause.DELIVERY_PROGRAM_FAILED,
)
_ABOUT_US = frozenset({Cause.REPUTATION, Cause.AUTHENTICATION_FAILED, Cause.SENDER_REFUSED})
_NOT_ABOUT_THE_ADDRESS = (
    Cause.RELAYING_DENIED,
    Cause.REPUTATION,
    Cause.MAILBOX_FULL,
    Cause.MOVED,
    Cause.TAKES_NO_MAIL,
)

_FAULTS = {
    Fault.RECIPIENT: (
        Cause.NO_SUCH_MAILBOX,
        Cause.MOVED,
        Cause.DOMAIN_NOT_FOUND,
        Cause.MAILBOX_FULL,
        Cause.MAILBOX_INACTIVE,
        Cause.RECIPIENT_REFUSES,
        Cause.COMPLAINED,
        Cause.AWAY,
    ),
    Fault.RECEIVING_SYSTEM: (
        Cause.TAKES_NO_MAIL,
        Cause.RELAYING_DENIED,
        Cause.GREYLISTED,
        Cause.EXPIRED,
        Cause.NETWORK_TROUBLE,
        Cause.SYSTEM_TROUBLE,
        Cause.DELIVERY_PROGRAM_FAILED,
    ),
    Fault.OUR_SIDE: (
        Cause.REPUTATION,
        Cause.SENDER_REFUSED,
        Cause.AUTHENTICATION_FAILED,
        Cause.POLICY,
        Cause.BLOCKED_AS_SPAM,
        Cause.VIRUS,
        Cause.CONTENT_REJECTED,
        Cause.TOO_BIG,
        Cause.RATE_LIMITED,
        Cause.PROTOCOL_ERROR,
    ),
    Fault.UNKNOWN: (Cause.DELIVERED, Cause.UNKNOWN),
}
_FAULT_OF = {cause: fault for fault, causes in _FAULTS.items() for cause in causes}
_NO_FAILURE = frozenset({Cause.COMPLAINED, Cause.AWAY, Cause.DELIVERED})
_OF_THE_SYSTEM = _NO_FAILURE | {
    Cause.GREYLISTED,
    Cause.EXPIRED,
    Cause.NETWORK_TROUBLE,
    Cause.SYSTEM_TROUBLE,
}
_GONE = frozenset({Cause.NO_SUCH_MAILBOX, Cause.MOVED, Cause.DOMAIN_NOT_FOUND})
_OF_THE_MAILBOX = _GONE | {Cause.MAILBOX_FULL, Cause.MAILBOX_INACTIVE}


@dataclass(frozen=True, slots=True)
class Evidence:
    """
    What is known of one failed recipient when its cause is decided.

    `command` is the SMTP command that was refused (CONN for the greeting), empty where unknown.
    `dialogue` is False where the diagnosis comes from a program and not from an SMTP server.
    `reporting_mta` wrote the report, `remote_mta` refused the mail.
    """

    text: str
    status: str = ""
    reply_code: str = ""
    command: str = ""
    action: str = ""
    remote_mta: str = ""
    domain: str = ""
    dialogue: bool = True
    reporting_mta: str = ""


def cause_of(evidence: Evidence) -> Cause:
    """The cause that codes, phrases and the refused command agree on best."""
    if evidence.status.startswith("2.") and evidence.action not in {Action.FAILED, Action.DELAYED}:
        return Cause.DELIVERED
    text = codes.unfolded(evidence.text.lower())
    said = hosts.Said(text, evidence.status, evidence.command)
    if (cause := hosts.cause_at(evidence.remote_mta, evidence.domain, said)) is not None:
        return cause
    if (cause := hosts.cause_told_by(evidence.reporting_mta, said)) is not None:
        return cause
    named = codes.meaning(evidence.status)
    if evidence.dialogue:
        view = _View(evidence, text, named)
        for test in _DIALOGUE:
            if cause := test(view):
                return cause
    return _by_codes(evidence, text, named)


def fault_of(cause: Cause, command: str = "", reply_code: str = "") -> Fault:
    """
    Who can mend a failure of this cause, where this SMTP command was refused with this code.

    Before the recipient is named (RFC 5321 3.3) a refusal is of the sender, unless it says that the
    other system is in trouble, or takes mail of nobody (RFC 7504).
    """
    # A transcript that begins in the middle looks like a greeting: there words for a mailbox count.
    of_others = _OF_THE_SYSTEM if command == "MAIL" else _OF_THE_SYSTEM | _OF_THE_MAILBOX
    about_sender = command in _BEFORE_RECIPIENT and reply_code not in _TAKES_OF_NOBODY
    return Fault.OUR_SIDE if about_sender and cause not in of_others else _FAULT_OF[cause]


def permanent(cause: Cause, status: str, reply_code: str) -> bool | None:
    """Whether the address itself is gone: it must be blocked, since no later mail can arrive."""
    if cause in _NO_FAILURE:
        return None
    if cause is Cause.TAKES_NO_MAIL:
        return (status or reply_code)[:1] != "4"
    return cause in _GONE


def advice(cause: Cause) -> str:
    """Key of the text that tells the agent what to say to the caller; texts live with the pages."""
    return f"mail.advice.{cause.value}"


@dataclass(frozen=True, slots=True)
class _View:
    evidence: Evidence
    text: str
    named: Cause | None


def _detailed(view: _View) -> Cause | None:
    """Three digits of detail are Microsoft's own codes: they say more than the words."""
    return view.named if len(view.evidence.status.rpartition(".")[2]) == 3 else None


def _no_mail_here(view: _View) -> Cause | None:
    """RFC 7504: 556 is a domain and 521 a host, at its greeting, that never takes mail."""
    reply, command = view.evidence.reply_code, view.evidence.command
    if reply == "556":
        return Cause.TAKES_NO_MAIL
    about_us = any(phrases.says(cause, view.text) for cause in (*_ABOUT_US, Cause.RATE_LIMITED))
    alone = reply == "521" and command in _GREETING and view.named is None
    return Cause.TAKES_NO_MAIL if alone and not about_us else None


def _name_refused(view: _View) -> Cause | None:
    """Who refuses our name at the greeting refuses our server, whatever the words are."""
    status = view.evidence.status
    if view.evidence.command not in {"EHLO", "HELO"} or (status[1:3] == ".7" and status[-1] != "0"):
        return None
    for cause in (Cause.RATE_LIMITED, Cause.POLICY):
        if phrases.says(cause, view.text):
            return cause
    return Cause.REPUTATION


def _state_at_google(view: _View) -> Cause | None:
    match = _GOOGLE_STATE.search(view.text)
    if match is None or (view.evidence.status and not view.evidence.status.endswith(".0")):
        return None
    if phrases.names_us(view.text):
        return None
    return _GOOGLE_STATES.get(match[1])


def _greylisted(view: _View) -> Cause | None:
    return Cause.GREYLISTED if phrases.says(Cause.GREYLISTED, view.text) else None


def _full(view: _View) -> Cause | None:
    if "mailbox unavailable (not enough free space)" in view.text:
        # RFC 5321 4.2.2 has these words for the system's disk and for the mailbox.
        return Cause.SYSTEM_TROUBLE
    if view.named is Cause.MAILBOX_FULL or (
        phrases.says(Cause.MAILBOX_FULL, view.text)
        and not phrases.says(Cause.RATE_LIMITED, view.text)
    ):
        return Cause.MAILBOX_FULL
    return None


def _too_big(view: _View) -> Cause | None:
    if view.named is Cause.TOO_BIG or phrases.says(Cause.TOO_BIG, view.text):
        return Cause.TOO_BIG
    return None


def _inactive_or_moved(view: _View) -> Cause | None:
    for cause in (Cause.MAILBOX_INACTIVE, Cause.MOVED):
        if (view.named is cause and cause is Cause.MOVED) or phrases.says(cause, view.text):
            return cause
    return None


def _relaying(view: _View) -> Cause | None:
    if view.evidence.command not in _GREETING and phrases.says(Cause.RELAYING_DENIED, view.text):
        return Cause.RELAYING_DENIED
    return None


def _authentication(view: _View) -> Cause | None:
    if _vaguely_unauthenticated(view) or (
        view.named is not Cause.NO_SUCH_MAILBOX
        and phrases.says(Cause.AUTHENTICATION_FAILED, view.text)
    ):
        return Cause.AUTHENTICATION_FAILED
    return None


def _vaguely_unauthenticated(view: _View) -> bool:
    """5.1.0 is any trouble with an address, the sender's too: the words decide."""
    return view.evidence.status == "5.1.0" and phrases.says(Cause.AUTHENTICATION_FAILED, view.text)


def _nobody(view: _View) -> Cause | None:
    if view.named is Cause.NO_SUCH_MAILBOX:
        if (
            _refuses_sender(view.text)
            or _vaguely_unauthenticated(view)
            or any(phrases.says(c, view.text) for c in _NOT_ABOUT_THE_ADDRESS)
        ):
            return None
        return Cause.NO_SUCH_MAILBOX
    if view.named is Cause.MAILBOX_INACTIVE or view.named in _ABOUT_US:
        return None
    if phrases.names_us(view.text) or phrases.says(Cause.DOMAIN_NOT_FOUND, view.text):
        return None
    if (
        view.named is not Cause.RECIPIENT_REFUSES
        and view.evidence.command not in {"MAIL", "DATA"}
        and (
            phrases.names_nobody(view.text)
            or (view.evidence.status == "5.1.10" and "not found" in view.text)
            or (view.evidence.status == "5.5.0" and "not taken: mailbox unavailable" in view.text)
        )
    ):
        return Cause.NO_SUCH_MAILBOX
    if view.evidence.command == "RCPT" and phrases.says(Cause.NO_SUCH_MAILBOX, view.text):
        return Cause.NO_SUCH_MAILBOX
    return None


def _refused_by_recipient(view: _View) -> Cause | None:
    """An unknown user after the address was accepted is a refusal: the mailbox may well exist."""
    if view.named is Cause.MAILBOX_INACTIVE or view.named in _ABOUT_US:
        return None
    if view.named is not Cause.RECIPIENT_REFUSES and (
        view.evidence.command in _BEFORE_DATA
        or phrases.names_us(view.text)
        or phrases.says(Cause.DOMAIN_NOT_FOUND, view.text)
    ):
        return None
    if phrases.says(Cause.RECIPIENT_REFUSES, view.text) or phrases.says(
        Cause.NO_SUCH_MAILBOX, view.text
    ):
        return Cause.RECIPIENT_REFUSES
    return None


def _sender(view: _View) -> Cause | None:
    if view.named is Cause.SENDER_REFUSED:
        return Cause.SENDER_REFUSED
    asked = (
        view.evidence.command == "MAIL"
        or (view.evidence.command == "DATA" and view.named is not Cause.NO_SUCH_MAILBOX)
        or (view.named is None and view.evidence.command != "DATA")
        or view.named in {Cause.POLICY, Cause.SYSTEM_TROUBLE}
    )
    if view.evidence.command == "MAIL" and "access denied" in view.text:
        return None if phrases.says(Cause.REPUTATION, view.text) else Cause.SENDER_REFUSED
    return Cause.SENDER_REFUSED if asked and _refuses_sender(view.text) else None


def _no_domain(view: _View) -> Cause | None:
    if view.named is Cause.DOMAIN_NOT_FOUND:
        if phrases.says(Cause.TAKES_NO_MAIL, view.text):
            return Cause.TAKES_NO_MAIL
        gone = view.evidence.status == "5.1.2" and "domain name not found" in view.text
        if not gone and phrases.says(Cause.NETWORK_TROUBLE, view.text):
            return None
        return Cause.DOMAIN_NOT_FOUND
    return Cause.DOMAIN_NOT_FOUND if phrases.says(Cause.DOMAIN_NOT_FOUND, view.text) else None


def _virus(view: _View) -> Cause | None:
    if view.evidence.command in _BEFORE_DATA or not phrases.says(Cause.VIRUS, view.text):
        return None
    return Cause.VIRUS


def _spam(view: _View) -> Cause | None:
    if view.named is Cause.BLOCKED_AS_SPAM:
        return view.named
    if view.evidence.command in _BEFORE_DATA or not phrases.says(Cause.BLOCKED_AS_SPAM, view.text):
        return None
    if view.named is Cause.CONTENT_REJECTED and "spam" not in view.text:
        return None
    return Cause.BLOCKED_AS_SPAM


def _rate_or_reputation(view: _View) -> Cause | None:
    for cause in (Cause.RATE_LIMITED, Cause.REPUTATION):
        if view.named is cause or phrases.says(cause, view.text):
            return cause
    return None


_Test = Callable[[_View], Cause | None]
_DIALOGUE: tuple[_Test, ...] = (
    _detailed,
    _no_mail_here,
    _name_refused,
    _state_at_google,
    _greylisted,
    _full,
    _too_big,
    _inactive_or_moved,
    _relaying,
    _nobody,
    _refused_by_recipient,
    _sender,
    _no_domain,
    _virus,
    _spam,
    _authentication,
    _rate_or_reputation,
)


def _refuses_sender(text: str) -> bool:
    if any(words in text for words in _ABOUT_RECIPIENT):
        return False
    return phrases.says(Cause.SENDER_REFUSED, text)


def _by_codes(evidence: Evidence, text: str, named: Cause | None) -> Cause:
    if named is None or named in _UNSURE or not evidence.dialogue:
        for cause in _SECOND_LOOK:
            if phrases.says(cause, text):
                return cause
    if named is not None:
        return named
    if evidence.status[:3] in {"4.6", "5.6"}:
        return Cause.CONTENT_REJECTED
    if evidence.status[:3] in {"4.7", "5.7"}:
        return Cause.POLICY
    if not evidence.dialogue:
        return Cause.DELIVERY_PROGRAM_FAILED
    if evidence.reply_code in _SYNTAX_REPLIES:
        return Cause.PROTOCOL_ERROR
    if evidence.action == Action.DELAYED:
        return Cause.EXPIRED
    if evidence.command in _GREETING:
        return Cause.REPUTATION
    if phrases.says(Cause.AWAY, text):
        return Cause.AWAY
    if phrases.names_us(text):
        return Cause.POLICY
    return Cause.UNKNOWN
