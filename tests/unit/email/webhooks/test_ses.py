import json
from datetime import UTC, datetime, timedelta

import pytest

from helpdesk.kernel.errors import Unavailable
from services.email.providers.webhooks.certificates import Certificates, is_sns_url, roots_of
from services.email.providers.webhooks.proof import Delivery, Unproved
from services.email.providers.webhooks.ses import Ses, Sns, events_of
from services.email.reports import Cause, Fault, Kind
from tests.unit.email.webhooks.vectors import (
    CERTIFICATE_URL,
    ISSUER_URL,
    SUBSCRIBE_URL,
    TOPIC,
    Web,
    confirmation,
    der,
    foreign,
    mail_of,
    ours,
    pem,
    ses_bounce,
    sns,
    web_of,
)

NOW = datetime.now(UTC).replace(microsecond=0)
ADDRESS = "ana@acme.example"
BOUNCE = ses_bounce(mail_of(ADDRESS, "bounces+x.y@mail.example"))


def taker(web=None, *, seconds=3600, confirms=False, topics=(TOPIC,)):
    web = web or web_of()
    certificates = Certificates(web.fetch, [ours().root])
    return Ses(Sns(frozenset(topics), seconds, confirms), certificates, web.fetch)


def proved(sent, ses=None, now=NOW):
    body = sent if isinstance(sent, bytes) else json.dumps(sent).encode()
    return (ses or taker()).proved(Delivery({}, body), now)


def refusal(sent, ses=None, now=NOW):
    with pytest.raises(Unproved) as refused:
        proved(sent, ses, now)
    return refused.value.reason


@pytest.mark.parametrize("version", ["1", "2"])
def test_a_signed_message_is_taken(version):
    (event,) = proved(sns(BOUNCE, NOW, version=version, Subject="Amazon SES")).events
    answer = event.report.recipients[0]

    assert (event.provider, event.report.kind, answer.recipient) == ("ses", Kind.BOUNCE, ADDRESS)
    assert (answer.cause, answer.fault, answer.permanent) == (
        Cause.NO_SUCH_MAILBOX,
        Fault.RECIPIENT,
        True,
    )
    assert event.origin == "bounces+x.y@mail.example"
    assert event.report.reporting_mta == "mx.acme.example"


@pytest.mark.parametrize("name", ["Message", "MessageId", "Subject", "Timestamp", "TopicArn"])
def test_a_change_of_anything_signed_is_refused(name):
    sent = sns(BOUNCE, NOW, Subject="Amazon SES")
    changed = {
        "Timestamp": sns(BOUNCE, NOW - timedelta(seconds=5))["Timestamp"],
        "TopicArn": TOPIC + "2",
    }.get(name, sent[name] + " ")

    assert refusal({**sent, name: changed}, taker(topics=(TOPIC, TOPIC + "2"))) == "BAD_SIGNATURE"


def test_a_subject_that_was_added_is_refused():
    assert refusal({**sns(BOUNCE, NOW), "Subject": "x"}) == "BAD_SIGNATURE"


def test_a_signature_of_another_message_is_refused():
    sent, other = sns(BOUNCE, NOW), sns("other", NOW)

    assert refusal({**sent, "Signature": other["Signature"]}) == "BAD_SIGNATURE"


@pytest.mark.parametrize(("signed", "told"), [("1", "2"), ("2", "1")])
def test_another_signature_version_is_refused(signed, told):
    sent = sns(BOUNCE, NOW, version=signed)

    assert refusal({**sent, "SignatureVersion": told}) == "BAD_SIGNATURE"


@pytest.mark.parametrize("version", ["3", "", None, 1, ["1"], {}])
def test_an_unknown_signature_version_is_refused(version):
    assert refusal({**sns(BOUNCE, NOW), "SignatureVersion": version}) == "WRONG_VERSION"


@pytest.mark.parametrize("name", ["Message", "MessageId", "Timestamp", "TopicArn"])
@pytest.mark.parametrize("value", [None, 7, [], {}])
def test_a_missing_field_is_refused(name, value):
    assert refusal({**sns(BOUNCE, NOW), name: value}) == "MISSING_FIELD"


@pytest.mark.parametrize("name", ["Signature", "SigningCertURL"])
def test_a_missing_signature_is_refused(name):
    sent = sns(BOUNCE, NOW)
    del sent[name]

    assert refusal(sent) == "MISSING_SIGNATURE"


