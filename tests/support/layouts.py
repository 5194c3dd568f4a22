"""How mail systems lay out a bounce, each with a refusal in it; written for these tests."""

from __future__ import annotations

import re
from collections.abc import Callable

RECIPIENT = "ann@recipients.example"
SENDER = "desk@senders.example"
LINE = "-" * 60
COPY = f"Received: from a by b\nFrom: {SENDER}\nTo: {RECIPIENT}\nSubject: News\n\nHello\n"

Layout = Callable[[str], bytes]
LAYOUTS: dict[str, Layout] = {}
"""By the name of the mail system or of its shape; each takes the words of a refusal."""


def layout(function: Callable[[str], str]) -> Callable[[str], str]:
    LAYOUTS[function.__name__.replace("_", " ")] = lambda said: function(said).encode()
    return function


def status_of(said: str) -> str:
    """What a mail system writes into the field of that name."""
    found = re.search(r"[245]\.\d\.\d{1,3}", said)
    return found[0] if found else f"{said[0] if said[:1].isdigit() else '5'}.0.0"


def notice(sender: str, subject: str, body: str, *headers: str) -> str:
    """A bounce of one text."""
    head = [f"From: {sender}", f"To: {SENDER}", f"Subject: {subject}", *headers]
    return "\n".join(head) + f"\n\n{body}\n"


def dsn(
    sender: str, subject: str, human: str, said: str, *headers: str, more: str = "", code: str = ""
) -> str:
    """A bounce with a delivery status (RFC 3464); ``code`` is its diagnostic, or left out."""
    diagnostic = f"Diagnostic-Code: {code}\n" if code else ""
    body = (
        f"--b\nContent-Type: text/plain\n\n{human}\n"
        "--b\nContent-Type: message/delivery-status\n\n"
        "Reporting-MTA: dns; out.relay.example\n\n"
        f"Final-Recipient: rfc822; {RECIPIENT}\nAction: failed\nStatus: {status_of(said)}\n"
        f"{diagnostic}{more}\n"
        f"--b\nContent-Type: message/rfc822\n\n{COPY}--b--"
    )
    kind = 'Content-Type: multipart/report; report-type=delivery-status; boundary="b"'
    return notice(sender, subject, body, *headers, kind)


@layout
def activehunter(said: str) -> str:
    body = (
        "  ----- The following addresses had permanent fatal errors -----\n\n"
        f">>> {RECIPIENT} <{RECIPIENT}>\n\n  ----- Transcript of session follows -----\n{said}\n\n"
        f"Content-Type: message/rfc822\n\n{COPY}"
    )
    return notice('"MAILER-DAEMON" <mailer-daemon@x.example>', "FAILURE NOTICE :", body)


@layout
def amavis(said: str) -> str:
    human = "This report was made by amavisd-new at host x.example.\n"
    sender = '"Content-filter at x.example" <postmaster@x.example>'
    return dsn(sender, "Undeliverable mail, MTA-BLOCKED", human, said, code=f"smtp; {said}")


@layout
def aol(said: str) -> str:
    human = "The original message was received an hour ago."
    more = "Remote-MTA: dns; mx.recipients.example\n"
    code = f"smtp; {said}"
    return dsn("MAILER-DAEMON@aol.com", "Undelivered Mail", human, said, more=more, code=code)


@layout
def barracuda(said: str) -> str:
    human = f"Your message to: {RECIPIENT}\nwas blocked by our filter. Subject: News"
    subject = "**Message you sent blocked by our bulk email filter**"
    return dsn("postmaster@x.example", subject, human, said, code=f"smtp; {said}")


