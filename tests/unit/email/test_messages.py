from datetime import UTC, datetime, timedelta

import pytest

from helpdesk.kernel.errors import Refused
from services.email.domain import message
from services.email.domain.facts import (
    MessageBounced,
    MessageComplained,
    MessageDelayed,
    MessageDelivered,
    MessageDiscovered,
    MessageQueued,
    MessageResent,
    MessageSent,
    MessageSuppressed,
)
from services.email.domain.message import Message
from services.email.reports import Action, Cause, Fault, Kind, RecipientReport
from tests.support.given import Given

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
SECONDS = timedelta(seconds=5)
GONE = RecipientReport(
    "ana@acme.example",
    action=Action.FAILED,
    status="5.1.1",
    reply_code="550",
    diagnosis="550 5.1.1 nobody",
    cause=Cause.NO_SUCH_MAILBOX,
    fault=Fault.RECIPIENT,
    permanent=True,
)
LATE = RecipientReport(
    "ana@acme.example",
    action=Action.DELAYED,
    cause=Cause.MAILBOX_FULL,
    fault=Fault.RECIPIENT,
    permanent=False,
)

QUEUED = MessageQueued(
    message_id="m1",
    person_id="ana",
    user_id="ana",
    kind="welcome",
    address="ana@acme.example",
    address_digest="d1",
    recorded_at=NOON,
)
SENT = MessageSent(message_id="m1", reply_code="250", attempt=1, recorded_at=NOON)
DELIVERED = MessageDelivered(message_id="m1", by="accepted", recorded_at=NOON)
BOUNCED = MessageBounced(
    message_id="m1",
    person_id="ana",
    cause="no_such_mailbox",
    fault="recipient",
    status="5.1.1",
    reply_code="550",
    diagnosis="550 5.1.1 nobody",
    permanent=True,
    recorded_at=NOON,
)
COMPLAINED = MessageComplained(message_id="m1", feedback_type="abuse", report_id="r1")
SUPPRESSED = MessageSuppressed(message_id="m1", cause="blocked")


def delayed(attempt=1, pause=5.0):
    return MessageDelayed(
        message_id="m1",
        person_id="ana",
        cause="mailbox_full",
        fault="recipient",
        attempt=attempt,
        retry_at=NOON + timedelta(seconds=pause),
        recorded_at=NOON,
    )


def given(*facts):
    return Given(message.evolve, Message(), *facts)


def test_what_is_accepted_by_the_mailbox_itself_is_delivered():
    given(QUEUED).when(message.accepted, "250", is_delivered=True).then(SENT, DELIVERED)


def test_what_a_relay_accepts_is_only_sent():
    given(QUEUED).when(message.accepted, "250", is_delivered=False).then(SENT)


def test_what_is_refused_bounces():
    given(QUEUED).when(message.refused, GONE).then(BOUNCED)


@pytest.mark.parametrize("fact", [SENT, DELIVERED, BOUNCED, COMPLAINED, SUPPRESSED])
def test_what_is_out_of_our_hands_is_not_handed_over_again(fact):
    after = given(QUEUED, fact)

    assert not after.state.waiting
    after.when(message.accepted, "250", is_delivered=True).then()
    after.when(message.refused, GONE).then()
    after.when(message.postponed, LATE, NOON, SECONDS).then()
    after.when(message.suppressed, "blocked").then()


def test_the_pause_grows_to_an_hour():
    facts, pauses = [QUEUED], []
    for attempt in range(1, 10):
        (fact,) = message.postponed(given(*facts).state, LATE, NOON, SECONDS)
        assert fact.attempt == attempt
        facts.append(fact)
        pauses.append((fact.retry_at - NOON).total_seconds())

    assert pauses == [5, 15, 45, 135, 405, 1215, 3600, 3600, 3600]


def test_after_three_days_it_bounces_without_blocking():
    (fact,) = message.postponed(
        given(QUEUED, delayed()).state, LATE, NOON + timedelta(hours=72), SECONDS
    )

    assert isinstance(fact, MessageBounced)
    assert (fact.cause, fact.permanent) == ("expired", False)


def test_a_delay_of_another_system_is_not_ours_to_try_again():
    (fact,) = message.reported(given(QUEUED, SENT).state, Kind.DELAY, LATE, "r1")

    assert not given(QUEUED, SENT, fact).state.waiting
    assert given(QUEUED, SENT, fact).state.state == "delayed"


@pytest.mark.parametrize("before", [(QUEUED,), (QUEUED, SENT), (QUEUED, SENT, DELIVERED)])
def test_a_bounce_may_come_late(before):
    (fact,) = message.reported(given(*before).state, Kind.BOUNCE, GONE, "r1")

    assert fact.report_id == "r1"
    assert given(*before, fact).state.state == "bounced"


@pytest.mark.parametrize("last", [BOUNCED, COMPLAINED, SUPPRESSED])
def test_a_second_bounce_says_nothing_new(last):
    given(QUEUED, last).when(message.reported, Kind.BOUNCE, GONE, "r1").then()


def test_a_complaint_is_taken_in_any_state_but_once():
    for facts in ((QUEUED, SENT), (QUEUED, SENT, DELIVERED), (QUEUED, BOUNCED)):
        given(*facts).when(message.reported, Kind.COMPLAINT, GONE, "r1", "abuse").then(COMPLAINED)
    given(QUEUED, COMPLAINED).when(message.reported, Kind.COMPLAINT, GONE, "r2", "abuse").then()


@pytest.mark.parametrize("feedback", ["not-spam", "auth-failure", "Not-Spam"])
def test_feedback_that_is_no_complaint_is_none(feedback):
    given(QUEUED, SENT).when(message.reported, Kind.COMPLAINT, GONE, "r1", feedback).then()


def test_an_automatic_reply_proves_delivery():
    expected = MessageDelivered(message_id="m1", by="auto_reply", report_id="r1")
    given(QUEUED, SENT).when(message.reported, Kind.AUTO_REPLY, LATE, "r1").then(expected)
    given(QUEUED, SENT, DELIVERED).when(message.reported, Kind.AUTO_REPLY, LATE, "r1").then()


def test_the_action_of_a_recipient_outweighs_the_kind_of_the_report():
    assert message.outcome(Kind.BOUNCE, LATE) == "delayed"
    assert message.outcome(Kind.BOUNCE, RecipientReport("")) == "bounced"
    assert message.outcome(Kind.DELIVERY, RecipientReport("", action=Action.RELAYED)) == ""


def test_only_finished_messages_of_ours_are_sent_again():
    for facts in ((QUEUED,), (QUEUED, delayed())):
        with pytest.raises(Refused):
            message.check_resendable(given(*facts).state)
    for facts in ((QUEUED, BOUNCED), (QUEUED, SENT), (QUEUED, SUPPRESSED)):
        message.check_resendable(given(*facts).state)


def test_a_message_of_another_system_is_not_sent_again():
    discovered = MessageDiscovered(
        message_id="m1", person_id="ana", address="ana@acme.example", address_digest="d1"
    )
    with pytest.raises(Refused, match="another system"):
        message.check_resendable(given(discovered, BOUNCED).state)


def test_the_timeline_tells_all_in_order():
    resent = MessageResent(message_id="m1", resent_as="m2")
    state = given(QUEUED, delayed(), SENT, BOUNCED, resent).state

    assert [entry.what for entry in state.entries] == [
        "queued",
        "delayed",
        "sent",
        "bounced",
        "resent",
    ]
    assert state.explained.cause == "no_such_mailbox"
    assert state.entries[3].next_step == "mail.advice.no_such_mailbox"
    assert state.resent_as == "m2"
