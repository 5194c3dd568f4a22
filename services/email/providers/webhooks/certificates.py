"""Signing certificates of SNS: from the right host, in a chain to a root that we trust, in time."""

from __future__ import annotations

import re
import threading
import time
import warnings
from collections import OrderedDict, deque
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit

import certifi
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.x509.oid import AuthorityInformationAccessOID
from cryptography.x509.verification import PolicyBuilder, Store, VerificationError

from helpdesk.kernel.errors import Unavailable
from helpdesk.kernel.settings import SettingsError
from services.email.providers.webhooks.fetching import Fetch
from services.email.providers.webhooks.proof import Unproved

_HOST = re.compile(r"sns\.[a-z0-9-]+\.amazonaws\.com(\.cn)?")
# The names that the AWS SDK for Java 2 expects (sns-message-manager, SnsHostProvider).
_NAME = re.compile(
    r"sns\.amazonaws\.com|sns(-signing)?\.[a-z0-9-]+\.amazonaws\.com(\.cn)?"
    r"|sns-(cn|us-gov)-[a-z0-9-]+\.amazonaws\.com(\.cn)?"
)
_ISSUER = re.compile(r"http://crt\.[a-z0-9]+\.amazontrust\.com/[a-z0-9]+\.cer")
_ROOTS = re.compile(
    r"# Subject: CN=Amazon Root CA \d+ O=Amazon\n(?:#[^\n]*\n)*"
    r"(-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----)",
    re.DOTALL,
)
_LONGEST_CHAIN = 4
_KEPT = 16
_MOST_FETCHES = 20
_WINDOW = 60.0


@dataclass(frozen=True, slots=True)
class _Chain:
    leaf: x509.Certificate
    others: tuple[x509.Certificate, ...]
    name: str


class Certificates:
    """
    The keys that SNS signs with.

    A chain is kept once it was found good, and checked again at each use. A missing intermediate is
    got from where its certificate says (RFC 5280 4.2.2.1), from Amazon's own store only. At most 20
    fetches a minute, so that forged messages make us no load on others.
    """

    def __init__(self, fetch: Fetch, roots: Sequence[x509.Certificate]) -> None:
        self._fetch = fetch
        self._roots = Store(list(roots))
        self._known: OrderedDict[str, _Chain] = OrderedDict()
        self._fetched: deque[float] = deque()
        self._lock = threading.Lock()

    def key(self, url: str, now: datetime) -> RSAPublicKey:
        """Return the key of the certificate at a URL. Raises Unproved, Unavailable."""
        if not is_sns_url(url) or not urlsplit(url).path.endswith(".pem"):
            raise Unproved("WRONG_CERTIFICATE_HOST")
        with self._lock:
            chain = self._known.get(url)
        if chain is None:
            chain = self._checked(self._loaded(url), now)
            with self._lock:
                self._known[url] = chain
                while len(self._known) > _KEPT:
                    self._known.popitem(last=False)
        elif not self._holds(chain, now):
            raise Unproved("FOREIGN_CERTIFICATE")
        key = chain.leaf.public_key()
        if not isinstance(key, RSAPublicKey):
            raise Unproved("FOREIGN_CERTIFICATE")
        return key

    def _loaded(self, url: str) -> _Chain:
        certificates = _read(self._get(url))
        leaf = certificates[0]
        try:
            names = leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName)
            name = next(n for n in names.value.get_values_for_type(x509.DNSName) if _is_sns(n))
        except (x509.ExtensionNotFound, StopIteration, ValueError):
            raise Unproved("FOREIGN_CERTIFICATE") from None
        return _Chain(leaf, tuple(certificates[1:_LONGEST_CHAIN]), name)

    def _checked(self, chain: _Chain, now: datetime) -> _Chain:
        while not self._holds(chain, now):
            last = (chain.leaf, *chain.others)[-1]
            issuer = _issuer_of(last)
            if not issuer or len(chain.others) >= _LONGEST_CHAIN or last.issuer == last.subject:
                raise Unproved("FOREIGN_CERTIFICATE")
            chain = replace(chain, others=(*chain.others, _read(self._get(issuer))[0]))
        return chain

    def _holds(self, chain: _Chain, now: datetime) -> bool:
        policy = PolicyBuilder().store(self._roots).time(now).max_chain_depth(_LONGEST_CHAIN)
        try:
            verifier = policy.build_server_verifier(x509.DNSName(chain.name))
            verifier.verify(chain.leaf, list(chain.others))
        except (VerificationError, ValueError):
            return False
        return True

    def _get(self, url: str) -> bytes:
        with self._lock:
            at = time.monotonic()
            while self._fetched and at - self._fetched[0] > _WINDOW:
                self._fetched.popleft()
            if len(self._fetched) >= _MOST_FETCHES:
                raise Unavailable("TOO_MANY_FETCHES", "Too many certificates were asked for.")
            self._fetched.append(at)
        return self._fetch(url)


def is_sns_url(url: str) -> bool:
    """Return whether a URL leads to SNS itself: https, its host, its own port, nobody's name."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return False
    return (
        parts.scheme == "https"
        # Compared whole: a port, a user or a second host would be in it.
        and parts.netloc in (parts.hostname, f"{parts.hostname}:443")
        and _HOST.fullmatch(parts.hostname or "") is not None
        and port in (None, 443)
        and url.isascii()
        and url.isprintable()
        and "\\" not in url
    )


def roots_of(pem: str) -> list[x509.Certificate]:
    """Return the certificates of a setting, or Amazon's own roots. Raises SettingsError."""
    if not pem:
        pem = "\n".join(_ROOTS.findall(Path(certifi.where()).read_text("utf-8")))
    try:
        return x509.load_pem_x509_certificates(pem.encode())
    except ValueError as error:
        raise SettingsError(
            "HELPDESK_EMAIL_WEBHOOK_SNS_ROOTS: certificates in PEM are wanted"
        ) from error


def _is_sns(name: str) -> bool:
    return _NAME.fullmatch(name) is not None


def _read(data: bytes) -> list[x509.Certificate]:
    try:
        with warnings.catch_warnings():
            # What the library only warns of, the verifier judges.
            warnings.simplefilter("ignore")
            if b"-----BEGIN" in data:
                return x509.load_pem_x509_certificates(data)
            return [x509.load_der_x509_certificate(data)]
    except ValueError:
        raise Unproved("FOREIGN_CERTIFICATE") from None


def _issuer_of(certificate: x509.Certificate) -> str:
    try:
        found = certificate.extensions.get_extension_for_class(x509.AuthorityInformationAccess)
    except (x509.ExtensionNotFound, ValueError):
        return ""
    for each in found.value:
        if each.access_method == AuthorityInformationAccessOID.CA_ISSUERS and isinstance(
            each.access_location, x509.UniformResourceIdentifier
        ):
            url = each.access_location.value
            if _ISSUER.fullmatch(url):
                return url
    return ""
