"""Phrases: what a system says of the message itself."""

from collections.abc import Mapping

from services.email.reports.model import Cause

SAYINGS: Mapping[Cause, str] = {
    Cause.BLOCKED_AS_SPAM: """
        refused by trustwave seg
        for possible spam/virus content
        too many spam complaints
        message as spam and has prevented delivery
        - spam
        554 5.7.0 reject, id=
        appears to be unsolicited
        appears to be spam
        as it seems to be a spam
        blacklisted url
        block for spam
        blocked by policy: no spam
        blocked by spamassassin
        blocked for abuse. see http://att.net/blocks
        breaches local uribl policy
        bulk e-mail
        bulk email
        classification as bulk mail
        content filter agent quarantined
        content filter rejection
        content judged to be spam
        contains spam
        content looked like spam
        content of this message looked like spam
        denied due to spam list
        detected as spam
        detected your message as spam
        dsbl.org
        failed several antispam checks
        had spam-like
        high probability of spam
        identified as spam
        identified spam
        is classified as spam
        is considered spam
        is likely unsolicited mail
        is probably spam
        listed in work.drbl.imedia.ru
        looks like spam
        mail content denied
        mail rejete. mail rejected. ~506
        mail.163.com/help/help_spam_16
        marked as spam
        may consider spam
        may contain the spam contents
        message content rejected
        message considered as spam
        message filtered
        message rejected as spam
        message rejected because of unacceptable content
        message rejected for policy reasons
        message refused by * spamprofiler
        our system has detected that this message is
        percent probability of being spam
        probable spam
        reject bulk.advertising
        rejected by * (spam)
        rejected by spam filtering
        rejected due to spam
        rejected due to suspected spam
        rejected: spamassassin score
        rejecting banned content
        rejecting mail content
        recurrent pattern detection
        rule imposed as * is blacklisted on
        scored * spam points
        scored as spam
        sender domain listed at
        similar to spam we have received
        spam * exceeded
        spam abuse detected
        spam blocked
        spam check
        spam classification
        spam content
        spam detected
        spam email
        spam engine has identified
        spam filter
        spam message not queued
        spam message rejected
        spam not accepted
        spam refused
        spam rejection
        spam reporting address
        spam score
        spam-like characteristics
        spamming not allowed
        temporarily blocked by our filter
        thinks this email is spam
        too much spam
        triggered a spam block
        was classified as spam
        we dont accept spam
        www.spamhaus.org
        you're using a mass mailer
    """,
    Cause.VIRUS: """
        contains a virus
        contained a virus
        virus was found
        virus found
        found a virus
        virus phishing
        - infected
        contains prohibited virus
        has been used by recent viruses
        infected with a virus
        it has a potentially executable attachment
        virus detected
        virus infected
    """,
    Cause.CONTENT_REJECTED: """
        (000502cc)
        (00050311)
        - bad header:
        bad header
        duplicate header
        header size exceeds maximum
        headers too large
        improper use of 8-bit data in message header
        invalid message content
        is malformed
        message header size, or recipient list, exceeds
        message mime complexity exceeds
        this message contain invalid mime
        this message contain improperly
        this message contain text that uses unnecessary base64
        too many "received" headers
        too many received headers
        too many received: headers
        too many related errors
    """,
    Cause.TOO_BIG: """
        - message size exceeds recipient
        exceeded the maximum incoming message size
        exceeded google's message size limits
        exceeded maximum inbound message size
        exceeds size limit
        line limit exceeded
        max message size exceeded
        message exeeded the maximum size
        message file too big
        message header size exceeds limit
        message larger than
        message length exceeds
        message size exceeds
        message size is too big
        message too big
        message too large
        message was too large
        recipsizelimit
        size limit
        taille limite du message atteinte
    """,
}
