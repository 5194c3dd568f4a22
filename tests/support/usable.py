"""Whether a page can be used by all: what axe finds, and what scrolls sideways, in each look."""

from axe_playwright_python.sync_playwright import Axe

HEIGHT = 900
WIDTHS = (1280, 390)
LANGUAGES = ("en", "ro")


def speak(page, home, language):
    """Choose a language, as the settings page does; the next page is in it."""
    page.context.add_cookies([{"name": "helpdesk-language", "value": language, "url": home}])


def wrong_in_any_look(page, name, language):
    """What is wrong with a page as it stands, one line each, at both widths and in both themes."""
    wrong = []
    for scheme, width, options in _looks(language):
        page.emulate_media(color_scheme=scheme)
        page.set_viewport_size({"width": width, "height": HEIGHT})
        look = f"{name} in {language} at {width} in {scheme}"
        wrong += [f"{look}: {each}" for each in violations(page, **options)]
        if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            wrong.append(f"{look} scrolls sideways")
    return wrong


def _looks(language):
    # No language changes a colour, and colours are all that a theme changes.
    if language != LANGUAGES[0]:
        colourless = {"rules": {"color-contrast": {"enabled": False}}}
        return [("light", width, colourless) for width in WIDTHS]
    return [
        *(("light", width, {}) for width in WIDTHS),
        *(("dark", width, {"runOnly": ["color-contrast"]}) for width in WIDTHS),
    ]


def violations(page, **options):
    """What axe finds wrong with a page, one line each."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(Axe().axe_script)
    asked = {"resultTypes": ["violations"], **options}
    found = page.evaluate("asked => axe.run(asked)", asked)["violations"]
    return [f"{each['id']}: {each['nodes'][0]['html'][:200]}" for each in found]
