"""Use cases of invitations: made and taken back by a partner admin, accepted at sign-in."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol
from uuid import uuid4

from helpdesk.kernel.actions import SupportAction
from helpdesk.kernel.addresses import canonical
from helpdesk.kernel.errors import InvalidArgument, NotFound
from helpdesk.kernel.paging import Pages
from helpdesk.kernel.store import Loaded
from services.identity.application.importing import roles_stream
from services.identity.application.reading import Views, Visible, viewer_for
from services.identity.domain import ids, importing, invitations, roles
from services.identity.domain.entries import Person
from services.identity.domain.facts import PersonImported, RoleAssigned
from services.identity.domain.invitation_facts import (
    AgentInvited,
    InvitationAccepted,
    InvitationWithdrawn,
)
from services.identity.domain.people_facts import AgentLimited

_LONGEST_NAME = 200
_MOST_CUSTOMERS = 200


class ListOfInvitations(Protocol):
    """Finds invitations that were neither taken back nor used."""

    def of_partner(self, partner: str) -> list[str]: ...
    def of_link(self, link_digest: str) -> str: ...
    def concerning(self, addresses: Sequence[str], invited_by: str) -> list[str]: ...


@dataclass(frozen=True, slots=True)
class Wanted:
    """Whom to invite to what."""

    email: str
    display_name: str
    role: str
    until: datetime
    organization_ids: Sequence[str]


class Invitations:
    """Invites people, and takes in who comes with the link."""

    def __init__(self, views: Views, kept: ListOfInvitations, digest: Callable[[str], str]) -> None:
        self._views = views
        self._kept = kept
        self._digest = digest

    def invite(self, action: SupportAction, wanted: Wanted) -> str:
        """Invite somebody; return the invitation's id. Raises InvalidArgument, NotFound."""
        partner = self._views.partner(_partner(action))
        if partner is None:
            raise NotFound("partner")
        name = wanted.display_name.strip()
        if not 1 <= len(name) <= _LONGEST_NAME or len(wanted.organization_ids) > _MOST_CUSTOMERS:
            field = "organization_ids" if name else "display_name"
            raise InvalidArgument(field, "OUT_OF_RANGE", f"{field}: 1 to 200.")
        address = _address(wanted.email)
        invitation_id, link = uuid4().hex, secrets.token_urlsafe(32)
        invited = AgentInvited(
            invitation_id=invitation_id,
            key=f"address:{self._digest(f'address:{address}')}",
            email=address,
            display_name=name,
            link=link,
            link_digest=self._link_digest(link),
            partner_id=partner.id,
            partner_name=partner.display_name,
            role=wanted.role,
            until=wanted.until,
            organization_ids=tuple(wanted.organization_ids),
            invited_by=action.actor.id,
            reason=action.reason,
            expires=action.now + invitations.GOOD_FOR,
        )
        stream = self._load(action, invitation_id)
        action.about(f"invitation:{invitation_id}")
        offer = invitations.invite(invited, action.now)
        visible = Visible(self._views, viewer_for(action.actor))
        customers = {visible.organization(each).id for each in offer.organization_ids}
        action.stage(stream, replace(offer, organization_ids=tuple(sorted(customers))))
        return invitation_id

    def list_invitations(
        self, action: SupportAction, size: int, token: str
    ) -> tuple[list[AgentInvited], str]:
        """Return a page of the partner's invitations that are open, newest first."""
        partner = _partner(action)
        pages = Pages(self._digest, action.actor.id, partner, action.name)
        found = [
            offer
            for each in self._kept.of_partner(partner)
            if (offer := self._load(action, each).state.open(action.now)) is not None
        ]
        shown, following = pages.page(found, lambda each: each.invitation_id, size, token)
        action.showed(f"invitation:{each.invitation_id}" for each in shown)
        return list(shown), following

    def resend(self, action: SupportAction, invitation_id: str) -> None:
        """Send the mail again with a new link. Raises NotFound."""
        stream = self._own(action, invitation_id)
        link = secrets.token_urlsafe(32)
        digest = self._link_digest(link)
        renewed = invitations.again(stream.state, link, digest, action.actor.id, action.now)
        action.stage(stream, renewed)

    def withdraw(self, action: SupportAction, invitation_id: str) -> None:
        """Take an invitation back. Raises NotFound."""
        self._withdraw(action, self._own(action, invitation_id), invitation_id)

    def withdraw_all_of(self, action: SupportAction, person: Person) -> int:
        """Take back what is open to a person who leaves, or from them; return how many."""
        addresses = [self._digest(f"address:{each}") for each in person.emails]
        found = self._kept.concerning(addresses, person.id)
        for each in found:
            self._withdraw(action, self._load(action, each), each)
        return len(found)

    def accept(
        self, action: SupportAction, link: str, partner_id: str, known: Person | None
    ) -> Person:
        """
        Take in who came with a link; return the person that they are from now on.

        ``known`` is whom their account signs in already, ``partner_id`` the only partner that
        their provider signs in for (``*``: any). Raises Forbidden, Refused.
        """
        link_digest = self._link_digest(link)
        found = self._kept.of_link(link_digest)
        stream = self._load(action, found)
        offer = invitations.accept(stream.state, link_digest, action.now)
        partner = ids.uuid_of(ids.ORGANIZATION, offer.partner_id)
        if partner_id != "*" and ids.uuid_of(ids.ORGANIZATION, partner_id) != partner:
            raise invitations.invalid()
        if known is not None and known.organization != partner:
            raise invitations.invalid()
        person = known or self._new(action, offer, partner)
        self._give(action, offer, person)
        accepted = InvitationAccepted(invitation_id=offer.invitation_id, user_id=person.id)
        action.about(f"invitation:{offer.invitation_id}", user_id=person.id)
        action.stage(stream, accepted)
        return person

    def _give(self, action: SupportAction, offer: AgentInvited, person: Person) -> None:
        loaded = action.load(roles_stream(person.organization), roles.evolve, roles.PartnerRoles())
        if not loaded.state.holds(person.id, offer.role, action.now):
            role = RoleAssigned(
                user_id=person.id,
                partner_id=offer.partner_id,
                role=offer.role,
                assigned_by=offer.invited_by,
                until=offer.until,
                reason=offer.reason,
            )
            action.stage(loaded, roles.assign(loaded.state, role, action.now))
        if offer.organization_ids:
            limit = AgentLimited(
                user_id=person.id,
                partner_id=offer.partner_id,
                organization_ids=offer.organization_ids,
                limited_by=offer.invited_by,
                reason=offer.reason,
            )
            action.stage(loaded, *roles.limit(loaded.state, limit, action.now))

    def _new(self, action: SupportAction, offer: AgentInvited, partner: str) -> Person:
        uuid = str(uuid4())
        new = PersonImported(
            user_id=ids.api_id(ids.PEOPLE, uuid),
            organization_id=offer.partner_id,
            display_name=offer.display_name,
            emails=(offer.email,),
            status="active",
            login_enabled=True,
            created=action.now,
        )
        action.stage(Loaded(importing.key_of(new), 0, None), new)
        return Person(
            uuid=uuid,
            id=new.user_id,
            organization=partner,
            organization_id=offer.partner_id,
            display_name=offer.display_name,
            emails=new.emails,
            status=new.status,
            login_enabled=True,
        )

    def _withdraw(
        self, action: SupportAction, stream: Loaded[invitations.Invitation], invitation_id: str
    ) -> None:
        fact = InvitationWithdrawn(invitation_id=invitation_id, withdrawn_by=action.actor.id)
        action.stage(stream, invitations.withdraw(stream.state, fact))

    def _own(self, action: SupportAction, invitation_id: str) -> Loaded[invitations.Invitation]:
        stream = self._load(action, invitation_id)
        offer = stream.state.offer
        if offer is None or ids.uuid_of(ids.ORGANIZATION, offer.partner_id) != _partner(action):
            raise NotFound("invitation")
        action.about(f"invitation:{invitation_id}")
        return stream

    def _load(self, action: SupportAction, invitation_id: str) -> Loaded[invitations.Invitation]:
        stream = f"invitation:{invitation_id}"
        return action.load(stream, invitations.evolve, invitations.Invitation())

    def _link_digest(self, link: str) -> str:
        return self._digest(f"invitation-link:{link}")


def _address(email: str) -> str:
    try:
        return canonical(email)
    except InvalidArgument as error:
        raise InvalidArgument("email", "NOT_AN_ADDRESS", "email: is no mail address.") from error


def _partner(action: SupportAction) -> str:
    return ids.uuid_of(ids.ORGANIZATION, action.actor.partner_id)
