"""Phrases by which mail systems say why, one a line, lower case; facts learnt from real mails.

In a phrase `*` stands for one word and `~` for up to 80 characters of anything.
"""

import re
from collections.abc import Callable, Mapping

from services.email.reports.model import Cause

_SAYINGS: Mapping[Cause, str] = {
    Cause.MAILBOX_FULL: """
        account disabled temporarly for exceeding receiving limits
        account is exceeding their quota
        boite du destinataire pleine
        boîte du destinataire pleine
        disc quota exceeded
        disk quota exceeded
        diskspace quota
        does not have enough space
        email account that you tried to reach is over quota
        exceeded storage allocation
        exceeding its mailbox quota
        full mailbox
        inbox is out of storage
        insufficient disk space
        is over disk quota
        is over quota
        is over the quota
        is temporarily over quota
        mail file size exceeds the maximum size allowed for mail delivery
        mail quota exceeded
        mailbox exceeded the local limit
        mailbox full
        mailbox has exceeded
        mailbox is full
        mailbox is over
        mailbox over quota
        mailbox quota
        mailbox size limit exceeded
        mailbox would exceed
        mailfolder is full
        messages in recipient's mailbox exceeded
        no space left on device
        not enough disk space
        not enough storage space
        not sufficient disk space
        over quota
        over the allowed quota
        quota exceed
        quota violation
        reached disk quota
        shutoffquotaexceeded
        storage quota
        too much mail data
        user has exceeded quota
        user has too many messages on the server
        user mailbox exceeds allowed size
        user's space has been used up
    """,
    Cause.TOO_BIG: """
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
        size limit exceeded
        taille limite du message atteinte
    """,
    Cause.MAILBOX_INACTIVE: """
        account disabled
        account has been disabled
        account has been temporarily suspended
        account is disabled
        account is locked email bounced
        account is temporarily limited
        address no longer accepts mail
        archived recipient
        boite du destinataire archivee
        email account that you tried to reach is disabled
        has been suspended
        inactive account
        invalid/inactive user
        is a deactivated mailbox
        is currently suspended
        is unavailable: user is terminated
        mailaddress is administrat~ disabled
        mailbox currently suspended
        mailbox disabled
        mailbox is disabled
        mailbox is frozen
        mailbox unavailable or access denied
        recipient suspend the service
        temporarily inactive
        temporary locked
        this account has been disabled or discontinued
        user or domain is disabled
        user suspended
    """,
    Cause.MOVED: """
        has been replaced by
        no longer on server
    """,
    Cause.RELAYING_DENIED: """
        as a relay
        domain isn't in my list of allowed rcpthost
        insecure mail relay
        is not permitted to relay through this server
        mail relay denied
        mail server requires authentication when attempting to send to a non-local
        not a gateway
        not allowed to relay
        not an open relay
        not local host
        not permitted to relay
        not configured to relay
        relay access denied
        relay denied
        relay not permitted
        relaying denied
        relaying mail to
        unable to relay
        use of smtp as mail gate
        we don't handle mail for
    """,
    Cause.NO_SUCH_MAILBOX: """
        #5.1.1 bad address
        *@* rejected
        550 address invalid
        5.1.0 address rejected.
        <*> not found
        <*>... blocked by
        account * does not exist at the organization
        account by that name
        account does not exist
        account that you tried to reach does not exist
        address couldn't be found
        address does not exist
        address not present in directory
        address unknown
        addresses were unknown
        adresse d~ destinataire invalide
        bad destination mailbox
        bad recipient
        bad-recipient
        bad_recipient
        badrcptto
        badrecipientto
        cannot find system user
        can't accept user
        delivery error: dd this user
        destination server rejected recipients
        doesn't have a * account
        does not exist.
        does not exist here
        email account that you tried to reach is inactive
        email address could not be found
        email name is not found
        exrecipnotfound
        following recipients was undeliverable
        illegal alias
        illegal user
        invalid address
        invalid final delivery userid
        invalid mailbox
        invalid or unknown
        invalid recipient
        invalid user
        invalid-recipient
        is not a known user
        is not a valid mailbox
        is not an active address at this host
        mailbox * does not exist
        mailbox *@* unavailable
        mailbox does not exist
        mailbox doesn't exist
        mailbox invalid
        mailbox is inactive
        mailbox is unavailable
        mailbox not found
        mailbox not present
        mailbox unavailable
        nessun utente simile
        no * in name directory
        no existe dicha persona
        no existe ese usuario
        no mail box available for this user
        no mailbox by that name
        no mailbox found
        no mailbox here
        no one at this address
        no such address
        no such local user
        no such mailbox
        no such person
        no such recipient
        no such user
        no thank you rejected: account unavailable
        no valid recipients
        non existent user
        non-existent user
        nonexistent user
        not a local address
        not a valid recipient
        not a valid user
        not email addresses
        not in my validrcptto list
        not listed in domino directory
        not listed in public name & address book
        not our user
        rcpt <*> does not exist
        recipient * was not found in
        recipient address does not exist
        recipient address rejected. (in reply to rcpt to
        recipient address rejected: access denied
        recipient address rejected: unknown user
        recipient address rejected: user
        recipient does not exist
        recipient is not accepted
        recipient is not local
        recipient name is not recognized
        recipient not exist
        recipient not found
        recipient not ok
        recipient notfound
        recipient refuses to accept your mail
        recipient rejected
        recipient unknown
        recipnotfound
        requested action not taken: mailbox unavailable
        ディレクトリのリストにありません
        ディレクトリには見つかりません
        non répertorié dans l'annuaire
        sorry, your envelope recipient has been denied
        spectator does not exist
        that domain or user isn't in my list
        this email address is wrong or no longer valid
        unknown e-mail address
        unknown email address
        unknown local part
        unknown local-part
        unknown mailbox
        unknown or illegal
        unknown recipient
        unknown user
        unknown virtual user
        user * does not exist
        user * was not found
        user (*) unknown
        user does not exist
        user missing home directory
        user name does not refer to a virtual user
        user not active
        user not exist
        user not found
        user not known
        user unknown
        utilisateur inconnu
    """,
    Cause.RECIPIENT_REFUSES: """
        accepting mail from specific email addresses
        bounced address
        cannot route mail to user
        has restricted sms e-mail
        is not accepting any mail
        message rejected due to user rules
        not found recipient account
        not in the list mail address management
        not currently being accepted for this mailbox
        recipient id refuse to receive mail
        recipient preferences
        resolver.rst.notauthorized
        this account is protected by
        user refuses to receive this mail
        user reject
        you have been blocked by the recipient
    """,
    Cause.SENDER_REFUSED: """
        access denied (in reply to mail from
        access denied (sender blacklisted)
        access denied, banned sender
        accept mail from~senders to accept
        address rejected
        administrative prohibition
        backscatter protection detected
        batv failed
        batv validation
        batv defense
        blank from: addresses are not allowed
        bogus mail from
        but sender was rejected
        connections not accepted from servers without a valid sender domain
        delivery not authorized, message refused
        denied [bouncedeny]
        denied by secumail
        does not exist e2110
        domain of sender address
        email address is not verified
        email address is on senderfilterconfig list
        emetteur invalide
        empty envelope senders
        envelope blocked
        from: domain is invalid
        fully qualified email address required
        invalid domain, see <url:
        invalid sender
        ip addresses are not allowed as a from
        is not a registered gateway user
        list of senders to accept mail from
        mail from not owned by user
        mail sending denied
        mx records for
        no third-party dsns
        not a member of this mailing list
        not member article
        not allowed to post to this mailing list
        null sender is not allowed
        recipient addresses rejected : access denied
        recipient not accepted. (batv
        recursive cname records
        returned mail not accepted here
        rule imposed mailbox access
        sender address has been blacklisted
        sender address rejected
        sender denied
        sender domain is empty
        sender email address rejected
        sender is in my black list
        sender is spammer
        sender not in allowed-senders
        sender not pre-approved
        sender rejected
        sender verify failed
        sender was not authenticated
        sending to/from an address that has been blacklisted
        syntax error: empty email address
        this server does not accept mail from
        transaction failed unsigned dsn
        unroutable sender address
        groups.google.com/support/
        you may not have permission to post messages to the group
        your access to submit messages to this e-mail system has been rejected
    """,
    Cause.DOMAIN_NOT_FOUND: """
        553 * does not exist
        account or domain may not exist
        all host address lookups failed permanently
        all relevant mx records point to non-existent hosts
        because the domain is not reachable
        couldn't find any host
        dns error: domain name not found
        dns server returned answer with no data
        domain does not exist
        domain is not reachable
        domain must exist
        host or domain name not found
        host unknown
        host unreachable
        illegal host/domain name
        invalid domain name
        mail domain mentioned in email address is unknown
        name or service not known
        no such domain
        remote domain doesnt exist
        smtpsend.dns.nonexistentdomain
        unable to find the recipient domain
        able to find the recipient domain
        unknown domain name
        unknown host
        unroutable address
        unrouteable address
    """,
    Cause.BLOCKED_AS_SPAM: """
        - spam. see
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
        greylisted
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
    Cause.RATE_LIMITED: """
        at maximum connection limit
        connection frequency limited
        connection rate limit
        daily message quota exceeded
        daily sending quota exceeded
        daily smtp relay limit exceeded
        exceeded permitted limits
        exceeded the max emails per hour
        exceeded the max number of messages
        has exceeded their limit for
        is receiving mail at a rate that prevents
        is receiving mail too quickly
        mails per session
        maximum sending rate exceeded
        message receive limit
        message threshold exceeded
        peak smtp relay limit exceeded
        per-domain connection limit
        rate limited
        recipient thread limit exceeded
        sending limit is exceeded
        submission quota exceeded
        tenant has exceeded threshold
        throttling failure
        too many concurrent smtp connections
        too many connections
        too many errors from your ip
        too many messages this hour
        too many recipients
        too many sessions
        too many smtp sessions
        trop de connexions
        we have already made numerous attempts to deliver
    """,
    Cause.REPUTATION: """
        (*@*:blocked)
        .barracudacentral.org
        access denied, bad helo
        access denied, please try again later
        access denied. ip name lookup failed
        access denied...
        access from ip address * blocked
        bad dns ptr
        bad ptr
        bad sender ip
        bad reputation
        banned sending ip
        blacklisted by
        blocked - see http
        blocked by ldap
        blocked using
        by invalid rdns record
        can't determine purported responsible address
        cannot find your hostname
        cannot find your reverse hostname
        cannot resolve your address
        client host rejected
        confirm this mail server
        connect to the * ip has been blocked
        connection dropped
        connection refused by
        connection reset by peer
        connection was dropped by remote host
        connections not accepted from ip
        connections will not be accepted from *, because the ip
        currently sending spam see
        dns lookup failure: * try again later
        dnsbl
        domain * mismatches client ip
        domain does not exist:
        dynamic/zombied/spam ips blocked
        email blocked by
        error: no valid recipients from
        esmtp not accepting connections
        extreme bad ip profile
        fix reverse dns
        go away
        helo command rejected
        host network not allowed
        hosts with dynamic ip
        invalid ip for sending mail of domain
        ip * is blocked by
        ip address blacklisted
        ip address is listed
        ip has a poor reputation
        ip has been * blocked
        ip has been blocked
        ip is listed on
        ip/domain reputation problems
        ips with missing ptr records
        is in a black list
        is in an *rbl on
        low reputation
        mail from * refused:
        mail server at * is blocked
        mail servers must have a ptr record
        message from * rejected based on blacklist
        missing or bad ptr
        must have a reverse dns record
        no access from mail server
        no matches to nameserver query
        no ptr record
        no rdns
        no reverse dns
        not currently accepting mail from your ip
        on our block list
        please get a custom reverse dns name
        please use the smtp server of your isp
        poor email reputation
        poor reputation
        ptr record setup
        rbl reject
        refused - see http
        refused to talk to me: * blocked
        rejected - multi-blacklist
        rejected because the sending mta or the sender has not passed validation
        rejecting open proxy
        reverse dns failed
        reverse dns for this ip failed
        reverse dns lookup for host
        reverse dns required
        said: 550 blocked
        sender ip address rejected
        sender ip reverse lookup rejected
        server access forbidden by your ip
        server ip * listed as abusive
        service not available, closing transmission channel
        service permits * unverifyable sending ips
        smtp error from remote mail server after initial connection
        spamcop.net/bl
        spamhaus.org/query
        spamhaus xbl
        suspiciously like spammer
        temporarily deferred due to
        the domain * is blacklisted
        the email * is blacklisted
        the ip * is blacklisted
        to submit messages to this e-mail system has been rejected
        too many invalid recipients
        too many spams from your ip
        too many unwanted messages have been sent
        unresolvable relay host name
        unusual rate of unsolicited mail
        veuillez essayer plus tard. service refused, please try later. ~103
        veuillez essayer plus tard. service refused, please try later. ~510
        was blocked by
        we do not accept mail from dynamic ips
        we do not accept mail from hosts
        you are not allowed to connect
        you are sending spam
        your email address has been blacklisted
        your network is temporary blacklisted
        your server requires confirmation
    """,
    Cause.AUTHENTICATION_FAILED: """
        bad spf record
        dmarc
        dkim check
        dkim validation
        dkim sender invalid
        either spf or dkim
        does not pass~verification and has a
        fails to pass authentication
        is not allowed to send from <*> per it's spf record
        is not allowed to send mail from
        is not allowed to send mail.~_401
        inspect your spf settings
        required authentication level
        sender policy framework
        spf check
        spf record
        spf.pobox.com
        unauthenticated email
    """,
    Cause.POLICY: """
        account not subscribed to ses
        an illegal attachment
        attachment extension is forbidden
        authentication credentials invalid
        authentication failed; server
        authentication failure
        authentication required
        authentication turned on in your email client
        authentification requise
        because the recipient is not accepting mail with
        by non-member to a members-only list
        closed mailing list
        codes d'authentification invalide
        content presents a potential
        denied by policy
        dmarc policy
        domain * is a dead domain
        email not accepted for policy reasons
        email policy violation
        email rejected due to security policies
        executable files are not allowed
        header are not accepted
        header error
        is not authorized to perform ses:sendrawemail
        local policy
        message bounced due to organizational settings
        message given low priority
        message not accepted for policy reasons
        messages with multiple addresses
        not subscribed to this group
        please turn on smtp authentication
        policy violation
        posts without solving a captcha
        protocol violation
        rejected by organization policy
        rejected for policy reasons
        security alert:
        suspicious account activity
        starttls is required
        tls required
        unauthenticated senders not allowed
        verification failure
        was rejected by organization
        we do not accept messages containing images or other attachments
        you are not authorized to send mail, authentication is required
        you don't authenticate or the domain isn't
    """,
    Cause.VIRUS: """
        contains prohibited virus
        has been used by recent viruses
        infected with a virus
        it has a potentially executable attachment
        virus detected
        virus infected
    """,
    Cause.SYSTEM_TROUBLE: """
        aliasing/forwarding loop broken
        automatic homedir creator crashed
        bad interpreter: no such file
        can't create user output file
        could not load drd for domain
        delivery to file forbidden
        delivery to pipe forbidden
        domain's dns violates rfc 1035
        duplicated message-id
        error in automatic homedir creation
        error while executing qmail-forward
        failed to be replicated
        insufficient system
        internal error reading data
        internal server error
        interrupted system call
        it encountered an error while being processed
        it would create a mail loop
        ldap attribute is not given
        ldap lookup
        ldap server
        loop back warning
        loop was found in the mail exchanger
        loops back to myself
        local configuration error
        local delivery failed
        local error in processing
        mail system configuration error
        mail system full
        no space left to finish writing
        not enough free space
        queue file write error
        recipient deferred because there is no mdb
        remote server is misconfigured
        requested mail action aborted: exceeded storage
        server busy
        server configuration error
        service currently unavailable
        several matches found in domino directory
        system config error
        system resources
        temporary file write error
        temporary local problem
        temporary mta failure
        temporary server error
        temporary system problem
        timeout waiting for input
        transaction failed
        values in ldap attribute
        detected a loop condition
    """,
    Cause.NETWORK_TROUBLE: """
        address family mismatch on destination mxs
        all routes to destination blocked
        bad dns lookup error code
        could not connect and send the mail to
        could not retrieve source address
        dns lookup failed
        dns records for the destination computer could not be found
        establish an smtp connection
        had no relevant answers
        hop count exceeded
        host is unreachable
        host name lookup failure
        host not found, try again
        listed as a best-preference mx
        loop detected
        lost connection with
        mail forwarding loop
        mail loop
        malformed name server reply
        malformed or unexpected name server reply
        maximum forwarding loop
        maximum hop count
        message looping
        network error on destination mxs
        no mx found for
        no route to host
        no valid route to
        nxdomain
        probably in a routing loop
        responded with code nxdomain
        routing loop detected
        temporary failure in mx lookup
        too many hops
        unable to resolve route
        unrouteable mail domain
    """,
    Cause.EXPIRED: """
        connection timed out
        could not contact dns servers
        could not deliver for the last
        could not find a gateway for
        delivery attempts will continue
        delivery expired
        delivery failed * attempts
        delivery time expired
        delivery timeout
        did not accept our requests to connect
        envelope expired
        failed to deliver to domain
        giving up on
        has been delayed
        has not been collected after
        have been failing for a long time
        host not reachable
        message expired
        message timed out
        operation timed out
        queue too long
        retry time not reached
        retry timeout exceeded
        server did not respond
        timeout - closing connection
        unable to deliver message after multiple retries
        unable to deliver this message after
        was not delivered within
        was not reachable within the allowed queue period
        your message could not be delivered for more than
        could not be delivered for * days
    """,
    Cause.CONTENT_REJECTED: """
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
    Cause.TAKES_NO_MAIL: """
        an mx or srv record indicated no smtp service
        does not accept mail
        doesn't receive email
        destination seem to reject all mails
        mail receiving disabled
        name server: .: host not found
        no host found for existing smtp connection
        no mx record found for domain=
        no route for current request
        null mx
        nullmx
        smtp protocol returned a permanent error
        system not accepting network messages
    """,
    Cause.DELIVERY_PROGRAM_FAILED: """
        bin/maildrop
        bin/procmail
        command died with status
        command failed:
        command output:
        exit * #
        mailer error
        pipe to |/
        procmail:
        x-unix; *
    """,
    Cause.AWAY: """
        i am away on vacation
        i am away until
        i am out of the office
        i will be traveling for work on
        i'm away until
        out of the office until
    """,
}

