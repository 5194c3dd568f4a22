"""Tells a receiver of signals that a view has ended."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Protocol

from services.session.application.ports import Finder
from services.session.domain.signals import KIND, session_revoked

ISSUER = "helpdesk"


class Receiver(Protocol):
    """Where signals go."""

    url: str

    def push(self, token: str) -> None:
        """Hand a token over. Raises Unavailable where it has to be sent again."""


Sign = Callable[[Mapping[str, Any], str], str]
"""Signs a document of a kind, as a compact JWS."""


class Signalling:
    """Signs and pushes; without a receiver it does nothing."""

    def __init__(self, finder: Finder, sign: Sign, receiver: Receiver | None) -> None:
        self._finder = finder
        self._sign = sign
        self._receiver = receiver

    def view_ended(self, view_id: str, ended_by: str, ended_at: datetime, fact_id: str) -> None:
        """Tell that a view has ended; the fact's id lets a receiver drop what comes twice."""
        item = self._finder.find("view", view_id)
        if self._receiver is None or item is None:
            return
        view = self._finder.access(item.organization_id, item.partner_id).state.views[view_id]
        claims = session_revoked(
            view,
            ended_by,
            ended_at,
            token_id=fact_id,
            issuer=ISSUER,
            audience=self._receiver.url,
        )
        self._receiver.push(self._sign(claims, KIND))
