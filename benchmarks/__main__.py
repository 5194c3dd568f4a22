"""``benchmarks/run [NAME...] [--json]``: one row a comparison, both sides in the same run."""

import argparse
import importlib.metadata
import json
import os
import platform
import sqlite3
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks import (
    append,
    append_distributed,
    audit_append,
    audit_proofs,
    audit_queries,
    engines,
    handled,
    read_mail,
    relay,
    replay,
    revoke,
    rpc,
    rpc_distributed,
    search,
    search_distributed,
    start,
)
from benchmarks.measuring import verdict

LIBRARIES = (
    *("grpcio", "protobuf", "eventsourcing", "tantivy", "cryptography", "joserfc"),
    *("uvicorn", "pymerkle"),
)
_MISSING = (
    read_mail.PeerMissing,
    audit_proofs.PeerMissing,
    audit_append.PeerMissing,
    engines.EnginesMissing,
    revoke.EnginesMissing,
)

Rows = list[dict[str, Any]]


def comparisons(chosen: argparse.Namespace) -> dict[str, Callable[[], Rows]]:
    """Return what there is to measure, by name."""
    return {
        "search": search.run,
        "append": append.run,
        "rpc": rpc.run,
        "revoke": lambda: revoke.run(runs=chosen.runs),
        "start": start.run,
        "read_mail": read_mail.run,
        "replay": replay.run,
        "audit_append": audit_append.run,
        "audit_proofs": lambda: audit_proofs.run(chosen.size),
        "audit_queries": lambda: audit_queries.run(chosen.size),
    }


def distributed(chosen: argparse.Namespace) -> dict[str, Callable[[], Rows]]:
    """Return what there is to measure on the engines of scripts/up, by name."""
    quick = chosen.quick
    users = chosen.users or (1_000 if quick else 200_000)
    revoked = min(chosen.runs, 20) if quick else chosen.runs
    return {
        "append": lambda: append_distributed.run(*((3, 0.5) if quick else ())),
        "relay": lambda: relay.run(*((3, 2_000) if quick else ())),
        "handled": lambda: handled.run(*((100,) if quick else ())),
        "rpc": lambda: rpc_distributed.run(*((3, 100) if quick else ())),
        "search_opensearch": lambda: search_distributed.search(*((100,) if quick else ())),
        "event_to_searchable": lambda: search_distributed.searchable(*((10,) if quick else ())),
        "rebuild_search": lambda: search_distributed.rebuild(users),
        "revoke": lambda: revoke.run("distributed", revoked),
    }


def machine() -> dict[str, str]:
    """Return what the figures depend on."""
    found = {
        "processor": _processor(),
        "cores": str(len(os.sched_getaffinity(0))),
        "load": f"{os.getloadavg()[0]:.1f}",
        "system": platform.platform(),
        "python": platform.python_version(),
        "sqlite": sqlite3.sqlite_version,
    }
    for name in LIBRARIES:
        try:
            found[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            found[name] = "not installed"
    return found


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor()
    named = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(named, platform.machine())


def main() -> int:
    """Measure and print; 1 where an aim that must be met is missed, 2 for an unknown name."""
    parser = argparse.ArgumentParser(prog="benchmarks/run", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help="which comparisons; all without")
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.add_argument(
        "--size", type=int, default=audit_proofs.SIZE, help="records in the audit log"
    )
    parser.add_argument("--distributed", action="store_true", help="on the engines of scripts/up")
    parser.add_argument("--quick", action="store_true", help="fewer runs, rougher figures")
    parser.add_argument("--users", type=int, default=0, help="users in a rebuilt index; 200,000")
    parser.add_argument("--runs", type=int, default=1000, help="views that are ended")
    chosen = parser.parse_args()
    known = distributed(chosen) if chosen.distributed else comparisons(chosen)
    if unknown := set(chosen.names) - set(known):
        parser.error(f"no such comparison: {', '.join(sorted(unknown))}; {', '.join(known)}")
    about, rows, skipped = machine(), [], {}
    if not chosen.json:
        print("  ".join(f"{name} {value}" for name, value in about.items()))
        print(f"{'':32}{'ratio':>8}{'ours':>14}{'peer':>14} {'':9}{'runs':>7}")
    for name in chosen.names or known:
        try:
            measured = known[name]()
        except _MISSING as missing:
            skipped[name] = str(missing)
            measured = []
        rows += measured
        if not chosen.json:
            for each in measured:
                print(
                    f"{each['name']:32}{each['ratio']:>8}{each['ours']:>14,}{each['peer']:>14,}"
                    f" {each['unit']:9}{each['runs']:>7}  {verdict(each)}".rstrip(),
                    flush=True,
                )
            if name in skipped:
                print(f"{name:32}skipped: {skipped[name]}")
    if chosen.json:
        print(json.dumps({"machine": about, "rows": rows, "skipped": skipped}, indent=2))
    missed = [each["name"] for each in rows if each.get("missed")]
    if missed:
        print(f"missed: {'; '.join(missed)}", file=sys.stderr)
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
