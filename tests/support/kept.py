"""What the engines of a running product keep: rows, published events, documents of the index."""

from __future__ import annotations

import json
from contextlib import contextmanager

import psycopg
from kombu import Connection, Queue

from helpdesk.kernel import broker
from services.search.index.opensearch_client import connected
from tests.support.distributed import distributed_product
from tests.support.traces import collector

MAILBOX = "dev-mail"
"""The development mailbox keeps what was sent, as the mailboxes of others do."""


def owner(product):
    """Connect to the database as who owns it; closing is the caller's."""
    return psycopg.connect(product.owner_url, autocommit=True)


def rows_with(product, text):
    """Return the tables of every schema that hold a text, in clear or as bytes."""
    with owner(product) as connection:
        tables = connection.execute(
            "SELECT table_schema, table_name FROM information_schema.tables "
            "WHERE table_type = 'BASE TABLE' "
            "AND table_schema NOT IN ('pg_catalog', 'information_schema')"
        ).fetchall()
        return [
            (schema, table)
            for schema, table in tables
            if connection.execute(
                # Bytes are shown in hexadecimal within a row's text.
                f'SELECT 1 FROM "{schema}"."{table}" AS each '
                "WHERE strpos(each::text, %s) > 0 OR strpos(each::text, %s) > 0 LIMIT 1",
                (text, text.encode().hex()),
            ).fetchone()
        ]


@contextmanager
def kept_product(folder, **settings):
    """Run the distributed size, whose spans and published events are kept."""
    with (
        collector() as traces,
        distributed_product(
            folder,
            HELPDESK_TRACES_ENDPOINT=traces.endpoint,
            OTEL_BSP_SCHEDULE_DELAY="200",
            **settings,
        ) as running,
    ):
        running.traces = traces
        keep_published(running)
        yield running


def keep_published(product):
    """Keep every event that is published from now on."""
    with Connection(product.env["HELPDESK_BROKER_URL"]) as connection:
        everything(connection.channel()).declare()


def everything(channel):
    """A queue that keeps every event that was ever published."""
    # Each look brings everything back, which the broker counts as a failed delivery.
    arguments = {"x-queue-type": "quorum", "x-delivery-limit": 1_000_000}
    broker.EVENTS(channel).declare()
    queue = Queue("test.all", broker.EVENTS, "#", durable=True, queue_arguments=arguments)
    return queue(channel)


def published(product):
    """Return the bodies of all events that were published, which stay where they are."""
    bodies = []
    with Connection(product.env["HELPDESK_BROKER_URL"]) as connection:
        queue = everything(connection.channel())
        while (message := queue.get()) is not None:
            bodies.append(
                bytes(message.body.encode() if isinstance(message.body, str) else message.body)
            )
    return bodies


def publish(product, text):
    """Publish a text as if it were an event, which nobody wants."""
    with Connection(product.env["HELPDESK_BROKER_URL"]) as connection:
        connection.Producer(connection.channel()).publish(
            text, exchange=broker.EVENTS, routing_key="planted", delivery_mode=2
        )


def documents(product):
    """Return all that the index keeps, as JSON texts."""
    name = product.env["HELPDESK_SEARCH_OPENSEARCH_INDEX"]
    client = connected(product.env["HELPDESK_SEARCH_OPENSEARCH_URL"], timeout_seconds=30)
    try:
        client.indices.refresh(index=f"{name}*")
        found = client.search(index=f"{name}*", size=10_000)["hits"]["hits"]
        return [json.dumps(each, ensure_ascii=False) for each in found]
    finally:
        client.close()
