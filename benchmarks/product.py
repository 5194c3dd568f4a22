"""The product, or some of its services, in this process for a measurement."""

import json
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from helpdesk.identity.v1 import feed_pb2, feed_pb2_grpc
from helpdesk.kernel import secrets
from helpdesk.kernel.hosting import Host, Service
from helpdesk.kernel.rpc.client import Caller
from helpdesk.kernel.tokens import Signer
from services.demo.domain import sample
from services.ports import free_address

EXPORT = Path(__file__).parents[2] / "shared" / "data" / "directory"
KINDS = ("partners", "organizations", "people", "domains", "sites", "licenses", "orders", "devices")

Directory = dict[str, list[dict[str, Any]]]


def environment(folder: Path) -> dict[str, str]:
    """Return the settings of a fresh data directory, its secrets made."""
    secrets.create(folder / "secrets")
    mailbox = free_address()
    return {
        "HELPDESK_DATA_DIR": str(folder),
        "HELPDESK_GATEWAY_ADDRESS": free_address(),
        "HELPDESK_GATEWAY_MAILBOX_ADDRESS": mailbox,
        "HELPDESK_EMAIL_SMTP_ADDRESS": mailbox,
        "HELPDESK_EMAIL_INBOUND_ADDRESS": "",
    }


def directory() -> Directory:
    """Return the export beside the repository, or the sample of the demo."""
    if EXPORT.is_dir():
        return {
            kind: [json.loads(line) for line in (EXPORT / f"{kind}.ndjson").open("rb")]
            for kind in KINDS
        }
    return {kind: list(records) for kind, records in sample().records.items()}


class Product:
    """Running services and callers of them."""

    def __init__(self, host: Host, env: dict[str, str]) -> None:
        self.host = host
        self.env = env
        self._signer = Signer(host.wiring.secret("token.signing.pem"))

    def token(self, **claims: Any) -> str:
        """Return a token of those claims."""
        return self._signer.sign(claims, secrets.SERVICES, 300)

    def caller(self, **claims: Any) -> Caller:
        """Return who calls with a token of those claims, one for all calls."""
        token = self.token(**claims)
        return Caller(lambda: token)

    def stub(self, kind: Any, service: str) -> Any:
        """Return a stub of a service."""
        return kind(self.host.wiring.channel(service))

    def load(self, records: Directory) -> None:
        """Import a directory and wait until every consumer has read it."""
        stub = self.stub(feed_pb2_grpc.DirectoryFeedServiceStub, "identity")
        feed = self.caller(sub="feed", roles=["DIRECTORY_WRITER"])
        for _ in feed.stream(stub.Import, import_requests(records), timeout=300):
            pass
        position = self.host.running["identity"].store.position  # type: ignore[union-attr]
        for running in self.host.running.values():
            for consumer in running.consumers:
                if "identity" in consumer.wants:
                    self.host.bus.wait(consumer.name, "identity", position, 120)


def import_requests(records: Directory) -> Iterator[feed_pb2.ImportRequest]:
    """Return a directory as the feed is sent it."""
    for kind in KINDS:
        lines = [json.dumps(each).encode() for each in records.get(kind, [])]
        for start in range(0, len(lines), 200):
            yield feed_pb2.ImportRequest(
                kind=kind, lines=lines[start : start + 200], first_line=start + 1
            )


@contextmanager
def running(services: list[Service]) -> Iterator[Product]:
    """Run services on a fresh data directory, everything as durable as in production."""
    with tempfile.TemporaryDirectory(prefix="helpdesk-benchmark-") as folder:
        env = environment(Path(folder))
        with Host(env, services) as host:
            yield Product(host, env)
