"""Mails read per second: ours against Sisimai (Debian libsisimai-perl), same files, one core."""

import os
import shutil
import statistics
import subprocess
import time
from pathlib import Path
from typing import Any

from benchmarks.measuring import row
from services.email.reports import read_mail

MAILS = Path(__file__).parents[2] / "shared" / "data" / "bounces" / "mail"
RUNS = 5
PASSES = 3
AIM = 1.0

PEER = """
use strict; use warnings; use Time::HiRes 'time'; use Sisimai;
my $passes = shift @ARGV;
for my $file (@ARGV) { eval { Sisimai->make($file, delivered => 1) } }
my $began = time;
for (1 .. $passes) {
    for my $file (@ARGV) { eval { Sisimai->make($file, delivered => 1) } }
}
printf "%.6f\\n", time - $began;
"""


class PeerMissing(Exception):
    """Sisimai or the mails are not on this machine."""


def run() -> list[dict[str, Any]]:
    """Measure both in turn, RUNS times each after a warm-up; the ratio is that of the medians."""
    if not MAILS.is_dir():
        raise PeerMissing(f"no mails at {MAILS}")
    files = sorted(str(path) for path in MAILS.iterdir())
    core = min(os.sched_getaffinity(0))
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {core})
    try:
        _read_all(files)
        runs = [(_ours(files), _peer(files)) for _ in range(RUNS)]
    finally:
        os.sched_setaffinity(0, before)
    ours = statistics.median(one for one, _ in runs)
    peer = statistics.median(other for _, other in runs)
    return [row("read_mail", ours, peer, "mails/s", ours / peer, runs, AIM)]


def _ours(files: list[str]) -> float:
    began = time.perf_counter()
    for _ in range(PASSES):
        _read_all(files)
    return PASSES * len(files) / (time.perf_counter() - began)


def _read_all(files: list[str]) -> None:
    for file in files:
        read_mail(Path(file).read_bytes())


def _peer(files: list[str]) -> float:
    perl = shutil.which("perl")
    if perl is None:
        raise PeerMissing("perl is not installed")
    done = subprocess.run(
        [perl, "-e", PEER, str(PASSES), *files], capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        raise PeerMissing("Sisimai is not installed: apt-get install libsisimai-perl")
    return PASSES * len(files) / float(done.stdout.split()[-1])
