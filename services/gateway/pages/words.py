"""The words of the console for the codes that services answer with, and the state of each."""

from services.gateway.pages.models import State


def _(message: str) -> str:
    """Mark a message for extraction; it is translated when a page is rendered."""
    return message


STATUS: dict[str, tuple[State, str]] = {
    "active": ("ok", _("Active")),
    "inactive": ("idle", _("Inactive")),
    "invited": ("warn", _("Invited, not signed in yet")),
    "suspended": ("bad", _("Suspended")),
    "deleted": ("bad", _("Deleted")),
    "blocked": ("blocked", _("Mail blocked")),
    "assigned": ("ok", _("Assigned")),
    "expired": ("bad", _("Expired")),
    "expiring": ("warn", _("Expires soon")),
    "overused": ("bad", _("More used than bought")),
    "connected": ("ok", _("Connected")),
    "issues": ("warn", _("Connected, with issues")),
    "offline": ("bad", _("Offline")),
    "never_seen": ("idle", _("Never connected")),
    "completed": ("ok", _("Completed")),
    "processing": ("idle", _("In progress")),
    "cancelled": ("bad", _("Cancelled")),
    "verified": ("ok", _("Verified")),
    "claimed": ("warn", _("Claimed, not verified")),
    "trial": ("warn", _("Trial")),
    "open": ("idle", _("Open")),
    "waiting": ("warn", _("Waiting")),
    "solved": ("ok", _("Solved")),
    "granted": ("ok", _("Granted")),
    "rejected": ("bad", _("Rejected")),
    "withdrawn": ("idle", _("Withdrawn")),
    "stopped": ("bad", _("Stopped")),
    "ended": ("idle", _("Ended")),
    "watching": ("warn", _("Watching the next delivery")),
    "delivered_again": ("ok", _("Delivered again")),
    "blocked_again": ("blocked", _("Blocked again")),
    "done": ("ok", _("Done")),
    "refused": ("warn", _("Refused")),
    "failed": ("bad", _("Failed")),
    "live": ("ok", _("In force")),
    "used": ("idle", _("Used")),
    "revoked": ("bad", _("Taken back")),
}

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
}

MAIL_KIND: dict[str, str] = {
    "welcome": _("Welcome mail"),
    "caller_check": _("Caller check"),
    "invitation": _("Meeting invitation"),
    "password": _("Password reset"),
    "notice": _("Notice"),
    "code": _("Caller check"),
    "other": _("Mail of another system"),
}

CAUSE: dict[str, str] = {
    "no_such_mailbox": _("No such mailbox."),
    "mailbox_full": _("The mailbox is full."),
    "mailbox_disabled": _("The mailbox is switched off."),
    "domain_not_found": _("The domain does not exist or takes no mail."),
    "content_refused": _("The receiving system refused the content."),
    "policy": _("A rule of the receiving system refused the mail."),
    "reputation": _("The receiving system does not trust our sender."),
    "greylisted": _("The receiving system asked us to try later."),
    "too_large": _("The mail is too large."),
    "authentication": _("Our sender could not be authenticated."),
    "network": _("The receiving system could not be reached."),
    "complaint": _("The recipient reported a mail as spam."),
    "unsubscribed": _("The recipient unsubscribed."),
    "manual": _("An admin blocked the address."),
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
}

FAULT: dict[str, str] = {
    "recipient": _("Fault: recipient"),
    "receiver": _("Fault: receiving system"),
    "us": _("Fault: our side"),
    "nobody": _("No fault"),
    "unknown": _("Fault: not known"),
}

