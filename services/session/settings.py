"""What an operator can set for the session service."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class SessionSettings:
    """
    ``HELPDESK_SESSION_...``: minutes and hours of the windows.

    At ``envoy_address`` (``host:port``, empty for nowhere) Envoy asks about a customer's portal.
    To ``signals_url`` each end of a view is pushed, with ``signals_token`` as bearer token.
    """

    view_minutes: int = 30
    idle_minutes: int = 10
    answer_hours: int = 24
    grant_days: int = 30
    envoy_address: str = ""
    signals_url: str = ""
    signals_token: str = ""
