"""From what an agent types to what the index is asked; pure, and never a query language."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import unicodedata
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from helpdesk.kernel.errors import InvalidArgument
from services.search.domain.clauses import AllOf, AnyOf, AtLeast, Match
from services.search.domain.folding import fold, words
from services.search.domain.identifiers import Recognized, kind_of, recognize
from services.search.domain.scope import visible
from services.search.domain.spelling import bones, sound, spellings
from services.search.domain.terms import sound_of_whole

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from services.search.domain.clauses import Clause
    from services.search.domain.documents import Kind
    from services.search.domain.scope import Filter, Scope

LONGEST_TEXT = 256
"""Characters of a search text."""
LARGEST_PAGE = 100
DEEPEST_OFFSET = 10_000
FEW = 5
"""With fewer certain hits than this, uncertain ones are looked for too."""

EXACT_IDENTIFIER = 10_000.0
NEAR_IDENTIFIER = 5_000.0
_WELL = 70.0
_IDENTIFIER_PREFIX = 45.0
_MOST_WORDS = 8
_LONG_WORD = 6
_WORD = 4
_SHORT_WORD = 3


@dataclass(frozen=True, slots=True)
class Query:
    """
    What the index is asked: which documents exist (``filter``) and which of them match.

    ``certain`` is what is looked for; ``uncertain`` (two typing errors, a word left out) is asked
    as well when few documents match, and none of them well. None matches nothing. ``mark`` is what
    the engine wrote into the cursor of this page, "" on the first.
    """

    text: str
    filter: Filter
    certain: Clause | None
    uncertain: Clause | None
    identifiers: Recognized
    words: tuple[str, ...]
    limit: int
    offset: int
    fingerprint: str
    mark: str = ""

    def is_settled(self, scores: Sequence[float]) -> bool:
        """Tell from the best scores of ``certain`` that there is no need for ``uncertain``."""
        enough = _WELL * len(self.words)
        return len(scores) >= FEW or max(scores, default=0) >= enough

    def cursor(self, offset: int, mark: str = "") -> str:
        """Return the opaque name of the page that starts at ``offset``, with an engine's mark."""
        written = json.dumps([offset, self.fingerprint, mark], separators=(",", ":"))
        return base64.urlsafe_b64encode(written.encode()).decode().rstrip("=")

    def matched_field(self, score: float, identifiers: Iterable[str]) -> str:
        """Return by what a hit was found: the kind of its identifier, or ``name``."""
        if score >= NEAR_IDENTIFIER:
            asked = {*self.identifiers.terms, *self.identifiers.near}
            for term in identifiers:
                if term in asked:
                    return str(kind_of(term))
        for term in identifiers:
            if self.identifiers.only and term.startswith(self.identifiers.prefixes):
                return str(kind_of(term))
        return "name"


def parse_query(
    text: str,
    scope: Scope,
    organization_id: str | None = None,
    kinds: Iterable[Kind] | None = None,
    limit: int = 20,
    *,
    page_token: str = "",
    typing: bool = False,
) -> Query:
    """
    Return what to ask the index for a text; a scope is part of every query.

    ``typing`` accepts the beginning of identifiers, for type-ahead. Raises InvalidArgument for a
    text that is empty, longer than 256 characters or has control characters, for a limit outside
    1 to 100, and for a page token of another query.
    """
    asked = _checked(text)
    if not 1 <= limit <= LARGEST_PAGE:
        raise InvalidArgument("page_size", "OUT_OF_RANGE")
    chosen = None if kinds is None else frozenset(kinds)
    shown = visible(scope, organization_id, chosen)
    fingerprint = _fingerprint(asked, organization_id, chosen)
    found = recognize(asked, typing=typing)
    split = [] if found.only else words(asked)[:_MOST_WORDS]
    parts: list[Clause] = []
    identifiers = _identifier_clause(found)
    if identifiers:
        parts.append(identifiers)
    parts += _certain(split)
    uncertain = _uncertain(split)
    certain = AtLeast(1, tuple(parts)) if parts else None
    offset, mark = _place(page_token, fingerprint)
    return Query(
        text=asked,
        filter=shown,
        certain=certain,
        uncertain=AtLeast(1, (*parts, *uncertain)) if uncertain else None,
        identifiers=found,
        words=tuple(split),
        limit=limit,
        offset=offset,
        fingerprint=fingerprint,
        mark=mark,
    )


def _checked(text: str) -> str:
    asked = text.strip()
    if not asked:
        raise InvalidArgument("text", "EMPTY")
    if len(asked) > LONGEST_TEXT:
        raise InvalidArgument("text", "TOO_LONG")
    if any(unicodedata.category(c) in {"Cc", "Cs"} for c in asked):
        raise InvalidArgument("text", "CONTROL_CHARACTER")
    return asked


def _fingerprint(text: str, organization_id: str | None, kinds: frozenset[Kind] | None) -> str:
    parts = [text, organization_id or "", *sorted(kinds or ())]
    return hashlib.sha256("\x00".join(parts).encode()).hexdigest()[:16]


def _place(page_token: str, fingerprint: str) -> tuple[int, str]:
    if not page_token:
        return 0, ""
    try:
        written = base64.urlsafe_b64decode(page_token + "=" * (-len(page_token) % 4))
        offset, made_for, mark = json.loads(written)
    except (binascii.Error, ValueError, TypeError) as error:
        raise InvalidArgument("page_token", "NOT_A_PAGE_TOKEN") from error
    if type(offset) is not int or not 0 <= offset <= DEEPEST_OFFSET or made_for != fingerprint:
        raise InvalidArgument("page_token", "NOT_A_PAGE_TOKEN")
    if not isinstance(mark, str):
        raise InvalidArgument("page_token", "NOT_A_PAGE_TOKEN")
    return offset, mark


