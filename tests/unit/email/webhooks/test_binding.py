from datetime import UTC, datetime

import pytest

from helpdesk.kernel.errors import Refused, Unavailable
from helpdesk.kernel.settings import SettingsError, parse
from services.email.domain.facts import WebhookEventReceived
from services.email.domain.message import Message
from services.email.domain.webhook import Told, check_binding, check_new, evolve
from services.email.settings import WebhookSettings

SENT = Message(message_id="m", address="Ana@Acme.example", state="sent")


def refusal(ours, recipient="ana@acme.example", *, proves_body=False):
    with pytest.raises((Refused, Unavailable)) as refused:
        check_binding(ours, recipient, proves_body=proves_body)
    return refused.value.reason


@pytest.mark.parametrize("state", ["sent", "delayed", "delivered", "bounced", "complained"])
def test_an_event_is_bound_to_a_message_and_its_recipient(state):
    sent = Message(message_id="m", address="Ana@Acme.example", state=state)

    check_binding(sent, "ana@ACME.example", proves_body=False)


@pytest.mark.parametrize("proves_body", [True, False])
def test_the_recipient_of_our_message_must_be_the_right_one(proves_body):
    for recipient in ("bea@acme.example", "no address", ""):
        assert refusal(SENT, recipient, proves_body=proves_body) == "WRONG_RECIPIENT"


def test_a_forgotten_recipient_matches_nobody():
    erased = Message(message_id="m", address="[erased]", state="sent")

    assert refusal(erased, "[erased]") == "WRONG_RECIPIENT"


def test_an_unknown_message_is_fine_only_where_the_body_is_proved():
    check_binding(Message(), "ana@acme.example", proves_body=True)

    assert refusal(Message()) == "UNKNOWN_MESSAGE"


def test_an_event_of_a_message_that_was_never_sent_is_refused():
    never = Message(message_id="m", address="ana@acme.example", state="suppressed")

    assert refusal(never) == "NEVER_SENT"


def test_an_event_that_overtook_our_own_note_is_told_again():
    queued = Message(message_id="m", address="ana@acme.example", state="queued")

    assert refusal(queued, proves_body=True) == "NOT_SENT_YET"


def test_an_event_is_received_once():
    received = WebhookEventReceived(
        provider="ses", event_digest="d", outcome="taken", seen_until=datetime.now(UTC)
    )
    check_new(Told())

    with pytest.raises(Refused, match="before"):
        check_new(evolve(Told(), received))


@pytest.mark.parametrize(
    ("env", "named"),
    [
        ({"ADDRESS": "8000"}, "ADDRESS"),
        ({"ADDRESS": "0.0.0.0:8000"}, "URL"),
        ({"ADDRESS": "0.0.0.0:8000", "URL": "http://mail.example"}, "URL"),
        ({"POSTMARK_LOGIN": "nobody"}, "POSTMARK_LOGIN"),
        ({"POSTMARK_LOGIN": "user:"}, "POSTMARK_LOGIN"),
        ({"FRESH_SECONDS": "0"}, "FRESH_SECONDS"),
        ({"LARGEST_BYTES": "0"}, "LARGEST_BYTES"),
    ],
)
def test_a_setting_that_proves_nothing_is_named(env, named):
    env = {f"HELPDESK_EMAIL_WEBHOOK_{name}": value for name, value in env.items()}

    with pytest.raises(SettingsError, match=named):
        parse(WebhookSettings, "email_webhook", env)


def test_keys_are_not_shown():
    shown = repr(WebhookSettings(mailgun_key="marker", postmark_login="marker:marker"))

    assert "marker" not in shown
