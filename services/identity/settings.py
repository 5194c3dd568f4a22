"""``HELPDESK_IDENTITY_...``."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated, Literal

from helpdesk.kernel.settings import Range, Url


@dataclass(frozen=True)
class Settings:
    """
    Settings of identity; without any it serves the embedded size.

    ``issuers`` are issuer addresses or one ``....json`` file; ``services`` is a JSON file
    ``{name: {"public_key": PEM, "roles": [...]}}`` of the services that get tokens beside those
    whose own key is among the secrets; ``dev_tokens`` is ``auto``, ``yes`` or ``no``.
    ``sign_ins_per_minute`` may begin at each caller and issuer in each process; 0 is no limit.
    ``tickets`` is ``any`` (they need a name only), ``local`` (the list kept here) or the URL of a
    ticket system; ``tickets_down`` is ``refuse`` or ``allow``.
    """

    issuers: tuple[str, ...] = ()
    client_id: str = "helpdesk"
    services: str = ""
    dev_tokens: Literal["auto", "yes", "no"] = "auto"
    sign_ins_per_minute: Annotated[int, Range(0)] = 300
    tickets: Annotated[str, Url(besides=("any", "local"))] = "any"
    tickets_token: str = field(default="", repr=False)
    tickets_seconds: Annotated[float, Range(above=0, most=3)] = 2.0
    tickets_down: Literal["refuse", "allow"] = "refuse"
