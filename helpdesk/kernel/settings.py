"""``HELPDESK_...``: parsed into frozen dataclasses; a wrong or unknown one is named at start."""

from __future__ import annotations

import math
import typing
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import MISSING, dataclass, fields
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Annotated, Any, Protocol, TypeVar, runtime_checkable
from urllib.parse import urlsplit

T = TypeVar("T")
Network = IPv4Network | IPv6Network
PREFIX = "HELPDESK_"
_HIGHEST_PORT = 65535


class SettingsError(ValueError):
    """A setting that cannot be used; the message names it and says what is wanted."""


@runtime_checkable
class Rule(Protocol):
    """What the values of a setting must be, as part of its type: ``Annotated[int, Range(1)]``."""

    def wanted(self, value: Any) -> str:
        """Return what is wanted in place of a value, empty where it will do."""


@dataclass(frozen=True, slots=True)
class Range:
    """Numbers from ``least`` to ``most``, both included, and above ``above``."""

    least: float = -math.inf
    most: float = math.inf
    above: float = -math.inf

    def wanted(self, value: float) -> str:
        """Return what is wanted in place of a number outside, empty where it will do."""
        if self.least <= value <= self.most and value > self.above:
            return ""
        bounds = [
            text
            for text, bound in (
                (f"at least {self.least:g}", self.least),
                (f"more than {self.above:g}", self.above),
                (f"at most {self.most:g}", self.most),
            )
            if math.isfinite(bound)
        ]
        return f"{' and '.join(bounds)} is wanted"


@dataclass(frozen=True, slots=True)
class Address:
    """``host:port``; empty is nowhere, where that is possible."""

    possibly_empty: bool = True

    def wanted(self, value: str) -> str:
        """Return what is wanted in place of something else, empty where it will do."""
        if not value and self.possibly_empty:
            return ""
        host, _, port = value.rpartition(":")
        fits = host and port.isascii() and port.isdigit() and int(port) <= _HIGHEST_PORT
        return "" if fits else "host:port is wanted"


@dataclass(frozen=True, slots=True)
class Url:
    """
    A URL of one of these schemes, or several apart by ``;``; empty for none.

    ``connects`` says that this process connects there, so that plain text must stay on loopback;
    ``besides`` are words that may stand in its place.
    """

    schemes: tuple[str, ...] = ("https", "http")
    connects: bool = True
    besides: tuple[str, ...] = ()

    def wanted(self, value: str) -> str:
        """Return what is wanted in place of something else, empty where it will do."""
        if not self.urls(value) or all(self._fits(each) for each in self.urls(value)):
            return ""
        choices = (*self.besides, *(f"{each}://..." for each in self.schemes))
        return f"{' or '.join(choices)} is wanted"

    def urls(self, value: str) -> list[str]:
        """Return the URLs of a value."""
        if not value or value in self.besides:
            return []
        return [each.strip() for each in value.split(";")]

    def _fits(self, url: str) -> bool:
        try:
            split = urlsplit(url)
            return split.scheme in self.schemes and bool(split.hostname) and split.port != 0
        except ValueError:
            return False


@dataclass(frozen=True)
class GraceSettings:
    """``HELPDESK_AUDIT_...`` of every service that leaves records."""

    grace_seconds: Annotated[float, Range(0)] = 900.0
    """How long services go on while the audit log does not get their records; 0: for ever."""


def parse(kind: type[T], prefix: str, env: Mapping[str, str]) -> T:
    """
    Fill a dataclass from ``HELPDESK_<PREFIX>_<FIELD>``; ``..._FILE`` names a file with the value.

    Fields are ``str int float bool Path``, ``tuple[str, ...]`` or ``tuple[Network, ...]`` (comma
    separated) or a ``Literal`` of texts, with rules by ``Annotated``. Raises SettingsError.
    """
    hints = typing.get_type_hints(kind, include_extras=True)
    values: dict[str, Any] = {}
    for each in fields(kind):  # type: ignore[arg-type]  # T is a dataclass by contract
        name = _name(prefix, each.name)
        text = env.get(name)
        from_file = env.get(f"{name}_FILE")
        if text is not None and from_file is not None:
            raise SettingsError(f"{name} and {name}_FILE are both set; keep one")
        if from_file is not None:
            text = _read(f"{name}_FILE", from_file)
        if text is None:
            if each.default is MISSING and each.default_factory is MISSING:
                raise SettingsError(f"{name} is not set")
            continue
        hint, rules = _ruled(hints[each.name])
        values[each.name] = value = _converted(name, text, hint)
        for rule in rules:
            wanted = rule.wanted(value)
            if wanted:
                raise SettingsError(f"{name}: {wanted}")
    return kind(**values)


def connections(kind: type, prefix: str, env: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Yield name and URL of each setting that says where to connect to. Raises SettingsError."""
    settings: object = parse(kind, prefix, env)
    for name, hint in typing.get_type_hints(kind, include_extras=True).items():
        for rule in _ruled(hint)[1]:
            if isinstance(rule, Url) and rule.connects:
                for url in rule.urls(getattr(settings, name)):
                    yield _name(prefix, name), url


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


def _ruled(hint: Any) -> tuple[Any, list[Rule]]:
    if typing.get_origin(hint) is not typing.Annotated:
        return hint, []
    return hint.__origin__, [each for each in hint.__metadata__ if isinstance(each, Rule)]


def _read(name: str, path: str) -> str:
    try:
        return Path(path).read_text(encoding="utf-8").strip()
    except OSError as error:
        raise SettingsError(f"{name}: {error.strerror}: {path}") from error
    except UnicodeDecodeError as error:
        raise SettingsError(f"{name}: not a text in UTF-8: {path}") from error


def _converted(name: str, text: str, hint: Any) -> Any:
    if hint is bool:
        if text.lower() not in ("y", "yes", "true", "1", "n", "no", "false", "0"):
            raise SettingsError(f"{name}: yes or no is wanted")
        return text.lower() in ("y", "yes", "true", "1")
    if typing.get_origin(hint) is tuple:
        parts = tuple(part.strip() for part in text.split(",") if part.strip())
        if typing.get_args(hint)[0] is str:
            return parts
        try:
            return tuple(ip_network(part) for part in parts)
        except ValueError as error:
            raise SettingsError(f"{name}: networks such as 10.1.0.0/16 are wanted") from error
    if typing.get_origin(hint) is typing.Literal:
        choices = typing.get_args(hint)
        if text not in choices:
            shown = [each or "nothing" for each in choices]
            raise SettingsError(f"{name}: {', '.join(shown[:-1])} or {shown[-1]} is wanted")
        return text
    if hint in (int, float):
        try:
            number = hint(text)
        except ValueError as error:
            raise SettingsError(f"{name}: a number is wanted") from error
        if not math.isfinite(number):
            raise SettingsError(f"{name}: a number is wanted")
        return number
    return Path(text) if hint is Path else text
