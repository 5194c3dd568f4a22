"""Exports with opened texts: what their records say of them, and when one must be issued again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from helpdesk.kernel.clearing import is_about
from helpdesk.kernel.events import ERASED, Event, SupportActionRecorded
from services.audit.domain.facts import microseconds, moment, unix
from services.audit.domain.filters import Filter
from services.audit.domain.readable import FORMATS

MADE = frozenset({"audit.log.export", "audit.export.reissue"})
"""Actions whose answer is an export."""
_FORM, _FILTER, _SIZE, _AGAIN, _HOLDS = "form:", "filter:", "size:", "reissue_of:", "holds:"
_TIMES = ("since", "until")
_TEXTS = ("reason", "query", "request", "found")


@dataclass(frozen=True, kw_only=True)
class PersonFoundInExports(Event):
    """A person was forgotten, and it was found out which exports with opened texts hold them."""

    NAME = "helpdesk.audit.v1.PersonFoundInExports"

    user_id: str
    organization_id: str
    forgotten_at: datetime
    export_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ForgottenPerson:
    """Somebody who was forgotten; when in Unix microseconds."""

    user_id: str
    organization_id: str
    forgotten_at: int


@dataclass(frozen=True, slots=True)
class ReadableExport:
    """
    An export with opened texts, made at Unix microseconds.

    It has the records below the index ``size`` that fit ``wanted``, which is cut to what its maker
    may see. ``holds`` are those whose texts it has though they were forgotten before it was made.
    """

    export_id: str
    agent_id: str
    partner_id: str
    made_at: int
    form: str
    wanted: Filter
    size: int
    reissue_of: str = ""
    holds: tuple[str, ...] = ()


def described(form: str, wanted: Filter, size: int, reissue_of: str = "") -> tuple[str, ...]:
    """Return what the record of an export says of it, as subjects; ids and times, no text."""
    asked = [
        f"{_FILTER}{each.name}={_written(each.name, getattr(wanted, each.name))}"
        for each in fields(wanted)
        if getattr(wanted, each.name)
    ]
    again = [f"{_AGAIN}{reissue_of}"] if reissue_of else []
    return (f"{_FORM}{form}", f"{_SIZE}{size}", *asked, *again)


def holding(user_ids: Iterable[str]) -> tuple[str, ...]:
    """Return what the record of an export says of those whose keys were still there."""
    return tuple(f"{_HOLDS}{each}" for each in sorted(user_ids))


def held_in(opened: Mapping[str, Any], forgotten: Mapping[str, int]) -> frozenset[str]:
    """
    Return whose texts an opened record has though they are forgotten: a service is late.

    ``forgotten`` says when, in Unix microseconds; what was recorded later is not theirs.
    """
    named = {str(opened.get("user_id", ""))}
    for each in (*opened.get("subjects", ()), *opened.get("shown", ())):
        named.add(str(each).partition(":")[2].partition("@")[0])
    found = named & forgotten.keys()
    if not found or all(opened.get(name) in (None, "", ERASED) for name in _TEXTS):
        return frozenset()
    at = microseconds(str(opened.get("occurred_at", "")))
    return frozenset(each for each in found if at <= forgotten[each] and is_about(opened, [each]))


def export_in(record: SupportActionRecorded) -> ReadableExport | None:
    """Return the export with opened texts that a record is of; None for every other record."""
    if record.action not in MADE or record.outcome != "done":
        return None
    form = _said(record.subjects, _FORM)
    if form not in FORMATS:
        return None
    return ReadableExport(
        export_id=record.request_id,
        agent_id=record.agent_id,
        partner_id=record.partner_id,
        made_at=unix(record.occurred_at),
        form=form,
        wanted=_filter(record.subjects),
        size=int(_said(record.subjects, _SIZE)),
        reissue_of=_said(record.subjects, _AGAIN),
        holds=tuple(each[len(_HOLDS) :] for each in record.subjects if each.startswith(_HOLDS)),
    )


def may_hold(export: ReadableExport, person: ForgottenPerson) -> bool:
    """Whether an export may hold a person, as far as its filter says."""
    return export.wanted.organization_id in ("", person.organization_id) and (
        export.wanted.user_id in ("", person.user_id)
    )


def _written(name: str, value: str | int | bool) -> str:
    return moment(int(value)).isoformat() if name in _TIMES else str(value)


def _said(subjects: Iterable[str], prefix: str) -> str:
    return next((each[len(prefix) :] for each in subjects if each.startswith(prefix)), "")


def _filter(subjects: Iterable[str]) -> Filter:
    asked = (each[len(_FILTER) :].partition("=") for each in subjects if each.startswith(_FILTER))
    read: dict[str, Any] = {name: _read(name, value) for name, _, value in asked}
    return Filter(**read)


def _read(name: str, text: str) -> str | int | bool:
    if name in _TIMES:
        return microseconds(text)
    return True if name == "partners_only" else text
