"""Phrases about a mailbox that is there and takes nothing."""

from collections.abc import Mapping

from services.email.reports.model import Cause

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
}