@pytest.mark.parametrize("signature", ["", "!!", "AAAA", "Ä"])
def test_a_signature_that_is_none_is_refused(signature):
    assert refusal({**sns(BOUNCE, NOW), "Signature": signature}) == "BAD_SIGNATURE"


@pytest.mark.parametrize("body", [b"", b"[]", b"null", b"\xff", b"{", b"[" * 100_000, b'"x"'])
def test_what_is_no_message_is_refused(body):
    assert refusal(body) == "MALFORMED"


@pytest.mark.parametrize("kind", ["Other", "", None, 3, ["Notification"]])
def test_an_unknown_type_is_refused(kind):
    assert refusal({**sns(BOUNCE, NOW), "Type": kind}) == "WRONG_TYPE"


def test_another_topic_is_refused_although_sns_signed_it():
    assert refusal(sns(BOUNCE, NOW, topic=TOPIC + "-other")) == "WRONG_TOPIC"


def test_a_message_is_fresh_for_the_time_that_is_set():
    sent = sns(BOUNCE, NOW)

    assert proved(sent, now=NOW + timedelta(seconds=3600)).events
    assert refusal(sent, now=NOW + timedelta(seconds=3601)) == "STALE"
    assert refusal(sent, now=NOW - timedelta(seconds=61)) == "STALE"


def test_a_stale_message_asks_for_no_certificate():
    web = web_of()
    refusal(sns(BOUNCE, NOW), taker(web), NOW + timedelta(days=1))

    assert web.asked == []


@pytest.mark.parametrize("at", ["yesterday", "", "9999999999999-01-01", "0001-01-01T00:00:00Z"])
def test_a_time_that_is_none_is_refused(at):
    assert refusal({**sns(BOUNCE, NOW), "Timestamp": at}) in ("MALFORMED", "STALE")


@pytest.mark.parametrize(
    "url",
    [
        "http://sns.eu-west-1.amazonaws.com/a.pem",
        "https://sns.eu-west-1.amazonaws.com/a.txt",
        "https://sns.eu-west-1.amazonaws.com/a?b=.pem",
        "https://sns.eu-west-1.amazonaws.com.evil.example/a.pem",
        "https://sns.eu-west-1.amazonaws.com@evil.example/a.pem",
        "https://evil.example@sns.eu-west-1.amazonaws.com/a.pem",
        "https://evil.example/sns.eu-west-1.amazonaws.com/a.pem",
        "https://evil.example#sns.eu-west-1.amazonaws.com/a.pem",
        "https://sns.eu-west-1.amazonaws.com:8443/a.pem",
        "https://sns.eu-west-1.amazonaws.com\n/a.pem",
        "https://sns.eu-west-1.amazonaws.com\\@evil.example/a.pem",
        "https://sns.a.b.amazonaws.com/a.pem",
        "https://snsxeu-west-1.amazonaws.com/a.pem",
        "https://sns.eu-west-1.amazonawsxcom/a.pem",
        "https://sns.eu-west-1.amazonaws.com.cn.evil/a.pem",
        "https://s3.eu-west-1.amazonaws.com/sns/a.pem",
        "https://sns.éu.amazonaws.com/a.pem",
        "file:///etc/a.pem",
        "//sns.eu-west-1.amazonaws.com/a.pem",
        "https://[::1/a.pem",
        "",
    ],
)
def test_a_certificate_at_another_place_is_refused_and_not_asked_for(url):
    web = web_of()

    assert refusal({**sns(BOUNCE, NOW), "SigningCertURL": url}, taker(web)) == (
        "WRONG_CERTIFICATE_HOST"
    )
    assert web.asked == []


@pytest.mark.parametrize("region", ["us-east-1.amazonaws.com", "cn-north-1.amazonaws.com.cn"])
def test_the_hosts_of_sns_are_known(region):
    assert is_sns_url(f"https://sns.{region}/a.pem")


def refused_with(pages, sent=None, now=NOW):
    return refusal(sent or sns(BOUNCE, NOW), taker(Web({CERTIFICATE_URL: pages})), now)


def test_a_foreign_certificate_is_refused():
    forged = sns(BOUNCE, NOW, authority=foreign())

    assert refused_with(pem(foreign().leaf, foreign().middle), forged) == "FOREIGN_CERTIFICATE"
    assert refused_with(pem(foreign().leaf, ours().middle), forged) == "FOREIGN_CERTIFICATE"
    assert refused_with(pem(foreign().root), forged) == "FOREIGN_CERTIFICATE"


