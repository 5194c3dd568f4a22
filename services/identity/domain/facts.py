"""Facts of the directory, of roles and of sign-ins, as they are stored and published."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from helpdesk.kernel.events import NEVER, Event, personal


@dataclass(frozen=True, kw_only=True)
class PartnerImported(Event):
    """A partner came in or changed."""

    NAME = "helpdesk.identity.v1.PartnerImported"

    partner_id: str
    display_name: str
    created: datetime = NEVER


@dataclass(frozen=True, kw_only=True)
class OrganizationImported(Event):
    """A customer organization came in or changed; it names every partner that manages it."""

    NAME = "helpdesk.identity.v1.OrganizationImported"

    organization_id: str
    display_name: str
    created: datetime = NEVER
    settings: dict[str, Any] = field(default_factory=dict)
    partner_ids: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class PersonImported(Event):
    """A person of a customer or partner came in or changed."""

    NAME = "helpdesk.identity.v1.PersonImported"

    user_id: str
    organization_id: str
    display_name: str = personal(of="user_id")
    first_name: str = personal(of="user_id", default="")
    last_name: str = personal(of="user_id", default="")
    emails: tuple[str, ...] = personal(of="user_id", default=())
    phone_numbers: tuple[str, ...] = personal(of="user_id", default=())
    sip_addresses: tuple[str, ...] = personal(of="user_id", default=())
    status: str = ""
    login_enabled: bool = False
    created: datetime = NEVER
    directory_roles: tuple[str, ...] = ()
    license_ids: tuple[str, ...] = ()
    feature_toggles: dict[str, bool] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class DomainImported(Event):
    """A mail domain of an organization came in or changed."""

    NAME = "helpdesk.identity.v1.DomainImported"

    organization_id: str
    domain: str
    status: str = ""


@dataclass(frozen=True, kw_only=True)
class SiteImported(Event):
    """A meeting site of an organization came in or changed."""

    NAME = "helpdesk.identity.v1.SiteImported"

    organization_id: str
    site_url: str
    type: str = ""
    created: datetime = NEVER
    is_default: bool = False


@dataclass(frozen=True, kw_only=True)
class LicenseImported(Event):
    """A licence of an organization came in or changed."""

    NAME = "helpdesk.identity.v1.LicenseImported"

    license_id: str
    organization_id: str
    name: str
    subscription_id: str = ""
    total_units: int = 0
    consumed_units: int = 0


@dataclass(frozen=True, kw_only=True)
class OrderImported(Event):
    """A web order of an organization came in or changed."""

    NAME = "helpdesk.identity.v1.OrderImported"

    organization_id: str
    web_order_number: str
    subscription_id: str = ""
    status: str = ""
    created: datetime = NEVER


@dataclass(frozen=True, kw_only=True)
class DeviceImported(Event):
    """A device came in or changed; its name often holds its user's."""

    NAME = "helpdesk.identity.v1.DeviceImported"

    device_id: str
    organization_id: str
    user_id: str = ""
    person_id: str
    display_name: str = personal(of="person_id")
    product: str = ""
    type: str = ""
    serial: str = ""
    mac: str = ""
    sip_address: str = personal(of="person_id", default="")
    connection_status: str = ""
    created: datetime = NEVER


@dataclass(frozen=True, kw_only=True)
class RoleAssigned(Event):
    """A person of a partner got a role; without ``until`` it has no end."""

    NAME = "helpdesk.identity.v1.RoleAssigned"

    user_id: str
    partner_id: str
    role: str
    assigned_by: str = ""
    until: datetime = NEVER
    reason: str = personal(of="user_id", default="")


@dataclass(frozen=True, kw_only=True)
class RoleRemoved(Event):
    """A person of a partner lost a role."""

    NAME = "helpdesk.identity.v1.RoleRemoved"

    user_id: str
    partner_id: str
    role: str
    removed_by: str = ""
    reason: str = personal(of="user_id", default="")
    roles_left: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class AccountLinked(Event):
    """A provider's account was linked to a person: what it signs in, the person does."""

    NAME = "helpdesk.identity.v1.AccountLinked"

    user_id: str
    issuer: str
    subject: str = personal(of="user_id")
    subject_digest: str
    linked_by: str = ""


@dataclass(frozen=True, kw_only=True)
class SignInBegun(Event):
    """Somebody went to a provider to sign in."""

    NAME = "helpdesk.identity.v1.SignInBegun"

    state_digest: str
    issuer: str
    key: str
    code_verifier: str = personal(of="key")
    nonce: str = personal(of="key")


@dataclass(frozen=True, kw_only=True)
class SignedIn(Event):
    """Somebody signed in."""

    NAME = "helpdesk.identity.v1.SignedIn"

    sign_in_id: str
    user_id: str
    secret_digest: str
    issuer: str
    user_agent: str = personal(of="user_id", default="")
    subject_digest: str = ""
    provider_session_digest: str = ""
    id_token: str = personal(of="user_id", default="")


@dataclass(frozen=True, kw_only=True)
class ProviderSignedOut(Event):
    """A provider said that it signed somebody out; its token is good once."""

    NAME = "helpdesk.identity.v1.ProviderSignedOut"

    token_digest: str
    issuer: str


@dataclass(frozen=True, kw_only=True)
class SignedOut(Event):
    """A session ended early; ``reason`` is one of ``sign_in.Ending``."""

    NAME = "helpdesk.identity.v1.SignedOut"

    sign_in_id: str
    user_id: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class OperatorTokenIssued(Event):
    """An operator of a development product took a token in a person's name."""

    NAME = "helpdesk.identity.v1.OperatorTokenIssued"

    user_id: str
    issued_by: str
