"""Bounces in free text: which addresses a notice names, and what it says of each."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from services.email.reports.addresses import ADDRESS, WRAPPED_ADDRESS, first_in

MAX_LINES = 400
MAX_LINE = 1200
MAX_DIAGNOSIS = 2500

_ORIGINAL = re.compile(
    r"""^\W{0,40}(?:
          (?:this|below|here|enclosed|included|below\ this\ line)\ .{0,30}copy\ of\ (?:the|your)\b
        | (?:the\ )?(?:header\ of\ the\ )?original\ (?:e?mail|message)
             (?:\ (?:as\ )?(?:follows|headers?|info|is\ following)|\W{0,40}$)
        | (?:unsent|returned|undelivered|original|bounced)\ message\b(?!s)
             (?:\ (?:follows|below))?\W{0,60}$
        | message\ (?:headers?|text)\ follows?
        | your\ message\ reads
        | the\ attachment\ contains\ the\ original
        | the\ non-delivered\ message\ is\ attached
        | end\ of\ message\b
        | start\ of\ (?:returned|forwarded)\ message
        | content-type:\ (?:message/rfc822|text/rfc822-headers)
        )""",
    re.IGNORECASE | re.VERBOSE,
)
_HEADER_OF_ORIGINAL = re.compile(
    r"(?:Received|Return-Path|DKIM-Signature|Message-I[dD]|DomainKey-Signature|X-Received"
    r"|MIME-Version):"
)

_BARE = re.compile(
    rf"^[ \t>|*\-]{{0,24}}[\"'<]{{0,2}}({ADDRESS})[\"'>]{{0,2}}"
    rf"(?:[ ]?<(?:mailto:)?{ADDRESS}>)?[ \t]*(?:\(expanded\ from[^)\n]*\)?)?[ \t]*[:;,.]?[ \t]*$"
)
_ALONE = re.compile(rf"^[ \t]{{0,8}}<({WRAPPED_ADDRESS})>[ \t]*:?[ \t]*$")
_LISTED = re.compile(rf"^[ ]{{2,8}}({ADDRESS}):?$", re.MULTILINE)
_LED = re.compile(
    r"^[ \t>*\-\[]{0,24}"
    rf"(?:(?:[45]\d\d[ ](?:[45]\.\d\.\d{{1,3}}[ ])?)?<({WRAPPED_ADDRESS})>|[\"']?({ADDRESS})[\"']?)"
    r"[ \t]*(?:\(expanded[ ]from[^)\n]*\)?)?[ \t]*"
    r"(:|\.\.\.|\ \.\.\.|\[|\(|\bon\b|delivery\ failed|Invalid|\bwas\b|\bis\b|-|<)[ \t]*(.*)$"
)
_ZOHO = re.compile(rf"^[ \t]*({ADDRESS})[ \t]+(\S[^\n]*,[ \t]*ERROR_CODE[ \t]?:.*)$")
_MALFORMED = re.compile(rf"^[ \t]+{ADDRESS}[ ]<({ADDRESS})>:[ ]*(malformed address:.*)$")
_LEAD_INS = """
    address
    addressed to
    attempts
    could not be delivered to
    could not send mail to
    could not send message to
    could not send your mail to
    could not send your message to
    dda:smtp
    deliver mail to
    deliver message to
    deliver your message to
    delivered to
    delivering mail to
    delivering message to
    delivering your mail to
    delivering your message to
    delivery failed
    delivery failed to
    delivery has failed
    delivery has failed to
    did not reach the following recipient
    email to group
    error-for
    failed to deliver to
    for the user
    invalid final delivery userid
    mailbox is full
    mailing list
    rcpt to
    recipient
    recipients failed
    returned permanent errors
    the following message to
    undeliverable
    undeliverable to
    unknown user
    user mailbox exceeds allowed size
    wurde nicht zugestellt an
    you sent mail to
    your message to