NEXT: dict[str, str] = {
    "check_then_remove": _("Check the caller, then remove the address from the blocklist."),
    "check_first": _("Check the caller first."),
    "remove": _("Remove the address from the blocklist."),
    "resend": _("Re-send the welcome mail."),
    "ask_address": _("Ask for a correct address; the customer admin changes it."),
    "ask_admin": _("Ask the customer admin."),
    "ask_partner_admin": _("Ask a partner admin of your company."),
    "ask_recipient": _("The recipient must agree first."),
    "wait": _("Wait for the receiving system; it is tried again by itself."),
    "report": _("Report it to the platform team; nothing is wrong with the user."),
    "nothing": _("Nothing to do."),
    "open_ticket": _("Open a ticket of this customer and start from it."),
    "sign_in_again": _("Sign in again."),
    "try_again": _("Try again in a minute."),
    "request_access": _("Request access from the customer."),
    "end_view": _("End the view that runs, then open a new one."),
    "wait_for_customer": _("Wait for the customer’s answer."),
    "next_wait": _("Wait for the receiving system; it is tried again by itself."),
    "next_wait_for_delivery": _("Wait for the next delivery; it is watched."),
    "next_look_in_spam": _("Ask the caller to look in the spam folder."),
    "next_ask_for_consent": _("The recipient must agree first."),
    "next_ask_partner_admin": _("Ask a partner admin of your company."),
    "next_remove_block": _("Remove the address from the blocklist."),
    "next_resend": _("Send it again."),
    "next_send_new_code": _("Send a new code."),
    "advice_no_such_mailbox": _("Ask for a correct address; the customer admin changes it."),
    "advice_moved": _("Ask for the new address; the customer admin changes it."),
    "advice_domain_not_found": _("Ask for a correct address; the customer admin changes it."),
    "advice_takes_no_mail": _("Ask the customer admin."),
    "advice_mailbox_full": _("Ask the recipient to make room, then send it again."),
    "advice_mailbox_inactive": _("Ask the customer admin."),
    "advice_recipient_refuses": _("Ask the recipient’s mail admin to let our sender in."),
    "advice_relaying_denied": _("Ask the recipient’s mail admin."),
    "advice_expired": _("Ask the recipient’s mail admin, then send it again."),
    "advice_network_trouble": _("Wait, then send it again."),
    "advice_system_trouble": _("Wait, then send it again."),
    "advice_delivery_program_failed": _("Ask the recipient’s mail admin."),
    "advice_reputation": _("Report it to the platform team; nothing is wrong with the user."),
    "advice_sender_refused": _("Report it to the platform team; nothing is wrong with the user."),
    "advice_authentication_failed": _(
        "Report it to the platform team; nothing is wrong with the user."
    ),
    "advice_policy": _("Ask the recipient’s mail admin to let our sender in."),
    "advice_blocked_as_spam": _("Ask the recipient’s mail admin to let our sender in."),
    "advice_virus": _("Report it to the platform team; nothing is wrong with the user."),
    "advice_content_rejected": _("Report it to the platform team; nothing is wrong with the user."),
    "advice_too_big": _("Report it to the platform team; nothing is wrong with the user."),
    "advice_rate_limited": _("Wait, then send it again."),
    "advice_protocol_error": _("Report it to the platform team; nothing is wrong with the user."),
    "advice_complained": _("The recipient must agree first."),
    "advice_away": _("Nothing to do."),
    "advice_delivered": _("Nothing to do."),
    "advice_unknown": _("Open the evidence, then ask the recipient’s mail admin."),
}

LIFTS: dict[str, str] = {
    "partner_admin": _("A partner admin of your company can lift this."),
    "customer_admin": _("The customer admin can lift this."),
    "recipient": _("Only the recipient can lift this."),
    "time": _("It lifts by itself with time."),
    "caller_check": _("A caller check lifts this."),
    "nobody": _("Nobody can lift this."),
}

RULE: dict[str, str] = {
    "no_role": _("This page needs a role that you do not hold."),
    "ticket_required": _("This action needs an open ticket."),
    "ticket_closed": _("The ticket is closed."),
    "ticket_other_customer": _("The ticket belongs to another customer."),
    "no_consent": _("The customer has not allowed this view."),
    "check_required": _("This action needs a caller check of at most 10 minutes ago."),
    "complaint_consent": _("A complaint needs the recipient’s consent."),
    "third_removal": _("Removed three times in 30 days; the address is locked."),
    "own_role": _("Nobody changes their own role."),
    "last_admin": _("The last admin of a partner cannot be removed."),
    "quota": _("Too many requests in a short time."),
    "read_only": _("This view is read-only. Nothing was changed."),
    "not_in_view": _("This section was not allowed."),
    "view_running": _("A view of yours runs already."),
    "view_ended": _("This view has ended already."),
    "already_requested": _("A request is open already."),
    "no_admin": _("The customer has no admin who could consent"),
    "partners_blocked": _("The customer has blocked all partners."),
    "partners_not_blocked": _("No partner is blocked."),
    "answered": _("This request was answered already."),
    "lapsed": _("Nobody answered this request in time."),
    "revoked": _("This consent was taken back already."),
    "role_held": _("The person has this role already."),
    "role_not_held": _("The person does not have this role."),
    "not_blocked": _("The address is not on the blocklist."),
    "address_blocked": _("Not while the address is on the blocklist."),
    "not_resendable": _("This mail is not sent again."),
    "user_inactive": _("The user is not active."),
    "code_used": _("This code was used already."),
    "form_used": _("This form was sent already, with something else in it."),
}

