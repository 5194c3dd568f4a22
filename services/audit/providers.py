"""Customers' receivers over HTTP: reached at addresses that were checked, and nowhere else."""

from __future__ import annotations

import logging
import socket
import ssl
from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import Self

import httpx

from helpdesk.kernel.settings import Network
from services.audit.domain.destinations import may_reach, parsed

TIMEOUT, CONNECTION, CERTIFICATE = "TIMEOUT", "CONNECTION", "CERTIFICATE"
NOT_PUBLIC, GONE = "NOT_PUBLIC", "GONE"
_log = logging.getLogger(__name__)


class ReachableAddresses:
    """Resolves hosts; an answer with one address that may not be reached counts as none."""

    def __init__(self, allowed: Sequence[Network]) -> None:
        self._allowed = allowed

    def addresses(self, host: str, port: int) -> Sequence[str]:
        """Return the IP addresses that may be connected to; none where the host has others."""
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError):
            return []
        addresses = list(dict.fromkeys(str(each[4][0]) for each in found))
        if all(may_reach(each, self._allowed) for each in addresses):
            return addresses
        _log.warning("a webhook leads to an address that is not public")
        return []


class Receiver:
    """
    Posts to one URL; a context manager.

    Each post resolves the host, and connects to an address that was checked: a name that leads
    elsewhere later is no way in. Redirects and proxies are not followed, answers are not read.
    """

    def __init__(self, url: str, reach: ReachableAddresses, seconds: float) -> None:
        self._url = httpx.URL(url)
        self._destination = parsed(url)
        self._reach = reach
        self._client = httpx.Client(
            timeout=seconds,
            follow_redirects=False,
            trust_env=False,
            verify=ssl.create_default_context(),
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, _: type[BaseException] | None, __: BaseException | None, ___: TracebackType | None
    ) -> None:
        self._client.close()

    def post(self, body: bytes, headers: Mapping[str, str]) -> str:
        """Return why the receiver did not take it, empty where it did."""
        destination = self._destination
        addresses = self._reach.addresses(destination.host, destination.port)
        if not addresses:
            return NOT_PUBLIC
        request = self._client.build_request(
            "POST",
            self._url.copy_with(host=addresses[0]),
            content=body,
            headers={**headers, "host": self._url.netloc.decode()},
            extensions={"sni_hostname": destination.host},
        )
        try:
            answer = self._client.send(request, stream=True)
            answer.close()
        except httpx.TimeoutException:
            return TIMEOUT
        except httpx.HTTPError as error:
            return CERTIFICATE if _is_about_tls(error) else CONNECTION
        if answer.is_success:
            return ""
        return GONE if answer.status_code == httpx.codes.GONE else f"HTTP_{answer.status_code}"


def _is_about_tls(error: BaseException | None) -> bool:
    while error is not None:
        if isinstance(error, ssl.SSLError):
            return True
        error = error.__cause__ or error.__context__
    return False
