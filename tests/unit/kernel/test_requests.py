"""What a call that takes a stream does with the requests of its caller."""

import grpc
import pytest

from helpdesk.identity.v1 import feed_pb2
from helpdesk.kernel.errors import Unavailable
from helpdesk.kernel.rpc import rules
from helpdesk.kernel.rpc.server import _Call


def test_a_caller_that_leaves_in_the_middle_is_no_failure_of_ours():
    call = object.__new__(_Call)
    call._method = rules.method("/helpdesk.identity.v1.DirectoryFeedService/Import")
    first = feed_pb2.ImportRequest(kind="people", first_line=1)

    def sent():
        yield first.SerializeToString()
        # As gRPC does when the call was cancelled while a request is waited for.
        raise grpc.RpcError

    received = call._received(sent())

    assert next(received) == first
    with pytest.raises(Unavailable) as caught:
        next(received)
    assert caught.value.reason == "CALLER_GONE"
