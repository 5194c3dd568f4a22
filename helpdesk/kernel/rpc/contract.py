"""Every method of the contract, and who may reach which service by what it says."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Collection, Mapping
from functools import cache

import helpdesk
from helpdesk.kernel.rpc import rules
from helpdesk.kernel.rpc.rules import Method

_SERVICE = "SERVICE"
_LOG = "eventlog"
_EVERY_SERVICE = frozenset({"identity", "search", "email", "session", "audit"})
READERS: Mapping[str, frozenset[str]] = {
    # Whatever ends a token is followed in every process.
    "identity": _EVERY_SERVICE,
    "session": _EVERY_SERVICE,
    "email": frozenset({"email", "identity", "audit"}),
    "search": frozenset({"identity", "audit"}),
    "audit": frozenset({"identity", "audit"}),
}
"""Who reads the log of each service: itself, who follows its facts, and the audit log."""


@cache
def every_method() -> tuple[Method, ...]:
    """Return each method of each service, in order of their paths."""
    found = []
    for module in pkgutil.walk_packages(helpdesk.__path__, "helpdesk."):
        if module.name.endswith("_pb2"):
            file = importlib.import_module(module.name).DESCRIPTOR
            for service in file.services_by_name.values():
                found += [rules.method(f"/{service.full_name}/{m.name}") for m in service.methods]
    return tuple(sorted(found, key=lambda each: each.path))


def audience_of(name: str, roles: Collection[str]) -> tuple[str, ...]:
    """
    Return the services that a token of a program is for: those that have something for it.

    ``name`` is the caller's, "operator" for every operator.
    """
    reached = {
        each.descriptor.full_name.split(".")[1]
        for each in every_method()
        if not each.public and _may_call(each, name, frozenset(roles))
    }
    if _LOG in reached:
        # Every service has its own log, and says who reads it.
        reached = (reached - {_LOG}) | {s for s, readers in READERS.items() if name in readers}
    return tuple(sorted(reached))


def _may_call(method: Method, name: str, roles: frozenset[str]) -> bool:
    wanted = frozenset({_SERVICE}) if method.internal else method.roles
    return bool(wanted & roles) and (not method.callers or name in method.callers)
