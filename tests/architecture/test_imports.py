"""The import contracts hold, and they bite."""

import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
VIOLATIONS = {
    "a service imports another": (
        "services/search/domain/__init__.py",
        "import services.email.application",
    ),
    "a decision knows gRPC": ("services/session/domain/__init__.py", "import grpc"),
    "a use case knows the wire": (
        "services/session/application/__init__.py",
        "from helpdesk.session.v1 import view_pb2",
    ),
    "a use case knows a driver": ("services/email/application/__init__.py", "import sqlite3"),
    "the kernel knows a service": ("helpdesk/kernel/errors.py", "import services.email.settings"),
    "a lower room of the kernel knows a higher one": (
        "helpdesk/kernel/store.py",
        "import helpdesk.kernel.hosting",
    ),
    "a decision knows its use cases": (
        "services/session/domain/__init__.py",
        "import services.session.application",
    ),
    "the pages know the wire": (
        "services/gateway/pages/__init__.py",
        "from helpdesk.email.v1 import email_pb2",
    ),
    "a module that no rule knows": ("services/email/utils.py", ""),
    "a module of the kernel that no rule knows": ("helpdesk/kernel/helpers.py", ""),
}


def lint(root):
    environ = {**os.environ, "PYTHONPATH": str(root)}
    return subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache"],
        cwd=root,
        env=environ,
        capture_output=True,
        text=True,
    )


def test_contracts_hold():
    result = lint(ROOT)

    assert result.returncode == 0, result.stdout


def test_every_module_that_a_rule_names_in_services_is_there():
    rules = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
    found = {each["id"]: each for each in rules["contracts"]}
    layers = re.findall(r"\w+", " ".join(found["inside"]["layers"]))
    edges = [each for each in found["generated-at-the-edge"]["allowed_importers"] if "*." in each]
    there = {each.stem for each in (ROOT / "services").glob("*/*")}

    assert set(layers) - there == set()
    assert {each.rpartition(".")[2] for each in edges if each.startswith("services")} <= there


@pytest.mark.parametrize("name", VIOLATIONS)
def test_contracts_bite(name, tmp_path):
    for folder in ("helpdesk", "services"):
        ignored = shutil.ignore_patterns("static", "locale", "__pycache__")
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=ignored)
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    path, line = VIOLATIONS[name]
    (tmp_path / path).parent.mkdir(exist_ok=True)
    assert line == "" or (tmp_path / path).exists()
    with (tmp_path / path).open("a") as module:
        module.write(f"\n{line}\n")

    assert lint(tmp_path).returncode == 1
