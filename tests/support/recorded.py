"""Which records are of calls: beside them stand those of customers and of a service's own steps."""

from helpdesk.kernel.rpc.recording import SHOWN


def is_of_a_call(action: str, method: str) -> bool:
    """Whether a record of that action and method is the one that its call left."""
    return bool(method) and not action.endswith(SHOWN)


def of_calls(records):
    """Return the records that calls left, one each."""
    return [each for each in records if is_of_a_call(each.action, each.method)]
