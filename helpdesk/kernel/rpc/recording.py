"""The record of a call, and what it must say by the method's options and the caller's token."""

from __future__ import annotations

from helpdesk.kernel.actions import SupportAction
from helpdesk.kernel.context import Actor
from helpdesk.kernel.errors import Unavailable
from helpdesk.kernel.events import NEVER, SupportActionRecorded
from helpdesk.kernel.rpc.rules import Method
from helpdesk.kernel.rpc.tickets import REPEATED

_OF_PARTNERS = frozenset({"PARTNER_ADMIN", "HELP_DESK", "HELP_DESK_READ_ONLY"})
_CUSTOMER_ADMIN = "CUSTOMER_ADMIN"
SHOWN = ".shown"
"""Ends the name of the action in the record of a customer of whom an answer showed something."""
# What a customer may learn of a call that named others or nobody. The text that was searched for,
# the whole answer's digest, other things shown and their number are not among it.
_TOLD = (
    *("outcome", "agent_id", "partner_id", "acting_organization_id", "roles", "act", "ticket"),
    *("ticket_state", "sign_in_id", "request_id", "trace_id", "occurred_at", "method", "service"),
)


def record_of(
    action: SupportAction, method: Method, outcome: str, error: str, answer_digest: str = ""
) -> SupportActionRecorded:
    """Return the record of a call as it ended. Raises Unavailable where it would not say all."""
    actor, store = action.actor, action.store
    # Only what was answered can be rebuilt.
    keeps_request = bool(action.request) and outcome == "done"
    record = SupportActionRecorded(
        action=action.name or f"{store.name}.call.refuse",
        outcome=outcome,
        error=error,
        agent_id=actor.id,
        partner_id=actor.partner_id or action.partner_id,
        acting_organization_id=actor.organization_id,
        roles=tuple(sorted(actor.roles)),
        act=actor.act,
        # A view is of one customer: also where it was refused before the use case said so.
        organization_id=action.organization_id
        or (actor.organization_id if actor.read_only else ""),
        user_id=action.user_id,
        subjects=tuple(dict.fromkeys(action.subjects)),
        ticket=action.ticket,
        ticket_state=action.ticket_state,
        reason_key=store.vault.spare("reason") if action.reason else "",
        reason=action.reason,
        consent_id=actor.consent_id or action.consent_id,
        view_id=actor.view_id,
        sign_in_id=actor.sign_in_id,
        request_id=action.id,
        trace_id=action.trace_id,
        query_key=store.vault.spare("query") if action.query else "",
        query=action.query,
        shown=tuple(action.shown),
        answer_digest=answer_digest,
        positions=tuple(action.positions),
        occurred_at=action.now,
        method=method.full_name,
        service=store.name,
        sections=tuple(sorted(actor.sections)),
        request_key=store.vault.spare("request") if keeps_request else "",
        request=action.request if keeps_request else "",
        found=action.found if keeps_request else "",
    )
    wrong = missing(record, method, actor)
    if wrong:
        raise Unavailable(
            "RECORD_INCOMPLETE", f"The record of this call would lack {', '.join(wrong)}."
        )
    return record


def records_of_customers(
    action: SupportAction, record: SupportActionRecorded
) -> tuple[SupportActionRecorded, ...]:
    """
    Return a record for each customer that an answer showed something of and its own does not name.

    The log is given to a customer byte for byte, so the one record of an answer that shows people
    of several customers could be given to none of them.
    """
    told = {name: getattr(record, name) for name in _TOLD}
    return tuple(
        SupportActionRecorded(
            action=f"{record.action}{SHOWN}",
            organization_id=organization_id,
            shown=tuple(items),
            **told,
        )
        for organization_id, items in action.shown_of.items()
        if organization_id != record.organization_id
    )


def missing(record: SupportActionRecorded, method: Method, actor: Actor) -> list[str]:
    """
    Return the fields of a record that do not say what they must, by name.

    Every record says what was called and how it ended, when, in which request and trace, and the
    same of the caller as its token: who, for which partner, on whose behalf, in which session. One
    of a call that was answered says as well what the method's options demand.
    """
    wrong = [
        name
        for name in ("action", "outcome", "method", "service", "request_id", "trace_id")
        if not getattr(record, name)
    ]
    if record.occurred_at <= NEVER:
        wrong.append("occurred_at")
    if record.outcome != "done" and not record.error:
        wrong.append("error")
    said = {
        "agent_id": actor.id,
        # Who is nobody at a partner may have answered one's agent.
        "partner_id": actor.partner_id or record.partner_id,
        "acting_organization_id": actor.organization_id,
        "roles": tuple(sorted(actor.roles)),
        "act": actor.act,
        "sign_in_id": actor.sign_in_id,
        "view_id": actor.view_id,
    }
    wrong += [name for name, value in said.items() if getattr(record, name) != value]
    if record.outcome == "done":
        wrong += _unsaid(record, method, actor)
    return sorted(set(wrong))


def _unsaid(record: SupportActionRecorded, method: Method, actor: Actor) -> list[str]:
    wanted = []
    if not method.public:
        wanted.append("agent_id")
    if actor.roles & _OF_PARTNERS:
        wanted.append("partner_id")
    elif _CUSTOMER_ADMIN in actor.roles:
        wanted.append("acting_organization_id")
    if method.rule.ticket:
        wanted += ["ticket", "ticket_state", "organization_id"]
        # Of whom it was about, the record of the first answer speaks.
        if record.ticket_state == REPEATED:
            wanted.remove("organization_id")
    if method.rule.reason:
        wanted.append("reason")
    if actor.read_only:
        wanted += ["view_id", "consent_id", "organization_id", "ticket"]
    return [name for name in wanted if not getattr(record, name)]