NOTICE: dict[str, str] = {
    "removed": _("The address is off the blocklist. The next delivery is watched."),
    "resent": _("The welcome mail is on its way."),
    "code_sent": _("The code was sent to %(subject)s."),
    "access_requested": _("%(subject)s was asked for access. You see the answer here."),
    "granted": _("%(subject)s may look now. You can stop it at any time."),
    "rejected": _("The request of %(subject)s was rejected."),
    "view_stopped": _("The view of %(subject)s was stopped."),
    "view_ended": _("The view of %(subject)s has ended."),
    "role_assigned": _("%(subject)s has the role now."),
    "role_removed": _("%(subject)s no longer has the role."),
    "saved": _("Saved."),
    "new_bounce": _("A new mail to %(subject)s bounced."),
    "exported": _("The export is ready."),
    "refused": _("Refused: %(subject)s"),
    "read_only": _("This view is read-only. Nothing was changed."),
    "failed": _("It did not work. Nothing changed."),
    "partly": _("One part did not load. Nothing changed."),
    "code_on_its_way": _("The code is on its way."),
    "customer_asked": _("The customer was asked for access. You see the answer here."),
    "view_stopped_now": _("The view was stopped."),
    "partners_blocked": _("All partners are blocked. Views have ended."),
    "partners_unblocked": _("Partners may ask again."),
    "consent_revoked": _("It was taken back. Views on it have ended."),
    "role_taken": _("The role was taken away. What ran on it has ended."),
} | {f"rule_{code}": text for code, text in RULE.items()}

PROBLEM: dict[str, str] = {
    "required": _("Fill in this field."),
    "reason_required": _("Write a reason; auditors will ask for it."),
    "reason_short": _("Write a reason of at least 10 characters."),
    "code_format": _("Enter the 8 digits, 4 and 4."),
    "code_wrong": _("The code is not right."),
    "person_unknown": _("Nobody with this address has signed in at your company."),
    "date_past": _("Choose a day in the future."),
    "date_format": _("Write the time as day and hour."),
    "section_required": _("Choose at least one section."),
    "minutes_range": _("Choose 5 to 60 minutes."),
    "query_short": _("Write at least 2 characters."),
    "range": _("The end must be after the start."),
    "choice": _("Choose one of the list."),
    "characters": _("This holds characters that cannot be used here."),
    "too_long": _("This is too long."),
    "invalid": _("Check this field."),
    "ticket_format": _("Use letters, digits, dots and hyphens only."),
    "account_unknown": _("Nobody here has this address."),
}

SECTION: dict[str, str] = {
    "overview": _("Overview"),
    "users": _("Users"),
    "devices": _("Devices"),
    "licences": _("Licences"),
    "sites": _("Meeting sites"),
    "domains": _("Domains"),
    "settings": _("Settings"),
    "orders": _("Orders"),
}

ROLE: dict[str, str] = {
    "helpdesk": _("Help Desk"),
    "partner_admin": _("Partner admin"),
    "customer_admin": _("Customer admin"),
    "auditor": _("Auditor"),
    "helpdesk_read_only": _("Help Desk, read only"),
}

COLUMN: dict[str, str] = {
    "name": _("Name"),
    "address": _("E-mail address"),
    "status": _("Status"),
    "model": _("Model"),
    "serial": _("Serial number"),
    "mac": _("MAC address"),
    "subscription": _("Subscription"),
    "bought": _("Bought"),
    "used": _("Used"),
    "site": _("Meeting site"),
    "type": _("Type"),
    "organization": _("Organization"),
    "users": _("Users"),
    "domains": _("Domains"),
    "admin": _("Admin"),
    "query": _("Search text"),
    "reason": _("Reason"),
    "ticket": _("Ticket"),
    "user": _("User"),
    "customer": _("Customer"),
    "refusal": _("Refusal"),
    "shown": _("Shown"),
}

