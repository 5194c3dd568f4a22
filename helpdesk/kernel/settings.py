"""``HELPDESK_...``: parsed into frozen dataclasses; a wrong or unknown one is named at start."""

from __future__ import annotations

import typing
from collections.abc import Iterable, Mapping
from dataclasses import MISSING, fields
from pathlib import Path
from typing import Any, TypeVar

T = TypeVar("T")
PREFIX = "HELPDESK_"


class SettingsError(ValueError):
    """A setting that cannot be used; the message names it and says what is wanted."""


def parse(kind: type[T], prefix: str, env: Mapping[str, str]) -> T:
    """
    Fill a dataclass from ``HELPDESK_<PREFIX>_<FIELD>``; ``..._FILE`` names a file with the value.

    Fields are ``str int float bool Path`` or ``tuple[str, ...]`` (comma separated).
    Raises SettingsError.
    """
    hints = typing.get_type_hints(kind)
    values: dict[str, Any] = {}
    for each in fields(kind):  # type: ignore[arg-type]  # T is a dataclass by contract
        name = _name(prefix, each.name)
        text = env.get(name)
        from_file = env.get(f"{name}_FILE")
        if text is not None and from_file is not None:
            raise SettingsError(f"{name} and {name}_FILE are both set; keep one")
        if from_file is not None:
            try:
                text = Path(from_file).read_text().strip()
            except OSError as error:
                raise SettingsError(f"{name}_FILE: {error.strerror}: {from_file}") from error
        if text is None:
            if each.default is MISSING and each.default_factory is MISSING:
                raise SettingsError(f"{name} is not set")
            continue
        values[each.name] = _converted(name, text, hints[each.name])
    return kind(**values)


def names(kind: type, prefix: str) -> list[str]:
    """Return the names of the settings that a dataclass is filled from."""
    return [
        name + suffix
        for each in fields(kind)
        for name in [_name(prefix, each.name)]
        # What names a file itself is not read from another one.
        for suffix in (("",) if name.endswith("_FILE") else ("", "_FILE"))
    ]


def check_unknown(env: Mapping[str, str], known: Iterable[str]) -> None:
    """Raise SettingsError for a ``HELPDESK_`` setting that nothing reads."""
    unknown = {name for name in env if name.startswith(PREFIX)} - set(known)
    if unknown:
        raise SettingsError(f"unknown setting {', '.join(sorted(unknown))}")


def is_loopback(address: str) -> bool:
    """Return whether ``host:port`` (or a unix socket) cannot be reached from another machine."""
    host = address.rpartition(":")[0].strip("[]")
    return address.startswith("unix:") or host in ("127.0.0.1", "::1", "localhost")


def _name(prefix: str, field: str) -> str:
    return PREFIX + "_".join(part.upper() for part in (prefix, field) if part)


def _converted(name: str, text: str, hint: Any) -> Any:
    if hint is bool:
        if text.lower() not in ("y", "yes", "true", "1", "n", "no", "false", "0"):
            raise SettingsError(f"{name}: yes or no is wanted, not {text!r}")
        return text.lower() in ("y", "yes", "true", "1")
    if typing.get_origin(hint) is tuple:
        return tuple(part.strip() for part in text.split(",") if part.strip())
    if hint in (int, float):
        try:
            return hint(text)
        except ValueError as error:
            raise SettingsError(f"{name}: a number is wanted") from error
    return Path(text) if hint is Path else text
