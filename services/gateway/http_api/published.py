"""The keys that tokens and leases are checked against (RFC 7517), for programs outside."""

from __future__ import annotations

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from helpdesk.kernel.errors import HelpdeskError
from services.gateway.http_api.visit import Site

KEYS = "/.well-known/jwks.json"
_CACHED = "public, max-age=5"
"""Shorter than a new key is published before it signs, so nobody misses one."""


def routes(site: Site) -> list[Route]:
    """Return the address of the keys; anybody may ask."""

    async def keys(_request: Request) -> Response:
        try:
            found = await run_in_threadpool(site.clients.identity.keys)
        except HelpdeskError:
            return JSONResponse({"error": "temporarily_unavailable"}, 503)
        headers = {"cache-control": _CACHED}
        return JSONResponse({"keys": found}, headers=headers, media_type="application/jwk-set+json")

    return [Route(KEYS, keys, methods=["GET"])]
