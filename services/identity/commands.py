"""Shell commands: secrets, the directory, development tokens and linked accounts."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from helpdesk.identity.v1 import (
    feed_pb2,
    feed_pb2_grpc,
    internal_pb2,
    internal_pb2_grpc,
    sign_in_pb2,
    sign_in_pb2_grpc,
)
from helpdesk.kernel.operating import Operator

_ORDER = (
    *("partners", "organizations", "domains", "sites"),
    *("licenses", "orders", "people", "devices"),
)
_AT_ONCE = 200
_LONGEST_BATCH = 8 * 1024 * 1024
_SECONDS = 3600.0


@click.command("import")
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.pass_obj
def import_directory(operator: Operator, folder: Path) -> None:
    """Take in the files of a directory export; bad lines are named and cost no other."""
    files = [path for kind in _ORDER if (path := folder / f"{kind}.ndjson").exists()]
    if not files:
        raise click.UsageError(f"no {_ORDER[0]}.ndjson or the like in {folder}")
    total = sum(_lines_of(path) for path in files)
    stub = feed_pb2_grpc.DirectoryFeedServiceStub(operator.channel("identity"))
    caller = operator.caller("DIRECTORY_WRITER")
    answer, bad = feed_pb2.ImportResponse(), 0
    console = Console(stderr=True)
    columns = (TextColumn("importing"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=console, disable=not console.is_terminal) as progress:
        task = progress.add_task("import", total=total)
        for answer in caller.stream(stub.Import, _requests(files), timeout=_SECONDS):
            for line in answer.bad_lines:
                where = f" {line.field}:" if line.field else ""
                progress.console.print(
                    f"{line.kind}.ndjson:{line.line}:{where} {line.problem}",
                    markup=False,
                    highlight=False,
                    soft_wrap=True,
                )
            bad += len(answer.bad_lines)
            progress.update(task, completed=answer.taken + bad)
    click.echo(f"{answer.taken} lines taken, {answer.changed} records new or changed, {bad} bad")
    if bad:
        raise SystemExit(1)


def _requests(files: list[Path]) -> Iterator[feed_pb2.ImportRequest]:
    for path in files:
        first, lines, size = 1, list[bytes](), 0
        with path.open("rb") as file:
            for line in file:
                torn = not line.endswith(b"\n")
                lines.append(line.rstrip(b"\r\n"))
                size += len(line)
                if len(lines) == _AT_ONCE or size > _LONGEST_BATCH or torn:
                    yield _request(path, lines, first, torn=torn)
                    first, lines, size = first + len(lines), [], 0
        if lines:
            yield _request(path, lines, first, torn=False)


def _request(path: Path, lines: list[bytes], first: int, *, torn: bool) -> feed_pb2.ImportRequest:
    return feed_pb2.ImportRequest(kind=path.stem, lines=lines, first_line=first, torn=torn)


def _lines_of(path: Path) -> int:
    with path.open("rb") as file:
        return sum(1 for _ in file)


@click.command()
@click.argument("email")
@click.pass_obj
def token(operator: Operator, email: str) -> None:
    """Print a token in a person's name, on a development product."""
    channel = operator.channel("identity")
    issued = operator.caller("SERVICE")(
        sign_in_pb2_grpc.SignInServiceStub(channel).IssueTokenFor,
        sign_in_pb2.IssueTokenForRequest(user_id=_found(operator, email)),
    )
    click.echo(issued.token)


@click.command()
@click.argument("email")
@click.argument("issuer")
@click.argument("subject")
@click.pass_obj
def link(operator: Operator, email: str, issuer: str, subject: str) -> None:
    """Let a provider's account sign a person in; SUBJECT is what its ID tokens name it by."""
    stub = feed_pb2_grpc.DirectoryFeedServiceStub(operator.channel("identity"))
    operator.caller("DIRECTORY_WRITER")(
        stub.LinkAccount,
        feed_pb2.LinkAccountRequest(
            user_id=_found(operator, email), issuer=issuer, subject=subject
        ),
    )
    click.echo("linked")


def _found(operator: Operator, email: str) -> str:
    stub = internal_pb2_grpc.DirectoryInternalServiceStub(operator.channel("identity"))
    found = operator.caller("SERVICE")(
        stub.ResolveAddress, internal_pb2.ResolveAddressRequest(address=email)
    )
    if not found.user_id:
        raise click.ClickException("nobody has this address")
    return str(found.user_id)
