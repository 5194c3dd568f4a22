"""Use cases of consents: ask, answer, grant, revoke, list; one public method an RPC."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache
from uuid import uuid4

from helpdesk.kernel.actions import SupportAction, UnitOfWork
from helpdesk.kernel.errors import Conflict, Forbidden, InvalidArgument, NotFound, Refused
from helpdesk.kernel.store import Store
from services.session.application.ports import (
    SERVICE,
    Directory,
    Finder,
    Given,
    Item,
    Organization,
    Standing,
)
from services.session.application.viewing import ViewUseCases
from services.session.domain import blocking, consents, requests
from services.session.domain.access import Access, Request, Windows
from services.session.domain.blocking import Blocking
from services.session.domain.facts import (
    AccessRequested,
    AccessRequestLapsed,
    ConsentGranted,
    ConsentRevoked,
    ViewEnded,
)
from services.session.domain.receipt import Document, receipt


class ConsentUseCases:
    """Loads the state of one customer and one partner, lets it decide, stages what follows."""

    def __init__(
        self,
        store: Store,
        directory: Directory,
        finder: Finder,
        windows: Windows,
        views: ViewUseCases,
    ) -> None:
        self._store = store
        self._directory = directory
        self._finder = finder
        self._windows = windows
        self._views = views

    def _read(self, item: Item) -> Access:
        return self._finder.access(item.organization_id, item.partner_id).state

    def request_access(
        self, action: SupportAction, organization_id: str, sections: tuple[str, ...], minutes: int
    ) -> AccessRequested:
        """Ask a customer's admins for access."""
        partner_id = action.actor.partner_id
        organization = self._directory.organization(action.actor, organization_id)
        action.about(organization_id=organization.id)
        blocking.check_open(self._views.blocking(action, organization.id).state)
        loaded = self._finder.access(organization.id, partner_id)
        asked = AccessRequested(
            access_request_id=uuid4().hex,
            organization_id=organization.id,
            partner_id=partner_id,
            agent_id=action.actor.id,
            sections=sections,
            minutes=minutes or self._windows.view_minutes,
            reason=action.reason,
            ticket=action.ticket,
            lapses=action.now + self._windows.answer,
        )
        fact = requests.request_access(
            loaded.state, asked, has_admin=bool(organization.admin_ids), now=action.now
        )
        action.stage(loaded, fact)
        action.about(f"access_request:{fact.access_request_id}")
        return fact

    def get_access(self, action: SupportAction, organization_id: str) -> Standing:
        """Say what the caller may do with a customer's portal, and why not."""
        organization = self._directory.organization(action.actor, organization_id)
        action.about(organization_id=organization.id)
        access = self._finder.access(organization.id, action.actor.partner_id).state
        has_admin = bool(organization.admin_ids)
        running = self._views.running(access, action.actor, action.now)
        consent = consents.live_consent(access, action.actor.id, action.ticket, action.now)
        if running is not None:
            granted = running.granted
            until = running.until or granted.latest
            return Standing(
                "RUNNING",
                granted.sections,
                until,
                granted.minutes,
                granted.consent_id,
                granted.view_id,
                has_admin=has_admin,
            )
        if consent is not None:
            given = consent.granted
            return Standing(
                "GRANTED",
                given.sections,
                given.ends,
                given.minutes,
                given.consent_id,
                has_admin=has_admin,
            )
        request = requests.open_request(access, action.actor.id, action.now)
        if request is not None:
            asked = request.asked
            return Standing(
                "REQUESTED",
                asked.sections,
                asked.lapses,
                asked.minutes,
                obstacle="NOT_ANSWERED",
                has_admin=has_admin,
            )
        if self._views.blocking(action, organization.id).state.since is not None:
            return Standing("NONE", obstacle="PARTNERS_BLOCKED", has_admin=has_admin)
        ticket = consents.other_ticket(access, action.actor.id, action.now)
        obstacle = "OTHER_TICKET" if ticket else "NO_CONSENT"
        return Standing("NONE", obstacle=obstacle, has_admin=has_admin, ticket=ticket)

    def list_requests(self, action: SupportAction) -> list[tuple[Request, str, str]]:
        """Return requests to the admin's organization with names of agent and partner."""
        organization = self._own(action)
        name_of = cache(self._directory.name)
        found = []
        for item in self._finder.items("request", organization_id=organization.id):
            request = self._read(item).requests[item.id]
            name = name_of(item.agent_id)
            found.append((request, name, organization.partner_name(item.partner_id)))
        return sorted(found, key=lambda each: each[0].state_at(action.now) != "open")

    def answer_request(
        self,
        action: SupportAction,
        access_request_id: str,
        *,
        approve: bool,
        sections: tuple[str, ...],
        minutes: int,
    ) -> str:
        """Approve a request, narrower if wanted, or reject it; return the consent's id."""
        item = self._item(action, "request", access_request_id)
        loaded = self._finder.access(item.organization_id, item.partner_id)
        if not approve:
            fact = requests.reject(
                loaded.state, access_request_id, rejected_by=action.actor.id, now=action.now
            )
            action.stage(loaded, fact)
            return ""
        self._check_manages(action, item.partner_id)
        blocking.check_open(self._views.blocking(action, item.organization_id).state)
        consent = ConsentGranted(
            consent_id=uuid4().hex,
            organization_id=item.organization_id,
            partner_id=item.partner_id,
            sections=sections,
            begins=action.now,
            ends=action.now + self._windows.answer,
            minutes=minutes,
            granted_by=action.actor.id,
        )
        granted = requests.approve(loaded.state, access_request_id, consent, now=action.now)
        action.stage(loaded, granted)
        action.consent_id = granted.consent_id
        return granted.consent_id

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
        organization = self._own(action)
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
        item = self._item(action, "consent", consent_id)
        action.consent_id = consent_id
        loaded = self._finder.access(item.organization_id, item.partner_id)
        facts = consents.revoke(
            loaded.state, consent_id, revoked_by=action.actor.id, now=action.now
        )
        action.stage(loaded, *facts)
        return len(facts) - 1

    def block_partners(self, action: SupportAction) -> tuple[int, int]:
        """Shut every partner out; return how many consents were taken back and views ended."""
        organization = self._own(action)
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
        organization = self._own(action)
        loaded = self._views.blocking(action, organization.id)
        action.stage(loaded, blocking.unblock(loaded.state, organization.id, action.actor.id))

    def consent_receipt(self, action: SupportAction, consent_id: str) -> Document:
        """Return what the receipt of a consent of the admin's organization says now."""
        item = self._item(action, "consent", consent_id)
        action.consent_id = consent_id
        organization = self._own(action)
        access = self._read(item)
        partner = organization.partner_name(item.partner_id)
        return receipt(access, access.consents[consent_id], organization.name, partner, action.now)

    def list_consents(
        self, action: SupportAction, *, include_ended: bool
    ) -> tuple[Organization, Blocking, list[Given]]:
        """Return consents of the admin's organization with the views that run on them."""
        organization = self._own(action)
        shut = self._views.blocking(action, organization.id).state
        name_of = cache(self._directory.name)
        found = []
        for item in self._finder.items("consent", organization_id=organization.id):
            access = self._read(item)
            consent = access.consents[item.id]
            running = [
                (view, name_of(view.granted.agent_id))
                for view in access.views.values()
                if view.granted.consent_id == item.id and not self._views.over(view, action.now)
            ]
            if include_ended or running or consent.state_at(action.now) in ("live", "pending"):
                agent_id = consent.granted.agent_id
                found.append(Given(consent, name_of(agent_id) if agent_id else "", running))
        return organization, shut, found

    def lapse_requests(self) -> int:
        """Write down, once, the requests that nobody answered in time; return how many."""
        now, count = datetime.now(UTC), 0
        for item in self._finder.items("request", live_only=True):
            loaded = self._finder.access(item.organization_id, item.partner_id)
            request = loaded.state.requests[item.id]
            if request.state == "open" and request.state_at(now) == "lapsed":
                work = UnitOfWork(self._store, SERVICE, now)
                fact = AccessRequestLapsed(
                    access_request_id=item.id,
                    organization_id=item.organization_id,
                    partner_id=item.partner_id,
                )
                work.stage(loaded, fact)
                try:
                    self._store.commit(work.unit())
                except Conflict:
                    # Somebody wrote to the pair at the same moment: the next round looks again.
                    continue
                count += 1
        return count

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

    def _partners(self, organization_id: str) -> list[str]:
        items = (
            *self._finder.items("consent", organization_id=organization_id, live_only=True),
            *self._finder.items("request", organization_id=organization_id, live_only=True),
        )
        return list(dict.fromkeys(item.partner_id for item in items))

    def _own(self, action: SupportAction) -> Organization:
        if not action.actor.organization_id:
            raise Forbidden("NO_ORGANIZATION", "Only a customer's admin may do this.")
        organization = self._directory.organization(action.actor, action.actor.organization_id)
        action.about(organization_id=organization.id)
        return organization

    def _check_manages(self, action: SupportAction, partner_id: str) -> None:
        # The relationship may have ended since, and what follows from that is still on its way.
        if partner_id not in self._own(action).partner_ids:
            raise Refused(
                "PARTNER_LEFT", "This partner no longer manages your organization. Reject it."
            )

    def _item(self, action: SupportAction, kind: str, id_: str) -> Item:
        if not id_:
            raise InvalidArgument(f"{kind}_id", "REQUIRED")
        item = self._finder.find(kind, id_)
        if item is None or item.organization_id != action.actor.organization_id:
            raise NotFound(kind)
        action.about(f"{kind}:{id_}", organization_id=item.organization_id)
        return item
