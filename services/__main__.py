"""The ``helpdesk`` command: every command is imported when it is called, not before."""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Sequence

import click

_SECTIONS = {
    "Run it": {
        "demo": "services.demo.commands:demo",
        "init": "services.hosting:init",
        "check-config": "services.hosting:check_config",
        "serve": "services.hosting:serve",
        "healthy": "services.probing:healthy",
        "certs": "services.certs.commands:certs",
    },
    "Run it in many processes": {
        "migrate": "services.running:migrate",
        "relay": "services.running:relay",
        "work": "services.running:work",
        "catch-up": "services.running:catch_up",
        "dead-letters": "services.running:dead_letters",
        "rebuild": "services.running:rebuild",
    },
    "Directory, people and programs": {
        "import": "services.identity.commands:import_directory",
        "link": "services.identity.commands:link",
        "client": "services.identity.commands:client",
        "auditor": "services.identity.commands:auditor",
        "token": "services.identity.commands:token",
        "forget": "services.forgetting.commands:forget",
        "forgettings": "services.forgetting.commands:forgettings",
        "legal-hold": "services.forgetting.commands:legal_hold",
    },
    "Mail": {
        "import-bounces": "services.email.commands:import_bounces",
        "read-mail": "services.email.commands:read_mail",
    },
    "Keys, copies and what was": {
        "keys": "services.keys.commands:keys",
        "backup": "services.backup.commands:backup",
        "restore": "services.backup.commands:restore",
        "replay": "services.rebuilding:replay",
        "diff": "services.rebuilding:diff",
    },
}
_COMMANDS = {name: path for section in _SECTIONS.values() for name, path in section.items()}
_HELP = frozenset({"-h", "--help"})
# They read files that they are given, and no settings.
_UNSET = frozenset({"certs", "read-mail"})
# Commands of an operator, who acts on a running product under their own name.
_OPERATED = frozenset(
    (
        *("import", "token", "link", "client", "auditor"),
        *("import-bounces", "forget", "forgettings", "legal-hold"),
    )
)


class _Commands(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:
        del ctx
        return list(_COMMANDS)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        width = max(len(name) for name in _COMMANDS)
        for title, names in _SECTIONS.items():
            found = [(name, self.get_command(ctx, name)) for name in names]
            room = formatter.width - width - 6
            rows = [
                (name.ljust(width), each.get_short_help_str(room)) for name, each in found if each
            ]
            with formatter.section(title):
                formatter.write_dl(rows)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        del ctx
        if cmd_name not in _COMMANDS:
            return None
        module, _, name = _COMMANDS[cmd_name].partition(":")
        command = getattr(importlib.import_module(module), name)
        if not isinstance(command, click.Command):
            raise TypeError(f"{module}:{name} is not a command")
        return command


@click.group(
    cls=_Commands, context_settings={"help_option_names": sorted(_HELP), "max_content_width": 100}
)
@click.pass_context
def helpdesk(ctx: click.Context) -> None:
    """Help desk for the partners of a cloud collaboration service."""
    if ctx.invoked_subcommand in _OPERATED:
        from helpdesk.kernel.operating import Operator
        from services.hosting import ALL

        ctx.obj = ctx.with_resource(Operator(os.environ, lambda: ALL))


def _reads_settings(words: Sequence[str]) -> bool:
    asks_for_help = not _HELP.isdisjoint(words)
    return bool(words) and words[0] in _COMMANDS.keys() - _UNSET and not asks_for_help


def main() -> None:
    """Run the command line; a setting or failure that the operator can mend is one line."""
    from helpdesk.kernel.errors import HelpdeskError
    from helpdesk.kernel.settings import SettingsError

    # What the product stores is nobody else's to read.
    os.umask(0o077)
    try:
        if _reads_settings(sys.argv[1:]):
            from services.configured import check_settings

            check_settings(os.environ)
        helpdesk(prog_name="helpdesk", standalone_mode=True)
    except (SettingsError, HelpdeskError, OSError) as error:
        if os.environ.get("HELPDESK_LOG_LEVEL") == "DEBUG":
            raise
        message = error.message if isinstance(error, HelpdeskError) else str(error)
        click.echo(f"helpdesk: {message}", err=True)
        sys.exit(1)


if __name__ == "__main__":
    main()
