"""What of a document goes into the index: every form in which it may be typed."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from services.search.domain.documents import Kind
from services.search.domain.folding import fold, words
from services.search.domain.identifiers import document_terms
from services.search.domain.spelling import bones, script, sound, spellings

if TYPE_CHECKING:
    from services.search.domain.documents import Document

_MOST_WORDS = 12
_MOST_ROTATIONS = 5
# What follows or precedes the name of a company and is rarely said.
_LEGAL_FORMS = frozenset(
    """
    ab ag ao aps as asa bv co company corp corporation doo dd ei eirl eood eurl ev gbr gmbh group hf
    inc incorporated kft kg kgaa kk ks lda limited llc llp lp ltd ltda mbh nv oao ohg ood oop ooo oy
    oyj pao pc plc pllc pt pte pty pvt sa sarl sas sc scs se sl slu snc spa spj spk spolka spzoo srl
    sro ug vof zao zrt ип ооо оао зао пао ао еоод оод тоо тов αε οε εε επε ικε sti
    and und et og и και sons syn synowie fils hijos filhos
    """.split()  # noqa: SIM905 - a list of words is read as words
)


@dataclass(frozen=True, slots=True)
class Terms:
    """The indexed terms of one document, by index field."""

    name: tuple[str, ...]
    sound: tuple[str, ...]
    bones: tuple[str, ...]
    whole: tuple[str, ...]
    context: tuple[str, ...]
    identifier: tuple[str, ...]


def sound_of_whole(spelled: list[str]) -> str:
    """Return the key of a whole name by its sound, told apart from written forms."""
    return "~" + "".join(sound(s) for s in spelled)


def _name_terms(written: list[str]) -> list[str]:
    found: list[str] = []
    for word in written:
        found += [fold(word), *spellings(word)]
        if script(word) in {"han", "hangul"}:
            found += [word[at:] for at in range(1, len(word))]
    for left, right in pairwise(written):
        found.append(fold(left) + fold(right))
        latin = spellings(left)[:1] + spellings(right)[:1]
        found.append("".join(latin))
    return found


def _wholes(written: list[str]) -> list[str]:
    if not written:
        return []
    turns = range(len(written)) if len(written) <= _MOST_ROTATIONS else range(1)
    found: list[str] = []
    for turn in turns:
        turned = [*written[turn:], *written[:turn]]
        spelled = [(spellings(word) or (fold(word),))[0] for word in turned]
        found += ["".join(fold(word) for word in turned), "".join(spelled), sound_of_whole(spelled)]
    return found


def _unique(found: list[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(term for term in found if term))


def terms_of(document: Document) -> Terms:
    """Return every term of a document; pure, so the same document gives the same index."""
    name: list[str] = []
    sounds: list[str] = []
    skeletons: list[str] = []
    whole: list[str] = []
    for written in document.fields.names:
        split = words(written)[:_MOST_WORDS]
        name += _name_terms(split)
        sounds += [sound(s) for word in split for s in (spellings(word) or (fold(word),))]
        skeletons += [b for word in split if script(word) != "latin" for b in bones(word)]
        whole += _wholes(split)
        if document.kind is Kind.ORGANIZATION:
            said = [word for word in split if fold(word) not in _LEGAL_FORMS]
            whole += _wholes(said)
    context: list[str] = []
    if document.kind is not Kind.ORGANIZATION:
        for word in words(document.fields.organization_name)[:_MOST_WORDS]:
            if fold(word) not in _LEGAL_FORMS:
                context += [fold(word), *spellings(word)]
    return Terms(
        name=_unique(name),
        sound=_unique(sounds),
        bones=_unique(skeletons),
        whole=_unique(whole),
        context=_unique(context),
        identifier=document_terms(document),
    )
