"""Whether a page can be used by all: what axe finds, and what scrolls sideways, in each look."""

from axe_playwright_python.sync_playwright import Axe

HEIGHT = 900
LANGUAGES = ("en", "ro")


def speak(page, home, language):
    """Choose a language, as the settings page does; the next page is in it."""
    page.context.add_cookies([{"name": "helpdesk-language", "value": language, "url": home}])


def wrong_in_looks(page, name, looks):
    """
    What is wrong with a page as it stands, one line each.

    A look is a width, a colour scheme and the only rule that axe is asked about, None for all.
    """
    wrong = []
    for width, scheme, rule in looks:
        page.emulate_media(color_scheme=scheme)
        page.set_viewport_size({"width": width, "height": HEIGHT})
        look = f"{name} at {width} in {scheme}"
        wrong += [f"{look}: {each}" for each in violations(page, rule)]
        if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            wrong.append(f"{look} scrolls sideways")
    return wrong


def violations(page, rule):
    """What axe finds wrong with a page, one line each."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(Axe().axe_script)
    options = {"resultTypes": ["violations"], **({"runOnly": [rule]} if rule else {})}
    found = page.evaluate("options => axe.run(options)", options)["violations"]
    return [f"{each['id']}: {each['nodes'][0]['html'][:200]}" for each in found]
