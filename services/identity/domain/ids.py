"""Ids of the directory: the API's form, and the UUID in it."""

from __future__ import annotations

import base64
import binascii
import re
from functools import lru_cache
from uuid import UUID

ORGANIZATION = "ORGANIZATION"
PEOPLE = "PEOPLE"
DEVICE = "DEVICE"
LICENSE = "LICENSE"
PLATFORM = "00000000-0000-0000-0000-000000000000"
"""The organization of who belongs to no partner and no customer; a directory has none like it."""

_LONGEST = 200
# The same few are named again and again: whose, where, by whom.
_KNOWN = 10_000
_URI = re.compile(r"ciscospark://([A-Za-z0-9:._-]{1,64})/([A-Z_]{1,32})/([0-9A-Fa-f-]{36})")


def uuid_of(kind: str, text: str) -> str:
    """Return the UUID that an API id, or a bare UUID, of that kind names; empty for no such id."""
    return _parts(kind, text)[1]


def api_id(kind: str, text: str) -> str:
    """Return the one form in which answers name it; empty for what is no id of that kind."""
    region, uuid = _parts(kind, text)
    if not uuid:
        return ""
    uri = f"ciscospark://{region}/{kind}/{uuid}"
    return base64.b64encode(uri.encode()).decode().rstrip("=")


@lru_cache(maxsize=_KNOWN)
def _parts(kind: str, text: str) -> tuple[str, str]:
    if not text or len(text) > _LONGEST or not text.isascii():
        return "", ""
    if len(text) == 36 and text.count("-") == 4:
        return _uuid("us", text)
    try:
        uri = base64.b64decode(text.rstrip("=") + "=" * (-len(text.rstrip("=")) % 4), validate=True)
    except (binascii.Error, ValueError):
        return "", ""
    match = _URI.fullmatch(uri.decode("latin-1"))
    if match is None or match[2] != kind:
        return "", ""
    return _uuid(match[1], match[3])


def _uuid(region: str, text: str) -> tuple[str, str]:
    try:
        return region, str(UUID(text))
    except ValueError:
        return "", ""


PLATFORM_ID = api_id(ORGANIZATION, PLATFORM)
