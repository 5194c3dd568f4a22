"""Lifting blocks: what speaks for it, who gives their word, and what became of it."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cache
from typing import NamedTuple, Protocol
from uuid import uuid4

from helpdesk.kernel.actions import SupportAction
from helpdesk.kernel.errors import NotFound, Refused
from helpdesk.kernel.paging import Pages, size_of
from helpdesk.kernel.store import Loaded, Store
from services.email.application.checks import Checks
from services.email.application.ports import (
    Directory,
    Mailbox,
    User,
    address_stream,
    mailbox_at,
    mailboxes,
)
from services.email.application.sending import Counted, queue
from services.email.domain import blocklist, consent, lifting, message
from services.email.domain.blocklist import Address, Whose
from services.email.domain.blocklist_facts import AddressVouchRequested, MailConsentAsked
from services.email.domain.caller_check import CUSTOMER_ADMIN
from services.email.domain.check_guard import Proof
from services.email.domain.consent import Consent
from services.email.domain.lifting import Asker
from services.email.domain.limits import Limit
from services.email.domain.policy import COMPLAINT, HARD
from services.email.domain.removal import Evidence
from services.email.reports import Cause, advice

_ID = 32
_LONGEST = 200
_LINK_BYTES = 24


class Removal(NamedTuple):
    """A removal in the views; ``outcome`` is empty while the next delivery is watched."""

    removal_id: str
    address_digest: str
    user_id: str
    removed_by: str
    ticket: str
    ground: str
    block: str
    removed_at: str
    outcome: str
    outcome_at: str
    cause: str
    position: int


class FoundRemovals(Protocol):
    """Finds removals."""

    def removals(
        self, partner_id: str, removed_by: str, before: int, limit: int
    ) -> Sequence[Removal]:
        """Return removals of a partner, or one agent's, newest first, before a position."""

    def address_vouch_requests(self, organization_id: str) -> Sequence[int]:
        """Return where an organization's admins were asked for their word, oldest first."""


@dataclass(frozen=True, slots=True)
class RemovalView:
    """A removal as it is shown; who and which address are empty where nobody may see them."""

    removal: Removal
    user_name: str = ""
    organization_id: str = ""
    organization_name: str = ""
    address: str = ""
    state: Address = field(default_factory=Address)
    next_step: str = ""
    provider_state: str = ""


@dataclass(frozen=True, slots=True)
class VouchRequestView:
    """A blocked address that waits for an admin's word."""

    asked: AddressVouchRequested
    user: User
    mailbox: Mailbox
    state: Address


@dataclass(frozen=True, slots=True)
class ConsentView:
    """What the page of a link shows."""

    state: str
    consent: Consent
    since: datetime


def evidence_for(
    mailbox: Mailbox,
    states: Mapping[str, Address],
    proof: Proof | None,
    has_admin: Callable[[str], bool],
) -> Evidence:
    """
    Return what speaks for removing an address, beside what the address knows itself.

    ``has_admin`` says whether the customer has an admin for a block of a kind; it is asked only
    where that matters.
    """
    other = any(not state.blocked for digest, state in states.items() if digest != mailbox.digest)
    check = ""
    # What was sent to the blocked address proves nothing of it; an admin's word needs no mail.
    if proof and (proof.address_digest != mailbox.digest or proof.by == CUSTOMER_ADMIN):
        check = proof.check_id
    block = states[mailbox.digest].block
    matters = block in (HARD, COMPLAINT)
    return Evidence(check, other_address=other, customer_admin=matters and has_admin(block))


def admin_of(directory: Directory, user: User) -> Callable[[str], bool]:
    """
    Return what says whether the customer of a user has an admin to ask; it asks once a kind.

    For a mailbox that is missing another admin is needed; who complained may agree as an admin.
    """
    return cache(
        lambda block: directory.has_admin(
            user.organization_id, besides=user.id if block == HARD else ""
        )
    )


