"""
Many commands on the distributed size while its processes and engines are killed.

``python -m tests.chaos.storm --commands 100000`` starts engines and a product of its own, lets
clients work until each command is answered, kills all the while, then writes down what is there
and checks it (``tests.chaos.history``). Exit code 1 where something is wrong.
"""

from __future__ import annotations

import argparse
import hashlib
import itertools
import json
import os
import random
import shutil
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

import grpc
import httpx
import psycopg
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from helpdesk.email.v1 import email_pb2, email_pb2_grpc
from helpdesk.identity.v1 import (
    directory_pb2,
    directory_pb2_grpc,
    feed_pb2,
    feed_pb2_grpc,
    roles_pb2,
    roles_pb2_grpc,
)
from helpdesk.kernel.context import RequestContext, bind
from helpdesk.kernel.errors import Conflict, HelpdeskError, InvalidArgument, Refused, Unavailable
from helpdesk.kernel.events import SupportActionRecorded
from helpdesk.kernel.rpc.client import Caller
from helpdesk.search.v1 import search_pb2, search_pb2_grpc
from services.email.domain.facts import MessageQueued
from services.identity.domain.facts import PersonImported, RoleAssigned, RoleRemoved
from services.processes import address_of
from services.search.index.opensearch import MAPPING_VERSION
from tests.chaos.history import FILES, check
from tests.support.distributed import distributed_product
from tests.support.engines import engines_of_ones_own, kill_engine, start_engine
from tests.support.kills import QUICKLY
from tests.support.product import ACME, CREATED, NORTH, api_id, small_directory, uuid

ENGINES = ("postgres", "rabbitmq", "opensearch")
KEYS = 6
"""Keys of each kind that a client has for itself."""
_PAUSE = 0.05
_PATIENCE = 300.0
_SERVICES = ("identity", "search", "email", "session", "audit")
# Of a hundred commands.
_MIX = {"role": 35, "name": 15, "mail": 5, "look": 35, "search": 10}


def person(client: int, key: int, home: str, number: int = 0) -> dict[str, Any]:
    """Return a person of the directory that belongs to one client of the storm."""
    kind = 0 if home == NORTH else 1
    id_ = api_id("PEOPLE", uuid(10_000 + kind * 50_000 + client * 100 + key))
    domain = "north" if home == NORTH else "acme"
    return {
        "id": id_,
        "orgId": home,
        "displayName": f"Storm {client} {key} {number}",
        "emails": [f"storm-{kind}-{client}-{key}@{domain}.example"],
        "roles": [],
        "status": "active",
        "created": CREATED,
    }


def directory(clients: int) -> dict[str, list[Any]]:
    """Return the small directory with the people of the storm."""
    made = small_directory()
    made["people"] += [
        person(client, key, home)
        for client in range(clients)
        for key in range(KEYS)
        for home in (NORTH, ACME)
    ]
    return made


