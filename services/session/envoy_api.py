"""
Envoy's external authorization (``envoy.service.auth.v3.Authorization``) in front of a portal.

A portal behind Envoy or Istio is looked at in a view without a line of code: each request is
allowed or refused here, by the section that its route names (``context_extensions: section``).
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from http.cookies import CookieError, SimpleCookie
from typing import Any
from urllib.parse import parse_qs
from uuid import uuid4

import grpc
from envoy.config.core.v3 import base_pb2
from envoy.service.auth.v3 import external_auth_pb2, external_auth_pb2_grpc
from google.rpc import code_pb2

from helpdesk.kernel.context import RequestContext, bind
from helpdesk.kernel.errors import (
    Forbidden,
    HelpdeskError,
    NotFound,
    Refused,
    Unauthenticated,
    Unavailable,
)
from helpdesk.kernel.rpc.client import Caller
from helpdesk.kernel.rpc.secure import server_credentials
from helpdesk.kernel.tls import Certificates
from helpdesk.options.v1 import options_pb2
from helpdesk.session.v1 import portal_pb2, portal_pb2_grpc, view_pb2, view_pb2_grpc

ENTER = "/.helpdesk/enter"
"""Where the console's form brings the view's lease; the portal itself never sees it."""
COOKIE = "__Host-helpdesk-view"
LEASE_HEADER = "x-helpdesk-lease"
"""Set for the portal on what was allowed: the signed lease, for portals that check it."""
_READS = frozenset({"GET", "HEAD", "OPTIONS"})
_OVERRIDES = ("x-http-method", "x-http-method-override", "x-method-override")
"""Headers that frameworks take for the method, whatever the request line says."""
_UPGRADE = "upgrade"
"""Opens a channel, such as a web socket, of which no later message would be asked about."""
_THREADS = 16
_SECONDS = 2.0
_GRACE = 1.0
_STATUS: tuple[tuple[type[HelpdeskError], int, int], ...] = (
    (Unavailable, 503, code_pb2.UNAVAILABLE),
    (Unauthenticated, 401, code_pb2.UNAUTHENTICATED),
    (NotFound, 401, code_pb2.UNAUTHENTICATED),
    (Refused, 403, code_pb2.PERMISSION_DENIED),
    (Forbidden, 403, code_pb2.PERMISSION_DENIED),
)
_log = logging.getLogger(__name__)


class EnvoyAuthorization(external_auth_pb2_grpc.AuthorizationServicer):
    """Turns each check into calls of our own services; fails closed."""

    def __init__(self, channel: Callable[[], grpc.Channel], service: Caller) -> None:
        self._channel = channel
        self._service = service
        self._call = Caller()

    def Check(  # noqa: N802
        self, request: external_auth_pb2.CheckRequest, _context: grpc.ServicerContext
    ) -> external_auth_pb2.CheckResponse:
        """Allow or refuse one HTTP request."""
        http = request.attributes.request.http
        trace = uuid4().hex
        given = str(http.headers.get("traceparent", ""))
        bind(RequestContext(traceparent=given or f"00-{trace}-{trace[:16]}-01"))
        try:
            if http.path.partition("?")[0] == ENTER:
                return self._enter(http)
            return self._look(http, dict(request.attributes.context_extensions))
        except HelpdeskError as error:
            return _refused(error)
        except Exception as error:
            _log.error("a check failed with %s", type(error).__name__)
            return _refused(Unavailable("CHECK_FAILED", "This could not be checked. Try again."))

    def _enter(self, http: Any) -> external_auth_pb2.CheckResponse:
        if http.method != "POST":
            raise Forbidden("NOT_IN_VIEW", "Open the portal from the help desk.")
        body = http.raw_body or http.body.encode()
        lease = parse_qs(body.decode("ascii", "replace")[:8192]).get("lease", [""])[0]
        if not (lease.isascii() and lease.isprintable()):
            raise Unauthenticated("TOKEN_INVALID", "Open the portal from the help desk.")
        stub = portal_pb2_grpc.PortalServiceStub(self._channel())
        entered = self._call(
            stub.EnterPortal, portal_pb2.EnterPortalRequest(), token=lease, timeout=_SECONDS
        )
        cookie = f"{COOKIE}={entered.key}; Path=/; Secure; HttpOnly; SameSite=Lax"
        headers = (("location", "/"), ("set-cookie", cookie), ("cache-control", "no-store"))
        return _denied(303, code_pb2.PERMISSION_DENIED, "", headers)

    def _look(self, http: Any, route: dict[str, str]) -> external_auth_pb2.CheckResponse:
        stub = portal_pb2_grpc.PortalServiceStub(self._channel())
        token, view_id = self._lease(stub, http)
        if _may_change(http):
            views = view_pb2_grpc.ViewServiceStub(self._channel())
            change = view_pb2.ChangeInViewRequest(view_id=view_id)
            # Refuses, always, and records what was tried.
            self._call(views.ChangeInView, change, token=token, timeout=_SECONDS)
            raise Forbidden("READ_ONLY", "This view is read-only. Nothing was changed.")
        name = f"SECTION_{route.get('section', 'unspecified').upper()}"
        known = options_pb2.Section.DESCRIPTOR.values_by_name
        section = name if name in known else "SECTION_UNSPECIFIED"
        look = portal_pb2.LookAtPortalRequest(section=section)
        self._call(stub.LookAtPortal, look, token=token, timeout=_SECONDS)
        return _allowed(token)

    def _lease(self, stub: Any, http: Any) -> tuple[str, str]:
        key = _cookie(str(http.headers.get("cookie", "")))
        if not key:
            raise Unauthenticated("NO_VIEW", "Open the portal from the help desk.")
        leased = self._service(
            stub.LeasePortal, portal_pb2.LeasePortalRequest(key=key), timeout=_SECONDS
        )
        return str(leased.token), str(leased.view_id)


class EnvoyServer:
    """Answers Envoy at an address of its own, beside the service."""

    def __init__(
        self, checks: EnvoyAuthorization, address: str, certificates: Certificates | None
    ) -> None:
        self._checks = checks
        self._address = address
        self._certificates = certificates
        self._server: grpc.Server | None = None

    def start(self) -> None:
        """Listen. Raises OSError."""
        server = grpc.server(ThreadPoolExecutor(_THREADS, thread_name_prefix="envoy"))
        external_auth_pb2_grpc.add_AuthorizationServicer_to_server(self._checks, server)
        try:
            if self._certificates is None:
                server.add_insecure_port(self._address)
            else:
                server.add_secure_port(self._address, server_credentials(self._certificates))
        except RuntimeError as error:
            raise OSError(f"cannot listen at {self._address}") from error
        server.start()
        self._server = server

    def stop(self) -> None:
        """Stop listening; running checks have a second."""
        if self._server is not None:
            self._server.stop(_GRACE).wait()


def _may_change(http: Any) -> bool:
    return http.method not in _READS or any(h in http.headers for h in (*_OVERRIDES, _UPGRADE))


def _cookie(header: str) -> str:
    try:
        found = SimpleCookie(header[:8192]).get(COOKIE)
    except CookieError:
        return ""
    return found.value[:200] if found is not None else ""


def _allowed(token: str) -> external_auth_pb2.CheckResponse:
    response = external_auth_pb2.CheckResponse()
    response.status.code = code_pb2.OK
    # Overwritten, so that no browser can claim one; the view's cookie is no business of the portal.
    response.ok_response.headers.append(_header(LEASE_HEADER, token))
    # An Envoy may be set to show us some headers only; no override reaches the portal unseen.
    response.ok_response.headers_to_remove.extend(("cookie", *_OVERRIDES))
    response.ok_response.response_headers_to_add.append(_header("cache-control", "no-store"))
    return response


def _refused(error: HelpdeskError) -> external_auth_pb2.CheckResponse:
    known = ((status, code) for kind, status, code in _STATUS if isinstance(error, kind))
    status, code = next(known, (403, code_pb2.PERMISSION_DENIED))
    headers = [("content-type", "text/plain; charset=utf-8"), ("cache-control", "no-store")]
    if status == 503:
        headers.append(("retry-after", "2"))
    return _denied(status, code, error.message, headers)


def _denied(
    status: int, code: int, body: str, headers: Iterable[tuple[str, str]]
) -> external_auth_pb2.CheckResponse:
    response = external_auth_pb2.CheckResponse()
    response.status.code = code
    response.denied_response.status.code = status
    response.denied_response.body = body
    response.denied_response.headers.extend(_header(*each) for each in headers)
    return response


def _header(key: str, value: str) -> base_pb2.HeaderValueOption:
    return base_pb2.HeaderValueOption(
        header=base_pb2.HeaderValue(key=key, value=value),
        append_action=base_pb2.HeaderValueOption.OVERWRITE_IF_EXISTS_OR_ADD,
    )
