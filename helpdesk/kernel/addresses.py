"""The one canonical form of a mail address (RFC 5321, RFC 5890)."""

from __future__ import annotations

import re

import idna

from helpdesk.kernel.errors import InvalidArgument

_LONGEST = 254
_LABEL = r"(?=[_-]*[a-z0-9])[a-z0-9_-]{1,63}"
_PLAIN = re.compile(rf"{_LABEL}(\.{_LABEL})*")


def canonical(address: str, *, field: str = "address") -> str:
    """
    Return the form that two addresses share when mail systems treat them alike.

    The domain becomes lower-case IDNA, the local part lower case (not case-folded: ``straße@`` is
    not ``strasse@``); ``+tag`` stays, it is an address of its own. Raises InvalidArgument.
    """
    local, at, domain = address.strip().rpartition("@")
    if not at or not local or not domain or len(address) > _LONGEST:
        raise InvalidArgument(field, "NOT_AN_ADDRESS")
    if any(c.isspace() or not c.isprintable() for c in local):
        raise InvalidArgument(field, "NOT_AN_ADDRESS")
    return f"{local.lower()}@{_host(domain.rstrip('.'), field)}"


def _host(domain: str, field: str) -> str:
    try:
        return idna.encode(domain, uts46=True).decode("ascii").lower()
    except idna.IDNAError as error:
        # Mail is delivered to names such as "-ohg.example" although IDNA knows no such label.
        if _PLAIN.fullmatch(domain.lower()):
            return domain.lower()
        raise InvalidArgument(field, "NOT_A_DOMAIN") from error


def masked(address: str) -> str:
    """Return the address with all but the first letter of its local part hidden."""
    local, at, domain = address.rpartition("@")
    return f"{local[:1]}••••@{domain}" if at else "••••"
