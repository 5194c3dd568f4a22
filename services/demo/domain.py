"""The sample directory: two partners, their customers and people with names in three languages."""

from __future__ import annotations

import random
from base64 import urlsafe_b64encode
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any
from unicodedata import combining, normalize
from uuid import UUID

from anyascii import anyascii

Record = dict[str, Any]
_SEED = 20_26
_PEOPLE = 24
_FIRST_TICKET = 4821
_TOGGLES = ("ai-assistant", "call-recording", "hybrid-calendar", "whiteboard", "video-mesh")
_LICENSES = ("Meetings Suite", "Calling Professional", "Messaging Basic", "Room Systems")
_PRODUCTS = (("Desk Phone 9851", "phone"), ("Room Bar", "roomdesk"), ("Board 55", "roomdesk"))
_FIRST = {
    "ro": [
        "Ștefana",
        "Ana",
        "Țvetana",
        "Ioana",
        "Măriuca",
        "Răzvan",
        "Andrei",
        "Mihai",
        "Ștefan",
        "Cătălin",
        "Ilinca",
        "Ruxandra",
        "Bogdan",
        "Ciprian",
        "Grațiela",
        "Vlăduț",
    ],
    "de": [
        "Jürgen",
        "Änne",
        "Björn",
        "Käthe",
        "Günther",
        "Sören",
        "Uwe",
        "Anneliese",
        "Lieselotte",
        "Heinz",
        "Ömer",
        "Jörg",
        "Bärbel",
        "Hannelore",
        "Rüdiger",
        "Thea",
    ],
    "el": [
        "Γιώργος",
        "Ελένη",
        "Νίκος",
        "Μαρία",
        "Κατερίνα",
        "Δημήτρης",
        "Αγγελική",
        "Χρήστος",
        "Ευγενία",
        "Παναγιώτης",
        "Σοφία",
        "Θανάσης",
        "Ιωάννα",
        "Στέλιος",
        "Ξένια",
        "Ζωή",
    ],
}
_LAST = {
    "ro": [
        "Voinea",
        "Țîrlea",
        "Ionescu",
        "Pârvulescu",
        "Șerban",
        "Mătăsaru",
        "Dănilă",
        "Brătianu",
        "Crăciun",
        "Stănescu",
        "Țepeș",
        "Rădulescu",
        "Neagoe",
    ],
    "de": [
        "Müller",
        "Schröder",
        "Weiß",
        "Großmann",
        "Höfner",
        "Kühn",
        "Bauer",
        "Strauß",
        "Lindenberg",
        "Jäger",
        "Köhler",
        "Vogt",
        "Zöllner",
    ],
    "el": [
        "Παπαδόπουλος",
        "Γεωργίου",
        "Νικολάου",
        "Οικονόμου",
        "Χατζής",
        "Αθανασίου",
        "Ξενάκης",
        "Ψαρράς",
        "Δημητρίου",
        "Λάμπρου",
        "Ζαχαρίου",
        "Θεοδώρου",
        "Βασιλείου",
    ],
}
_COUNTRY = {
    "ro": ("RO", "ro_RO", "+4021"),
    "de": ("DE", "de_DE", "+4930"),
    "el": ("GR", "el_GR", "+3021"),
}
_CUSTOMERS = (
    ("Brutăria Șapte Spice SRL", "sapte-spice.example", "ro", (0,)),
    ("Atelierele Țîrlea", "tirlea.example", "ro", (0,)),
    ("Pădurea Verde Coop", "padurea-verde.example", "ro", (0, 1)),
    ("Großmann & Söhne GmbH", "grossmann.example", "de", (1,)),
    ("Käthe Jäger Verlag", "jaeger-verlag.example", "de", (1,)),
    ("Ναυτιλιακή Αιγαίου ΑΕ", "aigaiou.example", "el", (1,)),
)
_PARTNERS = (
    ("Carpat Cloud Services", "carpat.example", "ro"),
    ("Nordwind Systemhaus", "nordwind.example", "de"),
)
_PARTNER_ROLES = (["partner_admin"], ["help_desk"], ["help_desk"], ["auditor"], ["partner_admin"])


