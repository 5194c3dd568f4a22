"""
Phrases by which mail systems say why; facts learnt from real mails.

A phrase is one line of lower case. In it `*` stands for one word and `~` for up to 80 characters
of anything.
"""

import re
from collections.abc import Callable

from services.email.reports.model import Cause
from services.email.reports.phrases import contents, mailboxes, recipients, senders, systems

_Test = tuple[str, Callable[[str], object] | None]


def says(cause: Cause, text: str) -> bool:
    """Whether a lower-case text holds one of the phrases of this cause."""
    return _holds_any(_TESTS.get(cause, ()), text)


def names_nobody(text: str) -> bool:
    """Whether a directory itself says, in a lower-case text, that it does not know the name."""
    return _holds_any(_NOBODY, text)


def names_us(text: str) -> bool:
    """Whether a lower-case text refuses us and not the recipient, whatever else it says."""
    return _holds_any(_OURS, text)


def _holds_any(tests: tuple[_Test, ...], text: str) -> bool:
    return any(literal in text and (search is None or search(text)) for literal, search in tests)


def _test(saying: str) -> _Test:
    """A literal that the text has to hold and, for a phrase with gaps, the exact test."""
    if "*" not in saying and "~" not in saying:
        return saying, None
    pieces = re.split(r"([*~])", saying)
    gaps = {"*": r"[^\s]{1,200}", "~": r".{0,80}?"}
    pattern = "".join(gaps.get(piece) or re.escape(piece) for piece in pieces)
    return max(pieces, key=len), re.compile(pattern, re.DOTALL).search


def _tests(sayings: str) -> tuple[_Test, ...]:
    return tuple(_test(line.strip()) for line in sayings.strip().splitlines())


_TESTS = {
    cause: _tests(sayings)
    for table in (recipients, mailboxes, senders, contents, systems)
    for cause, sayings in table.SAYINGS.items()
}
_NOBODY = _tests(recipients.NOBODY)
_OURS = _tests(senders.OURS)
