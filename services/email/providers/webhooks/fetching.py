"""Getting the few things that a proof needs from a provider's own hosts."""

from __future__ import annotations

from collections.abc import Callable

import httpx

from helpdesk.kernel.errors import Unavailable

Fetch = Callable[[str], bytes]
"""Returns what is at a URL. Raises Unavailable."""
_SECONDS = 5.0
_LARGEST = 64 * 1024


def fetch(url: str) -> bytes:
    """Return what is at a URL, at most 64 KB; follows no redirect. Raises Unavailable."""
    found = b""
    try:
        with httpx.stream("GET", url, timeout=_SECONDS, follow_redirects=False) as answer:
            if answer.status_code != httpx.codes.OK:
                raise Unavailable("FETCH_FAILED", "The provider did not give what we asked for.")
            for chunk in answer.iter_bytes():
                found += chunk
                if len(found) > _LARGEST:
                    raise Unavailable("FETCH_FAILED", "The provider gave too much.")
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise Unavailable("FETCH_FAILED", "The provider cannot be reached.") from error
    return found
