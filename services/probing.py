"""``helpdesk healthy``: asks a process on this machine, with its own certificate if it has one."""

from __future__ import annotations

import os
import sys

import click
import grpc
from grpc_health.v1 import health_pb2, health_pb2_grpc

from helpdesk.kernel import tls
from helpdesk.kernel.resources import HostSettings
from helpdesk.kernel.rpc.client import open_channel
from helpdesk.kernel.secrets import SERVICES
from helpdesk.kernel.settings import SettingsError, parse

_EVERYWHERE = {"0.0.0.0": "127.0.0.1", "[::]": "[::1]"}  # noqa: S104  # it is what is replaced
_SERVING = health_pb2.HealthCheckResponse.SERVING


def near(address: str) -> str:
    """Return where a process that listens everywhere is reached on its own machine."""
    host, _, port = address.rpartition(":")
    return f"{_EVERYWHERE.get(host, host)}:{port}"


@click.command()
@click.option("--seconds", type=click.FloatRange(0.1, 60), default=3, help="How long to wait.")
def healthy(seconds: float) -> None:
    """Say whether the process at HELPDESK_GRPC_ADDRESS serves; exit code 1 where it does not."""
    settings = parse(HostSettings, "", os.environ)
    if not settings.grpc_address:
        raise SettingsError("HELPDESK_GRPC_ADDRESS is not set: there is nothing to ask")
    certificates = tls.certificates(
        settings.tls_ca_file, settings.tls_cert_file, settings.tls_key_file
    )
    own = certificates.material().names if certificates is not None else frozenset()
    service = next((name for name in SERVICES if name in own), "")
    with open_channel(near(settings.grpc_address), service, certificates) as channel:
        try:
            answer = health_pb2_grpc.HealthStub(channel).Check(
                health_pb2.HealthCheckRequest(), timeout=seconds
            )
        except grpc.RpcError as error:
            click.echo(f"no answer: {error.code().name}", err=True)
            sys.exit(1)
    click.echo(health_pb2.HealthCheckResponse.ServingStatus.Name(answer.status))
    if answer.status != _SERVING:
        sys.exit(1)
