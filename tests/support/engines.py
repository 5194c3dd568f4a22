"""PostgreSQL, RabbitMQ and OpenSearch of one's own, which may be killed."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil

ROOT = Path(__file__).parents[2]
_DIES_WITHIN = 30.0


@contextmanager
def engines_of_ones_own() -> Iterator[Path]:
    """Start engines in a folder of their own; end and delete them."""
    folder = Path(tempfile.mkdtemp(prefix="helpdesk-own-engines-", dir="/var/tmp"))
    folder.chmod(0o755)
    _share_downloads(folder)
    try:
        start_engine(folder)
        yield folder
    finally:
        _run("down", folder, "--remove")
        shutil.rmtree(folder, ignore_errors=True)
        folder.with_name(f"{folder.name}.lock").unlink(missing_ok=True)


def start_engine(folder: Path, *names: str) -> None:
    """Start the engines, or those named. Fails with what the script said."""
    _run("up", folder, *names)


def kill_engine(folder: Path, name: str) -> None:
    """Kill an engine as a power cut would; its children end with it."""
    if (folder / "docker").exists():
        _in_shell(folder, f"compose kill {name}")
        return
    process = psutil.Process(int((folder / f"{name}.pid").read_text()))
    children = process.children(recursive=True)
    if name == "rabbitmq":
        # The process itself is a script: what it runs is the broker.
        for child in children:
            # Some are gone already, with the one before.
            with suppress(psutil.NoSuchProcess):
                child.kill()
    process.send_signal(signal.SIGKILL)
    # Those of PostgreSQL notice it themselves.
    _, alive = psutil.wait_procs(children, timeout=_DIES_WITHIN)
    assert alive == []


def _run(script: str, folder: Path, *arguments: str) -> None:
    env = {**os.environ, "ENGINES_DIR": str(folder)}
    command = [ROOT / "scripts" / script, *arguments]
    done = subprocess.run(command, env=env, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def _in_shell(folder: Path | None, words: str) -> str:
    env = {**os.environ, **({"ENGINES_DIR": str(folder)} if folder else {})}
    command = ["bash", "-c", f". scripts/engines; {words}"]
    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def _share_downloads(folder: Path) -> None:
    those = Path(_in_shell(None, "realpath -m $ENGINES"))
    for name in ("opensearch/dist", "java"):
        if (those / name).exists():
            (folder / name).parent.mkdir(exist_ok=True)
            (folder / name).symlink_to(those / name)
