"""Facts of forgetting, as they are stored and published."""

from __future__ import annotations

from dataclasses import dataclass

from helpdesk.kernel.events import Event, personal


@dataclass(frozen=True, kw_only=True)
class PersonForgettingAsked(Event):
    """Somebody asked that a person is forgotten."""

    NAME = "helpdesk.identity.v1.PersonForgettingAsked"

    user_id: str
    organization_id: str
    asked_by: str


@dataclass(frozen=True, kw_only=True)
class PersonForgettingWithdrawn(Event):
    """Somebody took back what was asked."""

    NAME = "helpdesk.identity.v1.PersonForgettingWithdrawn"

    user_id: str
    organization_id: str
    withdrawn_by: str


@dataclass(frozen=True, kw_only=True)
class PersonForgettingConfirmed(Event):
    """Somebody else confirmed it."""

    NAME = "helpdesk.identity.v1.PersonForgettingConfirmed"

    user_id: str
    organization_id: str
    asked_by: str
    confirmed_by: str


@dataclass(frozen=True, kw_only=True)
class PersonForgotten(Event):
    """A person is forgotten; the key of addresses and names goes once every service has cleared."""

    NAME = "helpdesk.identity.v1.PersonForgotten"

    user_id: str
    organization_id: str
    device_ids: tuple[str, ...] = ()
    key: str
    addresses: tuple[str, ...] = personal(of="key", default=())
    names: tuple[str, ...] = personal(of="key", default=())


@dataclass(frozen=True, kw_only=True)
class LegalHoldSet(Event):
    """A person, or without one everybody of an organization, is not to be forgotten."""

    NAME = "helpdesk.identity.v1.LegalHoldSet"

    organization_id: str
    user_id: str = ""
    set_by: str


@dataclass(frozen=True, kw_only=True)
class LegalHoldLifted(Event):
    """A legal hold ended."""

    NAME = "helpdesk.identity.v1.LegalHoldLifted"

    organization_id: str
    user_id: str = ""
    lifted_by: str
