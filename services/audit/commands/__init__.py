"""``helpdesk-audit``: verify, replay, export, prove; reads only, needs no server."""

from __future__ import annotations

import click

from services.audit.commands.counting import key, stats
from services.audit.commands.exporting import export, prove
from services.audit.commands.replaying import replay
from services.audit.commands.verifying import verify
from services.audit.witness import witness


@click.group()
def audit() -> None:
    """Check and read the audit log, offline and without changing it."""


for each in (verify, replay, export, prove, stats, key, witness):
    audit.add_command(each)
