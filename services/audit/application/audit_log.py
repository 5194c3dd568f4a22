"""What auditors and customers may ask of the audit log: one method for each RPC."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime

from helpdesk.kernel.actions import SupportAction
from helpdesk.kernel.context import current_request
from helpdesk.kernel.errors import HelpdeskError, InvalidArgument, NotFound
from helpdesk.kernel.paging import Pages, size_of
from helpdesk.kernel.vault import Vault
from services.audit.application.handing import damaged, handed_over
from services.audit.application.ports import (
    ActionsView,
    Activity,
    Directory,
    Exporter,
    Found,
    FoundSession,
    Growth,
    Heads,
    Opened,
    Part,
    Proof,
    SessionsView,
    SignedHead,
    SourceStanding,
    Standing,
    StandingView,
    Told,
    Wanted,
)
from services.audit.domain.facts import body_of, facts_of, name_of, unix
from services.audit.domain.filters import Cursor, Filter, checked, scope_of
from services.audit.domain.heartbeats import alarms, counted, silent
from services.audit.log.storage import LogDamagedError

DAY = 24 * 3600 * 1_000_000
MOST_BUCKETS = 60
RECORDS = "log"
"""Of the positions that an answer was read at: how many records the log held."""
HEADS = "checkpoint"
"""And the size of the newest signed head."""
_TAIL = "audit.action.tail"
_TAIL_BATCH = 200
_TAIL_SECONDS = 60
_TAIL_MOST = 300
_WATCHED_SECONDS = 240.0
_STANDING_SECONDS = 15.0
_MOST_SKIPPED = 100_000
_LATE = 60 * 1_000_000
_CHECKPOINTS = 50


class AuditLog:
    """Reads the log for people; every method narrows what is asked to what the caller may see."""

    def __init__(
        self,
        *,
        actions: ActionsView,
        sessions: SessionsView,
        standing: StandingView,
        directory: Directory,
        heads: Heads,
        exporter: Exporter,
        silent_after: float,
    ) -> None:
        self._actions = actions
        self._sessions = sessions
        self._standing = standing
        self._directory = directory
        self._heads = heads
        self._exporter = exporter
        self._silent_after = int(silent_after * 1_000_000)

    def query_actions(
        self,
        action: SupportAction,
        wanted: Filter,
        newest_first: bool,
        size: int,
        token: str,
        skip: int = 0,
    ) -> tuple[list[Opened], str]:
        """Return a page of records and the token of the next one. Raises InvalidArgument."""
        if not 0 <= skip <= _MOST_SKIPPED:
            raise InvalidArgument("skip", "OUT_OF_RANGE", f"skip: 0 to {_MOST_SKIPPED}.")
        order = "newest" if newest_first else "oldest"
        kind = f"query {order}"
        return self._page(
            action,
            checked(wanted),
            size,
            token,
            kind=kind,
            newest_first=newest_first,
            skip=skip,
        )

    def get_action(self, action: SupportAction, record_id: str) -> tuple[Opened, Proof]:
        """Return a record and its proof. Raises NotFound."""
        self._read_now(action)
        found = self._actions.one(record_id)
        if found is None or not scope_of(action.actor).shows(facts_of(found.sealed)):
            raise NotFound("record")
        opened = _open(action, [found])[0]
        facts = facts_of(found.sealed)
        action.about(organization_id=facts.organization_id, user_id=facts.user_id)
        try:
            proof = self._standing.proof(found.idx, found.sealed)
        except LogDamagedError as error:
            raise damaged() from error
        if proof.head is not None:
            action.read_at(HEADS, proof.head.size)
        return opened, proof

    def get_activity(self, action: SupportAction, wanted: Filter, buckets: int) -> Activity:
        """Count records in buckets. Raises InvalidArgument."""
        if not 0 <= buckets <= MOST_BUCKETS:
            raise InvalidArgument("buckets", "OUT_OF_RANGE", f"buckets: 1 to {MOST_BUCKETS}, or 0.")
        self._read_now(action)
        count = buckets or MOST_BUCKETS
        until = wanted.until or unix(action.now) + 1
        since = wanted.since or max(1, until - DAY)
        wanted = checked(replace(wanted, since=since, until=until))
        width = max(1, -(-(until - since) // count))
        counted = [[0, 0, 0] for _ in range(count)]
        narrowed = scope_of(action.actor).narrow(wanted)
        for bucket in self._actions.activity(narrowed, width) if narrowed is not None else ():
            place = ("done", "refused", "failed").index(bucket.outcome)
            counted[min(bucket.number, count - 1)][place] += bucket.count
        return Activity(
            since=since,
            until=until,
            starts=tuple(since + width * number for number in range(count)),
            counts=tuple((done, refused, failed) for done, refused, failed in counted),
        )

    def list_sessions(
        self, action: SupportAction, wanted: Filter, size: int, token: str
    ) -> tuple[list[FoundSession], str]:
        """Return a page of sessions and the token of the next one. Raises InvalidArgument."""
        self._read_now(action)
        limit = size_of(size)
        pages = _pages(action, "sessions", checked(wanted))
        after = _cursor(pages, token)
        narrowed = scope_of(action.actor).narrow(wanted)
        found = [] if narrowed is None else self._sessions.page(narrowed, after, limit + 1)
        page = found[:limit]
        action.showed(f"session:{each.session.session_id}@1" for each in page)
        if len(found) <= limit:
            return page, ""
        last = page[-1].session
        return page, pages.token(last.started_at, last.first_idx)

    def get_checkpoint(self, action: SupportAction) -> Standing:
        """Say how the log stands: signed to where, and whether anything is missing."""
        return self._stands(unix(action.now))

    def _stands(self, now: int) -> Standing:
        by_source, beats = self._standing.records_by_source(), self._standing.heard()
        writers = counted(self._standing.writers(), beats)
        refusals = self._standing.refusals()
        found = alarms(self._standing.writers(), beats, refusals, now, self._silent_after)
        heads = self._standing.checkpoints(_CHECKPOINTS)
        sources: list[SourceStanding] = []
        answered, complete_to = True, now
        for source, consumed in self._standing.consumed().items():
            records = by_source.get(source, 0)
            head = self._heads.head(source, consumed)
            if head is None:
                sources.append(SourceStanding(source, consumed, -1, records))
                if records:
                    answered = False
                    heard = [w.last_at for w in writers if w.service == source]
                    complete_to = min([complete_to, *heard[:1]])
                continue
            if head.waiting_since:
                complete_to = min(complete_to, head.waiting_since)
            reached = consumed if head.waiting_since else head.position
            sources.append(SourceStanding(source, reached, head.position, records))
        for last in silent(beats, now, self._silent_after).values():
            complete_to = min(complete_to, last)
        return Standing(
            heads=heads,
            records=self._standing.records,
            complete=answered and not found and complete_to >= now - _LATE,
            complete_to=complete_to,
            sources=sources,
            writers=writers,
            verifier_key=self._standing.verifier_key,
            verdict=self._standing.verdict(),
            unsigned_since=self._standing.oldest_from(heads[0].size if heads else 0),
            alarms=found,
        )

    def sign_checkpoint(self, action: SupportAction) -> SignedHead:
        """Sign the log as it stands. Raises Unavailable where it contradicts itself."""
        return self._sign(action)

    def get_consistency_proof(self, action: SupportAction, old: int, new: int) -> Growth:
        """
        Prove that the log of one size begins with that of another; 0 for the newest signed one.

        Raises InvalidArgument for a size that the log did not have, Unavailable where it
        contradicts itself.
        """
        newest = [head.size for head in self._standing.checkpoints(1)]
        records = self._standing.records
        new = new or (newest[0] if newest else 0)
        if not 0 <= new <= records:
            raise InvalidArgument("new_size", "OUT_OF_RANGE", f"new_size: 0 to {records}.")
        if not 0 <= old <= new:
            raise InvalidArgument("old_size", "OUT_OF_RANGE", f"old_size: 0 to {new}.")
        try:
            found = self._standing.growth(old, new)
        except LogDamagedError as error:
            raise damaged() from error
        self._read_now(action)
        if newest:
            action.read_at(HEADS, newest[0])
        return found

    def list_organization_activity(
        self, action: SupportAction, wanted: Filter, size: int, token: str
    ) -> tuple[list[Opened], Mapping[str, str], str]:
        """
        Return a page of a customer's feed, names of who acted by id, and the next page's token.

        Raises NotFound for another customer's feed, InvalidArgument.
        """
        organization_id = self._own_organization(action, wanted)
        page, following = self._page(
            action, checked(wanted), size, token, kind="feed", newest_first=True
        )
        try:
            partners = self._directory.partner_names(action.actor, organization_id)
            people = {str(each.fields.get("agent_id", "")) for each in page}
            names = {**partners, **self._directory.person_names(people)}
        except HelpdeskError:
            # The feed says who by id; it must not fail because a name is not to be had.
            names = {}
        return page, names, following

    def watch_organization_activity(
        self, action: SupportAction, organization_id: str, size: int
    ) -> Iterator[tuple[list[Opened], Mapping[str, str]]]:
        """Yield the newest of a customer's feed, again when there is more. Raises NotFound."""
        wanted = Filter(organization_id=organization_id, partners_only=True)
        self._own_organization(action, wanted)
        narrowed = scope_of(action.actor).narrow(wanted)
        request, ends, at = current_request(), time.monotonic() + _WATCHED_SECONDS, -1
        while request.alive() and (left := ends - time.monotonic()) > 0:
            end = self._standing.records
            news = narrowed is not None and self._actions.arrived(narrowed, max(at, 0), end, 1)
            if at < 0 or news:
                page, names, _ = self.list_organization_activity(action, wanted, size, "")
                yield page, names
            at = max(at, end)
            self._standing.wait(at + 1, min(1.0, left))

    def tail_actions(
        self,
        action: SupportAction,
        wanted: Filter,
        from_index: int,
        seconds: int,
        *,
        standing: bool = False,
    ) -> Iterator[Told]:
        """Yield records as they arrived and as they arrive. Raises InvalidArgument."""
        if not 0 <= seconds <= _TAIL_MOST:
            raise InvalidArgument("seconds", "OUT_OF_RANGE", f"seconds: 1 to {_TAIL_MOST}, or 0.")
        if from_index < -1:
            raise InvalidArgument("from_index", "OUT_OF_RANGE", "from_index: an index, or -1.")
        request, ends = current_request(), time.monotonic() + (seconds or _TAIL_SECONDS)
        if request.deadline:
            ends = min(ends, request.deadline - 0.2)
        narrowed = scope_of(action.actor).narrow(checked(wanted))
        at = self._standing.records if from_index < 0 else from_index
        due = 0.0 if standing else math.inf
        while request.alive() and (left := ends - time.monotonic()) > 0:
            # Looked at first: what arrives while it is read is told before the end.
            over = bool(wanted.until) and unix(datetime.now(UTC)) >= wanted.until
            end = self._standing.records
            found: list[Found] = []
            if narrowed is not None and at < end:
                found = self._actions.arrived(narrowed, at, end, _TAIL_BATCH)
            full = len(found) == _TAIL_BATCH
            at = found[-1].idx + 1 if full else max(at, end)
            # Each answer is itself recorded: shown here, it would call for the next one for ever.
            shown = [each for each in found if body_of(each.sealed).get("action") != _TAIL]
            if (passed := time.monotonic()) >= due:
                due = passed + _STANDING_SECONDS
                yield Told(_open(action, shown), at, self._stands(unix(datetime.now(UTC))))
            elif shown:
                yield Told(_open(action, shown), at)
            elif over and not full:
                break
            elif not full:
                self._standing.wait(at + 1, min(1.0, left))
        if request.alive():
            yield Told([], at)

    def export(self, action: SupportAction, wanted: Filter, form: str) -> Iterator[Part]:
        """
        Yield the file of an export in parts.

        Raises NotFound, InvalidArgument, Unavailable; Refused where records that may fit are in a
        bundle that is not at hand.
        """
        scope = scope_of(action.actor)
        if scope.organization_id:
            self._own_organization(action, wanted)
        narrowed = scope.narrow(checked(wanted))
        if narrowed is None:
            raise NotFound("record")
        whole = scope.everything and narrowed == Filter() and form == "proofs"
        size = self._sign(action).size
        asked = Wanted(None if whole else narrowed, form, action.now, size)
        yield from handed_over(action, self._exporter, asked)

    def _page(
        self,
        action: SupportAction,
        wanted: Filter,
        size: int,
        token: str,
        *,
        kind: str,
        newest_first: bool,
        skip: int = 0,
    ) -> tuple[list[Opened], str]:
        self._read_now(action)
        limit = size_of(size)
        pages = _pages(action, kind, wanted)
        after = _cursor(pages, token)
        narrowed = scope_of(action.actor).narrow(wanted)
        if narrowed is None:
            return [], ""
        found = self._actions.page(
            narrowed, after, newest_first=newest_first, limit=limit + 1, skip=skip
        )
        opened = _open(action, found[:limit])
        if len(found) <= limit:
            return opened, ""
        last = found[limit - 1]
        return opened, pages.token(last.occurred_at, last.idx)

    def _read_now(self, action: SupportAction) -> None:
        # With it the answer is rebuilt: the log may grow while it is read, and never shrinks.
        action.read_at(RECORDS, self._standing.records)

    def _own_organization(self, action: SupportAction, wanted: Filter) -> str:
        if not wanted.organization_id:
            raise InvalidArgument(
                "organization_id", "REQUIRED", "organization_id: name the customer."
            )
        if scope_of(action.actor).narrow(wanted) is None:
            raise NotFound("organization")
        return wanted.organization_id

    def _sign(self, action: SupportAction) -> SignedHead:
        try:
            self._standing.sign(action.now)
        except LogDamagedError as error:
            raise damaged() from error
        return self._standing.checkpoints(1)[0]


def opened_fields(sealed: bytes, vault: Vault) -> Mapping[str, object]:
    """Return what a record says, personal fields opened or "[erased]"."""
    body = body_of(sealed)
    return vault.open_fields(name_of(body), body)


def _open(action: SupportAction, found: Sequence[Found]) -> list[Opened]:
    action.showed(f"record:{each.idx}@1" for each in found)
    return [Opened(each, opened_fields(each.sealed, action.store.vault)) for each in found]


def _pages(action: SupportAction, kind: str, wanted: Filter) -> Pages:
    return Pages(action.store.digest, action.actor.id, kind, str(wanted))


def _cursor(pages: Pages, token: str) -> Cursor | None:
    cursor = pages.cursor(token)
    return Cursor(int(cursor[0]), int(cursor[1])) if cursor else None
