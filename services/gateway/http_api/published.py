"""What anybody may read: our keys (RFC 7517), where they are, and the tree of the audit log."""

from __future__ import annotations

import re
from pathlib import Path
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


LOG = "/log/{name}/{path:path}"
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
# Hashes only: the records beside them are sealed, but not for everybody.
_TILE = re.compile(r"tile/\d{1,2}/(?:x\d{3}/)*\d{3}(?:\.p/\d{1,3})?")
_CHECKPOINT = "checkpoint"
_FOR_EVER = "public, max-age=31536000, immutable"


def routes(site: Site) -> list[Route]:
    """Return the addresses; anybody may ask."""

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

    async def log(request: Request) -> Response:
        found = await run_in_threadpool(
            _file_of_log,
            Path(site.settings.tiles_dir),
            request.path_params["name"],
            request.path_params["path"],
        )
        return found or Response("No such file.", 404, media_type="text/plain")

    served = [Route(LOG, log, methods=["GET"])] if site.settings.tiles_dir else []
    return [
        Route(KEYS, keys, methods=["GET"]),
        Route(SIGNALS, signals, methods=["GET"]),
        *served,
    ]


def _keys(site: Site) -> list[dict[str, Any]]:
    found = site.clients.identity.keys()
    try:
        return [*found, *site.clients.sessions.document_keys()]
    except HelpdeskError:
        # Who checks a token must not wait for the keys of receipts.
        return found


def _file_of_log(folder: Path, name: str, path: str) -> Response | None:
    """Return a file as C2SP tlog-tiles wants it served ("APIs"); None for what is not there."""
    if not _NAME.fullmatch(name) or not (path == _CHECKPOINT or _TILE.fullmatch(path)):
        return None
    try:
        content = (folder / name / path).read_bytes()
    except OSError:
        return None
    if path == _CHECKPOINT:
        headers = {"cache-control": "no-cache"}
        return Response(content, headers=headers, media_type="text/plain; charset=utf-8")
    headers = {"cache-control": _FOR_EVER}
    return Response(content, headers=headers, media_type="application/octet-stream")
