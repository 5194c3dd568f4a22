"""How a name may be spelled in Latin letters, and how it sounds: many schemes, one key."""

from __future__ import annotations

import re
from functools import lru_cache

from anyascii import anyascii

from services.search.domain.folding import fold
from services.search.domain.scripts import (
    CYRILLIC,
    CYRILLIC_SCHEMES,
    GREEK,
    GREEK_SCHEMES,
    HAN_NAMES,
    HANGUL_SURNAMES,
    LATIN_SCHEMES,
    SEMITIC,
)

_NOT_LETTERS = re.compile("[^a-z0-9]")
_CAPITALS = re.compile("[A-Z][a-z]*")
_MOST_SPELLINGS = 24


def _romanized(word: str, tables: tuple[dict[str, str], ...]) -> str:
    longest = max(len(key) for table in tables for key in table)
    out: list[str] = []
    at = 0
    while at < len(word):
        for size in range(min(longest, len(word) - at), 0, -1):
            piece = word[at : at + size]
            to = next((table[piece] for table in tables if piece in table), None)
            if to is not None:
                out.append(to)
                at += size
                break
        else:
            out.append(word[at])
            at += 1
    return "".join(out)


def script(word: str) -> str:
    """Return the script of a word by its first letter: latin, cyrillic, greek, han or other."""
    for char in word:
        code = ord(char)
        if code < 0x250 or 0x1E00 <= code <= 0x1EFF:
            return "latin"
        if 0x370 <= code <= 0x3FF or 0x1F00 <= code <= 0x1FFF:
            return "greek"
        if 0x400 <= code <= 0x52F:
            return "cyrillic"
        if 0x590 <= code <= 0x5FF:
            return "hebrew"
        if 0x600 <= code <= 0x6FF or 0x750 <= code <= 0x77F:
            return "arabic"
        if 0x4E00 <= code <= 0x9FFF:
            return "han"
        if 0xAC00 <= code <= 0xD7A3:
            return "hangul"
    return "other"


def _plain(text: str) -> str:
    return _NOT_LETTERS.sub("", fold(text))


def _ordered(spellings: list[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(s for s in spellings if s))[:_MOST_SPELLINGS]


@lru_cache(maxsize=65536)
def spellings(word: str) -> tuple[str, ...]:
    """Return how a word may be typed in plain Latin letters, the most usual first."""
    lowered = word.casefold()
    kind = script(lowered)
    if kind == "latin":
        return _ordered([_plain(word), *(_plain(_romanized(lowered, (t,))) for t in LATIN_SCHEMES)])
    if kind == "cyrillic":
        schemes = [_plain(_romanized(f"^{lowered}$", (t, CYRILLIC))) for t in CYRILLIC_SCHEMES]
        return _ordered([*schemes, _plain(anyascii(lowered))])
    if kind == "greek":
        plain = fold(_keep_dialytika(lowered))
        schemes = [_plain(_romanized(f"^{plain}$", (t, GREEK))) for t in GREEK_SCHEMES]
        return _ordered([*schemes, _plain(anyascii(lowered))])
    latin = anyascii(lowered)
    parts = _CAPITALS.findall(latin) if kind in {"han", "hangul"} else []
    found = [_plain(latin), *HAN_NAMES.get(word, ()), *HANGUL_SURNAMES.get(word, ())]
    if kind == "hangul" and len(word) > 1:
        given = _plain("".join(parts[1:]))
        found += [surname + given for surname in HANGUL_SURNAMES.get(word[0], ())]
        found += [given, *HANGUL_SURNAMES.get(word[0], ())]
    if kind == "han" and len(parts) > 1:
        found += [_plain(parts[0]), _plain("".join(parts[1:])), *(_plain(p) for p in parts)]
    return _ordered(found)


def _keep_dialytika(word: str) -> str:
    return word.replace("ϊ", "ι\u200a").replace("ΐ", "ι\u200a").replace("ϋ", "υ\u200a")


_SOUNDS: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern), to)
    for pattern, to in (
        (r"schtsch|shtch|chtch|shch|shh|stsch", "sh"),
        (r"tsch|tch|cz(?=[aeiouy])|dzh|dj", "ch"),
        (r"sch|sh|sz|sc(?=[eiy])|sc$|ss", "s"),
        (r"ch(?=[rl])", "k"),
        (r"ph", "f"),
        (r"th", "t"),
        (r"gh|gu(?=[eiy])", "g"),
        (r"kh", "h"),
        (r"zh", "z"),
        (r"ck|cc(?=[aou])|q(u(?=[ei]))?", "k"),
        (r"tz|ts|zz", "c"),
        (r"ch", "c"),
        (r"c(?=[aourlnst]|$)", "k"),
        (r"x", "ks"),
        (r"w", "v"),
        (r"j|y", "i"),
        (r"(?<=[bdfgklmnprstvz])h", ""),
        (r"ou|oo|ue", "u"),
        (r"ee|ie(?=$|[^aeiou])", "i"),
        (r"ae", "e"),
        (r"oe", "o"),
        (r"i+(?=[aeou])", ""),
        (r"ei|ii+", "i"),
        (r"(?<=.)h$", ""),
        (r"(.)\1+", r"\1"),
    )
)


