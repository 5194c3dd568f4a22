"""Reads the tables of the directory."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from helpdesk.kernel.events import ERASED
from helpdesk.kernel.store import Store
from services.identity.domain import sign_in
from services.identity.domain.entries import (
    Device,
    Domain,
    HeldRole,
    License,
    Order,
    Organization,
    Partner,
    Person,
    Site,
)
from services.identity.domain.importing import Known
from services.identity.projections.directory import (
    DEVICE_VIEW,
    HINT,
    PERSON,
    SIGN_IN,
    address_text,
    moment_of,
)

_AT_ONCE = 500
_PERSON = (
    "uuid, id, organization, organization_id, sealed, status, login_enabled, created, admin, "
    "licenses, feature_toggles, version"
)
_DEVICE = (
    "uuid, id, organization, organization_id, user_id, person_id, sealed, product, type, serial, "
    "mac, connection_status, created, version"
)
_ORGANIZATION = "uuid, id, display_name, created, settings, version"
_SESSION = "id, user_id, begun, used, ended, sealed"


class Views:
    """Everything that use cases ask about; each answer is as new as the log."""

    def __init__(self, store: Store) -> None:
        self._store = store

    @property
    def position(self) -> int:
        """Position of the log that answers are at least as new as."""
        return self._store.position

    def _query(self, sql: str, *params: object) -> list[tuple[Any, ...]]:
        return self._store.engine.query(sql, params)

    def _among(self, sql: str, values: Iterable[str], end: str = "") -> Iterator[tuple[Any, ...]]:
        wanted = list(dict.fromkeys(values))
        for start in range(0, len(wanted), _AT_ONCE):
            part = wanted[start : start + _AT_ONCE]
            yield from self._query(f"{sql} IN ({', '.join('?' * len(part))}) {end}", *part)

    def _opened(self, person: str, sealed: str, context: str) -> Any:
        text = self._store.vault.open(person, [sealed], context)[0]
        return None if text == ERASED else json.loads(text)

    def known(self, names: Iterable[str]) -> dict[str, Known]:
        """Return what is stored of these records; those that are not are left out."""
        rows = self._among("SELECT name, version, digest, owner FROM imported WHERE name", names)
        return {name: Known(version, digest, owner) for name, version, digest, owner in rows}

    def partner(self, uuid: str) -> Partner | None:
        """Return a partner."""
        rows = self._query("SELECT uuid, id, display_name FROM partner WHERE uuid = ?", uuid)
        return Partner(*rows[0]) if rows else None

    def organization(self, uuid: str) -> Organization | None:
        """Return a customer organization."""
        rows = self._query(f"SELECT {_ORGANIZATION} FROM organization WHERE uuid = ?", uuid)
        return _organization(rows[0]) if rows else None

    def organizations(self, uuids: Iterable[str]) -> dict[str, Organization]:
        """Return organizations by UUID."""
        rows = self._among(f"SELECT {_ORGANIZATION} FROM organization WHERE uuid", uuids)
        return {row[0]: _organization(row) for row in rows}

    def customers(self, partner: str) -> frozenset[str]:
        """Return the UUIDs of all customers that a partner manages now."""
        rows = self._query("SELECT organization FROM managed_by WHERE partner = ?", partner)
        return frozenset(row[0] for row in rows)

    def managed_by(self, organization: str) -> frozenset[str]:
        """Return the UUIDs of the partners that manage a customer now."""
        rows = self._query("SELECT partner FROM managed_by WHERE organization = ?", organization)
        return frozenset(row[0] for row in rows)

    def relationship_changes(self, partner: str, since: int) -> list[str]:
        """Return the customers that came to or left a partner after a position, oldest first."""
        rows = self._query(
            "SELECT organization FROM relationship_change WHERE partner = ? AND position > ? "
            "ORDER BY position",
            partner,
            since,
        )
        return [row[0] for row in rows]

    def users(self, organizations: Iterable[str]) -> dict[str, int]:
        """Return how many people each organization has; left out where it has nobody."""
        rows = self._among(
            "SELECT organization, count(*) FROM person WHERE organization",
            organizations,
            "GROUP BY organization",
        )
        return {uuid: int(count) for uuid, count in rows}

    def person(self, uuid: str) -> Person | None:
        """Return a person."""
        return self.people([uuid]).get(uuid)

    def people(self, uuids: Iterable[str]) -> dict[str, Person]:
        """Return people by UUID."""
        rows = self._among(f"SELECT {_PERSON} FROM person WHERE uuid", uuids)
        return {row[0]: self._person(row) for row in rows}

    def people_of(self, organization: str) -> list[Person]:
        """Return everybody of an organization or partner, in no order."""
        rows = self._query(f"SELECT {_PERSON} FROM person WHERE organization = ?", organization)
        return [self._person(row) for row in rows]

    def admins_of(self, organization: str) -> list[Person]:
        """Return the admins of an organization, in no order."""
        rows = self._query(
            f"SELECT {_PERSON} FROM person WHERE organization = ? AND admin = 1", organization
        )
        return [self._person(row) for row in rows]

    def with_address(self, address: str) -> list[Person]:
        """Return who has a canonical address; several where an export says so."""
        digest = self._store.digest(address_text(address))
        rows = self._query("SELECT person FROM person_address WHERE digest = ?", digest)
        return list(self.people(row[0] for row in rows).values())

    def device(self, uuid: str) -> Device | None:
        """Return a device."""
        rows = self._query(f"SELECT {_DEVICE} FROM device WHERE uuid = ?", uuid)
        return self._device(rows[0]) if rows else None

    def devices_of(self, organization: str) -> list[Device]:
        """Return all devices of an organization, in no order."""
        rows = self._query(f"SELECT {_DEVICE} FROM device WHERE organization = ?", organization)
        return [self._device(row) for row in rows]

    def devices_of_user(self, person: Person) -> list[Device]:
        """Return a person's devices, in no order."""
        rows = self._query(
            f"SELECT {_DEVICE} FROM device WHERE user_id = ? AND organization = ?",
            person.id,
            person.organization,
        )
        return [self._device(row) for row in rows]

    def count_devices(self, organization: str) -> int:
        """Return how many devices an organization has."""
        rows = self._query("SELECT count(*) FROM device WHERE organization = ?", organization)
        return int(rows[0][0])

    def licenses_of(self, organization: str) -> list[License]:
        """Return the licences of an organization, by name."""
        rows = self._query(
            "SELECT uuid, id, name, subscription_id, total_units, consumed_units FROM license "
            "WHERE organization = ? ORDER BY name, uuid",
            organization,
        )
        return [License(*row) for row in rows]

    def domains_of(self, organization: str) -> list[Domain]:
        """Return the domains of an organization, by name."""
        return self._domains("organization = ?", organization)

    def domains_named(self, domain: str) -> list[Domain]:
        """Return a domain at each organization that has it."""
        return self._domains("domain = ?", domain)

    def _domains(self, where: str, value: str) -> list[Domain]:
        rows = self._query(
            f"SELECT organization, domain, status, version FROM mail_domain WHERE {where} "
            "ORDER BY domain, organization",
            value,
        )
        return [Domain(*row) for row in rows]

    def sites_of(self, organization: str) -> list[Site]:
        """Return the meeting sites of an organization, by address."""
        return self._sites("organization = ?", organization)

    def site(self, site_url: str) -> Site | None:
        """Return a meeting site."""
        return next(iter(self._sites("site_url = ?", site_url)), None)

    def _sites(self, where: str, value: str) -> list[Site]:
        rows = self._query(
            "SELECT organization, site_url, type, created, is_default, version FROM site "
            f"WHERE {where} ORDER BY site_url",
            value,
        )
        return [Site(r[0], r[1], r[2], moment_of(r[3]), bool(r[4]), r[5]) for r in rows]

    def orders_of(self, organization: str) -> list[Order]:
        """Return the web orders of an organization, newest first."""
        return self._orders("organization = ?", organization)

    def order(self, number: str) -> Order | None:
        """Return a web order."""
        return next(iter(self._orders("web_order_number = ?", number)), None)

    def _orders(self, where: str, value: str) -> list[Order]:
        rows = self._query(
            "SELECT organization, web_order_number, subscription_id, status, created, version "
            f"FROM web_order WHERE {where} ORDER BY created DESC, web_order_number",
            value,
        )
        return [Order(r[0], r[1], r[2], r[3], moment_of(r[4]), r[5]) for r in rows]

    def roles_of(self, person: str) -> list[HeldRole]:
        """Return the roles that a person was given and did not lose, ended ones too."""
        return self._roles("person = ?", person)

    def roles_at(self, partner: str) -> list[HeldRole]:
        """Return the roles of all people of a partner, ended ones too."""
        return self._roles("partner = ?", partner)

    def limit_of(self, person: str) -> frozenset[str] | None:
        """Return the only customers of a limited person; None for no limit."""
        rows = self._query("SELECT organization FROM customer_limit WHERE person = ?", person)
        return frozenset(row[0] for row in rows) or None

    def _roles(self, where: str, value: str) -> list[HeldRole]:
        rows = self._query(
            "SELECT person, role, partner, until, assigned_by, assigned FROM role_held "
            f"WHERE {where} ORDER BY role",
            value,
        )
        return [HeldRole(r[0], r[1], r[2], moment_of(r[3]), r[4], moment_of(r[5])) for r in rows]

    def linked(self, subject_digest: str) -> str:
        """Return the id of the person whom a provider's account was linked to; empty for nobody."""
        rows = self._query("SELECT user_id FROM linked_account WHERE digest = ?", subject_digest)
        return rows[0][0] if rows else ""

    def session(self, secret_digest: str) -> sign_in.Session | None:
        """Return the session of a secret."""
        rows = self._query(f"SELECT {_SESSION} FROM sign_in WHERE secret_digest = ?", secret_digest)
        return self._session(rows[0]) if rows else None

    def sessions_of(self, user_id: str) -> list[sign_in.Session]:
        """Return the sessions of a person that were not ended, newest first."""
        rows = self._query(
            f"SELECT {_SESSION} FROM sign_in WHERE user_id = ? AND ended = 0 ORDER BY begun DESC",
            user_id,
        )
        return [self._session(row) for row in rows]

    def provider_of(self, session: sign_in.Session) -> tuple[str, str]:
        """Return the issuer that a session came from and the ID token, empty where unknown."""
        issuer, hint = self._query("SELECT issuer, hint FROM sign_in WHERE id = ?", session.id)[0]
        return issuer, (self._opened(session.user_id, hint, HINT) or "") if hint else ""

    def sessions_at_provider(self, account: str, session: str) -> list[sign_in.Session]:
        """
        Return the sessions, not ended, of a provider's account or of one session there.

        Both are digests, empty for none; a session whose provider named none goes by its account.
        """
        if not session:
            where, params = "account = ?", [account]
        elif not account:
            where, params = "provider_session = ?", [session]
        else:
            where = "account = ? AND (provider_session = ? OR provider_session = '')"
            params = [account, session]
        rows = self._query(f"SELECT {_SESSION} FROM sign_in WHERE ended = 0 AND {where}", *params)
        return [self._session(row) for row in rows]

    def touch(self, sign_in_id: str, used: str) -> None:
        """Note when a session was last used; no fact, it only says when it ends."""
        with self._store.engine.transaction() as tx:
            tx.execute("UPDATE sign_in SET used = ? WHERE id = ?", (used, sign_in_id))

    def _session(self, row: Sequence[Any]) -> sign_in.Session:
        sign_in_id, user_id, begun, used, ended, sealed = row
        agent = self._opened(user_id, sealed, SIGN_IN) or ""
        return sign_in.Session(
            sign_in_id, user_id, moment_of(begun), moment_of(used), bool(ended), agent
        )

    def _person(self, row: Sequence[Any]) -> Person:
        opened = self._opened(row[1], row[4], PERSON) or [ERASED, ERASED, ERASED, [], [], []]
        return Person(
            uuid=row[0],
            id=row[1],
            organization=row[2],
            organization_id=row[3],
            display_name=opened[0],
            first_name=opened[1],
            last_name=opened[2],
            emails=tuple(opened[3]),
            phone_numbers=tuple(opened[4]),
            sip_addresses=tuple(opened[5]),
            status=row[5],
            login_enabled=bool(row[6]),
            created=moment_of(row[7]),
            admin=bool(row[8]),
            licenses=tuple(json.loads(row[9])),
            feature_toggles=json.loads(row[10]),
            version=row[11],
        )

    def _device(self, row: Sequence[Any]) -> Device:
        opened = self._opened(row[5], row[6], DEVICE_VIEW) or [ERASED, ""]
        return Device(
            uuid=row[0],
            id=row[1],
            organization=row[2],
            organization_id=row[3],
            user_id=row[4],
            display_name=opened[0],
            sip_address=opened[1],
            product=row[7],
            type=row[8],
            serial=row[9],
            mac=row[10],
            connection_status=row[11],
            created=moment_of(row[12]),
            version=row[13],
        )


def _organization(row: Sequence[Any]) -> Organization:
    return Organization(row[0], row[1], row[2], moment_of(row[3]), json.loads(row[4]), row[5])
