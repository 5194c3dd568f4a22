"""SendGrid, Mailgun and Postmark."""

import base64
import json
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.utils import (
    decode_dss_signature,
    encode_dss_signature,
)

from helpdesk.kernel.settings import SettingsError
from services.email.providers.webhooks import mailgun, postmark, sendgrid
from services.email.providers.webhooks.mailgun import Mailgun
from services.email.providers.webhooks.postmark import Labelled, Postmark
from services.email.providers.webhooks.proof import MOST_EVENTS, Delivery, Unproved
from services.email.providers.webhooks.sendgrid import SIGNATURE, TIMESTAMP, SendGrid, key_of
from services.email.reports import Kind
from tests.unit.email.webhooks import vectors
from tests.unit.email.webhooks.vectors import LOGIN, MAILGUN_FAILURE, MAILGUN_KEY

NOW = datetime.now(UTC).replace(microsecond=0)
LATER = NOW + timedelta(seconds=301)
ADDRESS, OURS, DOMAIN = "ana@acme.example", "a" * 32, "mail.example"
MESSAGE_ID = f"<{OURS}@{DOMAIN}>"
SENDGRID = SendGrid(key_of(vectors.sendgrid_setting()), 300)
MAILGUN = Mailgun(MAILGUN_KEY.encode(), 300)
POSTMARK = Postmark(LOGIN, DOMAIN, 300)


def proved(provider, headers, body, now=NOW, peer=""):
    return provider.proved(Delivery(headers, body, peer), now)


def refusal(provider, headers, body, now=NOW, peer=""):
    with pytest.raises(Unproved) as refused:
        proved(provider, headers, body, now, peer)
    return refused.value.reason


def bounced(**more):
    values = {"reason": "550 5.1.1 no such user", "status": "5.1.1", "type": "bounce", **more}
    return vectors.sendgrid_event("bounce", ADDRESS, MESSAGE_ID, **values)


# SendGrid


def test_a_signed_batch_is_taken():
    found = proved(SENDGRID, *vectors.sendgrid([bounced(), bounced()], NOW))

    assert [e.report.recipients[0].cause for e in found.events] == ["no_such_mailbox"] * 2
    assert {e.report.original_message_id for e in found.events} == {MESSAGE_ID}
    assert found.events[0].proves_body


def test_a_key_may_be_pem():
    key = vectors.sendgrid_key().public_key()
    pem = key.public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )

    assert key_of(pem.decode()) == key


@pytest.mark.parametrize("setting", ["x", "AAAA", "-----BEGIN PUBLIC KEY-----"])
def test_a_setting_that_is_no_key_is_named(setting):
    with pytest.raises(SettingsError, match="SENDGRID_KEY"):
        key_of(setting)


def test_a_changed_batch_is_refused():
    headers, body = vectors.sendgrid([bounced()], NOW)

    assert refusal(SENDGRID, headers, body + b" ") == "BAD_SIGNATURE"
    assert refusal(SENDGRID, headers, body.replace(b"ana@", b"bea@")) == "BAD_SIGNATURE"
    other = str(int(NOW.timestamp()) + 1)
    assert refusal(SENDGRID, {**headers, TIMESTAMP: other}, body) == "BAD_SIGNATURE"


def test_the_body_of_another_batch_is_refused():
    headers, _ = vectors.sendgrid([bounced()], NOW)
    _, body = vectors.sendgrid([bounced()], NOW)

    assert refusal(SENDGRID, headers, body) == "BAD_SIGNATURE"


def test_another_key_is_refused():
    assert refusal(SENDGRID, *vectors.sendgrid([bounced()], NOW, number=1)) == "BAD_SIGNATURE"


def test_a_stale_batch_is_refused():
    assert refusal(SENDGRID, *vectors.sendgrid([bounced()], NOW), LATER) == "STALE"
    assert refusal(SENDGRID, *vectors.sendgrid([bounced()], LATER)) == "STALE"


@pytest.mark.parametrize("name", [SIGNATURE, TIMESTAMP])
def test_a_batch_without_its_headers_is_refused(name):
    headers, body = vectors.sendgrid([bounced()], NOW)
    del headers[name]

    assert refusal(SENDGRID, headers, body) == "MISSING_SIGNATURE"


