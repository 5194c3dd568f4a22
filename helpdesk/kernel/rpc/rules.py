"""What the protos say about a method, and the checks that follow from it alone."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from google.protobuf import descriptor_pool, message_factory
from google.protobuf.descriptor import Descriptor, FieldDescriptor, MethodDescriptor
from google.protobuf.message import DecodeError, Message

from helpdesk.kernel.addresses import masked
from helpdesk.kernel.context import Actor, Stores
from helpdesk.kernel.errors import Forbidden, InvalidArgument, Refused
from helpdesk.options.v1 import options_pb2

LONGEST_TEXT = 2048
"""Characters of a text field whose proto names no number."""
CALLER_NOT_NAMED = "CALLER_NOT_NAMED"
"""Why a service is refused that a method is not for."""
_TICKET = 64
_SERVICE = "SERVICE"
# The generated stubs type extensions as plain descriptors.
_RULE: Any = options_pb2.rule
_SECTION: Any = options_pb2.section
_BELONGS_TO: Any = options_pb2.belongs_to
_MASK: Any = options_pb2.mask
_LONGEST: Any = options_pb2.longest


@dataclass(frozen=True)
class Method:
    """One method and its rule; names of enums without their prefix."""

    path: str
    descriptor: MethodDescriptor
    rule: options_pb2.MethodRule
    roles: frozenset[str]
    section: str
    callers: frozenset[str] = frozenset()
    grounds: frozenset[str] = frozenset()

    @property
    def full_name(self) -> str:
        """Full name, such as ``helpdesk.email.v1.EmailService.GetUserMail``."""
        return str(self.descriptor.full_name)

    @property
    def changes(self) -> bool:
        """Whether it may store facts."""
        return bool(self.rule.effect == options_pb2.EFFECT_CHANGES)

    @property
    def public(self) -> bool:
        """Whether it needs no token."""
        return bool(self.rule.access == options_pb2.ACCESS_PUBLIC)

    @property
    def internal(self) -> bool:
        """Whether only services of the product may call it."""
        return bool(self.rule.access == options_pb2.ACCESS_INTERNAL)

    @property
    def recorded(self) -> bool:
        """Whether a call leaves a record of its own."""
        return not self.internal and bool(self.rule.action)

    def request(self, data: bytes) -> Message:
        """Parse a request. Raises InvalidArgument."""
        try:
            return message_factory.GetMessageClass(self.descriptor.input_type).FromString(data)
        except DecodeError as error:
            raise InvalidArgument("request", "MALFORMED", "The request is not valid.") from error


@cache
def method(path: str) -> Method:
    """Return the method of a path such as ``/helpdesk.email.v1.EmailService/GetUserMail``."""
    name = path.lstrip("/").replace("/", ".")
    descriptor = descriptor_pool.Default().FindMethodByName(name)
    rule: options_pb2.MethodRule = descriptor.GetOptions().Extensions[_RULE]
    roles = frozenset(options_pb2.Role.Name(r).removeprefix("ROLE_") for r in rule.roles)
    section = options_pb2.Section.Name(rule.section).removeprefix("SECTION_")
    grounds = (options_pb2.Ground.Name(g).removeprefix("GROUND_") for g in rule.instead_of_check)
    return Method(
        path,
        descriptor,
        rule,
        roles,
        "" if not rule.section else section,
        frozenset(rule.callers),
        frozenset(ground.lower() for ground in grounds),
    )


def check_role(m: Method, actor: Actor) -> None:
    """Refuse a caller without one of the method's roles. Raises Forbidden."""
    if m.public or m.rule.any_role:
        return
    wanted = frozenset({_SERVICE}) if m.internal else m.roles
    if not wanted & actor.roles:
        raise Forbidden("ROLE_MISSING", f"This needs one of the roles {', '.join(sorted(wanted))}.")


def check_caller(m: Method, actor: Actor) -> None:
    """Refuse a service that the method is not for, whatever its role. Raises Forbidden."""
    if m.callers and actor.program not in m.callers:
        raise Forbidden(CALLER_NOT_NAMED, f"Only {', '.join(sorted(m.callers))} may call this.")


def stores(m: Method, actor: Actor) -> Stores:
    """Return what facts a call may store: none that only reads, none of a read-only session."""
    if not m.changes:
        return Stores.NOTHING
    if actor.read_only:
        return Stores.LIFECYCLE if m.rule.lifecycle else Stores.NOTHING
    return Stores.ANYTHING


def check_mode(m: Method, actor: Actor) -> None:
    """Refuse in a read-only session what changes and what was not consented to."""
    if not actor.read_only:
        return
    if m.changes and not m.rule.lifecycle:
        raise Forbidden("READ_ONLY", "This view is read-only. Nothing was changed.")
    if m.rule.any_section:
        return
    if not m.section:
        raise Forbidden("NOT_IN_VIEW", "This is not part of the portal view.")
    if m.section not in actor.sections:
        raise Forbidden(
            "SECTION_NOT_ALLOWED",
            f"The customer did not allow {m.section.lower()}. Request access to it.",
        )


