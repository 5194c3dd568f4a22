"""The whole product in one process, and browsers that are signed in to its console."""

import json
import re
from contextlib import contextmanager
from html import unescape
from pathlib import Path

import httpx

from services.hosting import ALL
from tests.support.product import PEOPLE, person_id, running_product, small_directory

FORM = {"sec-fetch-site": "same-origin"}
FRAGMENT = {"hx-request": "true"}


class Browser(httpx.Client):
    """A browser that follows redirects; ``went`` lists every address that it asked for."""

    def __init__(self, base_url: str) -> None:
        self.went: list[httpx.URL] = []
        super().__init__(
            base_url=base_url,
            follow_redirects=True,
            headers=FORM,
            timeout=60,
            event_hooks={"request": [lambda request: self.went.append(request.url)]},
        )

    def sign_in(self, name: str) -> httpx.Response:
        """Sign in as somebody of the small directory."""
        page = self.get("/signin/go")
        return self.post(str(page.url), data={"email": PEOPLE[name][4]})

    def form(self, path: str = "/me") -> dict[str, str]:
        """Return what every form on a page carries."""
        text = self.get(path).text
        return {
            name: re.search(f'name="{name}" value="(\\w+)"', text)[1]
            for name in ("form_token", "request_id")
        }

    def submit(self, path: str, **fields: object) -> httpx.Response:
        """Send a form as the page would."""
        return self.post(path, data={**self.form(), **fields})


class GatewayWorld:
    """The product and its browsers."""

    def __init__(self, product) -> None:
        self.product = product
        self.url = f"http://{product.env['HELPDESK_GATEWAY_ADDRESS']}"
        self._browsers: dict[str, Browser] = {}
        self._fresh: list[Browser] = []

    def browser(self, name: str = "") -> Browser:
        """Return the browser of somebody, signed in; a fresh one without a name."""
        if not name:
            self._fresh.append(Browser(self.url))
            return self._fresh[-1]
        if name not in self._browsers:
            self._browsers[name] = Browser(self.url)
            assert self._browsers[name].sign_in(name).status_code == 200
        return self._browsers[name]

    def close(self) -> None:
        for browser in [*self._browsers.values(), *self._fresh]:
            browser.close()


@contextmanager
def gateway_world(folder: Path, **settings: str):
    """Run the product on a fresh folder; only the orphan's user has a sole address."""
    directory = small_directory()
    for person in directory["people"]:
        if person["id"] == person_id("orphan_user"):
            person["emails"] = person["emails"][:1]
    with running_product(folder, ALL, directory=directory, **settings) as product:
        accounts = [{"email": "ned@north.example", "name": "Ned Agent", "role": "agent"}]
        (folder / "dev-accounts.json").write_text(json.dumps(accounts))
        product.settle()
        world = GatewayWorld(product)
        try:
            yield world
        finally:
            world.close()


def title(page: httpx.Response) -> str:
    """Return the title of a page."""
    return unescape(re.search("<title>(.*?)</title>", page.text)[1])


def notice(page: httpx.Response) -> str:
    """Return the first sentence of a page's notice, empty where there is none."""
    found = re.search(r'id="notice".*?<strong>(.*?)</strong>', page.text, re.DOTALL)
    return unescape(found[1]) if found else ""


def problems(page: httpx.Response) -> list[str]:
    """Return what is wrong with the fields of a page."""
    found = re.findall(r'class="problem".*?</span> (.*?)</p>', page.text)
    return [unescape(each) for each in found]


def links(page: httpx.Response, pattern: str) -> list[str]:
    """Return the addresses on a page that match."""
    return re.findall(f'href="({pattern})"', page.text)
