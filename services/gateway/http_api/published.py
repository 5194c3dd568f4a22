"""What programs outside need to check what we sign: our keys (RFC 7517), and where they are."""

from __future__ import annotations

from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from helpdesk.kernel.errors import HelpdeskError
from services.gateway.http_api.visit import Site

KEYS = "/.well-known/jwks.json"
SIGNALS = "/.well-known/ssf-configuration"
_CACHED = "public, max-age=5"
"""Shorter than a new key is published before it signs, so nobody misses one."""
_PUSH = "urn:ietf:rfc:8935"


def routes(site: Site) -> list[Route]:
    """Return the addresses of the keys and of the signals' transmitter; anybody may ask."""

    async def keys(_request: Request) -> Response:
        try:
            found = await run_in_threadpool(_keys, site)
        except HelpdeskError:
            return JSONResponse({"error": "temporarily_unavailable"}, 503)
        headers = {"cache-control": _CACHED}
        return JSONResponse({"keys": found}, headers=headers, media_type="application/jwk-set+json")

    async def signals(_request: Request) -> Response:
        base = site.settings.base_url
        configuration = {
            "spec_version": "1_0",
            "issuer": base,
            "jwks_uri": f"{base}{KEYS}",
            "delivery_methods_supported": [_PUSH],
        }
        return JSONResponse(configuration, headers={"cache-control": _CACHED})

    return [Route(KEYS, keys, methods=["GET"]), Route(SIGNALS, signals, methods=["GET"])]


def _keys(site: Site) -> list[dict[str, Any]]:
    found = site.clients.identity.keys()
    try:
        return [*found, *site.clients.sessions.document_keys()]
    except HelpdeskError:
        # Who checks a token must not wait for the keys of receipts.
        return found