def _stripped(spelling: str, rules: tuple[tuple[re.Pattern[str], str], ...]) -> str:
    for pattern, to in rules:
        spelling = pattern.sub(to, spelling)
    return spelling


@lru_cache(maxsize=65536)
def sound(spelling: str) -> str:
    """Return a key that spellings of the same name in different schemes share, mostly."""
    return _stripped(spelling, _SOUNDS)


_ARTICLES = re.compile(r"^(al|el|ul|ad|ar|as|ash|at|az|an)-?(?=.{3})")
_BONES: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern), to)
    for pattern, to in (
        (r"(?<=[aeiou])h$", ""),
        (r"(.)\1+", r"\1"),
        (r"sh|sch|ch", "s"),
        (r"th", "t"),
        (r"dh|dj", "d"),
        (r"kh|q|c", "k"),
        (r"gh", "g"),
        (r"ph|v", "f"),
        (r"p", "b"),
        (r"x", "ks"),
        (r"j", "g"),
        (r"z", "z"),
        (r"[aeiouyw]", ""),
        (r"(.)\1+", r"\1"),
    )
)
_OTHER_BONES: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern), to)
    for pattern, to in (
        (r"(.)\1+", r"\1"),
        (r"sh|zh", "s"),
        (r"(?<=[bcdgjkpqrt])h", ""),
        (r"x|kh|q|h", "k"),
        (r"dz|ts", "z"),
        (r"w", "v"),
        (r"[aeiouy]", ""),
        (r"(.)\1+", r"\1"),
    )
)
_HEBREW_BONES: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern), to)
    for pattern, to in (
        (r"(?<=[aeiou])h$", ""),
        (r"(.)\1+", r"\1"),
        (r"tz|ts|cz", "z"),
        (r"sh|sch", "s"),
        (r"ch|kh|ck|q|c|h", "k"),
        (r"th", "t"),
        (r"ph|f", "p"),
        (r"j", "g"),
        (r"x", "ks"),
        (r"[aeiouywv]", ""),
        (r"b", ""),
        (r"(.)\1+", r"\1"),
    )
)


@lru_cache(maxsize=65536)
def bones(word: str) -> tuple[str, ...]:
    """
    Return the consonants of a word, for names whose script writes no short vowels.

    A Semitic word has the keys of its own script, a Latin word those of each such script.
    """
    kind = script(word)
    if kind in SEMITIC:
        folded = fold(word)
        article, table = SEMITIC[kind]
        stems = {folded}
        if article and folded.startswith(article) and len(folded) > len(article) + 1:
            stems.add(folded[len(article) :])
        keys = {
            re.sub(r"(.)\1+", r"\1", "".join(table.get(c, "") for c in stem.rstrip("هה")))
            for stem in stems
        }
        return tuple(sorted(f"{kind}:{key}" for key in keys if key))
    if kind == "other":
        return tuple(
            f"other:{key}" for s in spellings(word)[:1] if (key := _stripped(s, _OTHER_BONES))
        )
    if kind != "latin":
        return ()
    plain = _plain(word)
    found = {f"other:{key}" for key in (_stripped(plain, _OTHER_BONES),) if key}
    for stem in {plain, _ARTICLES.sub("", plain)}:
        for name, rules in (("arabic", _BONES), ("hebrew", _HEBREW_BONES)):
            key = _stripped(stem, rules)
            if key:
                found.add(f"{name}:{key}")
    return tuple(sorted(found))
