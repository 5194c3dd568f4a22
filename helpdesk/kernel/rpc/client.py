"""Calls to other services: token, trace and deadline go along, failures come back as ours."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import grpc

from helpdesk.kernel.context import current_request
from helpdesk.kernel.rpc.errors import error_of
from helpdesk.kernel.rpc.secure import SecureChannel
from helpdesk.kernel.tls import Certificates

_LONGEST_MESSAGE = 64 * 1024 * 1024
OPTIONS = [
    ("grpc.max_receive_message_length", _LONGEST_MESSAGE),
    ("grpc.max_send_message_length", _LONGEST_MESSAGE),
    # Nobody is let in without a word of identity, so who was away is found again soon.
    ("grpc.initial_reconnect_backoff_ms", 200),
    ("grpc.max_reconnect_backoff_ms", 2_000),
]
# Calls go to all that a name stands for in turn; a name is looked up again when one goes away.
_IN_TURN = [
    ("grpc.service_config", json.dumps({"loadBalancingConfig": [{"round_robin": {}}]})),
    ("grpc.dns_min_time_between_resolutions_ms", 5_000),
]
POSITION = "helpdesk-position"
Opened = Callable[[grpc.Call], object]
"""Is handed a stream's call when it opens, so that another thread can cancel it."""


def open_channel(
    address: str, service: str = "", certificates: Certificates | None = None
) -> grpc.Channel:
    """Open a channel to ``unix:<path>``, or to a service at ``host:port`` with TLS if set."""
    if address.startswith("unix:"):
        return grpc.insecure_channel(address, options=OPTIONS)
    if certificates is None:
        return grpc.insecure_channel(address, options=[*OPTIONS, *_IN_TURN])
    return SecureChannel(address, service, certificates, [*OPTIONS, *_IN_TURN])


class Caller:
    """
    Calls methods of stubs on one's own or somebody's behalf.

    ``token`` is asked for at each call that brings none; an answer is waited for that many seconds
    where a call does not say how many. Raises HelpdeskError subclasses.
    """

    def __init__(self, token: Callable[[], str] | None = None, seconds: float = 5.0) -> None:
        self._token = token
        self._seconds = seconds

    def __call__(
        self, rpc: Any, request: Any, *, token: str | None = None, timeout: float | None = None
    ) -> Any:
        """Call a unary method and return its answer."""
        return self.with_position(rpc, request, token=token, timeout=timeout)[0]

    def with_position(
        self, rpc: Any, request: Any, *, token: str | None = None, timeout: float | None = None
    ) -> tuple[Any, str]:
        """Call a unary method; return its answer and the position that its facts got, if any."""
        try:
            answer, call = rpc.with_call(
                request, metadata=self._metadata(token), timeout=_within(timeout or self._seconds)
            )
        except grpc.RpcError as error:
            raise error_of(error) from error
        trailing = dict(call.trailing_metadata() or ())
        return answer, str(trailing.get(POSITION, ""))

    def stream(
        self,
        rpc: Any,
        request: Any,
        *,
        token: str | None = None,
        timeout: float | None = None,
        opened: Opened = lambda _: None,
    ) -> Iterator[Any]:
        """Call a method that answers with a stream; ``request`` may be an iterable of requests."""
        sent = iter(request) if isinstance(request, Iterable) else request
        call = rpc(sent, metadata=self._metadata(token), timeout=timeout)
        opened(call)
        try:
            yield from call
        except grpc.RpcError as error:
            raise error_of(error) from error
        finally:
            call.cancel()

    def _metadata(self, token: str | None) -> list[tuple[str, str]]:
        if token is None and self._token is not None:
            token = self._token()
        request = current_request()
        metadata = [("authorization", f"Bearer {token}")] if token else []
        if request.traceparent:
            metadata.append(("traceparent", request.traceparent))
        return metadata


def _within(timeout: float) -> float:
    deadline = current_request().deadline
    if not deadline:
        return timeout
    return max(0.001, min(timeout, deadline - time.monotonic()))
