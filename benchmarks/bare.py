"""A process that consumes with kombu and inserts one row a message, and nothing else."""

import sys

import psycopg
from kombu.connection import Connection
from kombu.messaging import Consumer

from helpdesk.kernel import broker

_QUEUE = "bench.bare"


def main(url: str, broker_url: str) -> None:
    """Consume from a queue of the kind that our workers have, until the process is ended."""
    with psycopg.connect(url, autocommit=True) as database, Connection(broker_url) as connection:
        channel = connection.channel()
        broker.declare(channel, {_QUEUE: {"source": (_QUEUE,)}})

        def handled(message: object) -> None:
            number = message.headers["n"]  # type: ignore[attr-defined]
            database.execute("INSERT INTO bench.bare (position) VALUES (%s)", (number,))
            message.ack()  # type: ignore[attr-defined]

        with Consumer(channel, [broker.queue(_QUEUE, [_QUEUE])(channel)], on_message=handled) as c:
            c.qos(prefetch_count=100)
            while True:
                connection.drain_events()


main(*sys.argv[1:])
