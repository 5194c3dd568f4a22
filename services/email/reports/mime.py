"""Split a mail into headers and parts within fixed bounds, whatever its bytes are."""

import base64
import binascii
import codecs
import quopri
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from email.errors import MessageError
from email.header import decode_header

from services.email.reports.markup import plain
from services.email.reports.model import valid

MAX_BYTES = 1 << 20
"""Only this prefix of a mail is read: a report precedes the message that it reports on."""

MAX_HEADER_CHARS = 1 << 17
MAX_HEADER_LINES = 2_000
_MAX_PREFACE = 20
MAX_DEPTH = 12
MAX_PARTS = 60
MAX_HTML_CHARS = 1 << 17
"""Of all HTML parts of a mail together."""
MAX_ENCODED_CHARS = 4_000

_FIELD = re.compile(r"([A-Za-z][\w-]{0,76}) ?:[ \t]*(.*)\Z", re.DOTALL)
_PARAMETER = re.compile(
    r';\s*(boundary|charset|report-type|reply-type)\*?=\s*(?:"([^"\n]{0,200})"|([^\s;"]{1,200}))',
    re.IGNORECASE,
)
_HIDDEN_PARTS = re.compile(
    r"^--(\S{6,100})\n(?:Content-[\w-]{1,40}:[^\n]{0,300}\n[^\S\n]*){1,5}\n",
    re.MULTILINE | re.IGNORECASE,
)
_MAY_HIDE_PARTS = frozenset({"text/plain", "multipart/report", "multipart/mixed"})
# Python knows more encodings: some are none of texts, some take quadratic time.
_CHARSET = re.compile(
    r"(?:ascii|big5|cp|euc|gb|hp|hz|iso|johab|koi8|kz|latin|mac|ptcp|shift|tis|utf)[\w-]*"
)
_SEVEN_BITS = re.compile(r"utf-?7|unicode-1-1-utf-7|hz")


