"""Whether a text that somebody typed names a person."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from helpdesk.kernel.events import ERASED

_LEAST_WORDS = 2
# A name within a longer word, or an address within a longer one, is another's.
_BEFORE, _BEHIND = r"(?<![\w.+@-])", r"(?!\.?[\w+@-])"


class Naming:
    """
    The full names and addresses of a person, as they may stand in a text.

    Diacritics, case and spaces make no difference. A single word is no full name: it is the name
    of many.
    """

    def __init__(self, names: Iterable[str], addresses: Iterable[str]) -> None:
        full = {plain(each) for each in names if each != ERASED}
        self._names = _any_of(each for each in full if len(each.split()) >= _LEAST_WORDS)
        self._addresses = _any_of(plain(each) for each in addresses if each != ERASED)

    def __bool__(self) -> bool:
        return self._names is not None or self._addresses is not None

    def has_name(self, text: str) -> bool:
        """Whether the text holds a full name."""
        return self._names is not None and bool(self._names.search(plain(text)))

    def has_address(self, text: str) -> bool:
        """Whether the text holds an address."""
        return self._addresses is not None and bool(self._addresses.search(plain(text)))


def plain(text: str) -> str:
    """Return a text without diacritics, in small letters, with single spaces."""
    parted = unicodedata.normalize("NFKD", text)
    letters = "".join(each for each in parted if not unicodedata.combining(each))
    return " ".join(letters.casefold().split())


def _any_of(texts: Iterable[str]) -> re.Pattern[str] | None:
    found = sorted({re.escape(each) for each in texts if each}, key=len, reverse=True)
    return re.compile(f"{_BEFORE}(?:{'|'.join(found)}){_BEHIND}") if found else None
