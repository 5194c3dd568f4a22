"""The check of a caller: sending a code and taking it back."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from uuid import uuid4

from helpdesk.kernel.actions import SupportAction
from helpdesk.kernel.errors import InvalidArgument, NotFound, Refused
from helpdesk.kernel.store import Store
from services.email.application.ports import (
    Directory,
    Found,
    Mailbox,
    User,
    mailbox_at,
    mailboxes,
)
from services.email.application.sending import Counted, queue
from services.email.domain import (
    blocklist,
    caller_check,
    check_guard,
    limits,
    message,
    phrases,
    vouching,
)
from services.email.domain.blocklist import Address
from services.email.domain.caller_check import CallerCheck
from services.email.domain.check_guard import Guard, Proof
from services.email.domain.facts import CallerCheckStarted, CodeRejected
from services.email.domain.limits import Room
from services.email.domain.message import Message

_LINK_BYTES = 24


@dataclass(frozen=True, slots=True)
class CheckView:
    """A check as its agent sees it."""

    check: CallerCheck
    state: str
    address_index: int
    room: Room
    mail_state: str = ""
    next_step: str = ""
    tries_left: int = 0


class Checks:
    """Use cases of CallerCheckService."""

    def __init__(
        self,
        store: Store,
        directory: Directory,
        found: Found,
        key: bytes,
        new_code: Callable[[], str],
        below: Callable[[int], int] = secrets.randbelow,
        codes_per_partner: int = limits.OF_PARTNER,
    ) -> None:
        self._store = store
        self._directory = directory
        self._found = found
        self._key = key
        self._new_code = new_code
        self._below = below
        self._codes_per_partner = codes_per_partner

    def send_code(self, action: SupportAction, user_id: str, address_index: int) -> CheckView:
        """Send a code to one address of a user. Raises NotFound, Exhausted."""
        user = self._user(action, user_id)
        mailbox = mailbox_at(self._store, user, address_index)
        check_guard.check_allowed(self._guard(action, user.id))
        block = action.load(mailbox.stream, blocklist.evolve, Address()).state
        check_id = uuid4().hex
        action.about(f"check:{check_id}")
        if block.blocked:
            self._replace(action, user, check_id)
            self._start(action, user, mailbox, check_id)
            loaded = action.load(f"check:{check_id}", caller_check.evolve, CallerCheck())
            facts = caller_check.undeliverable(loaded.state, block.cause, block.fault, blocked=True)
            action.stage(loaded, *facts)
            return self._view(action, user, check_id)
        message_id = uuid4().hex
        self._counted(action, user).count(message_id, "TOO_MANY_CODES", "Codes")
        self._replace(action, user, check_id)
        self._start(action, user, mailbox, check_id, message_id)
        queue(action, user, mailbox, message_id, message.CODE, check_id=check_id)
        return self._view(action, user, check_id)

    def verify_code(self, action: SupportAction, check_id: str, code: str) -> tuple[str, int]:
        """
        Take a code; return the state of its check and the tries left.

        Raises NotFound, Refused, and Exhausted after too many wrong codes, of whichever check.
        """
        digits = caller_check.read_code(code)
        loaded = action.load(f"check:{check_id}", caller_check.evolve, CallerCheck())
        check = self._own(action, loaded.state)
        self._user(action, check.user_id)
        action.about(f"check:{check_id}")
        action.ticket = check.ticket
        check_guard.check_allowed(self._guard(action, check.user_id))
        tries = self._tries(action, check.user_id)
        if not check.ended and action.now < check.expires_at:
            tries.check("TOO_MANY_TRIES", "Wrong codes")
        given = caller_check.digest_of(self._key, check_id, digits)
        facts = caller_check.verify(check, given, action.now)
        action.stage(loaded, *facts)
        left = tries.room().left
        if any(isinstance(fact, CodeRejected) for fact in facts):
            left = tries.count_wrong(check_id)
        after = action.load(f"check:{check_id}", caller_check.evolve, CallerCheck()).state
        if after.ended == "confirmed":
            return "confirmed", 0
        return caller_check.standing(after, action.now), min(left, after.tries_left)

    def get_caller_check(
        self, action: SupportAction, user_id: str = "", check_id: str = ""
    ) -> CheckView:
        """Return the caller's own latest check of a user, or one by its id. Raises NotFound."""
        if bool(user_id) == bool(check_id):
            raise InvalidArgument("user_id", "ONE_OF_TWO", "Give either user_id or check_id.")
        if check_id:
            loaded = action.load(f"check:{check_id}", caller_check.evolve, CallerCheck())
            check = self._own(action, loaded.state)
            user = self._user(action, check.user_id)
            action.about(f"check:{check_id}")
            return self._view(action, user, check_id)
        user = self._user(action, user_id)
        return self._view(action, user, self._latest(action, user))

    def latest(self, action: SupportAction, user: User) -> CheckView | None:
        """Return the caller's own latest check of a user, if any."""
        check_id = self._latest(action, user)
        return self._view(action, user, check_id) if check_id else None

    def fresh(self, action: SupportAction, user: User) -> Proof | None:
        """Return what the caller's latest check of a user proves now for the action's ticket."""
        check_id = self._found.latest_check(action.actor.id, user.id)[0]
        if not check_id:
            return None
        check = action.load(f"check:{check_id}", caller_check.evolve, CallerCheck()).state
        return check_guard.proof(
            check,
            self._guard(action, user.id),
            action.actor.id,
            user.id,
            action.ticket,
            action.now,
        )

    def require(self, action: SupportAction, user: User) -> Proof:
        """Return what `fresh` does, and record it. Raises Refused where there is nothing."""
        found = self.fresh(action, user)
        if found is None:
            raise Refused(
                "CALLER_CHECK_REQUIRED",
                "This needs a caller check of this user for this ticket. Check the caller first.",
            )
        action.proved(found.check_id)
        return found

    def prove(self, action: SupportAction, user_id: str) -> Proof:
        """Return a proof for another service. Raises NotFound, Refused."""
        return self.require(action, self._user(action, user_id))

    def ask_to_vouch(self, action: SupportAction, check_id: str) -> datetime:
        """Ask the customer's admins to vouch for a caller; return until when they can."""
        loaded = action.load(f"check:{check_id}", caller_check.evolve, CallerCheck())
        check = self._own(action, loaded.state)
        self._user(action, check.user_id)
        action.about(f"check:{check_id}")
        action.ticket = check.ticket
        check_guard.check_allowed(self._guard(action, check.user_id))
        action.stage(loaded, *vouching.ask_to_vouch(check, action.reason, action.now))
        return action.load(
            f"check:{check_id}", caller_check.evolve, CallerCheck()
        ).state.vouch_until

    def _guard(self, action: SupportAction, user_id: str) -> Guard:
        stream = check_guard.stream_of(action.actor.id, user_id)
        return action.load(stream, check_guard.evolve, Guard()).state

    def _latest(self, action: SupportAction, user: User) -> str:
        check_id = self._found.latest_check(action.actor.id, user.id)[0]
        loaded = action.load(f"check:{check_id}", caller_check.evolve, CallerCheck())
        check = loaded.state
        lifted = check.ended == "denied" and not self._guard(action, user.id).stopped
        return check_id if caller_check.is_recent(check, action.now) and not lifted else ""

    def _user(self, action: SupportAction, user_id: str) -> User:
        user = self._directory.user(action.actor, user_id)
        action.about(organization_id=user.organization_id, user_id=user.id)
        return user

    def _own(self, action: SupportAction, check: CallerCheck) -> CallerCheck:
        if not check.check_id or check.agent_id != action.actor.id:
            raise NotFound("check")
        return check

    def _counted(self, action: SupportAction, user: User) -> Counted:
        actor, most = action.actor, self._codes_per_partner
        return Counted(action, limits.of_check(actor.id, actor.partner_id, user.id, most))

    @staticmethod
    def _tries(action: SupportAction, user_id: str) -> Counted:
        actor = action.actor
        return Counted(action, limits.of_tries(actor.id, actor.partner_id, user_id))

    def _replace(self, action: SupportAction, user: User, by: str) -> None:
        earlier = self._found.latest_check(action.actor.id, user.id)[0]
        if earlier:
            loaded = action.load(f"check:{earlier}", caller_check.evolve, CallerCheck())
            action.stage(loaded, *caller_check.give_way(loaded.state, by))

    def _start(
        self,
        action: SupportAction,
        user: User,
        mailbox: Mailbox,
        check_id: str,
        message_id: str = "",
    ) -> None:
        code = self._new_code() if message_id else ""
        link = secrets.token_urlsafe(_LINK_BYTES) if message_id else ""
        loaded = action.load(f"check:{check_id}", caller_check.evolve, CallerCheck())
        action.stage(
            loaded,
            CallerCheckStarted(
                check_id=check_id,
                agent_id=action.actor.id,
                partner_id=action.actor.partner_id,
                user_id=user.id,
                organization_id=user.organization_id,
                ticket=action.ticket,
                address=mailbox.address,
                address_digest=mailbox.digest,
                message_id=message_id,
                code_digest=caller_check.digest_of(self._key, check_id, code) if code else "",
                code_key=self._store.vault.spare("code") if code else "",
                code=code,
                expires_at=action.now + caller_check.LASTS,
                agent_name=user.viewer_name,
                partner_name=user.partner_name,
                phrase=phrases.phrase(user.language, self._below),
                link=link,
                link_digest=(
                    caller_check.link_digest_of(self._key, check_id, link) if link else ""
                ),
            ),
        )

    def _view(self, action: SupportAction, user: User, check_id: str) -> CheckView:
        room = self._counted(action, user).room()
        check = CallerCheck()
        if check_id:
            stream = f"check:{check_id}"
            check = action.load(stream, caller_check.evolve, CallerCheck()).state
        mail_state = ""
        if check.message_id:
            stream = f"message:{check.message_id}"
            mail_state = action.load(stream, message.evolve, Message()).state.state
        state = caller_check.standing(check, action.now)
        if self._guard(action, user.id).stopped:
            state = "denied"
        own = mailboxes(self._store, user)
        index = next((m.index for m in own if m.digest == check.address_digest), -1)
        step = _STEPS[state]
        if state == "cannot_arrive":
            step = self._way_out(action, user, own, check)
        left = self._tries(action, user.id).room().left
        tries_left = min(left, check.tries_left)
        return CheckView(check, state, index, room, mail_state, step, tries_left)

    def _way_out(
        self, action: SupportAction, user: User, own: list[Mailbox], check: CallerCheck
    ) -> str:
        other = any(
            not action.load(each.stream, blocklist.evolve, Address()).state.blocked
            for each in own
            if each.digest != check.address_digest
        )
        admin = not other and self._directory.has_admin(user.organization_id, besides=user.id)
        return vouching.way_out(check, other_address=other, admin=admin, now=action.now)


_STEPS = {
    "ready": "check.next.send_code",
    "sent": "check.next.ask_for_code",
    "wrong": "check.next.try_again",
    "confirmed": "",
    "expired": "check.next.send_new_code",
    "locked": "check.next.send_new_code",
    "cannot_arrive": "check.next.customer_admin",
    "denied": "check.next.end_call",
}
