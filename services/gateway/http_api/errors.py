"""What people are told when a call ends without an answer."""

from __future__ import annotations

import logging
import traceback
from typing import Literal

from starlette.responses import HTMLResponse, Response

from helpdesk.kernel.errors import (
    Conflict,
    Exhausted,
    Forbidden,
    HelpdeskError,
    InvalidArgument,
    NotFound,
    Refused,
    Unauthenticated,
    Unavailable,
)
from services.gateway import pages
from services.gateway.http_api.visit import Visit
from services.gateway.pages.models import ErrorPage, Notice, Problem

_log = logging.getLogger(__name__)
Kind = Literal["not_found", "denied", "search_down", "audit_down", "invalid", "failed"]

# Reason of a refusal: the rule in the page's words, who lifts it, what to do next.
_RULES: dict[str, tuple[str, str, str]] = {
    "ROLE_MISSING": ("no_role", "partner_admin", "ask_partner_admin"),
    "READ_ONLY": ("read_only", "", ""),
    "NOT_IN_VIEW": ("not_in_view", "customer_admin", "request_access"),
    "NO_ORGANIZATION": ("no_role", "partner_admin", ""),
    "TICKET_REQUIRED": ("ticket_required", "", "open_ticket"),
    "TICKET_UNKNOWN": ("ticket_unknown", "", "open_ticket"),
    "TICKET_CLOSED": ("ticket_closed", "", "open_ticket"),
    "TICKET_OTHER_CUSTOMER": ("ticket_other_customer", "", "open_ticket"),
    "NO_CONSENT": ("no_consent", "customer_admin", "request_access"),
    "OTHER_TICKET": ("other_ticket", "customer_admin", "request_access"),
    "PARTNERS_BLOCKED": ("partners_blocked", "customer_admin", ""),
    "PARTNERS_NOT_BLOCKED": ("partners_not_blocked", "", ""),
    "VIEW_RUNNING": ("view_running", "", "end_view"),
    "VIEW_ENDED": ("view_ended", "", ""),
    "ALREADY_REQUESTED": ("already_requested", "customer_admin", "wait_for_customer"),
    "NO_ADMIN": ("no_admin", "", ""),
    "ANSWERED": ("answered", "", ""),
    "LAPSED": ("lapsed", "", ""),
    "PARTNER_LEFT": ("partner_left", "", ""),
    "AGENT_LEFT": ("agent_left", "", ""),
    "CONSENT_OVER": ("consent_over", "", ""),
    "REVOKED": ("revoked", "", ""),
    "OWN_ROLE": ("own_role", "", "ask_partner_admin"),
    "LAST_PARTNER_ADMIN": ("last_admin", "", ""),
    "ROLE_HELD": ("role_held", "", ""),
    "CLAIM_MAPPED": ("claim_mapped", "", ""),
    "TOO_MANY_CLAIMS": ("too_many_claims", "", ""),
    "ROLE_NOT_HELD": ("role_not_held", "", ""),
    "AGENT_LIMITED": ("agent_limited", "", ""),
    "ROLE_FOR_ALL_CUSTOMERS": ("role_for_all_customers", "", ""),
    "NOT_LIMITED": ("not_limited", "", ""),
    "PERSON_GONE": ("person_gone", "", ""),
    "NOT_BLOCKED": ("not_blocked", "", "nothing"),
    "CONSENT_REQUIRED": ("complaint_consent", "recipient", "ask_recipient"),
    "REMOVALS_LOCKED": ("third_removal", "partner_admin", "ask_partner_admin"),
    "CHECK_REQUIRED": ("check_other_required", "caller_check", "next_check_other_address"),
    "WORD_REQUIRED": ("word_required", "customer_admin", "next_ask_admin_to_vouch"),
    "TRIAL_USED": ("trial_used", "time", "next_enter_another"),
    "POLICY_BLOCK": ("policy_block", "time", "next_ask_their_admin"),
    "VOUCH_INSTEAD": ("agents_remove", "customer_admin", "next_vouch"),
    "AGENT_REMOVES": ("agents_remove", "", "next_ask_agent"),
    "NO_WORD_NEEDED": ("no_word_needed", "time", ""),
    "VOUCHED_ALREADY": ("vouched_already", "", "remove"),
    "NO_CONSENT_NEEDED": ("no_consent_needed", "", ""),
    "CONSENTED_ALREADY": ("consented_already", "", "remove"),
    "NO_OTHER_ADDRESS": ("no_other_address", "customer_admin", "next_ask_admin_to_vouch"),
    "NOT_LOCKED": ("not_locked", "", ""),
    "OWN_REMOVAL": ("own_removal", "partner_admin", "ask_partner_admin"),
    "ADDRESS_BLOCKED": ("address_blocked", "", "remove"),
    "NOT_RESENDABLE": ("not_resendable", "", ""),
    "USER_INACTIVE": ("user_inactive", "customer_admin", "ask_admin"),
    "CODE_USED": ("code_used", "", ""),
    "CALLER_CHECK_REQUIRED": ("check_required", "caller_check", "check_first"),
    "CHECKS_STOPPED": ("checks_stopped", "partner_admin", "end_call"),
    "NOTHING_TO_VOUCH_FOR": ("nothing_to_vouch_for", "", ""),
    "ALREADY_ASKED": ("already_asked", "customer_admin", "wait_for_customer"),
    "OWN_CALL": ("own_call", "", ""),
    "OWN_ALARM": ("own_alarm", "partner_admin", "ask_partner_admin"),
    "LINK_USED": ("link_used", "", ""),
    "LINK_EXPIRED": ("link_expired", "", ""),
    "LEGAL_HOLD": ("legal_hold", "", "lift_hold"),
    "ROLES_HELD": ("roles_held", "", ""),
    "FORGETTING_ASKED": ("forgetting_asked", "", ""),
    "ALREADY_FORGOTTEN": ("already_forgotten", "", ""),
    "NOT_ASKED": ("not_asked", "", "ask_first"),
    "SAME_PERSON": ("same_person", "", ""),
    "HELD": ("held", "", ""),
    "NOT_HELD": ("not_held", "", ""),
    "DECIDED": ("session_decided", "", ""),
    "NOT_DECIDED": ("session_not_decided", "", ""),
    "OWN_SESSION": ("own_session", "", ""),
    "MARKED": ("person_marked", "", ""),
    "REQUEST_ID_REUSED": ("form_used", "", ""),
}
_STATUS: dict[type[HelpdeskError], int] = {
    InvalidArgument: 400,
    NotFound: 404,
    Refused: 409,
    Forbidden: 403,
    Unauthenticated: 401,
    Conflict: 409,
    Exhausted: 429,
    Unavailable: 503,
}
_PROBLEMS = {
    "REASON_REQUIRED": "reason_required",
    "NOT_A_CODE": "code_format",
    "TOO_LONG": "too_long",
    "CONTROL_CHARACTER": "characters",
    "IN_THE_PAST": "date_past",
    "OUT_OF_RANGE": "range",
    "BEFORE_FROM": "range",
    "REQUIRED": "required",
}


