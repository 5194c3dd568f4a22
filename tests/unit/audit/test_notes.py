"""Signed notes and keys against the format's published example, and what is not accepted."""

import base64

import pytest

from services.audit.log.notes import (
    Kind,
    NoteRefusedError,
    Reason,
    Signer,
    VerifierKey,
    make_note,
    open_note,
    split_note,
)

# The example of the documentation of golang.org/x/mod/sumdb/note.
PUBLIC = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
PRIVATE = "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz"
TEXT = (
    "If you think cryptography is the answer to your problem,\n"
    "then you don't know what your problem is.\n"
)
LINE = (
    "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE"
    "6RyyBwJnAM=\n"
)


def test_the_published_example_is_signed_and_opened():
    signer, key = Signer.parse(PRIVATE), VerifierKey.parse(PUBLIC)

    assert signer.sign(TEXT) == LINE
    assert str(signer.verifier_key) == PUBLIC
    assert signer.secret_text() == PRIVATE
    opened = open_note(f"{TEXT}\n{LINE}", [key])
    assert opened.text == TEXT
    assert [each.key for each in opened.signatures] == [key]


def test_a_private_key_is_not_shown():
    assert repr(Signer.parse(PRIVATE)) == "Signer('PeterNeumann')"


def test_signatures_of_unknown_keys_are_passed_over():
    stranger = Signer.generate("PeterNeumann")
    note = make_note(TEXT, stranger.sign(TEXT), LINE)

    assert len(open_note(note, [VerifierKey.parse(PUBLIC)]).signatures) == 1


def reason_of(note, *keys):
    with pytest.raises(NoteRefusedError) as refused:
        open_note(note, keys or [VerifierKey.parse(PUBLIC)])
    return refused.value.reason


def test_a_note_of_unknown_keys_only_is_refused():
    stranger = Signer.generate("PeterNeumann")

    assert reason_of(make_note(TEXT, stranger.sign(TEXT))) == Reason.UNKNOWN_KEY


@pytest.mark.parametrize("at", [0, 20, len(TEXT) - 2])
def test_an_altered_text_is_refused(at):
    altered = TEXT[:at] + "X" + TEXT[at + 1 :]

    assert reason_of(f"{altered}\n{LINE}") == Reason.BAD_SIGNATURE


def test_one_false_signature_of_a_known_key_spoils_the_note():
    other = Signer.generate("other")
    note = make_note(TEXT, other.sign(TEXT + "x\n"), LINE)

    assert reason_of(note, VerifierKey.parse(PUBLIC), other.verifier_key) == Reason.BAD_SIGNATURE


@pytest.mark.parametrize(
    "note",
    [
        "",
        TEXT,
        TEXT + LINE,
        f"{TEXT}\n",
        f"{TEXT}\n{LINE}"[:-1],
        f"{TEXT}\n{LINE.replace('—', '-')}",
        f"{TEXT}\n{LINE.replace('x08g', '!!!!')}",
        f"{TEXT}\n— PeterNeumann x08go/Y=\n".replace("x08go/Y=", "x08g"),
        f"{TEXT}\t\n\n{LINE}",
        f"{TEXT}\n{LINE * 101}",
        f"{TEXT}\n—  {LINE[2:]}",
    ],
)
def test_a_damaged_note_is_refused(note):
    assert reason_of(note) == Reason.MALFORMED


@pytest.mark.parametrize(
    "text",
    [
        "",
        "PeterNeumann",
        PUBLIC.replace("c74f20a3", "c74f20a4"),
        PUBLIC.replace("Peter", "Paul"),
        PUBLIC[:-4],
        PUBLIC.replace("+ARpc", "+CRpc"),
        PUBLIC.replace("Peter", "Peter "),
    ],
)
def test_a_damaged_verifier_key_is_refused(text):
    with pytest.raises(NoteRefusedError):
        VerifierKey.parse(text)


@pytest.mark.parametrize("text", [PUBLIC, PRIVATE.replace("c74f20a3", "c74f20a4"), PRIVATE[:-4]])
def test_a_damaged_private_key_is_refused(text):
    with pytest.raises(NoteRefusedError):
        Signer.parse(text)


@pytest.mark.parametrize("name", ["", "a b", "a+b"])
def test_a_key_has_a_name_that_a_signature_line_can_carry(name):
    with pytest.raises(NoteRefusedError):
        Signer.generate(name)


def test_a_cosignature_holds_its_time_and_the_text(world):
    line = world.witness.cosign(TEXT, world.now)
    note = make_note(TEXT, line)
    key = world.witness.verifier_key

    assert open_note(note, [key]).signatures[0].seconds == int(world.now.timestamp())
    raw = bytearray(base64.b64decode(line.split()[-1]))
    raw[11] ^= 1
    later = line.replace(line.split()[-1], base64.b64encode(raw).decode())
    assert reason_of(make_note(TEXT, later), key) == Reason.BAD_SIGNATURE


def test_a_witness_key_and_a_log_key_of_one_secret_are_two_keys(world):
    as_log = Signer(world.witness.name, Kind.LOG, world.witness.private)

    assert as_log.verifier_key.id != world.witness.verifier_key.id
    with pytest.raises(ValueError, match="cosigns"):
        world.witness.sign(TEXT)
    with pytest.raises(ValueError, match="signs"):
        as_log.cosign(TEXT, world.now)


def test_a_text_with_blank_lines_is_split_at_the_last():
    signer = Signer.parse(PRIVATE)
    text = "one\n\ntwo\n"

    assert split_note(make_note(text, signer.sign(text)))[0] == text