ACTION: dict[str, str] = {
    "search.search": _("Searched"),
    "search.suggest": _("Typed in the search bar"),
    "identity.me.get": _("Asked who they are"),
    "identity.user.get": _("Opened a user"),
    "identity.user.list": _("Listed users"),
    "identity.device.list": _("Listed devices"),
    "identity.organization.get": _("Opened the customer page"),
    "identity.organization.list": _("Listed customers"),
    "identity.field.reveal": _("Revealed a personal field"),
    "identity.role.list": _("Looked at roles"),
    "identity.role.assign": _("Assigned a role"),
    "identity.role.remove": _("Removed a role"),
    "identity.signin.complete": _("Signed in"),
    "identity.signin.list": _("Looked at own sign-ins"),
    "identity.signin.end": _("Signed out"),
    "identity.directory.import": _("Imported directory data"),
    "identity.account.link": _("Linked an account"),
    "email.mail.get": _("Looked at the mail of a user"),
    "email.mail.watch": _("Watched the mail of a user"),
    "email.evidence.get": _("Read the evidence of a mail"),
    "email.blocklist.remove": _("Removed an address from the blocklist"),
    "email.message.resend": _("Sent a mail again"),
    "email.message.send": _("Sent a mail"),
    "email.caller-check.send": _("Sent a caller check"),
    "email.caller-check.verify": _("Entered the code of a caller"),
    "email.caller-check.get": _("Looked at a caller check"),
    "session.access.request": _("Asked for access"),
    "session.access.get": _("Looked whether access is allowed"),
    "session.access_request.list": _("Looked at requests for access"),
    "session.access_request.answer": _("Answered a request for access"),
    "session.consent.grant": _("Access was granted"),
    "session.consent.revoke": _("A consent was taken back"),
    "session.consent.list": _("Looked at consents"),
    "session.consent.receipt": _("A consent receipt was handed out"),
    "session.partners.block": _("All partners were blocked"),
    "session.partners.unblock": _("Partners may ask again"),
    "session.view.start": _("Opened the portal view"),
    "session.view.end": _("Ended the portal view"),
    "session.view.change": _("Tried a change in the portal view"),
    "session.view.list": _("Looked at running views"),
    "audit.action.query": _("Read the audit log"),
    "audit.action.get": _("Read an audit record"),
    "audit.activity.get": _("Looked at the activity"),
    "audit.session.list": _("Looked at sessions"),
    "audit.checkpoint.get": _("Looked at the checkpoint"),
    "audit.organization.list": _("Looked at the activity"),
    "audit.log.export": _("Exported audit records"),
    "calls_without_token": _("Calls without a token"),
}

TOGGLE_SOURCE: dict[str, str] = {
    "organization": _("set by the organization"),
    "user": _("set for this user"),
    "platform": _("default of the platform"),
}

FIELD: dict[str, str] = {
    "emails:0": _("e-mail address"),
    "phone_numbers:0": _("phone number"),
    "email": _("e-mail address"),
    "phone": _("phone number"),
}

REPORT: dict[str, str] = {
    "reply": _("Answer to our mail system"),
    "bounce": _("Bounce"),
    "complaint": _("Complaint"),
    "auto_reply": _("Automatic answer"),
    "delay": _("Delay"),
    "delivery": _("Delivery"),
}

DIGEST: dict[str, tuple[State, str]] = {
    "match": ("ok", _("Digest matches the record")),
    "differs": ("blocked", _("Digest differs from the record")),
    "erased": ("warn", _("Parts were erased since; the rest matches")),
    "recorded": ("idle", _("Digest as it was recorded")),
}

CHECK: dict[str, tuple[State, str]] = {
    "ready": ("idle", _("Not checked")),
    "sent": ("pending", _("Waiting for the caller")),
    "confirmed": ("ok", _("Caller confirmed")),
    "wrong": ("warn", _("Wrong code")),
    "expired": ("warn", _("The code has expired")),
    "locked": ("blocked", _("Locked")),
    "cannot_arrive": ("bad", _("The code cannot arrive")),
    "not_me": ("blocked", _("The user said: this was not me")),
}

CONSENT: dict[str, tuple[State, str]] = {
    "none": ("idle", _("No consent")),
    "asked": ("pending", _("Waiting for the customer")),
    "granted": ("ok", _("Consent given")),
    "running": ("ok", _("A view is running")),
    "rejected": ("bad", _("The customer rejected the request")),
    "blocked": ("blocked", _("The customer blocks all partners")),
    "no_admin": ("warn", _("The customer has no admin who could consent")),
}

WITH_STATE: dict[str, dict[str, tuple[State, str]]] = {
    "status": STATUS,
    "mail": MAIL,
    "digest": DIGEST,
    "check": CHECK,
    "consent": CONSENT,
}

PLAIN: dict[str, dict[str, str]] = {
    "mail_kind": MAIL_KIND,
    "cause": CAUSE,
    "fault": FAULT,
    "next": NEXT,
    "lifts": LIFTS,
    "rule": RULE,
    "notice": NOTICE,
    "problem": PROBLEM,
    "section": SECTION,
    "role": ROLE,
    "action": ACTION,
    "toggle_source": TOGGLE_SOURCE,
    "field": FIELD,
    "report": REPORT,
    "column": COLUMN,
}


def state_of(group: str, code: str) -> State:
    """Return the state of a code; idle for a code of a newer service."""
    known = WITH_STATE[group].get(code)
    return known[0] if known else "idle"


def word_of(group: str, code: str) -> str:
    """Return the English word of a code; the code itself, spaced, when a newer service sent it."""
    if group in WITH_STATE:
        known = WITH_STATE[group].get(code)
        return known[1] if known else code.replace("_", " ")
    return PLAIN[group].get(code, code.replace("_", " "))
