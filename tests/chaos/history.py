"""
What a storm left behind, and whether it could have happened: reads files, needs nothing that runs.

``python -m tests.chaos.history FOLDER`` checks a folder again. Lines are JSON:

- ``commands.jsonl``  ``key value trace outcome``: a command of one client on a key that is its own,
  in the order of the client; ``outcome`` is ``done`` or ``refused``, and nobody gave up before that.
- ``effects.jsonl``   ``key value``: what the stores hold, in the order of their logs.
- ``mails.jsonl``     ``id at``: what the mail server took, and when (seconds).
- ``kills.jsonl``     ``victim at``: what was killed, and when (seconds).
- ``records.jsonl``   ``trace outcome service id``: the support actions in the audit log, in its
  order; an id is ``stream:version``.
- ``recorded.jsonl``  ``service id``: the support actions in the stores of their services, in the
  order of each.
- ``streams.jsonl``   ``service stream versions first last``: every stream of every store.
- ``index.jsonl``, ``rebuilt.jsonl``  ``id digest``: the documents of the search index as it is, and
  of one that was made anew from the services' logs.
"""

from __future__ import annotations

import json
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise, zip_longest
from pathlib import Path
from typing import Any

FILES = (
    "commands", "effects", "mails", "kills", "records", "recorded", "streams", "index", "rebuilt",
)  # fmt: skip
MAIL = "mail "
"""What a key begins with whose values are the ids of mails."""
_SHOWN = 20
_SENDERS = ("work email", "relay email")


@dataclass(frozen=True)
class Finding:
    """One thing that must not have happened."""

    kind: str
    about: str


@dataclass(frozen=True)
class Report:
    """What was checked, and what was found."""

    counts: dict[str, int]
    findings: tuple[Finding, ...]

    def __str__(self) -> str:
        """Return it for people."""
        lines = [", ".join(f"{count} {name}" for name, count in self.counts.items())]
        kinds = Counter(each.kind for each in self.findings)
        lines += [f"{kind}: {count}" for kind, count in sorted(kinds.items())]
        lines += [f"  {each.kind}: {each.about}" for each in self.findings[:_SHOWN]]
        return "\n".join(lines + ([] if self.findings else ["nothing lost, nothing doubled"]))


def read(folder: Path, name: str) -> Iterator[dict[str, Any]]:
    """Yield the lines of one file."""
    with (folder / f"{name}.jsonl").open() as lines:
        for line in lines:
            yield json.loads(line)


def check(folder: Path) -> Report:
    """
    Check everything.

    Raises OSError where a file is missing, ValueError where nothing was asked, KeyError or
    ValueError where lines are others.
    """
    commands = list(read(folder, "commands"))
    if not commands:
        raise ValueError(
            f"{folder / 'commands.jsonl'} is empty: a history of nothing proves nothing"
        )
    effects = list(read(folder, "effects"))
    records = list(read(folder, "records"))
    recorded = list(read(folder, "recorded"))
    findings = [
        *_effects(commands, effects),
        *_mails(folder, effects),
        *_records(commands, records),
        *_log(recorded, records),
        *_order(recorded, records),
        *_streams(folder),
        *_index(folder),
    ]
    counts = {"commands": len(commands), "effects": len(effects), "records": len(records)}
    return Report(counts, tuple(findings))


def _effects(commands: list[dict[str, Any]], effects: list[dict[str, Any]]) -> Iterator[Finding]:
    """Each key has the effects of its commands, each once and in their order."""
    wanted: dict[str, list[str]] = defaultdict(list)
    found: dict[str, list[str]] = defaultdict(list)
    for each in commands:
        if each["key"] and each["outcome"] == "done":
            wanted[each["key"]].append(each["value"])
    for each in effects:
        found[each["key"]].append(each["value"])
    for key in sorted(wanted.keys() | found.keys()):
        if wanted[key] != found[key]:
            yield from _differences(key, wanted[key], found[key])


