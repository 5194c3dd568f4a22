import base64

import pytest

from services.email.domain import evidence, origins

KEY = b"k" * 32
ID = "0123456789abcdef0123456789abcdef"
DOMAIN = "mail.helpdesk.example"


@pytest.mark.parametrize(
    "text",
    [
        "read 1234 5678 to them",
        "read 12345678 to them",
        "read 1234-5678 to them",
        "> 1234 5678",
        "read 1234=\r\n 5678",
        "<b>1234&nbsp;5678</b>",
        "1234=205678",
        "1234=C2=A05678",
        "1234\u00a05678",
    ],
)
def test_what_looks_like_a_code_is_not_kept(text):
    kept, _ = evidence.kept(text.encode())

    assert "5678" not in kept


CHECK = ID + "Zm9vYmFyYmF6cXV4MTIzNDU2Nzg5MGFi"
INVITED = "q3Jd0sVf-8_Kx2mLr7Tz5Yb1Nc4Hg6Wp9Ea0Su2Di8k"


@pytest.mark.parametrize(
    "path", [f"/c/{CHECK}", f"/agree/{CHECK}", f"/invitation/{INVITED}"], ids=lambda path: path[:4]
)
@pytest.mark.parametrize(
    "written",
    [
        "{}",
        'href=3D"{}">',
        "https%3A%2F%2Fdesk.example{}",
        "https://guard.example/v3/__https://desk.example{}__;!!x",
    ],
)
@pytest.mark.parametrize("width", [7, 20, 33, 36, 60, 900])
@pytest.mark.parametrize("fold", ["=\r\n", "=\n", "\n> ", "\r\n"])
def test_a_link_is_not_kept_however_it_is_broken(path, written, width, fold):
    if "%2F" in written:
        path = path.replace("/", "%2F")
    text = written.format(path)
    folded = fold.join(text[at : at + width] for at in range(0, len(text), width))
    kept, _ = evidence.kept(f"Open\n\n{folded}\n\nThank you".encode())
    secret = path[-24:]
    left = [secret[at : at + 6] for at in range(19) if secret[at : at + 6] in kept]

    assert left == []


def test_a_link_that_was_stored_before_is_not_shown():
    assert CHECK[32:] not in evidence.shown(f"https://desk.example/agree/{CHECK}\r\n")


@pytest.mark.parametrize(
    "words",
    [
        "550 5.1.1 <x> User unknown; see https://support.example/?p=NoSuchUser gsmtp",
        "-" * 76,
        "=" * 76,
        f"Message-ID: <{ID}@mail.helpdesk.example>",
        "Diagnostic-Code: smtp; 550 relay-not-permitted-for-this-client",
    ],
)
def test_a_mail_systems_words_stay(words):
    assert evidence.without_secrets(words) == words


def test_an_encoded_mail_with_a_code_is_not_kept():
    encoded = base64.encodebytes(b"x" * 70 + b"1234 5678" + b"y" * 30)
    kept, _ = evidence.kept(b"Subject: x\n\n" + encoded + b"\nend\n")

    assert encoded.splitlines()[0].decode() not in kept
    assert encoded.splitlines()[1].decode() not in kept
    assert "end" in kept


def test_all_else_of_a_report_is_kept_byte_for_byte():
    raw = bytes(range(256)) * 8 + b"-" * 70 + b"\nMessage-ID: <%b@x.example>\n" % ID.encode()
    kept, cut = evidence.kept(raw)

    assert kept.encode("latin-1") == raw
    assert not cut


def test_a_long_report_is_cut():
    kept, cut = evidence.kept(b"a" * 70_000)

    assert (len(kept), cut) == (64 * 1024, True)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("<ana@acme.example>: unknown", "<a••••@acme.example>: unknown"),
        ("rfc822;ana.pop+x@acme.example", "a••••@acme.example"),
        ("user=40acme.example", "u••••@acme.example"),
        ("no address here", "no address here"),
    ],
)
def test_addresses_are_masked(text, shown):
    masked = evidence.masked_words(text)

    assert shown in masked
    assert "ana" not in masked
    assert "user" not in masked


def test_a_report_is_shown_as_its_writer_meant_it():
    stored, _ = evidence.kept("Căsuța ană@acme.example\r\n".encode())

    assert evidence.shown(stored) == "Căsuța a••••@acme.example\n"


def test_masking_takes_no_longer_for_hostile_texts():
    hostile = "a" * 64_000

    assert evidence.shown(hostile) == hostile


def test_an_envelope_sender_names_its_message():
    sender = origins.envelope_sender(KEY, ID, DOMAIN)

    assert len(sender.partition("@")[0]) <= 64
    assert origins.by_envelope(KEY, sender.encode()) == ID
    assert origins.by_envelope(KEY, b"To: <" + sender.upper().encode() + b">") == ID
    assert origins.by_envelope(b"o" * 32, sender.encode()) == ""
    assert origins.by_envelope(KEY, sender.replace("0", "1", 1).encode()) == ""


def test_a_message_id_of_ours_is_found_and_no_other():
    header = origins.message_id_header(ID, DOMAIN).encode()

    assert origins.by_message_id(DOMAIN, b"Message-ID: " + header) == [ID]
    assert origins.by_message_id("other.example", header) == []
