"""Tells receivers of signals that views have ended: each in order, none for another one."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from helpdesk.kernel.errors import Unavailable
from helpdesk.kernel.store import Store, StoredRow
from services.session.application.ports import Finder
from services.session.domain.facts import ViewEnded
from services.session.domain.signals import KIND, session_revoked

_BATCH = 100
_LONGEST_PAUSE = 60.0


class Receiver(Protocol):
    """Where signals go."""

    url: str
    audience: str

    def push(self, token: str) -> None:
        """Hand a token over. Raises Unavailable where it has to be sent again."""


class Places(Protocol):
    """Remembers up to which position of our log a receiver has heard."""

    def keep_only(self, urls: Iterable[str]) -> None:
        """Forget the places of every other receiver."""

    def of(self, url: str, new: int) -> int:
        """Return where a receiver is; one that is not known yet begins at ``new``."""

    def reached(self, url: str, position: int) -> None:
        """Note that a receiver has heard up to there."""


Sign = Callable[[Mapping[str, Any], str], str]
"""Signs a document of a kind, as a compact JWS."""


@dataclass
class _Trouble:
    """A receiver that did not take a signal: when it is tried again, and the pause after that."""

    until: float = 0.0
    pause: float = 1.0


class Signalling:
    """
    Signs and pushes; without a receiver it does nothing.

    Every receiver has its own place in our log, so one that is down holds up no other. ``issuer``
    is the address that our keys are published at.
    """

    def __init__(
        self,
        store: Store,
        finder: Finder,
        sign: Sign,
        issuer: str,
        receivers: Sequence[Receiver],
        places: Places,
    ) -> None:
        self._store = store
        self._finder = finder
        self._sign = sign
        self._issuer = issuer
        self._receivers = receivers
        self._places = places
        self._trouble: dict[str, _Trouble] = {}
        self._begun = False

    def view_ended(self, position: int) -> None:
        """
        Tell every receiver of all ends that it has not heard of, up to the newest.

        Raises Unavailable while one has not heard of that at ``position``.
        """
        if not self._begun:
            # Who is listed again later does not hear of what ended meanwhile.
            self._places.keep_only(each.url for each in self._receivers)
            self._begun = True
        for receiver in self._receivers:
            self._tell(receiver, position)
        if any(self._places.of(each.url, position - 1) < position for each in self._receivers):
            raise Unavailable("RECEIVER_DOWN", "A receiver of signals is in trouble.")

    def _tell(self, receiver: Receiver, position: int) -> None:
        trouble = self._trouble.get(receiver.url, _Trouble())
        if time.monotonic() < trouble.until:
            return
        after = self._places.of(receiver.url, position - 1)
        try:
            while rows := self._store.read(after, _BATCH, (ViewEnded.NAME,)):
                for row in rows:
                    receiver.push(self._token(row, receiver))
                    after = row.position
                    self._places.reached(receiver.url, after)
        except Unavailable:
            pause = min(trouble.pause * 2, _LONGEST_PAUSE)
            self._trouble[receiver.url] = _Trouble(time.monotonic() + trouble.pause, pause)
        else:
            self._trouble.pop(receiver.url, None)

    def _token(self, row: StoredRow, receiver: Receiver) -> str:
        ended: Any = self._store.opened(row)
        item = self._finder.find("view", ended.view_id)
        if item is None:
            raise LookupError("a view ended that was never granted")
        view = self._finder.access(item.organization_id, item.partner_id).state.views[item.id]
        claims = session_revoked(
            view,
            ended.ended_by,
            ended.recorded_at,
            # The same end has the same name, so that a receiver drops what comes twice.
            token_id=f"{row.stream_id}:{row.version}",
            issuer=self._issuer,
            audience=receiver.audience,
        )
        return self._sign(claims, KIND)
