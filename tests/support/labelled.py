"""A directory export as documents, and a labelled set of what agents type to find what is in it."""

from __future__ import annotations

import base64
import json
import random
import re
import unicodedata
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from services.search.domain import Document, Fields, Kind

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Directory:
    """The rows of an export, by file."""

    people: tuple[Row, ...]
    organizations: tuple[Row, ...]
    partners: tuple[Row, ...] = ()
    devices: tuple[Row, ...] = ()
    domains: tuple[Row, ...] = ()
    sites: tuple[Row, ...] = ()
    orders: tuple[Row, ...] = ()


@dataclass(frozen=True, slots=True)
class Label:
    """
    One thing typed by an agent of ``partner_id``, and the documents that it means.

    Any of ``expected`` will do: people who share one name are told apart by other means.
    """

    kind: str
    text: str
    partner_id: str
    expected: frozenset[str]


@dataclass(slots=True)
class Recall:
    """How many labels of each kind were found among the first five, and which were not."""

    asked: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    found: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    first: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    missed: list[Label] = field(default_factory=list)

    def add(self, label: Label, keys: list[str]) -> None:
        """Count the answer to one label: the keys of the hits in order."""
        self.asked[label.kind] += 1
        if label.expected & set(keys[:5]):
            self.found[label.kind] += 1
        else:
            self.missed.append(label)
        if label.expected & set(keys[:1]):
            self.first[label.kind] += 1

    def at_five(self, kind: str | None = None) -> float:
        """Return recall@5 of a kind, or of all."""
        if kind is not None:
            return self.found[kind] / self.asked[kind]
        return sum(self.found.values()) / sum(self.asked.values())

    def table(self) -> str:
        """Return one line a kind, for people."""
        lines = [
            f"{kind:24} {self.found[kind]:5}/{self.asked[kind]:<5} {self.at_five(kind):7.2%}"
            f"   first {self.first[kind] / self.asked[kind]:7.2%}"
            for kind in self.asked
        ]
        return "\n".join([*lines, f"{'all':24} {'':11} {self.at_five():7.2%}"])


def read_directory(folder: Path) -> Directory:
    """Read an export: one JSON object a line, one file a kind."""

    def rows(name: str) -> tuple[Row, ...]:
        path = folder / f"{name}.ndjson"
        if not path.exists():
            return ()
        with path.open(encoding="utf-8") as lines:
            return tuple(json.loads(line) for line in lines if line.strip())

    names = ("people", "organizations", "partners", "devices", "domains", "sites", "orders")
    return Directory(**{name: rows(name) for name in names})


def documents_of(directory: Directory) -> Iterator[Document]:
    """Return the documents of an export; pending domains find nobody."""
    version = iter(range(1, 10_000_000))
    organizations = {row["id"]: row for row in directory.organizations}
    domains: dict[str, list[str]] = defaultdict(list)
    sites: dict[str, list[str]] = defaultdict(list)
    for row in directory.domains:
        if row["status"] != "pending":
            domains[row["orgId"]].append(row["domain"])
    for row in directory.sites:
        sites[row["orgId"]].append(row["siteUrl"])

    def made(kind: Kind, id_: str, organization: str, title: str, fields: Fields) -> Document:
        owner = organizations.get(organization, {})
        return Document(
            kind=kind,
            id=id_,
            organization_id=organization,
            partner_ids=frozenset(owner.get("managedBy", ())),
            version=next(version),
            title=title,
            subtitle=owner.get("displayName", "") if kind is not Kind.ORGANIZATION else "",
            fields=fields,
        )

    for row in directory.organizations:
        fields = Fields(
            names=(row["displayName"],),
            domains=tuple(domains[row["id"]]),
            sites=tuple(sites[row["id"]]),
        )
        yield made(Kind.ORGANIZATION, row["id"], row["id"], row["displayName"], fields)
    for row in directory.people:
        owner = organizations.get(row["orgId"], {}).get("displayName", "")
        names = dict.fromkeys((row["displayName"], f"{row['firstName']} {row['lastName']}"))
        fields = Fields(
            names=tuple(names),
            emails=tuple(row["emails"]),
            phones=tuple(p["value"] for p in row.get("phoneNumbers", ())),
            sip_addresses=tuple(s["value"] for s in row.get("sipAddresses", ())),
            organization_name=owner,
        )
        yield made(Kind.USER, row["id"], row["orgId"], row["displayName"], fields)
    for row in directory.devices:
        fields = Fields(
            names=(row["displayName"],),
            macs=(row["mac"],),
            serials=(row["serial"],),
            sip_addresses=(row["primarySipUrl"],),
            organization_name=organizations.get(row["orgId"], {}).get("displayName", ""),
        )
        yield made(Kind.DEVICE, row["id"], row["orgId"], row["displayName"], fields)
    for row in directory.domains:
        if row["status"] != "pending":
            fields = Fields(domains=(row["domain"],))
            yield made(Kind.DOMAIN, row["domain"], row["orgId"], row["domain"], fields)
    for row in directory.sites:
        fields = Fields(sites=(row["siteUrl"],))
        yield made(Kind.SITE, row["siteUrl"], row["orgId"], row["siteUrl"], fields)
    for row in directory.orders:
        number, subscription = row["webOrderNumber"], row["subscriptionId"]
        fields = Fields(order_numbers=(number,), other_ids=(subscription,))
        yield made(Kind.ORDER, number, row["orgId"], number, fields)


