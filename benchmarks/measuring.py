"""Both sides of a comparison in turn, so that what disturbs one disturbs the other."""

import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

Call = Callable[[int], object]


def milliseconds(name: str, ours: Call, peer: Call, runs: int, warm: int = 20) -> dict[str, Any]:
    """Time one call of each in turn, ``runs`` times; the medians count."""
    for number in range(warm):
        ours(-1 - number)
        peer(-1 - number)
    times = [(_timed(ours, number), _timed(peer, number)) for number in range(runs)]
    mine = statistics.median(one for one, _ in times)
    theirs = statistics.median(other for _, other in times)
    return row(name, mine * 1000, theirs * 1000, "ms", theirs / mine, runs)


def rates(
    name: str, ours: Call, peer: Call, *, callers: int, calls: int, runs: int
) -> dict[str, Any]:
    """Time batches of calls by that many threads of each in turn; median rates count."""
    with ThreadPoolExecutor(callers) as pool:
        times = [
            (_rate(pool, ours, calls, 2 * number), _rate(pool, peer, calls, 2 * number + 1))
            for number in range(runs + 1)
        ][1:]
    mine = statistics.median(one for one, _ in times)
    theirs = statistics.median(other for _, other in times)
    return row(name, mine, theirs, "calls/s", mine / theirs, runs * calls)


def p99(taken: Sequence[float]) -> float:
    """Return the 99th percentile, by nearest rank: one of the times, of few the longest."""
    return sorted(taken)[min(len(taken) - 1, int(0.99 * len(taken)))]


def verdict(measured: Mapping[str, Any]) -> str:
    """Return whether a row meets its aim, and by how much not; empty where it has none."""
    aim, ratio = measured["aim"], measured["ratio"]
    if not aim:
        return ""
    return f"aim {aim:g} met" if ratio >= aim else f"aim {aim:g} missed, {ratio / aim:.0%} of it"


def _timed(call: Call, number: int) -> float:
    began = time.perf_counter()
    call(number)
    return time.perf_counter() - began


def _rate(pool: ThreadPoolExecutor, call: Call, calls: int, batch: int) -> float:
    began = time.perf_counter()
    for _ in pool.map(call, range(batch * calls, (batch + 1) * calls)):
        pass
    return calls / (time.perf_counter() - began)


def row(
    name: str,
    ours: float,
    peer: float,
    unit: str,
    ratio: float,
    runs: int | Sequence[Any],
    aim: float = 0.0,
) -> dict[str, Any]:
    """One line of the table; a ratio above 1 is in our favour, ``aim`` is the least to reach."""
    return {
        "name": name,
        "ours": round(ours, 3),
        "peer": round(peer, 3),
        "unit": unit,
        "ratio": round(ratio, 3),
        "aim": round(aim, 3),
        "runs": runs if isinstance(runs, int) else len(runs),
    }
