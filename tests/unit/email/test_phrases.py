"""Two words, in the language of the mail that carries them."""

from itertools import cycle

import pytest

from services.email.domain.message import LANGUAGES
from services.email.domain.phrases import WORDS, phrase


def test_every_language_of_mails_has_words():
    assert WORDS.keys() == set(LANGUAGES)


@pytest.mark.parametrize("language", LANGUAGES)
def test_words_are_many_short_and_easy_to_tell(language):
    words = WORDS[language]

    assert len(words) >= 240
    assert len({word.casefold() for word in words}) == len(words)
    assert all(word.isalpha() and 2 <= len(word) <= 11 for word in words)


@pytest.mark.parametrize("language", ["de_DE", "DE", "de"])
def test_a_german_user_gets_german_words(language):
    first, second = phrase(language, lambda _: 0).split()

    assert first != second
    assert {first, second} <= set(WORDS["de"])


def test_the_two_words_differ_whatever_is_drawn():
    size = len(WORDS["en"])
    for first in range(size):
        drawn = cycle([first, min(first, size - 2)])

        assert len(set(phrase("en", lambda _, d=drawn: next(d)).split())) == 2


def test_a_language_without_words_has_english_ones():
    assert set(phrase("fr_FR", lambda _: 0).split()) <= set(WORDS["en"])