class Removals:
    """Use cases of BlocklistService, and the removal itself."""

    def __init__(
        self,
        store: Store,
        directory: Directory,
        found: FoundRemovals,
        checks: Checks,
        key: bytes,
        provider: str = "",
    ) -> None:
        self._store = store
        self._directory = directory
        self._found = found
        self._checks = checks
        self._key = key
        self._provider = provider

    def remove(self, action: SupportAction, user_id: str, address_index: int) -> tuple[int, str]:
        """Lift the block on an address; return the removals in 30 days and on which ground."""
        user, mailbox, entry = self._entry(action, user_id, address_index)
        states = self.states(action, user)
        evidence = evidence_for(
            mailbox, states, self._checks.fresh(action, user), admin_of(self._directory, user)
        )
        removal_id = uuid4().hex
        removed = lifting.remove(
            entry.state,
            Whose(mailbox.canonical, mailbox.digest, user.id),
            _asker(action),
            removal_id,
            user_id=user.id,
            evidence=evidence,
            now=action.now,
        )
        if removed.check_id:
            action.proved(removed.check_id)
        else:
            action.needs_no_check(removed.ground)
        action.about(f"removal:{removal_id}")
        action.stage(entry, removed)
        return len(entry.state.removals_since(action.now)) + 1, removed.ground

    def vouch_for_address(self, action: SupportAction, user_id: str, address_index: int) -> None:
        """Take a customer admin's word for an address of their organization. Raises Refused."""
        user, mailbox, entry = self._entry(action, user_id, address_index)
        if not user.organization_id or user.organization_id != action.actor.organization_id:
            raise NotFound("user")
        whose = Whose(mailbox.canonical, mailbox.digest, user.id)
        action.stage(entry, lifting.vouch(entry.state, whose, _asker(action), user.id))

    def ask_admin_to_vouch(self, action: SupportAction, user_id: str, address_index: int) -> None:
        """Ask the customer's admins for their word for an address. Raises Refused."""
        user, mailbox, entry = self._entry(action, user_id, address_index)
        whose = Whose(mailbox.canonical, mailbox.digest, user.id)
        asker = replace(_asker(action), organization_id=user.organization_id)
        asked = lifting.ask_to_vouch(entry.state, whose, asker, user.id, user.partner_name)
        action.stage(entry, asked)

    def list_vouch_requests(self, action: SupportAction) -> list[VouchRequestView]:
        """Return the addresses of the admin's organization that wait for a word, oldest first."""
        organization = action.actor.organization_id
        action.about(organization_id=organization)
        found = []
        for position in self._found.address_vouch_requests(organization) if organization else ():
            (row,) = self._store.read(position - 1, 1)
            asked = self._store.opened(row)
            if not isinstance(asked, AddressVouchRequested):
                continue
            try:
                user = self._directory.user(action.actor, asked.user_id)
            except NotFound:
                continue
            own = next(
                (m for m in mailboxes(self._store, user) if m.digest == asked.address_digest), None
            )
            if own is None:
                continue
            state = action.load(own.stream, blocklist.evolve, Address()).state
            found.append(VouchRequestView(asked, user, own, state))
        action.showed(f"address:{each.mailbox.digest}" for each in found)
        return found

    def lift_removal_lock(self, action: SupportAction, user_id: str, address_index: int) -> None:
        """Let the admin's partner remove an address once more. Raises Refused."""
        user, mailbox, entry = self._entry(action, user_id, address_index)
        whose = Whose(mailbox.canonical, mailbox.digest, user.id)
        lifted = lifting.lift_lock(entry.state, whose, _asker(action), user.id, action.now)
        action.stage(entry, lifted)

    def ask_for_consent(self, action: SupportAction, user_id: str, address_index: int) -> str:
        """Mail the recipient of a complaint, at another address; return the message's id."""
        user, mailbox, entry = self._entry(action, user_id, address_index)
        consent.check_askable(entry.state)
        states = self.states(action, user)
        other = next(
            (
                each
                for each in mailboxes(self._store, user)
                if each.digest != mailbox.digest and not states[each.digest].blocked
            ),
            None,
        )
        if other is None:
            raise Refused(
                "NO_OTHER_ADDRESS",
                "The user has no other address that takes mail. Ask an admin of the customer.",
            )
        message_id, consent_id = uuid4().hex, uuid4().hex
        Counted(action, [Limit("consent", user.id)]).count(
            message_id, "TOO_MANY_MESSAGES", "Requests to one user"
        )
        link = secrets.token_urlsafe(_LINK_BYTES)
        loaded = action.load(f"mail-consent:{consent_id}", consent.evolve, Consent())
        action.stage(
            loaded,
            MailConsentAsked(
                consent_id=consent_id,
                person_id=user.id,
                user_id=user.id,
                organization_id=user.organization_id,
                address=mailbox.canonical,
                address_digest=mailbox.digest,
                asked_by=action.actor.id,
                partner_id=action.actor.partner_id,
                ticket=action.ticket,
                message_id=message_id,
                link_key=self._store.vault.spare("consent"),
                link=link,
                link_digest=consent.digest_of(self._key, consent_id, link),
                expires_at=action.now + consent.LASTS,
            ),
        )
        queue(action, user, other, message_id, message.CONSENT, consent_id=consent_id)
        return message_id

    def get_consent(self, action: SupportAction, link: str) -> ConsentView:
        """Return what a link is about. Raises NotFound."""
        asked = self._by_link(action, link)
        return self._view(action, asked)

    def give_consent(self, action: SupportAction, link: str) -> ConsentView:
        """Take the consent of who opened a link. Raises NotFound, Refused."""
        asked = self._by_link(action, link)
        entry = self._blocked(action, asked)
        action.about(
            f"address:{asked.address_digest}",
            organization_id=asked.organization_id,
            user_id=asked.user_id,
        )
        action.about(f"reader:{asked.user_id}")
        action.answers(asked.asked_by, asked.partner_id)
        action.ticket = asked.ticket
        action.stage(entry, consent.give(asked, entry.state, action.now))
        return self._view(action, asked)

    def list_removals(
        self, action: SupportAction, *, everyone: bool, size: int, token: str
    ) -> tuple[list[RemovalView], str]:
        """Return a page of the partner's removals, or of the caller's own, newest first."""
        actor = action.actor
        whose = "" if everyone else actor.id
        pages = Pages(self._store.digest, actor.id, actor.partner_id, "removals", whose)
        cursor = pages.cursor(token)
        before = int(cursor[0]) if cursor else 0
        wanted = size_of(size)
        rows = list(self._found.removals(actor.partner_id, whose, before, wanted + 1))
        shown = rows[:wanted]
        admins: dict[str, Callable[[str], bool]] = {}
        views = [self._removal(action, each, admins) for each in shown]
        for view in views:
            action.showed_of(view.organization_id, f"removal:{view.removal.removal_id}")
        action.read_at(self._store.name, self._store.position)
        return views, pages.token(shown[-1].position) if len(rows) > wanted else ""

    def states(self, action: SupportAction, user: User) -> dict[str, Address]:
        """Return the state of each address of a user, by its digest."""
        return {
            each.digest: action.load(each.stream, blocklist.evolve, Address()).state
            for each in mailboxes(self._store, user)
        }

    def _removal(
        self, action: SupportAction, removal: Removal, admins: dict[str, Callable[[str], bool]]
    ) -> RemovalView:
        try:
            user = self._directory.user(action.actor, removal.user_id)
        except NotFound:
            return RemovalView(removal)
        own = next(
            (m for m in mailboxes(self._store, user) if m.digest == removal.address_digest), None
        )
        state = Address()
        step = ""
        if own is not None:
            state = action.load(own.stream, blocklist.evolve, Address()).state
            has_admin = admins.setdefault(user.id, admin_of(self._directory, user))
            evidence = evidence_for(own, self.states(action, user), None, has_admin)
            verdict = lifting.removal(state, action.now, evidence, action.actor.partner_id)
            step = verdict.next_step if state.blocked or state.probation else ""
            if removal.outcome == "bounced" and not step:
                step = advice(Cause(removal.cause))
        return RemovalView(
            removal,
            user.display_name,
            user.organization_id,
            user.organization_name,
            own.address if own else "",
            state,
            step,
            state.at_provider(self._provider),
        )

    def _entry(
        self, action: SupportAction, user_id: str, address_index: int
    ) -> tuple[User, Mailbox, Loaded[Address]]:
        user = self._directory.user(action.actor, user_id)
        mailbox = mailbox_at(self._store, user, address_index)
        action.about(
            f"address:{mailbox.digest}", organization_id=user.organization_id, user_id=user.id
        )
        return user, mailbox, action.load(mailbox.stream, blocklist.evolve, Address())

    def _by_link(self, action: SupportAction, link: str) -> Consent:
        consent_id, secret = link[:_ID], link[_ID:_LONGEST]
        if not (len(consent_id) == _ID and consent_id.isascii() and consent_id.isalnum()):
            raise NotFound("link")
        asked = action.load(f"mail-consent:{consent_id}", consent.evolve, Consent()).state
        if not consent.opens(asked, consent.digest_of(self._key, consent_id, secret)):
            raise NotFound("link")
        return asked

    def _blocked(self, action: SupportAction, asked: Consent) -> Loaded[Address]:
        return action.load(address_stream(asked.address), blocklist.evolve, Address())

    def _view(self, action: SupportAction, asked: Consent) -> ConsentView:
        state = self._blocked(action, asked).state
        return ConsentView(consent.standing(asked, state, action.now), asked, state.since)


def _asker(action: SupportAction) -> Asker:
    actor = action.actor
    return Asker(
        actor.id,
        actor.partner_id,
        actor.organization_id,
        reason=action.reason,
        ticket=action.ticket,
    )
