"""Static files: compressed once, cached for ever under the digest that pages name."""

from __future__ import annotations

import gzip
from dataclasses import dataclass
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response

from services.gateway import pages

_FOLDER = Path(__file__).parent.parent / "static"
_TYPES = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml"}


@dataclass(frozen=True)
class _File:
    plain: bytes
    packed: bytes
    media_type: str
    digest: str


class StaticFiles:
    """The files of the console, read at start."""

    def __init__(self) -> None:
        self._files = {
            path.relative_to(_FOLDER).as_posix(): _file(path)
            for path in sorted(_FOLDER.rglob("*"))
            if path.suffix in _TYPES
        }

    async def answer(self, request: Request) -> Response:
        """Answer with a file."""
        file = self._files.get(request.path_params["name"])
        if file is None:
            return Response("No such file.", 404, media_type="text/plain")
        known = request.query_params.get("v") == file.digest
        headers = {
            # Modules import each other without a digest: those are asked for again.
            "cache-control": "public, max-age=31536000, immutable" if known else "no-cache",
            "etag": f'"{file.digest}"',
            "vary": "accept-encoding",
        }
        if request.headers.get("if-none-match") == headers["etag"]:
            return Response(status_code=304, headers=headers)
        content = file.plain
        if "gzip" in request.headers.get("accept-encoding", ""):
            content = file.packed
            headers["content-encoding"] = "gzip"
        return Response(content, headers=headers, media_type=file.media_type)


def _file(path: Path) -> _File:
    plain = path.read_bytes()
    digest = pages.static_url(path.relative_to(_FOLDER).as_posix()).rpartition("v=")[2]
    return _File(plain, gzip.compress(plain, mtime=0), _TYPES[path.suffix], digest)
