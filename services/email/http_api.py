"""Mail in: webhooks of providers over HTTP; TLS ends in front of it."""

from __future__ import annotations

import asyncio
import logging
import socket
import threading
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from ipaddress import ip_address

import uvicorn
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from helpdesk.kernel import tracing
from helpdesk.kernel.actions import SupportAction
from helpdesk.kernel.context import Actor
from helpdesk.kernel.errors import Conflict, HelpdeskError, Refused, Unavailable
from helpdesk.kernel.store import Store
from services.email.application.receiving import record_of
from services.email.application.refusals import RefusedWebhooks
from services.email.application.webhooks import ProviderEvent, Webhooks
from services.email.providers.webhooks.postmark import Networks
from services.email.providers.webhooks.proof import Delivery, Provider, Unproved

_log = logging.getLogger(__name__)
PROVIDERS = ("ses", "sendgrid", "mailgun", "postmark")
_ACTOR = Actor(id="system:email.webhooks", roles=frozenset({"SERVICE"}))
_ACTION = "email.report.take"
_THREADS = 4
_TRIES = 5
_BODY_WITHIN = 15.0
_STARTS_WITHIN = 10.0
_STOPS_WITHIN = 10.0
_MOST_AT_ONCE = 64
_LARGEST_HEADERS = 16 * 1024
_OK, _NOT_FOUND, _TOO_SLOW, _TOO_LARGE, _LATER = 200, 404, 408, 413, 503


@dataclass(frozen=True, slots=True)
class Answer:
    """What a provider is told: a status, and what became of its events."""

    status: int
    taken: int = 0
    ignored: int = 0
    refused: int = 0


@dataclass(frozen=True, slots=True)
class Inbound:
    """
    Takes deliveries into the log, as the service itself.

    Each event is committed by itself, with its own record and with what makes its replay known. So
    a bad one costs no other, and a batch that broke off is taken up where it ended.
    """

    store: Store
    webhooks: Webhooks
    refused: RefusedWebhooks
    providers: Mapping[str, Provider]

    def take(self, name: str, delivery: Delivery) -> Answer:
        """Take one delivery of a provider; never raises for what was sent."""
        provider = self.providers.get(name)
        if provider is None:
            self.refused.count(name, "NOT_CONFIGURED")
            return Answer(_NOT_FOUND, refused=1)
        try:
            proved = provider.proved(delivery, datetime.now(UTC))
        except Unproved as error:
            self.refused.count(name, error.reason)
            return Answer(provider.refusal, refused=1)
        except Unavailable as error:
            self.refused.count(name, error.reason)
            return Answer(_LATER, refused=1)
        except Exception as error:
            # The message of an unexpected error may hold what was sent.
            _log.error("a webhook of %s was not read: %s", name, type(error).__name__)
            self.refused.count(name, "INTERNAL")
            return Answer(_LATER, refused=1)
        for reason in proved.refused:
            self.refused.count(name, reason)
        try:
            outcomes = self._all(proved.events)
        except HelpdeskError as error:
            _log.warning("a webhook of %s was not taken: %s", name, error.reason)
            return Answer(_LATER)
        answer = Answer(
            _OK,
            taken=outcomes.count("taken"),
            ignored=outcomes.count("ignored"),
            refused=outcomes.count("refused") + len(proved.refused),
        )
        if "later" in outcomes:
            return Answer(_LATER, answer.taken, answer.ignored, answer.refused)
        if answer.refused and not (answer.taken or answer.ignored):
            return Answer(provider.refusal, refused=answer.refused)
        return answer

    def _all(self, events: Sequence[ProviderEvent]) -> list[str]:
        outcomes = []
        for event, replayed in zip(events, self.webhooks.replayed(events), strict=True):
            if replayed:
                self.refused.count(event.provider, "REPLAYED")
                outcomes.append("refused")
            else:
                outcomes.append(self._one(event))
        return outcomes

    def _one(self, event: ProviderEvent) -> str:
        about = {"http.route": f"/webhooks/{event.provider}"}
        with tracing.span("webhook", "server", None, about) as span:
            return self._tried(event, span.traceparent)

    def _tried(self, event: ProviderEvent, traceparent: str) -> str:
        for _ in range(_TRIES):
            action = SupportAction(
                store=self.store,
                actor=_ACTOR,
                now=datetime.now(UTC),
                traceparent=traceparent,
                name=_ACTION,
            )
            try:
                outcome = self.webhooks.take(action, event)
                self.store.commit(action.unit(record_of(action, _method(event), "done")))
                return outcome
            except Conflict:
                continue
            except Refused as error:
                return self._refused(action, event, error.reason)
            except HelpdeskError as error:
                return self._failed(action, event, error.reason)
            except Exception as error:
                _log.error("a webhook's event was not taken: %s", type(error).__name__)
                return self._failed(action, event, "INTERNAL")
        return "later"

    def _refused(self, action: SupportAction, event: ProviderEvent, reason: str) -> str:
        self.refused.count(event.provider, reason)
        action.reset()
        try:
            self.webhooks.remember(action, event)
            self.store.commit(action.unit(record_of(action, _method(event), "refused", reason)))
        except Conflict:
            # The same event was received at the same time: that one is remembered.
            return "refused"
        except HelpdeskError as error:
            _log.warning("a refused webhook was not recorded: %s", error.reason)
            return "later"
        return "refused"

    def _failed(self, action: SupportAction, event: ProviderEvent, reason: str) -> str:
        action.reset()
        try:
            self.store.commit(action.unit(record_of(action, _method(event), "failed", reason)))
        except HelpdeskError as error:
            _log.warning("a webhook that failed was not recorded: %s", error.reason)
        return "later"


