"""Which part of a shown name was meant by what the agent typed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from services.search.domain.folding import fold, word_spans, words
from services.search.domain.spelling import bones, sound, spellings

if TYPE_CHECKING:
    from services.search.domain.queries import Query


def highlights(title: str, query: Query) -> tuple[tuple[int, int], ...]:
    """
    Return the ranges (start, end) of a title that the words of a query match.

    The typed beginning of a word is marked alone where letters correspond one to one, the whole
    word where they do not (another script, a typing error).
    """
    ranges: list[tuple[int, int]] = []
    asked = [(fold(word), word) for word in query.words]
    whole = query.text.casefold()
    for start, end in word_spans(title):
        written = title[start:end]
        best = 0
        for folded, word in asked:
            best = max(best, _length(written, folded, word))
        if best:
            ranges.append((start, start + best))
    if not ranges and whole and whole in title.casefold() and len(title.casefold()) == len(title):
        at = title.casefold().index(whole)
        ranges.append((at, at + len(whole)))
    return tuple(ranges)


def _length(written: str, folded: str, word: str) -> int:
    bare = "".join(words(written))
    shown = fold(bare)
    if shown.startswith(folded):
        letters = len(shown) == len(written)
        return len(folded) if letters else len(written)
    asked = {*spellings(word), folded}
    forms = {*spellings(bare), shown}
    if any(f.startswith(a) for a in asked for f in forms if a):
        return len(written)
    if {sound(a) for a in asked} & {sound(f) for f in forms}:
        return len(written)
    if set(bones(word)) & set(bones(bare)):
        return len(written)
    close = len(folded) > 2 and any(within_one_edit(folded, form) for form in forms)
    return len(written) if close else 0


def within_one_edit(left: str, right: str) -> bool:
    """Tell whether two words differ by one letter more, less, other, or two swapped."""
    if abs(len(left) - len(right)) > 1:
        return False
    at = 0
    while at < min(len(left), len(right)) and left[at] == right[at]:
        at += 1
    a, b = left[at:], right[at:]
    return a[1:] == b[1:] or a[1:] == b or a == b[1:] or (a[:2] == b[1::-1] and a[2:] == b[2:])
