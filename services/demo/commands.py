"""``helpdesk demo``: everything in one process with sample data."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import click

from helpdesk.kernel import logging as structured
from helpdesk.kernel import secrets
from helpdesk.kernel.hosting import Host, HostSettings
from helpdesk.kernel.operating import RUNNING, Operator, announce
from helpdesk.kernel.settings import SettingsError, is_loopback
from services.demo.clients import import_records, welcome
from services.demo.domain import Sample, sample
from services.hosting import ALL, checked, wait_for_signal

_ACCOUNTS = "dev-accounts.json"
_MAILBOX = "dev-mail"


@click.command()
@click.option("--fresh", is_flag=True, help="Start over: delete what earlier runs stored.")
def demo(*, fresh: bool) -> None:
    """Bring up everything at http://127.0.0.1:8080 with sample data, until told to stop."""
    env = {"HELPDESK_LOG_LEVEL": "WARNING", **os.environ}
    settings = checked(env)
    address = env.get("HELPDESK_GATEWAY_ADDRESS", "127.0.0.1:8080")
    if not is_loopback(address):
        raise SettingsError("HELPDESK_GATEWAY_ADDRESS: the demo only serves this machine")
    structured.configure(settings.log_level)
    if fresh:
        _start_over(settings)
    secrets.create(Path(settings.secrets_dir or settings.data_dir / "secrets"))
    made = sample()
    _prepare(settings.data_dir, made)
    click.echo("Starting ...", err=True)
    with Host(env, ALL) as host:
        announce(settings.data_dir, host.address)
        with Operator(env, lambda: ALL) as operator:
            if import_records(operator, made.records):
                welcome(operator, made.welcomed)
        _introduce(address, made)
        wait_for_signal()
        click.echo("Stopping ...", err=True)


def _start_over(settings: HostSettings) -> None:
    if not settings.data_dir.exists():
        return
    # Only a folder that this product made is deleted.
    if not (settings.data_dir / "vault.db").exists():
        raise SettingsError(
            f"{settings.data_dir} is not a data directory of this product; not deleted"
        )
    try:
        pid = int(json.loads((settings.data_dir / RUNNING).read_text())["pid"])
        os.kill(pid, 0)
    except (OSError, ValueError, KeyError):
        shutil.rmtree(settings.data_dir)
    else:
        raise SettingsError(f"process {pid} uses {settings.data_dir}: stop it first")


def _prepare(data_dir: Path, made: Sample) -> None:
    accounts = [{"email": e, "name": n, "role": r} for r, n, e in made.sign_ins]
    (data_dir / _ACCOUNTS).write_text(json.dumps(accounts, ensure_ascii=False))
    refused = data_dir / _MAILBOX / "refused.json"
    if not refused.exists():
        refused.parent.mkdir(parents=True, exist_ok=True)
        refused.write_text(json.dumps([made.bounces]))


def _introduce(address: str, made: Sample) -> None:
    width = max(len(role) for role, _, _ in made.sign_ins)
    lines = [
        "",
        f"  Open http://{address}",
        "",
        "  Sign in as (no password: the provider is a local one for development)",
        *(f"    {role:<{width}}  {email}" for role, _, email in made.sign_ins),
        "",
        "  A tour in five steps",
        '    1. As the agent search for "stefana voinea" and open her.',
        "    2. Her welcome mail bounced: see why, remove the block, send it again.",
        f"    3. The mailbox is at http://{address}/dev/mail; there, let her address accept mail.",
        "    4. Open her customer and request access; allow it as the customer admin; look.",
        "    5. As the auditor see every step, then run: helpdesk-audit verify",
        "",
        "  Ctrl+C stops it; what was done is kept until --fresh.",
    ]
    click.echo("\n".join(lines))
