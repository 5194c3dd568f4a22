"""Exports that hold somebody who was forgotten since: who sees which, and the same ones again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from helpdesk.kernel.actions import SupportAction, UnitOfWork
from helpdesk.kernel.context import Actor
from helpdesk.kernel.errors import HelpdeskError, InvalidArgument, NotFound
from helpdesk.kernel.paging import Pages
from services.audit.application.handing import damaged, handed_over
from services.audit.application.ports import Directory, Exporter, Part, StandingView, Wanted
from services.audit.domain.facts import moment
from services.audit.domain.filters import Filter, scope_of
from services.audit.domain.reissues import (
    ForgottenPerson,
    PersonFoundInExports,
    ReadableExport,
)
from services.audit.log.storage import LogDamagedError

_OPERATOR = "DIRECTORY_WRITER"
_AUDITOR = "AUDITOR"
_ADMINS = frozenset({"CUSTOMER_ADMIN", "PARTNER_ADMIN"})
_EXPORTERS = frozenset({_AUDITOR, "CUSTOMER_ADMIN"})


@dataclass(frozen=True, slots=True)
class Outdated:
    """An export, whom it holds who was forgotten since, and the one that stands in its place."""

    export: ReadableExport
    forgotten: tuple[ForgottenPerson, ...]
    again: ReadableExport | None = None
    may_reissue: bool = False


class ExportsView(Protocol):
    """Finds exports, and people in them."""

    def outdated(self) -> list[Outdated]: ...

    def find(self, person: ForgottenPerson) -> list[str]: ...


def look_for(work: UnitOfWork, exports: ExportsView, person: ForgottenPerson) -> None:
    """Say, once, which exports hold a person who was forgotten."""
    said = work.load(f"exports-of:{person.user_id}", _said, initial=False)
    if not said.state:
        work.stage(
            said,
            PersonFoundInExports(
                user_id=person.user_id,
                organization_id=person.organization_id,
                forgotten_at=moment(person.forgotten_at),
                export_ids=tuple(exports.find(person)),
            ),
        )


class Reissues:
    """Lists outdated exports and makes them again, within what the caller may see."""

    def __init__(
        self,
        exports: ExportsView,
        standing: StandingView,
        directory: Directory,
        exporter: Exporter,
    ) -> None:
        self._exports = exports
        self._standing = standing
        self._directory = directory
        self._exporter = exporter

    def list_outdated(
        self, action: SupportAction, organization_id: str, size: int, token: str
    ) -> tuple[Sequence[Outdated], Mapping[str, str], str]:
        """Return a page, names of people by id, and the next page's token. Raises NotFound."""
        pages = Pages(action.store.digest, action.actor.id, organization_id, action.name)
        # A token that was made for another list is refused before it is said whether one is there.
        pages.page([], str, size, token)
        organization_id = _organization(action.actor, organization_id)
        found = [
            shown
            for each in self._exports.outdated()
            if (shown := _shown(action.actor, organization_id, each)) is not None
        ]
        page, following = pages.page(found, lambda each: each.export.export_id, size, token)
        action.showed(f"export:{each.export.export_id}@1" for each in page)
        return page, self._names(page), following

    def reissue(self, action: SupportAction, export_id: str) -> Iterator[Part]:
        """Yield the file in parts. Raises NotFound, Unavailable."""
        found = next(
            (each for each in self._exports.outdated() if each.export.export_id == export_id), None
        )
        if found is None or not _may_make(action.actor, found.export):
            raise NotFound("export")
        export = found.export
        wanted = export.wanted
        action.about(organization_id=wanted.organization_id, user_id=wanted.user_id)
        try:
            self._standing.sign(action.now)
        except LogDamagedError as error:
            raise damaged() from error
        again = Wanted(wanted, export.form, action.now, export.size, export.export_id)
        yield from handed_over(action, self._exporter, again)

    def _names(self, page: Sequence[Outdated]) -> Mapping[str, str]:
        made = [each.export.agent_id for each in page]
        again = [each.again.agent_id for each in page if each.again is not None]
        try:
            return self._directory.person_names(dict.fromkeys([*made, *again]))
        except HelpdeskError:
            # The list says who by id; it must not fail because a name is not to be had.
            return {}


def _said(_: bool, __: PersonFoundInExports) -> bool:
    return True


def _organization(actor: Actor, named: str) -> str:
    """Return whose forgotten people are asked about; empty for all that an auditor may see."""
    if _OPERATOR in actor.roles:
        if not named:
            raise InvalidArgument("organization_id", "REQUIRED", "organization_id: name it.")
        return named
    own = actor.partner_id or actor.organization_id
    if _AUDITOR not in actor.roles and named not in ("", own):
        raise NotFound("organization")
    return named if _AUDITOR in actor.roles else own


def _shown(actor: Actor, organization_id: str, outdated: Outdated) -> Outdated | None:
    """Return what somebody may see of an outdated export; None where that is nothing."""
    own = {actor.partner_id, actor.organization_id} - {""}
    forgotten = tuple(
        each
        for each in outdated.forgotten
        if not organization_id or each.organization_id == organization_id
    )
    if not forgotten:
        return None
    if _may_make(actor, outdated.export):
        return replace(outdated, forgotten=forgotten, may_reissue=True)
    if _OPERATOR in actor.roles:
        return replace(outdated, forgotten=forgotten)
    forgotten = tuple(each for each in forgotten if each.organization_id in own)
    if not forgotten or not actor.roles & _ADMINS:
        return None
    # Its other filters may name what only its maker may see.
    wanted = outdated.export.wanted
    times = Filter(since=wanted.since, until=wanted.until)
    return replace(outdated, forgotten=forgotten, export=replace(outdated.export, wanted=times))


def _may_make(actor: Actor, export: ReadableExport) -> bool:
    """Whether somebody might make this export now: nothing in it is beyond their scope."""
    if not actor.roles & _EXPORTERS:
        return False
    return scope_of(actor).narrow(export.wanted) == export.wanted