"""
_LEAD_IN = "|".join(
    r"[ \t]+".join(map(re.escape, line.split())) for line in _LEAD_INS.strip().splitlines()
)
_NAMED = re.compile(
    rf"(?:{_LEAD_IN})[ \t]*(?:was\ |is\ )?(?:[:;=.\-]|--)?[ \t]*[\"'<(\[]{{0,3}}({ADDRESS})",
    re.IGNORECASE,
)
_IN_ROUND_BRACKETS = re.compile(rf"\buser\b[^\n]{{0,80}}\(({ADDRESS})\)", re.IGNORECASE)
_AT_THE_END = re.compile(rf"\w [^<>\n]{{0,200}}<({ADDRESS})>\.$")
_EXCHANGED = re.compile(rf"^\w[^<>\n]{{0,40}} (?:<<<|>>>) [^<\n]{{0,200}}<({ADDRESS})>")
_ALIAS = re.compile(rf"^[ \t]*(?:\(?(?:generated|expanded)\ (?:by|from):?\ )<?({ADDRESS})")
_CONTACT = re.compile(
    r"for\ further\ assistance|please\ (?:contact|send|forward)|contact\ |questions|reply\ to"
    r"|original\ sender|^\s*(?:from|to|cc|sender|reply-to|subject|sent|date)\s*:|help\ desk|mailto:"
    r"|you\ may\ also|support",
    re.IGNORECASE | re.VERBOSE,
)
_FROM_LINE = re.compile(r"^\s*from\ |^\s*>>>\ (?:MAIL|RCPT)|^\s*<<<\ ", re.IGNORECASE)

_OF_SENDER = re.compile(
    r"\b(?:sender (?:e-?mail )?(?:address|domain)|sender verif\w+|domain of sender|invalid sender)"
    r"\b",
    re.IGNORECASE,
)
_LEADS_ELSEWHERE = re.compile(r"\bto the address$|\bcontact:?$", re.IGNORECASE)
_OTHER_HOST = re.compile(r"[245]\d\d \S{1,200} \(smtp\)\.\.\.|While talking to ")

_COMMANDS: tuple[tuple[re.Pattern[str], int], ...] = tuple(
    (re.compile(pattern, flags), 1)
    for pattern, flags in (
        (r"\(?in reply to (?:end of )?(HELO|EHLO|MAIL|RCPT|DATA)", 0),
        (
            r"(?:error|rejected).{0,60} after (?:end of )?(EHLO|HELO|MAIL|RCPT|DATA)",
            re.IGNORECASE | re.DOTALL,
        ),
        (r"did not like our (?:final )?(EHLO|HELO|MAIL|RCPT|DATA)", re.IGNORECASE),
        (r"\[(RCPT|MAIL|DATA|EHLO|HELO)_?(?:TO|FROM)?\]", 0),
        (r"^SMTP:(RCPT|MAIL|DATA|EHLO|HELO) host ", re.MULTILINE),
        (r"most progress was (RCPT|MAIL|DATA|EHLO|HELO)", re.IGNORECASE),
        (r"-------SMTP command\s+(RCPT|MAIL|DATA|EHLO|HELO)", 0),
        (r"<<< (RCPT|MAIL|DATA|EHLO|HELO)", 0),
        (r"STEP: (RCPT|MAIL|DATA|EHLO|HELO)", 0),
        (r"Server response to (MAIL) FROM", re.IGNORECASE),
        (r"(RCPT|MAIL|DATA)(?: TO| FROM)? (?:generated|command generated)", re.IGNORECASE),
        (r"to your (RCPT|MAIL|DATA|EHLO|HELO)", re.IGNORECASE),
        (r"failed on (DATA|RCPT|MAIL) command", re.IGNORECASE),
        (r"\((DATA|RCPT|MAIL|EHLO|HELO)(?: TO| FROM)?\)", 0),
    )
)
_WORDS_FOR_COMMANDS = (
    ("after initial connection", "CONN"),
    ("refused to talk to me", "CONN"),
    ("but greeting failed", "CONN"),
    ("but my name was rejected", "HELO"),
    ("but sender was rejected", "MAIL"),
    ("does not like recipient", "RCPT"),
    ("failed after i sent the message", "DATA"),
    ("unknown recipient or mailbox unavailable ->", "RCPT"),
)
_TRANSCRIPT = re.compile(
    r"(?:>>>|-->)[ ]?(EHLO|HELO|MAIL|RCPT|DATA)\b|(?:<<<|<--)[ ]?[45]\d\d", re.IGNORECASE
)

_SENT = re.compile(r"(?:.{1,40}: -->|>>>) ?(EHLO|HELO|MAIL|RCPT|DATA)\b(.*)", re.IGNORECASE)
_REFUSED = re.compile(r"(?:.{1,40}: <--|<<<) ?[45]\d\d")
_REPLY_LINE = re.compile(r"^[ \t]{0,8}[45]\d\d[ -][^\n]{3,600}$", re.MULTILINE)
_OUT = re.compile(r"^ ?Out: ([45]\d\d [^\n]{1,600})$", re.MULTILINE)
_TOLD = re.compile(rf"[45]\d\d[^<\n]{{0,20}}<({ADDRESS})>\.\.\.")

_GMAIL_STATES = {
    "6": "MAIL",
    "13": "EHLO",
    "14": "RCPT",
    "15": "DATA",
    "17": "DATA",
    "18": "DATA",
}
_GMAIL_STATE = re.compile(r"\(state (\d{1,2})\)")


@dataclass(frozen=True, slots=True)
class Named:
    """One address that a notice names and the lines that it says of it."""

    address: str
    diagnosis: str


def before_original(texts: Iterable[str]) -> tuple[str, str]:
    """What the mail system wrote, and what it copied of the original below its own words."""
    lines: list[str] = []
    original: list[str] = []
    cut = False
    for text in texts:
        for line in text.split("\n", 3000)[:3000]:
            if cut:
                if len(original) < MAX_LINES:
                    original.append(line)
                continue
            if lines and (_HEADER_OF_ORIGINAL.match(line) or _ORIGINAL.match(line[:200])):
                cut = True
                if _HEADER_OF_ORIGINAL.match(line):
                    original.append(line)
                continue
            if len(lines) < MAX_LINES:
                lines.append(line[:MAX_LINE].rstrip())
    return "\n".join(lines), "\n".join(original)


def listed_in(notice: str) -> list[str]:
    """Addresses that stand alone on an indented line, as Exim and Gmail list what failed."""
    return list(dict.fromkeys(_LISTED.findall(notice)))


def command_in(text: str) -> str:
    """The SMTP command that was refused, CONN for the greeting; empty where a text does not say."""
    lowered = text.lower()
    for words, command in _WORDS_FOR_COMMANDS:
        if words in lowered:
            return command
    for pattern, group in _COMMANDS:
        if match := pattern.search(text):
            return match[group].upper()
    last = ""
    for match in _TRANSCRIPT.finditer(text):
        if match[1]:
            last = match[1].upper()
        else:
            return last or "CONN"
    if match := _GMAIL_STATE.search(text):
        return _GMAIL_STATES.get(match[1], "")
    return ""


def refused_in_session(notice: str) -> str:
    """The last refusal in a server's own transcript of a session, empty where there is none."""
    refusals = _OUT.findall(notice)
    return refusals[-1] if refusals else ""


