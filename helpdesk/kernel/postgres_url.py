"""Whether a PostgreSQL URL leads to another machine in plain text."""

from __future__ import annotations

import os

import psycopg
from psycopg.conninfo import conninfo_to_dict

from helpdesk.kernel.settings import SettingsError, is_loopback


def is_protected(setting: str, url: str) -> bool:
    """
    Return whether a database is on this machine, or its name and certificate are checked.

    Raises SettingsError where the URL does not say where it leads.
    """
    try:
        given = conninfo_to_dict(url)
    except psycopg.ProgrammingError as error:
        raise SettingsError(f"{setting}: the database URL is not well formed") from error
    if given.get("service") or os.environ.get("PGSERVICE"):
        raise SettingsError(f"{setting}: name the host in the URL, not a service")
    # Where the URL names no host, libpq takes it from its own environment.
    named = [
        str(given.get(name) or os.environ.get(f"PG{name.upper()}", ""))
        for name in ("host", "hostaddr")
    ]
    hosts = [host for names in named for host in names.split(",") if host]
    near = all(host.startswith("/") or is_loopback(f"{host}:0") for host in hosts)
    return near or given.get("sslmode") == "verify-full"