def keyed(kind: Kind, id_: str) -> str:
    """Return the key of a document."""
    return f"{kind}:{id_}"


_CYRILLIC_TYPED = {
    "а": "a", "б": "b", "в": "v", "г": "g", "д": "d", "е": "e", "ё": "e", "ж": "zh", "з": "z",
    "и": "i", "й": "y", "к": "k", "л": "l", "м": "m", "н": "n", "о": "o", "п": "p", "р": "r",
    "с": "s", "т": "t", "у": "u", "ф": "f", "х": "kh", "ц": "ts", "ч": "ch", "ш": "sh",
    "щ": "shch", "ъ": "", "ы": "y", "ь": "", "э": "e", "ю": "yu", "я": "ya", "і": "i", "ї": "yi",
    "є": "ye", "ґ": "g", "ђ": "dj", "ј": "j", "љ": "lj", "њ": "nj", "ћ": "c", "џ": "dz",
}  # fmt: skip
_OTHER_WAYS: tuple[tuple[str, dict[str, str]], ...] = (
    ("passport", {"й": "i", "ю": "iu", "я": "ia"}),
    ("scientific", {"ж": "z", "й": "j", "х": "x", "ц": "c", "ч": "c", "ш": "s", "щ": "sc",
                    "ю": "ju", "я": "ja"}),
    ("offhand", {"х": "h", "щ": "sch", "й": "i", "ц": "c", "ю": "ju", "я": "ja", "ж": "j"}),
    ("german", {"ж": "sch", "й": "j", "х": "ch", "ц": "z", "ч": "tsch", "ш": "sch",
                "щ": "schtsch", "в": "w", "ю": "ju", "я": "ja", "з": "s"}),
)  # fmt: skip
_GREEK_TYPED = {
    "ου": "ou", "αυ": "av", "ευ": "ev", "μπ": "b", "ντ": "nt", "γγ": "ng", "γκ": "gk",
    "α": "a", "β": "v", "γ": "g", "δ": "d", "ε": "e", "ζ": "z", "η": "i", "θ": "th", "ι": "i",
    "κ": "k", "λ": "l", "μ": "m", "ν": "n", "ξ": "x", "ο": "o", "π": "p", "ρ": "r", "σ": "s",
    "ς": "s", "τ": "t", "υ": "y", "φ": "f", "χ": "ch", "ψ": "ps", "ω": "o",
}  # fmt: skip
_GREEK_OTHER_WAYS: tuple[tuple[str, dict[str, str]], ...] = (
    ("greeklish", {"η": "h", "ω": "w", "χ": "x", "ξ": "ks", "υ": "u", "θ": "th", "μπ": "mp",
                   "αυ": "au", "ευ": "eu", "γγ": "gg"}),
    ("spoken", {"υ": "i", "χ": "h", "ει": "i", "οι": "i", "αι": "e", "ντ": "d", "γκ": "g",
                "ου": "u"}),
    ("english", {"χ": "kh", "φ": "ph", "αυ": "af", "ευ": "ef"}),
)  # fmt: skip


def _typed(text: str, table: dict[str, str]) -> str:
    text = "".join(c if c == "й" else unicodedata.normalize("NFD", c)[0] for c in text.lower())
    longest = sorted(table, key=len, reverse=True)
    pattern = re.compile("|".join(map(re.escape, longest)))
    return pattern.sub(lambda found: table[found.group()], text)