@layout
def courier(said: str) -> str:
    human = (
        "This is a delivery status notification from x.example.\n\n"
        f"{LINE}\n\n      UNDELIVERABLE MAIL\n\n"
        f"Your message to the following recipients cannot be delivered:\n\n<{RECIPIENT}>:\n"
        f"   mx.recipients.example [192.0.2.7]:\n>>> RCPT TO:<{RECIPIENT}>\n<<< {said}\n\n{LINE}"
    )
    sender = '"Courier mail server at x.example" <@x.example>'
    code = f"smtp; {said}"
    return dsn(sender, "NOTICE: mail delivery status.", human, said, code=code)


@layout
def domino(said: str) -> str:
    human = (
        "Your message\n\n  Subject: News\n\nwas not delivered to:\n\n"
        f"  {RECIPIENT}\n\nbecause:\n\n  {said}\n"
    )
    return dsn("postmaster@x.example", "DELIVERY FAILURE: News", human, said)


@layout
def dragonfly(said: str) -> str:
    body = (
        "This is the DragonFly Mail Agent v0.13 at x.example.\n\n"
        f"There was an error delivering your mail to <{RECIPIENT}>.\n\n"
        f"mx.recipients.example [192.0.2.8] did not like our RCPT TO:\n{said}\n\n"
        f"Message headers follow.\n\n{COPY}"
    )
    return notice("MAILER-DAEMON <>", "Mail delivery failed", body)


@layout
def exchange_5_5(said: str) -> str:
    body = (
        f"Your message\n\n  To:      {RECIPIENT}\n  Subject: News\n"
        "  Sent:    Mon, 2 Nov 2026 18:14:35 +0000\n\n"
        f"did not reach the following recipient(s):\n\n{RECIPIENT} on Mon, 2 Nov 2026 16:54:27\n"
        f"    {said}\n\nContent-Type: message/rfc822\n\n{COPY}"
    )
    mailer = "X-Mailer: Internet Mail Service (5.5.2657.72)"
    return notice("postmaster@x.example", "Undeliverable: News", body, mailer)


@layout
def exchange_2007(said: str) -> str:
    human = (
        f"Delivery has failed to these recipients or distribution lists:\n\n{RECIPIENT}\n"
        "A problem occurred. Diagnostic information for administrators:\n\n"
        f"Generating server: x.example\n\n{RECIPIENT}\n#{said} ##\n\n"
        f"Original message headers:\n\n{COPY}"
    )
    language = "Content-Language: en-US"
    sender = "Microsoft Exchange <postmaster@x.example>"
    return dsn(sender, "Undeliverable: News", human, said, language, code=f"smtp;{said}")


EXIM = (
    "This message was created automatically by mail delivery software.\n\n"
    "A message that you sent could not be delivered to one or more of its\n"
    "recipients. This is a permanent error. The following address(es) failed:\n\n"
)
EXIM_COPY = f"------ This is a copy of the message, including all the headers. ------\n\n{COPY}"


def exim(after: str, said: str) -> str:
    how = f"SMTP error from remote mail server after {after}:\n    host mx [192.0.2.8]: "
    body = f"{EXIM}  {RECIPIENT}\n    {how if after else ''}{said}\n\n{EXIM_COPY}"
    failed = f"X-Failed-Recipients: {RECIPIENT}"
    subject = "Mail delivery failed: returning message to sender"
    return notice("Mail Delivery System <Mailer-Daemon@x.example>", subject, body, failed)


@layout
def exim_at_rcpt(said: str) -> str:
    return exim(f"RCPT TO:<{RECIPIENT}>", said)


@layout
def exim_by_a_router(said: str) -> str:
    return exim("", said)


@layout
def exim_with_a_status(said: str) -> str:
    human = f"{EXIM}  {RECIPIENT}\n    host mx [192.0.2.8]\n    {said}\n"
    subject = "Mail delivery failed"
    code = f"smtp; {said}"
    return dsn("Mail Delivery System <mailer-daemon@x.example>", subject, human, said, code=code)


