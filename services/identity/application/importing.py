"""The use case that takes the directory in."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

from helpdesk.kernel.actions import SupportAction
from helpdesk.kernel.errors import InvalidArgument, Refused
from helpdesk.kernel.events import Event
from helpdesk.kernel.store import Loaded
from services.identity.application.reading import Views, roles_now
from services.identity.application.sessions import end_session
from services.identity.domain import ids, importing, roles
from services.identity.domain.entries import INACTIVE, may_sign_in
from services.identity.domain.facts import PersonImported
from services.identity.domain.importing import Known
from services.identity.domain.records import PARSERS, BadRecord, parse

AT_ONCE = 500
_LAST_ADMIN = (
    "would leave the partner without an admin; make somebody else one first, without an end, then "
    "import this line again"
)


class Keys(Protocol):
    """What the import needs from the vault."""

    def prepare(self, persons: Iterable[str]) -> None: ...
    def is_forgotten(self, person: str) -> bool: ...


@dataclass(frozen=True, slots=True)
class Lines:
    """Some lines of one file, as they were sent."""

    kind: str
    lines: Sequence[bytes]
    first: int
    torn: bool = False


@dataclass(frozen=True, slots=True)
class Bad:
    """A line that could not be taken."""

    kind: str
    line: int
    field: str
    problem: str


@dataclass
class Progress:
    """One import from its first line to its last."""

    taken: int = 0
    changed: int = 0
    bad: list[Bad] = field(default_factory=list)
    seen: dict[str, int] = field(default_factory=dict)


class Importing:
    """Takes records of the directory in, a batch in one transaction."""

    def __init__(self, views: Views, keys: Keys, digest: Callable[[str], str]) -> None:
        self._views = views
        self._keys = keys
        self._digest = digest

    def take(self, action: SupportAction, progress: Progress, batch: Lines) -> None:
        """Take a batch in; what is wrong with a line is added to ``progress.bad``."""
        if batch.kind not in PARSERS:
            raise InvalidArgument("kind", "UNKNOWN_KIND", f"kind: one of {', '.join(PARSERS)}.")
        if batch.first < 1:
            raise InvalidArgument("first_line", "OUT_OF_RANGE", "first_line: counts from 1.")
        records = self._parsed(progress, batch)
        self._keys.prepare(importing.person_of(record) for _, record in records)
        known = self._views.known(
            name for _, record in records for name in importing.references(record)
        )
        for line, record in records:
            admitted: list[tuple[Loaded[roles.PartnerRoles], Sequence[Event]]] = []
            try:
                facts = self._decided(record, known, progress, line)
                if facts and isinstance(record, PersonImported):
                    admitted = self._admitted(action, record, known)
            except BadRecord as bad:
                progress.bad.append(Bad(batch.kind, line, bad.field, bad.problem))
                continue
            progress.taken += 1
            progress.changed += bool(facts)
            key = importing.key_of(record)
            version = known.get(key, Known()).version
            action.stage(Loaded(key, version, None), *facts)
            for loaded, changed in admitted:
                action.stage(loaded, *changed)
            if facts and isinstance(record, PersonImported):
                self._assign(action, record)
                self._end_what_was_lost(action, record)
        progress.bad.sort(key=lambda bad: bad.line)

    def _parsed(self, progress: Progress, batch: Lines) -> list[tuple[int, Event]]:
        records = []
        for line, content in enumerate(batch.lines, start=batch.first):
            torn = batch.torn and line == batch.first + len(batch.lines) - 1
            if not torn and not content.strip():
                continue
            try:
                if torn:
                    raise BadRecord("", "torn: the file ends within this line")
                records.append((line, parse(batch.kind, content)))
            except BadRecord as bad:
                progress.bad.append(Bad(batch.kind, line, bad.field, bad.problem))
        return records

    def _decided(
        self, record: Event, known: dict[str, Known], progress: Progress, line: int
    ) -> tuple[Event, ...]:
        first = progress.seen.setdefault(importing.key_of(record), line)
        if first != line:
            raise BadRecord("", f"the same record as line {first}")
        person = importing.person_of(record)
        if person and self._keys.is_forgotten(person):
            raise BadRecord("", "was erased and does not come back")
        return importing.take(record, self._digest(importing.content(record)), known)

    def _admitted(
        self, action: SupportAction, record: PersonImported, known: Mapping[str, Known]
    ) -> list[tuple[Loaded[roles.PartnerRoles], Sequence[Event]]]:
        """Return what changes in who acts for a partner. Raises BadRecord for its last admin."""
        now_at = importing.owner_of(record)
        was_at = known.get(importing.key_of(record), Known()).owner
        found: list[tuple[Loaded[roles.PartnerRoles], Sequence[Event]]] = []
        for uuid in {now_at} | ({was_at} if was_at else set()):
            if uuid == now_at and f"partner:{uuid}" not in known:
                continue
            partner = self._views.partner(uuid)
            if partner is None:
                continue
            loaded = action.load(roles_stream(uuid), roles.evolve, roles.PartnerRoles())
            allowed = uuid == now_at and may_sign_in(record.login_enabled, record.status)
            try:
                changed = roles.follow_directory(
                    loaded.state, record.user_id, partner.id, admitted=allowed
                )
            except Refused as refused:
                raise BadRecord(_barring(record), _LAST_ADMIN) from refused
            found.append((loaded, changed))
        return found

    def _end_what_was_lost(self, action: SupportAction, record: PersonImported) -> None:
        living = [
            each for each in self._views.sessions_of(record.user_id) if each.lives(action.now)
        ]
        if not living:
            return
        before = self._views.person(ids.uuid_of(ids.PEOPLE, record.user_id))
        if before is None:
            return
        after = replace(
            before,
            organization=importing.owner_of(record),
            login_enabled=record.login_enabled,
            status=record.status,
            admin=roles.ORGANIZATION_ADMIN in record.directory_roles,
        )
        lost = roles_now(self._views, before, action.now) - roles_now(
            self._views, after, action.now
        )
        for session in living if lost else ():
            end_session(action, session, "directory")

    def _assign(self, action: SupportAction, record: PersonImported) -> None:
        if not any(each in roles.IMPORTED for each in record.directory_roles):
            return
        partner = self._views.partner(importing.owner_of(record))
        if partner is None:
            return
        loaded = action.load(roles_stream(partner.uuid), roles.evolve, roles.PartnerRoles())
        assigned = roles.assign_imported(
            loaded.state, record.user_id, partner.id, record.directory_roles
        )
        action.stage(loaded, *assigned)


def _barring(record: PersonImported) -> str:
    if record.status == INACTIVE:
        return "status"
    return "orgId" if record.login_enabled else "loginEnabled"


def roles_stream(partner: str) -> str:
    """Return the name of the stream of a partner's roles."""
    return f"roles:{partner}"
