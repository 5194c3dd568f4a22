"""Signed notes and their keys, as in C2SP signed-note and tlog-cosignature (Ed25519 only)."""

import base64
import binascii
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum, StrEnum
from hashlib import sha256
from typing import Self

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import (
    Ed25519PrivateKey,
    Ed25519PublicKey,
)

_MOST_SIGNATURES = 100
_KEY_SIZE = 32
_TIME_SIZE = 8
_ID_SIZE = 4
_LATEST_TIME = 2**63 - 1
_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f]")


class Kind(IntEnum):
    """Signature types that this log uses, by their identifier byte."""

    LOG = 1
    WITNESS = 4


class Reason(StrEnum):
    """Why a note was not accepted."""

    MALFORMED = "MALFORMED"
    UNKNOWN_KEY = "UNKNOWN_KEY"
    BAD_SIGNATURE = "BAD_SIGNATURE"
    OTHER_LOG = "OTHER_LOG"
    NOT_CONSISTENT = "NOT_CONSISTENT"


class NoteRefusedError(Exception):
    """A note or a key that cannot be trusted."""

    def __init__(self, reason: Reason, sentence: str) -> None:
        """Keep the reason beside the sentence."""
        super().__init__(sentence)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class VerifierKey:
    """A public key with its name: `name+id+base64(type || key)`."""

    name: str
    kind: Kind
    public: bytes

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read the text form; NoteRefusedError when it is damaged or of another type."""
        name, _, rest = text.strip().partition("+")
        claimed, _, encoded = rest.partition("+")
        material = _decode(encoded, "the verifier key is not base64")
        if len(material) != 1 + _KEY_SIZE or material[0] not in (Kind.LOG, Kind.WITNESS):
            raise _malformed("the verifier key is of a type that this log does not use")
        _check_name(name)
        key = cls(name, Kind(material[0]), material[1:])
        if key.id.hex() != claimed:
            raise _malformed("the verifier key does not have the id that it names")
        return key

    @property
    def id(self) -> bytes:
        """First four bytes of SHA-256(name || newline || type || key)."""
        return _key_id(self.name, self.kind, self.public)

    def __str__(self) -> str:
        """Text form."""
        return _key_text(self.name, self.id, self.kind, self.public)

    def verifies(self, text: str, signature: bytes) -> bool:
        """Whether the signature's bytes (behind the key id) are this key's over the text."""
        if self.kind is Kind.WITNESS:
            seconds = int.from_bytes(signature[:_TIME_SIZE], "big")
            message = _cosigned(text, seconds)
            signature = signature[_TIME_SIZE:]
            if seconds > _LATEST_TIME:
                return False
        else:
            message = text.encode()
        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(signature, message)
        except InvalidSignature:
            return False
        return True


@dataclass(frozen=True, slots=True)
class Signer:
    """A private key with its name; never shown, logged or compared."""

    name: str
    kind: Kind
    private: Ed25519PrivateKey

    @classmethod
    def generate(cls, name: str, kind: Kind = Kind.LOG) -> Self:
        """Make a new key."""
        _check_name(name)
        return cls(name, kind, Ed25519PrivateKey.generate())

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `PRIVATE+KEY+name+id+base64(type || seed)`; NoteRefusedError."""
        prefix = "PRIVATE+KEY+"
        name, _, rest = text.strip().removeprefix(prefix).partition("+")
        claimed, _, encoded = rest.partition("+")
        material = _decode(encoded, "the private key is not base64")
        if (
            not text.startswith(prefix)
            or len(material) != 1 + _KEY_SIZE
            or material[0] not in (Kind.LOG, Kind.WITNESS)
        ):
            raise _malformed("the private key is not one of this log's types")
        private = Ed25519PrivateKey.from_private_bytes(material[1:])
        signer = cls(name, Kind(material[0]), private)
        if signer.verifier_key.id.hex() != claimed:
            raise _malformed("the private key does not have the id that it names")
        return signer

    @property
    def verifier_key(self) -> VerifierKey:
        """The public half."""
        return VerifierKey(self.name, self.kind, self.private.public_key().public_bytes_raw())

    def secret_text(self) -> str:
        """Text form of the private key, for the key store only."""
        seed = self.private.private_bytes_raw()
        return "PRIVATE+KEY+" + _key_text(self.name, self.verifier_key.id, self.kind, seed)

    def sign(self, text: str) -> str:
        """Signature line of the log over a note's text."""
        if self.kind is not Kind.LOG:
            raise ValueError("a witness key cosigns")
        return _line(self.verifier_key, self.private.sign(text.encode()))

    def cosign(self, text: str, now: datetime) -> str:
        """Signature line of a witness: cosignature/v1 of C2SP tlog-cosignature."""
        if self.kind is not Kind.WITNESS:
            raise ValueError("a log key signs")
        seconds = int(now.timestamp())
        signed = self.private.sign(_cosigned(text, seconds))
        return _line(self.verifier_key, seconds.to_bytes(_TIME_SIZE, "big") + signed)

    def __repr__(self) -> str:
        """Name only: a private key is in no log."""
        return f"Signer({self.name!r})"


