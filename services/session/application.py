"""Use cases of consents and read-only sessions: one public method an RPC."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol
from uuid import uuid4

from helpdesk.kernel.actions import SupportAction, UnitOfWork
from helpdesk.kernel.context import Actor
from helpdesk.kernel.errors import Conflict, Forbidden, InvalidArgument, NotFound, Refused
from helpdesk.kernel.store import Loaded, Store
from services.session.domain import access as rules
from services.session.domain.access import Access, Consent, Request, View, Windows
from services.session.domain.facts import (
    AccessRequested,
    AccessRequestLapsed,
    ConsentGranted,
    ViewGranted,
)

_HEARTBEAT = 2.0
_SERVICE = Actor(id="service:session", roles=frozenset({"SERVICE"}))
_ENDED = {
    "agent": "This view was ended by its agent.",
    "customer": "The customer's admin ended this view.",
    "partner_admin": "A partner admin ended this view.",
    "time": "The time of this view is over.",
    "idle": "This view was not used for too long and has ended.",
    "role": "This view ended because its agent lost the role.",
    "relationship": "This view ended because the customer left the partner.",
}


@dataclass(frozen=True)
class Item:
    """Where a request, consent or view belongs."""

    id: str
    organization_id: str
    partner_id: str
    agent_id: str
    ended: int


@dataclass(frozen=True)
class Organization:
    """What identity says of a customer."""

    id: str
    name: str
    admin_ids: tuple[str, ...]
    partner_ids: tuple[str, ...]
    partner_names: tuple[str, ...]

    def partner_name(self, partner_id: str) -> str:
        """Return the name of a partner that manages it now, or an empty text."""
        return dict(zip(self.partner_ids, self.partner_names, strict=True)).get(partner_id, "")


class Directory(Protocol):
    """What the session service asks identity."""

    def organization(self, viewer: Actor, organization_id: str) -> Organization:
        """Return a customer that the viewer may see. Raises NotFound."""

    def standing(self, user_id: str, roles: frozenset[str], organization_id: str) -> str:
        """Return why an agent may no longer look there, or an empty text."""

    def name(self, user_id: str) -> str:
        """Return a person's name."""


class Finder(Protocol):
    """Finds requests, consents and views, and when a view was last used."""

    def find(self, kind: str, id_: str) -> Item | None:
        """Return where something belongs."""

    def items(
        self,
        kind: str,
        *,
        organization_id: str = "",
        partner_id: str = "",
        agent_id: str = "",
        live_only: bool = False,
    ) -> list[Item]:
        """Return items, newest first."""

    def last_use(self, view_id: str) -> datetime | None:
        """Return when a view was last used."""

    def used(self, view_id: str, now: datetime) -> None:
        """Note that a view is used."""


@dataclass(frozen=True)
class Standing:
    """How an agent stands with a customer."""

    state: str
    sections: tuple[str, ...] = ()
    until: datetime | None = None
    minutes: int = 0
    consent_id: str = ""
    view_id: str = ""
    obstacle: str = ""
    has_admin: bool = True


@dataclass(frozen=True)
class Lease:
    """A view that may be looked at for the next few seconds."""

    view: View
    remaining: int
    until: datetime


@dataclass(frozen=True)
class Watched:
    """How a view stands."""

    remaining: int
    ended_by: str = ""
    ended_at: datetime | None = None


