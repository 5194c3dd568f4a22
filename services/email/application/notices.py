"""Telling admins: who they are, as identity's facts say, and one mail to each for each change."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Protocol

from helpdesk.kernel.actions import UnitOfWork
from helpdesk.kernel.addresses import canonical
from helpdesk.kernel.errors import InvalidArgument, Unavailable
from helpdesk.kernel.events import NEVER
from helpdesk.kernel.store import Loaded, Store
from services.email.application.ports import address_digest
from services.email.domain import caller_check, message, notices
from services.email.domain.caller_check import CallerCheck
from services.email.domain.facts import MessageQueued
from services.email.domain.message import Message
from services.email.domain.notice_facts import (
    HomeNoted,
    NoticesBegun,
    NoticeWritten,
    RecipientNoted,
    RecipientRoleNoted,
)
from services.email.domain.notices import Home, Notice, Recipient

_ADMIN = "id_full_admin"
_PARTNER_ADMIN = "PARTNER_ADMIN"
_MOST = 50


class People(Protocol):
    """Finds who may be an admin."""

    def recipients(self, home_id: str, limit: int) -> Sequence[str]:
        """Return people who may administer a customer or partner, in a stable order."""


class Notices:
    """What follows from facts of identity and session, and from requests to vouch."""

    def __init__(self, store: Store, people: People) -> None:
        self._store = store
        self._people = people

    def on_home(self, work: UnitOfWork, fields: Mapping[str, Any], *, is_partner: bool) -> None:
        """Know an organization or partner by its name and language."""
        home_id = str(fields["partner_id" if is_partner else "organization_id"])
        settings = fields.get("settings")
        noted = HomeNoted(
            home_id=home_id,
            name=str(fields.get("display_name", "")),
            language=str(settings.get("language", "")) if isinstance(settings, dict) else "",
            partner_ids=tuple(map(str, fields.get("partner_ids", ()))),
            is_partner=is_partner,
        )
        loaded = work.load(f"home:{home_id}", notices.evolve_home, Home())
        if notices.evolve_home(Home(), noted) != loaded.state:
            work.stage(loaded, noted)
            self._begin(work)

    def _begin(self, work: UnitOfWork) -> None:
        # Nobody is told before their home is known, so this comes before every notice.
        begun = self._begun(work)
        if begun.state == NEVER:
            work.stage(begun, NoticesBegun(begun=work.now))

    def _begun(self, work: UnitOfWork) -> Loaded[datetime]:
        return work.load("notices", notices.evolve_begun, NEVER)

    def matters(self, body: Mapping[str, Any]) -> bool:
        """Return whether a person of the directory may have to be told of anything."""
        if _ADMIN in body.get("directory_roles", ()) or self._is_partner(body):
            return True
        # Who was an admin may be none any more.
        stream = f"recipient:{body['user_id']}"
        known = self._store.load(stream, notices.evolve_recipient, Recipient()).state
        return bool(known.user_id)

    def on_person(self, work: UnitOfWork, fields: Mapping[str, Any]) -> None:
        """Know a person, or what changed about them."""
        user_id = str(fields["user_id"])
        loaded = work.load(f"recipient:{user_id}", notices.evolve_recipient, Recipient())
        noted = RecipientNoted(
            user_id=user_id,
            home_id=str(fields.get("organization_id", "")),
            is_admin=_ADMIN in fields.get("directory_roles", ()),
            active=fields.get("status") != "inactive",
            display_name=str(fields.get("display_name", "")),
            address=str(next(iter(fields.get("emails", ())), "")),
        )
        if notices.evolve_recipient(loaded.state, noted) != loaded.state:
            work.stage(loaded, noted)

    def on_role(
        self, work: UnitOfWork, fields: Mapping[str, Any], until: datetime, *, held: bool
    ) -> None:
        """Know that somebody administers a partner, or does no more."""
        if fields["role"] != _PARTNER_ADMIN:
            return
        user_id = str(fields["user_id"])
        loaded = work.load(f"recipient:{user_id}", notices.evolve_recipient, Recipient())
        noted = RecipientRoleNoted(
            user_id=user_id, partner_id=str(fields["partner_id"]), held=held, until=until
        )
        if notices.evolve_recipient(loaded.state, noted) != loaded.state:
            work.stage(loaded, noted)

    def on_access(
        self, work: UnitOfWork, fact_id: str, said: Notice, recorded_at: datetime, answers: str = ""
    ) -> None:
        """
        Tell both sides of a change; the same fact a second time tells nobody.

        ``answers`` is the request that a consent answers, if one.
        Raises Unavailable while identity's facts of the customer have not come.
        """
        notice_id = notices.notice_id_of(fact_id)
        loaded = work.load(f"notice:{notice_id}", notices.evolve, Notice())
        if loaded.state.notice_id:
            return
        customer = self._home(work, said.organization_id)
        if not customer.home_id:
            raise Unavailable("DIRECTORY_BEHIND", "The customer is not known here yet.")
        if not notices.is_news(recorded_at, self._begun(work).state):
            return
        notice = self._written(work, replace(said, notice_id=notice_id), customer, answers)
        work.stage(loaded, notice)
        self._remember(work, notice)
        partners = (said.partner_id,) if said.partner_id else customer.partner_ids
        told = self._admins(work, (said.organization_id, *partners))
        told.update(self._one(work, notice.agent_id))
        for each in told.values():
            self._tell(work, each, message.ACCESS, notice_id, notice_id=notice_id)

    def on_vouch_requested(self, work: UnitOfWork, fact_id: str, check_id: str) -> None:
        """Tell the customer's admins that one of them is asked to vouch for a caller."""
        check = work.load(f"check:{check_id}", caller_check.evolve, CallerCheck()).state
        if check.vouch != "asked" or work.now >= check.vouch_until:
            return
        admins = self._admins(work, (check.organization_id,))
        # Nobody vouches for themselves.
        admins.pop(check.user_id, None)
        for each in admins.values():
            self._tell(work, each, message.VOUCH, notices.notice_id_of(fact_id), check_id=check_id)

    def _written(
        self, work: UnitOfWork, said: Notice, customer: Home, answers: str
    ) -> NoticeWritten:
        earlier = self._earlier(work, said.access_id)
        asked = self._earlier(work, answers) if answers else earlier
        agent_id = said.agent_id or asked.agent_id
        agent = self._one(work, agent_id).get(agent_id, Recipient())
        return NoticeWritten(
            notice_id=said.notice_id,
            change=said.change,
            access_id=said.access_id,
            organization_id=said.organization_id,
            partner_id=said.partner_id,
            agent_id=agent_id,
            sections=said.sections or earlier.sections,
            begins=said.begins if said.begins != NEVER else earlier.begins,
            ends=said.ends if said.ends != NEVER else earlier.ends,
            days=said.days,
            ticket=said.ticket or asked.ticket,
            organization_name=customer.name,
            partner_name=self._home(work, said.partner_id).name,
            minutes=said.minutes or earlier.minutes,
            agent_name=agent.display_name,
            reason=said.reason,
        )

    def _earlier(self, work: UnitOfWork, access_id: str) -> Notice:
        if not access_id:
            return Notice()
        return work.load(f"access:{access_id}", notices.evolve, Notice()).state

    def _remember(self, work: UnitOfWork, notice: NoticeWritten) -> None:
        if notice.access_id:
            loaded = work.load(f"access:{notice.access_id}", notices.evolve, Notice())
            work.stage(loaded, notice)

    def _home(self, work: UnitOfWork, home_id: str) -> Home:
        return (
            work.load(f"home:{home_id}", notices.evolve_home, Home()).state if home_id else Home()
        )

    def _is_partner(self, body: Mapping[str, Any]) -> bool:
        stream = f"home:{body.get('organization_id', '')}"
        return self._store.load(stream, notices.evolve_home, Home()).state.is_partner

    def _admins(self, work: UnitOfWork, home_ids: Iterable[str]) -> dict[str, Recipient]:
        found = {}
        for home_id in home_ids:
            for user_id in self._people.recipients(home_id, _MOST):
                for each in self._one(work, user_id).values():
                    if each.is_admin_of(home_id, work.now):
                        found[user_id] = each
        return found

    def _one(self, work: UnitOfWork, user_id: str) -> dict[str, Recipient]:
        if not user_id:
            return {}
        stream = f"recipient:{user_id}"
        known = work.load(stream, notices.evolve_recipient, Recipient()).state
        return {user_id: known} if known.active else {}

    def _tell(
        self,
        work: UnitOfWork,
        to: Recipient,
        kind: str,
        notice: str,
        *,
        notice_id: str = "",
        check_id: str = "",
    ) -> None:
        try:
            digest = address_digest(self._store, canonical(to.address))
        except InvalidArgument:
            # There is none, or the person was forgotten.
            return
        message_id = notices.message_id_of(notice, to.user_id)
        loaded = work.load(f"message:{message_id}", message.evolve, Message())
        if loaded.state.message_id:
            return
        home = self._home(work, to.home_id)
        work.stage(
            loaded,
            MessageQueued(
                message_id=message_id,
                person_id=to.user_id,
                user_id=to.user_id,
                organization_id=to.home_id,
                kind=kind,
                address=to.address,
                address_digest=digest,
                display_name=to.display_name,
                language=home.language,
                organization_name=home.name,
                check_id=check_id,
                notice_id=notice_id,
            ),
        )
