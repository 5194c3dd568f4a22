"""Identifiers: how they are recognised in what an agent types, and the form they are indexed in."""

from __future__ import annotations

import base64
import binascii
import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import idna
import phonenumbers

from helpdesk.kernel.addresses import canonical
from helpdesk.kernel.errors import InvalidArgument
from services.search.domain.folding import visible_text

if TYPE_CHECKING:
    from services.search.domain.documents import Document


class IdentifierKind(StrEnum):
    """What an identifier names; also its prefix in the index and the name of a matched field."""

    ID = "id"
    EMAIL = "email"
    PHONE = "phone"
    SIP = "sip"
    MAC = "mac"
    SERIAL = "serial"
    ORDER = "order"
    DOMAIN = "domain"
    SITE = "site"
    OTHER = "other"


_UUID = re.compile(
    r"\{?([0-9a-f]{8})-?([0-9a-f]{4})-?([0-9a-f]{4})-?([0-9a-f]{4})-?([0-9a-f]{12})\}?",
    re.IGNORECASE,
)
_RESOURCE = re.compile(r"[a-z]+spark://[a-z0-9:_.-]+/[a-z_]+/(.+)", re.IGNORECASE)
_BASE64 = re.compile(r"[A-Za-z0-9+/_-]{24,}={0,2}")
_MAC = re.compile(
    r"[0-9a-f]{2}([:\-. ]?)[0-9a-f]{2}(\1[0-9a-f]{2}){4}"
    r"|[0-9a-f]{4}([.:\- ])[0-9a-f]{4}\3[0-9a-f]{4}"
    r"|[0-9a-f]{6}[:\-. ][0-9a-f]{6}",
    re.IGNORECASE,
)
_MAC_START = re.compile(r"[0-9a-f]{2}([:-][0-9a-f]{2}){2,4}[:-]?[0-9a-f]?", re.IGNORECASE)
_PHONE = re.compile(r"\+?[\d\s().\-/\u2010-\u2015]{3,40}")
_EXTENSION = re.compile(r"(;ext=|\s*(ext\.?|x|#)\s*)\d{1,6}$", re.IGNORECASE)
_ORDER = re.compile(r"(?:wo|w)[\s#:-]*((?:\d[\s-]?){5,14}\d)", re.IGNORECASE)
_HOST = re.compile(r"(?=.{3,253}$)[^\s@/:?#.,;()<>\"*]+(\.[^\s@/:?#.,;()<>\"*]+)+\.?")
_ADDRESS = re.compile(r"[^\s<>,;\"]*@[^\s<>,;\"]*")
_CODE = re.compile(r"[a-z0-9]{3,40}")
_SEPARATORS = re.compile(r"[\s\-_.:/]+")
_NATIONAL_PREFIXES = ("00", "011", "0", "8", "06", "1")
_SHORTEST_PHONE = 6
_WHOLE_PHONE = 8
_SHORTEST_PREFIX = 3


@dataclass(frozen=True, slots=True)
class Recognized:
    """
    What a text may identify.

    ``terms`` are the exact indexed forms, ``near`` those of the same thing under another tag,
    ``prefixes`` what a term may begin with. ``only`` says that the text is an identifier beyond
    doubt: then nothing else is looked for.
    """

    terms: tuple[str, ...] = ()
    near: tuple[str, ...] = ()
    prefixes: tuple[str, ...] = ()
    only: bool = False


def term(kind: IdentifierKind, value: str) -> str:
    """Return the indexed form of an identifier."""
    return f"{kind}:{value}"


def kind_of(indexed: str) -> IdentifierKind:
    """Return what an indexed form names."""
    return IdentifierKind(indexed.partition(":")[0])


def uuid_in(text: str) -> str | None:
    """Return the uuid in a bare, braced or API-style (base64) id, in lower case, or None."""
    found = _UUID.fullmatch(text)
    if found:
        return "-".join(found.groups()).lower()
    resource = _RESOURCE.fullmatch(text) or _RESOURCE.fullmatch(_decoded(text))
    return _last_part(resource.group(1)) if resource else None


def _last_part(value: str) -> str:
    found = _UUID.fullmatch(value)
    return "-".join(found.groups()).lower() if found else value.lower()


def _decoded(text: str) -> str:
    if not _BASE64.fullmatch(text):
        return ""
    bare = text.rstrip("=").replace("+", "-").replace("/", "_")
    try:
        return base64.urlsafe_b64decode(bare + "=" * (-len(bare) % 4)).decode("utf-8")
    except (binascii.Error, UnicodeDecodeError, ValueError):
        return ""


