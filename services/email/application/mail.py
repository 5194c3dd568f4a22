"""What became of mail to a user, and the two things that an agent may do about it."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from uuid import uuid4

from helpdesk.kernel.actions import SupportAction
from helpdesk.kernel.context import current_request
from helpdesk.kernel.errors import InvalidArgument, NotFound
from helpdesk.kernel.store import Store
from services.email.application.checks import Checks, CheckView
from services.email.application.ports import (
    Directory,
    Found,
    Listed,
    Mailbox,
    User,
    mailbox_at,
    mailboxes,
)
from services.email.application.removals import admin_of, evidence_for
from services.email.application.sending import Counted, queue
from services.email.application.timeline import (
    AddressView,
    Known,
    MessageView,
    as_what,
    belongs,
    changes_of,
    check_reachable,
    message_view,
)
from services.email.domain import blocklist, evidence, lifting, message
from services.email.domain.blocklist import Address
from services.email.domain.facts import MessageResent
from services.email.domain.limits import Limit
from services.email.domain.message import Entry, Message

_USUAL_PAGE = 20
_LARGEST_PAGE = 100
_WATCHED_SECONDS = 300.0
_WATCHED_MESSAGES = 20


@dataclass(frozen=True, slots=True)
class UserMail:
    """A page of messages to a user, and the user's addresses."""

    messages: tuple[MessageView, ...] = ()
    addresses: tuple[AddressView, ...] = ()
    next_page_token: str = ""
    check: CheckView | None = None


@dataclass(frozen=True, slots=True)
class Said:
    """What one mail system said of a message; ``raw`` is the report, masked."""

    entry: Entry
    kind: str
    reporting_mta: str = ""
    raw: str = ""
    cut: bool = False


