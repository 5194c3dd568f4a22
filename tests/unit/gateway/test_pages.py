"""Every page in every state and language: well-formed, safe under the CSP, without names in titles."""

import importlib.util
import re
from collections import Counter
from html.parser import HTMLParser
from pathlib import Path
from types import ModuleType

import pytest

from services.gateway import pages

VOID = {"br", "circle", "hr", "input", "link", "meta", "path", "rect", "use"}
REFERENCES = ("for", "aria-labelledby", "aria-describedby", "aria-controls")


def _load_gallery() -> ModuleType:
    path = Path(__file__).with_name("gallery.py")
    spec = importlib.util.spec_from_file_location("gateway_gallery", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


GALLERY = _load_gallery().gallery()
STATES = [(name, locale) for name in GALLERY for locale in pages.LOCALES]


class Page(HTMLParser):
    """What the checks need to know of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.wrong: list[str] = []
        self.words: dict[str, str] = {}
        self._open: list[str] = []
        self.feed(text)
        self.close()
        self.wrong += [f"<{tag}> is never closed" for tag in self._open]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        doubles = [name for name, count in Counter(n for n, _ in attrs).items() if count > 1]
        self.wrong += [f"<{tag}> has {name} twice" for name in doubles]
        if tag not in VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        if tag in VOID:
            return
        if not self._open or self._open.pop() != tag:
            self.wrong.append(f"</{tag}> closes nothing")

    def handle_data(self, data: str) -> None:
        if self._open:
            self.words[self._open[-1]] = self.words.get(self._open[-1], "") + data

    def values(self, name: str) -> list[str]:
        """Return all values of an attribute."""
        return [
            value or "" for _, attrs in self.tags for key, value in attrs.items() if key == name
        ]


def _page(name: str, locale: str) -> Page:
    template, model = GALLERY[name]
    return Page(pages.render(template, model, locale))


@pytest.mark.parametrize("name", GALLERY)
def test_every_page_of_who_is_signed_in_offers_to_sign_out(name: str) -> None:
    template, model = GALLERY[name]
    page = Page(pages.render(template, model, "en"))
    frame = getattr(model, "frame", None)
    whole = any(tag == "html" for tag, _ in page.tags)
    if not whole or frame is None or frame.account is None:
        return
    actions = page.values("action")

    # A portal view is a tab of its own, with its own way out for as long as it runs.
    if template != "view":
        assert "/signout" in actions
    elif not model.ended_by:  # type: ignore[attr-defined]
        assert any(each.startswith("/view/") and each.endswith("/end") for each in actions)


@pytest.mark.parametrize(("name", "locale"), STATES)
def test_a_page_is_well_formed_and_each_reference_has_its_target(name: str, locale: str) -> None:
    page = _page(name, locale)
    ids = Counter(page.values("id"))
    # A fragment points at what the page around it holds.
    wanted = {
        target
        for attribute in REFERENCES
        for value in page.values(attribute)
        for target in value.split()
        if not name.startswith("fragment-")
    }

    assert page.wrong == []
    assert [key for key, count in ids.items() if count > 1] == []
    assert wanted - set(ids) == set()


@pytest.mark.parametrize(("name", "locale"), STATES)
def test_a_page_needs_nothing_that_the_content_policy_forbids(name: str, locale: str) -> None:
    page = _page(name, locale)
    names = {key for _, attrs in page.tags for key in attrs}
    evaluated = {"hx-on", "hx-vals", "hx-live", "hx-preload"}

    assert not {key for key in names if key == "style" or key.startswith(("on", "hx-on"))}
    assert not names & evaluated
    assert not [
        value for value in page.values("href") if value.startswith(("javascript:", "data:"))
    ]
    assert not [trigger for trigger in page.values("hx-trigger") if "[" in trigger]
    assert "style" not in {tag for tag, _ in page.tags}
    assert page.words.get("script", "").strip() == ""


@pytest.mark.parametrize(("name", "locale"), STATES)
def test_a_title_names_no_person_customer_or_query(name: str, locale: str) -> None:
    title = _page(name, locale).words.get("title", "")

    assert title or name.startswith("fragment-")
    for word in ("tefan", "Acme", "Elena", "Ana", "@", "zzz", "u-77f0c2"):
        assert word not in title


@pytest.mark.parametrize("name", GALLERY)
def test_a_page_has_at_most_one_primary_button(name: str) -> None:
    primary = [
        value for value in _page(name, "en").values("class") if "is-primary" in value.split()
    ]

    assert len(primary) <= 1


@pytest.mark.parametrize("name", GALLERY)
def test_a_control_has_a_stable_id(name: str) -> None:
    page = _page(name, "en")
    nameless = [
        (tag, attrs)
        for tag, attrs in page.tags
        if tag in {"button", "select", "textarea", "summary"} and not attrs.get("id")
    ]

    assert nameless == []


@pytest.mark.parametrize("name", GALLERY)
def test_a_form_that_posts_carries_its_token(name: str) -> None:
    page = _page(name, "en")
    # What is sent to another host carries none: the token is for this one alone.
    posting = [
        attrs
        for tag, attrs in page.tags
        if tag == "form" and attrs.get("method") == "post" and attrs["action"].startswith("/")
    ]
    tokens = [value for value in page.values("name") if value == "form_token"]

    # The sign-in of the development provider carries the state of its request instead.
    assert len(tokens) == len(posting) or name == "dev-signin"


def test_what_a_customer_typed_is_escaped() -> None:
    template, model = GALLERY["search"]
    hostile = type(model)(frame=model.frame, query="<script>alert(1)</script>")

    text = pages.render(template, hostile)

    assert "<script>alert" not in text
    assert "&lt;script&gt;alert" in text


@pytest.mark.parametrize(("locale", "word"), [("en", "erased"), ("ro", "șters")])
def test_what_was_erased_is_said_in_the_language_of_the_page(locale: str, word: str) -> None:
    template, model = GALLERY["user-erased"]
    text = pages.render(template, model, locale)

    assert f'<span class="erased">{word}</span>' in text
    assert "[erased]" not in text


@pytest.mark.parametrize(
    ("name", "said"),
    [("audit-late", "The checkpoint is late."), ("audit-waiting", "Not all records have arrived.")],
)
def test_an_auditor_is_told_which_of_two_things_is_waited_for(name: str, said: str) -> None:
    template, model = GALLERY[name]
    text = pages.render(template, model)

    (told,) = re.findall(r'<div class="complete.*?<strong>(.*?)</strong>', text, re.DOTALL)
    assert told == said


def test_an_unknown_code_is_shown_as_its_words() -> None:
    text = pages.words.word_of("status", "half_open")

    assert text == "half open"
    assert pages.words.state_of("status", "half_open") == "idle"


def test_an_unknown_language_falls_back_to_english() -> None:
    template, model = GALLERY["home"]

    assert pages.render(template, model, "xx") == pages.render(template, model, "en")