@layout
def gmail_of_old(said: str) -> str:
    body = (
        "This is an automatically generated Delivery Status Notification\n\n"
        f"Delivery to the following recipient failed permanently:\n\n     {RECIPIENT}\n\n"
        "Technical details of permanent failure: \n"
        "Google tried to deliver your message, but it was rejected by the server for the\n"
        "recipient domain recipients.example by mx.recipients.example. [192.0.2.59].\n\n"
        f"The error that the other server returned was:\n{said}\n\n"
        f"----- Original message -----\n\n{COPY}"
    )
    sender = "Mail Delivery Subsystem <mailer-daemon@googlemail.com>"
    failed = f"X-Failed-Recipients: {RECIPIENT}"
    return notice(sender, "Delivery Status Notification (Failure)", body, failed)


@layout
def gmail(said: str) -> str:
    human = (
        f"** Message blocked **\n\nYour message to {RECIPIENT} has been blocked.\n\n"
        f"The response from the remote server was:\n\n{said}\n"
    )
    sender = "Mail Delivery Subsystem <mailer-daemon@googlemail.com>"
    more = "Remote-MTA: dns; mx.recipients.example. (192.0.2.8, the server for the domain.)\n"
    subject = "Delivery Status Notification (Failure)"
    return dsn(sender, subject, human, said, more=more, code=f"smtp; {said}")


@layout
def gmx(said: str) -> str:
    body = (
        "This message was created automatically by mail delivery software.\n\n"
        "A message that you sent could not be delivered to one or more of\n"
        "its recipients. This is a permanent error. The following address\nfailed:\n\n"
        f'"{RECIPIENT}":\nSMTP error from remote server after RCPT command:\n'
        f"host: mx.recipients.example\n{said}\n\n"
        f"--- The header of the original message is following. ---\n\n{COPY}"
    )
    return notice("MAILER-DAEMON@gmx.net (Mail Delivery System)", "Mail delivery failed", body)


@layout
def imail(said: str) -> str:
    body = (
        f"undeliverable to {RECIPIENT}\n\nAdditional RCPT TO generated following response:\n"
        f"{said}\n\nOriginal message follows.\n\n{COPY}"
    )
    mailer = "X-Mailer: <SMTP32 v8.22>"
    return notice("Postmaster <postmaster@x.example>", "Undeliverable Mail", body, mailer)


@layout
def interscan(said: str) -> str:
    body = (
        f"Sent <<< RCPT TO:<{RECIPIENT}>\nReceived >>> {said}\n"
        f"Unable to deliver message to <{RECIPIENT}>\n\nContent-Type: message/rfc822\n\n{COPY}"
    )
    return notice('"InterScan MSS" <imss@x.example>', "Mail could not be delivered", body)


@layout
def james(said: str) -> str:
    body = (
        "Hi. This is the James mail server at x.example.\n"
        "I'm afraid I wasn't able to deliver your message to the following addresses.\n\n"
        f"Message details:\n  Subject: News\n  MAIL FROM: {SENDER}\n  RCPT TO: {RECIPIENT}\n"
        f"  From: Desk <{SENDER}>\n  To: {RECIPIENT}\n  Size (in bytes): 1024\n\n"
        f"Error message below:\n{said}\n\nContent-Type: message/rfc822\n\n{COPY}"
    )
    return notice("postmaster@x.example", "[BOUNCE]", body)


@layout
def kddi(said: str) -> str:
    body = (
        "Your mail sent on: Thu, 29 Apr 2010 11:04:47 +0900\n"
        f"    Could not be delivered to: <{RECIPIENT}>\n    {said}\n\n"
        f"Content-Type: message/rfc822\n\n{COPY}"
    )
    return notice("no-reply@mail.dion.example", "Mail System Error - Returned Mail", body)


@layout
def mailfoundry(said: str) -> str:
    body = (
        f"Unable to deliver message to: <{RECIPIENT}>\n"
        f"Delivery failed for the following reason:\nServer mx[192.0.2.222] failed with: {said}\n\n"
        f"No further delivery attempts will be made.\n\nContent-Type: message/rfc822\n\n{COPY}"
    )
    return notice("postmaster@x.example", "Message delivery has failed", body)