class Answers:
    """The commands of all clients, written as they are answered."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("w")
        self._lock = threading.Lock()
        self.count = 0

    def add(self, key: str, value: str, trace: str, outcome: str) -> None:
        """Write one down."""
        line = json.dumps({"key": key, "value": value, "trace": trace, "outcome": outcome})
        with self._lock:
            self._file.write(line + "\n")
            self.count += 1

    def close(self) -> None:
        """End the file."""
        self._file.close()


@dataclass
class Turn:
    """What a client has done on its keys so far."""

    assigned: dict[int, bool] = field(default_factory=dict)
    names: dict[int, int] = field(default_factory=dict)


class Client(threading.Thread):
    """Does one command after the other, and each again until it is answered."""

    def __init__(self, product: Any, number: int, answers: Answers, share: int) -> None:
        super().__init__(name=f"client-{number}", daemon=True)
        self._product, self._number = product, number
        self._answers, self._share = answers, share
        self._dice = random.Random(number)
        self._turn = Turn()
        self._channels = {
            name: grpc.insecure_channel(product.env[address_of(name)], options=QUICKLY)
            for name in ("identity", "email", "search")
        }
        self._call = Caller()
        self.again = 0
        self.error: BaseException | None = None

    def run(self) -> None:
        """Work until the share is done."""
        try:
            kinds, weights = zip(*_MIX.items(), strict=True)
            for _ in range(self._share):
                kind = self._dice.choices(kinds, weights)[0]
                getattr(self, f"do_{kind}")(self._dice.randrange(KEYS))
        except BaseException as error:
            self.error = error
        finally:
            for channel in self._channels.values():
                channel.close()

    def do_role(self, key: int) -> None:
        """Assign or take away a role of one of the client's own people."""
        had = self._turn.assigned.get(key, False)
        stub = roles_pb2_grpc.RoleServiceStub(self._channels["identity"])
        kind = roles_pb2.RemoveRoleRequest if had else roles_pb2.AssignRoleRequest
        request = kind(
            user_id=person(self._number, key, NORTH)["id"],
            role="ROLE_HELP_DESK",
            reason="a storm",
            request_id=uuid4().hex,
        )
        rpc = stub.RemoveRole if had else stub.AssignRole
        trace, _ = self._until_answered(lambda: self._as("north_admin", rpc, request))
        self._turn.assigned[key] = not had
        self._done(f"role {self._number} {key}", "-" if had else "+", trace)

    def do_name(self, key: int) -> None:
        """Rename one of the client's own people by an import."""
        number = self._turn.names.get(key, 0) + 1
        line = json.dumps(person(self._number, key, ACME, number)).encode()
        request = feed_pb2.ImportRequest(kind="people", lines=[line], first_line=1)
        stub = feed_pb2_grpc.DirectoryFeedServiceStub(self._channels["identity"])

        def send() -> Any:
            token = self._product.service_token("DIRECTORY_WRITER")
            answers = self._call.stream(stub.Import, iter([request]), token=token, timeout=15)
            return list(answers)[-1]

        trace, answer = self._until_answered(send)
        assert not answer.bad_lines, answer
        self._turn.names[key] = number
        self._done(f"name {self._number} {key}", str(number), trace)

    def do_mail(self, key: int) -> None:
        """Have a mail sent to one of the client's own people."""
        user_id = person(self._number, key, ACME)["id"]
        request = email_pb2.SendMessageRequest(
            user_id=user_id, template="welcome", request_id=uuid4().hex
        )
        stub = email_pb2_grpc.EmailServiceStub(self._channels["email"])
        token = lambda: self._product.service_token("MAIL_SENDER")  # noqa: E731
        trace, answer = self._until_answered(
            lambda: self._call(stub.SendMessage, request, token=token(), timeout=15)
        )
        self._done(f"mail {user_id}", answer.message_id, trace)

    def do_look(self, key: int) -> None:
        """Look at a user: changes nothing, but is on record."""
        stub = directory_pb2_grpc.DirectoryServiceStub(self._channels["identity"])
        user_id = person(self._number, key, ACME)["id"]
        request = directory_pb2.GetUserRequest(user_id=user_id, ticket="INC-1")
        trace, answer = self._until_answered(lambda: self._as("north_agent", stub.GetUser, request))
        assert answer.user.user_id == user_id
        self._done("", "", trace)

    def do_search(self, key: int) -> None:
        """Search for one of the client's own people."""
        stub = search_pb2_grpc.SearchServiceStub(self._channels["search"])
        query = f"storm-1-{self._number}-{key}@acme.example"
        request = search_pb2.SearchRequest(query=query, ticket="INC-1")
        trace, _ = self._until_answered(lambda: self._as("north_agent", stub.Search, request))
        self._done("", "", trace)

    def _as(self, name: str, rpc: Any, request: Any) -> Any:
        return self._call(rpc, request, token=self._product.token(name), timeout=15)

    def _done(self, key: str, value: str, trace: str) -> None:
        self._answers.add(key, value, trace, "done")

    def _until_answered(self, send: Callable[[], Any]) -> tuple[str, Any]:
        """Ask again, under a new trace, until somebody says yes; a no ends the storm."""
        deadline = time.monotonic() + _PATIENCE
        while True:
            trace = uuid4().hex
            bind(RequestContext(traceparent=f"00-{trace}-{trace[:16]}-01"))
            try:
                return trace, send()
            except (Unavailable, Conflict) as error:
                self._patiently(error, deadline)
            except HelpdeskError as error:
                if isinstance(error, InvalidArgument | Refused):
                    raise
                # A service that cannot ask identity for its keys knows no token.
                self._patiently(error, deadline)

    def _patiently(self, error: HelpdeskError, deadline: float) -> None:
        self.again += 1
        if time.monotonic() > deadline:
            raise error
        time.sleep(_PAUSE)


