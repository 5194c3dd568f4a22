"""The files that the browser loads: as delivered, small, and without what the policy forbids."""

import gzip
import hashlib
import re
from pathlib import Path

from services.gateway import pages

STATIC = Path(pages.__file__).parent.parent / "static"
VENDOR = STATIC / "vendor"
FIRST_LOAD = 60 * 1024


def test_third_party_files_are_the_ones_that_were_listed() -> None:
    listed = dict(
        re.findall(
            r"^\| (\S+) \|.*\| ([0-9a-f]{64}) \|$", (VENDOR / "README.md").read_text(), re.MULTILINE
        )
    )
    found = {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in VENDOR.iterdir()
        if path.suffix in {".js", ".svg"}
    }

    assert found == listed


def test_the_first_load_stays_within_its_budget() -> None:
    files = [path for path in STATIC.rglob("*") if path.suffix in {".js", ".css", ".svg"}]
    size = sum(len(gzip.compress(path.read_bytes())) for path in files)

    assert size < FIRST_LOAD


def test_our_script_evaluates_nothing_and_writes_no_html() -> None:
    text = (STATIC / "console.js").read_text()

    assert not re.search(
        r"\beval\(|new Function|innerHTML|outerHTML|\.style\b|document\.write", text
    )


def test_every_icon_that_a_template_names_is_in_the_sprite() -> None:
    templates = "".join(path.read_text() for path in (STATIC.parent / "pages").rglob("*.html"))
    named = set(re.findall(r'icon\("([\w-]+)"', templates))
    drawn = set(re.findall(r'<symbol id="([\w-]+)"', (VENDOR / "icons.svg").read_text()))

    assert named - drawn == set()
    assert named


def test_the_address_of_a_static_file_changes_with_its_content() -> None:
    digest = hashlib.sha256((STATIC / "console.css").read_bytes()).hexdigest()

    assert pages.static_url("console.css") == f"/static/console.css?v={digest[:12]}"
