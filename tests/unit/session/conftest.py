import os
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest

from helpdesk.kernel.actions import SupportAction
from helpdesk.kernel.context import Actor
from helpdesk.kernel.errors import NotFound
from helpdesk.kernel.events import NEVER
from helpdesk.kernel.sqlite_store import SqliteEngine
from helpdesk.kernel.store import Store
from helpdesk.kernel.vault import Vault
from services.session.application.consents import ConsentUseCases
from services.session.application.ports import Footing, Organization
from services.session.application.requests import RequestUseCases
from services.session.application.viewing import ViewUseCases
from services.session.composition import MIGRATIONS
from services.session.domain.access import Windows
from services.session.projections import PROJECTIONS
from services.session.views import AccessViews

NOON = datetime(2024, 5, 6, 12, tzinfo=UTC)
AGENT = Actor("ana", partner_id="north", roles=frozenset({"HELP_DESK"}), sign_in_id="browser")
ADMIN = Actor("ada", organization_id="acme", roles=frozenset({"CUSTOMER_ADMIN"}))


def after(*, days=0, hours=0, minutes=0, seconds=0):
    return NOON + timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)


@dataclass
class Directory:
    """A directory in which Acme is a customer of the north and the south, and nobody lost a role."""

    admins: tuple[str, ...] = ("ada",)
    partners: tuple[str, ...] = ("north", "south")
    lost: dict[str, str] = field(default_factory=dict)
    ends: dict[str, datetime] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def organization(self, viewer, organization_id):
        if organization_id != "acme" or (
            viewer.partner_id and viewer.partner_id not in self.partners
        ):
            raise NotFound("organization")
        return Organization("acme", "Acme", self.admins, self.partners, self.partners)

    def footing(self, user_id, roles, organization_id):
        self.asked.append(user_id)
        return Footing(self.lost.get(user_id, ""), self.ends.get(user_id, NEVER))

    def name(self, user_id):
        return user_id.title()


@dataclass
class Desk:
    """The use cases on a store of their own, each call with the time and caller it is given."""

    store: Store
    directory: Directory
    consents: ConsentUseCases
    requests: RequestUseCases
    views: ViewUseCases
    finder: AccessViews

    def act(self, actor, now, call, *arguments, ticket="INC-1", reason="cannot join", **more):
        action = SupportAction(self.store, actor, now, ticket=ticket, reason=reason)
        answer = call(action, *arguments, **more)
        if action.staged:
            self.store.commit(action.unit())
        return answer

    def ask(self, now, *, sections=("USERS",), minutes=20, agent=AGENT):
        return self.act(agent, now, self.requests.request_access, "acme", sections, minutes)

    def answer(self, now, asked, *, approve=True, sections=(), minutes=0):
        return self.act(
            ADMIN,
            now,
            self.requests.answer_request,
            asked.access_request_id,
            approve=approve,
            sections=sections,
            minutes=minutes,
        )

    def grant(
        self,
        now,
        *,
        partner="north",
        sections=("USERS",),
        begins=None,
        ends=None,
        once=False,
        minutes=0,
    ):
        return self.act(
            ADMIN,
            now,
            self.consents.grant_access,
            partner,
            sections,
            begins=begins,
            ends=ends,
            once=once,
            minutes=minutes,
        )

    def revoke(self, now, consent_id):
        return self.act(ADMIN, now, self.consents.revoke_consent, consent_id)

    def start(self, now, *, agent=AGENT):
        return self.act(agent, now, self.views.start_view, "acme").view_id

    def lease(self, now, view_id, *, agent=AGENT):
        return self.act(agent, now, self.views.lease, view_id)

    def end(self, now, view_id, *, by=AGENT):
        return self.act(by, now, self.views.end_view, view_id)

    def view(self, view_id):
        return self.finder.access("acme", "north").state.views[view_id]

    def facts(self):
        return [self.store.opened(row) for row in self.store.read(0)]


@pytest.fixture
def desk(tmp_path):
    vault = Vault(tmp_path / "vault.db", os.urandom(32))
    engine = SqliteEngine(tmp_path / "session.db", durable=False)
    engine.migrate(MIGRATIONS)
    store = Store("session", engine, vault, b"k" * 32, PROJECTIONS)
    finder, directory = AccessViews(store), Directory()
    views = ViewUseCases(store, directory, finder, Windows())
    requests = RequestUseCases(store, directory, finder, Windows(), views)
    consents = ConsentUseCases(store, directory, finder, Windows(), views, requests)
    yield Desk(store, directory, consents, requests, views, finder)
    store.close()
    vault.close()


@pytest.fixture
def at():
    return after


@pytest.fixture
def colleague():
    return Actor("ion", partner_id="north", roles=frozenset({"HELP_DESK"}), sign_in_id="other")


@pytest.fixture
def stranger():
    return Actor("sue", partner_id="south", roles=frozenset({"HELP_DESK"}), sign_in_id="south")


@pytest.fixture
def agent():
    return AGENT


@pytest.fixture
def admin():
    return ADMIN


@pytest.fixture
def partner_admin():
    return Actor("pia", partner_id="north", roles=frozenset({"PARTNER_ADMIN"}))
