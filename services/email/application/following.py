"""Records of what the service did by itself, where a partner's person had begun it."""

from __future__ import annotations

from helpdesk.kernel.actions import UnitOfWork
from helpdesk.kernel.addresses import canonical
from helpdesk.kernel.context import Actor
from helpdesk.kernel.errors import InvalidArgument
from helpdesk.kernel.events import SupportActionRecorded
from services.email.application.ports import address_stream
from services.email.domain import blocklist
from services.email.domain.blocklist import Address
from services.email.domain.message import Message
from services.email.domain.steps import Begun, ends_probation, step_of


def begun_by(work: UnitOfWork, ours: Message) -> Begun:
    """Return what the facts staged about a message follow: a removal, or the message's sending."""
    if any(ends_probation(fact) for fact in work.staged):
        try:
            stream = address_stream(canonical(ours.address))
        except InvalidArgument:
            return ours.begun
        return work.load(stream, blocklist.evolve, Address()).state.lifted or ours.begun
    return ours.begun


def record_step(work: UnitOfWork, actor: Actor, ours: Message, begun: Begun) -> None:
    """Record the staged facts as a step of the service, in one unit with them."""
    step = step_of(work.staged)
    if step is None or not begun:
        return
    subjects = (f"message:{ours.message_id}", f"address:{ours.address_digest}")
    work.record = SupportActionRecorded(
        action=step.action,
        outcome=step.outcome,
        error=step.error,
        agent_id=actor.id,
        partner_id=begun.partner_id,
        roles=tuple(sorted(actor.roles)),
        organization_id=ours.organization_id,
        user_id=ours.user_id,
        subjects=(*subjects, f"agent:{begun.agent_id}"),
        ticket=begun.ticket,
        request_id=work.id,
        trace_id=work.trace_id,
        occurred_at=work.now,
        service=work.store.name,
    )
