"""The auditors' tool as one file, run by a Python that has nothing else but cryptography."""

import json
import os
import subprocess
import sys
import venv
from importlib import metadata
from pathlib import Path

import pytest

from helpdesk.audit.v1 import audit_pb2
from tests.contract.audit_world import (
    AN_AUDITOR,
    AUDITOR_OF_A,
    audit_world,
    exported,
    leave_two_partners_records,
)

ROOT = Path(__file__).parents[2]
DECLARED = ("cryptography",)


def files_of(name, seen):
    """The files of a package and of what it requires, as far as that is installed."""
    if name.lower() in seen:
        return
    seen.add(name.lower())
    try:
        package = metadata.distribution(name)
    except metadata.PackageNotFoundError:
        return
    yield from (Path(str(package.locate_file(file))) for file in package.files or ())
    for each in package.requires or ():
        if "extra ==" not in each:
            yield from files_of(each.split(";")[0].strip().split(" ")[0].split(">")[0], seen)


@pytest.fixture(scope="module")
def bare(tmp_path_factory) -> Path:
    """A Python with cryptography, and what that requires."""
    folder = tmp_path_factory.mktemp("bare")
    venv.create(folder, with_pip=False, symlinks=True)
    packages = next(folder.glob("lib/python*/site-packages"))
    for name in DECLARED:
        for file in files_of(name, set()):
            top = file.relative_to(sys.prefix).parts[3:][:1]
            if top and not (packages / top[0]).exists():
                source = Path(sys.prefix, *file.relative_to(sys.prefix).parts[:3], top[0])
                (packages / top[0]).symlink_to(source)
    return folder / "bin" / "python"


@pytest.fixture(scope="module")
def tool(tmp_path_factory) -> Path:
    target = tmp_path_factory.mktemp("built") / "helpdesk-audit.pyz"
    subprocess.run([ROOT / "scripts/audit-tool", target], check=True, capture_output=True)
    return target


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    """What an auditor takes along: exports, the log's key and the services' keys."""
    data, folder = tmp_path_factory.mktemp("data"), tmp_path_factory.mktemp("auditor")
    with audit_world(data) as world:
        leave_two_partners_records(world)
        world.call(AN_AUDITOR, "SignCheckpoint", audit_pb2.SignCheckpointRequest())
        exported(world, AN_AUDITOR, folder / "whole.zip")
        exported(world, AUDITOR_OF_A, folder / "partner.zip", format="EXPORT_FORMAT_OCSF")
    words = [sys.executable, "-m", "services.auditing", "key", "--data", data]
    key = subprocess.run(words, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    (folder / "key").write_text(key)
    return folder


@pytest.fixture
def run(bare: Path, tool: Path, folder: Path):
    def run(*words: object) -> subprocess.CompletedProcess:
        env = {k: v for k, v in os.environ.items() if not k.startswith(("HELPDESK", "PYTHON"))}
        command = [bare, "-I", "-W", "error", tool, *map(str, words)]
        return subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True)

    return run


@pytest.mark.parametrize("name", ["whole.zip", "partner.zip"])
def test_an_export_verifies(run, folder: Path, name: str):
    done = run("verify", name, "--key", (folder / "key").read_text().strip(), "--json")

    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["good"]


def test_an_export_is_counted_played_proved_and_exported_again(run, folder: Path):
    counted = json.loads(run("stats", "--json", "--data", "whole.zip").stdout)
    steps = run("replay", "whole.zip", "--agent", "agent-a", "--json").stdout.splitlines()
    record = json.loads(steps[0])["record_id"]
    (folder / "proof.json").write_text(run("prove", record, "--data", "whole.zip").stdout)
    key = (folder / "key").read_text().strip()
    proved = run("verify", "--proof", "proof.json", "--key", key)
    words = ["--organization", "org-1", "--format", "csv", "--data", "whole.zip"]
    made = run("export", "again", *words)
    again = run("verify", "again", "--key", key, "--unsigned")

    assert counted["by_service"]["identity"] == 5
    assert len(steps) == 3
    assert proved.returncode == 0, proved.stderr
    assert made.returncode == again.returncode == 0, made.stderr + again.stderr


def test_what_needs_the_product_says_so(run):
    for words in (["diff", "identity"], ["stats", "--database", "postgresql://x@127.0.0.1/x"]):
        done = run(*words)

        assert done.returncode == 2
        assert "this needs the product: run it where helpdesk is installed" in done.stderr


def test_every_command_explains_itself(run):
    listed = run("--help")
    names = [
        line.split()[0] for line in listed.stdout.partition("Commands:")[2].splitlines() if line
    ]

    assert {"verify", "prove", "export", "replay", "diff", "stats", "key", "witness"} == set(names)
    assert {run(name, "--help").returncode for name in names} == {0}


def test_the_same_source_makes_the_same_file(tool: Path, tmp_path: Path):
    again = tmp_path / "again.pyz"
    subprocess.run([ROOT / "scripts/audit-tool", again], check=True, capture_output=True)

    assert again.read_bytes() == tool.read_bytes()
