"""Find mail addresses in lines that people and programs wrote (RFC 5321 4.1.2, leniently)."""

import re

_DOMAIN = (
    r"(?:\[[\w.:]{3,60}\]|[A-Za-z0-9_\u0080-\uffff](?:[\w.\u0080-\uffff-]{0,250}"
    r"[A-Za-z0-9\u0080-\uffff])?)"
)
_SIGN = r"[^\s<>()\[\]:;,\"@'|=&*]"
ADDRESS = (
    rf"(?<!{_SIGN})(?:\"[^\"\n]{{1,64}}\"|{_SIGN}{{1,128}}(?:'[^\s<>()\[\]:;,\"@]{{1,60}})?)@"
    + _DOMAIN
)
"""An address in running text, where some signs that an address may hold stand beside it."""

WRAPPED_ADDRESS = r"(?:\"[^\"\n]{1,64}\"|[^\s<>@,;:\"]{1,128})@" + _DOMAIN
"""An address in angle brackets or in a field of its own, which may hold any sign."""

_FIRST = re.compile(ADDRESS)
_WRAPPED = re.compile(rf"<({WRAPPED_ADDRESS})>")
_WHOLE = re.compile(rf"<?({WRAPPED_ADDRESS})>?(?=$|[\s(])")
# What has to be written so in a parameter of SMTP (RFC 3461 4) and some systems leave so.
_XTEXT = re.compile(r"\+(2B|3D)")
_TYPED = re.compile(r"^\s*[a-z0-9/_-]{1,20}\s*;\s*", re.IGNORECASE)


def first_in(text: str) -> str:
    """The first address of a text, else an empty string; one in angle brackets goes first."""
    head = text[:2000]
    if "@" not in head:
        return ""
    if wrapped := _WRAPPED.search(head):
        return _clean(wrapped[1])
    match = _FIRST.search(head)
    return _clean(match[0]) if match else ""


def all_in(text: str, limit: int = 50) -> list[str]:
    """Addresses of a text, in order, each once."""
    found: dict[str, None] = {}
    for match in _FIRST.finditer(text[:8000]):
        found.setdefault(_clean(match[0]))
        if len(found) >= limit:
            break
    return list(found)


def of_field(value: str) -> str:
    """The address of a recipient field such as `rfc822; name@example.org` (RFC 3464 2.3.2)."""
    bare = _TYPED.sub("", value.strip()[:1000])
    match = _WHOLE.match(bare)
    found = _clean(match[1]) if match else first_in(bare)
    return _XTEXT.sub(lambda sign: chr(int(sign[1], 16)), found)


def domain_of(address: str) -> str:
    """Domain of an address in lower case."""
    return address.rpartition("@")[2].lower()


def _clean(address: str) -> str:
    return address.strip(".`'")
