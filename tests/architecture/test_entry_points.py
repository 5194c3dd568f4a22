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


@pytest.mark.parametrize(
    "module", ["services.__main__", "services.hosting", "services.audit.__main__"]
)
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


def test_the_auditors_tool_loads_no_grpc():
    assert (
        child("import services.audit.__main__, sys; print('grpc' in sys.modules)").strip()
        == "False"
    )


def test_the_email_service_does_not_shadow_the_standard_library():
    assert "services" not in child("import email.message; print(email.message.__file__)")


def test_no_module_has_a_name_that_says_nothing():
    banned = {"utils", "util", "helpers", "helper", "manager", "base", "common", "misc", "v2"}
    modules = [p for folder in ("helpdesk", "services") for p in (ROOT / folder).rglob("*.py")]

    assert [p for p in modules if p.stem in banned or p.parent.name in banned] == []
