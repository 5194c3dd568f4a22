"""The provider's own suppression list, kept as the blocklist says."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

from helpdesk.kernel.actions import UnitOfWork
from helpdesk.kernel.addresses import canonical
from helpdesk.kernel.context import Actor
from helpdesk.kernel.errors import Conflict, InvalidArgument, Unavailable
from helpdesk.kernel.store import Loaded, Store
from services.email.application.following import record_step
from services.email.application.ports import address_digest, address_stream
from services.email.domain import blocklist, message
from services.email.domain.blocklist import Address, Whose
from services.email.domain.blocklist_facts import ProviderListChanged, ProviderListFailed
from services.email.domain.message import Message
from services.email.domain.policy import COMPLAINT

_log = logging.getLogger(__name__)
_ACTOR = Actor(id="system:email.provider", roles=frozenset({"SERVICE"}))
ASKED = "asked"
DRIFT = "drift"
_LONGEST_PAUSE = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Suppressed:
    """An entry of a provider's list: the address as it was typed, as what, since when."""

    address: str
    block: str
    since: datetime


class SuppressionList(Protocol):
    """
    A provider's list of addresses that it sends nothing to.

    Entries are as they were typed; a provider may hold several that differ in case only. Every
    method raises Unavailable with the provider's code as its reason.
    """

    @property
    def name(self) -> str:
        """Name of the provider."""

    def entries(self) -> Iterator[Suppressed]:
        """Return all entries."""

    def find(self, address: str) -> Suppressed | None:
        """Return the entry of an address as it is typed."""

    def put(self, address: str, block: str) -> None:
        """Add an address, or renew it."""

    def delete(self, address: str) -> None:
        """Take away an address as it is typed; none is there afterwards."""


class Listings(Protocol):
    """Finds what blocks addresses."""

    def listed(self) -> Mapping[str, tuple[str, int]]:
        """Return what blocks each address that ever was blocked, and where its last fact is."""

    def blocks_over(self, now: datetime) -> list[int]:
        """Return where blocks began whose time is over."""

    def provider_due(self, now: datetime) -> list[int]:
        """Return the last facts of addresses whose provider is to be tried again."""