@pytest.mark.parametrize("signature", ["x", "AAAA", "Ä", "MAYCAQECAQE="])
def test_a_signature_that_is_none_is_refused(signature):
    headers, body = vectors.sendgrid([bounced()], NOW)

    assert refusal(SENDGRID, {**headers, SIGNATURE: signature}, body) == "BAD_SIGNATURE"


@pytest.mark.parametrize("at", ["-1", "1e9", "nan", "١٢٣", "1" * 13, "1 "])
def test_a_time_that_is_no_number_is_refused(at):
    headers, body = vectors.sendgrid([bounced()], NOW)

    assert refusal(SENDGRID, {**headers, TIMESTAMP: at}, body) == "MALFORMED"


def test_one_bad_event_costs_no_other():
    batch = [bounced(), 7, None, {}, {"event": "bounce"}, {"event": ["x"], "email": 3}, bounced()]
    found = proved(SENDGRID, *vectors.sendgrid(batch, NOW))

    assert len(found.events) == 2
    assert found.refused == ("MALFORMED",) * 5


@pytest.mark.parametrize("body", ["{}", "null", "[", "[" * 100_000, '"x"'])
def test_a_signed_body_that_is_no_batch_is_refused(body):
    assert refusal(SENDGRID, *vectors.sendgrid(body, NOW)) == "MALFORMED"


def test_a_batch_is_not_endless():
    assert refusal(SENDGRID, *vectors.sendgrid([1] * (MOST_EVENTS + 1), NOW)) == "TOO_MANY_EVENTS"


def test_a_signature_in_another_form_names_the_same_events():
    event = bounced()
    del event["sg_event_id"]
    headers, body = vectors.sendgrid([event], NOW)
    r, s = decode_dss_signature(base64.b64decode(headers[SIGNATURE]))
    order = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
    twisted = base64.b64encode(encode_dss_signature(r, order - s)).decode()
    first = proved(SENDGRID, headers, body).events
    second = proved(SENDGRID, {**headers, SIGNATURE: twisted}, body).events

    assert [e.key for e in first] == [e.key for e in second]


@pytest.mark.parametrize(
    ("event", "kind", "cause", "permanent"),
    [
        (("delivered", {"response": "250 OK"}), "delivery", "delivered", None),
        (("deferred", {"response": "451 4.7.1 greylisted"}), "delay", None, False),
        (("spamreport", {}), "complaint", "complained", None),
        (("bounce", {"reason": "", "bounce_classification": "Invalid Address"}), "bounce",
         "no_such_mailbox", True),
        (("bounce", {"type": "blocked", "reason": "550 5.1.1 no such user"}), "bounce",
         "no_such_mailbox", False),
        (("dropped", {"reason": "Bounced Address"}), "bounce", "no_such_mailbox", True),
        (("dropped", {"reason": "Spam Reporting Address"}), "complaint", "complained", None),
        (("dropped", {"reason": "Unsubscribed Address"}), "bounce", "recipient_refuses", False),
    ],
)  # fmt: skip
def test_an_event_of_sendgrid_is_read_as_a_mail_would_be(event, kind, cause, permanent):
    report = sendgrid.event_of(vectors.sendgrid_event(event[0], ADDRESS, MESSAGE_ID, **event[1]))
    answer = report.recipients[0]

    assert report.kind == kind
    assert cause in (None, answer.cause)
    assert answer.permanent is permanent


@pytest.mark.parametrize("kind", ["open", "click", "processed", "group_unsubscribe"])
def test_other_events_of_sendgrid_tell_nothing(kind):
    assert sendgrid.event_of(vectors.sendgrid_event(kind, ADDRESS, "")).kind is Kind.NONE


# Mailgun


def failed(**more):
    return vectors.mailgun_event("failed", ADDRESS, MESSAGE_ID, **{**MAILGUN_FAILURE, **more})


def test_a_signed_event_is_taken_but_its_body_is_not_proved():
    found = proved(MAILGUN, {}, vectors.mailgun(failed(), vectors.mailgun_signature(NOW)))
    (event,) = found.events
    answer = event.report.recipients[0]

    assert not event.proves_body
    assert (answer.cause, answer.permanent, answer.reply_code) == ("no_such_mailbox", True, "550")
    assert event.report.original_message_id == MESSAGE_ID.strip("<>")


