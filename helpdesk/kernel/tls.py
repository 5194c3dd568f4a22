"""TLS between processes: certificates that may change while in use, and where plain text ends."""

from __future__ import annotations

import logging
import os
import threading
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

from cryptography import x509
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from helpdesk.kernel.settings import SettingsError, is_loopback

CA_FILE = "HELPDESK_TLS_CA_FILE"
CERT_FILE = "HELPDESK_TLS_CERT_FILE"
KEY_FILE = "HELPDESK_TLS_KEY_FILE"
ALLOW = "HELPDESK_ALLOW_PLAINTEXT"
_IDENTITY = "spiffe://helpdesk/"
_SECURE = frozenset({"https", "amqps"})
_log = logging.getLogger(__name__)
_Stamp = tuple[tuple[int, int, int], ...]


def identity_of(service: str) -> str:
    """Return the URI that stands for a service in its certificate (SPIFFE ID, one trust domain)."""
    return _IDENTITY + service


def services_of(identities: frozenset[str]) -> frozenset[str]:
    """Return which services the URIs of a certificate stand for."""
    return frozenset(
        each.removeprefix(_IDENTITY) for each in identities if each.startswith(_IDENTITY)
    )


@dataclass(frozen=True)
class Material:
    """What one state of the files holds, PEM; ``names`` are the certificate's DNS names."""

    ca: bytes
    chain: bytes
    key: bytes
    names: frozenset[str]


class Certificates:
    """
    The certificate of this process, and the authority that those of the others are checked with.

    The files are read again when they change. What does not fit together, as in the middle of a
    change, is not taken: the certificate before stays in use. Raises SettingsError at first.
    """

    def __init__(self, ca_file: Path, cert_file: Path, key_file: Path) -> None:
        self._files = {CA_FILE: ca_file, CERT_FILE: cert_file, KEY_FILE: key_file}
        self._lock = threading.Lock()
        self._seen = self._stamp()
        self._material = self._read()

    def material(self) -> Material:
        """Return what holds now; the same object until something changes."""
        with self._lock:
            try:
                stamp = self._stamp()
                if stamp != self._seen:
                    self._seen = stamp
                    self._material = self._read()
                    _log.info("certificates were read again")
            except SettingsError as error:
                _log.warning("the certificates before stay in use: %s", error)
            return self._material

    def check_serves(self, service: str) -> None:
        """Raise SettingsError where callers of a service would not take this certificate."""
        if service not in self.material().names:
            raise SettingsError(
                f"{CERT_FILE}: the certificate is not for {service}: "
                f"it needs the DNS name {service}"
            )

    def _stamp(self) -> _Stamp:
        found = []
        for setting, path in self._files.items():
            try:
                stat = path.stat()
            except OSError as error:
                raise SettingsError(f"{setting}: {error.strerror}: {path}") from error
            found.append((stat.st_ino, stat.st_mtime_ns, stat.st_size))
        return tuple(found)

    def _read(self) -> Material:
        _check_private(self._files[KEY_FILE])
        read = {}
        for setting, path in self._files.items():
            try:
                read[setting] = path.read_bytes()
            except OSError as error:
                raise SettingsError(f"{setting}: {error.strerror}: {path}") from error
        ca = _certificate(CA_FILE, read[CA_FILE])
        own = _certificate(CERT_FILE, read[CERT_FILE])
        for setting, certificate in ((CA_FILE, ca), (CERT_FILE, own)):
            if certificate.not_valid_after_utc <= datetime.now(UTC):
                raise SettingsError(f"{setting}: the certificate has expired: renew it")
        try:
            key = load_pem_private_key(read[KEY_FILE], None)
        except (ValueError, TypeError) as error:
            raise SettingsError(f"{KEY_FILE}: no private key without a password") from error
        if key.public_key() != own.public_key():
            raise SettingsError(f"{KEY_FILE}: the key is not that of the certificate")
        return Material(read[CA_FILE], read[CERT_FILE], read[KEY_FILE], _names(own))


def certificates(ca_file: str, cert_file: str, key_file: str) -> Certificates | None:
    """Return the certificates of a process, None where nothing is set. Raises SettingsError."""
    given = {CA_FILE: ca_file, CERT_FILE: cert_file, KEY_FILE: key_file}
    missing = [name for name, path in given.items() if not path]
    if len(missing) == len(given):
        return None
    if missing:
        raise SettingsError(f"{' and '.join(missing)} not set: TLS needs all of {', '.join(given)}")
    return Certificates(*(Path(path) for path in given.values()))


def check_address(setting: str, address: str, *, secure: bool, allowed: bool) -> None:
    """Raise SettingsError where gRPC would go in plain text to, or listen for, other machines."""
    if secure or is_loopback(address):
        return
    refuse(setting, f"set {CA_FILE}, {CERT_FILE} and {KEY_FILE}", allowed=allowed)


def check_url(setting: str, url: str, *, allowed: bool) -> None:
    """Raise SettingsError where a URL, or one of several, leads elsewhere in plain text."""
    for each in url.split(";"):
        try:
            split = urlsplit(each.strip())
            host = split.hostname or ""
        except ValueError as error:
            raise SettingsError(f"{setting}: the URL is not well formed") from error
        if split.scheme not in _SECURE and not is_loopback(f"{host}:0"):
            wanted = "amqps" if "amqp" in split.scheme else "https"
            refuse(setting, f"use {wanted}://", allowed=allowed)


def refuse(setting: str, remedy: str, *, allowed: bool) -> None:
    """Raise SettingsError for plain text to another machine, unless it was allowed: then warn."""
    if not allowed:
        raise SettingsError(
            f"{setting}: plain text is refused outside loopback: {remedy}, "
            f"or allow it with {ALLOW}=yes"
        )
    _log.warning("%s: plain text outside loopback, as %s allows", setting, ALLOW)


def _check_private(path: Path) -> None:
    try:
        stat = path.stat()
    except OSError as error:
        raise SettingsError(f"{KEY_FILE}: {error.strerror}: {path}") from error
    # A key that is somebody else's to keep, as in a cluster, reaches this process by its group.
    loose = 0o077 if stat.st_uid == os.geteuid() else 0o037
    if stat.st_mode & loose:
        raise SettingsError(f"{KEY_FILE}: {path} can be read by others: chmod 600 it")


def _certificate(setting: str, pem: bytes) -> x509.Certificate:
    try:
        return x509.load_pem_x509_certificate(pem)
    except ValueError as error:
        raise SettingsError(f"{setting}: no certificate (PEM)") from error


def _names(certificate: x509.Certificate) -> frozenset[str]:
    try:
        found = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return frozenset()
    return frozenset(found.get_values_for_type(x509.DNSName))