def host_of(text: str) -> str | None:
    """Return the IDNA form of the host in a domain or URL, or None."""
    bare = text.strip()
    if "://" in bare:
        try:
            bare = urlsplit(bare).hostname or ""
        except ValueError:
            return None
    else:
        bare = re.split(r"[/?#]", bare.removeprefix("@"), maxsplit=1)[0]
        bare = re.sub(r":\d{1,5}$", "", bare)
    bare = bare.rstrip(".")
    if not _HOST.fullmatch(bare):
        return None
    try:
        host = idna.encode(bare, uts46=True).decode("ascii").lower()
    except idna.IDNAError:
        # Hosts with empty-looking labels (a--b) exist in exports although IDNA forbids them.
        host = bare.lower()
        if not host.isascii():
            return None
    return host.removeprefix("www.") if host.count(".") > 1 else host


def address_of(text: str) -> str:
    """Return the canonical form of a mail or SIP address, or its lower case when it has none."""
    bare = re.sub(r"^(mailto|sips?|tel):", "", text.strip(), flags=re.IGNORECASE)
    bare = bare.split(";")[0].split("?")[0].rstrip(".")
    try:
        return canonical(bare)
    except InvalidArgument:
        local, _, domain = bare.rpartition("@")
        return f"{local.lower()}@{domain.lower()}"


def untagged(address: str) -> str | None:
    """Return an address without its ``+tag``, or None where it has none."""
    local, _, domain = address.rpartition("@")
    base, plus, _ = local.partition("+")
    return f"{base}@{domain}" if plus and base else None


def _digits(text: str) -> str:
    return "".join(str(unicodedata.digit(c)) for c in text if c.isdigit())


def phone_terms(number: str) -> tuple[str, ...]:
    """Return the indexed forms of a number in E.164: with and without its country code."""
    digits = _digits(number)
    if not digits:
        return ()
    found = [digits]
    try:
        parsed = phonenumbers.parse(f"+{digits}", None)
        found.append(phonenumbers.national_significant_number(parsed))
    except phonenumbers.NumberParseException:
        pass  # A number in no plan is still found by all of its digits.
    return tuple(dict.fromkeys(term(IdentifierKind.PHONE, d) for d in found))


def document_terms(document: Document) -> tuple[str, ...]:
    """Return all indexed identifiers of a document."""
    fields = document.fields
    found = [term(IdentifierKind.ID, document.id)]
    uuid = uuid_in(document.id)
    if uuid:
        found.append(term(IdentifierKind.ID, uuid))
    for value in fields.emails:
        address = address_of(value)
        found.append(term(IdentifierKind.EMAIL, address))
        if not value.isascii():
            # Its beginning in IDNA is not the IDNA form of its beginning.
            found.append(term(IdentifierKind.EMAIL, value.lower()))
        base = untagged(address)
        if base:
            found.append(term(IdentifierKind.EMAIL, f"+{base}"))
    found += [t for number in fields.phones for t in phone_terms(number)]
    for value in fields.sip_addresses:
        found.append(term(IdentifierKind.SIP, address_of(value)))
    found += [term(IdentifierKind.MAC, _code(v)) for v in fields.macs]
    found += [term(IdentifierKind.SERIAL, _code(v)) for v in fields.serials]
    for value in fields.order_numbers:
        found += [term(IdentifierKind.ORDER, c) for c in {_code(value), _digits(value)} if c]
    found += [term(IdentifierKind.DOMAIN, host_of(v) or v.lower()) for v in fields.domains]
    found += [term(IdentifierKind.SITE, host_of(v) or v.lower()) for v in fields.sites]
    found += [term(IdentifierKind.OTHER, _code(v)) for v in fields.other_ids]
    return tuple(dict.fromkeys(found))


def _code(text: str) -> str:
    return _SEPARATORS.sub("", visible_text(text)).lower()


def recognize(text: str, *, typing: bool = False) -> Recognized:
    """
    Return what a text may identify.

    While an agent is ``typing``, the beginning of an identifier is enough for all of them.
    """
    seen = visible_text(text).strip().strip("\"'<>,;").strip()
    for recognizer in (_as_id, _as_address, _as_mac, _as_order, _as_phone, _as_host):
        found = recognizer(seen, typing)
        if found:
            return found
    return _as_code(seen)


def _as_id(text: str, typing: bool) -> Recognized | None:
    del typing
    uuid = uuid_in(text)
    if not uuid:
        return None
    terms = [term(IdentifierKind.ID, uuid), term(IdentifierKind.ID, text)]
    return Recognized(terms=tuple(dict.fromkeys(terms)), only=True)


def _as_address(text: str, typing: bool) -> Recognized | None:
    found = _ADDRESS.search(text)
    if not found:
        return None
    written = found.group()
    complete = 0 < written.index("@") < len(written) - 1
    if not complete and written != text:
        return None
    if written.startswith("@"):
        return _as_host(written[1:], typing) or Recognized(only=True)
    address = address_of(written)
    terms = [term(k, address) for k in (IdentifierKind.EMAIL, IdentifierKind.SIP)]
    base = untagged(address)
    # A tag that nobody registered reaches the address without it, and the other way round.
    near = (term(IdentifierKind.EMAIL, base or f"+{address}"),)
    unfinished = typing or "." not in address.rpartition("@")[2]
    starts = dict.fromkeys((address, written.lower()))
    kinds = (IdentifierKind.EMAIL, IdentifierKind.SIP)
    prefixes = [term(k, start) for k in kinds for start in starts]
    return Recognized(tuple(terms), near, tuple(prefixes) if unfinished else (), only=True)


