"""``helpdesk demo``: everything with sample data, in one process or in one for each part."""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import click

from helpdesk.kernel import logging as structured
from helpdesk.kernel.hosting import Host, HostSettings
from helpdesk.kernel.operating import RUNNING, Operator, announce
from helpdesk.kernel.resources import VAULT_URL, check_database
from helpdesk.kernel.settings import SettingsError, is_loopback, parse
from services.demo.clients import import_records, let_audit, open_tickets, welcome
from services.demo.domain import Sample, sample
from services.hosting import ALL, make_secrets, wait_for_signal
from services.ports import free_address
from services.processes import PROCESSES, addressed, check, read_pids, write_settings
from services.supervising import Supervisor

_ACCOUNTS = "dev-accounts.json"
_MAILBOX = "dev-mail"
_VERIFY_HERE = "then run: helpdesk-audit verify"
_VERIFY_APART = "export the proofs, then run: helpdesk-audit verify FILE"
_DISTRIBUTED = ".data-distributed"


@click.command()
@click.option("--fresh", is_flag=True, help="Start over: delete what earlier runs stored.")
@click.option("--distributed", is_flag=True, help="Each service, relay and worker as a process.")
def demo(*, fresh: bool, distributed: bool) -> None:
    """Bring up everything at http://127.0.0.1:8080 with sample data, until told to stop."""
    env = {"HELPDESK_LOG_LEVEL": "WARNING", **os.environ}
    if distributed:
        env["HELPDESK_DATA_DIR"] = str(Path(env.get("HELPDESK_DATA_DIR", _DISTRIBUTED)).resolve())
    settings = parse(HostSettings, "", env)
    address = env.setdefault("HELPDESK_GATEWAY_ADDRESS", "127.0.0.1:8080")
    # A demo with a provider of one's own has no agent who could open the sample's tickets.
    local = "HELPDESK_IDENTITY_ISSUERS" not in env
    if local:
        env.setdefault("HELPDESK_IDENTITY_TICKETS", "local")
    if not is_loopback(address):
        raise SettingsError("HELPDESK_GATEWAY_ADDRESS: the demo only serves this machine")
    structured.configure(settings.log_level)
    if fresh:
        start_over(settings)
    make_secrets(Path(settings.secrets_dir or settings.data_dir / "secrets"), env)
    made = sample()
    _prepare(settings.data_dir, made)
    click.echo("Starting ...", err=True)
    with _running_apart(env) if distributed else _running_here(env, settings) as shared:
        with Operator(shared, lambda: ALL) as operator:
            if import_records(operator, made.records):
                welcome(operator, made.welcomed)
            open_tickets(operator, _agent(made), made.tickets)
            if local:
                let_audit(operator, made.platform_auditor)
        _introduce(address, made, _VERIFY_APART if distributed else _VERIFY_HERE)
        wait_for_signal()
        click.echo("Stopping ...", err=True)


@contextmanager
def _running_here(env: Mapping[str, str], settings: HostSettings) -> Iterator[Mapping[str, str]]:
    with Host(env, ALL) as host:
        announce(settings.data_dir, host.address)
        yield env


@contextmanager
def _running_apart(env: Mapping[str, str]) -> Iterator[Mapping[str, str]]:
    check(env)
    shared = addressed(env, free_address)
    with Supervisor(shared, lambda line: click.echo(line, err=True)) as running:
        running.migrate()
        with click.progressbar(length=len(PROCESSES), label="Starting", file=sys.stderr) as bar:
            running.start(lambda _name: bar.update(1))
        file = write_settings(Path(shared["HELPDESK_DATA_DIR"]), shared)
        click.echo(f"Commands of operators, in another shell: set -a; . {file}", err=True)
        yield shared


def start_over(settings: HostSettings) -> None:
    """Delete what earlier runs stored. Raises SettingsError where it is used, or not ours."""
    if not settings.data_dir.exists():
        return
    # Only a folder that this product made is deleted.
    if not (settings.data_dir / "secrets" / "vault.key").exists():
        raise SettingsError(
            f"{settings.data_dir} is not a data directory of this product; not deleted"
        )
    running = [*read_pids(settings.data_dir).values(), *_announced(settings.data_dir)]
    if running:
        raise SettingsError(f"process {running[0]} uses {settings.data_dir}: stop it first")
    if settings.vault_database_url and _has_keys(settings):
        raise SettingsError(
            "what the databases hold can only be read with these secrets: "
            "scripts/demo --distributed --fresh deletes both"
        )
    shutil.rmtree(settings.data_dir)


def _announced(data_dir: Path) -> list[int]:
    try:
        pid = int(json.loads((data_dir / RUNNING).read_text())["pid"])
        os.kill(pid, 0)
    except (OSError, ValueError, KeyError):
        return []
    return [pid]


def _has_keys(settings: HostSettings) -> bool:
    from helpdesk.kernel.postgres_keys import PostgresKeys

    check_database(settings, VAULT_URL, settings.vault_database_url)
    keys = PostgresKeys(settings.vault_database_url)
    try:
        return keys.exists() and bool(keys.wrapped("", 1))
    finally:
        keys.close()


def _prepare(data_dir: Path, made: Sample) -> None:
    accounts = [{"email": e, "name": n, "role": r} for r, n, e in made.sign_ins]
    role, name, address = made.platform_auditor
    accounts.append({"email": address, "name": name, "role": role, "subject": address})
    (data_dir / _ACCOUNTS).write_text(json.dumps(accounts, ensure_ascii=False))
    refused = data_dir / _MAILBOX / "refused.json"
    if not refused.exists():
        refused.parent.mkdir(parents=True, exist_ok=True)
        refused.write_text(json.dumps([made.bounces]))


def _agent(made: Sample) -> str:
    return next(email for role, _, email in made.sign_ins if role == "agent")


def _introduce(address: str, made: Sample, verify: str) -> None:
    sign_ins = [*made.sign_ins, made.platform_auditor]
    width = max(len(role) for role, _, _ in sign_ins)
    lines = [
        "",
        f"  Open http://{address}",
        "",
        "  Sign in as (no password: the provider is a local one for development)",
        *(f"    {role:<{width}}  {email}" for role, _, email in sign_ins),
        "",
        "  Open tickets of the agent",
        *(f"    {number}  {customer}" for number, _, customer in made.tickets),
        "",
        "  A tour in five steps",
        f'    1. As the agent open {made.tickets[0][0]}, search for "stefana voinea" and open her.',
        "    2. Her welcome mail bounced: see why, remove the block, send it again.",
        f"    3. The mailbox is at http://{address}/dev/mail; there, let her address accept mail.",
        "    4. Open her customer and request access; allow it as the customer admin; look.",
        f"    5. As the auditor see every step, {verify}",
        "",
        "  Ctrl+C stops it; what was done is kept until --fresh.",
    ]
    click.echo("\n".join(lines))
