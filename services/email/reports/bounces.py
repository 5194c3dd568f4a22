"""Put together what fields, words and copied headers of a bounce say of each recipient."""

import re
from dataclasses import replace

from services.email.reports import addresses, codes, mime, notices, phrases, statuses
from services.email.reports.causes import Evidence, cause_of, fault_of, permanent
from services.email.reports.mime import Mail
from services.email.reports.model import Action, Cause, Kind, MailReport, RecipientReport

_PROGRAM = re.compile(
    r"mailer-?daemon|post.?master|mail.?(?:delivery|administrator)|mdaemon|majordomo|sysadmin|^$"
    r"|-admin@|no-?reply@|^<>$|\broot@|daemon@|interscan",
    re.IGNORECASE,
)
_SUBJECT = re.compile(
    r"deliver|fail|undeliver|return|bounce|non.?remis|non recapitabile|warning:|delay|error"
    r"|could not be|mail system|notice|unzustellbar|rejected|not member|unable to|nicht|postmaster",
    re.IGNORECASE,
)
# A system that reports what it was itself asked to take.
_RECEIVES = re.compile(r"inbound-smtp\.[a-z0-9-]+\.amazonaws\.com")
_TITLE = re.compile(
    r"^(?!re:|fwd?:|aw:|wg:).{0,40}(?:undeliver|returned mail|delivery (?:failure|status|has failed"
    r"|failed|notification|report|error)|failure notice|mail (?:delivery )?(?:fail|error)"
    r"|\[bounce\]"
    r"|could not be delivered|non-?delivery|error during delivery|non.?remis)",
    re.IGNORECASE,
)
_FAILED = re.compile(
    r"\A\s*(?:unknown (?:user|host): |undeliverable to |user mailbox exceeds allowed size: "
    r"|delivery failed \d+ attempts: |invalid final delivery userid)"
    r"|could not be delivered|could not deliver|unable to deliver|was not delivered|undeliverable"
    r"|failed recipient|delivery (?:has )?failed|did not reach|message details:|n'a pas pu",
    re.IGNORECASE,
)
_REASON = re.compile(
    r"\(reason: ([^\n]{3,600}?)\)?$|> ?\.\.\. (Deferred: [^\n]{3,300})$", re.MULTILINE
)
_ACTION = re.compile(
    r"(fail(?:ed|ure)|delayed|delivered|relayed|expanded|expired|deferred)", re.IGNORECASE
)
_WILL_RETRY = re.compile(
    r"will be retried|warning message only|this is a warning|no action is required"
    r"|has not yet been delivered|still being retried|has been delayed|retry for"
    r"|will continue trying|keep trying",
    re.IGNORECASE,
)
_HOST = re.compile(
    r"(?:host |while talking to |connect(?:ed)? (?:to|with) |server |by |host: )"
    r"([A-Za-z0-9][\w-]*(?:\.[\w-]+){1,10})"
)
_TYPE = re.compile(r"^\s*([A-Za-z][\w-]{1,30})\s*;\s*")
_JUST_DIGITS = re.compile(r"^[\d. ]*$")
_REPLIED = re.compile(r"[45]\d\d[ -]\S")
_DEPOSIT = re.compile(
    r"^Your message to [^\n]{1,200} was automatically rejected:\n+([^\n]{1,500})"
    r"|^((?:mail\.local|procmail|maildrop|vdelivermail|vdeliver): [^\n]{1,500})",
    re.MULTILINE,
)

_HEARD = re.compile(r"^<<< ?([245]\d\d[ -][^\n]{0,600})$", re.MULTILINE)
_MAX_WRAPPED = 2
# A status code alone says no more than that; the words of a reply may.
_VAGUE = frozenset({Cause.UNKNOWN, Cause.POLICY, Cause.RECIPIENT_REFUSES, Cause.REPUTATION})

_POWERMTA = {
    "bad-domain": Cause.DOMAIN_NOT_FOUND,
    "bad-mailbox": Cause.NO_SUCH_MAILBOX,
    "inactive-mailbox": Cause.MAILBOX_INACTIVE,
    "message-expired": Cause.EXPIRED,
    "no-answer-from-host": Cause.NETWORK_TROUBLE,
    "policy-related": Cause.POLICY,
    "quota-issues": Cause.MAILBOX_FULL,
    "routing-errors": Cause.SYSTEM_TROUBLE,
    "spam-related": Cause.BLOCKED_AS_SPAM,
}


