"""Words of people and customers: their states, and what they allowed and are checked for."""

from services.gateway.pages.models import State
from services.gateway.pages.words.marking import _

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
    "bounced_again": ("bad", _("Bounced again")),
    "blocked_again": ("blocked", _("Blocked again")),
    "done": ("ok", _("Done")),
    "refused": ("warn", _("Refused")),
    "failed": ("bad", _("Failed")),
    "live": ("ok", _("In force")),
    "pending": ("idle", _("Begins later")),
    "used": ("idle", _("Used")),
    "revoked": ("bad", _("Taken back")),
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
    "mail": _("Mail status"),
}

ROLE: dict[str, str] = {
    "helpdesk": _("Help Desk"),
    "partner_admin": _("Partner admin"),
    "customer_admin": _("Customer admin"),
    "auditor": _("Auditor"),
    "helpdesk_read_only": _("Help Desk, read only"),
}

TICKET_STATE: dict[str, str] = {
    "open": _("Found open, of this customer"),
    "unchecked": _("Not checked: nothing keeps tickets here"),
    "down": _("Not checked: the ticket system was down"),
    "repeated": _("Checked at the first of equal requests"),
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

ENDED: dict[str, str] = {
    "agent": _("You ended the view."),
    "customer": _("The customer stopped the view."),
    "partner_admin": _("A partner admin of your company ended the view."),
    "time": _("The time of the view is over."),
    "idle": _("The view ended after 10 minutes without use."),
    "role": _("The view ended because you lost the role that it needs."),
    "relationship": _("The view ended because this customer is no longer yours."),
    "provider": _("The view ended because your sign-in provider signed you out."),
    "directory": _("The view ended because the directory ended your sign-in."),
    "sign_in": _("The view ended because your sign-in ended."),
}

FORGETTING: dict[str, tuple[State, str]] = {
    "asked": ("pending", _("Waits for a second person")),
    "lapsed": ("idle", _("Nobody confirmed it in 7 days")),
    "withdrawn": ("idle", _("Withdrawn")),
    "confirmed": ("pending", _("Is being forgotten")),
    "forgotten": ("ok", _("Forgotten")),
    "held": ("blocked", _("Legal hold")),
    "cleared": ("ok", _("Has cleared")),
    "waiting": ("pending", _("Has not cleared yet")),
    "outdated": ("warn", _("Still in clear")),
    "reissued": ("ok", _("Issued again")),
}

SERVICE: dict[str, str] = {
    "identity": _("Directory and sign-in"),
    "search": _("Search index"),
    "email": _("Mail"),
    "session": _("Portal views and consents"),
    "audit": _("Audit log"),
}
