"""What others say to a check of a caller: the mail's reader and the admins of both sides."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import uuid4

from helpdesk.kernel.actions import SupportAction
from helpdesk.kernel.errors import NotFound
from helpdesk.kernel.store import Loaded, Store
from services.email.application.ports import Directory, Found, User, mailboxes
from services.email.application.sending import queue
from services.email.domain import caller_check, check_guard, message, vouching
from services.email.domain.caller_check import CallerCheck
from services.email.domain.check_guard import Guard

_ID = 32
_LONGEST = 200
_ADMINS_TOLD = 20


@dataclass(frozen=True, slots=True)
class LinkView:
    """What the page of a link shows; nothing of it names the user."""

    check: CallerCheck
    state: str
    can_deny: bool


@dataclass(frozen=True, slots=True)
class VouchView:
    """A request to vouch, and the name of the user whom the caller claims to be."""

    check: CallerCheck
    user_name: str


@dataclass(frozen=True, slots=True)
class StoppedView:
    """An agent whose checks of a user are stopped; names are empty where nobody may see them."""

    agent_id: str
    user_id: str
    check: CallerCheck
    since: datetime
    user_name: str = ""
    organization_name: str = ""


class Answers:
    """Use cases of CallerAnswerService."""

    def __init__(self, store: Store, directory: Directory, found: Found, key: bytes) -> None:
        self._store = store
        self._directory = directory
        self._found = found
        self._key = key

    def get_link(self, action: SupportAction, link: str) -> LinkView:
        """Return what a link is about. Raises NotFound."""
        loaded = self._by_link(action, link)
        return self._link_view(action, loaded.state)

    def answer_link(self, action: SupportAction, link: str, *, confirmed: bool) -> LinkView:
        """Take the answer of who opened a link. Raises NotFound, Refused."""
        loaded = self._by_link(action, link)
        check = loaded.state
        action.about(
            f"check:{check.check_id}",
            organization_id=check.organization_id,
            user_id=check.user_id,
        )
        # On behalf of whom the gateway brings it: whoever reads that mailbox.
        action.about(f"reader:{check.user_id}")
        action.answers(check.agent_id, check.partner_id)
        action.ticket = check.ticket
        guard = self._guard(action, check.agent_id, check.user_id)
        if confirmed:
            check_guard.check_allowed(guard.state)
            action.stage(loaded, *caller_check.confirm(check, action.now))
        else:
            action.stage(loaded, *caller_check.deny(check, action.now))
            stopped = check_guard.stop(guard.state, check)
            action.stage(guard, *stopped)
            if stopped:
                self._tell_admins(action, check)
        after = action.load(loaded.stream, caller_check.evolve, CallerCheck()).state
        return self._link_view(action, after)

    def list_vouch_requests(self, action: SupportAction) -> list[VouchView]:
        """Return what waits for an admin of the caller's own organization, oldest first."""
        organization = action.actor.organization_id
        action.about(organization_id=organization)
        found = []
        for check_id in self._found.vouch_requests(organization) if organization else ():
            check = action.load(f"check:{check_id}", caller_check.evolve, CallerCheck()).state
            if check.vouch != "asked" or action.now >= check.vouch_until:
                continue
            try:
                user = self._directory.user(action.actor, check.user_id)
            except NotFound:
                continue
            found.append(VouchView(check, user.display_name))
        action.showed(f"check:{each.check.check_id}" for each in found)
        return found

    def vouch(self, action: SupportAction, check_id: str, *, approve: bool) -> None:
        """Answer a request to vouch. Raises NotFound, Refused."""
        loaded = action.load(f"check:{check_id}", caller_check.evolve, CallerCheck())
        check, admin = loaded.state, action.actor
        if not check.vouch or check.organization_id != admin.organization_id:
            raise NotFound("request")
        user = self._directory.user(admin, check.user_id)
        action.about(f"check:{check_id}", organization_id=user.organization_id, user_id=user.id)
        action.answers(check.agent_id, check.partner_id)
        action.ticket = check.ticket
        if not approve:
            facts = vouching.refuse_to_vouch(check, admin.id, action.reason, action.now)
        else:
            guard = self._guard(action, check.agent_id, check.user_id)
            check_guard.check_allowed(guard.state)
            facts = vouching.vouch(check, admin.id, action.reason, action.now)
        action.stage(loaded, *facts)

    def list_stopped_checks(self, action: SupportAction) -> list[StoppedView]:
        """Return what users of the caller's partner's customers denied, newest first."""
        partner = action.actor.partner_id
        found = []
        for agent_id, user_id, check_id in self._found.stopped_checks(partner) if partner else ():
            check = action.load(f"check:{check_id}", caller_check.evolve, CallerCheck()).state
            since = self._guard(action, agent_id, user_id).state.since
            view = StoppedView(agent_id, user_id, check, since)
            try:
                user = self._directory.user(action.actor, user_id)
            except NotFound:
                action.showed([f"check:{check_id}"])
                found.append(view)
                continue
            action.showed_of(user.organization_id, f"check:{check_id}")
            found.append(
                StoppedView(
                    agent_id, user_id, check, since, user.display_name, user.organization_name
                )
            )
        return found

    def allow_checks(self, action: SupportAction, agent_id: str, user_id: str) -> None:
        """Let an agent of the caller's partner check a user again. Raises NotFound, Refused."""
        user = self._directory.user(action.actor, user_id)
        guard = self._guard(action, agent_id, user.id)
        if guard.state.stopped and guard.state.partner_id != action.actor.partner_id:
            raise NotFound("alarm")
        action.about(f"agent:{agent_id}", organization_id=user.organization_id, user_id=user.id)
        facts = check_guard.allow(
            guard.state,
            agent_id=agent_id,
            user_id=user.id,
            admin_id=action.actor.id,
            reason=action.reason,
        )
        action.stage(guard, *facts)

    def _by_link(self, action: SupportAction, link: str) -> Loaded[CallerCheck]:
        check_id, secret = link[:_ID], link[_ID:_LONGEST]
        if not (len(check_id) == _ID and check_id.isascii() and check_id.isalnum() and secret):
            raise NotFound("link")
        loaded = action.load(f"check:{check_id}", caller_check.evolve, CallerCheck())
        digest = caller_check.link_digest_of(self._key, check_id, secret)
        if not caller_check.opens(loaded.state, digest):
            raise NotFound("link")
        return loaded

    def _link_view(self, action: SupportAction, check: CallerCheck) -> LinkView:
        state = caller_check.standing(check, action.now)
        stopped = self._guard(action, check.agent_id, check.user_id).state.stopped
        if state in ("sent", "wrong") and not stopped:
            state = "open"
        elif check.ended == "confirmed" and check.link_used:
            state = "confirmed"
        elif state != "denied":
            state = "expired"
        return LinkView(check, state, caller_check.can_be_denied(check, action.now))

    def _guard(self, action: SupportAction, agent_id: str, user_id: str) -> Loaded[Guard]:
        stream = check_guard.stream_of(agent_id, user_id)
        return action.load(stream, check_guard.evolve, Guard())

    def _tell_admins(self, action: SupportAction, check: CallerCheck) -> None:
        for admin in self._admins_to_tell(check):
            mailbox = next(iter(mailboxes(self._store, admin)), None)
            if mailbox is not None:
                queue(action, admin, mailbox, uuid4().hex, message.ALARM, check_id=check.check_id)

    def _admins_to_tell(self, check: CallerCheck) -> Sequence[User]:
        admins = self._directory.partner_admins(check.partner_id) if check.partner_id else ()
        # Whom the alarm is about is not the one to be told.
        return [each for each in admins if each.id != check.agent_id][:_ADMINS_TOLD]
