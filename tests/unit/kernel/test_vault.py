import pytest

from helpdesk.kernel.events import ERASED, decode, encode


def test_a_sealed_text_opens_with_its_persons_key(vault):
    sealed = vault.seal("u1", ["Ana"], "x")

    assert vault.open("u1", sealed, "x") == ["Ana"]


def test_a_sealed_text_does_not_show_what_it_says(vault):
    assert "Ana" not in vault.seal("u1", ["Ana"], "x")[0]


def test_a_text_sealed_for_one_person_does_not_open_for_another(vault):
    sealed = vault.seal("u1", ["Ana"], "x")
    vault.seal("u2", ["Ion"], "x")

    with pytest.raises(ValueError, match="not sealed for its person"):
        vault.open("u2", sealed, "x")


def test_a_sealed_text_cannot_be_moved_to_another_field(vault):
    sealed = vault.seal("u1", ["Ana"], "first_name")

    with pytest.raises(ValueError, match="does not open"):
        vault.open("u1", sealed, "last_name")


def test_what_a_forgotten_person_said_is_erased(vault):
    sealed = vault.seal("u1", ["Ana"], "x")
    vault.forget("u1")

    assert vault.open("u1", sealed, "x") == [ERASED]


def test_nothing_is_sealed_for_a_forgotten_person_again(vault):
    vault.seal("u1", ["Ana"], "x")
    vault.forget("u1")

    assert vault.seal("u1", ["Ana"], "x") == [ERASED]


def test_the_key_of_a_forgotten_person_is_in_no_file(vault, tmp_path):
    vault.seal("u1", ["Ana"], "x")
    wrapped = vault._keys.find("u1")[0]
    vault.forget("u1")

    assert not any(wrapped in path.read_bytes() for path in tmp_path.glob("vault.db*"))


def test_an_event_keeps_personal_fields_sealed_in_its_bytes(vault, note):
    state = encode(note(tags=("red", "blue"), count=3), vault)

    assert b"secret" not in state
    assert b"red" not in state
    assert decode("helpdesk.test.v1.NoteTaken", state, vault) == note(tags=("red", "blue"), count=3)