@dataclass
class Sample:
    """Records by kind, in the shape of the import, and the people that the tour names."""

    records: dict[str, list[Record]] = field(default_factory=dict)
    sign_ins: list[tuple[str, str, str]] = field(default_factory=list)
    """Role, name and address of the people to sign in as."""
    platform_auditor: tuple[str, str, str] = (
        "platform auditor",
        "Olivia Adler",
        "olivia.adler@platform.example",
    )
    """The same of who audits all partners, and is in no directory."""
    bounces: str = ""
    """Address whose mailbox does not exist."""
    welcomed: list[str] = field(default_factory=list)
    """Ids of the users who get a welcome mail."""
    tickets: list[tuple[str, str, str]] = field(default_factory=list)
    """Number, and id and name of the customer, of the tickets of the first partner's agent."""


def sample() -> Sample:
    """Return the sample; the same at each call."""
    return _Maker(random.Random(_SEED)).made()  # noqa: S311  # names, not secrets


def api_id(kind: str, uuid: UUID) -> str:
    """Return an id in the form of the public API."""
    return urlsafe_b64encode(f"ciscospark://us/{kind}/{uuid}".encode()).rstrip(b"=").decode()


class _Maker:
    def __init__(self, chance: random.Random) -> None:
        self._chance = chance
        self._made = Sample()
        self._customers = 0

    def made(self) -> Sample:
        partners = [self._partner(*each) for each in _PARTNERS]
        for name, domain, language, managers in _CUSTOMERS:
            self._customer(name, domain, language, [partners[n] for n in managers])
        return self._made

    def _id(self, kind: str) -> str:
        return api_id(kind, UUID(int=self._chance.getrandbits(128), version=4))

    def _add(self, kind: str, **record: Any) -> Record:
        self._made.records.setdefault(kind, []).append(record)
        return record

    def _created(self) -> str:
        year, month = self._chance.randint(2019, 2025), self._chance.randint(1, 12)
        return f"{year}-{month:02}-{self._chance.randint(1, 28):02}T09:{month + 10}:00.000Z"

    def _partner(self, name: str, domain: str, language: str) -> str:
        partner_id = self._id("ORGANIZATION")
        self._add("partners", id=partner_id, displayName=name, created=self._created())
        said = {"partner_admin": "partner admin", "help_desk": "agent", "auditor": "auditor"}
        seen = {role for role, _, _ in self._made.sign_ins}
        for number, roles in enumerate(_PARTNER_ROLES):
            names = (_FIRST[language][number + 1], _LAST[language][number + 2])
            person = self._person(partner_id, names, domain, "active", roles=roles)
            role = said[roles[0]]
            if role not in seen:
                seen.add(role)
                self._made.sign_ins.append((role, person["displayName"], person["emails"][0]))
        return partner_id

    def _customer(self, name: str, domain: str, language: str, managed_by: list[str]) -> None:
        country, locale, prefix = _COUNTRY[language]
        organization_id = self._id("ORGANIZATION")
        self._add(
            "organizations",
            id=organization_id,
            displayName=name,
            created=self._created(),
            managedBy=managed_by,
            settings={
                "country": country,
                "language": locale,
                "dataResidency": "EU",
                "ssoEnabled": self._chance.random() < 0.5,
                "messagingRetentionDays": self._chance.choice((90, 365, 3650)),
                "guestJoin": True,
            },
        )
        if managed_by[0] == self._made.records["partners"][0]["id"]:
            number = _FIRST_TICKET + len(self._made.tickets)
            self._made.tickets.append((f"INC-{number}", organization_id, name))
        self._add("domains", orgId=organization_id, domain=domain, status="verified")
        self._add("domains", orgId=organization_id, domain=f"mail.{domain}", status="claimed")
        for tag in ("", "events-"):
            site = f"{tag}{domain.partition('.')[0]}.meet.example"
            self._add(
                "sites",
                orgId=organization_id,
                siteUrl=site,
                siteType="Managed site",
                created=self._created(),
                default=not tag,
            )
        licenses = self._licenses(organization_id)
        people = list(self._people(organization_id, domain, language, prefix, licenses))
        admin = people[1]
        if not any(role == "customer admin" for role, _, _ in self._made.sign_ins):
            self._made.sign_ins.append(("customer admin", admin["displayName"], admin["emails"][0]))
            self._made.bounces = people[0]["emails"][0]
        self._made.welcomed += [person["id"] for person in people[:4]]
        self._devices(organization_id, domain, people)
        # The next customer of the same language pairs its names differently.
        self._customers += 1

    def _licenses(self, organization_id: str) -> list[str]:
        ids = []
        for name in _LICENSES[: self._chance.randint(2, 4)]:
            subscription = f"Sub{self._chance.randint(100000, 999999)}"
            ids.append(self._id("LICENSE"))
            total = self._chance.choice((25, 50, 100))
            self._add(
                "licenses",
                id=ids[-1],
                name=name,
                orgId=organization_id,
                subscriptionId=subscription,
                totalUnits=total,
                consumedUnits=self._chance.randint(5, total),
            )
            self._add(
                "orders",
                orgId=organization_id,
                webOrderNumber=f"W{self._chance.randint(10**8, 10**9 - 1)}",
                subscriptionId=subscription,
                status=self._chance.choice(("PROVISIONED", "PENDING")),
                created=self._created(),
            )
        return ids

    def _people(
        self, organization_id: str, domain: str, language: str, prefix: str, licenses: list[str]
    ) -> Iterator[Record]:
        for number in range(_PEOPLE):
            first = _FIRST[language][number % len(_FIRST[language])]
            last = _LAST[language][(number * 5 + 3 * self._customers) % len(_LAST[language])]
            status = self._chance.choice(("active",) * 6 + ("pending", "inactive"))
            yield self._person(
                organization_id,
                (first, last),
                domain,
                "active" if number < 2 else status,
                roles=["id_full_admin"] if number == 1 else [],
                phone=f"{prefix}{self._chance.randint(10**6, 10**7 - 1)}",
                licenses=self._chance.sample(licenses, self._chance.randint(1, len(licenses))),
            )

    def _person(
        self,
        organization_id: str,
        names: tuple[str, str],
        domain: str,
        status: str,
        *,
        roles: Sequence[str] = (),
        phone: str = "",
        licenses: Sequence[str] = (),
    ) -> Record:
        local = ".".join(plain(name) for name in names)
        toggles = {name: self._chance.random() < 0.5 for name in self._chance.sample(_TOGGLES, 3)}
        emails = [f"{local}@{domain}"]
        if self._chance.random() < 0.2:
            emails.append(f"{local}@mail.{domain}")
        return self._add(
            "people",
            id=self._id("PEOPLE"),
            emails=emails,
            displayName=" ".join(names),
            firstName=names[0],
            lastName=names[1],
            orgId=organization_id,
            roles=list(roles),
            licenses=list(licenses),
            phoneNumbers=[{"type": "work", "value": phone}] if phone else [],
            sipAddresses=[
                {"type": "cloud-calling", "value": f"{local}@calls.{domain}", "primary": True}
            ],
            created=self._created(),
            type="person",
            loginEnabled=status == "active",
            invitePending=status == "pending",
            status=status,
            featureToggles=toggles,
        )

    def _devices(self, organization_id: str, domain: str, people: list[Record]) -> None:
        for person in self._chance.sample(people, 9):
            product, kind = self._chance.choice(_PRODUCTS)
            octets = [self._chance.randint(0, 255) for _ in range(6)]
            self._add(
                "devices",
                id=self._id("DEVICE"),
                displayName=f"{product} {person['firstName']}",
                personId=person["id"],
                orgId=organization_id,
                product=product,
                type=kind,
                serial=f"FOC{self._chance.randint(10**7, 10**8 - 1)}",
                mac=":".join(f"{octet:02X}" for octet in octets),
                primarySipUrl=f"device{octets[0]}{octets[1]}@rooms.{domain}",
                connectionStatus=self._chance.choice(("connected", "connected", "disconnected")),
                created=self._created(),
            )


def plain(name: str) -> str:
    """Return a name as its bearer would write it in an address."""
    for letter, written in (("ä", "ae"), ("ö", "oe"), ("ü", "ue"), ("ß", "ss")):
        name = name.replace(letter, written)
    folded = "".join(c for c in normalize("NFD", name) if not combining(c))
    return "".join(c for c in anyascii(folded).lower() if c.isalnum())
