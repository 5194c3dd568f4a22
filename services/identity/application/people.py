"""Use cases on a partner's own people as a whole: who leaves, and who sees which customers."""

from __future__ import annotations

from collections.abc import Sequence

from helpdesk.kernel.actions import SupportAction
from helpdesk.kernel.errors import InvalidArgument, NotFound
from helpdesk.kernel.store import Loaded
from services.identity.application.importing import roles_stream
from services.identity.application.invitations import Invitations
from services.identity.application.reading import Views, Visible, viewer_for
from services.identity.application.sessions import end_session
from services.identity.domain import forgetting, ids, roles, sign_in
from services.identity.domain.entries import Person
from services.identity.domain.people_facts import (
    AgentLimited,
    AgentLimitLifted,
    PersonOffboarded,
)

_MOST_CUSTOMERS = 200


class People:
    """Ends everything of a person, and limits people to some customers."""

    def __init__(self, views: Views, invitations: Invitations) -> None:
        self._views = views
        self._invitations = invitations

    def offboard(self, action: SupportAction, user_id: str) -> tuple[int, int]:
        """
        End everything of a person at once; return how many sessions and roles that were.

        Raises NotFound, Refused.
        """
        person = colleague(self._views, action, user_id)
        stream = _roles_at(action, person)
        left = PersonOffboarded(
            user_id=person.id,
            partner_id=person.organization_id,
            offboarded_by=action.actor.id,
            reason=action.reason,
        )
        facts = roles.offboard(stream.state, left, action.now)
        action.stage(stream, *facts)
        self._invitations.withdraw_all_of(action, person)
        return end_sessions(self._views, action, person, "offboarded"), len(facts) - 1

    def sign_out(self, action: SupportAction, user_id: str) -> int:
        """End a person's sign-in sessions; return how many there were. Raises NotFound."""
        person = colleague(self._views, action, user_id)
        return end_sessions(self._views, action, person, "partner_admin")

    def set_limit(
        self, action: SupportAction, user_id: str, organization_ids: Sequence[str]
    ) -> None:
        """Limit a person to customers that the caller sees. Raises NotFound, Refused."""
        person = colleague(self._views, action, user_id)
        if not 1 <= len(organization_ids) <= _MOST_CUSTOMERS:
            raise InvalidArgument(
                "organization_ids", "OUT_OF_RANGE", f"organization_ids: 1 to {_MOST_CUSTOMERS}."
            )
        visible = Visible(self._views, viewer_for(action.actor))
        customers = {visible.organization(each).id for each in organization_ids}
        action.about(*(f"organization:{each}" for each in sorted(customers)))
        stream = _roles_at(action, person)
        limited = AgentLimited(
            user_id=person.id,
            partner_id=person.organization_id,
            organization_ids=tuple(sorted(customers)),
            limited_by=action.actor.id,
            reason=action.reason,
        )
        action.stage(stream, *roles.limit(stream.state, limited, action.now))

    def clear_limit(self, action: SupportAction, user_id: str) -> None:
        """Lift the limit of a person. Raises NotFound, Refused."""
        person = colleague(self._views, action, user_id)
        stream = _roles_at(action, person)
        lifted = AgentLimitLifted(
            user_id=person.id,
            partner_id=person.organization_id,
            lifted_by=action.actor.id,
            reason=action.reason,
        )
        action.stage(stream, roles.lift(stream.state, lifted))


def colleague(views: Views, action: SupportAction, user_id: str) -> Person:
    """Return a person of the caller's own partner. Raises NotFound, Refused."""
    person = views.person(ids.uuid_of(ids.PEOPLE, user_id))
    # Without a partner the caller has no colleagues; an empty key would match nobody either.
    if person is None or person.organization != ids.uuid_of(
        ids.ORGANIZATION, action.actor.partner_id
    ):
        raise NotFound("person")
    action.about(user_id=person.id)
    forgetting.check_known(person)
    return person


def end_sessions(
    views: Views, action: SupportAction, person: Person, reason: sign_in.Ending
) -> int:
    """End the sign-in sessions of a person; return how many lived."""
    living = [each for each in views.sessions_of(person.id) if each.lives(action.now)]
    for session in living:
        end_session(action, session, reason)
    return len(living)


def _roles_at(action: SupportAction, person: Person) -> Loaded[roles.PartnerRoles]:
    return action.load(roles_stream(person.organization), roles.evolve, roles.PartnerRoles())
