"""Phrases: what a system says of the sender and its server."""

from collections.abc import Mapping

from services.email.reports.model import Cause

OURS = """
    blocked using
    domain of sender address
    error: no valid recipients from
    is on our blacklist
    not allowed to send from
    not allowed to send mail from
    sender address rejected
    sender denied
    sender email address rejected
    sender policy framework
    sender rejected
    sender verify failed
    spf check
"""

SAYINGS: Mapping[Cause, str] = {
    Cause.REPUTATION: """
        because the ip is in spamhaus's list
        forward dns entry does not point to the sending ip
        the ip* is blacklisted
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
    Cause.SENDER_REFUSED: """
        sending this from a different address or alias
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
        must issue a starttls
        authentification invalide
        (000b0981)
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
    Cause.RELAYING_DENIED: """
        no relaying
        specified domain is not allowed
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
    Cause.RATE_LIMITED: """
        please try again slower
        receiving mail at a rate that prevents
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
}
