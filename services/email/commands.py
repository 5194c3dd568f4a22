"""Shell commands of mail: reading and importing what mail systems reported."""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from helpdesk.kernel.errors import Exhausted, HelpdeskError, Unavailable
from services.email.reports import MAX_BYTES, MailLine, line_of, valid
from services.email.reports import read_mail as read_report

if TYPE_CHECKING:
    from helpdesk.kernel.operating import Operator

_SECONDS = 30.0
_PATHS = click.Path(exists=True, path_type=Path)
_FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)


@click.command("read-mail")
@click.argument("paths", nargs=-1, required=True, type=_PATHS, metavar="FILE|DIR...")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a mail and line.")
def read_mail(paths: tuple[Path, ...], as_json: bool) -> None:
    """Say what mails report: bounces, complaints, automatic replies. Needs no server."""
    unreadable = 0
    for path in _files(paths):
        try:
            with path.open("rb") as file:
                line = line_of(valid(path.name), read_report(file.read(MAX_BYTES)))
        except OSError as error:
            unreadable += 1
            click.echo(f"{valid(path.name)}: {error.strerror}", err=True)
            continue
        except Exception as error:
            # One mail must not keep the others from being read.
            unreadable += 1
            click.echo(f"{valid(path.name)}: cannot be read: {type(error).__name__}", err=True)
            continue
        click.echo(json.dumps(line, ensure_ascii=False) if as_json else _words(line))
    sys.exit(1 if unreadable else 0)


def _words(line: MailLine) -> str:
    lines = [f"{line['file']}: {line['kind']}"]
    for each in line["recipients"]:
        code = " ".join(part for part in (each["reply_code"], each["status"]) if part)
        words = (each["recipient"] or "?", each["action"], each["cause"], each["fault"], code)
        lines.append("  " + "  ".join(word for word in words if word))
    return "\n".join(lines)


@click.command("import-bounces")
@click.argument("folder", type=_FOLDER, metavar="DIR")
@click.pass_obj
def import_bounces(operator: Operator, folder: Path) -> None:
    """Hand every mail of a folder to the mail report service; doing it again changes nothing."""
    from helpdesk.email.v1 import reports_pb2, reports_pb2_grpc

    files = list(_files([folder]))
    call = operator.caller("MAIL_REPORTER")
    stub = reports_pb2_grpc.MailReportServiceStub(operator.channel("email"))
    kinds: Counter[str] = Counter()
    known = blocked = failed = 0
    with click.progressbar(files, label="mails", file=sys.stderr) as progress:
        for path in progress:
            try:
                raw = path.read_bytes()
                request = reports_pb2.ReportMailRequest(raw=raw)
                answer = call(stub.ReportMail, request, timeout=_SECONDS)
            except (Unavailable, Exhausted):
                raise
            except (HelpdeskError, OSError) as error:
                failed += 1
                reason = error.reason if isinstance(error, HelpdeskError) else error.strerror
                click.echo(f"\n{path.name}: {reason}", err=True)
                continue
            kinds[answer.kind] += 1
            known += answer.duplicate
            blocked += sum(each.blocked for each in answer.recipients)
    told = ", ".join(f"{count} {kind}" for kind, count in sorted(kinds.items())) or "none"
    click.echo(
        f"{len(files)} mails: {told}; {known} known before, "
        f"{blocked} addresses blocked, {failed} failed"
    )
    sys.exit(1 if failed else 0)


def _files(paths: Iterable[Path]) -> Iterator[Path]:
    for path in paths:
        if path.is_dir():
            yield from sorted(each for each in path.rglob("*") if each.is_file())
        else:
            yield path
