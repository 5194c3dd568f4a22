from dataclasses import replace
from datetime import UTC, datetime, timedelta

from helpdesk.kernel.errors import Forbidden, NotFound, Refused
from helpdesk.kernel.events import ERASED
from services.identity.domain.invitation_facts import (
    AgentInvited,
    InvitationAccepted,
    InvitationWithdrawn,
)
from services.identity.domain.invitations import GOOD_FOR, Invitation, accept, again, evolve
from tests.support.given import Given

NOW = datetime(2030, 5, 6, 7, 8, tzinfo=UTC)
OFFER = AgentInvited(
    invitation_id="i",
    key="address:d",
    email="ana@north.example",
    display_name="Ana",
    link="link",
    link_digest="digest",
    partner_id="north",
    partner_name="North",
    role="HELP_DESK",
    invited_by="eva",
    expires=NOW + GOOD_FOR,
)


def given(*facts):
    return Given(evolve, Invitation(), *facts)


def test_a_link_is_good_for_seven_days():
    last = NOW + timedelta(days=7) - timedelta(seconds=1)

    given(OFFER).when(accept, "digest", last).then(OFFER)
    given(OFFER).when(accept, "digest", NOW + timedelta(days=7)).then_raises(
        Forbidden, "INVITATION_INVALID"
    )


def test_another_link_is_not_good():
    given(OFFER).when(accept, "other", NOW).then_raises(Forbidden, "INVITATION_INVALID")


def test_an_invitation_that_is_over_is_not_renewed():
    used = InvitationAccepted(invitation_id="i", user_id="ana")
    back = InvitationWithdrawn(invitation_id="i", withdrawn_by="eva")

    for over in (used, back):
        given(OFFER, over).when(again, "l", "d", "eva", NOW).then_raises(NotFound)
        given(OFFER, over).when(accept, "digest", NOW).then_raises(Forbidden)


def test_an_invitation_of_who_was_forgotten_is_neither_sent_again_nor_used():
    erased = replace(OFFER, email=ERASED, display_name=ERASED)

    given(erased).when(again, "new", "digest", "eva", NOW).then_raises(Refused, "ALREADY_FORGOTTEN")
    given(erased).when(accept, "digest", NOW).then_raises(Forbidden, "INVITATION_INVALID")
