"""A view that an agent looks in, and everything that ends it."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from uuid import uuid4

from helpdesk.identity.v1 import (
    directory_pb2,
    directory_pb2_grpc,
    people_pb2,
    people_pb2_grpc,
    roles_pb2,
    roles_pb2_grpc,
    sign_in_pb2,
    sign_in_pb2_grpc,
)
from helpdesk.kernel.actions import UnitOfWork
from helpdesk.kernel.context import Actor
from helpdesk.kernel.errors import HelpdeskError
from helpdesk.kernel.rpc.client import Caller
from helpdesk.kernel.store import Loaded
from helpdesk.session.v1 import consent_pb2, consent_pb2_grpc, view_pb2, view_pb2_grpc
from services.identity.domain.facts import SignedIn
from tests.support.product import ACME, NORTH, SOUTH, person_id, small_directory

CAUSES = (
    "agent",
    "customer",
    "consent",
    "block",
    "partner_admin",
    "role",
    "offboarding",
    "relationship",
    "sign_out",
)
FOLLOWED = frozenset({"role", "offboarding", "relationship", "sign_out"})
"""What the session service also hears of as a fact, after the view is dead."""
IMPORTED = frozenset({"relationship"})
"""What ends by an import of the directory."""
REFUSED_FOR = dict.fromkeys(CAUSES, frozenset({"TOKEN_REVOKED"})) | {
    # Nobody's customer is nowhere, also before the session service has ended the view.
    "relationship": frozenset({"TOKEN_REVOKED", "NOT_FOUND"})
}
"""Why a lease that was given before opens nothing, by cause, as long as it has not expired."""
_LONGEST = 10.0


class Look:
    """One view of the agent, its last lease, and a token of their sign-in."""

    def __init__(self, scene, view_id, sign_in_id):
        self.scene, self.view_id, self.sign_in_id = scene, view_id, sign_in_id
        self.token = scene.product.token("north_agent", sid=sign_in_id)
        self.lease = self.leased()
        self.refusal = ""
        """Why the lease was refused at first; empty while it opens something."""

    def leased(self):
        """Ask for a lease as the gateway does at each request. Raises HelpdeskError."""
        request = view_pb2.IssueViewTokenRequest(view_id=self.view_id)
        return Caller()(self.scene.views.IssueViewToken, request, token=self.token).token

    def at(self, lease):
        """List the customer's users under a lease. Raises HelpdeskError."""
        request = directory_pb2.ListUsersRequest(organization_id=ACME)
        return Caller()(self.scene.directory.ListUsers, request, token=lease)

    def is_dead(self):
        """Return whether there is no new lease and the old one opens nothing."""
        refusal = _refusal(lambda: self.at(self.lease))
        self.refusal = self.refusal or refusal
        return bool(refusal and _refusal(self.leased))

    def dies(self, longest=_LONGEST):
        """Return the seconds until calls begin that are all refused."""
        began = asked = time.monotonic()
        while not self.is_dead():
            asked = time.monotonic()
            assert asked - began < longest, "it lives on"
        return asked - began


