"""Named situations of one customer and one partner, by a clock that the test holds."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from services.session.domain.access import Access, evolve
from services.session.domain.facts import (
    AccessRejected,
    AccessRequested,
    AccessRequestLapsed,
    ConsentGranted,
    ConsentRevoked,
    ViewEnded,
    ViewGranted,
    ViewStarted,
)
from tests.support.given import Given

NOON = datetime(2030, 5, 6, 12, tzinfo=UTC)
IDLE = timedelta(minutes=10)
SECTIONS = ("ORGANIZATION", "USERS", "DEVICES")


def after(**span):
    return NOON + timedelta(**span)


def at(moment, event):
    """The fact as it is read back when it was recorded at that moment."""
    return replace(event, recorded_at=moment)


ASKED = at(
    NOON,
    AccessRequested(
        access_request_id="request-1",
        organization_id="acme",
        partner_id="north",
        agent_id="agent",
        sections=SECTIONS,
        minutes=20,
        reason="cannot join",
        ticket="INC-1",
        lapses=after(hours=24),
    ),
)
REJECTED = AccessRejected(
    access_request_id="request-1", organization_id="acme", partner_id="north", rejected_by="admin"
)
LAPSED = AccessRequestLapsed(
    access_request_id="request-1", organization_id="acme", partner_id="north"
)
CONSENT = at(
    NOON,
    ConsentGranted(
        consent_id="consent-1",
        organization_id="acme",
        partner_id="north",
        sections=SECTIONS,
        begins=NOON,
        ends=after(days=30),
        minutes=30,
        granted_by="admin",
    ),
)
ONCE = replace(CONSENT, consent_id="once", once=True, access_request_id="request-1")
REVOKED = ConsentRevoked(
    consent_id="consent-1", organization_id="acme", partner_id="north", revoked_by="admin"
)
WANTED = ViewGranted(
    view_id="view-1",
    consent_id="",
    organization_id="acme",
    partner_id="north",
    agent_id="agent",
    sign_in_id="sign-in-1",
    ticket="INC-1",
    sections=(),
    minutes=0,
    latest=NOON,
    roles=("HELP_DESK",),
)
VIEW = at(
    NOON,
    replace(WANTED, consent_id="consent-1", sections=SECTIONS, minutes=30, latest=CONSENT.ends),
)
STARTED = at(NOON, ViewStarted(view_id="view-1", organization_id="acme", until=after(minutes=30)))


def ended(by, person=""):
    return ViewEnded(view_id="view-1", organization_id="acme", ended_by=by, person_id=person)


def given(*facts):
    return Given(evolve, Access(), *facts)


def view_of(*facts):
    return given(*facts).state.views["view-1"]
