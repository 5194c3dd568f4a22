"""The example for Envoy is what Envoy's own contract takes, and fails closed."""

import importlib
from pathlib import Path

import yaml
from envoy.config.bootstrap.v3 import bootstrap_pb2
from envoy.extensions.filters.http.ext_authz.v3 import ext_authz_pb2
from envoy.extensions.filters.network.http_connection_manager.v3 import (
    http_connection_manager_pb2,
)
from google.protobuf import json_format

from helpdesk.options.v1 import options_pb2

EXAMPLE = Path(__file__).parents[2] / "deploy" / "envoy" / "envoy.yaml"
TYPES = (
    "envoy.extensions.filters.http.router.v3.router_pb2",
    "envoy.extensions.transport_sockets.tls.v3.tls_pb2",
    "envoy.extensions.upstreams.http.v3.http_protocol_options_pb2",
)


def parsed():
    for name in TYPES:
        importlib.import_module(name)
    return json_format.ParseDict(yaml.safe_load(EXAMPLE.read_text()), bootstrap_pb2.Bootstrap())


def connection_manager():
    (listener,) = parsed().static_resources.listeners
    manager = http_connection_manager_pb2.HttpConnectionManager()
    assert listener.filter_chains[0].filters[0].typed_config.Unpack(manager)
    return manager


def test_the_example_is_a_configuration_of_envoy():
    assert [c.name for c in parsed().static_resources.clusters] == ["portal", "helpdesk-session"]


def test_nobody_gets_in_where_nobody_answers():
    checks = ext_authz_pb2.ExtAuthz()

    assert connection_manager().http_filters[0].typed_config.Unpack(checks)
    assert not checks.failure_mode_allow


def test_every_route_names_a_section_that_there_is():
    (host,) = connection_manager().route_config.virtual_hosts
    named = []
    for route in host.routes:
        if route.HasField("direct_response"):
            continue
        per_route = ext_authz_pb2.ExtAuthzPerRoute()
        assert route.typed_per_filter_config["envoy.filters.http.ext_authz"].Unpack(per_route)
        named.append(per_route.check_settings.context_extensions["section"])

    known = options_pb2.Section.DESCRIPTOR.values_by_name
    assert len(named) == 5
    assert {f"SECTION_{name.upper()}" for name in named} <= set(known)