def ended(error: HelpdeskError) -> bool:
    """Return whether the person has to sign in again."""
    return isinstance(error, Unauthenticated) or error.reason == "SESSION_ENDED"


def answer(visit: Visit, error: Exception) -> Response:
    """Return the page that says what went wrong, and log it without what anybody wrote."""
    if not isinstance(error, HelpdeskError):
        frames = traceback.extract_tb(error.__traceback__)[-3:]
        places = " < ".join(f"{f.filename.rpartition('/')[2]}:{f.lineno}" for f in frames[::-1])
        _log.error("%s at %s, reference %s", type(error).__name__, places, visit.reference)
        return _page(visit, 500, "failed")
    status = _STATUS.get(type(error), 500)
    if status >= 500:
        _log.warning("%s, reference %s", error.reason, visit.reference)
    if isinstance(error, Unavailable):
        return _page(visit, status, _down(visit, error))
    if isinstance(error, Exhausted):
        return _page(visit, status, "denied", ("quota", "time", "try_again"))
    if isinstance(error, Forbidden | Refused):
        return _page(visit, status, "denied", _rule(error))
    if isinstance(error, InvalidArgument):
        # An address that no page of ours holds is answered like one that does not exist.
        made_up = visit.request.method == "GET"
        return _page(visit, 404, "not_found") if made_up else _page(visit, status, "invalid")
    return _page(visit, status, "not_found" if isinstance(error, NotFound) else "failed")


def refusal(error: HelpdeskError) -> Notice:
    """Return the notice that a form was refused."""
    if isinstance(error, Exhausted):
        return Notice(state="warn", code="rule_quota", lifts="time", next_step="try_again")
    rule, lifts, next_step = _rule(error)
    return Notice(state="warn", code=f"rule_{rule}", lifts=lifts, next_step=next_step)


def problem(
    error: InvalidArgument,
    fields: dict[str, str] | None = None,
    reasons: dict[str, str] | None = None,
) -> Problem:
    """
    Return what is wrong with a field.

    ``fields`` maps the service's names to the form's, ``reasons`` its reasons to the page's codes
    where they mean something of their own.
    """
    name = (fields or {}).get(error.field, error.field)
    return Problem(field=name, code=(_PROBLEMS | (reasons or {})).get(error.reason, "invalid"))


def unexpected(visit: Visit, status: int, kind: Kind) -> Response:
    """Return an error page for what no service was asked about."""
    return _page(visit, status, kind)


def read_only(visit: Visit) -> Response:
    """Return the answer to an attempt to change something in a view."""
    return _page(visit, 403, "denied", ("read_only", "", ""), recorded=False)


def _rule(error: HelpdeskError) -> tuple[str, str, str]:
    known = _RULES.get(error.reason)
    return known or (error.reason.lower(), "", "")


def _down(visit: Visit, error: Unavailable) -> Kind:
    if error.reason.startswith(("STORE", "AUDIT")):
        return "audit_down"
    return "search_down" if "/search" in visit.request.url.path else "failed"


def _page(
    visit: Visit,
    status: int,
    kind: Kind,
    rule: tuple[str, str, str] = ("", "", ""),
    *,
    recorded: bool = True,
) -> Response:
    model = ErrorPage(
        frame=visit.frame(),
        kind=kind,
        rule=rule[0],
        lifts=rule[1],
        next_step=rule[2],
        reference=visit.reference if status >= 500 else "",
        recorded=recorded,
    )
    if visit.is_fragment:
        content = pages.render("error_part", model, visit.locale, visit.theme)
        return visit.finished(HTMLResponse(content, status))
    return visit.page("error", model, status)
