"""Server-sent events from gRPC streams, a thread each, only while somebody listens."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from typing import Any

from starlette.responses import Response, StreamingResponse

from helpdesk.kernel.errors import HelpdeskError

NOTHING = ": nothing new\n\n"
_ALIVE_EVERY = 15.0
_AT_MOST = 64
Opened = Callable[[Any], object]
Messages = Callable[[Opened], Iterator[str]]
"""Yields messages as they go over the wire; is handed what takes the call for cancelling it."""

PAGES = threading.BoundedSemaphore(_AT_MOST)
VIEWS = threading.BoundedSemaphore(_AT_MOST)
"""Portal views have room of their own: a page without a heartbeat shows nothing any more."""


def event(name: str, data: str) -> str:
    """Return a named message."""
    return f"event: {name}\ndata: {data}\n\n"


def fragment(html: str, *, mark: str = "") -> str:
    """
    Return a message with a piece of a page.

    ``mark`` is what a browser that was cut off names when it asks again, also of an empty piece.
    """
    lines = [f"data: {line}" for line in html.splitlines() if line.strip()]
    if mark:
        lines.insert(0, f"id: {mark}")
    return "\n".join(lines) + "\n\n"


def stream(*sources: Messages, room: threading.BoundedSemaphore = PAGES) -> Response:
    """
    Answer with a stream of the messages of all sources, as they come.

    It is cancelled when the browser goes, and ends with the first source that does; without room it
    tells the browser to come again.
    """
    return StreamingResponse(_sent(sources, room), media_type="text/event-stream")


async def _sent(
    sources: Sequence[Messages], room: threading.BoundedSemaphore
) -> AsyncIterator[str]:
    if not room.acquire(blocking=False):
        yield "retry: 10000\n\n"
        return
    loop = asyncio.get_running_loop()
    queue: asyncio.Queue[str | None] = asyncio.Queue()
    calls: list[Any] = []
    gone = threading.Event()

    def put(message: str | None) -> None:
        # The loop may be gone when the last messages come in.
        with contextlib.suppress(RuntimeError):
            loop.call_soon_threadsafe(queue.put_nowait, message)

    def opened(call: Any) -> None:
        calls.append(call)
        if gone.is_set():
            call.cancel()

    def work(messages: Messages) -> None:
        try:
            for message in messages(opened):
                put(message)
        except HelpdeskError:
            # The browser asks again; the page's own request then says what is wrong.
            pass
        finally:
            put(None)

    for messages in sources:
        threading.Thread(target=work, args=(messages,), name="web-stream", daemon=True).start()
    try:
        while True:
            try:
                message = await asyncio.wait_for(queue.get(), _ALIVE_EVERY)
            except TimeoutError:
                message = NOTHING
            if message is None:
                return
            yield message
    finally:
        gone.set()
        for call in calls:
            call.cancel()
        room.release()
