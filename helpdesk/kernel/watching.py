"""Makes a process watchable: its logs, and where its settings say so its traces and metrics."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from helpdesk.kernel import logging as structured
from helpdesk.kernel import metrics, tls, tracing
from helpdesk.kernel.resources import HostSettings

_PATH = "/v1/traces"


@contextmanager
def watched(settings: HostSettings, env: Mapping[str, str], process: str) -> Iterator[None]:
    """
    Log, trace and measure a process for as long as the block runs.

    ``process`` names it in logs and traces. Raises SettingsError, OSError.
    """
    structured.configure(settings.log_level, process)
    address = settings.metrics_address
    secure = bool(settings.tls_cert_file)
    allowed = settings.allow_plaintext
    if address:
        tls.check_address("HELPDESK_METRICS_ADDRESS", address, secure=secure, allowed=allowed)
    url = traces_url(settings.traces_endpoint, env)
    if url:
        tls.check_url("HELPDESK_TRACES_ENDPOINT", url, allowed=allowed)
    with metrics.served(address, settings.tls_cert_file, settings.tls_key_file):
        if not url:
            yield
            return
        # Not loaded where nobody asks for traces.
        from helpdesk.kernel.otlp import Exporter

        stop = tracing.start(Exporter(url, env), process)
        try:
            yield
        finally:
            stop()


def traces_url(own: str, env: Mapping[str, str]) -> str:
    """
    Return where spans go, empty for nowhere: our own setting, else OpenTelemetry's standard ones.

    Source: OpenTelemetry Protocol Exporter, "Endpoint URLs for OTLP/HTTP".
    """
    whole = env.get("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "")
    if not own and whole:
        return whole
    given = (own or env.get("OTEL_EXPORTER_OTLP_ENDPOINT", "")).rstrip("/")
    return given if not given or given.endswith(_PATH) else given + _PATH
