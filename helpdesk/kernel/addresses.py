"""The one canonical form of a mail address (RFC 5321, RFC 5890)."""

from __future__ import annotations

import idna

from helpdesk.kernel.errors import InvalidArgument

_LONGEST = 254


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
    try:
        host = idna.encode(domain.rstrip("."), uts46=True).decode("ascii").lower()
    except idna.IDNAError as error:
        raise InvalidArgument(field, "NOT_A_DOMAIN") from error
    return f"{local.lower()}@{host}"


def masked(address: str) -> str:
    """Return the address with all but the first letter of its local part hidden."""
    local, at, domain = address.rpartition("@")
    return f"{local[:1]}••••@{domain}" if at else "••••"
