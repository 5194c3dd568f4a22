"""Exports with opened texts, and which of them hold somebody who was forgotten since."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from typing import Any

from helpdesk.kernel.clearing import is_about
from helpdesk.kernel.store import Engine
from services.audit.application.reissues import Outdated
from services.audit.domain.reissues import ForgottenPerson, ReadableExport, filter_in, may_hold
from services.audit.views.actions import Actions

_EXPORT = (
    "e.export_id, e.agent_id, e.partner_id, e.made_at, e.form, e.filters, e.size, e.reissue_of"
)
_AT_ONCE = 2_000
_ASKED = 500


class OutdatedExports:
    """Reads exports for people, and looks for a person in them."""

    def __init__(self, engine: Engine, actions: Actions) -> None:
        self._engine = engine
        self._actions = actions

    def outdated(self) -> list[Outdated]:
        """Return the exports that hold somebody who was forgotten since, the newest first."""
        rows = self._engine.query(
            f"SELECT {_EXPORT}, p.user_id, p.organization_id, p.forgotten_at "
            "FROM outdated_export o JOIN readable_export e ON e.export_id = o.export_id "
            "JOIN forgotten_person p ON p.user_id = o.user_id "
            "ORDER BY e.made_at DESC, e.export_id, p.forgotten_at, p.user_id"
        )
        forgotten: dict[str, list[ForgottenPerson]] = {}
        exports: dict[str, ReadableExport] = {}
        for *export, user_id, organization_id, at in rows:
            found = _export(export)
            exports[found.export_id] = found
            person = ForgottenPerson(user_id, organization_id, at)
            forgotten.setdefault(found.export_id, []).append(person)
        again = self._again(exports)
        return [
            Outdated(export, tuple(forgotten[id_]), again.get(id_))
            for id_, export in exports.items()
        ]

    def forgotten(self) -> dict[str, int]:
        """Return who was forgotten, by id, and when in Unix microseconds."""
        return dict(self._engine.query("SELECT user_id, forgotten_at FROM forgotten_person"))

    def find(self, person: ForgottenPerson) -> list[str]:
        """
        Return the ids of the exports that hold a person, the oldest first.

        One that was issued again since is superseded. Of records that were archived only the
        customer is known: an export that may hold one of the person's organization counts.
        """
        exports = [each for each in self._current() if may_hold(each, person)]
        if not exports:
            return []
        about = self._about(person.user_id, max(each.size for each in exports))
        return [each.export_id for each in exports if self._holds(each, about, person)]

    def _current(self) -> list[ReadableExport]:
        rows = self._engine.query(
            f"SELECT {_EXPORT} FROM readable_export e WHERE NOT EXISTS (SELECT 1 "
            "FROM readable_export n WHERE n.reissue_of = e.export_id) "
            "ORDER BY e.made_at, e.export_id"
        )
        return [_export(row) for row in rows]

    def _again(self, ids: Collection[str]) -> dict[str, ReadableExport]:
        rows = self._engine.query(
            f"SELECT {_EXPORT} FROM readable_export e WHERE e.reissue_of <> '' ORDER BY e.made_at"
        )
        return {each.reissue_of: each for each in map(_export, rows) if each.reissue_of in ids}

    def _about(self, user_id: str, end: int) -> list[int]:
        """Return the indices of the records whose texts go with the person."""
        found: list[int] = []
        after, name = -1, user_id.encode()
        while rows := self._engine.query(
            "SELECT idx, bytes FROM log_leaf WHERE idx > ? AND idx < ? ORDER BY idx LIMIT ?",
            (after, end, _AT_ONCE),
        ):
            after = int(rows[-1][0])
            found += [
                int(idx)
                for idx, sealed in rows
                if name in bytes(sealed) and is_about(json.loads(sealed), [user_id])
            ]
        return found

    def _holds(self, export: ReadableExport, about: Sequence[int], person: ForgottenPerson) -> bool:
        within = [idx for idx in about if idx < export.size]
        return any(
            self._actions.any_of(export.wanted, within[start : start + _ASKED])
            for start in range(0, len(within), _ASKED)
        ) or self._may_have_been_archived(export, person)

    def _may_have_been_archived(self, export: ReadableExport, person: ForgottenPerson) -> bool:
        return bool(
            self._engine.query(
                "SELECT 1 FROM log_leaf WHERE organization_id = ? AND idx < ? "
                "AND LENGTH(bytes) = 0 LIMIT 1",
                (person.organization_id, export.size),
            )
        )


def _export(row: Sequence[Any]) -> ReadableExport:
    export_id, agent_id, partner_id, made_at, form, filters, size, reissue_of = row
    asked = filter_in(json.loads(filters))
    return ReadableExport(export_id, agent_id, partner_id, made_at, form, asked, size, reissue_of)
