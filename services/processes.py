"""The distributed size as a table: which processes there are, and by which commands they run."""

from __future__ import annotations

import json
import shlex
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from helpdesk.kernel.secrets import SERVICES
from helpdesk.kernel.settings import SettingsError
from services.running import WORKERS

GATEWAY = "gateway"
SERVED = tuple(name for name in SERVICES if name != GATEWAY)
"""Services that answer gRPC and have a store."""
PIDS = "processes.json"
"""File in the data directory: the process ids by name."""
SETTINGS = "settings.env"
"""File in the data directory: what operators' commands need to find the processes."""
SCRAPED = "metrics.json"
"""File in the data directory: where each process is scraped, as Prometheus reads it (file_sd)."""
_GRPC = "HELPDESK_GRPC_ADDRESS"
_METRICS = "HELPDESK_METRICS_ADDRESS"


def command(*words: str) -> list[str]:
    """Return the command line of ``helpdesk WORDS``."""
    return [sys.executable, "-m", "services", *words]


@dataclass(frozen=True)
class Process:
    """``helpdesk ROLE SERVICE``; the role is ``serve``, ``relay`` or ``work``."""

    role: str
    service: str

    @property
    def name(self) -> str:
        """The command that runs it, without the program."""
        return f"{self.role} {self.service}"

    @property
    def words(self) -> list[str]:
        """The command line."""
        return command(self.role, self.service)

    def environment(self, env: Mapping[str, str], metrics_address: str = "") -> dict[str, str]:
        """Return the environment of this one of all that share ``env``."""
        own = {name: value for name, value in env.items() if name not in (_GRPC, _METRICS)}
        if metrics_address:
            own[_METRICS] = metrics_address
        if self.role == "serve" and self.service != GATEWAY:
            own[_GRPC] = env[address_of(self.service)]
        return own


# Everybody asks identity, and the gateway asks everybody.
STAGES: Sequence[Sequence[Process]] = (
    [Process("serve", "identity")],
    [
        *(Process("serve", name) for name in SERVED if name != "identity"),
        *(Process("relay", name) for name in SERVED),
        *(Process("work", name) for name in WORKERS),
    ],
    [Process("serve", GATEWAY)],
)
"""The processes in the order of their start; those of one stage start at once."""
PROCESSES: Sequence[Process] = [process for stage in STAGES for process in stage]


def address_of(service: str) -> str:
    """Return the name of the setting that says where a service listens."""
    return f"HELPDESK_{service.upper()}_ADDRESS"


def addressed(env: Mapping[str, str], free: Callable[[], str]) -> dict[str, str]:
    """Return the settings that all processes share: where no address is set, a free one."""
    return {**{address_of(name): free() for name in SERVED}, **env}


def scraped_at(env: Mapping[str, str], free: Callable[[], str]) -> dict[str, str]:
    """
    Return where each process is scraped, by name; each has an address of its own.

    Where the setting names a host and port, that is the first's and the others count on from there.
    Raises SettingsError.
    """
    first = env.get(_METRICS, "")
    if not first:
        return {each.name: free() for each in PROCESSES}
    host, _, port = first.rpartition(":")
    if not port.isdigit():
        raise SettingsError(f"{_METRICS}: host:port is wanted")
    return {each.name: f"{host}:{int(port) + at}" for at, each in enumerate(PROCESSES)}


def write_scraped(data_dir: Path, addresses: Mapping[str, str]) -> None:
    """
    Write down where the processes are scraped, for Prometheus' ``file_sd_configs``.

    Source: Prometheus, Configuration, "file_sd_config".
    """
    groups = [
        {"targets": [address], "labels": {"process": name.replace(" ", "-")}}
        for name, address in addresses.items()
    ]
    written = data_dir / f"{SCRAPED}.new"
    written.write_text(json.dumps(groups, indent=1))
    written.replace(data_dir / SCRAPED)


def check(env: Mapping[str, str]) -> None:
    """Raise SettingsError where a setting is missing without which there are no processes."""
    wanted = [f"HELPDESK_{name.upper()}_DATABASE_URL" for name in SERVED]
    wanted += ["HELPDESK_VAULT_DATABASE_URL", "HELPDESK_BROKER_URL"]
    wanted += ["HELPDESK_SEARCH_OPENSEARCH_URL"]
    missing = [name for name in wanted if not env.get(name)]
    if missing:
        raise SettingsError(
            f"not set: {', '.join(missing)}; "
            "scripts/demo --distributed starts the engines and sets them"
        )


def write_settings(data_dir: Path, env: Mapping[str, str]) -> Path:
    """Write the settings that all share to a file for shells, readable by its owner; return it."""
    lines = [f"{n}={shlex.quote(env[n])}\n" for n in sorted(env) if n.startswith("HELPDESK_")]
    path = data_dir / SETTINGS
    path.touch(mode=0o600)
    path.write_text("".join(lines))
    return path


def write_pids(data_dir: Path, pids: Mapping[str, int]) -> None:
    """Write down which process has which id."""
    written = data_dir / f"{PIDS}.new"
    written.write_text(json.dumps(dict(pids)))
    written.replace(data_dir / PIDS)


def read_pids(data_dir: Path) -> dict[str, int]:
    """Return the ids of those processes that run, by name; those of an earlier run too."""
    try:
        written = json.loads((data_dir / PIDS).read_text())
    except FileNotFoundError:
        return {}
    by_name = {each.name: each for each in PROCESSES}
    return {n: int(pid) for n, pid in written.items() if n in by_name and _is(pid, by_name[n])}


def _is(pid: int, process: Process) -> bool:
    # The number may be another program's by now.
    try:
        words = Path(f"/proc/{pid}/cmdline").read_bytes().decode(errors="replace").split("\0")
    except OSError:
        return False
    return words[-3:-1] == process.words[-2:]
