"""How a service proves who it is to identity, and fetches the published keys."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from typing import Any

import grpc

from helpdesk.identity.v1 import tokens_pb2, tokens_pb2_grpc
from helpdesk.kernel.rpc.client import Caller
from helpdesk.kernel.tokens import Signer

_ASSERTED = 30.0
_EARLY = 30.0


class ServiceCredential:
    """A service's own token, fetched for an assertion signed with its key, renewed in time."""

    def __init__(self, name: str, pem: bytes, channel: Callable[[], grpc.Channel]) -> None:
        self._name = name
        self._signer = Signer(pem, issuer=name)
        self._channel = channel
        self._caller = Caller()
        self._token = ""
        self._renew = 0.0
        self._lock = threading.Lock()

    def token(self) -> str:
        """Return a token that is valid for at least 30 s. Raises Unavailable."""
        with self._lock:
            if time.monotonic() >= self._renew:
                assertion = self._signer.sign({"sub": self._name}, ["identity"], _ASSERTED)
                stub = tokens_pb2_grpc.TokenServiceStub(self._channel())
                answer = self._caller(
                    stub.IssueServiceToken,
                    tokens_pb2.IssueServiceTokenRequest(assertion=assertion),
                )
                self._token = str(answer.token)
                self._renew = time.monotonic() + answer.expires_in - _EARLY
            return self._token


def published_keys(channel: grpc.Channel) -> list[dict[str, Any]]:
    """Return identity's published keys as JWKs. Raises Unavailable."""
    stub = tokens_pb2_grpc.TokenServiceStub(channel)
    answer = Caller()(stub.GetKeys, tokens_pb2.GetKeysRequest())
    return [json.loads(key) for key in answer.keys]
