"""Shell commands: the directory, tokens, linked accounts, programs outside, auditors."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import click
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_pem_private_key,
)
from rich.console import Console

from helpdesk.identity.v1 import (
    clients_pb2,
    clients_pb2_grpc,
    feed_pb2,
    feed_pb2_grpc,
    internal_pb2,
    internal_pb2_grpc,
    platform_auditors_pb2,
    platform_auditors_pb2_grpc,
    sign_in_pb2,
    sign_in_pb2_grpc,
)
from helpdesk.kernel.operating import Operator
from helpdesk.kernel.progress import counting
from helpdesk.kernel.secrets import new_private_key
from helpdesk.options.v1 import options_pb2

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
    with counting(console, hidden=not console.is_terminal) as progress:
        task = progress.add_task("importing", total=total)
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


@click.group()
def client() -> None:
    """Programs outside of the product that get tokens."""


@client.command()
@click.argument("name")
@click.option("--role", "roles", multiple=True, required=True, help="DIRECTORY_WRITER, ...")
@click.option("--acts-as", multiple=True, help="With DELEGATE: HELP_DESK, ...")
@click.option(
    "--public-key",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Its Ed25519 public key, PEM; without one NAME.pem is made here.",
)
@click.pass_obj
def add(
    operator: Operator,
    name: str,
    roles: tuple[str, ...],
    acts_as: tuple[str, ...],
    public_key: Path | None,
) -> None:
    """Register a program, with narrow roles of its own."""
    private = Path(f"{name}.pem")
    key = public_key.read_text() if public_key is not None else _new_pair(private)
    stub = clients_pb2_grpc.ClientServiceStub(operator.channel("identity"))
    request = clients_pb2.RegisterClientRequest(
        client=name,
        public_key=key,
        client_roles=[_role(each) for each in roles],
        acts_as=[_role(each) for each in acts_as],
    )
    try:
        operator.caller("OPERATOR")(stub.RegisterClient, request)
    except BaseException:
        if public_key is None:
            private.unlink()
        raise
    click.echo(key.strip())
    if public_key is None:
        click.echo(f"{name} is registered; its private key is in {private}: hand it over safely")
    else:
        click.echo(f"{name} is registered")


@client.command()
@click.argument("name")
@click.pass_obj
def remove(operator: Operator, name: str) -> None:
    """Give a program no further tokens; those that it has end within 5 minutes."""
    stub = clients_pb2_grpc.ClientServiceStub(operator.channel("identity"))
    operator.caller("OPERATOR")(stub.RemoveClient, clients_pb2.RemoveClientRequest(client=name))
    click.echo(f"{name} is removed")


@client.command("list")
@click.pass_obj
def list_(operator: Operator) -> None:
    """Say which programs get tokens, and what they may."""
    stub = clients_pb2_grpc.ClientServiceStub(operator.channel("identity"))
    answer = operator.caller("OPERATOR")(stub.ListClients, clients_pb2.ListClientsRequest())
    for each in answer.clients:
        acts = f", acts as {', '.join(each.acts_as)}" if each.acts_as else ""
        click.echo(f"{each.client}: {', '.join(each.client_roles)}{acts}; by {each.registered_by}")


@click.group()
def auditor() -> None:
    """Auditors of the platform, who read the records of all partners."""


@auditor.command("add")
@click.argument("issuer")
@click.argument("subject")
@click.option("--name", required=True, help="Name of the person, as records show it.")
@click.option("--reason", required=True, help="Why; it is recorded.")
@click.option("--until", type=click.DateTime(), help="When it ends, UTC; without it, never.")
@click.pass_obj
def add_auditor(
    operator: Operator, issuer: str, subject: str, name: str, reason: str, until: datetime | None
) -> None:
    """Make who signs in with an account one; SUBJECT is what ID tokens of ISSUER name it by."""
    request = platform_auditors_pb2.AddPlatformAuditorRequest(
        issuer=issuer, subject=subject, display_name=name, reason=reason
    )
    if until is not None:
        request.until.FromDatetime(until.replace(tzinfo=UTC))
    added = operator.caller("OPERATOR")(_auditors(operator).AddPlatformAuditor, request)
    click.echo(f"{name} reads the records of all partners, as {added.user_id}")


@auditor.command("remove")
@click.argument("issuer")
@click.argument("subject")
@click.option("--reason", required=True, help="Why; it is recorded.")
@click.pass_obj
def remove_auditor(operator: Operator, issuer: str, subject: str, reason: str) -> None:
    """Take it away; what they have open ends within a second."""
    stub, caller = _auditors(operator), operator.caller("OPERATOR")
    listed = caller(
        stub.ListPlatformAuditors, platform_auditors_pb2.ListPlatformAuditorsRequest()
    ).auditors
    account = (issuer.rstrip("/"), subject)
    for each in listed:
        if (each.issuer.rstrip("/"), each.subject) == account:
            request = platform_auditors_pb2.RemovePlatformAuditorRequest(
                user_id=each.user_id, reason=reason
            )
            caller(stub.RemovePlatformAuditor, request)
            click.echo(f"{each.display_name} reads them no more")
            return
    raise click.ClickException("nobody with this account audits the platform")


@auditor.command("list")
@click.pass_obj
def list_auditors(operator: Operator) -> None:
    """Say who they are, until when, and who made them one."""
    request = platform_auditors_pb2.ListPlatformAuditorsRequest()
    answer = operator.caller("OPERATOR")(_auditors(operator).ListPlatformAuditors, request)
    for each in answer.auditors:
        until = (
            f" until {each.until.ToDatetime():%Y-%m-%d %H:%M} UTC" if each.HasField("until") else ""
        )
        click.echo(
            f"{each.display_name}: {each.issuer} {each.subject}{until}; by {each.assigned_by}"
        )


def _auditors(
    operator: Operator,
) -> platform_auditors_pb2_grpc.PlatformAuditorServiceStub:
    return platform_auditors_pb2_grpc.PlatformAuditorServiceStub(operator.channel("identity"))


def _role(name: str) -> str:
    if f"ROLE_{name}" not in options_pb2.Role.keys():  # noqa: SIM118  # not a mapping
        raise click.UsageError(f"no such role: {name}")
    return f"ROLE_{name}"


def _new_pair(private: Path) -> str:
    pem = new_private_key()
    try:
        descriptor = os.open(private, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError as error:
        raise click.UsageError(f"{private} is there already") from error
    with os.fdopen(descriptor, "wb") as file:
        file.write(pem)
    public = load_pem_private_key(pem, None).public_key()
    return public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
