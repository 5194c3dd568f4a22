"""Forms: read within limits, cleaned field by field; what is wrong is named at its field."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from urllib.parse import parse_qsl

from services.gateway.pages.models import Problem

LARGEST = 64 * 1024
_FIELDS = 100
_SHOWN_AGAIN = 1000
_BREAKS = "\n\r\t"


class TooLarge(ValueError):
    """The body is larger than any form of ours."""


@dataclass(frozen=True)
class Form:
    """The fields of a form; ``problems`` collects what is wrong as fields are read."""

    fields: Mapping[str, Sequence[str]] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def raw(self, name: str) -> str:
        """Return a field as it came, empty where it did not."""
        values = self.fields.get(name, ())
        return values[0] if values else ""

    def text(
        self, name: str, longest: int = 200, *, required: bool = False, lines: bool = False
    ) -> str:
        """Return one line (or lines) of text, trimmed; names what is wrong with it."""
        value = self.raw(name).strip()
        if not _writable(value, _BREAKS if lines else ""):
            self.wrong(name, "characters")
            return ""
        if len(value) > longest:
            self.wrong(name, "too_long")
            return value[:longest]
        if required and not value:
            self.wrong(name, "required")
        return value

    def reason(self) -> str:
        """Return the reason that a form must give."""
        value = self.text("reason", 500, lines=True)
        if not value and not any(each.field == "reason" for each in self.problems):
            self.wrong("reason", "reason_required")
        return value

    def choice(self, name: str, allowed: Sequence[str]) -> str:
        """Return one of the allowed values."""
        value = self.raw(name)
        if value not in allowed:
            self.wrong(name, "choice")
            return allowed[0]
        return value

    def choices(self, name: str, allowed: Sequence[str]) -> tuple[str, ...]:
        """Return those of the allowed values that were chosen."""
        chosen = self.fields.get(name, ())
        return tuple(each for each in allowed if each in chosen)

    def number(self, name: str, least: int, most: int, code: str) -> int:
        """Return a whole number within its limits."""
        value = self.raw(name).strip()
        if not (value.isascii() and value.isdigit() and len(value) < 6):
            self.wrong(name, code)
            return least
        if not least <= int(value) <= most:
            self.wrong(name, code)
        return int(value)

    def moment(self, name: str) -> datetime | None:
        """Return a day, or day and hour, in UTC; None where the field is empty."""
        value = self.raw(name).strip()
        if not value:
            return None
        try:
            return datetime.fromisoformat(value).replace(tzinfo=UTC)
        except ValueError:
            self.wrong(name, "date_format")
            return None

    def typed(self, without: Sequence[str]) -> dict[str, tuple[str, ...]]:
        """Return the fields as they can be shown again: cut, without what no page may hold."""
        return {
            name: tuple(
                "".join(each for each in value[:_SHOWN_AGAIN] if _writable(each, _BREAKS))
                for value in values
            )
            for name, values in self.fields.items()
            if name not in without
        }

    def wrong(self, name: str, code: str) -> None:
        """Name what is wrong with a field."""
        self.problems.append(Problem(field=name, code=code))


def parse(body: bytes) -> Form:
    """Read an urlencoded body. Raises ValueError where it is none."""
    if len(body) > LARGEST:
        raise TooLarge("body")
    # What is not UTF-8 becomes lone surrogates, which no field accepts.
    pairs = parse_qsl(
        body.decode("ascii"),
        keep_blank_values=True,
        encoding="utf-8",
        errors="surrogateescape",
        max_num_fields=_FIELDS,
    )
    fields: dict[str, list[str]] = {}
    for name, value in pairs:
        fields.setdefault(name, []).append(value)
    return Form(fields)


def _writable(value: str, allowed: str) -> bool:
    return all(
        each in allowed or unicodedata.category(each) not in ("Cc", "Cs", "Cn", "Co")
        for each in value
    )
