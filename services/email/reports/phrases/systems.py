"""Phrases: what a system says of itself and of the way to another."""

from collections.abc import Mapping

from services.email.reports.model import Cause

SAYINGS: Mapping[Cause, str] = {
    Cause.EXPIRED: """
        message * has been frozen
        was frozen on arrival
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
    Cause.GREYLISTED: """
        greylisted
        greylisting
        graylisted
        graylisting
    """,
    Cause.NETWORK_TROUBLE: """
        (00120270)
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
    Cause.SYSTEM_TROUBLE: """
        (00010256)
        (000d06b5)
        rejected by next-hop mta
        unable to relay message back to mta
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
        insufficient disk space
        insufficient system
        internal error reading data
        illegal value in ldap attribute
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
        too many results returned but needs to be unique
        system error
        temporary local problem
        temporary mta failure
        temporary server error
        temporary system problem
        timeout waiting for input
        transaction failed
        values in ldap attribute
        detected a loop condition
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
        does not accept email
        does not accept e-mail
        doesn't accept mail
        doesn't accept email
        does not receive mail
        does not receive email
        indicated no mail service
        no smtp service
    """,
    Cause.PROTOCOL_ERROR: """
        angle-brackets nested too deep
        domain missing in source-routed address
        expected word or "<"
        malformed address:
    """,
    Cause.DELIVERY_PROGRAM_FAILED: """
        bin/maildrop
        || exit
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
}