def in_script(text: str, name: str) -> bool:
    """Tell whether the letters of a text belong to a script, by their Unicode names."""
    return any(c.isalpha() for c in text) and all(
        unicodedata.name(c, "").startswith(name) for c in text if c.isalpha()
    )


def without_diacritics(text: str) -> str:
    """Return a Latin text as it is typed on a keyboard without diacritics."""
    plain = text.translate(str.maketrans("øØłŁđĐıßœ", "oOlLdDisœ".replace("œ", "o")))
    plain = plain.replace("æ", "ae").replace("Æ", "AE")
    return "".join(c for c in unicodedata.normalize("NFD", plain) if not unicodedata.combining(c))


def with_one_typo(text: str, dice: random.Random) -> str:
    """Return a name with one letter missing, doubled, changed or swapped with the next."""
    places = [i for i, c in enumerate(text) if c.isalpha()]
    at = dice.choice(places)
    letter = dice.choice("abcdefghijklmnoprstuvz")
    following = text[at + 1 : at + 2]
    ways: list[str] = [text[:at] + letter + text[at + 1 :], text[:at] + letter + text[at:]]
    if len(places) > 4:
        ways.append(text[:at] + text[at + 1 :])
    if following.isalpha() and following != text[at]:
        ways.append(text[:at] + following + text[at] + text[at + 2 :])
    return dice.choice(ways)


