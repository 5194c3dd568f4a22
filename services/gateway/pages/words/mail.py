"""Words of mails, of what they met, and of the blocklist."""

from services.gateway.pages.models import State
from services.gateway.pages.words.marking import _

MAIL: dict[str, tuple[State, str]] = {
    "queued": ("idle", _("Queued")),
    "sent": ("idle", _("Sent")),
    "delivered": ("ok", _("Delivered")),
    "delayed": ("warn", _("Delayed")),
    "bounced": ("bad", _("Bounced")),
    "complained": ("bad", _("Reported as spam")),
    "blocked": ("blocked", _("Blocked")),
    "not_sent": ("blocked", _("Not sent, address blocked")),
    "removed": ("ok", _("Block removed")),
    "pending": ("pending", _("Waiting for the answer")),
    "confirmed": ("ok", _("Confirmed by the caller")),
    "none": ("idle", _("No mail was sent yet")),
    "resent": ("idle", _("Sent again")),
    "block_expired": ("ok", _("Block ended by itself")),
    "vouch_asked": ("pending", _("Customer admin asked")),
    "vouched": ("ok", _("Customer admin vouched")),
    "consented": ("ok", _("Recipient agreed")),
    "lock_lifted": ("ok", _("Lock lifted")),
    "provider_removed": ("ok", _("Taken off the provider’s list")),
    "provider_added": ("blocked", _("On the provider’s list")),
    "provider_failed": ("warn", _("Provider’s list not changed yet")),
}

MAIL_KIND: dict[str, str] = {
    "welcome": _("Welcome mail"),
    "setup": _("Set-up mail"),
    "caller_check": _("Caller check"),
    "invitation": _("Invitation"),
    "password": _("Password reset"),
    "notice": _("Notice"),
    "code": _("Caller check"),
    "other": _("Mail of another system"),
    "alarm": _("Notice"),
    "consent": _("Request for consent"),
    "access": _("Notice"),
    "vouch": _("Notice"),
    "at_provider": _("At the mail provider"),
}

RESEND: dict[str, str] = {
    "forgotten": _("This person was forgotten."),
    "inactive": _("This user is not active and gets no mail."),
    "blocked": _("Not while the first address is on the blocklist."),
    "waiting": _("Not while the last one is still being sent."),
}

MAIL_LANGUAGE: dict[str, str] = {
    "": _("The customer’s language"),
    "en": _("English"),
    "ro": _("Romanian"),
    "de": _("German"),
}

CAUSE: dict[str, str] = {
    "no_such_mailbox": _("No such mailbox."),
    "mailbox_full": _("The mailbox is full."),
    "domain_not_found": _("The domain does not exist or takes no mail."),
    "policy": _("A rule of the receiving system refused the mail."),
    "reputation": _("The receiving system does not trust our sender."),
    "greylisted": _("The receiving system asked us to try later."),
    "delivered": _("The receiving system took the mail."),
    "waiting": _("The receiving system has not answered yet."),
    "unknown": _("The receiving system gave no cause."),
    "moved": _("The recipient has moved to another address."),
    "takes_no_mail": _("The receiving system takes no mail for this address."),
    "mailbox_inactive": _("The mailbox is not in use."),
    "recipient_refuses": _("The recipient refuses mail of this kind."),
    "sender_refused": _("The receiving system refuses our sender."),
    "authentication_failed": _("Our sender could not be authenticated."),
    "relaying_denied": _("The receiving system is not responsible for this address."),
    "blocked_as_spam": _("The receiving system took the mail for spam."),
    "virus": _("The receiving system found something harmful in the mail."),
    "content_rejected": _("The receiving system refused the content."),
    "too_big": _("The mail is too large."),
    "rate_limited": _("We sent too many mails in a short time."),
    "expired": _("It was tried for days without success."),
    "network_trouble": _("The receiving system could not be reached."),
    "system_trouble": _("The receiving system has trouble of its own."),
    "delivery_program_failed": _("A program of the receiving system failed."),
    "protocol_error": _("The two mail systems did not understand each other."),
    "complained": _("The recipient reported a mail as spam."),
    "away": _("The recipient is away; the mail was delivered."),
    "blocked": _("The address is on the blocklist."),
    "check_ended": _("The caller check had ended before."),
    "erased": _("The user was forgotten before."),
    "consent_ended": _("The request for consent had ended before."),
}

FAULT: dict[str, str] = {
    "recipient": _("Fault: recipient"),
    "receiver": _("Fault: receiving system"),
    "us": _("Fault: our side"),
    "nobody": _("No fault"),
    "unknown": _("Fault: not known"),
}

WAY: dict[str, str] = {
    "caller_check": _("A caller check through another address"),
    "customer_admin": _("The word of a customer admin"),
    "consent": _("The recipient’s own consent"),
    "trial": _("One trial in 30 days; the next mail is the probe"),
    "partner_admin": _("A partner admin lifts the lock"),
    "agent": _("Any agent, with a reason and a ticket"),
    "their_admin": _("The recipient’s mail admin lets our sender in"),
    "time": _("It ends by itself"),
}

WAY_STATE: dict[str, tuple[State, str]] = {
    "done": ("ok", _("Done")),
    "open": ("ok", _("Possible now")),
    "missing": ("pending", _("Step is missing")),
    "closed": ("idle", _("Not possible here")),
}

GROUND: dict[str, str] = {
    "caller_check": _("By a caller check"),
    "customer_admin": _("By the word of a customer admin"),
    "consent": _("By the recipient’s consent"),
    "trial": _("As a trial"),
    "temporary": _("The trouble was temporary"),
}

PROVIDER: dict[str, tuple[State, str]] = {
    "asked": ("pending", _("The provider was asked")),
    "done": ("ok", _("The provider’s list agrees")),
    "failed": ("warn", _("The provider did not do it yet; it is tried again")),
}

REPORT: dict[str, str] = {
    "reply": _("Answer to our mail system"),
    "bounce": _("Bounce"),
    "complaint": _("Complaint"),
    "auto_reply": _("Automatic answer"),
    "delay": _("Delay"),
    "delivery": _("Delivery"),
}
