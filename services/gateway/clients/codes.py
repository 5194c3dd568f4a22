"""Codes of the pages in the place of the contracts' numbers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from google.protobuf.timestamp_pb2 import Timestamp

from helpdesk.audit.v1 import audit_pb2
from helpdesk.options.v1 import options_pb2
from helpdesk.search.v1 import search_pb2
from helpdesk.session.v1 import consent_pb2

SECTIONS: Mapping[str, Any] = {
    "overview": options_pb2.SECTION_ORGANIZATION,
    "users": options_pb2.SECTION_USERS,
    "devices": options_pb2.SECTION_DEVICES,
    "licences": options_pb2.SECTION_LICENSES,
    "sites": options_pb2.SECTION_SITES,
    "settings": options_pb2.SECTION_SETTINGS,
    "mail": options_pb2.SECTION_MAIL,
}
ROLES: Mapping[str, Any] = {
    "helpdesk": options_pb2.ROLE_HELP_DESK,
    "helpdesk_read_only": options_pb2.ROLE_HELP_DESK_READ_ONLY,
    "partner_admin": options_pb2.ROLE_PARTNER_ADMIN,
    "auditor": options_pb2.ROLE_AUDITOR,
}
KINDS: Mapping[str, Any] = {
    "user": search_pb2.KIND_USER,
    "organization": search_pb2.KIND_ORGANIZATION,
    "site": search_pb2.KIND_SITE,
    "order": search_pb2.KIND_ORDER,
    "device": search_pb2.KIND_DEVICE,
    "domain": search_pb2.KIND_DOMAIN,
}
_KIND_OF = {value: name for name, value in KINDS.items()}
_STATES: Mapping[Any, str] = {
    consent_pb2.ACCESS_STATE_REQUESTED: "asked",
    consent_pb2.ACCESS_STATE_GRANTED: "granted",
    consent_pb2.ACCESS_STATE_RUNNING: "running",
}
OUTCOMES: Mapping[str, Any] = {
    "done": audit_pb2.OUTCOME_DONE,
    "refused": audit_pb2.OUTCOME_REFUSED,
    "failed": audit_pb2.OUTCOME_FAILED,
}
_OUTCOME_OF = {value: name for name, value in OUTCOMES.items()}


def kind_of(value: int) -> str:
    """Return the page's code of a kind of hit."""
    return _KIND_OF.get(value, "")


def outcome_of(value: int) -> str:
    """Return the page's code of an outcome."""
    return _OUTCOME_OF.get(value, "failed")


def access_of(value: int) -> str:
    """Return the page's code of how an agent stands with a customer."""
    return _STATES.get(value, "none")


def sections_of(values: Iterable[int]) -> tuple[str, ...]:
    """
    Return the page's codes of sections.

    Raises KeyError for one that has no page: nobody is asked to allow what is not said.
    """
    codes = {value: code for code, value in SECTIONS.items()}
    return tuple(codes[value] for value in values)


def stamp(moment: datetime | None) -> Timestamp | None:
    """Return a time as the contracts have it; None for none."""
    if moment is None:
        return None
    at = Timestamp()
    at.FromDatetime(moment)
    return at
