"""The auditors' picture in a browser: pointer, keys and the fields From and To say the same."""

import importlib.util
import mimetypes
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from services.gateway import pages
from tests.support.browser import chromium

ROOT = Path(__file__).parents[2]
STATIC = ROOT / "services/gateway/static"
HOME = "http://console.example"
STRICT = {"content-security-policy": "default-src 'self'"}


@pytest.fixture(scope="module")
def browser():
    with chromium() as opened:
        yield opened


@pytest.fixture
def page(browser, tmp_path_factory):
    opened = browser.new_context(viewport={"width": 1280, "height": 900}).new_page()
    opened.problems = []
    opened.on("console", lambda said: opened.problems.append(said.text))
    opened.on("pageerror", lambda error: opened.problems.append(str(error)))
    html = activity_page()
    opened.route("**/*", lambda route: answer(route, html))
    opened.goto(f"{HOME}/audit")
    yield opened
    assert opened.problems == []
    opened.context.close()


def activity_page():
    """An hour of a bar a minute, from 13:33 on, as the server draws it."""
    spec = importlib.util.spec_from_file_location("gallery", ROOT / "tests/unit/gateway/gallery.py")
    gallery = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(gallery)
    return pages.render("audit", gallery.AUDIT, "en")


def answer(route, html):
    path = urlsplit(route.request.url).path
    if path == "/audit":
        route.fulfill(body=html, content_type="text/html; charset=utf-8", headers=STRICT)
        return
    file = STATIC / path.removeprefix("/static/")
    if not file.is_file():
        route.fulfill(status=404)
        return
    kind = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
    route.fulfill(body=file.read_bytes(), content_type=kind)


def times(page):
    return tuple(page.input_value(field)[-5:] for field in ("#start", "#end"))


def brushed(page):
    """First and last bar under the brush; None where there is none."""
    brush = page.locator(".bar-brush")
    if brush.get_attribute("visibility") == "hidden":
        return None
    x, wide = (float(brush.get_attribute(name).rstrip("%")) for name in ("x", "width"))
    return round(x * 0.6), round((x + wide) * 0.6) - 1


def test_dragging_fills_the_fields_and_leads_to_the_button(page):
    box = page.locator("[data-bars]").bounding_box()
    page.mouse.move(box["x"] + box["width"] * 0.305, box["y"] + 40)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.5, box["y"] + 40)
    page.mouse.up()

    assert times(page) == ("13:51", "14:04")
    assert brushed(page) == (18, 30)
    assert page.evaluate("document.activeElement.id") == "filter"


def test_the_last_bar_can_be_chosen(page):
    page.locator("[data-bars]").press("End")

    assert times(page) == ("14:32", "14:33")
    assert brushed(page) == (59, 59)


def test_arrows_move_the_brush_and_shift_widens_it(page):
    picture = page.locator("[data-bars]")
    for key in ("Home", "ArrowRight", "Shift+ArrowRight", "Shift+ArrowRight"):
        picture.press(key)

    assert times(page) == ("13:34", "13:37")
    assert brushed(page) == (1, 3)


def test_typed_times_move_the_brush(page):
    page.fill("#start", "2027-03-04T14:00")
    page.fill("#end", "2027-03-04T14:05")

    assert brushed(page) == (27, 31)


def test_times_the_wrong_way_round_show_no_brush(page):
    page.locator("[data-bars]").press("Home")
    page.fill("#end", "2027-03-04T13:00")

    assert brushed(page) is None