@layout
def mailmarshal(said: str) -> str:
    body = (
        f"Your message:\n   From:    {SENDER}\n   Subject: News\n\n"
        f"Could not be delivered because of\n\n{said}\n\n"
        f"The following recipients were affected: \n    {RECIPIENT}\n\n"
        f"Additional Information\n======================\n\nOriginal Sender:    <{SENDER}>\n"
        "Remote-MTA:         <10.0.0.1>\n"
    )
    return notice("postmaster@x.example", 'Undeliverable Mail: "News"', body)


@layout
def m_filter(said: str) -> str:
    body = (
        f"-------server message\n{said}\n-------SMTP command\nRCPT TO:<{RECIPIENT}>\n"
        f"-------original message\n{COPY}"
    )
    return notice("MAILER-DAEMON@x.example", "failure notice", body, "X-Mailer: m-FILTER")


@layout
def mcafee(said: str) -> str:
    human = (
        f"    --- The following addresses had delivery problems ---\n\n<{RECIPIENT}>   ({said})\n"
    )
    header = "X-NAI-Header: Modified by McAfee Email and Web Security Virtual Appliance"
    return dsn("postmaster@x.example", "Delivery Status", human, said, header)


@layout
def mdaemon(said: str) -> str:
    body = (
        "The attached message had PERMANENT fatal delivery errors!\n\nSession Transcript:\n"
        f" Mon 2026-11-02 10:00:01: --> RCPT To:<{RECIPIENT}>\n"
        f" Mon 2026-11-02 10:00:01: <-- {said}\n\nFailed address: {RECIPIENT}\n"
    )
    return notice("MDaemon@x.example", "Permanent Delivery Failure", body)


@layout
def messagelabs(said: str) -> str:
    human = (
        "This is the mail delivery agent at messagelabs.com.\n"
        f"I was unable to deliver your message to the following addresses:\n\n{RECIPIENT}\n\n"
        f"Reason: {said}"
    )
    sender = "MAILER-DAEMON@messagelabs.com"
    more = "Remote-MTA: dns; mx.recipients.example\n"
    mail = dsn(sender, "Mail Delivery Failure", human, said, more=more, code=f"smtp; {said}")
    return mail.replace("out.relay.example", "server-15.bemta-3.messagelabs.com")


@layout
def messaging_server(said: str) -> str:
    human = (
        "This report relates to a message you sent with the following header fields:\n\n"
        f"  From: Desk <{SENDER}>\n  To: {RECIPIENT}\n  Subject: News\n\n"
        "Your message cannot be delivered to the following recipients:\n\n"
        f"  Recipient address: {RECIPIENT}\n  Reason: Remote SMTP server has rejected address\n"
        f"  Diagnostic code: smtp;{said}\n  Remote system: dns;mx (TCP|192.0.2.7|4|192.0.2.2|25)\n"
    )
    sender = "Internet Mail Delivery <postmaster@x.example>"
    subject = "Delivery Notification: Delivery has failed"
    return dsn(sender, subject, human, said, code=f"smtp;{said}")


@layout
def mx_logic(said: str) -> str:
    body = (
        f"{EXIM}<{RECIPIENT}>:{said}\n\nIncluded is a copy of the message header:\n{LINE}\n{COPY}"
    )
    subject = "Mail delivery failed: returning message to sender"
    return notice("Mail Delivery System <Mailer-Daemon@x.example>", subject, body, "X-MX-Bounce: q")


@layout
def notes(said: str) -> str:
    body = (
        f"------- Failure Reasons  --------\n\n{said}\n{RECIPIENT}\n\n\n"
        f"------- Returned Message --------\n{COPY}"
    )
    return notice("postmaster@x.example", "Undeliverable message", body)


