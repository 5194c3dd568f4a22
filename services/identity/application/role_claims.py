"""Use cases on the claims of a partner's own provider that give roles."""

from __future__ import annotations

from uuid import uuid4

from helpdesk.kernel.actions import SupportAction
from helpdesk.kernel.errors import NotFound
from helpdesk.kernel.store import Loaded
from services.identity.application.importing import roles_stream
from services.identity.application.people import end_sessions
from services.identity.application.reading import Views
from services.identity.domain import claims, ids, roles
from services.identity.domain.claim_facts import RoleClaimMapped, RoleClaimUnmapped
from services.identity.domain.entries import Partner


class RoleClaims:
    """Lists, makes and takes back what claims give."""

    def __init__(self, views: Views) -> None:
        self._views = views

    def list_role_claims(self, action: SupportAction) -> list[RoleClaimMapped]:
        """Return what the partner's claims give, oldest first. Raises NotFound."""
        mapped = self._load(action, self._partner(action)).state.mapped
        found = sorted(mapped.values(), key=lambda each: each.recorded_at)
        action.showed(f"role-claim:{each.mapping_id}" for each in found)
        return found

    def map_role_claim(self, action: SupportAction, claim: str, value: str, role: str) -> str:
        """Let a claim give a role; return the mapping's id. Raises InvalidArgument, Refused."""
        partner = self._partner(action)
        stream = self._load(action, partner)
        wanted = RoleClaimMapped(
            mapping_id=uuid4().hex,
            partner_id=partner.id,
            claim=claim.strip(),
            value=value.strip(),
            role=role,
            mapped_by=action.actor.id,
        )
        action.about(f"role-claim:{wanted.mapping_id}")
        action.stage(stream, claims.map_claim(stream.state, wanted))
        return wanted.mapping_id

    def unmap_role_claim(self, action: SupportAction, mapping_id: str) -> int:
        """
        Take a mapping back; return how many people lost a role by it. Raises NotFound.

        Who has no role left is signed out.
        """
        partner = self._partner(action)
        stream = self._load(action, partner)
        unwanted = RoleClaimUnmapped(
            mapping_id=mapping_id, partner_id=partner.id, unmapped_by=action.actor.id
        )
        unmapped, role = claims.unmap_claim(stream.state, unwanted)
        action.about(f"role-claim:{mapping_id}")
        action.stage(stream, unmapped)
        loaded = action.load(roles_stream(partner.uuid), roles.evolve, roles.PartnerRoles())
        removed = roles.unclaim(loaded.state, partner.id, role, action.now)
        action.stage(loaded, *removed)
        after = loaded.state
        for each in removed:
            after = roles.evolve(after, each)
            action.about(f"person:{each.user_id}")
            person = self._views.person(ids.uuid_of(ids.PEOPLE, each.user_id))
            if person is not None and not after.roles_of(person.id, action.now):
                end_sessions(self._views, action, person, "role_removed")
        return len(removed)

    def _partner(self, action: SupportAction) -> Partner:
        found = self._views.partner(ids.uuid_of(ids.ORGANIZATION, action.actor.partner_id))
        if found is None:
            raise NotFound("partner")
        return found

    def _load(self, action: SupportAction, partner: Partner) -> Loaded[claims.RoleClaims]:
        return action.load(claims_stream(partner.uuid), claims.evolve, claims.RoleClaims())


def claims_stream(partner: str) -> str:
    """Return the name of the stream of a partner's claims that give roles."""
    return f"role-claims:{partner}"