def test_the_certificate_of_another_name_is_refused():
    for name in ("www.example.com", "evil.sns.amazonaws.com", "ec2.amazonaws.com"):
        chain = pem(ours().issue(name), ours().middle)
        assert refused_with(chain) == "FOREIGN_CERTIFICATE"


@pytest.mark.parametrize("name", ["sns-signing.me-south-1.amazonaws.com", "sns.amazonaws.com"])
def test_the_names_that_sns_signs_with_are_known(name):
    web = Web({CERTIFICATE_URL: pem(ours().issue(name), ours().middle)})

    assert proved(sns(BOUNCE, NOW), taker(web)).events


@pytest.mark.parametrize("days", [(-30, -1), (1, 30)])
def test_a_certificate_out_of_its_time_is_refused(days):
    assert refused_with(pem(ours().issue(days=days), ours().middle)) == "FOREIGN_CERTIFICATE"


def test_a_known_certificate_is_refused_once_its_time_is_over():
    ses = taker(seconds=10**9)
    proved(sns(BOUNCE, NOW), ses)

    assert refusal(sns(BOUNCE, NOW), ses, NOW + timedelta(days=31)) == "FOREIGN_CERTIFICATE"


@pytest.mark.parametrize(
    "page", [b"", b"no certificate", b"-----BEGIN CERTIFICATE-----\nAA\n-----END CERTIFICATE-----"]
)
def test_a_page_that_is_no_certificate_is_refused(page):
    assert refused_with(page) == "FOREIGN_CERTIFICATE"


def test_a_missing_intermediate_is_fetched_from_amazons_store():
    leaf = ours().issue(issuer_url=ISSUER_URL)
    web = Web({CERTIFICATE_URL: pem(leaf), ISSUER_URL: der(ours().middle)})
    ses = taker(web)
    proved(sns(BOUNCE, NOW), ses)
    proved(sns(BOUNCE, NOW), ses)

    assert web.asked == [CERTIFICATE_URL, ISSUER_URL]


@pytest.mark.parametrize("url", ["http://evil.example/a.cer", "file:///a.cer", ""])
def test_a_missing_intermediate_is_fetched_from_nowhere_else(url):
    web = Web({CERTIFICATE_URL: pem(ours().issue(issuer_url=url))})

    assert refusal(sns(BOUNCE, NOW), taker(web)) == "FOREIGN_CERTIFICATE"
    assert web.asked == [CERTIFICATE_URL]


def test_forged_messages_make_few_fetches():
    web = Web()
    ses = taker(web)
    reasons = []
    for number in range(40):
        sent = {
            **sns(BOUNCE, NOW),
            "SigningCertURL": CERTIFICATE_URL.replace("1.pem", f"{number}.pem"),
        }
        with pytest.raises(Unavailable) as later:
            proved(sent, ses)
        reasons.append(later.value.reason)

    assert len(web.asked) == 20
    assert reasons[-1] == "TOO_MANY_FETCHES"


def test_the_roots_are_amazons_own():
    names = {c.subject.rfc4514_string() for c in roots_of("")}

    assert names == {f"CN=Amazon Root CA {n},O=Amazon,C=US" for n in (1, 2, 3, 4)}


def test_a_subscription_is_confirmed_where_that_is_set():
    web = web_of()
    (event,) = proved(confirmation(NOW), taker(web, confirms=True)).events

    assert web.asked == [CERTIFICATE_URL, SUBSCRIBE_URL]
    assert event.report.kind is Kind.NONE


def test_a_subscription_is_not_confirmed_otherwise():
    web = web_of()

    assert refusal(confirmation(NOW), taker(web)) == "CONFIRMATION_OFF"
    assert SUBSCRIBE_URL not in web.asked


@pytest.mark.parametrize(
    "url",
    [
        SUBSCRIBE_URL.replace("https", "http"),
        SUBSCRIBE_URL.replace("sns.eu", "evil.eu"),
        SUBSCRIBE_URL.replace(TOPIC, TOPIC + "2"),
        SUBSCRIBE_URL.replace("ConfirmSubscription", "DeleteTopic"),
        SUBSCRIBE_URL + f"&TopicArn={TOPIC}",
    ],
)
def test_a_subscription_is_confirmed_at_the_right_place_only(url):
    web = web_of()
    sent = confirmation(NOW, url)

    assert refusal(sent, taker(web, confirms=True)) == "WRONG_CONFIRMATION_HOST"
    assert web.asked == [CERTIFICATE_URL]


