"""From ``serve`` to the first answered page, and what the process holds then, against the aims."""

import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

from benchmarks.measuring import row
from benchmarks.product import environment

SECONDS = 3.0
MEGABYTES = 250.0
_PATIENCE = 60.0


class NotStartedError(Exception):
    """The process ended, or answered no page in a minute."""


def run(runs: int = 3) -> list[dict[str, Any]]:
    """Start on an empty data directory; the peer of both rows is the aim."""
    seen = [_start() for _ in range(runs)]
    seconds = statistics.median(took for took, _ in seen)
    megabytes = statistics.median(held for _, held in seen)
    return [
        row("start, aim", seconds, SECONDS, "s", SECONDS / seconds, runs, 1.0),
        row("start, memory, aim", megabytes, MEGABYTES, "MB", MEGABYTES / megabytes, runs, 1.0),
    ]


def _start() -> tuple[float, float]:
    with tempfile.TemporaryDirectory(prefix="helpdesk-benchmark-") as folder:
        env = environment(Path(folder))
        began = time.perf_counter()
        process = subprocess.Popen(
            [sys.executable, "-m", "services", "serve"],
            env={**os.environ, **env},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            _first_page(process, f"http://{env['HELPDESK_GATEWAY_ADDRESS']}/")
            return time.perf_counter() - began, _held(process.pid)
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(30)


def _first_page(process: subprocess.Popen[bytes], url: str) -> None:
    deadline = time.monotonic() + _PATIENCE
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with urllib.request.urlopen(url, timeout=5) as answer:
                answer.read()
                return
        except urllib.error.HTTPError as error:
            raise NotStartedError(f"the first page says {error.code}") from error
        except OSError:
            time.sleep(0.01)
    raise NotStartedError("no page came")


def _held(pid: int) -> float:
    status = Path(f"/proc/{pid}/status").read_text()
    line = next(each for each in status.splitlines() if each.startswith("VmRSS"))
    return int(line.split()[1]) / 1024
