"""Where webhooks of customers may lead: https addresses on the internet, unless settings say so."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from urllib.parse import urlsplit

from helpdesk.kernel.errors import InvalidArgument
from helpdesk.kernel.settings import Network

Address = IPv4Address | IPv6Address
MOST_URL = 2000
_PORTS = {"https": 443, "http": 80}
_NAT64 = IPv6Network("64:ff9b::/96")


@dataclass(frozen=True, slots=True)
class Destination:
    """A URL that is well formed, and what is connected to."""

    url: str
    host: str
    port: int


def parsed(url: str) -> Destination:
    """
    Return where a URL leads. Raises InvalidArgument for one that no webhook may have.

    Plain http is for this machine alone; whether an address may be reached at all is asked apart,
    at each connection.
    """
    bad = InvalidArgument("url", "BAD_URL", "url: an https address without user and fragment.")
    if len(url) > MOST_URL or not url.isascii() or any(c <= " " or c == "\\" for c in url):
        raise bad
    try:
        split = urlsplit(url)
        host, port = split.hostname or "", split.port
    except ValueError as error:
        raise bad from error
    if not host or port == 0 or "@" in split.netloc or "#" in url:
        raise bad
    if split.scheme != "https" and not (split.scheme == "http" and _is_here(host)):
        raise InvalidArgument("url", "NOT_HTTPS", "url: must begin with https.")
    return Destination(url, host, port or _PORTS[split.scheme])


def may_reach(address: str, allowed: Sequence[Network]) -> bool:
    """
    Say whether webhooks may be sent to an IP address: a public one, or one in ``allowed``.

    An IPv6 address that carries an IPv4 one (mapped, 6to4, Teredo, NAT64) is judged by that, too.
    """
    found = ip_address(address.partition("%")[0])
    return all(_may_reach(each, allowed) for each in [found, *_carried(found)])


def _may_reach(address: Address, allowed: Sequence[Network]) -> bool:
    if any(address in network for network in allowed if network.version == address.version):
        return True
    return address.is_global and not address.is_multicast and not address.is_reserved


def _carried(address: Address) -> list[Address]:
    if not isinstance(address, IPv6Address):
        return []
    if address in _NAT64:
        return [IPv4Address(int(address) & 0xFFFFFFFF)]
    teredo = address.teredo or ()
    return [each for each in (address.ipv4_mapped, address.sixtofour, *teredo) if each is not None]


def _is_here(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
