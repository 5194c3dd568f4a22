"""What the directory holds of each thing, as views return it; UUIDs are the keys among them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from helpdesk.kernel.events import NEVER

INACTIVE = "inactive"
"""Status of who was disabled in the directory."""


def may_sign_in(login_enabled: bool, status: str) -> bool:
    """Return whether the directory lets somebody sign in."""
    return login_enabled and status != INACTIVE


@dataclass(frozen=True, slots=True)
class Partner:
    """A partner."""

    uuid: str
    id: str
    display_name: str


@dataclass(frozen=True, slots=True)
class Organization:
    """A customer organization."""

    uuid: str
    id: str
    display_name: str
    created: datetime = NEVER
    settings: Mapping[str, Any] = field(default_factory=dict)
    version: int = 0

    @property
    def language(self) -> str:
        """Language that it is written to in; empty where it did not say."""
        return str(self.settings.get("language") or "")


@dataclass(frozen=True, slots=True)
class Person:
    """A person of a customer or of a partner."""

    uuid: str
    id: str
    organization: str
    organization_id: str
    display_name: str
    first_name: str = ""
    last_name: str = ""
    emails: tuple[str, ...] = ()
    phone_numbers: tuple[str, ...] = ()
    sip_addresses: tuple[str, ...] = ()
    status: str = ""
    login_enabled: bool = False
    created: datetime = NEVER
    admin: bool = False
    licenses: tuple[str, ...] = ()
    feature_toggles: Mapping[str, bool] = field(default_factory=dict)
    version: int = 0

    @property
    def email(self) -> str:
        """The primary address; empty for none."""
        return self.emails[0] if self.emails else ""


@dataclass(frozen=True, slots=True)
class Device:
    """A device."""

    uuid: str
    id: str
    organization: str
    organization_id: str
    user_id: str
    display_name: str
    product: str
    type: str
    serial: str
    mac: str
    sip_address: str
    connection_status: str
    created: datetime = NEVER
    version: int = 0


@dataclass(frozen=True, slots=True)
class License:
    """A licence."""

    uuid: str
    id: str
    name: str
    subscription_id: str
    total_units: int
    consumed_units: int


@dataclass(frozen=True, slots=True)
class Domain:
    """A mail domain."""

    organization: str
    domain: str
    status: str
    version: int = 0


@dataclass(frozen=True, slots=True)
class Site:
    """A meeting site."""

    organization: str
    site_url: str
    type: str
    created: datetime
    is_default: bool
    version: int = 0


@dataclass(frozen=True, slots=True)
class Order:
    """A web order."""

    organization: str
    web_order_number: str
    subscription_id: str
    status: str
    created: datetime
    version: int = 0


@dataclass(frozen=True, slots=True)
class HeldRole:
    """A role that a person of a partner has, or had until its end."""

    user: str
    role: str
    partner: str
    until: datetime
    assigned_by: str
    assigned: datetime
