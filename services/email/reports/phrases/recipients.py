"""Phrases: what a system says of the recipient."""

from collections.abc import Mapping

from services.email.reports.model import Cause

NOBODY = """
    550 unknown user *@*
    <*@*>... user not exist
    user (*@*) unknown
    recipientnotfound
    (000c05a6)
    *@* rejected
    *@*... no such user
    *@* is not a valid user
    address couldn't be found
    invalid final delivery userid
    msexch:~unknown recipient
    no mailbox here by that name
    user not found
    no valid recipients for this mm
    non répertorié dans l'annuaire
    not listed in domino directory
    not listed in public name & address book
    recipient address rejected: access denied
    recipient name is not recognized
    mail.local: unknown user
    (and other recipients in the same domain)
    taken: no such user here
    unknown user: *@*
    ディレクトリには見つかりません
    ディレクトリのリストにありません
    delivery error: dd this user doesn't have a * account
    căsuța poștală nu există
    casuta postala nu exista
    adresa nu există
    destinatarul nu există
    utilizatorul nu există
    utilizator inexistent
    adresa de e-mail nu a fost găsită
    benutzer unbekannt
    empfänger unbekannt
    unbekannter benutzer
    unbekannter empfänger
    empfänger existiert nicht
    postfach existiert nicht
    adresse existiert nicht
    konto existiert nicht
    kein solcher benutzer
    adresse wurde nicht gefunden
    el usuario no existe
    usuario no existe
    usuario desconocido
    destinatario desconocido
    la dirección no existe
    buzón no existe
    no se encontró la dirección
    utilisateur inconnu
    destinataire inconnu
    adresse inconnue
    l'adresse n'existe pas
    utente sconosciuto
    utente inesistente
    casella inesistente
    destinatario sconosciuto
    indirizzo inesistente
    usuário desconhecido
    usuário não existe
    destinatário desconhecido
    onbekende gebruiker
    gebruiker onbekend
    postvak bestaat niet
    nieznany użytkownik
    użytkownik nie istnieje
    skrzynka nie istnieje
"""

SAYINGS: Mapping[Cause, str] = {
    Cause.MOVED: """
        has been replaced by
        no longer on server
    """,
    Cause.NO_SUCH_MAILBOX: """
        address no longer accepts mail
        archived recipient
        no matches to nameserver query
        recipientnotfound
        mailbox unavaiable
        non-existent user
        rcpt (*) does not exist
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
        account not found
        account unknown
        no such account
        no account here
        unknown account
        address not found
        address is unknown
        not a known recipient
        is not a valid address
        recipient not recognized
        recipient is unknown
        recipient is invalid
        recipient cannot be found
        user doesn't exist
        user is unknown
        user unkown
        mailbox unknown
        mailbox name not allowed
        mailbox could not be found
        mailbox cannot be found
        no longer exists
        there is no such
    """,
    Cause.RECIPIENT_REFUSES: """
        (000c0595)
        5.2.0 message filtered
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
        domeniul nu există
        domain existiert nicht
        domäne existiert nicht
        el dominio no existe
        le domaine n'existe pas
        il dominio non esiste
        domain not found
        domain name does not exist
        domain unknown
        unknown domain
        no such host
        host not found (authoritative)
        domain of the recipient does not exist
        recipient domain does not exist
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
