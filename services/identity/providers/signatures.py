"""Which signatures of tokens are taken and made, by their names in JOSE."""

from __future__ import annotations

from typing import Any

from joserfc import jws
from joserfc.errors import UnsupportedAlgorithmError


class Registry(jws.JWSRegistry):
    """Allows what it was made for; "EdDSA", which providers still write, without a warning."""

    def get_alg(self, name: str) -> Any:
        """Return an algorithm. Raises UnsupportedAlgorithmError."""
        if name not in (self.allowed or ()) or name not in self.algorithms:
            raise UnsupportedAlgorithmError("algorithm")
        return self.algorithms[name]