class Killer(threading.Thread):
    """Kills one after the other, all over the storm, by process id; engines are started again."""

    def __init__(
        self, product: Any, engines: Path | None, kills: int, ready: Callable[[], float]
    ) -> None:
        super().__init__(name="killer", daemon=True)
        self._product, self._engines = product, engines
        self._kills, self._ready = kills, ready
        self._over = threading.Event()
        self.killed: list[str] = []
        self.error: BaseException | None = None

    def stop(self) -> None:
        """Kill no more."""
        self._over.set()

    def run(self) -> None:
        """Kill when the storm has come so far; the first round takes each kind once."""
        try:
            for number, victim in enumerate(self._victims()):
                due = (number + 0.5) / self._kills
                while self._ready() < due:
                    if self._over.wait(0.05):
                        return
                self._kill(victim)
        except BaseException as error:
            self.error = error

    def _victims(self) -> Iterator[str]:
        names = [n for n in self._product.supervisor.pids if n != "serve gateway"]
        if self._engines is not None:
            names += ENGINES
        dice = random.Random(1)
        dice.shuffle(names)
        return itertools.islice(itertools.cycle(names), self._kills)

    def _kill(self, victim: str) -> None:
        if victim in ENGINES:
            assert self._engines is not None
            kill_engine(self._engines, victim)
            start_engine(self._engines, victim)
        else:
            pid = self._product.supervisor.pids.get(victim)
            if pid is None:
                return
            os.kill(pid, signal.SIGKILL)
        self.killed.append(victim)


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
            yield {"key": f"mail {fact.user_id}", "value": fact.message_id}


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
                yield {
                    "service": source,
                    "id": record_id,
                    "trace": said.get("trace_id", ""),
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


def weather(
    folder: Path,
    *,
    commands: int,
    clients: int,
    kills: int,
    engines: Path | None,
    say: Callable[[str], object] = print,
    quiet: bool = False,
) -> bool:
    """Run a storm and check what it left in ``folder``; True where all is well."""
    answers = Answers(folder / "commands.jsonl")
    with distributed_product(
        folder / "data",
        directory=directory(clients),
        engines=engines,
        HELPDESK_EMAIL_RETRY_SECONDS="1",
    ) as product:
        product.settle(60)
        share = commands // clients
        working = [Client(product, number, answers, share) for number in range(clients)]
        whole = share * clients
        killer = Killer(product, engines, kills, lambda: answers.count / whole)
        began = time.monotonic()
        columns = (TextColumn("commands"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
        with Progress(*columns, disable=quiet, transient=True) as progress:
            bar = progress.add_task("storm", total=whole)
            for thread in (*working, killer):
                thread.start()
            while any(client.is_alive() for client in working):
                progress.update(bar, completed=answers.count)
                time.sleep(0.2)
            # An engine that was killed near the end is waited for.
            killer.stop()
            killer.join()
        seconds = time.monotonic() - began
        answers.close()
        for thread in (*working, killer):
            if thread.error is not None:
                raise thread.error
        say(
            f"{whole} commands by {clients} clients in {seconds:.0f} s; {len(killer.killed)} kills "
            f"({', '.join(sorted(set(killer.killed)))}); {sum(c.again for c in working)} asked again"
        )
        _settled(product)
        write(folder, "effects", effects(product))
        write(folder, "recorded", recorded(product))
        write(folder, "records", records(product))
        write(folder, "streams", streams(product))
        write(folder, "index", documents(product))
        rebuilt = product.helpdesk("rebuild", "search")
        assert rebuilt.returncode == 0, rebuilt.stdout + rebuilt.stderr
        write(folder, "rebuilt", documents(product))
        verified = product.verified()
    report = check(folder)
    say(str(report))
    say(f"helpdesk-audit verify: {'sound' if verified.returncode == 0 else verified.stdout}")
    return not report.findings and verified.returncode == 0 and len(killer.killed) == kills


def _settled(product: Any) -> None:
    """Wait until nothing moves: reading the log leaves records, which must arrive too."""
    for _ in range(3):
        product.settle(300)


def main() -> int:
    """Run a storm on engines of its own."""
    parser = argparse.ArgumentParser(prog="tests.chaos.storm", description=__doc__)
    parser.add_argument("--commands", type=int, default=100_000)
    parser.add_argument("--clients", type=int, default=8)
    parser.add_argument("--kills", type=int, default=24)
    parser.add_argument("--keep", type=Path, help="folder for the history; kept")
    chosen = parser.parse_args()
    folder = chosen.keep or Path(tempfile.mkdtemp(prefix="helpdesk-storm-"))
    folder.mkdir(parents=True, exist_ok=True)
    with engines_of_ones_own() as engines:
        well = weather(
            folder,
            commands=chosen.commands,
            clients=chosen.clients,
            kills=chosen.kills,
            engines=engines,
        )
    if well and not chosen.keep:
        shutil.rmtree(folder)
    elif not well:
        print(f"the history is in {folder}", file=sys.stderr)
    return 0 if well else 1


if __name__ == "__main__":
    sys.exit(main())
