"""Pages of lists after AIP-158: sizes, and tokens that are bound to their caller and query."""

from __future__ import annotations

import base64
import binascii
import hmac
import json
from collections.abc import Callable, Sequence
from typing import TypeVar

from helpdesk.kernel.errors import InvalidArgument

T = TypeVar("T")
USUAL = 50
MOST = 200
_LONGEST_TOKEN = 1024


class Pages:
    """
    Pages of one list for one caller.

    ``digest`` is a keyed digest (``Store.digest``), ``bound_to`` names caller, method and every
    argument but size and token: a token made for anything else is refused.
    """

    def __init__(self, digest: Callable[[str], str], *bound_to: str) -> None:
        self._digest = digest
        self._bound_to = bound_to

    def token(self, *cursor: str | int) -> str:
        """Return the token of the page that begins behind the cursor."""
        text = json.dumps(list(cursor), separators=(",", ":"))
        return base64.urlsafe_b64encode(f"{self._mac(text)}{text}".encode()).decode().rstrip("=")

    def cursor(self, token: str) -> list[str | int]:
        """Return a token's cursor; empty for the first page. Raises InvalidArgument."""
        if not token:
            return []
        wrong = InvalidArgument(
            "page_token", "WRONG_PAGE_TOKEN", "page_token: was made for another list."
        )
        if len(token) > _LONGEST_TOKEN:
            raise wrong
        try:
            decoded = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)).decode()
        except (binascii.Error, ValueError) as error:
            raise wrong from error
        mac, text = decoded[:32], decoded[32:]
        if not hmac.compare_digest(mac.encode(), self._mac(text).encode()):
            raise wrong
        cursor: list[str | int] = json.loads(text)
        return cursor

    def page(
        self, items: Sequence[T], key: Callable[[T], str], size: int, token: str
    ) -> tuple[Sequence[T], str]:
        """
        Return the page of an ordered list, and the token of the next one; empty at the end.

        The page begins behind the item that the last one ended with, or where that was.
        Raises InvalidArgument.
        """
        size = size_of(size)
        start = 0
        cursor = self.cursor(token)
        if cursor:
            last, start = str(cursor[0]), int(cursor[1])
            start = next((i + 1 for i, item in enumerate(items) if key(item) == last), start)
        shown = items[start : start + size]
        end = start + len(shown)
        return shown, self.token(key(shown[-1]), end) if shown and end < len(items) else ""

    def _mac(self, text: str) -> str:
        return self._digest(json.dumps(["page", *self._bound_to, text]))[:32]


def size_of(asked: int) -> int:
    """Return how many items a page has: 50 for 0, at most 200. Raises InvalidArgument below 0."""
    if asked < 0:
        raise InvalidArgument("page_size", "OUT_OF_RANGE", "page_size: 1 to 200, or 0 for 50.")
    return min(asked, MOST) or USUAL
