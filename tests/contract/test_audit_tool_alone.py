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
from services.audit.cosigners import post
from services.audit.log.checkpoints import Checkpoint, sign_checkpoint
from services.audit.log.merkle import leaf_hash, tree_root
from services.audit.log.notes import Signer, VerifierKey, open_note
from services.audit.log.witness import request_of
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
def start(bare: Path, tool: Path, folder: Path):
    """Return what starts the tool, its output to be read."""

    def start(*words: object) -> subprocess.Popen:
        env = {k: v for k, v in os.environ.items() if not k.startswith(("HELPDESK", "PYTHON"))}
        command = [bare, "-I", "-W", "error", tool, *map(str, words)]
        pipe = subprocess.PIPE
        return subprocess.Popen(command, cwd=folder, env=env, stdout=pipe, stderr=pipe, text=True)

    return start


@pytest.fixture
def run(start):
    def run(*words: object) -> subprocess.CompletedProcess:
        with start(*words) as process:
            out, err = process.communicate()
        return subprocess.CompletedProcess(words, process.returncode, out, err)

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


@pytest.fixture
def witness(start, tmp_path: Path):
    """Return what starts a witness of a log, each time with the same key and memory."""
    started = []

    def witness(log: VerifierKey) -> tuple[str, VerifierKey]:
        where = ["--key-file", tmp_path / "w1.key", "--state", tmp_path / "w1.seen"]
        named = ["--name", "witness.example/w1", "--listen", "127.0.0.1:0"]
        started.append(start("witness", "--log-key", log, *named, *where))
        key, url = (started[-1].stdout.readline().partition(": ")[2].strip() for _ in range(2))
        return f"{url}/add-checkpoint", VerifierKey.parse(key)

    def stop() -> None:
        while started:
            with started.pop() as process:
                process.terminate()

    yield witness, stop
    stop()


def head_of(leaves: list[bytes], log: Signer) -> str:
    return sign_checkpoint(Checkpoint(log.name, len(leaves), tree_root(leaves), bytes(32)), log)


def test_a_witness_cosigns_a_log_and_refuses_a_fork_of_it_also_when_it_was_restarted(witness):
    begin, stop = witness
    log = Signer.generate("log.example/l1")
    leaves = [leaf_hash(b"one"), leaf_hash(b"two")]
    seen, forked = head_of(leaves, log), head_of([leaves[0], leaf_hash(b"another")], log)
    url, key = begin(log.verifier_key)
    status, line = post(url, request_of(0, [], seen))
    refused = post(url, request_of(2, [], forked))
    stop()
    url, _ = begin(log.verifier_key)

    assert status == 200
    assert [each.key for each in open_note(seen + line, [key]).signatures] == [key]
    assert refused == post(url, request_of(2, [], forked)) == (409, "2\n")


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
