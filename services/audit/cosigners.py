"""Brings each new checkpoint to the witnesses, and keeps their signatures beside the log's."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import UTC, datetime
from enum import Enum, auto
from http.client import HTTPException
from urllib.error import HTTPError
from urllib.request import Request, urlopen

from helpdesk.kernel.settings import SettingsError
from services.audit.log.checkpoints import parse_checkpoint
from services.audit.log.notes import Kind, NoteRefusedError, VerifierKey, make_note, split_note
from services.audit.log.storage import StoredCheckpoint, StoredTiles, newest_checkpoint
from services.audit.log.tiles import consistency
from services.audit.log.witness import request_of
from services.audit.views.ledger import Ledger

COSIGN_SECONDS = 5.0
_SECONDS = 5.0
_LONGEST = 64 * 1024
_log = logging.getLogger(__name__)

# What a witness answers where the log does not continue what it saw; anything else is about itself.
_FORKED = (409, 422)

Post = Callable[[str, str], tuple[int, str]]
"""Posts a text to a URL; answers status and text. Raises OSError."""


def witnesses_of(text: str) -> list[tuple[str, VerifierKey]]:
    """Return URLs and keys of the setting, ``URL KEY`` with commas. Raises SettingsError."""
    found = []
    for each in filter(None, (part.strip() for part in text.split(","))):
        url, _, key = each.partition(" ")
        try:
            parsed = VerifierKey.parse(key)
        except NoteRefusedError as error:
            raise SettingsError(f"HELPDESK_AUDIT_WITNESSES: {error}") from error
        if parsed.kind is not Kind.WITNESS or not url.startswith(("http://", "https://")):
            raise SettingsError("HELPDESK_AUDIT_WITNESSES: URL KEY of witnesses, with commas")
        found.append((url.rstrip("/"), parsed))
    return found


def post(url: str, body: str) -> tuple[int, str]:
    """Post over HTTP. Raises OSError."""
    request = Request(url, body.encode(), {"Content-Type": "text/plain"})  # noqa: S310  # checked
    try:
        with urlopen(request, timeout=_SECONDS) as answer:  # noqa: S310
            return int(answer.status), answer.read(_LONGEST).decode()
    except HTTPError as error:
        with error:
            return error.code, error.read(_LONGEST).decode(errors="replace")
    except (HTTPException, UnicodeDecodeError) as error:
        raise OSError("the witness does not speak HTTP") from error


class _Said(Enum):
    COSIGNED = auto()
    ANOTHER_PAST = auto()
    NOTHING = auto()


class Cosigners:
    """The witnesses of the settings; one process of the service asks them."""

    def __init__(self, ledger: Ledger, witnesses: str, send: Post = post) -> None:
        self._ledger = ledger
        self._witnesses = witnesses_of(witnesses)
        self._post = send
        self._seen: dict[str, int] = {}

    def collect(self) -> int:
        """
        Ask each witness that has not signed the newest checkpoint; return how many did now.

        Who does not answer is asked the next time. Raises Unavailable.
        """
        newest = newest_checkpoint(self._ledger.reading)
        if newest is None:
            return 0
        signed = {line.split(" ")[1] for line in split_note(newest.note)[1]}
        missing = [each for each in self._witnesses if each[1].name not in signed]
        said: dict[_Said, list[str]] = {each: [] for each in _Said}
        for url, key in missing:
            said[self._ask(url, key, newest)].append(key.name)
        refusing, unanswered = said[_Said.ANOTHER_PAST], said[_Said.NOTHING]
        self._ledger.refused(refusing, unanswered, newest.size, datetime.now(UTC))
        return len(said[_Said.COSIGNED])

    def _ask(self, url: str, key: VerifierKey, newest: StoredCheckpoint) -> _Said:
        try:
            status, text = self._submit(url, key, newest)
            if status == 409 and text.strip().isdigit():
                self._seen[key.name] = int(text.strip())
                status, text = self._submit(url, key, newest)
        except OSError as error:
            _log.warning("witness %s does not answer: %s", key.name, type(error).__name__)
            return _Said.NOTHING
        if status != 200:
            _log.error("witness %s does not cosign %d records: %d", key.name, newest.size, status)
            return _Said.ANOTHER_PAST if status in _FORKED else _Said.NOTHING
        try:
            text_of_log, lines = split_note(newest.note)
            note = make_note(text_of_log, *lines, text.strip("\n") + "\n")
            self._ledger.cosigned(note, key)
        except NoteRefusedError:
            _log.error("witness %s answers what its key did not sign", key.name)
            return _Said.NOTHING
        self._seen[key.name] = newest.size
        return _Said.COSIGNED

    def _submit(self, url: str, key: VerifierKey, newest: StoredCheckpoint) -> tuple[int, str]:
        old = self._seen.get(key.name, 0)
        size = parse_checkpoint(split_note(newest.note)[0]).size
        if old > size:
            return 409, ""
        proof = consistency(StoredTiles(self._ledger.reading), old, size) if old else []
        # The witness needs the log's own signature only.
        return self._post(f"{url}/add-checkpoint", request_of(old, proof, newest.note))
