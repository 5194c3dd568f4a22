"""What is written down of a storm: the facts of every log, the index, and what the mail server took."""

from __future__ import annotations

import hashlib
import json
import threading
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Self

import httpx
import psycopg

from helpdesk.kernel.events import SupportActionRecorded
from helpdesk.kernel.smtp import SmtpController
from services.email.domain.facts import MessageQueued
from services.identity.domain.facts import PersonImported, RoleAssigned, RoleRemoved
from services.search.index.opensearch import MAPPING_VERSION
from tests.chaos.clients import KEYS, person
from tests.chaos.history import FILES, MAIL
from tests.support.product import ACME, NORTH, free_address
from tests.support.recorded import is_of_a_call

_SERVICES = ("identity", "search", "email", "session", "audit")


class MailServer:
    """Takes every mail and notes which; a context manager. It is never killed."""

    def __init__(self) -> None:
        self.address = free_address()
        self._lock = threading.Lock()
        self._taken: list[dict[str, Any]] = []
        host, _, port = self.address.rpartition(":")
        self._controller = SmtpController(self, hostname=host, port=int(port), enable_SMTPUTF8=True)

    def __enter__(self) -> Self:
        self._controller.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._controller.stop()

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802
        """Note the mail before its sender knows that it was taken."""
        # The envelope sender names the message: bounces+ID.MAC@domain.
        message_id = str(envelope.mail_from).partition("+")[2].partition(".")[0]
        with self._lock:
            self._taken.append({"id": message_id, "at": time.time()})
        return "250 OK"

    def taken(self) -> list[dict[str, Any]]:
        """Return what was taken so far."""
        with self._lock:
            return list(self._taken)


def write(folder: Path, name: str, rows: Iterable[dict[str, Any]]) -> None:
    """Write one file of a history."""
    assert name in FILES
    with (folder / f"{name}.jsonl").open("w") as file:
        file.writelines(json.dumps(row) + "\n" for row in rows)


def effects(product: Any) -> Iterator[dict[str, Any]]:
    """Yield what the storm's commands left in the stores, in the order of each log."""
    people = {
        person(client, key, home)["id"]: (home, client, key)
        for client in range(64)
        for key in range(KEYS)
        for home in (NORTH, ACME)
    }
    names = (RoleAssigned.NAME, RoleRemoved.NAME, PersonImported.NAME)
    for fact in facts(product, "identity", names):
        home, client, key = people.get(fact.user_id, ("", 0, 0))
        if home == NORTH and not isinstance(fact, PersonImported):
            sign = "+" if isinstance(fact, RoleAssigned) else "-"
            yield {"key": f"role {client} {key}", "value": sign}
        elif home == ACME and isinstance(fact, PersonImported):
            number = fact.display_name.rpartition(" ")[2]
            if number != "0":
                yield {"key": f"name {client} {key}", "value": number}
    for fact in facts(product, "email", (MessageQueued.NAME,)):
        if fact.user_id in people:
            yield {"key": f"{MAIL}{fact.user_id}", "value": fact.message_id}


def facts(product: Any, service: str, names: tuple[str, ...]) -> Iterator[Any]:
    """Yield the facts of a service's log."""
    log = product.host.running[service].store
    after = 0
    while rows := log.read(after, 1000, names):
        for row in rows:
            yield log.opened(row)
        after = rows[-1].position


def recorded(product: Any) -> Iterator[dict[str, Any]]:
    """Yield the support actions in the stores of all services."""
    for service in _SERVICES:
        log = product.host.running[service].store
        after = 0
        while rows := log.read(after, 1000, (SupportActionRecorded.NAME,)):
            for row in rows:
                yield {"service": service, "id": f"{row.stream_id}:{row.version}"}
            after = rows[-1].position


def records(product: Any) -> Iterator[dict[str, Any]]:
    """Yield the support actions in the audit log."""
    with (
        psycopg.connect(product.owner_url) as connection,
        connection.cursor(name="leaves") as cursor,
    ):
        cursor.execute("SELECT source, record_id, bytes FROM audit.log_leaf ORDER BY idx")
        for source, record_id, sealed in cursor:
            said = json.loads(bytes(sealed))
            if "outcome" in said:
                called = is_of_a_call(said["action"], said.get("method", ""))
                yield {
                    "service": source,
                    "id": record_id,
                    "trace": said.get("trace_id", "") if called else "",
                    "outcome": said["outcome"],
                }


def streams(product: Any) -> Iterator[dict[str, Any]]:
    """Yield how many events each stream has, and the first and last of their numbers."""
    with psycopg.connect(product.owner_url) as connection:
        for service in _SERVICES:
            (table,) = connection.execute(
                "SELECT table_name FROM information_schema.columns "
                "WHERE table_schema = %s AND column_name = 'originator_version'",
                (service,),
            ).fetchone()
            found = connection.execute(
                "SELECT originator_id::text, COUNT(*), MIN(originator_version), "
                f'MAX(originator_version) FROM "{service}"."{table}" GROUP BY originator_id'
            )
            for stream, versions, first, last in found:
                yield {
                    "service": service,
                    "stream": stream,
                    "versions": versions,
                    "first": first,
                    "last": last,
                }


def documents(product: Any) -> Iterator[dict[str, Any]]:
    """Yield what the search index holds."""
    url = product.env["HELPDESK_SEARCH_OPENSEARCH_URL"]
    index = f"{product.env['HELPDESK_SEARCH_OPENSEARCH_INDEX']}-v{MAPPING_VERSION}"
    with httpx.Client(base_url=url, timeout=60) as client:
        client.post(f"/{index}/_refresh").raise_for_status()
        page = client.post(f"/{index}/_search?scroll=1m", json={"size": 1000})
        while found := page.raise_for_status().json()["hits"]["hits"]:
            for hit in found:
                # How far the index has come is no document of the directory.
                if hit["_id"].startswith("position:"):
                    continue
                content = json.dumps(hit["_source"], sort_keys=True)
                yield {"id": hit["_id"], "digest": hashlib.sha256(content.encode()).hexdigest()}
            scroll = {"scroll": "1m", "scroll_id": page.json()["_scroll_id"]}
            page = client.post("/_search/scroll", json=scroll)