@layout
def one_and_one(said: str) -> str:
    body = (
        "This message was created automatically by mail delivery software.\n\n"
        "A message that you sent could not be delivered to one or more of\n"
        f"its recipients. The following addresses failed:\n\n{RECIPIENT}:\n"
        "SMTP error from remote server for RCPT TO command, host: mx.recipients.example "
        f"(192.0.2.5) reason: {said}\n\n\n"
        f"--- The header of the original message is following. ---\n\n{COPY}"
    )
    return notice('"Mail Delivery System" <mailer-daemon@x.example>', "Mail delivery failed", body)


@layout
def opensmtpd(said: str) -> str:
    body = (
        "    Hi!\n\n    This is the MAILER-DAEMON, please DO NOT REPLY to this e-mail.\n\n"
        "    An error has occurred while attempting to deliver a message for\n"
        f"    the following list of recipients:\n\n{RECIPIENT}: {said}\n\n"
        f"    Below is a copy of the original message:\n\n{COPY}"
    )
    subject = "Delivery status notification: error"
    return notice("Mailer Daemon <MAILER-DAEMON@x.example>", subject, body)


@layout
def outlook(said: str) -> str:
    human = f"Delivery to the following recipients failed.\n\n       {RECIPIENT}\n"
    subject = "Delivery Status Notification (Failure)"
    return dsn("postmaster@x.example", subject, human, said, code=f"smtp;{said}")


@layout
def postfix(said: str) -> str:
    told = f"host mx.recipients.example[192.0.2.7] said: {said} (in reply to RCPT TO command)"
    human = f"This is the mail system at host x.example.\n\n<{RECIPIENT}>: {told}\n"
    sender = "MAILER-DAEMON@x.example (Mail Delivery System)"
    subject = "Undelivered Mail Returned to Sender"
    return dsn(sender, subject, human, said, code=f"smtp; {said}")


@layout
def postfix_of_old(said: str) -> str:
    body = (
        "This is the Postfix program at host x.example.\n\nI'm sorry to have to inform you.\n\n"
        f"          The Postfix program\n\n<{RECIPIENT}> (expanded from <staff@x.example>): "
        f"host mx.recipients.example said: {said} (in reply to RCPT TO command)\n"
    )
    return notice("MAILER-DAEMON@x.example", "Undelivered Mail Returned to Sender", body)


@layout
def qmail(said: str) -> str:
    body = (
        "Hi. This is the qmail-send program at x.example.\n"
        "I'm afraid I wasn't able to deliver your message to the following addresses.\n\n"
        f"<{RECIPIENT}>:\n192.0.2.8 does not like recipient.\nRemote host said: {said}\n"
        f"Giving up on 192.0.2.8.\n\n--- Below this line is a copy of the message.\n\n{COPY}"
    )
    return notice("MAILER-DAEMON@x.example", "failure notice", body, "Return-Path: <>")


@layout
def sendgrid(said: str) -> str:
    human = (
        "This is an automatically generated message from SendGrid.\n\n"
        "Your message was not able to be delivered to one of its intended recipients.\n\n"
        f"acct:0:<{RECIPIENT}> : 192.0.2.250 : mx.recipients.example:[192.0.2.153] :\n {said}\n"
        " in RCPT TO\n"
    )
    return dsn("MAILER-DAEMON@x.example", "Undelivered Mail", human, said, code=said)


@layout
def sendmail(said: str) -> str:
    human = (
        "The original message was received an hour ago\n\n"
        f"   ----- The following addresses had permanent fatal errors -----\n<{RECIPIENT}>\n"
        f"    (reason: {said})\n\n   ----- Transcript of session follows -----\n"
        f"... while talking to mx.recipients.example.:\n>>> RCPT To:<{RECIPIENT}>\n<<< {said}\n"
        "554 5.0.0 Service unavailable\n"
    )
    subject = "Returned mail: see transcript for details"
    return dsn("MAILER-DAEMON@x.example", subject, human, said, code=f"SMTP; {said}")