def _differences(key: str, wanted: list[str], found: list[str]) -> Iterator[Finding]:
    asked, had = Counter(wanted), Counter(found)
    told = False
    for value in asked.keys() | had.keys():
        if had[value] < asked[value]:
            told = True
            yield Finding("lost", f"{key} {value}")
        elif had[value] > asked[value]:
            told = True
            yield Finding("doubled" if asked[value] else "invented", f"{key} {value}")
    if not told:
        pairs = zip_longest(wanted, found)
        at = next(place for place, (first, second) in enumerate(pairs) if first != second)
        yield Finding("out of order", f"{key} at {at}")


def _mails(folder: Path, effects: list[dict[str, Any]]) -> Iterator[Finding]:
    """
    Each mail that was stored to be sent was taken by the mail server, once.

    A server that took a mail from a process that was killed before it could note that gets it
    again; SMTP knows no better (RFC 1047). Nothing else is an excuse.
    """
    stored = {each["value"] for each in effects if each["key"].startswith(MAIL)}
    kills = [each["at"] for each in read(folder, "kills") if each["victim"] in _SENDERS]
    taken: dict[str, list[float]] = defaultdict(list)
    for each in read(folder, "mails"):
        taken[each["id"]].append(each["at"])
    for mail in sorted(stored | taken.keys()):
        if mail not in stored:
            yield Finding("mail invented", mail)
        if mail not in taken:
            yield Finding("mail lost", mail)
        for first, second in pairwise(sorted(taken[mail])):
            if not any(first <= at <= second for at in kills):
                yield Finding("mail doubled", mail)


def _records(commands: list[dict[str, Any]], records: list[dict[str, Any]]) -> Iterator[Finding]:
    """Each answer that a client got has a record that says so."""
    told = {(each["trace"], each["outcome"]) for each in records}
    for each in commands:
        if (each["trace"], each["outcome"]) not in told:
            yield Finding("unrecorded", f"{each['trace']} {each['outcome']}")


def _log(recorded: list[dict[str, Any]], records: list[dict[str, Any]]) -> Iterator[Finding]:
    """The audit log has what the services recorded, each once, and nothing else."""
    sources = Counter((each["service"], each["id"]) for each in recorded)
    log = Counter((each["service"], each["id"]) for each in records)
    for where in sources.keys() | log.keys():
        if log[where] != 1 or sources[where] != 1:
            about = f"{where[0]} {where[1]}: {sources[where]} in the store, {log[where]} in the log"
            yield Finding("audit log differs", about)


def _order(recorded: list[dict[str, Any]], records: list[dict[str, Any]]) -> Iterator[Finding]:
    """The audit log has the records of a service in the order of its store, version by version."""
    place = {(each["service"], each["id"]): at for at, each in enumerate(recorded)}
    before: dict[str, int] = {}
    newest: dict[tuple[str, str], int] = {}
    for service, record in dict.fromkeys((each["service"], each["id"]) for each in records):
        stream, _, version = record.rpartition(":")
        last, at = before.get(service, 0), place.get((service, record), 0)
        if int(version) < newest.get((service, stream), 0) or at < last:
            yield Finding("log out of order", f"{service} {record}")
        newest[service, stream], before[service] = int(version), max(last, at)


def _streams(folder: Path) -> Iterator[Finding]:
    """No stream has a hole."""
    for each in read(folder, "streams"):
        if each["first"] != 1 or each["last"] != each["versions"]:
            yield Finding("gap", f"{each['service']} {each['stream']}")


def _index(folder: Path) -> Iterator[Finding]:
    """The index is the one that the logs give."""
    kept = {each["id"]: each["digest"] for each in read(folder, "index")}
    made = {each["id"]: each["digest"] for each in read(folder, "rebuilt")}
    for document in sorted(kept.keys() | made.keys()):
        if kept.get(document) != made.get(document):
            yield Finding("index differs", document)


def main() -> int:
    """Check a folder and print; 1 where something is wrong, 2 where it is no history."""
    if len(sys.argv) != 2:
        print(__doc__, file=sys.stderr)
        return 2
    try:
        report = check(Path(sys.argv[1]))
    except (OSError, ValueError, KeyError) as error:
        print(error, file=sys.stderr)
        return 2
    print(report)
    return 1 if report.findings else 0


if __name__ == "__main__":
    sys.exit(main())
