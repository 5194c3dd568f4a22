"""Calls to OpenSearch, and what its failures mean to who searches."""

from __future__ import annotations

import logging
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from opensearchpy import OpenSearch
from opensearchpy.exceptions import ConnectionError as NotReached
from opensearchpy.exceptions import OpenSearchException, TransportError
from opensearchpy.helpers import streaming_bulk

from helpdesk.kernel.errors import Unavailable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = [
    "OpenSearch",
    "Refused",
    "bulk",
    "checked",
    "connected",
    "failure",
    "failures",
    "missing",
    "searched",
    "unavailable",
]

_log = logging.getLogger(__name__)
RETRY_SECONDS = 2.0
# A conflict of versions: what is there is newer.
KNOWN_BETTER = 409
_BUSY = frozenset({429, 502, 503, 504})
# An operator can mend that while we wait.
_NOT_LET_IN = frozenset({401, 403})
_REPLACED = frozenset({"index_not_found_exception", "index_closed_exception"})
_BLOCKED = "cluster_block_exception"
_CHUNK = 500
_BULK_SECONDS = 60
_CHUNK_BYTES = 8_000_000
_ATTEMPTS = 6
_FIRST_WAIT_SECONDS = 1
_LONGEST_WAIT_SECONDS = 8


class Refused(Exception):
    """OpenSearch understood and said no; ``kind`` is its name for why, never its text."""

    def __init__(self, kind: str, status: int) -> None:
        super().__init__(f"{status} {kind}")
        self.kind = kind
        self.status = status


def connected(
    url: str,
    *,
    ca_file: str = "",
    certificate_file: str = "",
    key_file: str = "",
    user: str = "",
    password: str = "",
    timeout_seconds: float = 5,
) -> OpenSearch:
    """Return a client; it connects at the first call, any number of threads may use it."""
    # What is sent holds names and addresses; the library writes it at its lowest level.
    logging.getLogger("opensearch").setLevel(logging.ERROR)
    files: dict[str, Any] = {
        "ca_certs": ca_file,
        "client_cert": certificate_file,
        "client_key": key_file,
    }
    return OpenSearch(
        url,
        http_auth=(user, password) if user else None,
        timeout=timeout_seconds,
        max_retries=1,
        pool_maxsize=16,
        **{name: path for name, path in files.items() if path},
    )


@contextmanager
def failures() -> Iterator[None]:
    """
    Raise Unavailable for what passes, Refused for what does not.

    Texts of OpenSearch repeat what was asked, so none of them goes further.
    """
    try:
        yield
    except NotReached:
        raise unavailable() from None
    except TransportError as error:
        raise failure(str(error.error), int(error.status_code)) from None
    except OpenSearchException as error:
        raise Refused(type(error).__name__, 0) from None


def unavailable() -> Unavailable:
    """Return the error of an index that cannot be asked now."""
    return Unavailable(
        "INDEX_UNAVAILABLE", "Search is not available now.", retry_seconds=RETRY_SECONDS
    )


def failure(kind: str, status: int) -> Unavailable | Refused:
    """Return what a failure that OpenSearch named means."""
    if status in _BUSY or kind == _BLOCKED:
        return unavailable()
    if status in _NOT_LET_IN:
        _log.error("OpenSearch does not let us in: %d", status)
        return unavailable()
    return Refused(kind, status)


def missing(error: Refused) -> bool:
    """Tell whether there is no such index (any more)."""
    return error.kind in _REPLACED


def searched(client: OpenSearch, body: str, index: str | None) -> list[dict[str, Any]]:
    """Run several searches one after the other; raises when one of them fails or is partial."""
    with failures():
        answers = client.msearch(body=body, index=index, params={"max_concurrent_searches": 1})[
            "responses"
        ]
    return [checked(answer) for answer in answers]


def checked(answer: dict[str, Any]) -> dict[str, Any]:
    """Return an answer that is whole. Raises for one that lacks what a shard would have said."""
    if "error" in answer:
        kind = answer["error"]["type"]
        causes = [each["type"] for each in answer["error"].get("root_cause", ())]
        # "all shards failed" says less than why they did.
        raise failure(causes[0] if causes else kind, int(answer["status"]))
    if answer["timed_out"] or answer["_shards"]["failed"]:
        raise unavailable()
    return answer


def bulk(client: OpenSearch, actions: Iterable[dict[str, Any]], chunk: int = _CHUNK) -> None:
    """
    Write in chunks that are bounded, waiting where OpenSearch says that it is busy.

    What is there in a newer version stays. Raises Unavailable when it stays busy.
    """
    with failures():
        for _, item in streaming_bulk(
            client,
            actions,
            chunk_size=chunk,
            max_chunk_bytes=_CHUNK_BYTES,
            raise_on_error=False,
            max_retries=_ATTEMPTS,
            initial_backoff=_FIRST_WAIT_SECONDS,
            max_backoff=_LONGEST_WAIT_SECONDS,
            yield_ok=False,
            params={"require_alias": "true", "request_timeout": _BULK_SECONDS},
        ):
            (said,) = item.values()
            if said["status"] == KNOWN_BETTER:
                continue
            kind = said["error"]["type"]
            raise unavailable() if kind in _REPLACED else failure(kind, said["status"])
