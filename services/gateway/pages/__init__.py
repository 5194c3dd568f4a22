"""Turn view models into HTML: Jinja2 templates, two languages, two themes."""

import hashlib
import io
from collections.abc import Callable
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any, Literal

import jinja2
from babel import Locale
from babel.dates import format_date, format_datetime, format_skeleton
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal
from babel.support import Translations

from helpdesk.kernel.events import ERASED
from services.gateway.pages import words

LOCALES = ("en", "ro")
_FORMATS = {"en": "en_GB", "ro": "ro_RO"}
Theme = Literal["system", "light", "dark"]

_PAGES = Path(__file__).parent
_STATIC = _PAGES.parent / "static"
_LOCALE = _PAGES.parent / "locale"


def catalog(locale: str) -> Translations:
    """Read the messages of a locale; compiled in memory, so that no compiled file can be stale."""
    path = _LOCALE / locale / "LC_MESSAGES" / "messages.po"
    with path.open("rb") as file:
        messages = read_po(file, locale=locale)
    compiled = io.BytesIO()
    write_mo(compiled, messages)
    compiled.seek(0)
    return Translations(compiled)


@cache
def static_url(name: str) -> str:
    """Return the address of a static file, with its digest, so that it may be cached for ever."""
    digest = hashlib.sha256((_STATIC / name).read_bytes()).hexdigest()[:12]
    return f"/static/{name}?v={digest}"


def clock_text(seconds: int) -> str:
    """Format remaining seconds as minutes and seconds: 1104 is 18:24."""
    minutes, rest = divmod(max(seconds, 0), 60)
    return f"{minutes}:{rest:02d}"


def _formats(locale: Locale, translations: Translations) -> dict[str, Any]:
    def word(code: str, group: str, **values: str) -> str:
        text = translations.ugettext(words.word_of(group, code))
        return text % values if values else text

    def gap(seconds: float) -> str:
        if seconds < 1:
            return f"{format_decimal(round(seconds * 1000), locale=locale)} ms"
        if seconds < 90:
            return f"{format_decimal(round(seconds), locale=locale)} s"
        if seconds < 5400:
            return f"{format_decimal(round(seconds / 60), locale=locale)} min"
        return f"{format_decimal(round(seconds / 3600), locale=locale)} h"

    return {
        "word": word,
        "gap": gap,
        "clock_text": clock_text,
        "number": lambda value: format_decimal(value, locale=locale),
        "day": lambda value: format_date(value, "medium", locale=locale),
        "hour": lambda value: format_datetime(value, "HH:mm", locale=locale),
        "second": lambda value: format_datetime(value, "HH:mm:ss", locale=locale),
        "moment": lambda value: (
            f"{format_skeleton('dMMM', value, locale=locale)}"
            f" {format_datetime(value, 'HH:mm', locale=locale)}"
        ),
        "iso": lambda value: (
            value.isoformat(timespec="seconds") if isinstance(value, datetime) else _iso_day(value)
        ),
        "joined": lambda codes, group: ", ".join(word(code, group) for code in codes),
    }


def _iso_day(value: date) -> str:
    return value.isoformat()


def _finalized(translations: Translations) -> Callable[[object], object]:
    word = translations.ugettext("erased")

    def finalized(value: object) -> object:
        # Every page says in its own language that something was erased, wherever it stands.
        return value.replace(ERASED, word) if isinstance(value, str) and ERASED in value else value

    return finalized


@cache
def environment(locale: str) -> jinja2.Environment:
    """Return the template environment of a locale."""
    translations = catalog(locale)
    env = jinja2.Environment(
        loader=jinja2.FileSystemLoader(_PAGES),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
        finalize=_finalized(translations),
    )
    env.install_gettext_translations(translations, newstyle=True)  # type: ignore[attr-defined]
    env.policies["ext.i18n.trimmed"] = True
    env.filters.update(_formats(Locale.parse(_FORMATS[locale]), translations))
    env.globals.update(
        static_url=static_url,
        state_of=words.state_of,
        locale=locale,
        locales=LOCALES,
    )
    return env


def render(template: str, model: object, locale: str = "en", theme: Theme = "system") -> str:
    """Render a page or fragment; an unknown locale falls back to English."""
    env = environment(locale if locale in LOCALES else "en")
    return env.get_template(f"{template}.html").render(m=model, theme=theme)
