"""How a request becomes a visit and its answer: limits, origin, form token, sign-in, failures."""

from __future__ import annotations

import re
import time
from collections.abc import Awaitable, Callable

from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from helpdesk.kernel import metrics, tracing
from helpdesk.kernel.context import RequestContext, bind, current_request
from helpdesk.kernel.errors import HelpdeskError, NotFound
from services.gateway.http_api import errors, forms
from services.gateway.http_api.visit import NO_TICKET, Site, Visit

Handler = Callable[[Visit], Response]
SECRET = "helpdesk"  # noqa: S105  # the cookie's name
_SECONDS = 15.0
_TICKET = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_NEXT_LIVES = 900
_READS = ("GET", "HEAD")


class Desk:
    """Makes routes of handlers; handlers run in threads, since they call services."""

    def __init__(self, site: Site) -> None:
        self.site = site

    def get(self, path: str, handler: Handler, *, public: bool = False) -> Route:
        """Return the route of a page."""
        return Route(path, self._endpoint(path, handler, public), methods=["GET"])

    def post(self, path: str, handler: Handler, *, public: bool = False) -> Route:
        """Return the route of a form; only a page of ours in the same session can send it."""
        return Route(path, self._endpoint(path, handler, public), methods=["POST"])

    def unsent(self, path: str, handler: Handler) -> Route:
        """Return the route of what no form can send, so that it carries no form token either."""
        methods = ["PUT", "PATCH", "DELETE"]
        return Route(path, self._endpoint(path, handler, public=False), methods=methods)

    def machine(self, path: str, handler: Handler) -> Route:
        """Return the route of a form that a program sends; it carries its own proof."""

        async def serve(request: Request) -> Response:
            try:
                body = await _body(request)
            except (forms.TooLarge, ClientDisconnect):
                return Response("This form is too large.", 413, media_type="text/plain")
            return await run_in_threadpool(self._called, path, handler, request, body)

        return Route(path, serve, methods=["POST"])

    def _called(self, path: str, handler: Handler, request: Request, body: bytes) -> Response:
        with tracing.span(f"POST {path}", "server", None, {"http.route": path}) as span:
            deadline = time.monotonic() + _SECONDS
            bind(RequestContext(traceparent=span.traceparent, deadline=deadline))
            visit = Visit(request, self.site, reference=tracing.trace_id(span.traceparent)[:8])
            try:
                visit.form = forms.parse(body)
            except ValueError:
                return Response("Not a form.", 400, media_type="text/plain")
            return handler(visit)

    def form(self, path: str, handler: Handler) -> list[Route]:
        """Return the routes of a form that has an address below its page's; a GET goes there."""

        def page(visit: Visit) -> Response:
            return visit.go(visit.request.url.path.rpartition("/")[0] or "/")

        return self.both(path, page, handler)

    def both(self, path: str, page: Handler, form: Handler) -> list[Route]:
        """Return the routes of a page and of the form that is sent to the same address."""
        return [self.get(path, page), self.post(path, form)]

    def _endpoint(
        self, path: str, handler: Handler, public: bool
    ) -> Callable[[Request], Awaitable[Response]]:
        async def serve(request: Request) -> Response:
            body = b""
            if request.method == "POST":
                try:
                    body = await _body(request)
                except (forms.TooLarge, ClientDisconnect):
                    return Response("This form is too large.", 413, media_type="text/plain")
            return await run_in_threadpool(self._watched, path, handler, public, request, body)

        return serve

    def _watched(
        self, path: str, handler: Handler, public: bool, request: Request, body: bytes
    ) -> Response:
        # A browser's own trace context is not believed: the click begins the trace.
        about = {"http.request.method": request.method, "http.route": path}
        begin = time.perf_counter()
        with tracing.span(f"{request.method} {path}", "server", None, about) as span:
            deadline = time.monotonic() + _SECONDS
            bind(RequestContext(traceparent=span.traceparent, deadline=deadline))
            response = self._serve(handler, public, request, body)
            span.say({"http.response.status_code": response.status_code})
        status = f"{response.status_code // 100}xx"
        seconds = time.perf_counter() - begin
        metrics.HTTP_SECONDS.labels(path, request.method, status).observe(seconds)
        return response

    def _serve(self, handler: Handler, public: bool, request: Request, body: bytes) -> Response:
        trace = tracing.trace_id(current_request().traceparent)
        visit = Visit(request, self.site, reference=trace[:8])
        try:
            return self._answer(visit, handler, public, body)
        except HelpdeskError as error:
            if errors.ended(error) and not public:
                return to_sign_in(visit, ended=True)
            return errors.answer(visit, error)
        except Exception as error:
            return errors.answer(visit, error)

    def _answer(self, visit: Visit, handler: Handler, public: bool, body: bytes) -> Response:
        request = visit.request
        ticket = str(request.path_params.get("ticket", NO_TICKET))
        if ticket != NO_TICKET and not _TICKET.fullmatch(ticket):
            raise NotFound("page")
        if request.method not in _READS and _is_foreign(request, self.site):
            return errors.unexpected(visit, 403, "invalid")
        secret = visit.cookie(SECRET)
        if secret and len(secret) < 200:
            try:
                visit.signed_in_as(self.site.clients.identity.issue_token(secret))
            except HelpdeskError:
                if not public:
                    raise
        if not public and not visit.signed_in:
            return to_sign_in(visit, ended=False)
        if request.method == "POST":
            try:
                visit.form = forms.parse(body)
            except ValueError:
                return errors.unexpected(visit, 400, "invalid")
            token = visit.form.raw("form_token") or request.headers.get("x-form-token", "")
            if not self.site.seals.is_form_token(visit.bound_to, token):
                return errors.unexpected(visit, 403, "invalid")
        return handler(visit)


def to_sign_in(visit: Visit, *, ended: bool) -> Response:
    """Send the browser to the sign-in page, and remember where it wanted to go."""
    target = "/signin?reason=idle" if ended else "/signin"
    if ended:
        visit.drop_cookie(SECRET)
    if visit.is_fragment:
        # A script follows this header with the whole page.
        return visit.finished(Response(status_code=401, headers={"hx-redirect": target}))
    path = visit.request.url.path
    if visit.request.method == "GET" and len(path) < 1000:
        sealed = visit.site.seals.seal("next", "", path)
        visit.put_cookie("helpdesk-next", sealed, seconds=_NEXT_LIVES)
    return visit.finished(RedirectResponse(target, 303))


async def _body(request: Request) -> bytes:
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > forms.LARGEST:
            raise forms.TooLarge("body")
    return body


def _is_foreign(request: Request, site: Site) -> bool:
    came_from = request.headers.get("sec-fetch-site", "same-origin")
    # With "no-referrer" browsers send the origin "null" for our own forms too.
    origin = request.headers.get("origin", "null")
    return came_from not in ("same-origin", "none") or origin not in (
        "null",
        site.settings.base_url,
    )
