"""The interceptor: authenticate, check, run the use case, record, and only then answer."""

from __future__ import annotations

import base64
import logging
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, NoReturn
from uuid import uuid4

import grpc
from google.protobuf.message import Message
from grpc_status import rpc_status

from helpdesk.kernel import metrics, tracing
from helpdesk.kernel.acknowledged import Gate
from helpdesk.kernel.actions import SupportAction
from helpdesk.kernel.context import Actor, RequestContext, bind, current_request
from helpdesk.kernel.errors import (
    Conflict,
    HelpdeskError,
    InvalidArgument,
    Unauthenticated,
    Unavailable,
)
from helpdesk.kernel.events import RequestAnswered
from helpdesk.kernel.rpc import rules
from helpdesk.kernel.rpc.client import POSITION
from helpdesk.kernel.rpc.errors import internal, status_of
from helpdesk.kernel.rpc.recording import record_of, records_of_customers
from helpdesk.kernel.rpc.refused import RefusedCalls
from helpdesk.kernel.rpc.secure import check_peer, peers_of
from helpdesk.kernel.rpc.tickets import REPEATED, CheckTicket
from helpdesk.kernel.store import Store
from helpdesk.kernel.tokens import Verified, Verifier

_log = logging.getLogger(__name__)
_KEPT = timedelta(hours=24)
_OPEN = ("grpc.health.", "grpc.reflection.")
_REQUEST_ID = 64
_LONGEST_REQUEST = 4096


@dataclass(frozen=True)
class Served:
    """
    A service behind the interceptor: its store and the check of its callers' tokens.

    The gate closes what leaves records where those do not reach the audit log. ``tickets`` is asked
    for methods that need a ticket, ``standing`` whether a valid token was ended meanwhile.
    """

    store: Store
    verifier: Verifier
    refused: RefusedCalls
    tickets: CheckTicket
    gate: Gate | None = None
    standing: Callable[[Verified], None] = lambda _: None


Register = Callable[[grpc.Server], None]


@dataclass(frozen=True)
class Servicer:
    """A servicer and the generated function that registers it; ``name`` is the proto service."""

    name: str
    register: Register
    served: Served


class Recorder(grpc.ServerInterceptor):
    """The unit of work around every method; servicers get a SupportAction as their context."""

    def __init__(self, served: dict[str, Served], streams: threading.Semaphore) -> None:
        self._served = served
        self._streams = streams

    def intercept_service(self, continuation: Any, details: Any) -> Any:
        handler = continuation(details)
        if handler is None or details.method.startswith(tuple("/" + name for name in _OPEN)):
            return handler
        method = rules.method(details.method)
        served = self._served[method.descriptor.containing_service.full_name]
        if handler.unary_unary:
            return grpc.unary_unary_rpc_method_handler(
                lambda data, context: _Call(method, served, context).unary(
                    handler.unary_unary, data
                )
            )
        if handler.unary_stream:
            return grpc.unary_stream_rpc_method_handler(
                lambda data, context: self._limited(
                    _Call(method, served, context).stream(handler.unary_stream, data, None), context
                )
            )
        if handler.stream_stream:
            return grpc.stream_stream_rpc_method_handler(
                lambda data, context: self._limited(
                    _Call(method, served, context).stream(handler.stream_stream, None, data),
                    context,
                )
            )
        raise NotImplementedError(f"{details.method}: methods that only take a stream are not used")

    def _limited(self, answers: Iterator[bytes], context: Any) -> Iterator[bytes]:
        # A stream holds a thread for as long as it lives; unary calls must always find one.
        if not self._streams.acquire(blocking=False):
            error = Unavailable("TOO_MANY_STREAMS", "Too many open streams.", retry_seconds=2)
            context.abort_with_status(rpc_status.to_status(status_of(error)))
        try:
            yield from answers
        finally:
            self._streams.release()