_NOBODY = """
    *@* rejected
    *@*... no such user
    *@* is not a valid user
    address couldn't be found
    invalid final delivery userid
    msexch:~unknown recipient
    no valid recipients for this mm
    non répertorié dans l'annuaire
    not listed in domino directory
    not listed in public name & address book
    recipient address rejected: access denied
    recipient name is not recognized
    requested action not taken: mailbox unavailable
    unknown user: *@*
    ディレクトリには見つかりません
    ディレクトリのリストにありません
"""


def _test(saying: str) -> tuple[str, Callable[[str], object] | None]:
    """A literal that the text has to hold and, for a saying with gaps, the exact test."""
    if "*" not in saying and "~" not in saying:
        return saying, None
    pieces = re.split(r"([*~])", saying)
    pattern = "".join(
        {"*": r"[^\s]{1,200}", "~": r".{0,80}?"}.get(piece) or re.escape(piece) for piece in pieces
    )
    longest = max(pieces, key=len)
    return longest, re.compile(pattern, re.DOTALL).search


_TESTS = {
    cause: tuple(_test(line.strip()) for line in sayings.strip().splitlines())
    for cause, sayings in _SAYINGS.items()
}

_NOBODY_TESTS = tuple(_test(line.strip()) for line in _NOBODY.strip().splitlines())


def names_nobody(text: str) -> bool:
    """Whether a directory itself says, in a lower-case text, that it does not know the name."""
    return _any(_NOBODY_TESTS, text)


def says(cause: Cause, text: str) -> bool:
    """Whether a lower-case text holds one of the phrases of this cause."""
    return _any(_TESTS.get(cause, ()), text)


def _any(tests: tuple[tuple[str, Callable[[str], object] | None], ...], text: str) -> bool:
    for literal, search in tests:
        if literal in text and (search is None or search(text)):
            return True
    return False
