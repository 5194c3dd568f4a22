"""The product, or some of its services, in this process, with a small directory of two partners."""

from __future__ import annotations

import json
import shutil
import sqlite3
import tempfile
from contextlib import closing, contextmanager
from pathlib import Path

from helpdesk.identity.v1 import feed_pb2, feed_pb2_grpc
from helpdesk.kernel import secrets
from helpdesk.kernel.hosting import Host
from helpdesk.kernel.proofs import ProofSigner
from helpdesk.kernel.rpc.client import Caller
from helpdesk.kernel.tokens import Signer
from services.audit.__main__ import main as audit
from services.demo.domain import api_id, sample
from services.ports import free_address
from tests.support.commands import run_here
from tests.support.waiting import PATIENCE

CREATED = "2024-05-06T07:08:09.000Z"
KINDS = ("partners", "organizations", "people", "domains", "sites", "licenses", "orders", "devices")


def uuid(number):
    from uuid import UUID

    return UUID(int=number)


NORTH, SOUTH = (api_id("ORGANIZATION", uuid(n)) for n in (1, 2))
ACME, BETA, SHARED, ORPHAN = (api_id("ORGANIZATION", uuid(n)) for n in (11, 12, 13, 14))
PEOPLE = {
    # name: (number, home, directory roles, display name, address)
    "north_admin": (101, NORTH, ["partner_admin"], "Nora North", "nora@north.example"),
    "north_agent": (102, NORTH, ["help_desk"], "Ned Agent", "ned@north.example"),
    "north_auditor": (103, NORTH, ["auditor"], "Audra North", "audra@north.example"),
    "north_nobody": (104, NORTH, [], "Nils Nobody", "nils@north.example"),
    "north_second_admin": (105, NORTH, ["partner_admin"], "Nina North", "nina@north.example"),
    "south_admin": (111, SOUTH, ["partner_admin"], "Sam South", "sam@south.example"),
    "south_agent": (112, SOUTH, ["help_desk"], "Sue Agent", "sue@south.example"),
    "acme_admin": (121, ACME, ["id_full_admin"], "Ada Acme", "ada@acme.example"),
    "acme_user": (122, ACME, [], "Ștefana Voinea", "stefana@acme.example"),
    "beta_admin": (131, BETA, ["id_full_admin"], "Bea Beta", "bea@beta.example"),
    "beta_user": (132, BETA, [], "Жанна Петрова", "zhanna@beta.example"),
    "shared_admin": (141, SHARED, ["id_full_admin"], "Sharon Shared", "sharon@shared.example"),
    "shared_user": (142, SHARED, [], "Γιώργος Παππάς", "giorgos@shared.example"),
    "orphan_user": (151, ORPHAN, [], "Otto Orphan", "otto@orphan.example"),
}


def person_id(name):
    return api_id("PEOPLE", uuid(PEOPLE[name][0]))


def small_directory():
    """Two partners; Acme is the north's, Beta the south's, Shared both's, Orphan (no admin) the north's."""
    organization = lambda id_, name, managed: {  # noqa: E731
        "id": id_,
        "displayName": name,
        "created": CREATED,
        "managedBy": managed,
        "settings": {"country": "RO", "language": "ro_RO"},
    }
    return {
        "partners": [
            {"id": NORTH, "displayName": "North Partner", "created": CREATED},
            {"id": SOUTH, "displayName": "South Partner", "created": CREATED},
        ],
        "organizations": [
            organization(ACME, "Acme", [NORTH]),
            organization(BETA, "Beta", [SOUTH]),
            organization(SHARED, "Shared", [NORTH, SOUTH]),
            organization(ORPHAN, "Orphan", [NORTH]),
        ],
        "people": [
            {
                "id": person_id(name),
                "emails": [address, address.replace("@", "+second@")],
                "displayName": display,
                "firstName": display.split()[0],
                "lastName": display.split()[1],
                "orgId": home,
                "roles": roles,
                "licenses": [],
                "phoneNumbers": [{"type": "work", "value": f"+40211000{number}"}],
                "sipAddresses": [],
                "created": CREATED,
                "type": "person",
                "loginEnabled": True,
                "invitePending": False,
                "status": "active",
                "featureToggles": {"ai-assistant": True},
            }
            for name, (number, home, roles, display, address) in PEOPLE.items()
        ],
        "domains": [
            {"orgId": ACME, "domain": "acme.example", "status": "verified"},
            {"orgId": BETA, "domain": "beta.example", "status": "claimed"},
        ],
        "sites": [
            {
                "orgId": ACME,
                "siteUrl": "acme.meet.example",
                "siteType": "Managed site",
                "created": CREATED,
                "default": True,
            }
        ],
        "licenses": [],
        "orders": [
            {
                "orgId": ACME,
                "webOrderNumber": "W100200300",
                "subscriptionId": "Sub1",
                "status": "PROVISIONED",
                "created": CREATED,
            }
        ],
        "devices": [
            {
                "id": api_id("DEVICE", uuid(201)),
                "displayName": "Lobby Phone",
                "personId": person_id("acme_user"),
                "orgId": ACME,
                "product": "Desk Phone",
                "type": "phone",
                "serial": "FOC12345678",
                "mac": "AA:BB:CC:00:11:22",
                "primarySipUrl": "lobby@rooms.acme.example",
                "connectionStatus": "connected",
                "created": CREATED,
            }
        ],
    }