class _Call:
    """One call on its way through the interceptor."""

    def __init__(self, method: rules.Method, served: Served, context: Any) -> None:
        self._method = method
        self._served = served
        self._context = context
        self._metadata = {str(k): v for k, v in context.invocation_metadata()}
        self._action = SupportAction(
            store=served.store,
            actor=Actor(""),
            now=datetime.now(UTC),
            name=method.rule.action,
        )
        self._outcome, self._reason = "done", ""
        self._verified: Verified | None = None

    def unary(self, behavior: Any, data: bytes) -> bytes:
        """Answer a unary call."""
        begin = time.perf_counter()
        try:
            with self._traced():
                return self._unary(behavior, data)
        finally:
            seconds = time.perf_counter() - begin
            metrics.RPC_SECONDS.labels(self._method.full_name, self._outcome).observe(seconds)

    @contextmanager
    def _traced(self) -> Iterator[None]:
        about: dict[str, str | int] = {
            "rpc.system": "grpc",
            "rpc.service": self._method.full_name.rpartition(".")[0],
            "rpc.method": self._method.descriptor.name,
            "helpdesk.request_id": self._action.id,
        }
        name = self._method.path.lstrip("/")
        parent = tracing.accepted(str(self._metadata.get("traceparent", "")))
        with tracing.span(name, "server", parent, about) as span:
            self._action.traceparent = span.traceparent
            try:
                yield
            finally:
                span.say({"helpdesk.outcome": self._outcome, "helpdesk.reason": self._reason})

    def _unary(self, behavior: Any, data: bytes) -> bytes:
        try:
            self._authenticate()
            self._check_gate()
            request = self._admitted(data)
            try:
                answer, position = self._answered(behavior, request)
            except Conflict:
                self._action.reset()
                answer, position = self._answered(behavior, request)
        except Exception as error:
            self._fail(error)
        if position:
            self._context.set_trailing_metadata(
                ((POSITION, f"{self._served.store.name}:{position}"),)
            )
        return answer

    def stream(self, behavior: Any, data: bytes | None, sent: Any) -> Iterator[bytes]:
        """Answer with a stream; each answer is recorded before it leaves."""
        try:
            with self._traced():
                yield from self._stream(behavior, data, sent)
        finally:
            metrics.RPC_STREAMS.labels(self._method.full_name, self._outcome).inc()

    def _stream(self, behavior: Any, data: bytes | None, sent: Any) -> Iterator[bytes]:
        try:
            self._authenticate()
            self._check_gate()
            if data is not None:
                incoming: Any = self._admitted(data)
            else:
                rules.check_role(self._method, self._action.actor)
                rules.check_mode(self._method, self._action.actor)
                rules.check_caller(self._method, self._action.actor)
                incoming = self._received(sent)
            over: Unauthenticated | None = None
            for answer in behavior(incoming, self._action):
                over = self._check_going_on(over)
                self._check_answered()
                self._check_gate()
                sealed = self._shaped(answer)
                self._commit(sealed)
                yield sealed
                self._action.reset()
                self._action.id = uuid4().hex
                self._action.now = datetime.now(UTC)
        except Exception as error:
            self._fail(error)

    def _authenticate(self) -> None:
        remaining = self._context.time_remaining()
        token = str(self._metadata.get("authorization", "")).removeprefix("Bearer ")
        bind(
            RequestContext(
                token=token,
                action_id=self._action.id,
                traceparent=self._action.traceparent,
                deadline=time.monotonic() + remaining if remaining is not None else 0.0,
                alive=self._context.is_active,
                peers=lambda: peers_of(self._context),
            )
        )
        if not self._method.public:
            self._verified = self._served.verifier.checked(token)
            actor = self._verified.actor
            check_peer(actor, self._context)
            self._action.actor = actor
        # Before anything of the use case runs, and for every store of the process.
        stores = rules.stores(self._method, self._action.actor)
        bind(replace(current_request(), stores=stores))
        if not self._method.public:
            self._check_standing()

    def _check_going_on(self, over: Unauthenticated | None) -> Unauthenticated | None:
        """Check that a stream may go on; return why not, where that is left to its last word."""
        try:
            self._check_standing()
        except Unauthenticated as error:
            # A stream without records shows nobody's data: it may say itself what has ended.
            if self._method.recorded or over is not None:
                raise
            return error
        return None

    def _check_standing(self) -> None:
        if self._verified is not None:
            self._served.standing(self._verified)

    def _check_gate(self) -> None:
        if self._served.gate is not None and self._method.recorded:
            self._served.gate.check()

    def _received(self, sent: Any) -> Iterator[Message]:
        try:
            for data in sent:
                request = self._method.request(data)
                rules.check_request(self._method, request)
                yield request
        except grpc.RpcError as error:
            # gRPC says so to who reads on when the caller has left in the middle of its requests.
            raise Unavailable("CALLER_GONE", "The caller went away before its end.") from error

    def _admitted(self, data: bytes) -> Message:
        action, method = self._action, self._method
        rules.check_role(method, action.actor)
        request = method.request(data)
        action.ticket = str(getattr(request, "ticket", "") or action.actor.ticket)[:_REQUEST_ID]
        action.reason = str(getattr(request, "reason", ""))[: rules.LONGEST_TEXT]
        self._named(request)
        rules.check_mode(method, action.actor)
        rules.check_caller(method, action.actor)
        rules.check_request(method, request)
        return request

    def _named(self, request: Message) -> None:
        # Ids that the request names are part of the record even where it is refused, as the
        # caller wrote them and cut to an id's length.
        for name in ("organization_id", "user_id"):
            value = str(getattr(request, name, ""))[:128]
            if value.isprintable():
                setattr(self._action, name, value)

    def _answered(self, behavior: Any, request: Message) -> tuple[bytes, int]:
        request_id = str(getattr(request, "request_id", ""))
        if request_id and self._method.changes:
            known = self._known(request_id, request)
            if known is not None:
                self._action.ticket_state = REPEATED if self._method.rule.ticket else ""
                self._commit(known)
                return known, 0
        before = self._served.store.position
        answer = behavior(request, self._action)
        self._check_answered()
        sealed = self._shaped(answer)
        if not self._method.changes and self._method.recorded:
            self._replayable(request, before)
        changed = bool(self._action.staged)
        if request_id and self._method.changes:
            self._remember(request_id, request, sealed)
        position = self._commit(sealed)
        return sealed, position if changed else 0

    def _replayable(self, request: Message, before: int) -> None:
        # Views may move while they are read: the position before is the earliest that was seen.
        action, own = self._action, self._served.store.name
        others = [each for each in action.positions if not each.startswith(f"{own}:")]
        action.positions[:] = [f"{own}:{before}", *others]
        if not self._method.public and request.ByteSize() <= _LONGEST_REQUEST:
            data = request.SerializeToString(deterministic=True)
            # One without fields is empty bytes, and still one.
            action.request = f"={base64.b64encode(data).decode()}"

    def _check_answered(self) -> None:
        # After the use case, which says whom it was about, and before anything is stored.
        action, method = self._action, self._method
        rules.check_caller_check(method, action.actor, action.check_id, action.ground)
        if method.rule.ticket:
            action.ticket_state = self._served.tickets(
                action.ticket, action.organization_id, action.actor.partner_id
            )

    def _shaped(self, answer: Message) -> bytes:
        rules.shape(self._method, self._action.actor, answer)
        return answer.SerializeToString(deterministic=True)

    def _request_stream(self, request_id: str) -> str:
        return f"request:{self._action.actor.id}:{self._method.full_name}:{request_id}"

    def _known(self, request_id: str, request: Message) -> bytes | None:
        if len(request_id) > _REQUEST_ID:
            raise InvalidArgument("request_id", "TOO_LONG")
        stream = self._request_stream(request_id)
        loaded = self._served.store.load(stream, _latest, _NOT_ANSWERED)
        answered = loaded.state
        if answered.recorded_at + _KEPT < self._action.now:
            return None
        if answered.payload_digest != self._payload(request):
            raise InvalidArgument(
                "request_id", "REQUEST_ID_REUSED", "request_id: was used for another request."
            )
        return base64.b64decode(answered.answer)

    def _remember(self, request_id: str, request: Message, answer: bytes) -> None:
        loaded = self._served.store.load(self._request_stream(request_id), _latest, _NOT_ANSWERED)
        event = RequestAnswered(
            payload_digest=self._payload(request), answer=base64.b64encode(answer).decode()
        )
        self._action.stage(loaded, event)

    def _payload(self, request: Message) -> str:
        plain = type(request)()
        plain.CopyFrom(request)
        plain.ClearField("request_id")
        return self._served.store.digest(plain.SerializeToString(deterministic=True))

    def _commit(self, answer: bytes) -> int:
        if not self._method.recorded:
            if not self._action.staged:
                return 0
            return self._served.store.commit(self._action.unit())
        digest = self._served.store.digest(answer)
        record = record_of(self._action, self._method, "done", "", digest)
        beside = records_of_customers(self._action, record)
        return self._served.store.commit(self._action.unit(record, beside=beside))

    def _fail(self, error: Exception) -> NoReturn:
        if isinstance(error, Unauthenticated):
            self._outcome, self._reason = "refused", error.reason
            service = self._served.store.name
            metrics.REFUSED_CALLS.labels(service, metrics.code(error.reason)).inc()
            self._served.refused.count(str(self._context.peer()), error.reason)
            self._abort(status_of(error))
        if isinstance(error, HelpdeskError):
            outcome = "failed" if isinstance(error, Unavailable) else "refused"
            reason, status = error.reason, status_of(error, self._action.id)
        else:
            outcome, reason, status = "failed", "INTERNAL", internal(self._action.id)
            # The message of an unexpected error may hold personal data; its place does not.
            frames = traceback.extract_tb(error.__traceback__)[-3:]
            places = " < ".join(f"{f.filename.rpartition('/')[2]}:{f.lineno}" for f in frames[::-1])
            _log.error(
                "%s failed with %s at %s, action %s",
                self._method.full_name,
                type(error).__name__,
                places,
                self._action.id,
            )
        self._outcome, self._reason = outcome, reason
        if self._method.recorded or self._intruded(outcome, reason):
            self._action.reset()
            try:
                record = record_of(self._action, self._method, outcome, reason)
                self._served.store.commit(self._action.unit(record))
            except HelpdeskError as unrecorded:
                self._abort(status_of(unrecorded, self._action.id))
        self._abort(status)

    def _intruded(self, outcome: str, reason: str) -> bool:
        # A method without a record of its own belongs to an action that has one; where a known
        # caller is refused, only a service's call inside the product does, of what is for it.
        actor = self._action.actor
        hop = self._method.internal and actor.is_service and not actor.read_only
        foreign = reason == rules.CALLER_NOT_NAMED
        return outcome == "refused" and bool(actor.id) and (foreign or not hop)

    def _abort(self, status: Any) -> NoReturn:
        self._context.abort_with_status(rpc_status.to_status(status))
        raise AssertionError("abort raises")


_NOT_ANSWERED = RequestAnswered(payload_digest="", answer="")


def _latest(_: RequestAnswered, event: RequestAnswered) -> RequestAnswered:
    return event
