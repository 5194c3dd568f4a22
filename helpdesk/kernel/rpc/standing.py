"""Whether a token still stands: what its owners ended is pushed to every process."""

from __future__ import annotations

import json
import logging
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import grpc

from helpdesk.eventlog.v1 import eventlog_pb2, eventlog_pb2_grpc
from helpdesk.kernel.context import Actor
from helpdesk.kernel.errors import HelpdeskError, Unauthenticated, Unavailable
from helpdesk.kernel.events import stamp_of
from helpdesk.kernel.rpc.client import Caller
from helpdesk.kernel.tokens import LONGEST, Verified

LASTS = 4.0
"""Seconds that the last word of identity counts; without a newer one nobody is let in."""
_PATIENCE = 2.0
_AGAIN = 0.2
_RECENT = int(LONGEST) + 60
_PERSON = "person"
_SIGN_IN = "sign-in"
_PROGRAM = "program"
_VIEW = "view"

Follow = tuple[str, Mapping[str, tuple[str, str]]]
"""A service, and by event name what the event ends and the field that names it."""
IDENTITY: Follow = (
    "identity",
    {
        "helpdesk.identity.v1.RoleRemoved": (_PERSON, "user_id"),
        "helpdesk.identity.v1.PersonBarred": (_PERSON, "user_id"),
        "helpdesk.identity.v1.PlatformAuditorRemoved": (_PERSON, "user_id"),
        "helpdesk.identity.v1.SignedOut": (_SIGN_IN, "sign_in_id"),
        "helpdesk.identity.v1.PersonForgotten": (_PERSON, "user_id"),
        "helpdesk.identity.v1.ClientRemoved": (_PROGRAM, "client"),
    },
)
SESSION: Follow = ("session", {"helpdesk.session.v1.ViewEnded": (_VIEW, "view_id")})
FOLLOWED = (IDENTITY, SESSION)


@dataclass(frozen=True, slots=True)
class Ended:
    """Tokens of before this ended: by the position of identity's log, or else by the time."""

    position: int
    at: float


@dataclass
class Standing:
    """
    What ended lately, as told by the logs of their owners.

    It is kept for as long as a token of before could live. ``clock`` is monotonic, ``wall_clock``
    counts from 1970, both in seconds.
    """

    clock: Callable[[], float] = time.monotonic
    wall_clock: Callable[[], float] = time.time
    patience: float = _PATIENCE
    _ended: dict[tuple[str, str], Ended] = field(default_factory=dict)
    _heard: float = float("-inf")
    _told: threading.Condition = field(default_factory=threading.Condition)

    def check(self, verified: Verified) -> None:
        """Refuse what does not stand any more. Raises Unauthenticated, Unavailable."""
        actor = verified.actor
        if actor.is_service and not actor.read_only:
            return
        if self.clock() - self._heard > LASTS:
            self._wait()
        ended = self._ended
        if not ended:
            return
        for key in _keys(actor):
            found = ended.get(key)
            if found is not None and _before(verified, key[0], found):
                raise Unauthenticated(
                    "TOKEN_REVOKED", "What this token stood on was ended. Sign in again."
                )

    def _wait(self) -> None:
        with self._told:
            if not self._told.wait_for(lambda: self.clock() - self._heard <= LASTS, self.patience):
                raise Unavailable(
                    "STANDING_UNKNOWN",
                    "Who may do this cannot be checked at the moment. Try again.",
                    retry_seconds=1,
                )

    def hear(self) -> None:
        """Note that identity's log was read up to its present end."""
        with self._told:
            self._heard = self.clock()
            self._told.notify_all()

    def end(self, kind: str, name: str, position: int, at: float) -> None:
        """Note that tokens of before this ended; ``at`` is in seconds since 1970."""
        with self._told:
            self._ended[kind, name] = Ended(position, at)
            old = self.wall_clock() - _RECENT
            for key in [k for k, each in self._ended.items() if each.at < old]:
                del self._ended[key]


def _keys(actor: Actor) -> list[tuple[str, str]]:
    keys = [(_PERSON, actor.id), (_PROGRAM, actor.id)]
    if actor.sign_in_id:
        keys.append((_SIGN_IN, actor.sign_in_id))
    if actor.view_id:
        keys.append((_VIEW, actor.view_id))
    keys.extend((_PROGRAM, each.partition(":")[2]) for each in actor.act)
    return keys


def _before(verified: Verified, kind: str, ended: Ended) -> bool:
    # Neither a sign-in session nor a view comes back; people and programs may.
    if kind in (_SIGN_IN, _VIEW):
        return True
    if verified.position:
        return verified.position < ended.position
    return verified.issued <= ended.at


class Follower:
    """Keeps a ``Standing`` by reading the log of one service as it grows, on a thread."""

    def __init__(
        self,
        standing: Standing,
        follow: Follow,
        caller: Caller,
        channel: Callable[[], grpc.Channel],
    ) -> None:
        self._standing = standing
        self._source, self._ends = follow
        self._caller = caller
        self._channel = channel
        self._after = 0
        self._stopping = threading.Event()
        self._call: grpc.Call | None = None
        self._thread = threading.Thread(
            target=self._run, name=f"standing-{self._source}", daemon=True
        )

    def start(self) -> None:
        """Begin to follow."""
        self._thread.start()

    def stop(self) -> None:
        """End the stream and the thread."""
        self._stopping.set()
        if self._call is not None:
            self._call.cancel()
        self._thread.join()

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                self._follow()
            except HelpdeskError as error:
                if not self._stopping.is_set():
                    logging.getLogger(__name__).debug("%s: %s", self._source, error.reason)
            except Exception as error:
                logging.getLogger(__name__).error(
                    "following %s failed with %s", self._source, type(error).__name__
                )
            self._stopping.wait(_AGAIN)

    def _follow(self) -> None:
        request = eventlog_pb2.ReadEventsRequest(
            source=self._source,
            after=self._after,
            names=sorted(self._ends),
            follow=True,
            beat=True,
            recent_seconds=0 if self._after else _RECENT,
        )
        stub = eventlog_pb2_grpc.EventLogServiceStub(self._channel())
        for answer in self._caller.stream(stub.ReadEvents, request, opened=self._opened):
            self._take(answer.events)
            self._after = answer.position
            if self._source == IDENTITY[0]:
                self._standing.hear()

    def _opened(self, call: grpc.Call) -> None:
        self._call = call
        if self._stopping.is_set():
            call.cancel()

    def _take(self, events: Sequence[eventlog_pb2.StoredEvent]) -> None:
        for event in events:
            kind, named = self._ends[event.name]
            name = str(json.loads(event.state).get(named, ""))
            at = stamp_of(event.state).recorded_at.timestamp()
            self._standing.end(kind, name, event.position, at)
