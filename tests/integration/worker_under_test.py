"""A worker process of a small service: notes down each fact of ``source`` that it handles."""

import os
import signal
import sys
import warnings
from pathlib import Path

warnings.simplefilter("ignore")

from helpdesk.kernel import consumer  # noqa: E402
from helpdesk.kernel.bus import shared  # noqa: E402
from helpdesk.kernel.errors import Unavailable  # noqa: E402
from helpdesk.kernel.events import Event  # noqa: E402
from helpdesk.kernel.postgres_store import PostgresEngine  # noqa: E402
from helpdesk.kernel.resources import Work  # noqa: E402
from helpdesk.kernel.store import Recorded, Store  # noqa: E402
from helpdesk.kernel.vault import Vault  # noqa: E402

WANTED = "helpdesk.test.v1.LineWritten"


class Noted(Event):
    """That a fact was handled; its projection is what the test reads."""

    NAME = "helpdesk.test.v1.Noted"


def main(url, schema, broker_url, name, cure, ca_file="", shares="1"):
    engine = PostgresEngine(url, schema, listen=False)

    def project(db, recorded: Recorded):
        position = int(recorded.stream.partition(":")[2])
        db.execute("INSERT INTO handled (position, process) VALUES (?, ?)", (position, os.getpid()))

    vault = Vault(":memory:", b"m" * 32)
    store = Store(schema, engine, vault, b"k" * 32, {Noted.NAME: project})

    def on_line(work, fact):
        if fact.body.get("count") == 13 and not Path(cure).exists():
            raise ValueError("poison")
        if fact.body.get("count") == 14:
            os.kill(os.getpid(), signal.SIGKILL)
        if fact.body.get("count") == 15 and not Path(cure).exists():
            raise Unavailable("ENGINE_UNAVAILABLE")
        work.stage(work.load(f"noted:{fact.position}", lambda state, _: state, None), Noted())

    consumers = shared(name, store, {"source": {WANTED: on_line}}, int(shares))
    print("grpc" in sys.modules, flush=True)
    work = Work(store, consumers)
    consumer.run(name.replace(".", "_"), broker_url, work, ca_file, patience=2)
    store.close()


main(*sys.argv[1:])
