"""Use cases of requests for access: ask, answer, list, lapse; one public method an RPC."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache
from uuid import uuid4

from helpdesk.kernel.actions import SupportAction, UnitOfWork
from helpdesk.kernel.errors import Conflict, Forbidden, InvalidArgument, NotFound, Refused
from helpdesk.kernel.store import Store
from services.session.application.ports import (
    SERVICE,
    Asked,
    Directory,
    Finder,
    Item,
    Organization,
    Standing,
)
from services.session.application.viewing import ViewUseCases
from services.session.domain import blocking, consents, requests
from services.session.domain.access import LOOKING, Access, Windows, earlier
from services.session.domain.facts import AccessRequested, AccessRequestLapsed, ConsentGranted


class RequestUseCases:
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

    def request_access(
        self, action: SupportAction, organization_id: str, sections: tuple[str, ...], minutes: int
    ) -> AccessRequested:
        """Ask a customer's admins for access."""
        partner_id = action.actor.partner_id
        organization = self._directory.organization(action.actor, organization_id)
        action.about(organization_id=organization.id)
        blocking.check_open(self._views.blocking(action, organization.id).state)
        loaded = self._finder.access(organization.id, partner_id)
        footing = self._directory.footing(action.actor.id, action.actor.roles, organization.id)
        asked = AccessRequested(
            access_request_id=uuid4().hex,
            organization_id=organization.id,
            partner_id=partner_id,
            agent_id=action.actor.id,
            sections=sections,
            minutes=minutes or self._windows.view_minutes,
            reason=action.reason,
            ticket=action.ticket,
            lapses=earlier(action.now + self._windows.answer, footing.until),
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

    def list_requests(self, action: SupportAction) -> list[Asked]:
        """Return requests to the admin's organization with names of agent and partner."""
        organization = self.own(action)
        name_of = cache(self._directory.name)
        found = []
        for item in self._finder.items("request", organization_id=organization.id):
            request = self.read(item).requests[item.id]
            name = name_of(item.agent_id)
            found.append(Asked(request, name, organization.partner_name(item.partner_id)))
        return sorted(found, key=lambda each: each.request.state_at(action.now) != "open")

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
        item = self.item(action, "request", access_request_id)
        loaded = self._finder.access(item.organization_id, item.partner_id)
        if not approve:
            fact = requests.reject(
                loaded.state, access_request_id, rejected_by=action.actor.id, now=action.now
            )
            action.stage(loaded, fact)
            return ""
        self._check_manages(action, item.partner_id)
        role_until = self._check_looks(item)
        blocking.check_open(self._views.blocking(action, item.organization_id).state)
        consent = ConsentGranted(
            consent_id=uuid4().hex,
            organization_id=item.organization_id,
            partner_id=item.partner_id,
            sections=sections,
            begins=action.now,
            ends=earlier(action.now + self._windows.answer, role_until),
            minutes=minutes,
            granted_by=action.actor.id,
        )
        granted = requests.approve(loaded.state, access_request_id, consent, now=action.now)
        action.stage(loaded, granted)
        action.consent_id = granted.consent_id
        return granted.consent_id

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

    def own(self, action: SupportAction) -> Organization:
        """Return the caller's own organization. Raises Forbidden where there is none."""
        if not action.actor.organization_id:
            raise Forbidden("NO_ORGANIZATION", "Only a customer's admin may do this.")
        organization = self._directory.organization(action.actor, action.actor.organization_id)
        action.about(organization_id=organization.id)
        return organization

    def item(self, action: SupportAction, kind: str, id_: str) -> Item:
        """Return where something of the caller's organization belongs. Raises NotFound."""
        if not id_:
            raise InvalidArgument(f"{kind}_id", "REQUIRED")
        item = self._finder.find(kind, id_)
        if item is None or item.organization_id != action.actor.organization_id:
            raise NotFound(kind)
        action.about(f"{kind}:{id_}", organization_id=item.organization_id)
        return item

    def read(self, item: Item) -> Access:
        """Return the state of the pair that something belongs to."""
        return self._finder.access(item.organization_id, item.partner_id).state

    def _check_manages(self, action: SupportAction, partner_id: str) -> None:
        # The relationship may have ended since, and what follows from that is still on its way.
        if partner_id not in self.own(action).partner_ids:
            raise Refused(
                "PARTNER_LEFT", "This partner no longer manages your organization. Reject it."
            )

    def _check_looks(self, item: Item) -> datetime:
        # What follows from a lost role may still be on its way as well.
        footing = self._directory.footing(item.agent_id, LOOKING, item.organization_id)
        if footing.lost:
            raise Refused("AGENT_LEFT", "Who asked may no longer look at your portal. Reject it.")
        return footing.until
