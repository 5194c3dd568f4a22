"""gRPC with certificates that may change while in use: both sides show one, no restart needed."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Self

import grpc

from helpdesk.kernel.context import Actor
from helpdesk.kernel.errors import Unauthenticated
from helpdesk.kernel.tls import Certificates, Material, services_of

_OF_PROGRAMS = frozenset(
    {"SERVICE", "DIRECTORY_WRITER", "MAIL_REPORTER", "MAIL_SENDER", "OPERATOR", "DELEGATE"}
)
"""Roles that no partner's or customer's person has."""
_ACTING = "program:"
_Options = Sequence[tuple[str, Any]]


def server_credentials(certificates: Certificates) -> grpc.ServerCredentials:
    """Return credentials that ask each caller for a certificate of the same authority."""
    held = certificates.material()

    def changed() -> Any:
        # None is "as before"; gRPC's stubs do not know that.
        nonlocal held
        now = certificates.material()
        if now is held:
            return None
        held = now
        return _configuration(now)

    return grpc.dynamic_ssl_server_credentials(
        _configuration(held), changed, require_client_authentication=True
    )


def _configuration(material: Material) -> grpc.ServerCertificateConfiguration:
    return grpc.ssl_server_certificate_configuration(
        [(material.key, material.chain)], root_certificates=material.ca
    )


def peers_of(context: grpc.ServicerContext) -> frozenset[str] | None:
    """Return which services the caller's certificate stands for; None where there is no TLS."""
    shown: Mapping[str, Sequence[Any]] = context.auth_context()
    if b"ssl" not in shown.get("transport_security_type", ()):
        return None
    identities = shown.get("peer_uri", ())
    return services_of(frozenset(each.decode(errors="replace") for each in identities))


def check_peer(actor: Actor, context: grpc.ServicerContext) -> None:
    """Raise Unauthenticated where a program's token comes with another one's certificate."""
    if actor.roles & _OF_PROGRAMS:
        # All operators share a certificate; which of them it is, their token says.
        name = actor.program
    elif actor.act and actor.act[0].startswith(_ACTING):
        name = actor.act[0].removeprefix(_ACTING)
    else:
        return
    peers = peers_of(context)
    if peers is not None and name not in peers:
        raise Unauthenticated(
            "CERTIFICATE_OTHER", "The token is that of a service with another certificate."
        )


class SecureChannel(grpc.Channel):
    """
    A channel to one service that shows this process's certificate and checks the other's.

    gRPC for Python holds a client's certificate for a channel's life, so a new channel takes over
    when the files change. Calls that run go on; those of two changes ago are cut.
    """

    def __init__(
        self, address: str, service: str, certificates: Certificates, options: _Options
    ) -> None:
        self._address = address
        # Whatever the address says, it must be the service that was asked for.
        self._options = [*options, ("grpc.ssl_target_name_override", service)]
        self._certificates = certificates
        self._lock = threading.Lock()
        self._material = certificates.material()
        self._channel = self._open(self._material)
        self._before: grpc.Channel | None = None

    def current(self) -> grpc.Channel:
        """Return the channel with the certificate that holds now."""
        material = self._certificates.material()
        if material is self._material:
            return self._channel
        with self._lock:
            if material is not self._material:
                cut, self._before = self._before, self._channel
                self._channel = self._open(material)
                self._material = material
                if cut is not None:
                    cut.close()
            return self._channel

    def _open(self, material: Material) -> grpc.Channel:
        credentials = grpc.ssl_channel_credentials(material.ca, material.key, material.chain)
        return grpc.secure_channel(self._address, credentials, options=self._options)

    def subscribe(self, callback: Callable[..., Any], try_to_connect: bool = False) -> None:
        self.current().subscribe(callback, try_to_connect)

    def unsubscribe(self, callback: Callable[..., Any]) -> None:
        self.current().unsubscribe(callback)

    def unary_unary(self, *args: Any, **options: Any) -> Any:
        return _Method(self, lambda channel: channel.unary_unary(*args, **options))

    def unary_stream(self, *args: Any, **options: Any) -> Any:
        return _Method(self, lambda channel: channel.unary_stream(*args, **options))

    def stream_unary(self, *args: Any, **options: Any) -> Any:
        return _Method(self, lambda channel: channel.stream_unary(*args, **options))

    def stream_stream(self, *args: Any, **options: Any) -> Any:
        return _Method(self, lambda channel: channel.stream_stream(*args, **options))

    def close(self) -> None:
        with self._lock:
            for channel in (self._before, self._channel):
                if channel is not None:
                    channel.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class _Method:
    """A stub's method, on whichever channel holds."""

    def __init__(self, channel: SecureChannel, made: Callable[[grpc.Channel], Any]) -> None:
        self._channel = channel
        self._made = made
        self._of: tuple[grpc.Channel, Any] | None = None

    def __call__(self, *args: Any, **options: Any) -> Any:
        return self._current()(*args, **options)

    def with_call(self, *args: Any, **options: Any) -> Any:
        return self._current().with_call(*args, **options)

    def future(self, *args: Any, **options: Any) -> Any:
        return self._current().future(*args, **options)

    def _current(self) -> Any:
        channel, of = self._channel.current(), self._of
        if of is None or of[0] is not channel:
            of = self._of = (channel, self._made(channel))
        return of[1]