def read(mail: Mail, depth: int = 0) -> MailReport | None:
    """
    The bounce, delay or delivery that this mail reports, or None where it is none.

    A mail system's report that only wraps another report is read as the inner one.
    """
    own, copied = _own_and_copied(mail)
    status = statuses.read(p.text for p in mail.parts if _is_status(p.content_type))
    if not status.recipients and re.search(r"(?im)^(?:final|original)-recipient ?:", own):
        status = statuses.read([own])
    subject = mime.decoded(mail.first("subject"))
    by_program = bool(status.recipients) or _from_a_program(mail, subject)
    if not by_program and not (_TITLE.search(subject) and _FAILED.search(own)):
        return None
    notice = own
    original = dict(reversed(mime.fields(copied.lstrip("\n"))))
    postfix_sender = status.message.get("x-postfix-sender", "")
    named = notices.named_in(notice, _senders(mail, original, postfix_sender)) or notices.named_in(
        notice
    )
    refused = "RCPT" if "x-nai-header" in mail.headers else ""
    reports = _from_status(status, notice, named, refused) if status.recipients else []
    if not (reports or named) and (inner := _read_inner(mail, copied, depth)):
        return inner
    reports = reports or _from_notice(mail, subject, notice, named, copied)
    if not reports:
        return None
    if mail.first("x-spasign").upper() == "NG":
        reports = [_filtered(one) for one in reports]
    return MailReport(
        kind=_kind(reports),
        recipients=tuple(reports),
        subject=subject[:200],
        reporting_mta=_mta(status.message.get("reporting-mta", "")),
        received_from=_mta(status.message.get("received-from-mta", "")),
        arrived=status.message.get("arrival-date", ""),
        original_message_id=original.get(
            "message-id", status.message.get("x-original-message-id", "")
        )[:300],
        original_sender=addresses.first_in(postfix_sender or original.get("from", "")),
    )


def _senders(mail: Mail, original: dict[str, str], postfix_sender: str) -> frozenset[str]:
    """Whose mail came back (lower case): a refusal may name them, but nothing was sent to them."""
    fields = (original.get(name, "") for name in ("from", "sender", "return-path", "reply-to"))
    found = {
        address.lower()
        for text in (mail.first("to"), mail.first("delivered-to"), postfix_sender, *fields)
        for address in addresses.all_in(text)
    }
    return frozenset(found - {addresses.first_in(original.get("to", "")).lower()})


def _is_status(content_type: str) -> bool:
    return "delivery-status" in content_type or "disposition-notification" in content_type


def _read_inner(mail: Mail, copied: str, depth: int) -> MailReport | None:
    if depth >= _MAX_WRAPPED:
        return None
    texts = [part.text for part in mail.parts if part.content_type == "message/rfc822"]
    for text in texts or [copied]:
        if report := read(mime.read_text(text), depth + 1):
            return report
    return None


def _own_and_copied(mail: Mail) -> tuple[str, str]:
    texts: list[str] = []
    copied = ""
    plain = any(p.content_type == "text/plain" and len(p.text.strip()) > 20 for p in mail.parts)
    for part in mail.parts:
        if part.content_type in {"message/rfc822", "text/rfc822-headers", "message/global"}:
            copied = copied or part.text.lstrip("\n").partition("\n\n")[0]
        elif _is_status(part.content_type):
            continue
        elif part.content_type != "text/html" or not plain:
            texts.append(part.text)
    own, below = notices.before_original(texts)
    return own, copied or below.lstrip("\n").partition("\n\n")[0]


def _from_a_program(mail: Mail, subject: str) -> bool:
    if mail.content_type == "multipart/report" or "x-failed-recipients" in mail.headers:
        return True
    if "x-mlserver" in mail.headers:
        return True
    sender = mime.decoded(mail.first("from")).strip()
    if _PROGRAM.search(sender):
        return True
    if mail.first("return-path").strip() == "<>":
        return True
    return bool(_SUBJECT.search(subject)) and "auto-submitted" in mail.headers


