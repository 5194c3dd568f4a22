"""The catalogues are complete and the templates hold no text of their own."""

import re
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from services.gateway import pages

PAGES = Path(pages.__file__).parent
LOCALE = PAGES.parent / "locale"
METHODS = [("**.py", "python"), ("**.html", "jinja2")]
OPTIONS = {"**.html": {"trimmed": "True", "newstyle_gettext": "True"}}
TEMPLATES = sorted(PAGES.rglob("*.html"))
PLACES = re.compile(r"%\(\w+\)s")
# Blocks and the macro that write attributes, not text.
ATTRIBUTES = (
    r"{% block \w+_(?:class|config) %}.*?{% endblock %}|{% macro invalid\b.*?{% endmacro %}"
)
# Names of languages and formats, which are the same everywhere, and the keys of the keyboard.
UNTRANSLATED = re.compile(r"<kbd[^>]*>.*?</kbd>")
SPOKEN = re.compile(r"""(?:aria-label|placeholder|title|alt|data-label)="([^"]*)\"""")


def _catalog(locale: str) -> Catalog:
    with (LOCALE / locale / "LC_MESSAGES" / "messages.po").open("rb") as file:
        return read_po(file, locale=locale)


def _parts(text: object) -> tuple[str, ...]:
    return text if isinstance(text, tuple) else (str(text),)


def _extracted() -> set[str]:
    found = extract_from_dir(PAGES, METHODS, OPTIONS)
    return {_parts(message)[0] for _, _, message, _, _ in found}


@pytest.mark.parametrize("locale", pages.LOCALES)
def test_every_text_of_the_pages_is_in_the_catalogue_and_nothing_else(locale: str) -> None:
    known = {_parts(message.id)[0] for message in _catalog(locale) if message.id}

    assert _extracted() - known == set()
    assert known - _extracted() == set()


@pytest.mark.parametrize("locale", pages.LOCALES)
def test_no_message_is_untranslated_fuzzy_or_loses_a_value(locale: str) -> None:
    wrong = []
    for message in _catalog(locale):
        if not message.id:
            continue
        ids, strings = _parts(message.id), _parts(message.string)
        wanted = set(PLACES.findall(ids[0]))
        loses = any(set(PLACES.findall(text)) != wanted for text in strings)
        if message.fuzzy or not all(strings) or loses:
            wrong.append(ids[0])

    assert wrong == []


def test_romanian_has_three_plurals_and_letters_with_a_comma() -> None:
    catalog = _catalog("ro")
    plurals = [message for message in catalog if isinstance(message.id, tuple)]
    text = "".join(part for message in catalog for part in _parts(message.string))

    assert plurals
    assert {len(_parts(message.string)) for message in plurals} == {3}
    assert not set(text) & set("şţŞŢ")
    assert set("șț") <= set(text)


@pytest.mark.parametrize(
    ("count", "expected"), [(1, "1 potrivire"), (2, "2 potriviri"), (20, "20 de potriviri")]
)
def test_romanian_counts_as_people_do(count: int, expected: str) -> None:
    text = pages.catalog("ro").ungettext("%(n)s match", "%(n)s matches", count)

    assert text % {"n": count} == expected


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.name)
def test_a_template_has_no_text_outside_the_catalogue(template: Path) -> None:
    text = template.read_text("utf-8")
    text = re.sub(ATTRIBUTES, "", text, flags=re.DOTALL)
    text = re.sub(r"{%-?\s*trans\b.*?{%-?\s*endtrans\s*-?%}", "", text, flags=re.DOTALL)
    text = re.sub(r"{{.*?}}|{%.*?%}|{#.*?#}", "", text, flags=re.DOTALL)
    spoken = [value for value in SPOKEN.findall(text) if re.search(r"[^\W\d_]", value)]
    left = re.sub(r"<[^>]*>", " ", UNTRANSLATED.sub("", text))

    assert spoken == []
    assert re.findall(r"[^\W\d_]+", left) == []
