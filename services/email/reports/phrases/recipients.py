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
    Cause.MAILBOX_FULL: """
        userdisk quota
        domaindisk quota
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
        out of storage space
        insufficient mailbox storage
        mailbox store is full
        mail box full
        mail box is full
        mailbox is almost full
        mailbox has reached
        mailbox capacity
        mailbox size exceeded
        mailbox storage
        no room in mailbox
        exceeds quota
        exceeds its quota
        exceeded its quota
        exceeded the quota
        above quota
        storage limit
        storage is full
        inbox is full
        account is full
        not enough space in
        căsuța poștală este plină
        casuta postala este plina
        căsuța poștală e plină
        căsuță poștală plină
        spațiul de stocare a fost depășit
        postfach des empfängers ist voll
        speicherplatz des postfachs
        buzón está lleno
        buzon esta lleno
        boîte de réception est pleine
        boîte aux lettres du destinataire est pleine
        casella di posta è piena
        casella del destinatario è piena
        caixa de correio cheia
        caixa de entrada está cheia
        postvak is vol
        postvak van de ontvanger is vol
        skrzynka jest pełna
        skrzynka odbiorcy jest pełna
        boîte aux lettres pleine
        boite aux lettres pleine
        quota dépassé
        casella piena
        casella di posta piena
        postfach ist voll
        postfach voll
        buzón lleno
        buzon lleno
        cuota excedida
        caixa postal cheia
        ящик переполнен
        邮箱已满
        邮箱空间不足
    """,
    Cause.MAILBOX_INACTIVE: """
        account disabled
        account has been disabled
        account has been temporarily suspended
        account is disabled
        account is locked email bounced
        account is temporarily limited
        boite du destinataire archivee
        email account that you tried to reach is disabled
        email account that you tried to reach is inactive
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
        account deactivated
        account has been deactivated
        account is deactivated
        account is suspended
        account suspended
        account has been closed
        account is closed
        account terminated
        account has expired
        user is disabled
        user(s) account is disabled
        mailbox has been deactivated
        mailbox is deactivated
        mailbox is suspended
        mailbox has been disabled
        mailbox is locked
        konto ist gesperrt
        compte désactivé
        аккаунт заблокирован
    """,
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