class SessionApplication:
    """Loads the state of one customer and one partner, lets it decide, stages what follows."""

    def __init__(
        self, store: Store, directory: Directory, finder: Finder, windows: Windows
    ) -> None:
        self._store = store
        self._directory = directory
        self._finder = finder
        self._windows = windows

    def _load(self, work: UnitOfWork, organization_id: str, partner_id: str) -> Loaded[Access]:
        return work.load(_stream(organization_id, partner_id), rules.evolve, Access())

    def _read(self, organization_id: str, partner_id: str) -> Access:
        stream = _stream(organization_id, partner_id)
        return self._store.load(stream, rules.evolve, Access()).state

    def request_access(
        self, action: SupportAction, organization_id: str, sections: tuple[str, ...], minutes: int
    ) -> AccessRequested:
        """Ask a customer's admins for access."""
        partner_id = action.actor.partner_id
        organization = self._directory.organization(action.actor, organization_id)
        action.about(organization_id=organization.id)
        loaded = self._load(action, organization.id, partner_id)
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
        fact = rules.request_access(
            loaded.state, asked, has_admin=bool(organization.admin_ids), now=action.now
        )
        action.stage(loaded, fact)
        action.about(f"access_request:{fact.access_request_id}")
        return fact

    def get_access(self, action: SupportAction, organization_id: str) -> Standing:
        """Say what the caller may do with a customer's portal, and why not."""
        organization = self._directory.organization(action.actor, organization_id)
        action.about(organization_id=organization.id)
        access = self._read(organization.id, action.actor.partner_id)
        has_admin = bool(organization.admin_ids)
        running = self._running(access, action.actor, action.now)
        consent = rules.live_consent(access, action.now)
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
        for request in access.requests.values():
            if request.state_at(action.now) == "open":
                asked = request.asked
                return Standing(
                    "REQUESTED",
                    asked.sections,
                    asked.lapses,
                    asked.minutes,
                    obstacle="NOT_ANSWERED",
                    has_admin=has_admin,
                )
        return Standing("NONE", obstacle="NO_CONSENT", has_admin=has_admin)

    def list_requests(self, action: SupportAction) -> list[tuple[Request, str, str]]:
        """Return requests to the admin's organization with names of agent and partner."""
        organization = self._own(action)
        found = []
        for item in self._finder.items("request", organization_id=organization.id):
            request = self._read(item.organization_id, item.partner_id).requests[item.id]
            name = self._directory.name(item.agent_id)
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
        loaded = self._load(action, item.organization_id, item.partner_id)
        if not approve:
            fact = rules.reject(
                loaded.state, access_request_id, rejected_by=action.actor.id, now=action.now
            )
            action.stage(loaded, fact)
            return ""
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
        granted = rules.approve(loaded.state, access_request_id, consent, now=action.now)
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
        loaded = self._load(action, organization.id, partner_id)
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
        granted = rules.grant(consent, action.now)
        action.stage(loaded, granted)
        action.consent_id = granted.consent_id
        return granted.consent_id

    def revoke_consent(self, action: SupportAction, consent_id: str) -> int:
        """Take a consent back; return how many views ended with it."""
        item = self._item(action, "consent", consent_id)
        action.consent_id = consent_id
        loaded = self._load(action, item.organization_id, item.partner_id)
        facts = rules.revoke(loaded.state, consent_id, revoked_by=action.actor.id, now=action.now)
        action.stage(loaded, *facts)
        return len(facts) - 1

    def list_consents(
        self, action: SupportAction, *, include_ended: bool
    ) -> tuple[Organization, list[tuple[Consent, list[tuple[View, str]]]]]:
        """Return consents of the admin's organization with the views that run on them."""
        organization = self._own(action)
        found = []
        for item in self._finder.items("consent", organization_id=organization.id):
            access = self._read(item.organization_id, item.partner_id)
            consent = access.consents[item.id]
            running = [
                (view, self._directory.name(view.granted.agent_id))
                for view in access.views.values()
                if view.granted.consent_id == item.id and not self._over(view, action.now)
            ]
            if include_ended or running or consent.state_at(action.now) in ("live", "pending"):
                found.append((consent, running))
        return organization, found

    def start_view(self, action: SupportAction, organization_id: str) -> ViewGranted:
        """Make a view on a live consent."""
        actor = action.actor
        organization = self._directory.organization(actor, organization_id)
        action.about(organization_id=organization.id)
        loaded = self._load(action, organization.id, actor.partner_id)
        wanted = ViewGranted(
            view_id=uuid4().hex,
            consent_id="",
            organization_id=organization.id,
            partner_id=actor.partner_id,
            agent_id=actor.id,
            sign_in_id=actor.sign_in_id,
            ticket=action.ticket,
            sections=(),
            minutes=0,
            latest=action.now,
            roles=tuple(sorted(actor.roles)),
        )
        running = self._running(loaded.state, actor, action.now)
        granted = rules.start_view(loaded.state, wanted, running=running, now=action.now)
        action.stage(loaded, granted)
        action.consent_id = granted.consent_id
        action.about(f"view:{granted.view_id}")
        return granted

    def lease(self, action: SupportAction, view_id: str) -> Lease:
        """Say that a view may be looked at now; its clock starts at the first time."""
        item = self._finder.find("view", view_id)
        if item is None or item.agent_id != action.actor.id:
            raise NotFound("view")
        loaded = self._load(action, item.organization_id, item.partner_id)
        view = loaded.state.views[view_id]
        if view.granted.sign_in_id != action.actor.sign_in_id:
            raise NotFound("view")
        over = self._over(view, action.now) or self._lost(view)
        if over:
            if not view.ended_by:
                self._end(view_id, over)
            raise Refused(f"VIEW_ENDED_{over.upper()}", _ENDED[over])
        started = rules.begin(view, action.now)
        if started is not None:
            action.stage(loaded, started)
        self._finder.used(view_id, action.now)
        until = started.until if started is not None else view.until or view.granted.latest
        return Lease(view, int((until - action.now).total_seconds()), until)

    def end_view(self, action: SupportAction, view_id: str) -> None:
        """End a view of one's own, of one's organization or of one's partner."""
        item = self._finder.find("view", view_id)
        actor = action.actor
        if item is None:
            raise NotFound("view")
        if item.agent_id == actor.id:
            ended_by = "agent"
        elif actor.organization_id == item.organization_id and "CUSTOMER_ADMIN" in actor.roles:
            ended_by = "customer"
        elif actor.partner_id == item.partner_id and "PARTNER_ADMIN" in actor.roles:
            ended_by = "partner_admin"
        else:
            raise NotFound("view")
        action.about(f"view:{view_id}", organization_id=item.organization_id)
        loaded = self._load(action, item.organization_id, item.partner_id)
        view = loaded.state.views[view_id]
        action.consent_id = view.granted.consent_id
        action.stage(loaded, rules.end_view(view, ended_by=ended_by, person_id=actor.id))

    def list_views(self, action: SupportAction) -> list[tuple[View, int]]:
        """Return running views with the seconds that they have left."""
        actor = action.actor
        if "CUSTOMER_ADMIN" in actor.roles:
            items = self._finder.items(
                "view", organization_id=actor.organization_id, live_only=True
            )
        elif "PARTNER_ADMIN" in actor.roles:
            items = self._finder.items("view", partner_id=actor.partner_id, live_only=True)
        else:
            items = self._finder.items("view", agent_id=actor.id, live_only=True)
        found = []
        for item in items:
            view = self._read(item.organization_id, item.partner_id).views[item.id]
            if not self._over(view, action.now):
                found.append((view, view.remaining(action.now)))
        return found

    def watch(
        self, action: SupportAction, view_id: str, waits: Callable[[], bool]
    ) -> Iterator[Watched]:
        """Yield how a view stands, at each change and every 2 s, until it is over."""
        item = self._finder.find("view", view_id)
        if item is None or item.agent_id != action.actor.id:
            raise NotFound("view")
        while waits():
            seen = self._store.position
            now = datetime.now(UTC)
            view = self._read(item.organization_id, item.partner_id).views[view_id]
            over = self._over(view, now) or self._lost(view)
            if over:
                if not view.ended_by:
                    self._end(view_id, over)
                yield Watched(0, over, view.ended_at or now)
                return
            yield Watched(view.remaining(now))
            self._store.wait(seen + 1, timeout=_HEARTBEAT)

    def end_what_is_over(self) -> int:
        """Write down requests that lapsed and views that ran out; return how many."""
        now, count = datetime.now(UTC), 0
        for item in self._finder.items("request", live_only=True):
            request = self._read(item.organization_id, item.partner_id).requests[item.id]
            if request.state == "open" and request.state_at(now) == "lapsed":
                work = UnitOfWork(self._store, _SERVICE, now)
                loaded = self._load(work, item.organization_id, item.partner_id)
                fact = AccessRequestLapsed(
                    access_request_id=item.id,
                    organization_id=item.organization_id,
                    partner_id=item.partner_id,
                )
                work.stage(loaded, fact)
                count += self._committed(work)
        for item in self._finder.items("view", live_only=True):
            view = self._read(item.organization_id, item.partner_id).views[item.id]
            over = self._over(view, now)
            if over and not view.ended_by:
                count += self._end(item.id, over)
        return count

    def _over(self, view: View, now: datetime) -> str:
        last = self._finder.last_use(view.granted.view_id)
        return view.over(now, last, self._windows.idle)

    def _lost(self, view: View) -> str:
        granted = view.granted
        reason = self._directory.standing(
            granted.agent_id, frozenset(granted.roles), granted.organization_id
        )
        if not reason:
            return ""
        return "relationship" if "ORGANIZATION" in reason else "role"

    def _end(self, view_id: str, ended_by: str) -> bool:
        # The session's own lifecycle is written by the service as itself.
        item = self._finder.find("view", view_id)
        if item is None:
            return False
        work = UnitOfWork(self._store, _SERVICE, datetime.now(UTC))
        loaded = self._load(work, item.organization_id, item.partner_id)
        view = loaded.state.views[view_id]
        if view.ended_by:
            return False
        work.stage(loaded, rules.end_view(view, ended_by=ended_by, person_id=""))
        return self._committed(work)

    def _committed(self, work: UnitOfWork) -> bool:
        try:
            self._store.commit(work.unit())
        except Conflict:
            # Somebody ended or answered it at the same moment: that is what counts.
            return False
        return True

    def _running(self, access: Access, actor: Actor, now: datetime) -> View | None:
        for view in access.views.values():
            granted = view.granted
            mine = granted.agent_id == actor.id and granted.sign_in_id == actor.sign_in_id
            if mine and not self._over(view, now):
                return view
        return None

    def _own(self, action: SupportAction) -> Organization:
        if not action.actor.organization_id:
            raise Forbidden("NO_ORGANIZATION", "Only a customer's admin may do this.")
        organization = self._directory.organization(action.actor, action.actor.organization_id)
        action.about(organization_id=organization.id)
        return organization

    def _item(self, action: SupportAction, kind: str, id_: str) -> Item:
        if not id_:
            raise InvalidArgument(f"{kind}_id", "REQUIRED")
        item = self._finder.find(kind, id_)
        if item is None or item.organization_id != action.actor.organization_id:
            raise NotFound(kind)
        action.about(f"{kind}:{id_}", organization_id=item.organization_id)
        return item


def windows(view_minutes: int, idle_minutes: int, answer_hours: int, grant_days: int) -> Windows:
    """Return the windows of the settings."""
    return Windows(
        view_minutes=view_minutes,
        idle=timedelta(minutes=idle_minutes),
        answer=timedelta(hours=answer_hours),
        grant=timedelta(days=grant_days),
    )


def _stream(organization_id: str, partner_id: str) -> str:
    return f"access:{organization_id}:{partner_id}"
