"""Mail servers in a thread of their own, which leave no connection open when they stop."""

from __future__ import annotations

import asyncio
from typing import Any
from weakref import WeakSet

from aiosmtpd.controller import Controller
from aiosmtpd.lmtp import LMTP
from aiosmtpd.smtp import SMTP

_TURNS = 100
_TURN_SECONDS = 0.05


class SmtpController(Controller):
    """
    The library's controller, but that it closes its connections before its loop ends.

    The library cancels what serves a connection and ends the loop; one that has only just been made
    is then closed by nobody.
    """

    kind: type[SMTP] = SMTP
    """What serves one connection."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._connections: WeakSet[Any] = WeakSet()

    def factory(self) -> Any:
        """Return what serves the next connection."""
        connection = self.kind(self.handler, **self.SMTP_kwargs)
        self._connections.add(connection)
        return connection

    def stop(self, no_assert: bool = False) -> None:
        """Stop listening, end every connection, and end the thread."""
        if self.loop.is_running():
            asyncio.run_coroutine_threadsafe(self._end_connections(), self.loop).result()
        super().stop(no_assert)

    async def _end_connections(self) -> None:
        for _ in range(_TURNS):
            for connection in list(self._connections):
                # It has none before it was made and after it was lost.
                if connection.transport is not None:
                    connection.transport.abort()
            tasks = asyncio.all_tasks() - {asyncio.current_task()}
            if not tasks:
                break
            await asyncio.wait(tasks, timeout=_TURN_SECONDS)
        # Not before: whoever is just being accepted by a server that is closed is closed by nobody.
        if self.server is not None:
            self.server.close()
        await asyncio.sleep(0)


class LmtpController(SmtpController):
    """The same for LMTP (RFC 2033)."""

    kind = LMTP