def _method(event: ProviderEvent) -> str:
    return f"webhook:{event.provider}"


class WebhookListener:
    """Listens for providers' POSTs; ``largest`` limits a body, in bytes."""

    def __init__(self, inbound: Inbound, address: str, largest: int, proxies: Networks) -> None:
        host, _, port = address.rpartition(":")
        self._host, self._port = host.strip("[]"), int(port)
        self._inbound = inbound
        self._largest = largest
        self._proxies = proxies
        self._pool = ThreadPoolExecutor(_THREADS, thread_name_prefix="webhooks")
        routes = [
            Route(f"/webhooks/{name}", self._post, methods=["POST"], name=name)
            for name in PROVIDERS
        ]
        app = Starlette(routes=routes, exception_handlers={HTTPException: self._no_path})
        self._server = uvicorn.Server(
            uvicorn.Config(
                app,
                log_level="warning",
                access_log=False,
                server_header=False,
                lifespan="off",
                ws="none",
                http="h11",
                loop="asyncio",
                proxy_headers=False,
                limit_concurrency=_MOST_AT_ONCE,
                timeout_graceful_shutdown=1,
                h11_max_incomplete_event_size=_LARGEST_HEADERS,
            )
        )
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Listen; returns when requests are answered. Raises OSError where the port is taken."""
        family = socket.AF_INET6 if ":" in self._host else socket.AF_INET
        listening = socket.create_server((self._host, self._port), family=family, backlog=256)
        self._thread = threading.Thread(
            target=self._server.run, args=([listening],), name="webhooks", daemon=True
        )
        self._thread.start()
        last = time.monotonic() + _STARTS_WITHIN
        while not self._server.started:
            if not self._thread.is_alive() or time.monotonic() > last:
                raise OSError("the webhook listener did not start")
            time.sleep(0.005)

    def stop(self) -> None:
        """End after the deliveries that are being taken."""
        self._server.should_exit = True
        if self._thread is not None:
            self._thread.join(_STOPS_WITHIN)
        self._pool.shutdown()

    async def _post(self, request: Request) -> Response:
        name = request.url.path.rpartition("/")[2]
        try:
            async with asyncio.timeout(_BODY_WITHIN):
                body = await self._body(request)
        except TimeoutError:
            return self._refusal(name, "TOO_SLOW", _TOO_SLOW)
        except ClientDisconnect:
            return self._refusal(name, "BROKEN_OFF", _TOO_SLOW)
        if body is None:
            return self._refusal(name, "TOO_LARGE", _TOO_LARGE)
        delivery = Delivery(dict(request.headers), body, self._peer(request))
        loop = asyncio.get_running_loop()
        answer = await loop.run_in_executor(self._pool, self._inbound.take, name, delivery)
        told = {"taken": answer.taken, "ignored": answer.ignored, "refused": answer.refused}
        return JSONResponse(told, answer.status)

    async def _body(self, request: Request) -> bytes | None:
        """Return the body, or nothing as soon as it is too large."""
        said = request.headers.get("content-length", "0")
        if said.isdigit() and int(said) > self._largest:
            return None
        body = bytearray()
        async for chunk in request.stream():
            body += chunk
            if len(body) > self._largest:
                return None
        return bytes(body)

    def _peer(self, request: Request) -> str:
        """Return who sent a request: the last address that is not a proxy of ours."""
        peer = request.client.host if request.client else ""
        hops = ",".join(request.headers.getlist("x-forwarded-for")).split(",")
        for hop in reversed(hops):
            if not self._is_proxy(peer) or not hop.strip():
                break
            peer = hop.strip()
        return peer

    def _is_proxy(self, peer: str) -> bool:
        try:
            address = ip_address(peer)
        except ValueError:
            return False
        return any(address in network for network in self._proxies)

    def _no_path(self, _: Request, error: Exception) -> Response:
        status = error.status_code if isinstance(error, HTTPException) else _NOT_FOUND
        return self._refusal("none", "NO_SUCH_PATH", status)

    def _refusal(self, name: str, reason: str, status: int) -> Response:
        self._inbound.refused.count(name, reason)
        return JSONResponse({"taken": 0, "ignored": 0, "refused": 1}, status)
