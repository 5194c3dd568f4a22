"""Decisions on what a record of the directory changes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, fields

from helpdesk.kernel.events import Event, timestamp
from services.identity.domain.facts import (
    DeviceImported,
    DomainImported,
    LicenseImported,
    OrderImported,
    OrganizationImported,
    PartnerImported,
    PersonImported,
    SiteImported,
)
from services.identity.domain.ids import DEVICE, LICENSE, ORGANIZATION, PEOPLE, PLATFORM, uuid_of
from services.identity.domain.records import BadRecord

_STAMP = frozenset(f.name for f in fields(Event))


@dataclass(frozen=True, slots=True)
class Known:
    """What is stored of a record: its version, the digest of its content, its organization."""

    version: int = 0
    digest: str = ""
    owner: str = ""


def key_of(record: Event) -> str:
    """Return the name of the record's stream, ``person:<uuid>`` for one."""
    match record:
        case PartnerImported():
            return f"partner:{uuid_of(ORGANIZATION, record.partner_id)}"
        case OrganizationImported():
            return f"organization:{uuid_of(ORGANIZATION, record.organization_id)}"
        case PersonImported():
            return person_key(record.user_id)
        case DomainImported():
            return f"domain:{owner_of(record)}:{record.domain}"
        case SiteImported():
            return f"site:{record.site_url}"
        case LicenseImported():
            return f"license:{uuid_of(LICENSE, record.license_id)}"
        case OrderImported():
            return f"order:{record.web_order_number}"
        case DeviceImported():
            return f"device:{uuid_of(DEVICE, record.device_id)}"
    raise TypeError(type(record).__name__)


def person_key(user_id: str) -> str:
    """Return the name of a person's stream."""
    return f"person:{uuid_of(PEOPLE, user_id)}"


def owner_of(record: Event) -> str:
    """Return the UUID of the organization that the record belongs to; empty for none."""
    organization_id = getattr(record, "organization_id", "")
    return uuid_of(ORGANIZATION, organization_id) if organization_id else ""


def person_of(record: Event) -> str:
    """Return whose key seals the record's personal fields; empty where it has none."""
    if isinstance(record, PersonImported):
        return record.user_id
    return record.person_id if isinstance(record, DeviceImported) else ""


def content(record: Event) -> str:
    """Return the record as text for its digest; the same for the same content."""
    body = {
        each.name: value if not hasattr(value, "tzinfo") else timestamp(value)
        for each in fields(record)
        if each.name not in _STAMP
        for value in [getattr(record, each.name)]
    }
    return json.dumps([record.NAME, body], sort_keys=True, ensure_ascii=False)


def references(record: Event) -> tuple[str, ...]:
    """Return the names of all streams that the record's checks ask about."""
    names = [key_of(record)]
    match record:
        case PartnerImported():
            names.append(f"organization:{uuid_of(ORGANIZATION, record.partner_id)}")
        case OrganizationImported():
            names.append(f"partner:{owner_of(record)}")
            names += [f"partner:{uuid_of(ORGANIZATION, each)}" for each in record.partner_ids]
        case PersonImported():
            names += [f"organization:{owner_of(record)}", f"partner:{owner_of(record)}"]
        case _:
            names.append(f"organization:{owner_of(record)}")
    if isinstance(record, DeviceImported) and record.user_id:
        names.append(person_key(record.user_id))
    return tuple(names)


def take(record: Event, digest: str, known: Mapping[str, Known]) -> tuple[Event, ...]:
    """
    Decide what a record changes: nothing when its content is what is stored.

    ``known`` holds the streams of ``references`` that exist. Raises BadRecord for a reference to
    what is not there.
    """
    _check(record, known)
    stored = known.get(key_of(record))
    return () if stored is not None and stored.digest == digest else (record,)


def _check(record: Event, known: Mapping[str, Known]) -> None:
    owner = owner_of(record)
    if isinstance(record, PartnerImported | OrganizationImported):
        named = getattr(record, "partner_id", owner)
        if uuid_of(ORGANIZATION, named) == PLATFORM:
            raise BadRecord("id", "is an id that no organization has")
    match record:
        case PartnerImported():
            if f"organization:{uuid_of(ORGANIZATION, record.partner_id)}" in known:
                raise BadRecord("id", "is the id of a customer organization")
        case OrganizationImported():
            if f"partner:{owner}" in known:
                raise BadRecord("id", "is the id of a partner")
            for index, each in enumerate(record.partner_ids):
                if f"partner:{uuid_of(ORGANIZATION, each)}" not in known:
                    raise BadRecord(f"managedBy[{index}]", "no such partner")
        case PersonImported():
            if f"organization:{owner}" not in known and f"partner:{owner}" not in known:
                raise BadRecord("orgId", "no such organization")
        case _:
            if f"organization:{owner}" not in known:
                raise BadRecord("orgId", "no such organization")
    if isinstance(record, DeviceImported) and record.user_id:
        person = known.get(person_key(record.user_id))
        if person is None:
            raise BadRecord("personId", "no such person")
        if person.owner != owner:
            raise BadRecord("personId", "belongs to another organization")