@pytest.mark.parametrize("name", ["timestamp", "token", "signature"])
def test_a_changed_signature_is_refused(name):
    signature = vectors.mailgun_signature(NOW)
    changed = {
        "timestamp": str(int(signature["timestamp"]) + 1),
        "token": "f" * 50,
        "signature": "0" * 64,
    }[name]
    sent = vectors.mailgun(failed(), {**signature, name: changed})

    assert refusal(MAILGUN, {}, sent) == "BAD_SIGNATURE"


def test_another_key_of_mailgun_is_refused():
    sent = vectors.mailgun(failed(), vectors.mailgun_signature(NOW, key="other"))

    assert refusal(MAILGUN, {}, sent) == "BAD_SIGNATURE"


def test_a_stale_event_is_refused():
    sent = vectors.mailgun(failed(), vectors.mailgun_signature(NOW))

    assert refusal(MAILGUN, {}, sent, LATER) == "STALE"


@pytest.mark.parametrize("name", ["timestamp", "token", "signature"])
@pytest.mark.parametrize("value", [None, [], {}, 1.5, True])
def test_a_missing_part_of_the_signature_is_refused(name, value):
    sent = vectors.mailgun(failed(), {**vectors.mailgun_signature(NOW), name: value})

    assert refusal(MAILGUN, {}, sent) == "MISSING_SIGNATURE"


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b"\xff\xfe", b'{"signature": 1}'])
def test_a_body_that_is_no_event_is_refused(body):
    assert refusal(MAILGUN, {}, body) == "MALFORMED"


def test_an_event_without_a_signature_is_refused():
    assert (
        refusal(MAILGUN, {}, json.dumps({"event-data": failed()}).encode()) == "MISSING_SIGNATURE"
    )


def test_digits_do_not_move_from_the_token_to_the_time():
    signature = vectors.mailgun_signature(NOW, token="1" * 50)
    moved = {**signature, "timestamp": signature["timestamp"] + "1", "token": "1" * 49}
    back = {**signature, "timestamp": signature["timestamp"][:-1]}
    back["token"] = signature["timestamp"][-1] + signature["token"]

    assert refusal(MAILGUN, {}, vectors.mailgun(failed(), moved)) == "STALE"
    assert refusal(MAILGUN, {}, vectors.mailgun(failed(), back)) == "STALE"


def test_the_token_of_an_event_that_is_none_is_spent():
    signature = vectors.mailgun_signature(NOW)
    bad = proved(MAILGUN, {}, vectors.mailgun({"event": 7}, signature))
    good = proved(MAILGUN, {}, vectors.mailgun(failed(), signature))

    assert bad.refused == ("MALFORMED",)
    assert bad.events[0].key == good.events[0].key


@pytest.mark.parametrize(
    ("event", "kind", "cause", "permanent"),
    [
        (("delivered", {}), "delivery", "delivered", None),
        (("complained", {}), "complaint", "complained", None),
        (("failed", {**MAILGUN_FAILURE, "severity": "temporary"}), "delay", "no_such_mailbox",
         False),
        (("failed", {**MAILGUN_FAILURE, "reason": "old"}), "bounce", "no_such_mailbox", False),
        (("failed", {"reason": "suppress-bounce", "severity": "permanent"}), "bounce",
         "no_such_mailbox", True),
        (("failed", {"reason": "suppress-complaint"}), "complaint", "complained", None),
    ],
)  # fmt: skip
def test_an_event_of_mailgun_is_read_as_a_mail_would_be(event, kind, cause, permanent):
    report = mailgun.event_of(vectors.mailgun_event(event[0], ADDRESS, MESSAGE_ID, **event[1]))
    answer = report.recipients[0]

    assert (report.kind, answer.cause, answer.permanent) == (kind, cause, permanent)


# Postmark


def hook(**more):
    return json.dumps(vectors.postmark(ADDRESS, OURS, NOW, **more)).encode()


def test_an_event_with_the_right_login_is_taken_but_its_body_is_not_proved():
    (event,) = proved(POSTMARK, vectors.basic(), hook()).events

    assert not event.proves_body
    assert event.report.original_message_id == f"{OURS}@{DOMAIN}"
    assert event.report.recipients[0].cause == "no_such_mailbox"


