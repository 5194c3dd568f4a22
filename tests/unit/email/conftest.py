import os
from datetime import UTC, datetime, timedelta

import pytest

from helpdesk.kernel.actions import SupportAction
from helpdesk.kernel.context import Actor
from helpdesk.kernel.errors import NotFound
from helpdesk.kernel.sqlite_store import SqliteEngine
from helpdesk.kernel.store import Store
from helpdesk.kernel.vault import Vault
from services.email.application.checks import Checks
from services.email.application.delivery import Delivery
from services.email.application.mail import Mail
from services.email.application.ports import Owner, User
from services.email.application.removals import Removals
from services.email.application.reports import Reports
from services.email.composition import MIGRATIONS
from services.email.projections import PROJECTIONS
from services.email.views import Views

KEY = b"k" * 32
DOMAIN = "mail.helpdesk.example"
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
AGENT = Actor(id="agent-1", partner_id="north", roles=frozenset({"HELP_DESK"}))


class FewPeople:
    """A directory of two users; only the north's people see Ana."""

    def __init__(self):
        self.ana = User(
            id="ana",
            organization_id="acme",
            display_name="Ana Pop",
            emails=("Ana@Acme.example", "ana.pop@acme.example"),
            language="ro_RO",
            organization_name="Acme",
            partner_name="North",
        )
        self.with_admin = {"acme"}
        self.only_admin = ""

    def user(self, viewer, user_id):
        if user_id != "ana" or viewer.partner_id != "north":
            raise NotFound("user")
        return self.ana

    def has_admin(self, organization_id, besides=""):
        return organization_id in self.with_admin and besides != (self.only_admin or None)

    def owner_of(self, address):
        return Owner("ana", "acme") if address == "ana@acme.example" else None


class Office:
    """The use cases over a store in a folder, with a clock that a test moves."""

    def __init__(self, folder):
        self.now = NOON
        self.vault = Vault(folder / "vault.db", os.urandom(32))
        engine = SqliteEngine(folder / "email.db", durable=False)
        engine.migrate(MIGRATIONS)
        self.store = Store("email", engine, self.vault, b"s" * 32, PROJECTIONS)
        self.directory = FewPeople()
        self.found = Views(engine)
        self.codes = iter(f"{n:08d}" for n in range(11_112_222, 99_999_999, 1))
        self.checks = Checks(self.store, self.directory, self.found, KEY, lambda: next(self.codes))
        self.removals = Removals(self.store, self.directory, self.found, self.checks, KEY, "ses")
        self.mail = Mail(self.store, self.directory, self.found, self.checks, "ses")
        self.reports = Reports(self.store, self.directory, KEY, DOMAIN)
        self.delivery = Delivery(
            self.store,
            self.found,
            accepted_is_delivered=True,
            first_pause=timedelta(seconds=5),
        )

    def act(self, function, *args, actor=AGENT, ticket="INC-1", reason="because", **more):
        """Run a use case as the interceptor would, and commit what it staged."""
        action = SupportAction(
            store=self.store, actor=actor, now=self.now, ticket=ticket, reason=reason
        )
        result = function(action, *args, **more)
        if action.staged:
            self.store.commit(action.unit())
        return result

    def facts(self, *kinds):
        names = tuple(kind.NAME for kind in kinds)
        return [self.store.opened(row) for row in self.store.read(0, 10_000, names)]

    def later(self, **span):
        self.now += timedelta(**span)

    def close(self):
        self.store.close()
        self.vault.close()


@pytest.fixture
def office(tmp_path):
    office = Office(tmp_path)
    yield office
    office.close()