def test_a_changed_confirmation_is_refused():
    web = web_of()
    sent = {**confirmation(NOW), "SubscribeURL": SUBSCRIBE_URL + "&x=1"}

    assert refusal(sent, taker(web, confirms=True)) == "BAD_SIGNATURE"
    assert web.asked == [CERTIFICATE_URL]


def test_what_ses_says_to_a_new_topic_tells_nothing():
    (event,) = proved(sns("Successfully validated SNS topic", NOW)).events

    assert event.report.kind is Kind.NONE


def test_one_bad_recipient_costs_no_other():
    mail = {**mail_of(ADDRESS), "destination": [ADDRESS, "b@acme.example"]}
    told = ses_bounce(mail)
    told["bounce"]["bouncedRecipients"].insert(1, {"emailAddress": 7})
    told["bounce"]["bouncedRecipients"].insert(2, "x")
    found = proved(sns(told, NOW))

    assert [e.report.recipients[0].recipient for e in found.events] == [ADDRESS, "b@acme.example"]
    assert found.refused == ("MALFORMED", "MALFORMED")
    assert len({e.key for e in found.events}) == 2


@pytest.mark.parametrize(
    ("told", "kind", "cause", "fault", "permanent"),
    [
        (BOUNCE, "bounce", "no_such_mailbox", "recipient", True),
        (
            ses_bounce(mail_of(ADDRESS), named="notificationType"),
            "bounce",
            "no_such_mailbox",
            "recipient",
            True,
        ),
        (
            ses_bounce(
                mail_of(ADDRESS),
                kind="Transient",
                subtype="MailboxFull",
                status="",
                diagnosticCode="",
            ),
            "bounce",
            "mailbox_full",
            "recipient",
            False,
        ),
        (
            ses_bounce(mail_of(ADDRESS), subtype="Suppressed", diagnosticCode="Amazon SES has..."),
            "bounce",
            "no_such_mailbox",
            "recipient",
            True,
        ),
        (
            ses_bounce(mail_of(ADDRESS), subtype="OnAccountSuppressionList"),
            "bounce",
            "policy",
            "our_side",
            False,
        ),
        (
            ses_bounce(
                mail_of(ADDRESS),
                status="5.7.1",
                diagnosticCode="smtp; 550 5.7.1 blocked using zen.spamhaus.org",
            ),
            "bounce",
            "reputation",
            "our_side",
            False,
        ),
        (
            {
                "eventType": "Complaint",
                "mail": mail_of(ADDRESS),
                "complaint": {
                    "complainedRecipients": [{"emailAddress": ADDRESS}],
                    "complaintFeedbackType": "abuse",
                },
            },
            "complaint",
            "complained",
            "recipient",
            None,
        ),
        (
            {
                "eventType": "Delivery",
                "mail": mail_of(ADDRESS),
                "delivery": {"recipients": [ADDRESS], "smtpResponse": "250 ok"},
            },
            "delivery",
            "delivered",
            "unknown",
            None,
        ),
        (
            {
                "eventType": "DeliveryDelay",
                "mail": mail_of(ADDRESS),
                "deliveryDelay": {
                    "delayType": "TransientCommunicationFailure",
                    "delayedRecipients": [{"emailAddress": ADDRESS}],
                },
            },
            "delay",
            "network_trouble",
            "receiving_system",
            False,
        ),
        (
            {
                "eventType": "Reject",
                "mail": mail_of(ADDRESS),
                "reject": {"reason": "Bad content"},
            },
            "bounce",
            "virus",
            "our_side",
            False,
        ),
    ],
)
def test_an_event_is_read_as_a_mail_would_be(told, kind, cause, fault, permanent):
    ((report, _),) = events_of(told)
    answer = report.recipients[0]

    assert (report.kind, answer.recipient) == (kind, ADDRESS)
    assert (answer.cause, answer.fault, answer.permanent) == (cause, fault, permanent)


@pytest.mark.parametrize("kind", ["Open", "Click", "Send", "Rendering Failure", "", "New"])
def test_other_events_tell_nothing(kind):
    ((report, _),) = events_of({"eventType": kind, "mail": mail_of(ADDRESS)})

    assert report.kind is Kind.NONE


@pytest.mark.parametrize("detail", [None, 7, [], {}, {"bouncedRecipients": []}])
def test_an_event_without_recipients_is_refused(detail):
    with pytest.raises(Unproved):
        events_of({"eventType": "Bounce", "bounce": detail})