@layout
def sendmail_5(said: str) -> str:
    body = (
        "   ----- Transcript of session follows -----\nWhile talking to mx.recipients.example:\n"
        f">>> RCPT To:<{RECIPIENT}>\n<<< {said}\n550 <{RECIPIENT}>... {said.split(' ', 1)[-1]}\n\n"
        f"   ----- Unsent message follows -----\n{COPY}"
    )
    subject = "Returned mail: Service unavailable"
    return notice("MAILER-DAEMON@x.example (Mail Delivery Subsystem)", subject, body)


@layout
def surfcontrol(said: str) -> str:
    body = (
        "Your message could not be sent.\n"
        "A transcript of the attempts to send the message follows.\n"
        f"The number of attempts made: 1\nAddressed To: {RECIPIENT}\n\n"
        "Thu 29 Apr 2010 23:34:45 +0900\nFailed to send to identified host,\n"
        f"{RECIPIENT}: [192.0.2.5], {said}\n--- Message non-deliverable.\n\n"
        f"Content-Type: message/rfc822\n\n{COPY}"
    )
    mailer = "X-Mailer: SurfControl E-mail Filter"
    return notice("Mail Administrator <postmaster@x.example>", "Mail Delivery error", body, mailer)


@layout
def yahoo(said: str) -> str:
    body = (
        "Sorry, we were unable to deliver your message to the following address.\n\n"
        f"<{RECIPIENT}>:\nRemote host said:\n{said}\n[RCPT_TO]\n\n"
        f"--- Below this line is a copy of the message.\n\n{COPY}"
    )
    return notice("MAILER-DAEMON@yahoo.com", "Failure Notice", body)


@layout
def zoho(said: str) -> str:
    body = (
        "This message was created automatically by mail delivery software.\n"
        " A message that you sent could not be delivered to one or more of its recipients.\n\n"
        f"{RECIPIENT} {said}, ERROR_CODE :550, ERROR_CODE :5.0.0\n\n{COPY}"
    )
    return notice("mailer-daemon@mail.zoho.com", "Undelivered Mail Returned to Sender", body)


@layout
def an_address_and_the_words_in_brackets(said: str) -> str:
    body = (
        "The original message was received an hour ago\n\n"
        f"---The following addresses had delivery errors---\n\n{RECIPIENT} [{said}]\n\n\n{COPY}"
    )
    return notice(
        '"Mail Deliver System" <mailer-daemon@x.example>', "Returned Mail: undelivered", body
    )


@layout
def an_address_and_the_words_below(said: str) -> str:
    body = (
        "Message from x.example.\nUnable to deliver message to the following address(es).\n\n"
        f"<{RECIPIENT}>:\n{said}\n\n--- Original message follows.\n{COPY}"
    )
    return notice("MAILER-DAEMON@x.example", "Delivery failure", body)


@layout
def technical_details(said: str) -> str:
    body = (
        f"{LINE}\n      This is an automatically generated Delivery Status Notification.\n\n"
        f"Delivery to the following recipients failed permanently:\n\n  * {RECIPIENT}\n\n"
        f"{LINE}\n           Technical details:\n\nSMTP:RCPT host 192.0.2.8: {said}\n\n{LINE}\n"
        f"Content-Type: message/rfc822\n\n{COPY}"
    )
    return notice(
        "Mail Delivery System <mailer-daemon@x.example>", "Delivery status notification", body
    )


@layout
def numbered_errors(said: str) -> str:
    body = (
        "We had trouble delivering your message. Full details follow:\n\nSubject: 'News'\n\n"
        f"1 error(s):\n\nSMTP Server <mx.recipients.example> rejected recipient <{RECIPIENT}> \n"
        f"  (Error following RCPT command). It responded as follows: [{said}]\n\n"
        f"The attachment contains the original mail headers.\n\n{COPY}"
    )
    return notice(
        "System Mail <mailer-daemon@x.example>", "There was an error sending your mail", body
    )
