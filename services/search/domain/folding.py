"""How written words are made comparable: case, diacritics, apostrophes, ligatures, separators."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

# Only marks that European and Semitic scripts add to a letter; elsewhere marks are vowels.
_MARKS = re.compile(
    "[\u0300-\u036f\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06ed\u1ab0-\u1aff\u1dc0-\u1dff]"
)
_APOSTROPHES = re.compile(
    "['\u2019\u2018\u201b\u02bb\u02bc\u02b9\u02be\u02bf`\u00b4\u05f3\u05f4\u2032]"
)
_INVISIBLE = re.compile(
    "[\u00ad\u0640\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]"
)
_ABBREVIATION = re.compile(r"\b(?:[^\W\d_]\.){2,}(?:[^\W\d_]\b)?|\b(?:[^\W\d_]\.)+[^\W\d_]\b")
_LETTERS = str.maketrans(
    {
        "ø": "o", "æ": "ae", "œ": "oe", "ß": "ss", "ı": "i", "ł": "l", "đ": "d", "ð": "d",
        "þ": "th", "ħ": "h", "ŋ": "n", "ŧ": "t", "ə": "e", "ĸ": "k", "ſ": "s", "ĳ": "ij",
        "ة": "ه", "ى": "ي", "ی": "ي", "ک": "ك", "ٱ": "ا",
    }
)  # fmt: skip


def visible_text(text: str) -> str:
    """Return the text in its compatible form (NFKC) without characters that nobody sees."""
    return unicodedata.normalize("NFKC", _INVISIBLE.sub("", text))


@lru_cache(maxsize=65536)
def fold(word: str) -> str:
    """Return a word in lower case without diacritics, in its own script."""
    lowered = unicodedata.normalize("NFKC", word).casefold().translate(_LETTERS)
    bare = _MARKS.sub("", unicodedata.normalize("NFKD", lowered))
    return unicodedata.normalize("NFC", bare).translate(_LETTERS)


def word_spans(text: str) -> list[tuple[int, int]]:
    """Return where the words of a text start and end; an apostrophe does not end a word."""
    spans: list[tuple[int, int]] = []
    start: int | None = None
    for at, char in enumerate(text):
        inside = unicodedata.category(char)[0] in "LNM" or (
            start is not None and (_APOSTROPHES.match(char) or _INVISIBLE.match(char)) is not None
        )
        if inside and start is None:
            start = at
        elif not inside and start is not None:
            spans.append((start, at))
            start = None
    if start is not None:
        spans.append((start, len(text)))
    return spans


def words(text: str) -> list[str]:
    """Return the words of a text without apostrophes and the dots of abbreviations."""
    seen = _ABBREVIATION.sub(lambda found: found.group().replace(".", "") + " ", visible_text(text))
    found = [_APOSTROPHES.sub("", seen[start:end]) for start, end in word_spans(seen)]
    return [word for word in found if word]