@pytest.mark.parametrize(
    "login", ["postmark:wrong", "other:correct horse", "postmark:", "", LOGIN + "x", LOGIN[:-1]]
)
def test_a_wrong_login_is_refused(login):
    expected = "WRONG_LOGIN" if login else "MISSING_LOGIN"

    assert refusal(POSTMARK, vectors.basic(login), hook()) == expected


@pytest.mark.parametrize("header", ["", "Basic", "Bearer abc", "Basic Ä", "Basic !!"])
def test_a_header_that_is_no_login_is_refused(header):
    assert refusal(POSTMARK, {"authorization": header}, hook()) in ("MISSING_LOGIN", "MALFORMED")
    assert refusal(POSTMARK, {}, hook()) == "MISSING_LOGIN"


def test_only_the_addresses_that_are_set_may_post():
    sources = (ip_network("203.0.113.0/24"), ip_network("2001:db8::1"))
    near = Postmark(LOGIN, DOMAIN, 300, sources)

    assert proved(near, vectors.basic(), hook(), peer="203.0.113.9").events
    assert proved(near, vectors.basic(), hook(), peer="2001:db8::1").events
    for peer in ("203.0.114.1", "2001:db8::2", "", "unix", "203.0.113.9.evil"):
        assert refusal(near, vectors.basic(), hook(), peer=peer) == "WRONG_SOURCE"


def test_an_old_event_of_postmark_is_refused():
    assert refusal(POSTMARK, vectors.basic(), hook(), LATER) == "STALE"


@pytest.mark.parametrize("name", ["RecordType", "BouncedAt"])
@pytest.mark.parametrize("value", [None, 7, "", []])
def test_an_event_of_postmark_without_its_fields_is_refused(name, value):
    assert refusal(POSTMARK, vectors.basic(), hook(**{name: value})) == "MISSING_FIELD"


def test_an_event_that_names_no_message_of_ours_names_none():
    for metadata in (None, 7, {}, {"helpdesk-message": 7}):
        (event,) = proved(POSTMARK, vectors.basic(), hook(Metadata=metadata)).events
        assert event.report.original_message_id == ""


@pytest.mark.parametrize(
    ("more", "kind", "cause", "permanent"),
    [
        ({"Type": "HardBounce", "Details": ""}, "bounce", "no_such_mailbox", True),
        ({"Type": "SoftBounce"}, "bounce", "no_such_mailbox", False),
        ({"Type": "Transient"}, "delay", "no_such_mailbox", False),
        ({"Type": "Blocked", "Details": ""}, "bounce", "reputation", False),
        ({"Type": "AutoResponder"}, "auto_reply", "away", None),
        ({"RecordType": "SpamComplaint"}, "complaint", "complained", None),
        ({"RecordType": "Delivery"}, "delivery", "delivered", None),
    ],
)
def test_an_event_of_postmark_is_read_as_a_mail_would_be(more, kind, cause, permanent):
    report = postmark.event_of(vectors.postmark(ADDRESS, OURS, NOW, **more), ADDRESS, DOMAIN)
    answer = report.recipients[0]

    assert (report.kind, answer.cause, answer.permanent) == (kind, cause, permanent)


@pytest.mark.parametrize("more", [{"RecordType": "Open"}, {"Type": "Subscribe"}])
def test_other_events_of_postmark_tell_nothing(more):
    told = vectors.postmark(ADDRESS, OURS, NOW, **more)

    assert postmark.event_of(told, ADDRESS, DOMAIN).kind is Kind.NONE


def test_a_mail_for_postmark_carries_our_message_id():
    class Plain:
        def render(self, letter, now):
            return b"Subject: x\r\n\r\n"

    class Letter:
        class message:  # noqa: N801
            message_id = OURS

    mail = Labelled(Plain()).render(Letter(), NOW)

    assert mail == f"X-PM-Metadata-helpdesk-message: {OURS}\r\nSubject: x\r\n\r\n".encode()


def test_text_that_cannot_be_stored_is_mended():
    report = sendgrid.event_of(bounced(reason="550 \ud800 no such user"))

    assert report.recipients[0].diagnosis == "550 ? no such user"
