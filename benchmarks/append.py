"""A command that stores a fact, its record and its request id, against the bare event recorder."""

import tempfile
from pathlib import Path
from typing import Any
from uuid import uuid4

from eventsourcing.persistence import StoredEvent
from eventsourcing.sqlite import SQLiteApplicationRecorder, SQLiteDatastore

from benchmarks.measuring import rates
from benchmarks.product import running
from helpdesk.identity.v1 import feed_pb2, feed_pb2_grpc
from services.demo.domain import sample
from services.identity.service import SERVICE as IDENTITY

CALLERS = (1, 16)
EVENTS = 3
"""What one command stores: the fact, the record of the action, the answered request id."""


def run(calls: int = 160, runs: int = 5) -> list[dict[str, Any]]:
    """Append by one caller and by sixteen at once; both sides sync to the disk at each commit."""
    with running([IDENTITY]) as product, tempfile.TemporaryDirectory() as folder:
        records = {kind: list(rows) for kind, rows in sample().records.items()}
        product.load(records)
        person = records["people"][0]["id"]
        stub = product.stub(feed_pb2_grpc.DirectoryFeedServiceStub, "identity")
        feed = product.caller(sub="feed", roles=["DIRECTORY_WRITER"])

        def command(_: int) -> None:
            request = feed_pb2.LinkAccountRequest(
                user_id=person, subject=uuid4().hex, request_id=uuid4().hex
            )
            feed(stub.LinkAccount, request, timeout=30)

        command(0)
        store: Any = product.host.running["identity"].store
        stored = store.read(store.position - EVENTS, EVENTS)
        datastore = SQLiteDatastore(str(Path(folder) / "bare.db"))
        recorder = SQLiteApplicationRecorder(datastore)
        recorder.create_table()

        def append(_: int) -> None:
            recorder.insert_events(
                [StoredEvent(uuid4(), 1, each.name, each.state) for each in stored]
            )

        try:
            return [
                rates(
                    f"append, {callers} caller{'s' if callers > 1 else ''}",
                    command,
                    append,
                    callers=callers,
                    calls=calls,
                    runs=runs,
                )
                for callers in CALLERS
            ]
        finally:
            datastore.close()
