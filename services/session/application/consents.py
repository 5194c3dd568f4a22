"""Use cases of consents: grant, revoke, block, list, watch; one public method an RPC."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import cache
from uuid import uuid4

from helpdesk.kernel.actions import SupportAction, UnitOfWork
from helpdesk.kernel.errors import Conflict, NotFound
from helpdesk.kernel.store import Store
from services.session.application.ports import (
    SERVICE,
    Asked,
    Directory,
    Finder,
    Given,
    Organization,
)
from services.session.application.requests import RequestUseCases
from services.session.application.viewing import ViewUseCases
from services.session.domain import blocking, consents
from services.session.domain.access import LOOKING, Windows
from services.session.domain.blocking import Blocking
from services.session.domain.facts import (
    ConsentGranted,
    ConsentRevoked,
    ViewEnded,
)
from services.session.domain.receipt import Document, receipt

_WATCHED_SECONDS = 240.0
_LOOKED_EVERY = 2.0


class ConsentUseCases:
    """Loads the state of one customer and one partner, lets it decide, stages what follows."""

    def __init__(
        self,
        store: Store,
        directory: Directory,
        finder: Finder,
        windows: Windows,
        views: ViewUseCases,
        requests: RequestUseCases,
    ) -> None:
        self._store = store
        self._directory = directory
        self._finder = finder
        self._windows = windows
        self._views = views
        self._requests = requests

    def grant_access(
        self,
        action: SupportAction,
        partner_id: str,
        sections: tuple[str, ...],
        *,
        begins: datetime | None,
        ends: datetime | None,
        once: bool,
        minutes: int,
    ) -> str:
        """Allow a partner access without being asked; return the consent's id."""
        organization = self._requests.own(action)
        if not partner_id and len(organization.partner_ids) == 1:
            partner_id = organization.partner_ids[0]
        if partner_id not in organization.partner_ids:
            raise NotFound("partner")
        blocking.check_open(self._views.blocking(action, organization.id).state)
        loaded = self._finder.access(organization.id, partner_id)
        start = begins or action.now
        consent = ConsentGranted(
            consent_id=uuid4().hex,
            organization_id=organization.id,
            partner_id=partner_id,
            sections=sections,
            begins=start,
            ends=ends or start + self._windows.grant,
            once=once,
            minutes=minutes or self._windows.view_minutes,
            purpose=action.reason,
            granted_by=action.actor.id,
        )
        granted = consents.grant(consent, action.now)
        action.stage(loaded, granted)
        action.consent_id = granted.consent_id
        return granted.consent_id

    def revoke_consent(self, action: SupportAction, consent_id: str) -> int:
        """Take a consent back; return how many views ended with it."""
        item = self._requests.item(action, "consent", consent_id)
        action.consent_id = consent_id
        loaded = self._finder.access(item.organization_id, item.partner_id)
        facts = consents.revoke(
            loaded.state, consent_id, revoked_by=action.actor.id, now=action.now
        )
        action.stage(loaded, *facts)
        return len(facts) - 1

    def block_partners(self, action: SupportAction) -> tuple[int, int]:
        """Shut every partner out; return how many consents were taken back and views ended."""
        organization = self._requests.own(action)
        loaded = self._views.blocking(action, organization.id)
        admin = action.actor.id
        action.stage(loaded, blocking.block(loaded.state, organization.id, admin))
        revoked = ended = 0
        for partner_id in self._partners(organization.id):
            pair = self._finder.access(organization.id, partner_id)
            facts = consents.shut_out(pair.state, by=admin, now=action.now)
            action.stage(pair, *facts)
            revoked += sum(isinstance(fact, ConsentRevoked) for fact in facts)
            ended += sum(isinstance(fact, ViewEnded) for fact in facts)
        return revoked, ended

    def unblock_partners(self, action: SupportAction) -> None:
        """Let partners ask again."""
        organization = self._requests.own(action)
        loaded = self._views.blocking(action, organization.id)
        action.stage(loaded, blocking.unblock(loaded.state, organization.id, action.actor.id))

    def consent_receipt(self, action: SupportAction, consent_id: str) -> Document:
        """Return what the receipt of a consent of the admin's organization says now."""
        item = self._requests.item(action, "consent", consent_id)
        action.consent_id = consent_id
        organization = self._requests.own(action)
        access = self._requests.read(item)
        partner = organization.partner_name(item.partner_id)
        return receipt(access, access.consents[consent_id], organization.name, partner, action.now)

    def list_consents(
        self, action: SupportAction, *, include_ended: bool
    ) -> tuple[Organization, Blocking, list[Given]]:
        """Return consents of the admin's organization with the views that run on them."""
        organization = self._requests.own(action)
        shut = self._views.blocking(action, organization.id).state
        name_of = cache(self._directory.name)
        found = []
        for item in self._finder.items("consent", organization_id=organization.id):
            access = self._requests.read(item)
            consent = access.consents[item.id]
            running = [
                (view, name_of(view.granted.agent_id))
                for view in access.views.values()
                if view.granted.consent_id == item.id and not self._views.over(view, action.now)
            ]
            if include_ended or running or consent.state_at(action.now) in ("live", "pending"):
                agent_id = consent.granted.agent_id
                agent = name_of(agent_id) if agent_id else ""
                partner = organization.partner_name(item.partner_id)
                found.append(Given(consent, agent, partner, running))
        return organization, shut, found

    def watch_access(
        self, action: SupportAction, waits: Callable[[], bool]
    ) -> Iterator[tuple[Blocking, list[Given], list[Asked]]]:
        """Yield how things stand in the admin's organization, at once and at each change."""
        until = time.monotonic() + _WATCHED_SECONDS
        organization_id = self._requests.own(action).id
        shown: object = None
        while waits() and time.monotonic() < until:
            seen, now = self._store.position, datetime.now(UTC)
            found = self._outline(organization_id, now)
            if found != shown:
                shown = found
                action.now = now
                _, shut, given = self.list_consents(action, include_ended=True)
                waiting = [
                    e
                    for e in self._requests.list_requests(action)
                    if e.request.state_at(now) == "open"
                ]
                yield shut, given, waiting
            # Ends by the clock are no facts yet, so it is looked at without one as well.
            self._store.wait(seen + 1, timeout=_LOOKED_EVERY)

    def _outline(self, organization_id: str, now: datetime) -> object:
        # What tells two answers apart, without a name, so that nobody is asked for one in vain.
        shut = self._views.blocking(UnitOfWork(self._store, SERVICE, now), organization_id).state
        outline: list[object] = [shut]
        for item in self._finder.items("consent", organization_id=organization_id):
            access = self._requests.read(item)
            running = [
                view_id
                for view_id, view in access.views.items()
                if view.granted.consent_id == item.id and not self._views.over(view, now)
            ]
            outline.append((item.id, access.consents[item.id].state_at(now), running))
        outline.extend(
            (item.id, self._requests.read(item).requests[item.id].state_at(now))
            for item in self._finder.items(
                "request", organization_id=organization_id, live_only=True
            )
        )
        return outline

    def tell_of_ends(self) -> int:
        """Write down, once each, that consents end soon or have ended; return how many facts."""
        now, count = datetime.now(UTC), 0
        for item in self._finder.items("consent", live_only=True):
            loaded = self._finder.access(item.organization_id, item.partner_id)
            fact = consents.expiry(loaded.state.consents[item.id], now)
            if fact is None:
                continue
            work = UnitOfWork(self._store, SERVICE, now)
            work.stage(loaded, fact)
            try:
                self._store.commit(work.unit())
            except Conflict:
                # Somebody wrote to the pair at the same moment: the next round looks again.
                continue
            count += 1
        return count

    def on_partners_changed(
        self, work: UnitOfWork, organization_id: str, partner_ids: frozenset[str]
    ) -> None:
        """Take back the consents of partners that left, and reject their requests."""
        for partner_id in self._partners(organization_id):
            if partner_id not in partner_ids:
                loaded = self._finder.access(organization_id, partner_id)
                work.stage(loaded, *consents.leave(loaded.state, by=SERVICE.id, now=work.now))

    def on_role_removed(
        self, work: UnitOfWork, agent_id: str, role: str, roles_left: frozenset[str]
    ) -> None:
        """End what an agent may still ask or use, where no role is left that may look."""
        if role in LOOKING and not LOOKING & roles_left:
            self.on_agent_left(work, agent_id)

    def on_agent_left(self, work: UnitOfWork, agent_id: str) -> None:
        """Reject an agent's requests, and take back the approvals that only they could use."""
        items = (
            *self._finder.items("request", agent_id=agent_id, live_only=True),
            *self._finder.items("consent", agent_id=agent_id, live_only=True),
        )
        for pair in dict.fromkeys((each.organization_id, each.partner_id) for each in items):
            loaded = self._finder.access(*pair)
            facts = consents.without_agent(loaded.state, agent_id, by=SERVICE.id, now=work.now)
            work.stage(loaded, *facts)

    def _partners(self, organization_id: str) -> list[str]:
        items = (
            *self._finder.items("consent", organization_id=organization_id, live_only=True),
            *self._finder.items("request", organization_id=organization_id, live_only=True),
        )
        return list(dict.fromkeys(item.partner_id for item in items))