def _identifier_clause(found: Recognized) -> Clause | None:
    parts: list[Clause] = [Match("identifier", t, EXACT_IDENTIFIER) for t in found.terms]
    parts += [Match("identifier", t, NEAR_IDENTIFIER) for t in found.near]
    parts += [Match("identifier", t, _IDENTIFIER_PREFIX, prefix=True) for t in found.prefixes]
    return AnyOf(tuple(parts)) if parts else None


def _name_matches(word: str, *, alone: bool) -> list[Match]:
    folded = fold(word)
    spelled = [s for s in spellings(word) if s != folded]
    parts = [Match("name", folded, 100)]
    parts += [Match("name", s, 90) for s in spelled]
    parts += [Match("sound", s, 70) for s in _sounds(word)]
    if len(folded) > 1 or not alone:
        parts.append(Match("name", folded, 60, prefix=True))
        parts += [Match("name", s, 55, prefix=True) for s in spelled[:2] if len(s) > 1]
    parts += [Match("sound", s, 40, prefix=True) for s in _sounds(word) if len(s) >= _SHORT_WORD]
    parts += [Match("bones", b, 35) for b in bones(word) if not alone or _tells(b)]
    if len(folded) >= _SHORT_WORD:
        parts.append(Match("name", folded, 50 if len(folded) >= _WORD else 45, edits=1))
    return parts


def _tells(skeleton: str) -> bool:
    """Tell whether there are enough consonants for a word to be meant by them alone."""
    return len(skeleton.partition(":")[2]) >= _SHORT_WORD


def _sounds(word: str) -> tuple[str, ...]:
    found = (sound(s) for s in spellings(word) or (fold(word),))
    return tuple(dict.fromkeys(s for s in found if len(s) > 1))


def _far_name_matches(word: str) -> list[Match]:
    folded = fold(word)
    parts: list[Match] = []
    if len(folded) < _SHORT_WORD:
        parts.append(Match("name", folded, 20, edits=1))
    if len(folded) >= _WORD:
        parts.append(Match("name", folded, 25, edits=1, prefix=True))
        parts += [
            Match("sound", s, 30, edits=1) for s in _sounds(word)[:2] if len(s) >= _SHORT_WORD
        ]
        parts += [Match("bones", b, 12, edits=1) for b in bones(word) if _tells(b)]
    if len(folded) >= _LONG_WORD:
        parts.append(Match("name", folded, 15, edits=2))
        parts += [Match("sound", s, 10, edits=2) for s in _sounds(word)[:1] if len(s) >= _LONG_WORD]
    return parts


def _context_matches(word: str) -> list[Match]:
    folded = fold(word)
    parts = [Match("context", folded, 30)]
    parts += [Match("context", s, 28) for s in spellings(word) if s != folded]
    if len(folded) >= _SHORT_WORD:
        parts.append(Match("context", folded, 15, prefix=True))
    return parts


def _whole_matches(split: list[str], *, edits: int) -> list[Match]:
    spelled = [(spellings(word) or (fold(word),))[0] for word in split]
    folded = "".join(fold(word) for word in split)
    forms = dict.fromkeys((folded, "".join(spelled)))
    parts = [Match("whole", form, 150) for form in forms]
    parts.append(Match("whole", sound_of_whole(spelled), 80))
    if len(folded) >= _SHORT_WORD:
        parts.append(Match("whole", folded, 20, prefix=True))
    if len(folded) > _WORD:
        parts += [Match("whole", form, 60, edits=1) for form in forms]
        parts.append(Match("whole", sound_of_whole(spelled), 30, edits=1))
    if edits > 1 and len(folded) > _LONG_WORD:
        parts.append(Match("whole", folded, 12, edits=2))
    return parts


def _certain(split: list[str]) -> list[Clause]:
    if not split:
        return []
    alone = len(split) == 1
    found: list[Clause] = [AnyOf(tuple(_whole_matches(split, edits=1)))]
    names = [_name_matches(word, alone=alone) for word in split]
    if alone:
        return [*found, AnyOf(tuple(names[0]))]
    plain = [[m for m in n if not m.edits] for n in names]
    readings: list[Clause] = [_with_context(split, names, plain)]
    for at in range(len(split) - 1):
        joined = fold(split[at]) + fold(split[at + 1])
        pair = AnyOf((Match("name", joined, 85), Match("sound", sound(joined), 60)))
        rest = [AnyOf(tuple(n)) for i, n in enumerate(names) if i not in {at, at + 1}]
        readings.append(AllOf((pair, *rest)))
    return [*found, AnyOf(tuple(readings))]


def _with_context(split: list[str], names: list[list[Match]], proof: list[list[Match]]) -> Clause:
    """
    Each word is in the name or names the organization, but at least one is in the name.

    That one must be there as ``proof`` says: looking twice for typing errors costs most.
    """
    both = [AnyOf((*n, *_context_matches(w))) for w, n in zip(split, names, strict=True)]
    named = AnyOf(tuple(replace(m, score=0) for n in proof for m in n))
    return AllOf((*both, named))


def _uncertain(split: list[str]) -> list[Clause]:
    """Each word may be further from the name, and of three or more one may be left out."""
    if not split:
        return []
    alone = len(split) == 1
    far = [AnyOf((*_name_matches(w, alone=alone), *_far_name_matches(w))) for w in split]
    needed = len(far) if len(far) < _SHORT_WORD else len(far) - 1
    whole = [m for m in _whole_matches(split, edits=2) if m.edits > 1]
    names = [_name_matches(w, alone=alone) for w in split]
    misspelled = [] if alone else [_with_context(split, names, names)]
    return [AtLeast(needed, tuple(far)), *whole, *misspelled]