def reply_in(notice: str) -> str:
    """The first refusal that stands on a line of its own, empty where there is none."""
    found = _REPLY_LINE.search(notice)
    return found[0].strip() if found else ""


def commands_of(notice: str) -> dict[str, str]:
    """The refused command for each address (lower case) of a session's transcript."""
    found: dict[str, str] = {}
    command = asked = refused = ""
    for line in notice.split("\n"):
        if sent := _SENT.match(line):
            command, asked = sent[1].upper(), first_in(sent[2]).lower()
        elif _REFUSED.match(line):
            refused = command
            if command == "RCPT" and asked:
                found[asked] = command
        elif refused and (told := _TOLD.match(line)):
            found.setdefault(told[1].lower(), refused)
    return found


def named_in(notice: str, senders: frozenset[str] = frozenset()) -> list[Named]:
    """
    The addresses that a notice reports on, each with the lines that follow it.

    What a refusal says of one of the ``senders`` (lower case) belongs to the recipient before it.
    """
    found: dict[str, list[str]] = {}
    current: list[str] | None = None
    heard: list[str] = []
    previous = ""
    for line in notice.split("\n"):
        if not line.strip():
            continue
        if current is not None and _ALIAS.match(line):
            continue
        address, rest = ("", "") if _LEADS_ELSEWHERE.search(previous) else _address_of(line)
        if address.lower() in senders:
            address = ""
        previous = line
        if line.startswith("<<<"):
            heard.append(line[3:].strip())
        if _OTHER_HOST.match(line):
            current = None
            continue
        if address:
            key = next((known for known in found if known.lower() == address.lower()), address)
            current = found.setdefault(key, [])
            current.extend(heard[:3])
            heard = []
            if rest:
                current.append(rest)
        elif current is not None and sum(map(len, current)) < MAX_DIAGNOSIS:
            current.append(line.strip())
    return [Named(address, " ".join(lines)[:MAX_DIAGNOSIS]) for address, lines in found.items()]


def _address_of(line: str) -> tuple[str, str]:
    if "@" not in line or _FROM_LINE.match(line):
        return "", ""
    if match := _BARE.match(line) or _ALONE.match(line):
        return match[1], ""
    if match := _ZOHO.match(line) or _MALFORMED.match(line):
        return match[1], match[2]
    if match := _ALIAS.match(line):
        return match[1], ""
    led = _LED.match(line)
    # A line that begins with an address is about it; one that begins with a reply may not be.
    if _OF_SENDER.search(line) and not (led and not line.lstrip()[:1].isdigit()):
        return "", ""
    if match := led:
        rest = f"{match[3]} {match[4]}".strip(" :.[")
        return match[1] or match[2], rest[1:-1].strip() if rest[:1] + rest[-1:] == "()" else rest
    if _CONTACT.search(line) and not re.search(r"(?i)unknown|recipient|deliver", line):
        return "", ""
    if match := _NAMED.search(line):
        return match[1], line.strip()
    for pattern in (_IN_ROUND_BRACKETS, _AT_THE_END, _EXCHANGED):
        if match := pattern.search(line):
            return match[1], line.strip()
    return "", ""


def only_address(text: str) -> str:
    """An address in the fields that name whom the original was for."""
    for line in text.split("\n", 300)[:300]:
        if line[:3].lower() == "to:" and (address := first_in(line)):
            return address
    return ""
