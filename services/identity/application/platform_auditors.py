"""Use cases of auditors of the platform: known by issuer and subject, at no partner."""

from __future__ import annotations

from datetime import datetime
from uuid import uuid4

from helpdesk.kernel.actions import SupportAction
from helpdesk.kernel.errors import InvalidArgument, Refused
from helpdesk.kernel.store import Loaded
from services.identity.application.accounts import Accounts
from services.identity.application.people import end_sessions
from services.identity.application.reading import Views
from services.identity.application.signing import Providers
from services.identity.domain import forgetting, ids, platform_auditors
from services.identity.domain.entries import Person
from services.identity.domain.platform_auditor_facts import (
    PlatformAuditorAssigned,
    PlatformAuditorRemoved,
)

_STREAM = "platform-auditors"


class PlatformAuditors:
    """Says who reads the records of all partners."""

    def __init__(self, views: Views, providers: Providers, accounts: Accounts) -> None:
        self._views = views
        self._providers = providers
        self._accounts = accounts

    def add(
        self, action: SupportAction, issuer: str, subject: str, display_name: str, until: datetime
    ) -> str:
        """
        Make who signs in with an account one; return the person's id.

        Raises NotFound, Refused, InvalidArgument.
        """
        if not issuer:
            raise InvalidArgument("issuer", "REQUIRED", "issuer: is not there.")
        configured = self._providers.get(issuer).configured
        if configured.partner_id != "*":
            # Who runs one partner's provider would sign in to the records of all.
            raise Refused(
                "PROVIDER_OF_A_PARTNER",
                "This provider signs in the people of one partner. Use one that is for all.",
            )
        person = self._person(configured.subject, configured.issuer, subject)
        stream = _load(action)
        wanted = PlatformAuditorAssigned(
            user_id=person.id,
            display_name=display_name.strip(),
            issuer=configured.issuer,
            subject=subject,
            until=until,
            assigned_by=action.actor.id,
            reason=action.reason,
        )
        action.about(user_id=person.id)
        action.stage(stream, platform_auditors.assign(stream.state, wanted, action.now))
        self._accounts.link(action, person, configured.issuer, subject)
        return person.id

    def _person(self, subjects: str, issuer: str, subject: str) -> Person:
        linked = self._views.linked(self._accounts.subject_digest(issuer, subject))
        # Where subjects are ids of the directory, one that is somebody's there is theirs.
        user_id = linked or (subject if subjects == "user_id" else "")
        known = self._views.person(ids.uuid_of(ids.PEOPLE, user_id))
        if known is not None and known.organization != ids.PLATFORM:
            raise Refused("ACCOUNT_LINKED", "This account is linked to somebody else.")
        if known is not None:
            forgetting.check_known(known)
            return known
        uuid = str(uuid4())
        return Person(uuid, ids.api_id(ids.PEOPLE, uuid), ids.PLATFORM, ids.PLATFORM_ID, "")

    def remove(self, action: SupportAction, user_id: str) -> None:
        """Take it away, and end the person's sessions. Raises NotFound."""
        stream = _load(action)
        unwanted = PlatformAuditorRemoved(
            user_id=ids.api_id(ids.PEOPLE, user_id),
            removed_by=action.actor.id,
            reason=action.reason,
        )
        action.stage(stream, platform_auditors.remove(stream.state, unwanted))
        action.about(user_id=unwanted.user_id)
        person = self._views.person(ids.uuid_of(ids.PEOPLE, user_id))
        if person is not None:
            end_sessions(self._views, action, person, "role_removed")

    def list_now(self, action: SupportAction) -> list[PlatformAuditorAssigned]:
        """Return who is one now, by name."""
        found = _load(action).state.now(action.now)
        action.showed(f"person:{each.user_id}" for each in found)
        return found


def _load(action: SupportAction) -> Loaded[platform_auditors.PlatformAuditors]:
    return action.load(_STREAM, platform_auditors.evolve, platform_auditors.PlatformAuditors())
