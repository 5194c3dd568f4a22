"""From what ends a read-only session until every call in it is refused, over all causes in turn."""

import statistics
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from benchmarks.measuring import p99, row
from tests.support.distributed import product_of
from tests.support.endings import CAUSES, Scene
from tests.support.methods import hosted
from tests.support.product import small_directory

AIM_MS = 1000.0
"""The next call is refused within a second."""


class EnginesMissing(Exception):
    """The engines do not run; the message says what to do."""


@contextmanager
def _scene(size: str) -> Iterator[Any]:
    with tempfile.TemporaryDirectory(prefix="helpdesk-benchmark-") as folder:
        try:
            with product_of(
                size, Path(folder) / "data", hosted(), directory=small_directory()
            ) as product:
                product.settle()
                yield Scene(product)
        except pytest.skip.Exception as skipped:
            raise EnginesMissing(str(skipped)) from skipped


def run(size: str = "embedded", runs: int = 1000) -> list[dict[str, Any]]:
    """
    Milliseconds from the call that ends a view to the first moment when nothing opens any more.

    That is: no lease is given, and the lease that was given before opens nothing. Where the call is
    an import of the directory, they are from its answer. The peer is the aim; p99 is held against
    it for every cause by itself.
    """
    times: dict[str, list[float]] = {cause: [] for cause in CAUSES}
    with _scene(size) as scene:
        for number in range(runs):
            cause = CAUSES[number % len(CAUSES)]
            look = scene.look()
            times[cause].append(1000 * scene.dead_after(cause, look))
            scene.restore(cause)
    every = [each for those in times.values() for each in those]
    by_cause = {cause: those for cause, those in times.items() if those}
    return [
        _row("revoke to dead, median", statistics.median(every), len(every)),
        _row("revoke to dead, slowest", max(every), len(every)),
        _row("revoke to dead, p99", p99(every), len(every), held=True),
        *(
            _row(f"p99 by {cause.replace('_', ' ')}", p99(those), len(those), held=True)
            for cause, those in by_cause.items()
        ),
    ]


def _row(name: str, ours: float, runs: int, *, held: bool = False) -> dict[str, Any]:
    found = row(name, ours, AIM_MS, "ms, aim", AIM_MS / ours, runs, 1.0)
    return {**found, "missed": ours > AIM_MS} if held else found
