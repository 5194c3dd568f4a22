"""The words of the console for the codes that services answer with, and the state of each."""

from services.gateway.pages.models import State
from services.gateway.pages.words.answers import (
    LIFTS,
    NEXT,
    NOTICE,
    PROBLEM,
    RULE,
)
from services.gateway.pages.words.audit import (
    ACTION,
    COLUMN,
    DELIVERY,
    DIGEST,
    EXPORT_FORMAT,
    REBUILT_WHY,
    REVIEW,
)
from services.gateway.pages.words.mail import (
    CAUSE,
    FAULT,
    GROUND,
    MAIL,
    MAIL_KIND,
    MAIL_LANGUAGE,
    PROVIDER,
    REPORT,
    RESEND,
    WAY,
    WAY_STATE,
)
from services.gateway.pages.words.people import (
    CHECK,
    CONSENT,
    ENDED,
    FIELD,
    FORGETTING,
    ROLE,
    SECTION,
    SERVICE,
    STATUS,
    TICKET_STATE,
    TOGGLE_SOURCE,
)

__all__ = [
    "ACTION",
    "CAUSE",
    "CHECK",
    "COLUMN",
    "CONSENT",
    "DELIVERY",
    "DIGEST",
    "ENDED",
    "EXPORT_FORMAT",
    "FAULT",
    "FIELD",
    "FORGETTING",
    "GROUND",
    "LIFTS",
    "MAIL",
    "MAIL_KIND",
    "MAIL_LANGUAGE",
    "NEXT",
    "NOTICE",
    "PLAIN",
    "PROBLEM",
    "PROVIDER",
    "REBUILT_WHY",
    "REPORT",
    "RESEND",
    "REVIEW",
    "ROLE",
    "RULE",
    "SECTION",
    "SERVICE",
    "STATUS",
    "TICKET_STATE",
    "TOGGLE_SOURCE",
    "WAY",
    "WAY_STATE",
    "WITH_STATE",
    "state_of",
    "word_of",
]

WITH_STATE: dict[str, dict[str, tuple[State, str]]] = {
    "review": REVIEW,
    "status": STATUS,
    "mail": MAIL,
    "digest": DIGEST,
    "check": CHECK,
    "provider": PROVIDER,
    "way_state": WAY_STATE,
    "consent": CONSENT,
    "forgetting": FORGETTING,
}

PLAIN: dict[str, dict[str, str]] = {
    "export_format": EXPORT_FORMAT,
    "delivery": DELIVERY,
    "mail_kind": MAIL_KIND,
    "mail_language": MAIL_LANGUAGE,
    "resend": RESEND,
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
    "way": WAY,
    "ground": GROUND,
    "column": COLUMN,
    "rebuilt_why": REBUILT_WHY,
    "ticket_state": TICKET_STATE,
    "service": SERVICE,
    "ended": ENDED,
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
