"""What a process loads, and what the tree may not hold."""

import subprocess
import sys
from pathlib import Path

import pytest

from services.hosting import ALL, SETTINGS

ROOT = Path(__file__).parents[2]


def child(code):
    return subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout


@pytest.mark.parametrize("module", ["services.__main__", "services.hosting", "services.auditing"])
def test_an_entry_point_never_loads_grpc_and_eventlet(module):
    loaded = child(f"import {module}, sys; print('grpc' in sys.modules, 'eventlet' in sys.modules)")

    assert loaded.split() != ["True", "True"]


@pytest.mark.parametrize("name", SETTINGS)
def test_a_process_that_serves_loads_its_own_service_alone(name):
    code = (
        f"import services.__main__, services.hosting, sys; services.hosting.service({name!r});"
        "print(*(m.split('.')[1] for m in sys.modules if m.startswith('services.')"
        " and m.endswith(('.service', '.handlers', '.application'))))"
    )

    assert set(child(code).split()) == {name}


def test_the_table_of_settings_is_what_the_services_say():
    assert {each.name: dict(each.settings) for each in ALL} == SETTINGS


@pytest.mark.parametrize("module", ["services.audit.__main__", "services.auditing"])
def test_the_auditors_tool_loads_click_and_cryptography_alone(module):
    code = (
        f"import sys; before = set(sys.modules); import {module};"
        "print(*sorted({n.split('.')[0] for n in set(sys.modules) - before}"
        " - set(sys.stdlib_module_names)))"
    )
    loaded = {name for name in child(code).split() if not name.startswith("_")}

    assert loaded == {"click", "cryptography", "helpdesk", "services"}


def test_no_service_reaches_another_module_by_a_name_in_a_text():
    above = {"__main__", "hosting", "running"}
    modules = [
        path
        for path in (ROOT / "services").rglob("*.py")
        if "importlib" in path.read_text() and path.stem not in above
    ]

    assert modules == []


def test_the_email_service_does_not_shadow_the_standard_library():
    assert "services" not in child("import email.message; print(email.message.__file__)")


def test_no_module_has_a_name_that_says_nothing():
    banned = {"utils", "util", "helpers", "helper", "manager", "base", "common", "misc", "v2"}
    modules = [p for folder in ("helpdesk", "services") for p in (ROOT / folder).rglob("*.py")]

    assert [p for p in modules if p.stem in banned or p.parent.name in banned] == []
