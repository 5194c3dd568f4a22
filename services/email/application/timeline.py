"""What is shown of a user's messages and addresses, and what may be done next."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from helpdesk.kernel.actions import SupportAction
from helpdesk.kernel.errors import Refused
from services.email.application.ports import Mailbox, User
from services.email.application.removals import evidence_for
from services.email.domain import lifting, message
from services.email.domain.blocklist import Address, Change
from services.email.domain.message import Entry, Message
from services.email.domain.removal import Remover, Verdict
from services.email.reports import Cause, advice


@dataclass(frozen=True, slots=True)
class MessageView:
    """A message as it is shown."""

    message: Message
    address_index: int
    entries: tuple[Entry, ...]
    next_step: str
    resend_refusal: str


@dataclass(frozen=True, slots=True)
class AddressView:
    """An address of a user as it is shown."""

    mailbox: Mailbox
    state: Address
    removals: int
    verdict: Verdict
    next_step: str
    evidence_message_id: str
    provider_state: str = ""
    locked: bool = False
    entries: tuple[Entry, ...] = ()


@dataclass(frozen=True, slots=True)
class Known:
    """A user and what is on the streams of the user's addresses."""

    user: User
    mailboxes: tuple[Mailbox, ...]
    has_admin: Callable[[str], bool]
    states: dict[str, Address] = field(default_factory=dict)

    @property
    def digests(self) -> list[str]:
        return [each.digest for each in self.mailboxes]

    def index_of(self, digest: str) -> int:
        return next((each.index for each in self.mailboxes if each.digest == digest), -1)


def belongs(found: Message, known: Known) -> bool:
    """Return whether a message is one of the user's, by its user or else by its address."""
    if found.user_id:
        return found.user_id == known.user.id
    return bool(found.message_id) and found.address_digest in known.digests


def message_view(action: SupportAction, known: Known, found: Message) -> MessageView:
    """Return a message as it is shown."""
    index = known.index_of(found.address_digest)
    state = known.states.get(found.address_digest, Address())
    return MessageView(
        message=found,
        address_index=index,
        entries=_with_changes(action, found, state),
        next_step=_next_step(found, known, state, action),
        resend_refusal=_refusal(found, known, index),
    )


def changes_of(action: SupportAction, state: Address, message_id: str) -> tuple[Entry, ...]:
    """Return what happened to an address because of one message; empty for those of none."""
    actor = action.actor

    def known(change: Change) -> str:
        # Each partner knows its own people only; the customer knows who was there.
        foreign = change.partner_id and change.partner_id != actor.partner_id
        return "" if foreign and not actor.organization_id else change.by

    return tuple(
        Entry(change.at, change.what, cause=change.cause, fault=change.fault, by=known(change))
        for change in state.changes
        if change.message_id == message_id
    )


def _with_changes(action: SupportAction, found: Message, state: Address) -> tuple[Entry, ...]:
    changes = changes_of(action, state, found.message_id)
    # The sort is stable: what was stored in one commit stays in order, the block after its cause.
    return tuple(sorted((*found.entries, *changes), key=lambda entry: entry.at))


def as_what(action: SupportAction) -> Remover:
    """Return as what somebody asks for a removal."""
    roles = action.actor.roles
    if "CUSTOMER_ADMIN" in roles:
        return Remover.CUSTOMER_ADMIN
    # Whoever only looks is told what an agent would be.
    alone = "PARTNER_ADMIN" in roles and "HELP_DESK" not in roles
    return Remover.PARTNER_ADMIN if alone else Remover.HELP_DESK


def _next_step(found: Message, known: Known, state: Address, action: SupportAction) -> str:
    if found.unproved:
        return "mail.next.send_to_see"
    own = next((each for each in known.mailboxes if each.digest == found.address_digest), None)
    if found.state in ("bounced", "complained", "suppressed") and state.blocked and own:
        evidence = evidence_for(own, known.states, None, known.has_admin)
        return lifting.removal(state, action.now, evidence, action.actor.partner_id).next_step
    explained = found.explained
    if found.state == "bounced" and explained.cause:
        return advice(Cause(explained.cause))
    if found.state == "suppressed" and explained.cause == "blocked":
        return "mail.next.resend"
    return explained.next_step


def check_reachable(user: User, state: Address) -> None:
    """Refuse mail to who gets none. Raises Refused."""
    if user.status == "inactive":
        raise Refused("USER_INACTIVE", "This user is not active and gets no mail.")
    if state.blocked:
        raise Refused(
            "ADDRESS_BLOCKED", "This address is on the blocklist. Remove it from there first."
        )


def _refusal(found: Message, known: Known, index: int) -> str:
    wanted = max(0, index)
    target = next((each.digest for each in known.mailboxes if each.index == wanted), "")
    try:
        message.check_resendable(found)
        check_reachable(known.user, known.states.get(target, Address()))
    except Refused as error:
        return error.reason
    return ""