def _from_status(
    status: statuses.Status, notice: str, named: list[notices.Named], usually_refused: str
) -> list[RecipientReport]:
    reports: dict[tuple[str, str], RecipientReport] = {}
    words = {one.address.lower(): one.diagnosis for one in named}
    only = len(status.recipients) == 1
    refused = notices.commands_of(notice)
    reporting = status.message.get("reporting-mta", "")
    for group in status.recipients:
        address = statuses.recipient_of(group)
        about = words.get(address.lower(), "")
        said = {**group, "reporting-mta": reporting}
        if _REPLIED.match(about) and not group.get("diagnostic-code"):
            said["diagnostic-code"] = f"smtp; {about}"
        if "remote-mta" not in group and _RECEIVES.search(reporting):
            said["remote-mta"] = reporting
        if not about and only:
            about = notice[: notices.MAX_DIAGNOSIS]
        command = (
            notices.command_in(notice if only else about)
            or refused.get(address.lower(), "")
            or usually_refused
        )
        report = _judged(address, said, about, notice if only else about, command)
        reports.setdefault((address.lower(), report.status), report)
    return list(reports.values())


def _judged(
    address: str, group: dict[str, str], about: str, around: str, refused: str
) -> RecipientReport:
    code = group.get("diagnostic-code", "")
    kind_of_code = _TYPE.match(code)
    type_name = kind_of_code[1].lower() if kind_of_code else "smtp"
    diagnosis = code[kind_of_code.end() :] if kind_of_code else code
    diagnosis = " ".join(diagnosis.split())
    action = _ACTION.search(group.get("action", ""))
    said_action = _normal_action(action[1].lower() if action else "")
    if "disposition" in group:
        # Whatever the reader's program did with the mail, it had arrived (RFC 8098 1, 3.2.6).
        said_action = Action.DELIVERED
    field_status = codes.status_in(group.get("status", ""))
    remote = _mta(group.get("remote-mta", "")) or _host_in(diagnosis) or _host_in(about)
    if not diagnosis and not field_status:
        diagnosis = " ".join(group.get("status", "").split())
    if not diagnosis and (reason := _REASON.search(around)):
        diagnosis = reason[1] or reason[2]
    told = "" if _JUST_DIGITS.match(diagnosis) else diagnosis
    if deposit := _DEPOSIT.search(around):
        told = diagnosis = " ".join((deposit[1] or deposit[2]).split())
        # What puts mails into mailboxes speaks of their names, as a server does at this command.
        refused = "RCPT"
    elif not told:
        diagnosis = " ".join((around or about).split())[: notices.MAX_DIAGNOSIS] or diagnosis
    category = _POWERMTA.get(group.get("x-powermta-bouncecategory", ""))
    if category and not phrases.names_us(told.lower()):
        return _report(
            address,
            category,
            action=said_action,
            status=field_status,
            diagnosis=diagnosis,
            remote=remote,
        )
    command = notices.command_in(diagnosis) or refused
    dialogue = type_name not in {"x-unix", "unix", "x-imap", "x-local"}
    status = _better_status(field_status, diagnosis)
    if not codes.status_in(diagnosis) and _vague(status):
        status = _better_status(status, about)
    heard = " ".join(_HEARD.findall(around))[: notices.MAX_DIAGNOSIS]
    evidence = Evidence(
        heard if told and len(heard) > len(diagnosis) else diagnosis,
        status=status,
        reply_code=codes.reply_in(diagnosis),
        command=command,
        action=said_action,
        remote_mta=remote,
        domain=addresses.domain_of(address),
        dialogue=dialogue,
        reporting_mta=_mta(group.get("reporting-mta", "")),
    )
    cause = cause_of(evidence if told or not dialogue else replace(evidence, text=""))
    if not told and cause in _VAGUE and (reply := notices.reply_in(around)):
        cause = cause_of(replace(evidence, text=reply))
    if not told and cause is Cause.UNKNOWN:
        cause = cause_of(evidence)
    if cause is Cause.UNKNOWN and around:
        words = " ".join(around.split())[: notices.MAX_DIAGNOSIS]
        cause = cause_of(replace(evidence, text=f"{diagnosis} {words}"))
    return _report(
        address,
        cause,
        action=said_action,
        status=status,
        diagnosis=diagnosis,
        remote=remote,
        command=command,
    )