class Scene:
    """An agent of the north, its admin, and the admin of Acme, who allows a look at its users."""

    def __init__(self, product):
        self.product = product
        self.consents = product.stub(consent_pb2_grpc.ConsentServiceStub, "session")
        self.views = product.stub(view_pb2_grpc.ViewServiceStub, "session")
        self.directory = product.stub(directory_pb2_grpc.DirectoryServiceStub, "identity")
        self.roles = product.stub(roles_pb2_grpc.RoleServiceStub, "identity")
        self.people = product.stub(people_pb2_grpc.PeopleServiceStub, "identity")
        self.sign_ins = product.stub(sign_in_pb2_grpc.SignInServiceStub, "identity")
        self.customer = product.caller("acme_admin")
        self.admin = product.caller("north_admin")
        self.consent_id = ""
        self.grant()

    def grant(self):
        """Allow looks at users until that is taken back."""
        request = consent_pb2.GrantAccessRequest(
            partner_id=NORTH, sections=["SECTION_USERS"], reason="go ahead"
        )
        self.consent_id = self.customer(self.consents.GrantAccess, request).consent_id

    def signed_in(self):
        """Sign the agent in, as identity notes it; return the session."""
        sign_in_id = uuid4().hex
        store = self.product.store_of("identity")
        work = UnitOfWork(store, Actor("service:identity"), datetime.now(UTC))
        fact = SignedIn(
            sign_in_id=sign_in_id,
            user_id=person_id("north_agent"),
            secret_digest=uuid4().hex,
            issuer="https://sign-in.example",
        )
        work.stage(Loaded(f"sign-in:{sign_in_id}", 0, None), fact)
        store.commit(work.unit())
        return sign_in_id

    def look(self):
        """Start a view and look."""
        sign_in_id = self.signed_in()
        agent = self.product.caller("north_agent", sid=sign_in_id)
        request = view_pb2.StartViewRequest(organization_id=ACME, ticket="INC-1")
        look = Look(self, agent(self.views.StartView, request).view_id, sign_in_id)
        look.at(look.lease)
        return look

    def end(self, cause, look):
        """End the view, or what it stands on."""
        getattr(self, f"_{cause}")(look)

    def dead_after(self, cause, look):
        """
        End the view; return the seconds from that call to the moment when nothing opens.

        Where the call is a whole import, which may be of anything, they are from its answer.
        """
        began = time.monotonic()
        self.end(cause, look)
        if cause in IMPORTED:
            began = time.monotonic()
        look.dies()
        return time.monotonic() - began

    def restore(self, cause):
        """Make a further view possible."""
        if cause in FOLLOWED:
            self.product.settle()
        if cause in ("role", "offboarding"):
            request = roles_pb2.AssignRoleRequest(
                user_id=person_id("north_agent"), role="ROLE_HELP_DESK", reason="back"
            )
            self.admin(self.roles.AssignRole, request)
        elif cause == "relationship":
            self._managed_by(NORTH)
            self.product.settle()
        elif cause == "block":
            self.customer(
                self.consents.UnblockPartners, consent_pb2.UnblockPartnersRequest(reason="again")
            )
        if cause in ("consent", "relationship", "block"):
            self.grant()

    def _end_view(self, caller, look):
        caller(self.views.EndView, view_pb2.EndViewRequest(view_id=look.view_id))

    def _agent(self, look):
        self._end_view(self.product.caller("north_agent", sid=look.sign_in_id), look)

    def _customer(self, look):
        self._end_view(self.customer, look)

    def _partner_admin(self, look):
        self._end_view(self.admin, look)

    def _consent(self, _look):
        request = consent_pb2.RevokeConsentRequest(consent_id=self.consent_id)
        self.customer(self.consents.RevokeConsent, request)

    def _block(self, _look):
        request = consent_pb2.BlockPartnersRequest(reason="nobody now")
        self.customer(self.consents.BlockPartners, request)

    def _role(self, _look):
        request = roles_pb2.RemoveRoleRequest(
            user_id=person_id("north_agent"), role="ROLE_HELP_DESK", reason="another team"
        )
        self.admin(self.roles.RemoveRole, request)

    def _offboarding(self, _look):
        request = people_pb2.OffboardPersonRequest(user_id=person_id("north_agent"), reason="left")
        self.admin(self.people.OffboardPerson, request)

    def _relationship(self, _look):
        self._managed_by(SOUTH)

    def _managed_by(self, partner):
        acme = next(o for o in small_directory()["organizations"] if o["id"] == ACME)
        self.product.load({"organizations": [{**acme, "managedBy": [partner]}]})

    def _sign_out(self, look):
        agent = self.product.caller("north_agent", sid=look.sign_in_id)
        agent(self.sign_ins.EndSignIn, sign_in_pb2.EndSignInRequest())


def _refusal(call):
    try:
        call()
    except HelpdeskError as error:
        return error.reason
    return ""
