"""What a use case works with: it loads states, stages facts, and says what it looked at."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, TypeVar
from uuid import uuid4

from helpdesk.kernel import tracing
from helpdesk.kernel.context import Actor
from helpdesk.kernel.errors import Forbidden
from helpdesk.kernel.events import Event, SupportActionRecorded
from helpdesk.kernel.store import Append, Loaded, Store, Unit

S = TypeVar("S")


@dataclass
class UnitOfWork:
    """
    Facts that are stored together, after the use case returned; nothing else has an effect.

    ``now`` is the one time of the whole request.
    """

    store: Store
    actor: Actor
    now: datetime
    id: str = field(default_factory=lambda: uuid4().hex)
    traceparent: str = ""
    record: SupportActionRecorded | None = None
    """What is recorded with the facts, where no interceptor records the action."""
    _staged: dict[str, Append] = field(default_factory=dict)

    @property
    def trace_id(self) -> str:
        """The trace that it belongs to, empty for none."""
        return tracing.trace_id(self.traceparent)

    def load(self, stream: str, evolve: Callable[[S, Any], S], initial: S) -> Loaded[S]:
        """Fold a stream, what is staged for it included."""
        loaded = self.store.load(stream, evolve, initial)
        staged = self._staged.get(stream)
        if staged is None:
            return loaded
        state = loaded.state
        for event in staged.events:
            state = evolve(state, event)
        return Loaded(stream, staged.version + len(staged.events), state)

    def stage(self, loaded: Loaded[Any], *events: Event) -> None:
        """Stage facts to follow what was loaded; refused in a read-only session."""
        if events and self.actor.read_only:
            raise Forbidden("READ_ONLY", "This view is read-only. Nothing was changed.")
        self.stage_lifecycle(loaded, *events)

    def stage_lifecycle(self, loaded: Loaded[Any], *events: Event) -> None:
        """
        Stage facts of the calling session itself, which also a read-only one may.

        In a read-only session the store takes only those that its service has declared.
        """
        if not events:
            return
        # As the store will stamp them, so that a use case sees them as they will be read.
        events = tuple(replace(event, recorded_at=self.now) for event in events)
        before = self._staged.get(loaded.stream)
        if before is None:
            self._staged[loaded.stream] = Append(loaded.stream, loaded.version, events)
        else:
            self._staged[loaded.stream] = Append(
                loaded.stream, before.version, before.events + events
            )

    @property
    def staged(self) -> tuple[Event, ...]:
        """The facts staged so far."""
        return tuple(event for append in self._staged.values() for event in append.events)

    def reset(self) -> None:
        """Forget what was staged, before the use case runs again."""
        self._staged.clear()
        self.record = None

    def unit(
        self,
        record: SupportActionRecorded | None = None,
        tracking: tuple[str, int] | None = None,
        *,
        beside: Sequence[SupportActionRecorded] = (),
    ) -> Unit:
        """Return what is to be committed."""
        return Unit(
            appends=tuple(self._staged.values()),
            record=record or self.record,
            beside=beside,
            tracking=tracking,
            now=self.now,
            action_id=self.id,
            traceparent=self.traceparent,
        )


@dataclass
class SupportAction(UnitOfWork):
    """
    One call of one RPC: what its record will say.

    The interceptor opens it, fills in who and what, and commits it; the use case adds what it was
    about and what it showed.
    """

    name: str = ""
    partner_id: str = ""
    """Whose agent it is about, where the caller is nobody at that partner."""
    organization_id: str = ""
    user_id: str = ""
    subjects: list[str] = field(default_factory=list)
    ticket: str = ""
    ticket_state: str = ""
    reason: str = ""
    query: str = ""
    shown: list[str] = field(default_factory=list)
    shown_of: dict[str, list[str]] = field(default_factory=dict)
    """What is shown of each customer, where that is known; each gets a record of its own."""
    positions: list[str] = field(default_factory=list)
    consent_id: str = ""
    check_id: str = ""
    ground: str = ""
    """What stands for a caller check, where the method's rule allows something to."""
    request: str = ""
    found: str = ""
    """What was answered from a place that no log can be folded into again; kept sealed."""

    def about(self, *subjects: str, organization_id: str = "", user_id: str = "") -> None:
        """Say whom the action is about; subjects are ``kind:id``."""
        self.organization_id = organization_id or self.organization_id
        self.user_id = user_id or self.user_id
        self.subjects.extend(subjects)

    def answers(self, agent_id: str, partner_id: str) -> None:
        """Say whose question the caller answers, so that the agent's partner sees the record."""
        self.partner_id = partner_id
        self.subjects.append(f"agent:{agent_id}")

    def showed(self, items: Iterable[str]) -> None:
        """Say which things the answer shows, as ``kind:id@version``."""
        self.shown.extend(items)

    def showed_of(self, organization_id: str, item: str) -> None:
        """
        Say that the answer shows a thing of a customer whom the request need not have named.

        It is nobody's where the customer is empty: then the caller may not see whose it is.
        """
        self.shown.append(item)
        if organization_id:
            self.shown_of.setdefault(organization_id, []).append(item)

    def proved(self, check_id: str) -> None:
        """Say by which caller check the action is allowed; its method may demand one."""
        self.check_id = check_id
        self.subjects.append(f"check:{check_id}")

    def needs_no_check(self, ground: str) -> None:
        """Say what stands for a caller check; the method's rule must name it."""
        self.ground = ground

    def read_at(self, source: str, position: int) -> None:
        """Say at which position of which service's log the answer was read."""
        self.positions.append(f"{source}:{position}")

    def reset(self) -> None:
        """Forget everything that the use case said, before it runs again."""
        super().reset()
        self.partner_id = ""
        self.subjects.clear()
        self.shown.clear()
        self.shown_of.clear()
        self.positions.clear()
        self.check_id = ""
        self.ground = ""
        self.found = ""
        self.ticket_state = ""