class Mail:
    """Use cases of EmailService."""

    def __init__(
        self,
        store: Store,
        directory: Directory,
        found: Found,
        checks: Checks,
        provider: str = "",
    ) -> None:
        self._store = store
        self._directory = directory
        self._found = found
        self._checks = checks
        self._provider = provider

    def get_user_mail(
        self,
        action: SupportAction,
        user_id: str,
        page_size: int = 0,
        page_token: str = "",
        address_index: int | None = None,
    ) -> UserMail:
        """
        Return a page of messages to a user, and the state of each address.

        With an ``address_index`` only messages to that address. Raises NotFound, InvalidArgument.
        """
        if not 0 <= page_size <= _LARGEST_PAGE:
            raise InvalidArgument("page_size", "OUT_OF_RANGE")
        size = page_size or _USUAL_PAGE
        known = self._known(action, user_id)
        only = self._only(known, address_index)
        before = self._page(action, known.user.id + only, page_token)
        listed = self._found.messages(known.user.id, known.digests, before, size + 1, only)
        token = ""
        if len(listed) > size:
            token = self._token(action, known.user.id + only, listed[size - 1].queued)
        return self._shown(action, known, listed[:size], token)

    def watch_user_mail(
        self, action: SupportAction, user_id: str, address_index: int | None = None
    ) -> Iterator[UserMail]:
        """Return what changes about a user's mail, as it changes, for five minutes."""
        until = time.monotonic() + _WATCHED_SECONDS
        alive = current_request().alive
        position = self._store.position
        known = self._known(action, user_id)
        only = self._only(known, address_index)
        listed = self._found.messages(known.user.id, known.digests, 0, _WATCHED_MESSAGES, only)
        while True:
            answer = self._shown(action, known, listed, "")
            yield UserMail(
                answer.messages,
                answer.addresses,
                check=self._checks.latest(action, known.user),
            )
            changed: list[Listed] | None = None
            while changed is None:
                if time.monotonic() >= until or not alive():
                    return
                if not self._store.wait(position + 1, timeout=1.0):
                    continue
                newest = self._store.position
                changed = self._changed(action, known, position, only)
                position = newest
            listed = changed
            # Whether the user may still be seen is asked again for each answer.
            known = self._known(action, user_id)

    def get_evidence(self, action: SupportAction, user_id: str, message_id: str) -> list[Said]:
        """Return what mail systems said of a message, oldest first. Raises NotFound."""
        known = self._known(action, user_id)
        found = self._message(action, known, message_id)
        action.about(f"message:{message_id}")
        said = []
        for entry in found.entries:
            if entry.report_id:
                stream = f"report:{entry.report_id}"
                report = action.load(stream, evidence.evolve, evidence.Report()).state
                said.append(
                    Said(
                        entry,
                        report.kind,
                        report.reporting_mta,
                        evidence.shown(report.raw),
                        report.cut,
                    )
                )
            elif entry.diagnosis:
                said.append(Said(entry, "reply"))
        return said

    def resend_message(
        self,
        action: SupportAction,
        user_id: str,
        *,
        message_id: str = "",
        kind: str = "",
        address_index: int = 0,
        language: str = "",
    ) -> str:
        """Send a message again, or the welcome mail; return the id of the new one."""
        if bool(message_id) == bool(kind):
            raise InvalidArgument("message_id", "ONE_OF_TWO", "Give either message_id or kind.")
        if kind and kind not in message.TEMPLATES:
            raise InvalidArgument("kind", "UNKNOWN_TEMPLATE")
        if language and language not in message.LANGUAGES:
            raise InvalidArgument("language", "UNKNOWN_LANGUAGE")
        known = self._known(action, user_id)
        original = Message()
        if message_id:
            original = self._message(action, known, message_id)
            action.about(f"message:{message_id}")
            message.check_resendable(original)
            # Where the user no longer has that address, the primary one takes its place.
            address_index = max(0, known.index_of(original.address_digest))
        mailbox = mailbox_at(self._store, known.user, address_index)
        if mailbox.index:
            # Whoever gets mail to another address could be anybody: the caller is to be checked.
            self._checks.require(action, known.user)
        else:
            action.needs_no_check("primary_address")
        check_reachable(known.user, known.states[mailbox.digest])
        new_id = uuid4().hex
        limit = Counted(action, [Limit("resend", known.user.id)])
        limit.count(new_id, "TOO_MANY_MESSAGES", "Messages to one user")
        queue(
            action,
            known.user,
            mailbox,
            new_id,
            kind or original.kind,
            resend_of=original.message_id,
            language=language,
        )
        if original.message_id:
            loaded = action.load(f"message:{message_id}", message.evolve, Message())
            action.stage(loaded, MessageResent(message_id=message_id, resent_as=new_id))
        return new_id

    def send_message(self, action: SupportAction, user_id: str, template: str) -> str:
        """Send a message to a user's primary address for a service; return its id."""
        if template not in message.TEMPLATES:
            raise InvalidArgument("template", "UNKNOWN_TEMPLATE")
        user = self._user(action, user_id)
        new_id = uuid4().hex
        queue(action, user, mailbox_at(self._store, user, 0), new_id, template)
        return new_id

    def _user(self, action: SupportAction, user_id: str) -> User:
        user = self._directory.user(action.actor, user_id)
        actor = action.actor
        if actor.read_only and actor.organization_id not in ("", user.organization_id):
            raise NotFound("user")
        action.about(organization_id=user.organization_id, user_id=user.id)
        return user

    def _known(self, action: SupportAction, user_id: str) -> Known:
        user = self._user(action, user_id)
        found = mailboxes(self._store, user)
        states = {
            each.digest: action.load(each.stream, blocklist.evolve, Address()).state
            for each in found
        }
        return Known(user, tuple(found), admin_of(self._directory, user), states)

    def _message(self, action: SupportAction, known: Known, message_id: str) -> Message:
        found = action.load(f"message:{message_id}", message.evolve, Message()).state
        if not found.message_id or not belongs(found, known):
            raise NotFound("message")
        return found

    def _only(self, known: Known, address_index: int | None) -> str:
        if address_index is None:
            return ""
        return mailbox_at(self._store, known.user, address_index).digest

    def _changed(
        self, action: SupportAction, known: Known, after: int, only: str
    ) -> list[Listed] | None:
        user_id, digests = known.user.id, known.digests
        changed = self._found.changed_messages(user_id, digests, after, _WATCHED_MESSAGES, only)
        check = self._found.latest_check(action.actor.id, user_id)[1]
        if changed or check > after or self._found.address_changed(digests, after):
            return changed
        return None

    def _shown(
        self, action: SupportAction, known: Known, listed: Sequence[Listed], token: str
    ) -> UserMail:
        views = []
        for each in listed:
            loaded = action.load(f"message:{each.message_id}", message.evolve, Message())
            views.append(message_view(action, known, loaded.state))
            action.showed([f"message:{each.message_id}@{loaded.version}"])
        addresses = tuple(self._address_view(action, known, each) for each in known.mailboxes)
        action.read_at(self._store.name, self._store.position)
        return UserMail(tuple(views), addresses, token)

    def _address_view(self, action: SupportAction, known: Known, mailbox: Mailbox) -> AddressView:
        state = known.states[mailbox.digest]
        proof = self._checks.fresh(action, known.user)
        evidence = evidence_for(mailbox, known.states, proof, known.has_admin)
        verdict = lifting.removal(
            state, action.now, evidence, action.actor.partner_id, as_what(action)
        )
        shown = ""
        if state.message_id:
            stream = f"message:{state.message_id}"
            found = action.load(stream, message.evolve, Message()).state
            shown = found.message_id if belongs(found, known) else ""
        return AddressView(
            mailbox=mailbox,
            state=state,
            removals=len(state.removals_since(action.now)),
            verdict=verdict,
            next_step="mail.next.wait_for_delivery" if state.probation else verdict.next_step,
            evidence_message_id=shown,
            provider_state=state.at_provider(self._provider),
            locked=state.history(action.now, action.actor.partner_id).locked,
            entries=changes_of(action, state, ""),
        )

    def _token(self, action: SupportAction, user_id: str, position: int) -> str:
        return f"{position}.{self._token_mac(action, user_id, position)}"

    def _token_mac(self, action: SupportAction, user_id: str, position: int) -> str:
        return self._store.digest(f"page\0{action.actor.id}\0{user_id}\0{position}")[:32]

    def _page(self, action: SupportAction, user_id: str, token: str) -> int:
        if not token:
            return 0
        text, _, mac = token.partition(".")
        position = int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0
        if not position or mac != self._token_mac(action, user_id, position):
            raise InvalidArgument("page_token", "NOT_YOUR_PAGE")
        return position
