"""Facts of programs outside of the product."""

from __future__ import annotations

from dataclasses import dataclass

from helpdesk.kernel.events import Event


@dataclass(frozen=True, kw_only=True)
class ClientRegistered(Event):
    """A program was registered."""

    NAME = "helpdesk.identity.v1.ClientRegistered"

    client: str
    public_key: str
    roles: tuple[str, ...]
    acts_as: tuple[str, ...] = ()
    registered_by: str
    key: str


@dataclass(frozen=True, kw_only=True)
class ClientRemoved(Event):
    """A program was removed."""

    NAME = "helpdesk.identity.v1.ClientRemoved"

    client: str
    removed_by: str
