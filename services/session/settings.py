"""What an operator can set for the session service."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated

from helpdesk.kernel.settings import Address, Range, Url


@dataclass(frozen=True)
class SessionSettings:
    """
    ``HELPDESK_SESSION_...``: minutes and hours of the windows.

    At ``envoy_address`` (``host:port``, empty for nowhere) Envoy asks about a customer's portal.
    Each end of a view is pushed to the receivers that the JSON file ``signals_receivers`` lists,
    and to ``signals_url`` with ``signals_token`` as bearer token. ``signals_issuer`` is the address
    that the keys are published at, empty for the console's.
    """

    view_minutes: Annotated[int, Range(1, 60)] = 30
    idle_minutes: Annotated[int, Range(1, 60)] = 10
    answer_hours: Annotated[int, Range(1, 24)] = 24
    grant_days: Annotated[int, Range(1)] = 30
    envoy_address: Annotated[str, Address()] = ""
    signals_url: Annotated[str, Url()] = ""
    signals_token: str = field(default="", repr=False)
    signals_receivers: str = ""
    signals_issuer: Annotated[str, Url(connects=False)] = ""
