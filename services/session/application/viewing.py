"""Use cases of read-only sessions: start, lease, watch, end; one public method an RPC."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from uuid import uuid4

from helpdesk.kernel.actions import SupportAction, UnitOfWork
from helpdesk.kernel.context import Actor
from helpdesk.kernel.errors import Conflict, NotFound, Refused
from helpdesk.kernel.store import Loaded, Store
from services.session.application.ports import (
    SERVICE,
    Directory,
    Finder,
    Footing,
    Item,
    Lease,
    Watched,
)
from services.session.domain import blocking, views
from services.session.domain.access import Access, View, Windows, earlier
from services.session.domain.blocking import Blocking
from services.session.domain.facts import ViewGranted

_HEARTBEAT = 2.0
_ENDED = {
    "agent": "This view was ended by its agent.",
    "customer": "The customer's admin ended this view.",
    "partner_admin": "A partner admin ended this view.",
    "time": "The time of this view is over.",
    "idle": "This view was not used for too long and has ended.",
    "role": "This view ended because its agent lost the role.",
    "relationship": "This view ended because the customer left the partner.",
    "provider": "This view ended because the sign-in provider ended its agent's sign-in.",
    "directory": "This view ended because the directory ended its agent's sign-in.",
    "sign_in": "This view ended because its agent's sign-in ended.",
}


class ViewUseCases:
    """Loads the state of one customer and one partner, lets it decide, stages what follows."""

    def __init__(
        self, store: Store, directory: Directory, finder: Finder, windows: Windows
    ) -> None:
        self._store = store
        self._directory = directory
        self._finder = finder
        self._windows = windows

    def _load(self, item: Item) -> Loaded[Access]:
        return self._finder.access(item.organization_id, item.partner_id)

    def start_view(self, action: SupportAction, organization_id: str) -> ViewGranted:
        """Make a view on a live consent."""
        actor = action.actor
        organization = self._directory.organization(actor, organization_id)
        action.about(organization_id=organization.id)
        blocking.check_open(self.blocking(action, organization.id).state)
        loaded = self._finder.access(organization.id, actor.partner_id)
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
            role_until=self._directory.footing(actor.id, actor.roles, organization.id).until,
        )
        running = self.running(loaded.state, actor, action.now)
        granted = views.start_view(loaded.state, wanted, running=running, now=action.now)
        action.stage(loaded, granted)
        action.consent_id = granted.consent_id
        action.about(f"view:{granted.view_id}")
        return granted

    def lease(self, action: SupportAction, view_id: str) -> Lease:
        """Say that a view may be looked at now; its clock starts at the first time."""
        item = self._finder.find("view", view_id)
        if item is None or item.agent_id != action.actor.id:
            raise NotFound("view")
        loaded = self._load(item)
        view = loaded.state.views[view_id]
        if view.granted.sign_in_id != action.actor.sign_in_id:
            raise NotFound("view")
        return self.leased(action, loaded, view)

    def leased(self, action: SupportAction, loaded: Loaded[Access], view: View) -> Lease:
        """Lease a view whose holder was found. Raises Refused where it is over."""
        view_id = view.granted.view_id
        role_until = self.check_runs(view, action.now)
        started = views.begin(view, action.now)
        if started is not None:
            action.stage(loaded, started)
        self._finder.used(view_id, action.now)
        until = started.until if started is not None else view.until or view.latest
        until = earlier(until, role_until)
        return Lease(view, int((until - action.now).total_seconds()), until)

    def check_runs(self, view: View, now: datetime) -> datetime:
        """
        Return when the role of its agent ends by itself, NEVER for no end.

        Refuses a view that is over, and writes down that it is. Raises Refused.
        """
        footing = Footing()
        over = self.over(view, now)
        if not over:
            footing = self._footing(view)
            over = _ended_by(footing)
        if over:
            if not view.ended_by:
                self._end(view.granted.view_id, over)
            raise Refused(f"VIEW_ENDED_{over.upper()}", _ENDED[over])
        return footing.until

    def end_view(self, action: SupportAction, view_id: str) -> None:
        """End a view of one's own, of one's organization or of one's partner."""
        item = self._finder.find("view", view_id)
        actor = action.actor
        if item is None or (actor.read_only and view_id != actor.view_id):
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
        loaded = self._load(item)
        view = loaded.state.views[view_id]
        action.consent_id = view.granted.consent_id
        ended = views.end_view(view, ended_by=ended_by, person_id=actor.id)
        action.stage_lifecycle(loaded, ended)

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
            view = self._load(item).state.views[item.id]
            if not self.over(view, action.now):
                found.append((view, view.remaining(action.now)))
        return found

    def watch(
        self, action: SupportAction, view_id: str, waits: Callable[[], bool]
    ) -> Iterator[Watched]:
        """Yield how a view stands, at each change and every 2 s, until it is over."""
        item = self._finder.find("view", view_id)
        if item is None or item.agent_id != action.actor.id:
            raise NotFound("view")
        beat = 0.0
        while waits():
            seen = self._store.position
            # Every commit of the service wakes this: only an end or a heartbeat is worth a look.
            found = self._finder.find("view", view_id)
            if time.monotonic() >= beat or (found is not None and found.ended):
                now = datetime.now(UTC)
                view = self._load(item).state.views[view_id]
                over = self.over(view, now) or _ended_by(self._footing(view))
                if over:
                    if not view.ended_by:
                        self._end(view_id, over)
                    yield Watched(0, over, view.ended_at or now)
                    return
                beat = time.monotonic() + _HEARTBEAT
                yield Watched(view.remaining(now))
            self._store.wait(seen + 1, timeout=max(0.0, beat - time.monotonic()))

    def end_what_is_over(self) -> int:
        """Write down, once, the views that ran out; return how many."""
        now, count = datetime.now(UTC), 0
        for item in self._finder.items("view", live_only=True):
            view = self._load(item).state.views[item.id]
            over = self.over(view, now)
            if over and not view.ended_by:
                count += self._end(item.id, over)
        return count

    def on_role_removed(
        self, work: UnitOfWork, agent_id: str, role: str, roles_left: frozenset[str]
    ) -> None:
        """End the views of an agent that stood on the role."""
        for loaded in self._pairs(self._finder.items("view", agent_id=agent_id, live_only=True)):
            work.stage(loaded, *views.without_role(loaded.state, agent_id, role, roles_left))

    def on_agent_limited(
        self, work: UnitOfWork, agent_id: str, organization_ids: frozenset[str]
    ) -> None:
        """End the views of an agent at customers that they are no longer limited to."""
        for loaded in self._pairs(self._finder.items("view", agent_id=agent_id, live_only=True)):
            work.stage(loaded, *views.beyond_limit(loaded.state, agent_id, organization_ids))

    def on_signed_out(self, work: UnitOfWork, agent_id: str, sign_in_id: str, reason: str) -> None:
        """End the views of a sign-in session that is over."""
        for loaded in self._pairs(self._finder.items("view", agent_id=agent_id, live_only=True)):
            work.stage(loaded, *views.signed_out(loaded.state, sign_in_id, reason))

    def _pairs(self, items: list[Item]) -> list[Loaded[Access]]:
        pairs = dict.fromkeys((item.organization_id, item.partner_id) for item in items)
        return [self._finder.access(*pair) for pair in pairs]

    def blocking(self, work: UnitOfWork, organization_id: str) -> Loaded[Blocking]:
        """Return whether a customer shuts every partner out."""
        return work.load(f"blocking:{organization_id}", blocking.evolve, Blocking())

    def over(self, view: View, now: datetime) -> str:
        """Return what a view ended by, or an empty text while it lives."""
        begun = view.until is not None and not view.ended_by
        last = self._finder.last_use(view.granted.view_id) if begun else None
        return view.over(now, last, self._windows.idle)

    def _footing(self, view: View) -> Footing:
        granted = view.granted
        return self._directory.footing(
            granted.agent_id, frozenset(granted.roles), granted.organization_id
        )

    def _end(self, view_id: str, ended_by: str) -> bool:
        # The session's own lifecycle is written by the service as itself.
        item = self._finder.find("view", view_id)
        if item is None:
            return False
        work = UnitOfWork(self._store, SERVICE, datetime.now(UTC))
        loaded = self._load(item)
        view = loaded.state.views[view_id]
        if view.ended_by:
            return False
        work.stage(loaded, views.end_view(view, ended_by=ended_by, person_id=""))
        return self._committed(work)

    def _committed(self, work: UnitOfWork) -> bool:
        try:
            self._store.commit(work.unit())
        except Conflict:
            # Somebody ended or answered it at the same moment: that is what counts.
            return False
        return True

    def running(self, access: Access, actor: Actor, now: datetime) -> View | None:
        """Return the view of this sign-in session that has not ended."""
        for view in access.views.values():
            granted = view.granted
            mine = granted.agent_id == actor.id and granted.sign_in_id == actor.sign_in_id
            if mine and not self.over(view, now):
                return view
        return None


def _ended_by(footing: Footing) -> str:
    if not footing.lost:
        return ""
    return "role" if footing.lost == "ROLE_MISSING" else "relationship"
