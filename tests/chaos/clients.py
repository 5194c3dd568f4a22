"""Clients of a storm: each does one command after the other, and each again until it is answered."""

from __future__ import annotations

import json
import random
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

import grpc

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
from helpdesk.kernel.rpc.client import Caller
from helpdesk.search.v1 import search_pb2, search_pb2_grpc
from services.processes import address_of
from tests.chaos.history import MAIL
from tests.support.kills import QUICKLY
from tests.support.product import ACME, CREATED, NORTH, api_id, small_directory, uuid

KEYS = 6
"""Keys of each kind that a client has for itself."""
_PAUSE = 0.05
# Nothing waits that long where the machine is not busy with something else.
_PATIENCE = 900.0
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
        self._done(f"{MAIL}{user_id}", answer.message_id, trace)

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