def labelled_set(directory: Directory, *, seed: int = 1, most: int = 150) -> list[Label]:
    """Return what agents type to find what is in a directory, at most ``most`` of each kind."""
    dice = random.Random(seed)
    organizations = {row["id"]: row for row in directory.organizations}
    people = [row for row in directory.people if row["orgId"] in organizations]
    found: list[Label] = []

    def partner(row: Row) -> str:
        managers: list[str] = organizations[row.get("orgId") or row["id"]]["managedBy"]
        return dice.choice(managers)

    def chosen(rows: Iterable[Row]) -> list[Row]:
        rows = list(rows)
        return dice.sample(rows, min(most, len(rows)))

    def name(row: Row) -> str:
        return f"{row['firstName']} {row['lastName']}"

    def namesakes(
        row: Row, agent: str, typed: Callable[[str], str] = str.casefold
    ) -> frozenset[str]:
        wanted = typed(name(row))
        return frozenset(
            keyed(Kind.USER, p["id"])
            for p in people
            if typed(name(p)) == wanted and agent in organizations[p["orgId"]]["managedBy"]
        )

    def of_people(kind: str, rows: Iterable[Row], text: Callable[[Row], str]) -> None:
        for row in chosen(rows):
            agent = partner(row)
            found.append(Label(kind, text(row), agent, namesakes(row, agent)))

    def swapped(row: Row) -> str:
        return f"{row['lastName']} {row['firstName']}"

    def beginning(row: Row) -> str:
        last = row["lastName"]
        return f"{row['firstName']} {last[: max(3, len(last) * 3 // 4)]}"

    of_people("exact", people, name)
    of_people("display name", people, lambda row: row["displayName"])
    latin = [p for p in people if in_script(name(p), "LATIN")]
    marked = [p for p in latin if without_diacritics(name(p)) != name(p)]
    of_people("without diacritics", marked, lambda row: without_diacritics(name(row)).lower())
    of_people("one typo", people, lambda row: with_one_typo(name(row), dice))
    of_people(
        "typo, no diacritics",
        marked,
        lambda row: with_one_typo(without_diacritics(name(row)).lower(), dice),
    )
    of_people("swapped words", people, swapped)
    of_people("beginning", people, beginning)
    of_people(
        "with organization",
        people,
        lambda row: f"{name(row)} {organizations[row['orgId']]['displayName'].split()[0]}",
    )
    for script, table, others in (
        ("CYRILLIC", _CYRILLIC_TYPED, _OTHER_WAYS),
        ("GREEK", _GREEK_TYPED, _GREEK_OTHER_WAYS),
    ):
        written = [p for p in people if in_script(name(p), script)]
        for way, changes in (("latin", {}), *others):
            spelled = table | changes
            of_people(
                f"{script.lower()} {way}",
                written,
                lambda row, spelled=spelled: _typed(name(row), spelled),
            )
        of_people(
            f"{script.lower()} typo",
            written,
            lambda row, table=table: with_one_typo(_typed(name(row), table), dice),
        )

    def one(kind: str, text: str, row: Row, *expected: str) -> None:
        found.append(Label(kind, text, partner(row), frozenset(expected)))

    owners: dict[str, list[Row]] = defaultdict(list)
    for row in people:
        for address in row["emails"]:
            owners[address.lower()].append(row)
    for row in chosen(people):
        address = dice.choice(row["emails"])
        text = dice.choice((address, address.upper(), address.title(), f" {address} "))
        agent = partner(row)
        keys = frozenset(
            keyed(Kind.USER, p["id"])
            for p in owners[address.lower()]
            if agent in organizations[p["orgId"]]["managedBy"]
        )
        found.append(Label("e-mail", text, agent, keys))
    for row in chosen(p for p in people if p.get("phoneNumbers")):
        number = row["phoneNumbers"][0]["value"]
        one("phone", _with_spaces(number, dice), row, keyed(Kind.USER, row["id"]))
    for row in chosen(people):
        uuid = decoded(row["id"]).rpartition("/")[2]
        text = dice.choice((row["id"], uuid, uuid.upper(), decoded(row["id"])))
        one("id", text, row, keyed(Kind.USER, row["id"]))
    for row in chosen(directory.organizations):
        uuid = decoded(row["id"]).rpartition("/")[2]
        key = keyed(Kind.ORGANIZATION, row["id"])
        one("organization id", dice.choice((row["id"], uuid)), row, key)
        one("organization", row["displayName"], row, key)
        one("organization, typo", with_one_typo(row["displayName"], dice), row, key)
    devices = [row for row in directory.devices if row["orgId"] in organizations]
    for row in chosen(devices):
        key = keyed(Kind.DEVICE, row["id"])
        bare = row["mac"].replace(":", "").lower()
        dotted = ".".join(bare[i : i + 4] for i in (0, 4, 8))
        dashed = "-".join(bare[i : i + 2] for i in range(0, 12, 2))
        mac = dice.choice((row["mac"], row["mac"].lower(), bare, bare.upper(), dotted, dashed))
        one("mac", mac, row, key)
        one("serial", dice.choice((row["serial"], row["serial"].lower())), row, key)
        one("sip address", dice.choice(("", "sip:")) + row["primarySipUrl"], row, key)
    for row in chosen(directory.domains):
        if row["status"] != "pending":
            text = dice.choice((row["domain"], row["domain"].upper(), f"@{row['domain']}"))
            one("domain", text, row, keyed(Kind.ORGANIZATION, row["orgId"]))
    for row in chosen(directory.sites):
        text = dice.choice((row["siteUrl"], f"https://{row['siteUrl']}/"))
        one("site", text, row, keyed(Kind.ORGANIZATION, row["orgId"]))
    for row in chosen(directory.orders):
        number = row["webOrderNumber"]
        text = dice.choice((number, number.lower(), f"{number[:4]} {number[4:]}"))
        one("order", text, row, keyed(Kind.ORDER, number))
    return found


IDENTIFIERS = frozenset(
    {"e-mail", "phone", "id", "organization id", "mac", "serial", "sip address", "order"}
)
"""The kinds of labels whose document must come first."""


def decoded(id_: str) -> str:
    """Return what an API-style id says: ``ciscospark://us/PEOPLE/...``."""
    return base64.urlsafe_b64decode(id_ + "=" * (-len(id_) % 4)).decode()


def _with_spaces(number: str, dice: random.Random) -> str:
    digits = number.lstrip("+")
    gap = dice.choice(" -.")
    cut = dice.randint(1, 3)
    rest = digits[cut:]
    middle = len(rest) // 2
    plus = dice.choice(("+", "00", "+"))
    return f"{plus}{digits[:cut]} ({rest[:2]}) {rest[2:middle]}{gap}{rest[middle:]}"


def foreign_addresses(directory: Directory, partner_id: str) -> list[str]:
    """Return the addresses of people whom a partner may not see and that no one it sees shares."""
    organizations = {row["id"]: row for row in directory.organizations}
    mine: set[str] = set()
    foreign: set[str] = set()
    for row in directory.people:
        managers = organizations.get(row["orgId"], {}).get("managedBy", ())
        target = mine if partner_id in managers else foreign
        target.update(address.lower() for address in row["emails"])
    return sorted(foreign - mine)
