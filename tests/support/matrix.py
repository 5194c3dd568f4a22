"""The matrix of every method and everything that is tried on it; what is not tried says why."""

import pytest

from helpdesk.kernel.rpc.contract import every_method
from helpdesk.options.v1 import options_pb2
from tests.support.methods import short

METHODS = every_method()
ROLES = {
    r.removeprefix("ROLE_")
    for r in options_pb2.Role.DESCRIPTOR.values_by_name
    if r != "ROLE_UNSPECIFIED"
}
OF_PARTNERS = {"PARTNER_ADMIN", "HELP_DESK", "HELP_DESK_READ_ONLY", "AUDITOR"}
OF_PEOPLE = OF_PARTNERS | {"CUSTOMER_ADMIN"}
REASONS = {
    "no token": "It takes no token, so there is none to be wrong, lost, ended or sent again.",
    "any role": "Any signed-in person may call it, whatever the role.",
    "service": "A service of the product has its role by its key: nobody takes it away.",
    "operator": "An operator has the role at the shell of the machine: nobody takes it away.",
    "all customers": "Its roles see all customers of the partner, so nobody with them is limited.",
    "no record": "It leaves no record of its own, for the action that it is part of does, and it is "
    "asked anew each time: what is captured is good as long as its token, which other columns try.",
}
"""All that may be said for a cell that is not tried; nothing else is taken for an answer."""
COLUMNS = {}
"""What is tried on every method: why not, by method; an empty text where it is."""


def columns(*names, unless):
    """Try a test on every method for which ``unless`` says nothing, as these columns."""
    for name in names:
        assert name not in COLUMNS, name
        COLUMNS[name] = unless
    return pytest.mark.parametrize("method", [m for m in METHODS if not unless(m)], ids=short)


def takes_no_token(method):
    return "no token" if method.public else ""


def takes_any_role(method):
    return takes_no_token(method) or ("any role" if method.rule.any_role else "")


def roles_never_lost(method):
    if method.internal or method.roles == {"SERVICE"}:
        return "service"
    return takes_no_token(method) or ("operator" if method.roles == {"OPERATOR"} else "")


def limited_nowhere(method):
    for_some = method.rule.any_role or method.roles & {"HELP_DESK", "HELP_DESK_READ_ONLY"}
    if method.internal:
        return "service"
    return takes_no_token(method) or ("" if for_some else "all customers")


def repeated_unseen(method):
    return takes_no_token(method) or ("" if method.recorded else "no record")
