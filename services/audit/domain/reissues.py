"""Exports with opened texts: what their records say of them, and when one must be issued again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from helpdesk.kernel.clearing import is_about
from helpdesk.kernel.events import ERASED, Event
from services.audit.domain.facts import microseconds, moment
from services.audit.domain.filters import Filter

_TIMES = ("since", "until")
_TEXTS = ("reason", "query", "request", "found")


@dataclass(frozen=True, kw_only=True)
class ReadableExportMade(Event):
    """Somebody made an export with opened texts, or made one again."""

    NAME = "helpdesk.audit.v1.ReadableExportMade"

    export_id: str
    made_by: str
    partner_id: str = ""
    made_at: datetime
    form: str
    filters: tuple[str, ...] = ()
    size: int
    reissue_of: str = ""
    holds: tuple[str, ...] = ()


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
    may see.
    """

    export_id: str
    agent_id: str
    partner_id: str
    made_at: int
    form: str
    wanted: Filter
    size: int
    reissue_of: str = ""


def described(form: str, wanted: Filter, size: int, reissue_of: str = "") -> tuple[str, ...]:
    """Return what the record of an export says of it, as subjects; ids and times, no text."""
    filters = (f"filter:{each}" for each in filters_of(wanted))
    again = (f"reissue_of:{reissue_of}",) if reissue_of else ()
    return (f"form:{form}", f"size:{size}", *filters, *again)


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


def may_hold(export: ReadableExport, person: ForgottenPerson) -> bool:
    """Whether an export may hold a person, as far as its filter says."""
    return export.wanted.organization_id in ("", person.organization_id) and (
        export.wanted.user_id in ("", person.user_id)
    )


def filters_of(wanted: Filter) -> tuple[str, ...]:
    """Return the filters that are set, as ``name=value``; times as RFC 3339."""
    return tuple(
        f"{each.name}={_written(each.name, getattr(wanted, each.name))}"
        for each in fields(wanted)
        if getattr(wanted, each.name)
    )


def filter_in(filters: Iterable[str]) -> Filter:
    """Return the filter of what ``filters_of`` wrote."""
    said = (each.partition("=") for each in filters)
    read: dict[str, Any] = {name: _read(name, value) for name, _, value in said}
    return Filter(**read)


def _written(name: str, value: str | int | bool) -> str:
    return moment(int(value)).isoformat() if name in _TIMES else str(value)


def _read(name: str, text: str) -> str | int | bool:
    if name in _TIMES:
        return microseconds(text)
    return True if name == "partners_only" else text
