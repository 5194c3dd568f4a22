"""Every mail in every language: text and HTML say the same, the subject says nothing personal."""

import email
import email.policy
import html
import re
from datetime import UTC, datetime, timedelta

import pytest

from services.email.application.delivery import Letter
from services.email.domain import message
from services.email.domain.caller_check import CallerCheck
from services.email.domain.consent import Consent
from services.email.domain.message import Message
from services.email.providers.rendering import LANGUAGES, Renderer, Sender

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
KINDS = (message.WELCOME, message.SETUP, message.CODE, message.ALARM, message.CONSENT)
PERSONAL = ("Ana", "Pop", "ana@", "Acme", "North", "INC-1", "1234", "5678", "zebra")
URL = "https://portal.example/"


def rendered(kind, language):
    ours = Message(
        message_id="m1",
        kind=kind,
        address="ana@acme.example",
        display_name="Ana <Pop>",
        language=language,
        organization_name="Acme & Sons",
        partner_name="North",
        ticket="INC-1",
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
        check if kind in (message.CODE, message.ALARM) else None,
        asked if kind == message.CONSENT else None,
    )
    sender = Sender("mail.helpdesk.example", "Help desk", URL, "https://console.example")
    raw = Renderer(sender).render(letter, NOON)
    return email.message_from_bytes(raw, policy=email.policy.default)


def words(markup):
    """Return what a person reads of an HTML mail."""
    body = re.sub(r"<head>.*?</head>", "", markup, flags=re.DOTALL)
    return html.unescape(re.sub(r"<[^>]+>", " ", body))


@pytest.fixture(params=[(k, lang) for k in KINDS for lang in LANGUAGES], ids="-".join)
def mail(request):
    return rendered(*request.param)


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
    assert "<Pop>" not in mail.get_body(("html",)).get_content()


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
