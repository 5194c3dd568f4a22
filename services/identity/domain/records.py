"""One line of a directory export, checked field by field and turned into a fact."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from helpdesk.kernel.addresses import canonical
from helpdesk.kernel.errors import InvalidArgument
from helpdesk.kernel.events import NEVER, Event
from services.identity.domain import ids
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

LONGEST_LINE = 64 * 1024
_NAME = 256
_MANY = 100
_INT32 = 2**31 - 1
_FORBIDDEN = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
_E164 = re.compile(r"\+[1-9][0-9]{1,14}")
_MAC = re.compile(r"[0-9A-F]{2}(:[0-9A-F]{2}){5}")
_STATUSES = ("active", "inactive", "pending")
_CLAIMS = ("claimed", "verified", "pending")


class BadRecord(Exception):
    """A record that cannot be taken; says where and what, never what the record holds."""

    def __init__(self, field: str, problem: str) -> None:
        super().__init__(f"{field}: {problem}" if field else problem)
        self.field = field
        self.problem = problem


def parse(kind: str, line: bytes) -> Event:
    """Return the fact that a line of a file of that kind states. Raises BadRecord."""
    if len(line) > LONGEST_LINE:
        raise BadRecord("", f"longer than {LONGEST_LINE // 1024} KiB")
    try:
        text = line.decode()
    except UnicodeDecodeError:
        raise BadRecord("", "not UTF-8") from None
    try:
        body = json.loads(text, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        raise BadRecord("", "not JSON") from None
    if not isinstance(body, dict):
        raise BadRecord("", "not an object")
    return PARSERS[kind](_Fields(body))


def _no_constant(_: str) -> None:
    raise ValueError


class _Fields:
    """Reads typed fields; the first one that is wrong ends the record."""

    def __init__(self, body: dict[str, Any]) -> None:
        self._body = body

    def text(self, name: str, *, longest: int = _NAME, required: bool = True) -> str:
        value = self._body.get(name)
        if value is None and not required:
            return ""
        return _text(name, value, longest, empty=not required)

    def id(self, name: str, kind: str, *, required: bool = True) -> str:
        value = self.text(name, required=required)
        if not value and not required:
            return ""
        return _id(name, kind, value)

    def ids(self, name: str, kind: str) -> tuple[str, ...]:
        return _unique(
            _id(path, kind, _text(path, value, _NAME)) for path, value in self._list(name)
        )

    def texts(self, name: str) -> tuple[str, ...]:
        return _unique(_text(path, value, _NAME) for path, value in self._list(name))

    def emails(self, name: str) -> tuple[str, ...]:
        return _unique(_address(path, value) for path, value in self._list(name))

    def values(self, name: str, check: Callable[[str, Any], str]) -> tuple[str, ...]:
        found = []
        for path, item in self._list(name):
            if not isinstance(item, dict):
                raise BadRecord(path, "not an object")
            found.append(check(f"{path}.value", item.get("value")))
        return _unique(found)

    def one_of(self, name: str, choices: tuple[str, ...]) -> str:
        value = self.text(name)
        if value not in choices:
            raise BadRecord(name, f"not one of {', '.join(choices)}")
        return value

    def flag(self, name: str) -> bool:
        value = self._body.get(name, False)
        if not isinstance(value, bool):
            raise BadRecord(name, "not true or false")
        return value

    def count(self, name: str) -> int:
        value = self._body.get(name, 0)
        if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= _INT32:
            raise BadRecord(name, "not a number from 0 to 2147483647")
        return value

    def moment(self, name: str) -> datetime:
        value = self.text(name, longest=40, required=False)
        if not value:
            return NEVER
        try:
            moment = datetime.fromisoformat(value).astimezone(UTC)
        except (ValueError, OverflowError):
            raise BadRecord(name, "not an RFC 3339 time") from None
        if "T" not in value or not re.search(r"(Z|[+-]\d\d:\d\d)$", value):
            raise BadRecord(name, "not an RFC 3339 time")
        return moment

    def mapping(self, name: str) -> dict[str, Any]:
        value = self._body.get(name, {})
        if not isinstance(value, dict):
            raise BadRecord(name, "not an object")
        if len(value) > _MANY:
            raise BadRecord(name, f"more than {_MANY} entries")
        for key, each in value.items():
            if len(key) > 64 or _FORBIDDEN.search(key):
                raise BadRecord(name, "holds a name that is too long or has control characters")
            if isinstance(each, str):
                _text(f"{name}.{key}", each, _NAME, empty=True)
            elif isinstance(each, int) and abs(each) > 2**53:
                raise BadRecord(f"{name}.{key}", "a number that JSON cannot carry exactly")
            elif not isinstance(each, bool | int | float | None):
                raise BadRecord(f"{name}.{key}", "not a text, number, true or false")
        return value

    def toggles(self, name: str) -> dict[str, bool]:
        toggles = self.mapping(name)
        for key, each in toggles.items():
            if not isinstance(each, bool):
                raise BadRecord(f"{name}.{key}", "not true or false")
        return toggles

    def _list(self, name: str) -> list[tuple[str, Any]]:
        value = self._body.get(name, [])
        if not isinstance(value, list):
            raise BadRecord(name, "not a list")
        if len(value) > _MANY:
            raise BadRecord(name, f"more than {_MANY} entries")
        return [(f"{name}[{index}]", each) for index, each in enumerate(value)]


def _unique(values: Any) -> tuple[str, ...]:
    return tuple(dict.fromkeys(values))


def _text(path: str, value: Any, longest: int, *, empty: bool = False) -> str:
    if value is None:
        raise BadRecord(path, "missing")
    if not isinstance(value, str):
        raise BadRecord(path, "not a text")
    if len(value) > longest:
        raise BadRecord(path, f"longer than {longest} characters")
    if _FORBIDDEN.search(value):
        raise BadRecord(path, "holds a control character")
    if not value.strip() and not empty:
        raise BadRecord(path, "empty")
    return value.strip()


def _id(path: str, kind: str, value: str) -> str:
    found = ids.api_id(kind, value)
    if not found:
        raise BadRecord(path, f"not the id of a {kind.lower()} record")
    return found


def _address(path: str, value: Any) -> str:
    text = _text(path, value, 254)
    try:
        return canonical(text, field=path)
    except InvalidArgument:
        raise BadRecord(path, "not an address") from None


def _phone(path: str, value: Any) -> str:
    text = _text(path, value, 32)
    if not _E164.fullmatch(text):
        raise BadRecord(path, "not an E.164 number")
    return text


def _sip(path: str, value: Any) -> str:
    text = _text(path, value, 254)
    if "@" not in text or " " in text:
        raise BadRecord(path, "not a SIP address")
    return text


def _domain_name(path: str, value: str) -> str:
    return _address(path, f"postmaster@{value}").partition("@")[2]


def _partner(line: _Fields) -> PartnerImported:
    return PartnerImported(
        partner_id=line.id("id", ids.ORGANIZATION),
        display_name=line.text("displayName"),
        created=line.moment("created"),
    )


def _organization(line: _Fields) -> OrganizationImported:
    return OrganizationImported(
        organization_id=line.id("id", ids.ORGANIZATION),
        display_name=line.text("displayName"),
        created=line.moment("created"),
        settings=line.mapping("settings"),
        partner_ids=tuple(sorted(line.ids("managedBy", ids.ORGANIZATION))),
    )


def _person(line: _Fields) -> PersonImported:
    return PersonImported(
        user_id=line.id("id", ids.PEOPLE),
        organization_id=line.id("orgId", ids.ORGANIZATION),
        display_name=line.text("displayName"),
        first_name=line.text("firstName", required=False),
        last_name=line.text("lastName", required=False),
        emails=line.emails("emails"),
        phone_numbers=line.values("phoneNumbers", _phone),
        sip_addresses=line.values("sipAddresses", _sip),
        status=line.one_of("status", _STATUSES),
        login_enabled=line.flag("loginEnabled"),
        created=line.moment("created"),
        directory_roles=line.texts("roles"),
        license_ids=line.ids("licenses", ids.LICENSE),
        feature_toggles=line.toggles("featureToggles"),
    )


def _domain(line: _Fields) -> DomainImported:
    return DomainImported(
        organization_id=line.id("orgId", ids.ORGANIZATION),
        domain=_domain_name("domain", line.text("domain", longest=253)),
        status=line.one_of("status", _CLAIMS),
    )


def _site(line: _Fields) -> SiteImported:
    return SiteImported(
        organization_id=line.id("orgId", ids.ORGANIZATION),
        site_url=_domain_name("siteUrl", line.text("siteUrl", longest=253)),
        type=line.text("siteType", required=False),
        created=line.moment("created"),
        is_default=line.flag("default"),
    )


def _license(line: _Fields) -> LicenseImported:
    return LicenseImported(
        license_id=line.id("id", ids.LICENSE),
        organization_id=line.id("orgId", ids.ORGANIZATION),
        name=line.text("name"),
        subscription_id=line.text("subscriptionId", required=False),
        total_units=line.count("totalUnits"),
        consumed_units=line.count("consumedUnits"),
    )


def _order(line: _Fields) -> OrderImported:
    return OrderImported(
        organization_id=line.id("orgId", ids.ORGANIZATION),
        web_order_number=line.text("webOrderNumber", longest=64),
        subscription_id=line.text("subscriptionId", required=False),
        status=line.text("status", required=False),
        created=line.moment("created"),
    )


def _device(line: _Fields) -> DeviceImported:
    device_id = line.id("id", ids.DEVICE)
    user_id = line.id("personId", ids.PEOPLE, required=False)
    mac = line.text("mac", longest=32, required=False).upper().replace("-", ":")
    if mac and not _MAC.fullmatch(mac):
        raise BadRecord("mac", "not a MAC address")
    sip = line.text("primarySipUrl", required=False)
    return DeviceImported(
        device_id=device_id,
        organization_id=line.id("orgId", ids.ORGANIZATION),
        user_id=user_id,
        person_id=user_id or f"device:{device_id}",
        display_name=line.text("displayName"),
        product=line.text("product", required=False),
        type=line.text("type", required=False),
        serial=line.text("serial", longest=64, required=False),
        mac=mac,
        sip_address=_sip("primarySipUrl", sip) if sip else "",
        connection_status=line.text("connectionStatus", required=False),
        created=line.moment("created"),
    )


PARSERS: dict[str, Callable[[_Fields], Event]] = {
    "partners": _partner,
    "organizations": _organization,
    "people": _person,
    "domains": _domain,
    "sites": _site,
    "licenses": _license,
    "orders": _order,
    "devices": _device,
}