def import_requests(directory):
    for kind in KINDS:
        lines = [json.dumps(record).encode() for record in directory.get(kind, [])]
        for start in range(0, len(lines), 200):
            yield feed_pb2.ImportRequest(
                kind=kind, lines=lines[start : start + 200], first_line=start + 1
            )


class Product:
    """Running services and what a test needs to call them as anybody."""

    size = "embedded"

    def __init__(self, host, env):
        self.host = host
        self.env = env
        folder = Path(env["HELPDESK_DATA_DIR"]) / "secrets"
        self.signer = Signer(secrets.read(folder, "token.signing.pem"))

    def token(self, name="", *, roles=None, seconds=60, audience=secrets.SERVICES, **claims):
        """Mint the token of somebody of the small directory, or of whomever the claims name."""
        if name:
            number, home, directory_roles, _, _ = PEOPLE[name]
            del number
            side = "partner" if home in (NORTH, SOUTH) else "organization"
            names = [r.upper().replace("ID_FULL_ADMIN", "CUSTOMER_ADMIN") for r in directory_roles]
            claims = {
                "sub": person_id(name),
                side: home,
                "roles": names,
                "sid": f"sid-{name}",
                **claims,
            }
        if roles is not None:
            claims["roles"] = list(roles)
        return self.signer.sign(claims, list(audience), seconds)

    def proof(self, agent, user, ticket, seconds=60.0, key="email.service.pem"):
        """Mint the proof of a caller check, as the email service does."""
        folder = Path(self.env["HELPDESK_DATA_DIR"]) / "secrets"
        claims = {"check": "c1", "sub": agent, "user": user, "ticket": ticket}
        return ProofSigner("email", secrets.read(folder, key)).sign(claims, seconds)

    def service_token(self, *roles):
        """Mint the token of a program with roles; who has SERVICE is an operator."""
        name = "operator:test" if "SERVICE" in roles else "test-service"
        return self.token(sub=name, roles=roles)

    def caller(self, name="", **claims):
        return Caller(lambda: self.token(name, **claims), PATIENCE)

    def stub(self, kind, service):
        return kind(self.host.wiring.channel(service))

    def load(self, directory):
        """Import a directory; return the last answer."""
        stub = self.stub(feed_pb2_grpc.DirectoryFeedServiceStub, "identity")
        answers = Caller().stream(
            stub.Import,
            import_requests(directory),
            token=self.service_token("DIRECTORY_WRITER"),
            # Also where seventeen processes are starting beside it.
            timeout=120,
        )
        return list(answers)[-1]

    def store_of(self, service):
        """Return the store of a service, to commit as the service would."""
        return self.host.running[service].store

    def records(self, service, **wanted):
        """Return the support actions that a service recorded, oldest first, that match."""
        from helpdesk.kernel.events import SupportActionRecorded

        store = self.host.running[service].store
        rows = store.read(0, 100_000, (SupportActionRecorded.NAME,))
        found = [store.opened(row) for row in rows]
        return [r for r in found if all(getattr(r, k) == v for k, v in wanted.items())]

    def settle(self, timeout=PATIENCE):
        """Wait until every consumer has handled all that was there when this was called."""
        for consumer in [c for r in self.host.running.values() for c in r.consumers]:
            for source in consumer.wants:
                running = self.host.running.get(source)
                if running is not None and running.store is not None:
                    position = running.store.position
                    assert self.host.bus.wait(consumer.name, source, position, timeout), (
                        f"{consumer.name} did not reach {source}:{position}"
                    )

    def verified(self):
        """Verify the log in the data directory as an auditor does; return how that ended."""
        return _verify(self.host.wiring.data_dir)

    def verified_with_a_flipped_byte(self):
        """Verify a copy of the data directory with one byte of one record changed."""
        data_dir = self.host.wiring.data_dir
        copy = data_dir.parent / "copy"
        # The index merges its files while it is copied, and the log does not need it.
        shutil.copytree(data_dir, copy, ignore=shutil.ignore_patterns("search-index"))
        with closing(sqlite3.connect(copy / "audit.db")) as db, db:
            (sealed,) = db.execute("SELECT bytes FROM log_leaf WHERE idx = 7").fetchone()
            flipped = bytes([sealed[0] ^ 1]) + sealed[1:]
            db.execute("UPDATE log_leaf SET bytes = ? WHERE idx = 7", (flipped,))
        return _verify(copy)


def _verify(folder):
    return run_here(audit, "verify", folder)


@contextmanager
def running_product(folder, services, *, directory=None, **settings):
    """Run services on a fresh data directory."""
    env = {
        "HELPDESK_DATA_DIR": str(folder),
        "HELPDESK_DURABLE": "no",
        "HELPDESK_GATEWAY_ADDRESS": free_address(),
        "HELPDESK_GATEWAY_MAILBOX_ADDRESS": free_address(),
        "HELPDESK_EMAIL_INBOUND_ADDRESS": "",
        **settings,
    }
    env.setdefault("HELPDESK_EMAIL_SMTP_ADDRESS", env["HELPDESK_GATEWAY_MAILBOX_ADDRESS"])
    secrets.create(Path(env["HELPDESK_DATA_DIR"]) / "secrets")
    with Host(env, services) as host:
        product = Product(host, env)
        if directory is not None:
            product.load(directory)
        yield product


@contextmanager
def temporary_folder():
    with tempfile.TemporaryDirectory(prefix="helpdesk-test-") as folder:
        yield Path(folder)


__all__ = ["Product", "running_product", "sample", "small_directory"]
