"""What every answer carries, and which host names are answered at all."""

from __future__ import annotations

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from services.gateway.settings import Settings

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
_HEADERS = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=()",
}


class Protection:
    """Sets the security headers; nothing but static files is ever stored by a browser."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self._app = app
        self._base_url = settings.base_url
        self._host = settings.base_url.partition("://")[2]
        self._headers = dict(_HEADERS)
        if settings.portal_url:
            self._headers["content-security-policy"] = POLICY.replace(
                "form-action 'self'", f"form-action 'self' {settings.portal_url}"
            )
        if settings.secure:
            self._headers["strict-transport-security"] = "max-age=31536000"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            return

        async def protected(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self._headers.items():
                    headers[name] = value
                headers.setdefault("cache-control", "no-store")
            await send(message)

        host = Headers(scope=scope).get("host", "")
        if host != self._host and scope["path"] != "/healthz":
            # Another name for this machine: cookies belong to one name, and a foreign name that
            # was made to point here gets nothing.
            await self._elsewhere(host, scope)(scope, receive, protected)
            return
        await self._app(scope, receive, protected)

    def _elsewhere(self, host: str, scope: Scope) -> Response:
        if host.partition(":")[0] in ("localhost", "127.0.0.1") and scope["method"] == "GET":
            return RedirectResponse(f"{self._base_url}/", 307)
        return Response("This address is not served here.", 421, media_type="text/plain")
