"""From identity's facts to documents; pure but for the organizations that it is told of."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from helpdesk.kernel.clearing import FORGOTTEN
from helpdesk.kernel.events import ERASED
from services.search.domain import Document, Fields, Kind, Tombstone

Known = Callable[[str], "Organization | None"]
_PACKAGE = "helpdesk.identity.v1."
_PENDING = "pending"


@dataclass(frozen=True)
class Organization:
    """What documents of an organization need to know of it."""

    id: str
    name: str = ""
    partner_ids: tuple[str, ...] = ()
    domains: Mapping[str, str] = field(default_factory=dict)
    """Domains and their status."""
    sites: tuple[str, ...] = ()
    version: int = 0
    """Position of the fact that changed it last."""

    def written(self) -> str:
        """Return it as JSON."""
        return json.dumps(asdict(self), ensure_ascii=False)

    @classmethod
    def read(cls, body: str) -> Organization:
        """Return what was written."""
        values = json.loads(body)
        lists = {name: tuple(values[name]) for name in ("partner_ids", "sites")}
        return cls(**{**values, **lists})

    def document(self, version: int) -> Document:
        """Return its own document: found by name, domains and sites."""
        proved = tuple(d for d, status in self.domains.items() if status != _PENDING)
        fields = Fields(names=(self.name,), domains=proved, sites=self.sites)
        return _document(Kind.ORGANIZATION, self.id, self, version, self.name, fields)


@dataclass(frozen=True)
class Change:
    """What one fact makes of the index."""

    organization: Organization | None = None
    document: Document | Tombstone | None = None
    rewrite: bool = False
    """Whether every document of the organization must be written again."""
    gone: tuple[Tombstone, ...] = ()
    """Documents of a forgotten person; nothing of them may be left in the index."""


def on_organization_imported(fact: Mapping[str, Any], version: int, known: Known) -> Change:
    """An organization came in or changed, also who manages it."""
    before = known(fact["organization_id"]) or Organization(fact["organization_id"])
    after = replace(
        before,
        name=fact["display_name"],
        partner_ids=tuple(sorted(fact.get("partner_ids", ()))),
        version=version,
    )
    # A fact that comes again may have been remembered, and its documents not written yet.
    changed = replace(before, version=version) != after or before.version >= version
    rewrite = bool(before.name) and changed
    return Change(after, after.document(version), rewrite)


def on_domain_imported(fact: Mapping[str, Any], version: int, known: Known) -> Change:
    """A domain came in or changed; one that is not proved finds nothing."""
    owner = known(fact["organization_id"])
    if owner is None:
        return Change()
    domain = fact["domain"]
    after = replace(owner, domains={**owner.domains, domain: fact["status"]}, version=version)
    if fact["status"] == _PENDING:
        return Change(after, Tombstone(Kind.DOMAIN, domain, version))
    fields = Fields(domains=(domain,), organization_name=after.name)
    return Change(after, _document(Kind.DOMAIN, domain, after, version, domain, fields))


def on_site_imported(fact: Mapping[str, Any], version: int, known: Known) -> Change:
    """A site came in or changed."""
    owner = known(fact["organization_id"])
    if owner is None:
        return Change()
    site = fact["site_url"]
    after = replace(owner, sites=tuple(dict.fromkeys((*owner.sites, site))), version=version)
    fields = Fields(sites=(site,), organization_name=after.name)
    return Change(after, _document(Kind.SITE, site, after, version, site, fields))


def on_order_imported(fact: Mapping[str, Any], version: int, known: Known) -> Change:
    """A web order came in or changed."""
    owner = known(fact["organization_id"])
    if owner is None:
        return Change()
    number = fact["web_order_number"]
    fields = Fields(
        order_numbers=(number,),
        other_ids=_given(fact.get("subscription_id")),
        organization_name=owner.name,
    )
    return Change(document=_document(Kind.ORDER, number, owner, version, number, fields))


def on_person_imported(fact: Mapping[str, Any], version: int, known: Known) -> Change:
    """A person came in or changed; people of partners are no customers' users."""
    owner = known(fact["organization_id"])
    if owner is None:
        return Change()
    shown = str(fact.get("display_name", ""))
    if shown == ERASED:
        return Change(document=Tombstone(Kind.USER, fact["user_id"], version))
    whole = f"{fact.get('first_name', '')} {fact.get('last_name', '')}".strip()
    fields = Fields(
        names=_given(shown, whole),
        emails=tuple(fact.get("emails", ())),
        phones=tuple(fact.get("phone_numbers", ())),
        sip_addresses=tuple(fact.get("sip_addresses", ())),
        organization_name=owner.name,
    )
    return Change(document=_document(Kind.USER, fact["user_id"], owner, version, shown, fields))


def on_device_imported(fact: Mapping[str, Any], version: int, known: Known) -> Change:
    """A device came in or changed."""
    owner = known(fact["organization_id"])
    if owner is None:
        return Change()
    title = str(fact.get("display_name", ""))
    if title == ERASED:
        return Change(document=Tombstone(Kind.DEVICE, fact["device_id"], version))
    fields = Fields(
        names=_given(title, fact.get("product")),
        sip_addresses=_given(fact.get("sip_address")),
        macs=_given(fact.get("mac")),
        serials=_given(fact.get("serial")),
        organization_name=owner.name,
    )
    document = _document(Kind.DEVICE, fact["device_id"], owner, version, title, fields)
    return Change(document=document)


def on_person_forgotten(fact: Mapping[str, Any], version: int, known: Known) -> Change:
    """A person was forgotten, and their devices, whose names often hold theirs."""
    del known
    devices = tuple(Tombstone(Kind.DEVICE, each, version) for each in fact.get("device_ids", ()))
    return Change(gone=(Tombstone(Kind.USER, fact["user_id"], version), *devices))


Function = Callable[[Mapping[str, Any], int, Known], Change]
CHANGES: Mapping[str, Function] = {
    f"{_PACKAGE}OrganizationImported": on_organization_imported,
    f"{_PACKAGE}PersonImported": on_person_imported,
    f"{_PACKAGE}DomainImported": on_domain_imported,
    f"{_PACKAGE}SiteImported": on_site_imported,
    f"{_PACKAGE}OrderImported": on_order_imported,
    f"{_PACKAGE}DeviceImported": on_device_imported,
    FORGOTTEN: on_person_forgotten,
}


def moved(document: Document, owner: Organization, version: int) -> Document:
    """Return a document as it is after its organization changed."""
    if document.kind is Kind.ORGANIZATION:
        return owner.document(version)
    return replace(
        document,
        partner_ids=frozenset(owner.partner_ids),
        version=version,
        subtitle=owner.name,
        fields=replace(document.fields, organization_name=owner.name),
    )


def _document(
    kind: Kind, id_: str, owner: Organization, version: int, title: str, fields: Fields
) -> Document:
    return Document(
        kind=kind,
        id=id_,
        organization_id=owner.id,
        partner_ids=frozenset(owner.partner_ids),
        version=version,
        title=title,
        subtitle="" if kind is Kind.ORGANIZATION else owner.name,
        fields=fields,
    )


def _given(*values: str | None) -> tuple[str, ...]:
    return tuple(dict.fromkeys(value for value in values if value))
