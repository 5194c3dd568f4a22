"""Use cases of providers' accounts: whom one signs in, and who comes in by what it says."""

from __future__ import annotations

import json
from collections.abc import Callable
from uuid import uuid4

from helpdesk.kernel.actions import SupportAction
from helpdesk.kernel.addresses import canonical
from helpdesk.kernel.errors import InvalidArgument, NotFound, Refused
from helpdesk.kernel.store import Loaded
from services.identity.application.importing import roles_stream
from services.identity.application.invitations import Invitations
from services.identity.application.reading import Views
from services.identity.application.role_claims import claims_stream
from services.identity.application.signing import Configuration, Identified, Providers
from services.identity.domain import claims, forgetting, ids, importing, roles, sign_in
from services.identity.domain.entries import Partner, Person
from services.identity.domain.facts import AccountLinked, PersonImported

_LONGEST_NAME = 200
_LONGEST_SUBJECT = 255


class Accounts:
    """Finds people by issuer and subject, never by address; takes in who comes by a claim."""

    def __init__(
        self,
        views: Views,
        providers: Providers,
        digest: Callable[[str], str],
        invitations: Invitations | None = None,
    ) -> None:
        self._views = views
        self._providers = providers
        self._digest = digest
        self._invitations = invitations

    def welcome(
        self,
        action: SupportAction,
        configured: Configuration,
        identified: Identified,
        invitation: str,
    ) -> Person:
        """
        Return whom an account signs in, with the roles that its claims stand for now staged.

        Raises Forbidden.
        """
        person = self._known(configured, identified.subject)
        if invitation and self._invitations is not None:
            # The link says which invitation; who comes with it is the account, no address.
            known = person
            person = self._invitations.accept(action, invitation, configured.partner_id, known)
            if known is None:
                self.link(action, person, configured.issuer, identified.subject)
        return self._claimed(action, configured, identified, person)

    def _known(self, configured: Configuration, subject: str) -> Person | None:
        user_id = self._views.linked(self.subject_digest(configured.issuer, subject))
        if configured.subject != "linked":
            user_id = user_id or subject
        person = self._views.person(ids.uuid_of(ids.PEOPLE, user_id))
        limit = ids.uuid_of(ids.ORGANIZATION, configured.partner_id)
        if person is None or (configured.partner_id != "*" and person.organization != limit):
            return None
        return person

    def wanted(self, action: SupportAction, configured: Configuration) -> frozenset[str]:
        """Return the claims that decide here on somebody whom a provider signs in."""
        partner = self._speaks_for(configured)
        if partner is None:
            return frozenset()
        stream = action.load(claims_stream(partner.uuid), claims.evolve, claims.RoleClaims())
        return claims.wanted(stream.state)

    def _speaks_for(self, configured: Configuration) -> Partner | None:
        # A provider of all partners, "*", speaks for none of them.
        return self._views.partner(ids.uuid_of(ids.ORGANIZATION, configured.partner_id))

    def _claimed(
        self,
        action: SupportAction,
        configured: Configuration,
        identified: Identified,
        person: Person | None,
    ) -> Person:
        partner = self._speaks_for(configured)
        if partner is None:
            return _somebody(person)
        stream = action.load(claims_stream(partner.uuid), claims.evolve, claims.RoleClaims())
        user_id = person.id if person else ""
        wanted = claims.roles_by(stream.state, identified.claims, user_id)
        if person is None and wanted and configured.subject == "linked":
            person = self._new(action, partner.id, partner.uuid, identified)
            self.link(action, person, configured.issuer, identified.subject)
        person = _somebody(person)
        loaded = action.load(roles_stream(partner.uuid), roles.evolve, roles.PartnerRoles())
        facts = roles.follow_claims(loaded.state, person.id, partner.id, wanted, action.now)
        action.stage(loaded, *facts)
        return person

    def _new(
        self, action: SupportAction, partner_id: str, partner: str, identified: Identified
    ) -> Person:
        uuid = str(uuid4())
        address = _verified_address(identified)
        said = identified.claims
        name = claims.text(said, "name") or claims.text(said, "preferred_username") or address
        new = PersonImported(
            user_id=ids.api_id(ids.PEOPLE, uuid),
            organization_id=partner_id,
            display_name=(name or identified.subject)[:_LONGEST_NAME],
            emails=(address,) if address else (),
            status="active",
            login_enabled=True,
            created=action.now,
        )
        action.stage(Loaded(importing.key_of(new), 0, None), new)
        return Person(
            uuid=uuid,
            id=new.user_id,
            organization=partner,
            organization_id=partner_id,
            display_name=new.display_name,
            emails=new.emails,
            status=new.status,
            login_enabled=True,
        )

    def link_account(self, action: SupportAction, user_id: str, issuer: str, subject: str) -> None:
        """Link a provider's account to a person. Raises NotFound, Refused, InvalidArgument."""
        person = self._views.person(ids.uuid_of(ids.PEOPLE, user_id))
        if person is None:
            raise NotFound("person")
        forgetting.check_known(person)
        self._providers.get(issuer)
        self.link(action, person, issuer, subject)

    def link(self, action: SupportAction, person: Person, issuer: str, subject: str) -> None:
        """Link an account to a person, once. Raises Refused, InvalidArgument."""
        if not subject or len(subject) > _LONGEST_SUBJECT:
            raise InvalidArgument("subject", "OUT_OF_RANGE", "subject: 1 to 255 characters.")
        subject_digest = self.subject_digest(issuer, subject)
        stream = action.load(f"account:{subject_digest}", _linked, "")
        action.about(user_id=person.id)
        if stream.state == person.id:
            return
        if stream.state:
            raise Refused("ACCOUNT_LINKED", "This account is linked to somebody else.")
        action.stage(
            stream,
            AccountLinked(
                user_id=person.id,
                issuer=issuer,
                subject=subject,
                subject_digest=subject_digest,
                linked_by=action.actor.id or person.id,
            ),
        )

    def subject_digest(self, issuer: str, subject: str) -> str:
        """Return what an account is known by."""
        return self._digest(json.dumps(["account", issuer, subject]))

    def session_digest(self, issuer: str, session: str) -> str:
        """Return what a provider's own session is known by; empty where it named none."""
        return self._digest(json.dumps(["provider-session", issuer, session])) if session else ""


def _somebody(person: Person | None) -> Person:
    if person is None:
        raise sign_in.invalid()
    return person


def _verified_address(identified: Identified) -> str:
    if claims.text(identified.claims, "email_verified") != "true":
        return ""
    try:
        return canonical(claims.text(identified.claims, "email"))
    except InvalidArgument:
        return ""


def _linked(_: str, event: AccountLinked) -> str:
    return event.user_id