def _as_mac(text: str, typing: bool) -> Recognized | None:
    del typing
    code = _code(text)
    if _MAC.fullmatch(text):
        terms = [term(IdentifierKind.MAC, code)]
        if code.isdigit():
            terms += [term(IdentifierKind.PHONE, d) for d in _phone_candidates(code)]
        terms += [term(k, code) for k in (IdentifierKind.SERIAL, IdentifierKind.OTHER)]
        return Recognized(tuple(terms), only=True)
    if _MAC_START.fullmatch(text) and not _PHONE.fullmatch(text):
        return Recognized(prefixes=(term(IdentifierKind.MAC, code),), only=True)
    return None


def _as_order(text: str, typing: bool) -> Recognized | None:
    found = _ORDER.fullmatch(text)
    if not found:
        return None
    code = _code(text).replace("#", "")
    kinds = (IdentifierKind.ORDER, IdentifierKind.SERIAL, IdentifierKind.OTHER)
    terms = [term(k, code) for k in kinds]
    terms.append(term(IdentifierKind.ORDER, f"w{_digits(found.group(1))}"))
    prefixes = (term(IdentifierKind.ORDER, code),) if typing else ()
    return Recognized(tuple(dict.fromkeys(terms)), (), prefixes, only=True)


def _phone_candidates(digits: str) -> tuple[str, ...]:
    found = [digits]
    for prefix in _NATIONAL_PREFIXES:
        rest = digits.removeprefix(prefix)
        if rest != digits and len(rest) >= _SHORTEST_PHONE:
            found.append(rest)
    return tuple(dict.fromkeys(found))


def _as_phone(text: str, typing: bool) -> Recognized | None:
    bare = re.sub(r"^(tel|callto):(//)?", "", text, flags=re.IGNORECASE)
    bare = _EXTENSION.sub("", bare) if "+" in bare else bare
    if not _PHONE.fullmatch(bare):
        return None
    digits = _digits(bare)
    if len(digits) < _SHORTEST_PREFIX:
        return None
    candidates = _phone_candidates(digits)
    if "(0)" in bare:
        # +44 (0)20 ...: the zero in brackets is dialled inside the country only.
        candidates += _phone_candidates(_digits(bare.replace("(0)", "", 1)))
    terms = [term(IdentifierKind.PHONE, d) for d in candidates]
    if not bare.startswith("+"):
        kinds = (IdentifierKind.ORDER, IdentifierKind.SERIAL, IdentifierKind.OTHER)
        terms += [term(k, digits) for k in kinds]
    prefixes: tuple[str, ...] = ()
    if typing or len(digits) < _WHOLE_PHONE:
        prefixes = tuple(term(IdentifierKind.PHONE, d) for d in candidates[:2])
        prefixes += (term(IdentifierKind.ORDER, digits),)
    return Recognized(tuple(dict.fromkeys(terms)), (), prefixes, only=True)


def _as_host(text: str, typing: bool) -> Recognized | None:
    host = host_of(text)
    if host is None:
        return None
    kinds = (IdentifierKind.DOMAIN, IdentifierKind.SITE)
    terms = [term(k, host) for k in kinds]
    code = _code(text)
    terms += [term(k, code) for k in (IdentifierKind.SERIAL, IdentifierKind.OTHER)]
    prefixes = [term(k, host) for k in kinds] if typing else []
    # A dotted name (a person's mail before the @) looks like a host: names stay possible.
    url = "://" in text or "/" in text or text.startswith("www.")
    if not url:
        prefixes.append(term(IdentifierKind.EMAIL, text.lower()))
    return Recognized(tuple(terms), (), tuple(prefixes), only=url)


def _as_code(text: str) -> Recognized:
    code = _code(text)
    written = text.lower()
    terms = [term(IdentifierKind.ID, text)]
    prefixes: list[str] = []
    if _CODE.fullmatch(code):
        kinds = (IdentifierKind.SERIAL, IdentifierKind.ORDER, IdentifierKind.OTHER)
        terms += [term(k, code) for k in kinds]
        if not re.search(r"\s", text):
            prefixes += [term(k, code) for k in kinds]
    if not re.search(r"\s", text) and len(written) >= _SHORTEST_PREFIX:
        places = (
            IdentifierKind.EMAIL,
            IdentifierKind.SIP,
            IdentifierKind.DOMAIN,
            IdentifierKind.SITE,
        )
        prefixes += [term(k, written) for k in places]
    return Recognized(tuple(terms), (), tuple(prefixes))
