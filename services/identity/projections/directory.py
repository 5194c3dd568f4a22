"""Facts into the tables that identity reads from; personal data sealed or as keyed digests."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from helpdesk.kernel.events import Event, Sealer, timestamp
from helpdesk.kernel.store import Database, Projection, Projections, Recorded
from services.identity.domain import client_facts, facts, importing, people_facts, ticket_facts
from services.identity.domain.ids import DEVICE, LICENSE, ORGANIZATION, PEOPLE, uuid_of
from services.identity.domain.roles import ORGANIZATION_ADMIN
from services.identity.projections import forgetting, invitations, platform_auditors

Digest = Callable[[str], str]
PERSON = "identity.view.person"
DEVICE_VIEW = "identity.view.device"
SIGN_IN = "identity.view.sign_in"
HINT = "identity.view.sign_in_hint"
"""What sealed columns are bound to, beside their person."""


def projections(sealer: Sealer, digest: Digest) -> Projections:
    """Return what each fact does to the views."""
    views = _Views(sealer, digest)
    imported: dict[type[Event], Projection] = {
        facts.PartnerImported: views.on_partner_imported,
        facts.OrganizationImported: views.on_organization_imported,
        facts.PersonImported: views.on_person_imported,
        facts.DomainImported: views.on_domain_imported,
        facts.SiteImported: views.on_site_imported,
        facts.LicenseImported: views.on_license_imported,
        facts.OrderImported: views.on_order_imported,
        facts.DeviceImported: views.on_device_imported,
    }
    known: dict[str, Projection] = {
        kind.NAME: views.also_known(function) for kind, function in imported.items()
    }
    audited = platform_auditors.projections(_put, views.sealed, PERSON)
    return {**known, **forgetting.projections(), **invitations.projections(), **audited} | {
        facts.RoleAssigned.NAME: views.on_role_assigned,
        facts.RoleRemoved.NAME: views.on_role_removed,
        people_facts.AgentLimited.NAME: _on_agent_limited,
        people_facts.AgentLimitLifted.NAME: _on_agent_limit_lifted,
        facts.AccountLinked.NAME: views.on_account_linked,
        facts.SignedIn.NAME: views.on_signed_in,
        facts.SignedOut.NAME: views.on_signed_out,
        client_facts.ClientRegistered.NAME: _on_client_registered,
        client_facts.ClientRemoved.NAME: _on_client_removed,
        ticket_facts.TicketOpened.NAME: _on_ticket_opened,
        ticket_facts.TicketClosed.NAME: _on_ticket_closed,
    }


def _put(db: Database, table: str, keys: Iterable[str], row: dict[str, Any]) -> None:
    names = ", ".join(row)
    marks = ", ".join("?" * len(row))
    changes = ", ".join(f"{name} = excluded.{name}" for name in row if name not in set(keys))
    db.execute(
        f"INSERT INTO {table} ({names}) VALUES ({marks}) "
        f"ON CONFLICT ({', '.join(keys)}) DO UPDATE SET {changes}",
        tuple(row.values()),
    )


class _Views:
    def __init__(self, sealer: Sealer, digest: Digest) -> None:
        self._sealer = sealer
        self._digest = digest

    def sealed(self, person: str, value: object, context: str) -> str:
        return self._sealer.seal(person, [json.dumps(value, ensure_ascii=False)], context)[0]

    def also_known(self, projection: Projection) -> Projection:
        """Note the record's digest too, so that the same again changes nothing."""

        def project(db: Database, recorded: Recorded) -> None:
            event = recorded.event
            row = {
                "name": importing.key_of(event),
                "version": recorded.version,
                "digest": self._digest(importing.content(event)),
                "owner": importing.owner_of(event),
            }
            _put(db, "imported", ["name"], row)
            projection(db, recorded)

        return project

    def on_partner_imported(self, db: Database, recorded: Recorded) -> None:
        event: Any = recorded.event
        row = {
            "uuid": uuid_of(ORGANIZATION, event.partner_id),
            "id": event.partner_id,
            "display_name": event.display_name,
        }
        _put(db, "partner", ["uuid"], row)

    def on_organization_imported(self, db: Database, recorded: Recorded) -> None:
        event: Any = recorded.event
        uuid = uuid_of(ORGANIZATION, event.organization_id)
        row = {
            "uuid": uuid,
            "id": event.organization_id,
            "display_name": event.display_name,
            "created": timestamp(event.created),
            "settings": json.dumps(event.settings, ensure_ascii=False),
            "version": recorded.version,
        }
        _put(db, "organization", ["uuid"], row)
        before = {
            partner
            for (partner,) in db.execute(
                "SELECT partner FROM managed_by WHERE organization = ?", (uuid,)
            )
        }
        after = {uuid_of(ORGANIZATION, each) for each in event.partner_ids}
        for partner in sorted(after - before):
            db.execute("INSERT INTO managed_by VALUES (?, ?)", (uuid, partner))
        for partner in sorted(before - after):
            db.execute(
                "DELETE FROM managed_by WHERE organization = ? AND partner = ?", (uuid, partner)
            )
        db.executemany(
            "INSERT INTO relationship_change VALUES (?, ?, ?, ?)",
            [
                (recorded.position, partner, uuid, "added" if partner in after else "removed")
                for partner in sorted(after ^ before)
            ],
        )

    def on_person_imported(self, db: Database, recorded: Recorded) -> None:
        event: Any = recorded.event
        uuid = uuid_of(PEOPLE, event.user_id)
        if forgetting.is_gone(db, uuid):
            return
        texts = [event.display_name, event.first_name, event.last_name]
        lists = [event.emails, event.phone_numbers, event.sip_addresses]
        row = {
            "uuid": uuid,
            "id": event.user_id,
            "organization": importing.owner_of(event),
            "organization_id": event.organization_id,
            "sealed": self.sealed(event.user_id, [*texts, *lists], PERSON),
            "status": event.status,
            "login_enabled": int(event.login_enabled),
            "created": timestamp(event.created),
            "admin": int(ORGANIZATION_ADMIN in event.directory_roles),
            "licenses": json.dumps([uuid_of(LICENSE, each) for each in event.license_ids]),
            "feature_toggles": json.dumps(event.feature_toggles, ensure_ascii=False),
            "version": recorded.version,
        }
        _put(db, "person", ["uuid"], row)
        db.execute("DELETE FROM person_address WHERE person = ?", (uuid,))
        db.executemany(
            "INSERT INTO person_address VALUES (?, ?)",
            [(self._digest(address_text(address)), uuid) for address in event.emails],
        )

    def on_domain_imported(self, db: Database, recorded: Recorded) -> None:
        event: Any = recorded.event
        row = {
            "organization": importing.owner_of(event),
            "domain": event.domain,
            "status": event.status,
            "version": recorded.version,
        }
        _put(db, "mail_domain", ["organization", "domain"], row)

    def on_site_imported(self, db: Database, recorded: Recorded) -> None:
        event: Any = recorded.event
        row = {
            "site_url": event.site_url,
            "organization": importing.owner_of(event),
            "type": event.type,
            "created": timestamp(event.created),
            "is_default": int(event.is_default),
            "version": recorded.version,
        }
        _put(db, "site", ["site_url"], row)

    def on_license_imported(self, db: Database, recorded: Recorded) -> None:
        event: Any = recorded.event
        row = {
            "uuid": uuid_of(LICENSE, event.license_id),
            "id": event.license_id,
            "organization": importing.owner_of(event),
            "name": event.name,
            "subscription_id": event.subscription_id,
            "total_units": event.total_units,
            "consumed_units": event.consumed_units,
        }
        _put(db, "license", ["uuid"], row)

    def on_order_imported(self, db: Database, recorded: Recorded) -> None:
        event: Any = recorded.event
        row = {
            "web_order_number": event.web_order_number,
            "organization": importing.owner_of(event),
            "subscription_id": event.subscription_id,
            "status": event.status,
            "created": timestamp(event.created),
            "version": recorded.version,
        }
        _put(db, "web_order", ["web_order_number"], row)

    def on_device_imported(self, db: Database, recorded: Recorded) -> None:
        event: Any = recorded.event
        row = {
            "uuid": uuid_of(DEVICE, event.device_id),
            "id": event.device_id,
            "organization": importing.owner_of(event),
            "organization_id": event.organization_id,
            "user_id": event.user_id,
            "person_id": event.person_id,
            "sealed": self.sealed(
                event.person_id, [event.display_name, event.sip_address], DEVICE_VIEW
            ),
            "product": event.product,
            "type": event.type,
            "serial": event.serial,
            "mac": event.mac,
            "connection_status": event.connection_status,
            "created": timestamp(event.created),
            "version": recorded.version,
        }
        _put(db, "device", ["uuid"], row)

    def on_role_assigned(self, db: Database, recorded: Recorded) -> None:
        event: Any = recorded.event
        row = {
            "person": uuid_of(PEOPLE, event.user_id),
            "role": event.role,
            "partner": uuid_of(ORGANIZATION, event.partner_id),
            "until": timestamp(event.until),
            "assigned_by": event.assigned_by,
            "assigned": timestamp(event.recorded_at),
        }
        _put(db, "role_held", ["person", "role"], row)

    def on_role_removed(self, db: Database, recorded: Recorded) -> None:
        event: Any = recorded.event
        db.execute(
            "DELETE FROM role_held WHERE person = ? AND role = ?",
            (uuid_of(PEOPLE, event.user_id), event.role),
        )

    def on_account_linked(self, db: Database, recorded: Recorded) -> None:
        event: Any = recorded.event
        row = {"digest": event.subject_digest, "user_id": event.user_id}
        _put(db, "linked_account", ["digest"], row)

    def on_signed_in(self, db: Database, recorded: Recorded) -> None:
        event: Any = recorded.event
        moment = timestamp(event.recorded_at)
        row = {
            "id": event.sign_in_id,
            "user_id": event.user_id,
            "secret_digest": event.secret_digest,
            "begun": moment,
            "used": moment,
            "ended": 0,
            "sealed": self.sealed(event.user_id, event.user_agent, SIGN_IN),
            "issuer": event.issuer,
            "account": event.subject_digest,
            "provider_session": event.provider_session_digest,
            "hint": self.sealed(event.user_id, event.id_token, HINT) if event.id_token else "",
        }
        _put(db, "sign_in", ["id"], row)

    def on_signed_out(self, db: Database, recorded: Recorded) -> None:
        event: Any = recorded.event
        db.execute("UPDATE sign_in SET ended = 1 WHERE id = ?", (event.sign_in_id,))