def _from_notice(
    mail: Mail, subject: str, notice: str, named: list[notices.Named], copied: str
) -> list[RecipientReport]:
    failed = addresses.all_in(mail.first("x-failed-recipients"))
    words = {one.address.lower(): one for one in named}
    listed = notices.listed_in(notice)
    if listed and not any(one.lower() in words for one in failed):
        failed = listed
    people = [words.get(a.lower(), notices.Named(a, "")) for a in failed] or named
    if not people:
        address = notices.only_address(copied) if _reports_failure(subject, notice) else ""
        people = [notices.Named(address, "")] if address else []
    reports = []
    commands = notices.commands_of(notice)
    waiting = bool(_WILL_RETRY.search(notice) or _WILL_RETRY.search(subject))
    preamble = notice.partition(people[0].address)[0] if people else ""
    for person in people:
        alone = len(people) == 1
        said = notices.refused_in_session(notice) if alone else ""
        if alone and not said and not codes.reply_in(person.diagnosis):
            said = notices.reply_in(notice)
        diagnosis = " ".join((said or person.diagnosis or (notice if alone else "")).split())
        diagnosis = diagnosis[: notices.MAX_DIAGNOSIS]
        around = notice if alone else person.diagnosis
        status = codes.status_in(diagnosis) or codes.status_in(around)
        remote = _host_in(around)
        evidence = Evidence(
            diagnosis,
            status=status,
            reply_code=codes.reply_in(diagnosis),
            command=notices.command_in(around) or commands.get(person.address.lower(), ""),
            action=Action.DELAYED if waiting else Action.FAILED,
            remote_mta=remote,
            domain=addresses.domain_of(person.address),
        )
        cause = cause_of(evidence)
        if cause is Cause.UNKNOWN:
            wider = " ".join((notice if alone else preamble).split())[: notices.MAX_DIAGNOSIS]
            cause = cause_of(replace(evidence, text=f"{wider} {subject}"))
        action = Action.DELAYED if waiting else Action.FAILED
        reports.append(
            _report(
                person.address,
                cause,
                action=action,
                status=status,
                diagnosis=diagnosis,
                remote=remote,
                command=evidence.command,
            )
        )
    return reports


def _reports_failure(subject: str, notice: str) -> bool:
    return bool(
        _SUBJECT.search(subject) or re.search(r"(?i)could not be delivered|undeliver", notice)
    )


def _report(
    address: str,
    cause: Cause,
    *,
    action: Action,
    status: str,
    diagnosis: str,
    remote: str,
    command: str = "",
) -> RecipientReport:
    reply = codes.reply_in(diagnosis)
    if reply and status and reply[0] != status[0]:
        reply = ""
    if action in {Action.DELIVERED, Action.RELAYED, Action.EXPANDED}:
        cause = Cause.DELIVERED
    lasting = permanent(cause, status, reply)
    return RecipientReport(
        address,
        action=action,
        status=status,
        reply_code=reply,
        diagnosis=diagnosis[:2000],
        remote_mta=remote,
        cause=cause,
        fault=fault_of(cause, command, reply),
        permanent=False if lasting and action is Action.DELAYED else lasting,
    )


def _filtered(report: RecipientReport) -> RecipientReport:
    """KDDI marks so what a filter of the recipient refused, in mails that say no more."""
    cause = Cause.RECIPIENT_REFUSES
    return replace(report, cause=cause, fault=fault_of(cause), permanent=False)


def _kind(reports: list[RecipientReport]) -> Kind:
    actions = {report.action for report in reports}
    if all(report.cause is Cause.AWAY for report in reports):
        return Kind.AUTO_REPLY
    if actions <= {Action.DELIVERED, Action.RELAYED, Action.EXPANDED}:
        return Kind.DELIVERY
    return Kind.DELAY if actions == {Action.DELAYED} else Kind.BOUNCE


def _normal_action(word: str) -> Action:
    if word == "deferred":
        return Action.DELAYED
    if word in {"expired", "failure"}:
        return Action.FAILED
    return Action(word)


def _vague(status: str) -> bool:
    return not status or status.endswith(".0.0")


def _better_status(status: str, text: str) -> str:
    found = codes.status_in(text)
    if not found:
        return status
    _, subject, detail = found.split(".")
    if not status or (subject != "0" and detail != "0") or _vague(status):
        return found
    return status


def _mta(value: str) -> str:
    name = _TYPE.sub("", value.strip()[:300])
    words = name.split()
    return words[0].strip("[]().,;").lower() if words else ""


def _host_in(text: str) -> str:
    match = _HOST.search(text[:3000])
    return match[1].lower() if match else ""
