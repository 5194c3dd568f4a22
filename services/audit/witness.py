"""``helpdesk-audit witness``: a small server that cosigns what continues all that it has seen."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Sequence
from datetime import UTC, datetime
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import click

from services.audit.log.notes import Kind, NoteRefusedError, Signer, VerifierKey
from services.audit.log.witness import Witness, WitnessRefusedError

_LONGEST = 64 * 1024
_SECONDS = 10
PATH = "/add-checkpoint"


def server_of(address: tuple[str, int], witness: Witness) -> ThreadingHTTPServer:
    """Return an HTTP server that answers add-checkpoint. Raises OSError."""

    class Handler(BaseHTTPRequestHandler):
        timeout = _SECONDS
        # With it connections are kept alive.
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:  # the name is the library's
            length = self.headers.get("Content-Length", "")
            if not length.isdigit() or int(length) > _LONGEST:
                self.close_connection = True
                self._answer(HTTPStatus.BAD_REQUEST, "no length, or too long\n")
                return
            data = self.rfile.read(int(length))
            if self.path != PATH:
                self._answer(HTTPStatus.NOT_FOUND, "no such path\n")
                return
            try:
                line = witness.add_checkpoint(data.decode(), datetime.now(UTC))
                self._answer(HTTPStatus.OK, line)
            except UnicodeDecodeError:
                self._answer(HTTPStatus.BAD_REQUEST, "not UTF-8\n")
            except WitnessRefusedError as refused:
                if refused.size is not None:
                    self._answer(refused.status, f"{refused.size}\n", "text/x.tlog.size")
                else:
                    self._answer(refused.status, f"{refused}\n")

        def _answer(self, status: HTTPStatus, text: str, kind: str = "text/plain") -> None:
            data = text.encode()
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_: object) -> None:
            """Nothing of a request is written down."""

    return ThreadingHTTPServer(address, Handler)


@click.command()
@click.option("--log-key", "keys", multiple=True, required=True, help="Public key of a log.")
@click.option(
    "--key-file",
    required=True,
    type=click.Path(path_type=Path, dir_okay=False),
    help="The witness's private key; made where it is missing, with --name.",
)
@click.option("--name", default="", help="Name of a new key, such as witness.example/w1.")
@click.option(
    "--state",
    required=True,
    type=click.Path(path_type=Path, dir_okay=False),
    help="File that keeps the newest checkpoint seen of each log; never delete it.",
)
@click.option("--listen", default="127.0.0.1:8311", show_default=True, help="HOST:PORT.")
def witness(keys: Sequence[str], key_file: Path, name: str, state: Path, listen: str) -> None:
    """Cosign the checkpoints of logs (C2SP tlog-witness), on a machine that is not the logs'."""
    host, _, port = listen.rpartition(":")
    try:
        signer = _signer(key_file, name)
        trusted = [VerifierKey.parse(each) for each in keys]
        server = server_of((host, int(port)), Witness(trusted, signer, state))
    except (NoteRefusedError, OSError, ValueError) as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"witness key: {signer.verifier_key}")
    click.echo(f"listening: http://{server.server_address[0]!s}:{server.server_address[1]}")
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: threading.Thread(target=server.shutdown).start())
    server.serve_forever(poll_interval=0.2)
    server.server_close()


def _signer(path: Path, name: str) -> Signer:
    if not path.exists():
        if not name:
            raise click.UsageError(f"{path} is not there: give --name for a new key")
        made = Signer.generate(name, Kind.WITNESS)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(made.secret_text() + "\n")
    signer = Signer.parse(path.read_text())
    if signer.verifier_key.kind is not Kind.WITNESS:
        raise click.UsageError(f"{path} is not the key of a witness")
    return signer
