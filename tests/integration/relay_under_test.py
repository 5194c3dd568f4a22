"""A relay process of a small service, with a timer that never comes to its time."""

import signal
import sys

from helpdesk.kernel.broker import Publisher
from helpdesk.kernel.postgres_store import PostgresEngine
from helpdesk.kernel.relay import Relay
from helpdesk.kernel.timers import Timer


def main(url, schema, broker_url, consumer, ca_file="", shares="1"):
    names = [consumer, *(f"{consumer}.{number}" for number in range(2, int(shares) + 1))]
    wants = {name: {"source": ("helpdesk.test.v1.LineWritten",)} for name in names if consumer}
    engine = PostgresEngine(url, schema)
    timer = Timer("never", 3600, lambda: None)
    relay = Relay("source", engine, lambda: Publisher(broker_url, wants, ca_file), [timer])
    signal.signal(signal.SIGTERM, lambda *_: relay.stop())
    print("started", flush=True)
    relay.run()


main(*sys.argv[1:])