def check_caller_check(m: Method, actor: Actor, check_id: str, ground: str) -> None:
    """
    Refuse an answer that no caller check allows, whatever the use case did. Raises Refused.

    ``ground`` is what the use case says stands for the check; only what the rule names does.
    """
    stands_for_it = ground in m.grounds
    if m.rule.check == options_pb2.CHECK_REQUIRED:
        stands_for_it = actor.read_only
    if m.rule.check and not (check_id or stands_for_it):
        raise Refused(
            "CALLER_CHECK_REQUIRED",
            "This needs a caller check of this user for this ticket. Check the caller first.",
        )


def check_request(m: Method, request: Message) -> None:
    """Refuse texts that no field takes, and a missing ticket or reason, by field path."""
    for path, value, longest in _texts(request, ""):
        if len(value) > longest:
            raise InvalidArgument(path, "TOO_LONG", f"{path}: at most {longest} characters.")
        if any(unicodedata.category(c) == "Cc" and c not in "\n\t\r" for c in value):
            raise InvalidArgument(path, "CONTROL_CHARACTER", f"{path}: holds a control character.")
    if m.rule.reason and not str(getattr(request, "reason", "")).strip():
        raise InvalidArgument("reason", "REASON_REQUIRED", "Say why: auditors will ask.")
    if m.rule.ticket and not str(getattr(request, "ticket", "")).strip():
        raise Refused("TICKET_REQUIRED", "Name the ticket that this is for.")


def longest_text(field: FieldDescriptor) -> int:
    """Return how many characters a text field of a request takes."""
    if field.name == "ticket":
        return _TICKET
    return int(field.GetOptions().Extensions[_LONGEST]) or LONGEST_TEXT


def _texts(message: Message, prefix: str) -> Iterator[tuple[str, str, int]]:
    for field, value in message.ListFields():
        path = f"{prefix}{field.name}"
        if field.type == FieldDescriptor.TYPE_STRING:
            longest = longest_text(field)
            if isinstance(value, str):
                yield path, value, longest
            elif not field.message_type:
                for index, text in enumerate(value):
                    yield f"{path}[{index}]", text, longest
        elif field.type == FieldDescriptor.TYPE_MESSAGE and not _is_map(field):
            if isinstance(value, Message):
                yield from _texts(value, f"{path}.")
            else:
                for index, each in enumerate(value):
                    yield from _texts(each, f"{path}[{index}].")


def section_of(field: FieldDescriptor) -> str:
    """Return the section that a field says it belongs to, or its message; empty for none."""
    section = field.GetOptions().Extensions[_SECTION]
    if not section and field.containing_type is not None:
        section = field.containing_type.GetOptions().Extensions[_BELONGS_TO]
    return options_pb2.Section.Name(section).removeprefix("SECTION_") if section else ""


def shape(m: Method, actor: Actor, answer: Message) -> None:
    """Take out of an answer, in place, what its caller may not see; mask what they may not read."""
    # What a view is told of itself belongs to no section.
    if actor.read_only and not m.rule.any_section:
        filter_sections(answer, actor.sections)
    if actor.partner_id or actor.read_only:
        mask(answer)


def filter_sections(answer: Message, sections: Iterable[str]) -> None:
    """Clear, in place, every field that does not belong to one of the sections allowed."""
    allowed = frozenset(sections)
    for field, value in answer.ListFields():
        if section_of(field) not in allowed:
            answer.ClearField(field.name)
        elif field.message_type is not None and is_ours(field.message_type):
            for each in _each(value):
                filter_sections(each, allowed)


def mask(answer: Message) -> None:
    """Mask, in place, every field that its proto marks."""
    for field, value in answer.ListFields():
        kind = field.GetOptions().Extensions[_MASK]
        if kind:
            hide = _MASKS[kind]
            if isinstance(value, str):
                setattr(answer, field.name, hide(value))
            else:
                shown = [hide(text) for text in value]
                del value[:]
                value.extend(shown)
        elif field.type == FieldDescriptor.TYPE_MESSAGE and not _is_map(field):
            for each in _each(value):
                mask(each)


def _phone(number: str) -> str:
    return f"••••{number[-2:]}"


def _address(text: str) -> str:
    return masked(text) if "@" in text else text


_MASKS = {
    options_pb2.MASK_EMAIL: masked,
    options_pb2.MASK_PHONE: _phone,
    options_pb2.MASK_ADDRESS: _address,
}


def _each(value: Any) -> Iterable[Message]:
    return [value] if isinstance(value, Message) else value


def is_ours(message: Descriptor) -> bool:
    """Whether a message is one of our contracts, and neither protobuf's own nor a map's entry."""
    return message.file.package.startswith("helpdesk.") and not message.GetOptions().map_entry


def _is_map(field: FieldDescriptor) -> bool:
    return bool(field.message_type and field.message_type.GetOptions().map_entry)