class Blocks:
    """What follows from blocks by time and at the provider; ``provider`` may be none."""

    def __init__(
        self,
        store: Store,
        found: Listings,
        provider: SuppressionList | None,
        first_pause: timedelta = timedelta(seconds=5),
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._store = store
        self._found = found
        self._provider = provider
        self._first_pause = first_pause
        self._clock = clock
        # How the provider had each address typed when its list was last read.
        self._typed: dict[str, list[Suppressed]] = {}

    def follow(self, work: UnitOfWork, fact: Any) -> None:
        """Do at the provider what a fact of the blocklist says, and see that it is done."""
        known = self._known(work, fact)
        if self._provider is not None and known is not None:
            self._agree(work, self._provider, *known, because=ASKED)

    def end_blocks(self) -> int:
        """End the blocks whose time is over; return how many."""
        over = self._found.blocks_over(self._clock())
        for position in over:
            self._in_unit(lambda work, at=position: self._expire(work, at))  # type: ignore[misc]  # a lambda's default has no type
        return len(over)

    def try_again(self) -> int:
        """Try again what the provider did not do; return how many were tried."""
        if self._provider is None:
            return 0
        due = self._found.provider_due(self._clock())
        for position in due:
            self._in_unit(lambda work, at=position: self.follow(work, self._fact_at(at)))  # type: ignore[misc]
        return len(due)

    def reconcile(self) -> int:
        """Repair what differs between the provider's list and ours; return how many did."""
        provider = self._provider
        if provider is None:
            return 0
        try:
            typed = self._read(provider)
        except Unavailable as error:
            _log.warning("the provider's list was not read: %s", error.reason)
            return 0
        self._typed = typed
        listed = self._found.listed()
        repaired = 0
        for digest, entries in typed.items():
            block = listed.get(digest, ("", 0))[0]
            complaint = any(each.block == COMPLAINT for each in entries)
            if not block or (complaint and block != COMPLAINT):
                repaired += self._in_unit(lambda work, some=entries: self._heard(work, some))  # type: ignore[misc]
        for digest, (block, position) in listed.items():
            if block and not any(_says(each, block) for each in typed.get(digest, ())):
                repaired += self._in_unit(lambda work, at=position: self._missing(work, at))  # type: ignore[misc]
        return repaired

    def _read(self, provider: SuppressionList) -> dict[str, list[Suppressed]]:
        typed: dict[str, list[Suppressed]] = {}
        for entry in provider.entries():
            try:
                digest = address_digest(self._store, canonical(entry.address))
            except InvalidArgument:
                continue
            typed.setdefault(digest, []).append(entry)
        return typed

    def _heard(self, work: UnitOfWork, entries: list[Suppressed]) -> None:
        """Settle what the provider suppresses and we do not block, or not as a complaint."""
        provider = self._provider
        if provider is None:
            return
        address = canonical(entries[0].address)
        digest = address_digest(self._store, address)
        loaded = work.load(address_stream(address), blocklist.evolve, Address())
        state = loaded.state
        whose = Whose(address, digest, state.person_id or f"address:{digest}")
        lifted = not state.blocked and state.changed_at.timestamp() > 0
        newest = max(entries, key=lambda each: each.since)
        if lifted and (state.listing.state != "done" or newest.since <= state.listing.at):
            self._agree(work, provider, loaded, whose, because=DRIFT)
            return
        try:
            # The list was read a moment ago; an address may have been taken away since.
            confirmed = [each for each in entries if provider.find(each.address)]
        except Unavailable as error:
            _log.warning("the provider's list was not read: %s", error.reason)
            return
        if not confirmed:
            return
        complaint = any(each.block == COMPLAINT for each in confirmed)
        block = COMPLAINT if complaint else confirmed[0].block
        work.stage(loaded, *blocklist.suppressed_by(state, whose, provider.name, block))

    def _missing(self, work: UnitOfWork, position: int) -> None:
        """Settle what we block and the provider does not suppress, or not as a complaint."""
        known = self._known(work, self._fact_at(position))
        if self._provider is not None and known is not None:
            self._agree(work, self._provider, *known, because=DRIFT)

    def _agree(
        self,
        work: UnitOfWork,
        provider: SuppressionList,
        loaded: Loaded[Address],
        whose: Whose,
        *,
        because: str,
    ) -> None:
        fact = self._tried(provider, loaded.state, whose, work.now, because)
        if fact is None:
            return
        work.stage(loaded, fact)
        ours = Message()
        if loaded.state.about:
            ours = work.load(f"message:{loaded.state.about}", message.evolve, Message()).state
        record_step(work, _ACTOR, ours, loaded.state.lifted or ours.begun)

    def _tried(
        self,
        provider: SuppressionList,
        state: Address,
        whose: Whose,
        now: datetime,
        because: str,
    ) -> ProviderListChanged | ProviderListFailed | None:
        """Change the list, and return what came of it; None where it agreed already."""
        wanted = "added" if state.blocked else "removed"
        try:
            changed = self._change(provider, state, whose)
        except Unavailable as error:
            attempt = state.listing.attempts + 1
            pause = min(self._first_pause * 3 ** min(attempt - 1, 20), _LONGEST_PAUSE)
            return ProviderListFailed(
                address_digest=whose.digest,
                provider=provider.name,
                wanted=wanted,
                reason=error.reason,
                attempt=attempt,
                retry_at=now + pause,
                message_id=state.about,
            )
        if not changed and (state.blocked or state.listing.state == "done"):
            return None
        return ProviderListChanged(
            address_digest=whose.digest,
            provider=provider.name,
            change=wanted,
            entries=changed,
            because=because,
            message_id=state.about,
        )

    def _change(self, provider: SuppressionList, state: Address, whose: Whose) -> int:
        """Change the list and see that it is changed; return how many entries that were."""
        typed = [each.address for each in self._typed.get(whose.digest, [])]
        forms = list(dict.fromkeys([whose.address, whose.address.lower(), *typed]))
        there = {form: found for form in forms if (found := provider.find(form))}
        if state.blocked:
            if any(_says(found, state.block) for found in there.values()):
                return 0
            wanted = list(there) or [whose.address]
            for form in wanted:
                provider.put(form, state.block)
            renewed = [provider.find(form) for form in wanted]
            if not all(found and _says(found, state.block) for found in renewed):
                raise Unavailable("NOT_ADDED")
            return len(wanted)
        for form in there:
            provider.delete(form)
        if any(provider.find(form) for form in there):
            raise Unavailable("NOT_REMOVED")
        return len(there)

    def _expire(self, work: UnitOfWork, position: int) -> None:
        known = self._known(work, self._fact_at(position))
        if known is not None:
            loaded, whose = known
            work.stage(loaded, *blocklist.expire(loaded.state, whose, work.now))

    def _known(self, work: UnitOfWork, fact: Any) -> tuple[Loaded[Address], Whose] | None:
        try:
            address = canonical(fact.address)
        except InvalidArgument:
            # The person was forgotten meanwhile.
            return None
        loaded = work.load(address_stream(address), blocklist.evolve, Address())
        return loaded, Whose(address, fact.address_digest, fact.person_id)

    def _fact_at(self, position: int) -> Any:
        (row,) = self._store.read(position - 1, 1)
        return self._store.opened(row)

    def _in_unit(self, function: Callable[[UnitOfWork], None]) -> int:
        """Run a function as one unit; return whether it stored anything."""
        for again in (True, False):
            work = UnitOfWork(store=self._store, actor=_ACTOR, now=self._clock())
            function(work)
            if not work.staged:
                return 0
            try:
                self._store.commit(work.unit())
                return 1
            except Conflict:
                if not again:
                    raise
        return 0


def _says(entry: Suppressed, block: str) -> bool:
    """Return whether an entry says what a block of ours does, or something worse."""
    return entry.block == COMPLAINT or block != COMPLAINT
