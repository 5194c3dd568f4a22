"""What stands for servers, channels and stores where recorded requests are asked again."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, cast

import grpc

from helpdesk.kernel.hosting import Wiring
from helpdesk.kernel.replaying.logs import FrozenMasters
from helpdesk.kernel.rpc.client import Caller
from helpdesk.kernel.vault import KeyTable, Vault


class Captured:
    """Stands for a gRPC server: keeps the handlers that services register."""

    def __init__(self) -> None:
        self.handlers: dict[str, Any] = {}

    def add_generic_rpc_handlers(self, _handlers: object) -> None:
        """Take nothing: the same come again, by name."""

    def add_registered_method_handlers(self, service: str, handlers: Mapping[str, Any]) -> None:
        for name, handler in handlers.items():
            self.handlers[f"/{service}/{name}"] = handler


class _Stub:
    def __init__(self, call: Callable[[str, Any], Any], path: str) -> None:
        self._call = call
        self._path = path

    def with_call(self, request: Any, **_: object) -> tuple[Any, Any]:
        return self._call(self._path, request), self

    def trailing_metadata(self) -> tuple[()]:
        return ()


class _Channel:
    """Stands for the channel to a service that is rebuilt beside."""

    def __init__(self, call: Callable[[str, Any], Any]) -> None:
        self._call = call

    def unary_unary(self, path: str, **_: object) -> _Stub:
        return _Stub(self._call, path)

    def unary_stream(self, path: str, **_: object) -> _Stub:
        return _Stub(self._call, path)

    stream_stream = stream_unary = unary_stream

    def close(self) -> None:
        """Close nothing."""


class ScratchWiring(Wiring):
    """Fresh stores in a scratch folder; the secrets and keys are those of the product."""

    def __init__(
        self, env: Mapping[str, str], keys: KeyTable, call: Callable[[str, Any], Any]
    ) -> None:
        self._table = keys
        self._call = call
        super().__init__(env, Path(env["HELPDESK_DATA_DIR"]))
        self.vault = Vault(keys, FrozenMasters(self.secrets_dir))

    def _keys(self) -> Path | KeyTable:
        return self._table

    def channel(self, service: str) -> grpc.Channel:
        """Return what asks the service that is rebuilt beside."""
        del service
        return cast("grpc.Channel", _Channel(self._call))

    def caller(self, service: str) -> Caller:
        """Return a caller without a token: nobody checks it here."""
        del service
        return Caller()
