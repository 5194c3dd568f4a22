"""The lead of a role over all processes: an advisory lock, and the session that it lives on."""

from __future__ import annotations

import os
import socket
import threading
import time
from collections.abc import Sequence
from contextlib import ExitStack
from typing import Any, Self

import psycopg

from helpdesk.kernel.errors import Unavailable
from helpdesk.kernel.settings import SettingsError

_LOST = (psycopg.OperationalError, psycopg.InterfaceError)
_OLDEST = 14
SILENCE_SECONDS = 2.0
"""The server takes the lead from a session that says nothing for so long."""
_MILLISECONDS = int(SILENCE_SECONDS * 1000)
_BEAT_SECONDS = 0.5
_SESSION = (
    # What a leader notes may be a little old after a crash: it only works twice then.
    "SET synchronous_commit = off; "
    f"SET idle_session_timeout = {_MILLISECONDS}; SET tcp_user_timeout = {_MILLISECONDS}; "
    "SET tcp_keepalives_idle = 1; SET tcp_keepalives_interval = 1; SET tcp_keepalives_count = 2"
)


class Leadership:
    """
    One holder at a time.

    A thread of its own keeps the session alive, whatever the holder waits for. The server ends the
    session of a process that is stopped or whose host is gone, and then another one may lead.
    """

    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        self._connection = connection
        self._closing = threading.Event()
        self._said = time.monotonic()
        self._lost = False
        self._thread = threading.Thread(target=self._beat, name="lead", daemon=True)
        self._thread.start()

    @classmethod
    def taken(cls, conninfo: str, role: str) -> Self | None:
        """
        Return the lead of a role, or None while another process has it.

        Raises Unavailable, and SettingsError for a server that cannot take a lead back.
        """
        try:
            # Both sides give up on a host that is gone, also while an answer is on its way.
            connection = psycopg.connect(
                conninfo,
                autocommit=True,
                tcp_user_timeout=_MILLISECONDS,
                keepalives_idle=1,
                keepalives_interval=1,
                keepalives_count=2,
            )
            with ExitStack() as unless_taken:
                unless_taken.callback(connection.close)
                row = connection.execute(
                    b"SELECT pg_try_advisory_lock(hashtextextended(%s, 0))", (role,)
                ).fetchone()
                if row is None or not row[0]:
                    return None
                version = connection.info.server_version // 10_000
                if version < _OLDEST:
                    raise SettingsError(f"PostgreSQL {_OLDEST} or newer is wanted, not {version}")
                connection.execute(_SESSION.encode())
                unless_taken.pop_all()
        except _LOST as error:
            raise Unavailable("STORE_UNAVAILABLE", "The database cannot be reached.") from error
        return cls(connection)

    @property
    def held(self) -> bool:
        """Whether nobody else can have the lead yet."""
        # Counted from before the last statement, so this ends before the server's own count does.
        return not self._lost and time.monotonic() - self._said < SILENCE_SECONDS

    def check(self) -> None:
        """Raise Unavailable where the lead is lost, or may be."""
        if not self.held:
            raise Unavailable("LEAD_LOST", "Another process may have the lead.")

    def execute(self, sql: str, params: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Run a statement, ``?`` for a value, that fails once the lead is lost: Unavailable."""
        begun = time.monotonic()
        try:
            cursor = self._connection.execute(sql.replace("?", "%s").encode(), params)
            rows = cursor.fetchall() if cursor.description else []
        except _LOST as error:
            self._lost = True
            raise Unavailable("LEAD_LOST", "The session that holds the lead is gone.") from error
        self._said = max(self._said, begun)
        return rows

    def close(self) -> None:
        """Give the lead to whoever asks next."""
        self._closing.set()
        self._lost = True
        self._thread.join(SILENCE_SECONDS)
        if self._thread.is_alive():
            # A server that says nothing. The thread must leave the connection before it is freed,
            # and an end of the socket wakes it.
            with socket.socket(fileno=os.dup(self._connection.fileno())) as ours:
                ours.shutdown(socket.SHUT_RDWR)
            self._thread.join()
        self._connection.close()

    def _beat(self) -> None:
        while not self._closing.wait(_BEAT_SECONDS):
            try:
                self.execute("SELECT 1")
            except Unavailable:
                return