@dataclass(frozen=True, slots=True)
class NoteSignature:
    """A verified signature: whose, and when a witness gave it (Unix seconds)."""

    key: VerifierKey
    seconds: int | None = None


@dataclass(frozen=True, slots=True)
class OpenedNote:
    """A note's text with the signatures of known keys, all of which verify."""

    text: str
    signatures: tuple[NoteSignature, ...]


def make_note(text: str, *lines: str) -> str:
    """Put a text and its signature lines together."""
    if not text.endswith("\n") or _CONTROL.search(text):
        raise _malformed("a note's text ends with a newline and has no control characters")
    return text + "\n" + "".join(lines)


def open_note(note: str, keys: Iterable[VerifierKey]) -> OpenedNote:
    """Check a note; NoteRefusedError without a signature of a known key, or with a false one."""
    text, lines = split_note(note)
    known = {(key.name, key.id): key for key in keys}
    found: dict[VerifierKey, NoteSignature] = {}
    for line in lines:
        name, key_id, signature = _parse_line(line)
        key = known.get((name, key_id))
        if key is None or key in found:
            continue
        if not key.verifies(text, signature):
            raise NoteRefusedError(Reason.BAD_SIGNATURE, f"the signature of {name} is false")
        seconds = int.from_bytes(signature[:_TIME_SIZE], "big")
        found[key] = NoteSignature(key, seconds if key.kind is Kind.WITNESS else None)
    if not found:
        signers = ", ".join(sorted({_parse_line(line)[0] for line in lines}))
        raise NoteRefusedError(Reason.UNKNOWN_KEY, f"signed by no known key, but as {signers}")
    return OpenedNote(text, tuple(found.values()))


def keep_known(note: str, keys: Iterable[VerifierKey]) -> str:
    """The note with the signature lines of these keys only; checks none of them."""
    text, lines = split_note(note)
    known = {(key.name, key.id) for key in keys}
    return make_note(text, *(line for line in lines if _parse_line(line)[:2] in known))


def split_note(note: str) -> tuple[str, list[str]]:
    """Text and signature lines of a note, nothing of them checked but the form."""
    text, blank, signatures = note.rpartition("\n\n")
    lines = signatures.split("\n")
    if not blank or not signatures.endswith("\n") or _CONTROL.search(note):
        raise _malformed("the note has no signatures or control characters in it")
    lines.pop()
    if not 0 < len(lines) <= _MOST_SIGNATURES:
        raise _malformed("the note has no or too many signatures")
    return text + "\n", [line + "\n" for line in lines]


def _parse_line(line: str) -> tuple[str, bytes, bytes]:
    dash, _, rest = line.removesuffix("\n").partition(" ")
    name, _, encoded = rest.partition(" ")
    if dash != "\u2014":
        raise _malformed("a signature line does not begin with an em dash")
    _check_name(name)
    signature = _decode(encoded, "a signature is not base64")
    if len(signature) <= _ID_SIZE:
        raise _malformed("a signature is too short")
    return name, signature[:_ID_SIZE], signature[_ID_SIZE:]


def _line(key: VerifierKey, signature: bytes) -> str:
    return f"\u2014 {key.name} {base64.b64encode(key.id + signature).decode()}\n"


def _cosigned(text: str, seconds: int) -> bytes:
    return f"cosignature/v1\ntime {seconds}\n{text}".encode()


def _key_id(name: str, kind: Kind, public: bytes) -> bytes:
    return sha256(name.encode() + b"\n" + bytes([kind]) + public).digest()[:_ID_SIZE]


def _key_text(name: str, key_id: bytes, kind: Kind, material: bytes) -> str:
    return f"{name}+{key_id.hex()}+{base64.b64encode(bytes([kind]) + material).decode()}"


def _check_name(name: str) -> None:
    if not name or "+" in name or any(each.isspace() for each in name):
        raise _malformed("a key's name has no space and no plus")


def _decode(encoded: str, otherwise: str) -> bytes:
    try:
        return base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError) as error:
        raise _malformed(otherwise) from error


def _malformed(sentence: str) -> NoteRefusedError:
    return NoteRefusedError(Reason.MALFORMED, sentence)
