"""What is put into the index: one document for each thing that an agent can find."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum


class Kind(StrEnum):
    """The kinds of things that can be found, in the order in which equal hits are shown."""

    USER = "user"
    ORGANIZATION = "organization"
    SITE = "site"
    DOMAIN = "domain"
    ORDER = "order"
    DEVICE = "device"


@dataclass(frozen=True, slots=True)
class Fields:
    """
    By what a document is found; each field may hold several values.

    ``names`` are written forms of one name, the first is shown; ``other_ids`` are
    identifiers without a form of their own (a subscription). Domains that an
    organization has not proved to own must not be among its ``domains``.
    """

    names: tuple[str, ...] = ()
    emails: tuple[str, ...] = ()
    phones: tuple[str, ...] = ()
    sip_addresses: tuple[str, ...] = ()
    macs: tuple[str, ...] = ()
    serials: tuple[str, ...] = ()
    order_numbers: tuple[str, ...] = ()
    domains: tuple[str, ...] = ()
    sites: tuple[str, ...] = ()
    other_ids: tuple[str, ...] = ()
    organization_name: str = ""


@dataclass(frozen=True, slots=True)
class Document:
    """
    One thing that can be found.

    ``partner_ids`` are the partners that manage the organization; ``version`` is the position
    of its newest fact in the source's log: a lower one never replaces a higher one.
    """

    kind: Kind
    id: str
    organization_id: str
    partner_ids: frozenset[str]
    version: int
    title: str
    subtitle: str = ""
    fields: Fields = field(default_factory=Fields)

    @property
    def key(self) -> str:
        """Return the name of this document among all kinds."""
        return f"{self.kind}:{self.id}"


@dataclass(frozen=True, slots=True)
class Tombstone:
    """A thing that is gone since ``version``; older updates that come late do not bring it back."""

    kind: Kind
    id: str
    version: int

    @property
    def key(self) -> str:
        """Return the name of the document that is gone."""
        return f"{self.kind}:{self.id}"
