"""Every mail in every language: text and HTML say the same, the subject says nothing personal."""

import email
import email.policy
import html
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from services.email.application.delivery import Letter
from services.email.domain import message
from services.email.domain.caller_check import CallerCheck
from services.email.domain.consent import Consent
from services.email.domain.message import Message
from services.email.domain.notices import Notice
from services.email.providers import rendering
from services.email.providers.rendering import LANGUAGES, Renderer, Sender

TEMPLATES = Path(rendering.__file__).with_name("templates")
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
KINDS = (
    message.WELCOME,
    message.SETUP,
    message.CODE,
    message.ALARM,
    message.CONSENT,
    message.ACCESS,
    message.VOUCH,
    message.INVITATION,
)
CHANGES = (
    *("requested", "rejected", "lapsed", "granted", "revoked"),
    *("expiring", "expired", "blocked", "unblocked"),
)
MAILS = [(kind, "") for kind in KINDS if kind != message.ACCESS] + [
    (message.ACCESS, change) for change in CHANGES
]
PERSONAL = ("Ana", "Pop", "ana@", "Acme", "North", "INC-1", "1234", "5678", "zebra")
URL = "https://portal.example/"


def rendered(kind, language, change="requested"):
    ours = Message(
        message_id="m1",
        kind=kind,
        address="ana@acme.example",
        display_name="Ana <Pop>",
        language=language,
        organization_name="Acme & Sons",
        partner_name="North",
        ticket="INC-1",
        organization_id="acme",
        link="secret-of-an-invitation" if kind == message.INVITATION else "",
    )
    notice = Notice(
        notice_id="n1",
        change=change,
        access_id="a1",
        organization_id="acme",
        sections=("USERS", "DEVICES"),
        begins=NOON,
        ends=NOON + timedelta(days=1),
        days=1,
        ticket="INC-1",
        organization_name="Acme & Sons",
        partner_name="North",
        minutes=30,
        agent_name="Ned",
        reason="phones <ring>",
    )
    check = CallerCheck(
        check_id="c1",
        code="12345678",
        phrase="zebra lamp",
        link="secret-of-a-check",
        agent_name="Ned",
        partner_name="North",
        sent_at=NOON,
        expires_at=NOON + timedelta(minutes=10),
    )
    asked = Consent(consent_id="k1", link="secret-of-a-consent", expires_at=NOON)
    letter = Letter(
        ours,
        ours.address,
        check if kind in (message.CODE, message.ALARM, message.VOUCH) else None,
        asked if kind == message.CONSENT else None,
        notice if kind == message.ACCESS else None,
    )
    sender = Sender("mail.helpdesk.example", "Help desk", URL, "https://console.example")
    raw = Renderer(sender).render(letter, NOON)
    return email.message_from_bytes(raw, policy=email.policy.default)


def words(markup):
    """Return what a person reads of an HTML mail."""
    body = re.sub(r"<head>.*?</head>", "", markup, flags=re.DOTALL)
    return html.unescape(re.sub(r"<[^>]+>", " ", body))


@pytest.fixture(
    params=[(kind, language, change) for kind, change in MAILS for language in LANGUAGES],
    ids=lambda each: "-".join(filter(None, each)),
)
def mail(request):
    return rendered(*request.param)


def test_every_kind_of_mail_that_is_sent_is_looked_at():
    named = {path.name.partition(".")[0] for path in TEMPLATES.iterdir()}

    assert named == set(KINDS)


def test_there_are_several_languages():
    assert len(LANGUAGES) >= 3


def test_a_subject_holds_nothing_personal(mail):
    assert mail["Subject"]
    assert [word for word in PERSONAL if word.lower() in mail["Subject"].lower()] == []


def test_a_mail_has_text_and_html_that_say_the_same(mail):
    text = mail.get_body(("plain",)).get_content()
    markup = mail.get_body(("html",)).get_content()
    links = re.findall(r"https://\S+", text)

    assert links
    assert set(links) == set(re.findall(r'href="([^"]+)"', markup))
    assert html.escape(mail["Subject"], quote=False) in markup
    assert set(re.findall(r"\w+", text)) - set(re.findall(r"\w+", words(markup))) == set()


def test_what_people_are_called_is_no_markup(mail):
    markup = mail.get_body(("html",)).get_content()

    assert "<Pop>" not in markup
    assert "<ring>" not in markup


def test_a_mail_that_somebody_waits_for_has_no_way_to_unsubscribe(mail):
    assert mail["List-Unsubscribe"] is None
    assert mail["List-Unsubscribe-Post"] is None
    assert mail["Auto-Submitted"] == "auto-generated"


@pytest.mark.parametrize("kind", KINDS)
def test_each_language_has_texts_of_its_own_and_another_one_gets_english(kind):
    subjects = [rendered(kind, language)["Subject"] for language in LANGUAGES]

    assert len(set(subjects)) == len(LANGUAGES)
    assert rendered(kind, "ja_JP")["Subject"] == rendered(kind, "en")["Subject"]
    assert rendered(kind, "")["Subject"] == rendered(kind, "en")["Subject"]