def _on_client_registered(db: Database, recorded: Recorded) -> None:
    event: Any = recorded.event
    row = {
        "name": event.client,
        "key": event.key,
        "public_key": event.public_key,
        "roles": json.dumps(event.roles),
        "acts_as": json.dumps(event.acts_as),
        "registered_by": event.registered_by,
        "registered": timestamp(event.recorded_at),
    }
    _put(db, "client", ["name"], row)


def _on_client_removed(db: Database, recorded: Recorded) -> None:
    event: Any = recorded.event
    db.execute("DELETE FROM client WHERE name = ?", (event.client,))


def _on_agent_limited(db: Database, recorded: Recorded) -> None:
    event: Any = recorded.event
    _on_agent_limit_lifted(db, recorded)
    person = uuid_of(PEOPLE, event.user_id)
    db.executemany(
        "INSERT INTO customer_limit VALUES (?, ?)",
        [(person, uuid_of(ORGANIZATION, each)) for each in event.organization_ids],
    )


def _on_agent_limit_lifted(db: Database, recorded: Recorded) -> None:
    event: Any = recorded.event
    person = uuid_of(PEOPLE, event.user_id)
    db.execute("DELETE FROM customer_limit WHERE person = ?", (person,))


def _on_ticket_opened(db: Database, recorded: Recorded) -> None:
    event: Any = recorded.event
    row = {
        "partner": uuid_of(ORGANIZATION, event.partner_id),
        "ticket": event.ticket,
        "organization": uuid_of(ORGANIZATION, event.organization_id),
        "open": 1,
        "opened_by": event.opened_by,
        "opened": timestamp(event.recorded_at),
    }
    _put(db, "ticket", ["partner", "ticket"], row)


def _on_ticket_closed(db: Database, recorded: Recorded) -> None:
    event: Any = recorded.event
    db.execute(
        "UPDATE ticket SET open = 0 WHERE partner = ? AND ticket = ?",
        (uuid_of(ORGANIZATION, event.partner_id), event.ticket),
    )


def address_text(address: str) -> str:
    """Return what the digest of a canonical address is made of."""
    return f"address:{address}"


def moment_of(text: str) -> datetime:
    """Return the time that a column holds."""
    return datetime.fromisoformat(text)
