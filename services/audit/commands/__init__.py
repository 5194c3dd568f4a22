"""
``helpdesk-audit``: verify, replay, export, prove, diff, stats; reads only, needs no server.

What it cannot do alone, a ``Product`` does for it, which is the context's object.
"""

from __future__ import annotations

import click

from services.audit.commands.comparing import diff
from services.audit.commands.counting import key, stats
from services.audit.commands.exporting import export
from services.audit.commands.proving import prove
from services.audit.commands.replaying import replay
from services.audit.commands.verifying import verify
from services.audit.witness import witness


@click.group()
def audit() -> None:
    """Check and read the audit log, offline and without changing it."""


for each in (verify, replay, export, prove, diff, stats, key, witness):
    audit.add_command(each)