@dataclass(frozen=True, slots=True)
class Part:
    """One leaf of a mail: its content type (lower case), header fields and decoded text."""

    content_type: str
    text: str
    depth: int = 0


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail as far as its report can be read from it."""

    headers: Mapping[str, str]
    received: tuple[str, ...]
    parts: tuple[Part, ...]
    content_type: str = ""
    parameters: Mapping[str, str] = field(default_factory=dict)

    def first(self, *names: str) -> str:
        """Value of the first of these header fields that is present, else an empty string."""
        for name in names:
            if value := self.headers.get(name):
                return value
        return ""


def read(raw: bytes) -> Mail:
    """Split at most MAX_BYTES of a mail into header fields and leaves; never raises."""
    return read_text(raw[:MAX_BYTES].decode("latin-1"))


def read_text(text: str) -> Mail:
    """As `read`, for a mail whose bytes were decoded as Latin-1 before, such as a nested one."""
    text = text[:MAX_BYTES].replace("\r\n", "\n").replace("\r", "\n").replace("\0", "")
    text = text.lstrip("\n")
    head, body = _divide(text)
    pairs = fields(head)
    headers: dict[str, str] = {}
    received: list[str] = []
    for name, value in pairs:
        if name == "received":
            received.append(value)
        else:
            headers.setdefault(name, value)
    content_type, parameters = _content_type(headers.get("content-type", ""))
    encoding = headers.get("content-transfer-encoding", "")
    parts = tuple(_leaves(content_type, parameters, encoding, body))
    return Mail(headers, tuple(received[:30]), parts, content_type, parameters)


def fields(head: str) -> list[tuple[str, str]]:
    """Header fields as (lower-case name, unfolded value), in order and bounded (RFC 5322 2.2)."""
    unfolded: list[list[str]] = []
    for line in head[:MAX_HEADER_CHARS].split("\n", MAX_HEADER_LINES)[:MAX_HEADER_LINES]:
        if line[:1] in {" ", "\t"}:
            if unfolded:
                unfolded[-1].append(line.strip())
        elif line:
            unfolded.append([line])
    matches = (_FIELD.match(" ".join(lines)) for lines in unfolded)
    return [(match[1].lower(), match[2].strip()) for match in matches if match]


def decoded(value: str) -> str:
    """A header value with its encoded words read (RFC 2047); as it stands where they are broken."""
    if "=?" not in value:
        return _as_utf8(value)
    try:
        pieces = decode_header(value[:MAX_ENCODED_CHARS])
        return valid("".join(_word(word, charset) for word, charset in pieces))
    except (MessageError, LookupError, UnicodeError, ValueError):
        return value


def _divide(text: str) -> tuple[str, str]:
    if text.startswith(("From ", ">From ")):
        text = text.partition("\n")[2]
    head, _, body = text.partition("\n\n")
    for line in head.split("\n", _MAX_PREFACE)[:_MAX_PREFACE]:
        if _FIELD.match(line):
            return head, body
        if line[:1] not in {" ", "\t"}:
            break
    return "", text


def _content_type(value: str) -> tuple[str, dict[str, str]]:
    kind = value[:200].partition(";")[0].strip().lower()
    parameters: dict[str, str] = {}
    for match in _PARAMETER.finditer(value[:4000]):
        parameters.setdefault(match[1].lower(), match[2] if match[2] is not None else match[3])
    return kind or "text/plain", parameters


def _leaves(
    content_type: str, parameters: Mapping[str, str], encoding: str, body: str
) -> Iterator[Part]:
    stack = [(content_type, parameters, encoding, body, 0)]
    left, html_left = MAX_PARTS, MAX_HTML_CHARS
    while stack and left:
        left -= 1
        kind, given, coding, text, depth = stack.pop()
        boundary = given.get("boundary", "").rstrip()
        if not boundary and kind in _MAY_HIDE_PARTS and (hidden := _HIDDEN_PARTS.search(text)):
            kind, boundary = "multipart/mixed", hidden[1]
        if kind.startswith("multipart/") and boundary and depth < MAX_DEPTH:
            children = _children(text, boundary, digest=kind == "multipart/digest")
            if children:
                stack.extend((*child, depth + 1) for child in reversed(children))
                continue
        readable = _text(kind, given.get("charset", ""), coding, text)
        if kind == "text/html":
            markup = readable[:html_left]
            html_left -= len(markup)
            readable = plain(markup)
        yield Part(kind, readable, depth)


def _children(
    text: str, boundary: str, *, digest: bool
) -> list[tuple[str, dict[str, str], str, str]]:
    delimiter = re.compile("\n--" + re.escape(boundary) + r"(?=--|[ \t]*(?:\n|\Z))")
    pieces = delimiter.split("\n" + text, MAX_PARTS)
    children: list[tuple[str, dict[str, str], str, str]] = []
    if "@" in pieces[0]:
        children.append(("text/plain", {}, "", pieces[0]))
    for piece in pieces[1:]:
        if piece.startswith("--"):
            break
        inner = piece.partition("\n")[2]
        head, body = ("", inner[1:]) if inner.startswith("\n") else _split_part(inner)
        named = dict(reversed(fields(head)))
        default = "message/rfc822" if digest else ""
        kind, parameters = _content_type(named.get("content-type", default))
        children.append((kind, parameters, named.get("content-transfer-encoding", ""), body))
    return children


def _split_part(inner: str) -> tuple[str, str]:
    head, blank, body = inner.partition("\n\n")
    if not blank and not _FIELD.match(inner.partition("\n")[0]):
        return "", inner
    return head, body


def _text(kind: str, charset: str, encoding: str, body: str) -> str:
    if not kind.startswith(("text/", "message/", "multipart/")) and "/" in kind:
        return ""
    coding = encoding.strip().lower()
    if coding == "quoted-printable":
        body = quopri.decodestring(body.encode("latin-1", "replace")).decode("latin-1")
    elif coding == "base64":
        body = _base64(body)
    return _in_charset(body, charset)


def _base64(body: str) -> str:
    data = re.sub(r"[^A-Za-z0-9+/]", "", body)
    try:
        return base64.b64decode(data[: len(data) // 4 * 4]).decode("latin-1").replace("\r\n", "\n")
    except (binascii.Error, ValueError):
        return body


def _in_charset(body: str, charset: str) -> str:
    name = charset.strip().lower()
    if body.isascii() and "\x1b" not in body and not _SEVEN_BITS.match(name):
        return body
    known = _codec(name)
    if not known:
        return _as_utf8(body)
    try:
        return valid(body.encode("latin-1").decode(known, "replace"))
    except (LookupError, UnicodeError, ValueError):
        return _as_utf8(body)


def _word(word: str | bytes, charset: str | None) -> str:
    if isinstance(word, str):
        return _as_utf8(word)
    known = _codec(charset or "")
    if known:
        return word.decode(known, "replace")
    return _as_utf8(word.decode("latin-1"))


def _codec(name: str) -> str:
    """The name by which Python knows a charset of texts, else an empty string."""
    try:
        known = codecs.lookup(name).name if name else ""
    except (LookupError, UnicodeError, ValueError):
        return ""
    return known if _CHARSET.fullmatch(known) else ""


def _as_utf8(text: str) -> str:
    if text.isascii():
        return text
    try:
        return text.encode("latin-1").decode("utf-8")
    except UnicodeError:
        return text
