"""What the gateway hands to browsers sealed, so that it keeps nothing itself."""

from __future__ import annotations

import hashlib
import hmac
import json
import os
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from helpdesk.kernel.errors import NotFound

_NONCE = 12


class Seals:
    """Seals texts for one purpose and one sign-in session (AES-GCM), and makes form tokens."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def seal(self, purpose: str, bound_to: str, content: Any) -> str:
        """Return JSON content sealed, in letters that an address may hold."""
        nonce = os.urandom(_NONCE)
        clear = json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()
        sealed = self._cipher(purpose).encrypt(nonce, clear, bound_to.encode())
        return urlsafe_b64encode(nonce + sealed).rstrip(b"=").decode()

    def open(self, purpose: str, bound_to: str, sealed: str) -> Any:
        """Return the content. Raises NotFound for what was not sealed for this."""
        try:
            data = urlsafe_b64decode(sealed + "=" * (-len(sealed) % 4))
            clear = self._cipher(purpose).decrypt(data[:_NONCE], data[_NONCE:], bound_to.encode())
        except (InvalidTag, ValueError) as error:
            raise NotFound("page") from error
        return json.loads(clear)

    def form_token(self, bound_to: str) -> str:
        """Return what every form of a sign-in session carries."""
        return hmac.new(self._derived("form"), bound_to.encode(), hashlib.sha256).hexdigest()

    def is_form_token(self, bound_to: str, token: str) -> bool:
        """Return whether a form came from a page of this sign-in session."""
        return hmac.compare_digest(self.form_token(bound_to).encode(), token.encode())

    def _cipher(self, purpose: str) -> AESGCM:
        return AESGCM(self._derived(f"seal:{purpose}"))

    def _derived(self, purpose: str) -> bytes:
        return hmac.new(self._key, f"gateway:{purpose}".encode(), hashlib.sha256).digest()
