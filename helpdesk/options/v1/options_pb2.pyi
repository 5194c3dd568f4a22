import datetime

from google.protobuf import descriptor_pb2 as _descriptor_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Effect(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    EFFECT_UNSPECIFIED: _ClassVar[Effect]
    EFFECT_READS: _ClassVar[Effect]
    EFFECT_CHANGES: _ClassVar[Effect]

class Access(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    ACCESS_UNSPECIFIED: _ClassVar[Access]
    ACCESS_PUBLIC: _ClassVar[Access]
    ACCESS_INTERNAL: _ClassVar[Access]

class Role(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    ROLE_UNSPECIFIED: _ClassVar[Role]
    ROLE_PARTNER_ADMIN: _ClassVar[Role]
    ROLE_HELP_DESK: _ClassVar[Role]
    ROLE_HELP_DESK_READ_ONLY: _ClassVar[Role]
    ROLE_AUDITOR: _ClassVar[Role]
    ROLE_CUSTOMER_ADMIN: _ClassVar[Role]
    ROLE_DIRECTORY_WRITER: _ClassVar[Role]
    ROLE_MAIL_REPORTER: _ClassVar[Role]
    ROLE_MAIL_SENDER: _ClassVar[Role]
    ROLE_SERVICE: _ClassVar[Role]
    ROLE_OPERATOR: _ClassVar[Role]
    ROLE_DELEGATE: _ClassVar[Role]

class Section(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    SECTION_UNSPECIFIED: _ClassVar[Section]
    SECTION_ORGANIZATION: _ClassVar[Section]
    SECTION_USERS: _ClassVar[Section]
    SECTION_DEVICES: _ClassVar[Section]
    SECTION_LICENSES: _ClassVar[Section]
    SECTION_SITES: _ClassVar[Section]
    SECTION_SETTINGS: _ClassVar[Section]
    SECTION_MAIL: _ClassVar[Section]

class Mask(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    MASK_UNSPECIFIED: _ClassVar[Mask]
    MASK_EMAIL: _ClassVar[Mask]
    MASK_PHONE: _ClassVar[Mask]
    MASK_ADDRESS: _ClassVar[Mask]

class Check(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    CHECK_UNSPECIFIED: _ClassVar[Check]
    CHECK_REQUIRED: _ClassVar[Check]
    CHECK_CONDITIONAL: _ClassVar[Check]

class Ground(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    GROUND_UNSPECIFIED: _ClassVar[Ground]
    GROUND_PRIMARY_ADDRESS: _ClassVar[Ground]
    GROUND_CUSTOMER_ADMIN: _ClassVar[Ground]
    GROUND_CONSENT: _ClassVar[Ground]
    GROUND_TRIAL: _ClassVar[Ground]
    GROUND_TEMPORARY: _ClassVar[Ground]
EFFECT_UNSPECIFIED: Effect
EFFECT_READS: Effect
EFFECT_CHANGES: Effect
ACCESS_UNSPECIFIED: Access
ACCESS_PUBLIC: Access
ACCESS_INTERNAL: Access
ROLE_UNSPECIFIED: Role
ROLE_PARTNER_ADMIN: Role
ROLE_HELP_DESK: Role
ROLE_HELP_DESK_READ_ONLY: Role
ROLE_AUDITOR: Role
ROLE_CUSTOMER_ADMIN: Role
ROLE_DIRECTORY_WRITER: Role
ROLE_MAIL_REPORTER: Role
ROLE_MAIL_SENDER: Role
ROLE_SERVICE: Role
ROLE_OPERATOR: Role
ROLE_DELEGATE: Role
SECTION_UNSPECIFIED: Section
SECTION_ORGANIZATION: Section
SECTION_USERS: Section
SECTION_DEVICES: Section
SECTION_LICENSES: Section
SECTION_SITES: Section
SECTION_SETTINGS: Section
SECTION_MAIL: Section
MASK_UNSPECIFIED: Mask
MASK_EMAIL: Mask
MASK_PHONE: Mask
MASK_ADDRESS: Mask
CHECK_UNSPECIFIED: Check
CHECK_REQUIRED: Check
CHECK_CONDITIONAL: Check
GROUND_UNSPECIFIED: Ground
GROUND_PRIMARY_ADDRESS: Ground
GROUND_CUSTOMER_ADMIN: Ground
GROUND_CONSENT: Ground
GROUND_TRIAL: Ground
GROUND_TEMPORARY: Ground
RULE_FIELD_NUMBER: _ClassVar[int]
rule: _descriptor.FieldDescriptor
BELONGS_TO_FIELD_NUMBER: _ClassVar[int]
belongs_to: _descriptor.FieldDescriptor
MASK_FIELD_NUMBER: _ClassVar[int]
mask: _descriptor.FieldDescriptor
SECTION_FIELD_NUMBER: _ClassVar[int]
section: _descriptor.FieldDescriptor
PERSONAL_FIELD_NUMBER: _ClassVar[int]
personal: _descriptor.FieldDescriptor
LONGEST_FIELD_NUMBER: _ClassVar[int]
longest: _descriptor.FieldDescriptor

class MethodRule(_message.Message):
    __slots__ = ("effect", "access", "roles", "action", "ticket", "reason", "section", "any_role", "any_section", "lifecycle", "check", "instead_of_check", "callers")
    EFFECT_FIELD_NUMBER: _ClassVar[int]
    ACCESS_FIELD_NUMBER: _ClassVar[int]
    ROLES_FIELD_NUMBER: _ClassVar[int]
    ACTION_FIELD_NUMBER: _ClassVar[int]
    TICKET_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    SECTION_FIELD_NUMBER: _ClassVar[int]
    ANY_ROLE_FIELD_NUMBER: _ClassVar[int]
    ANY_SECTION_FIELD_NUMBER: _ClassVar[int]
    LIFECYCLE_FIELD_NUMBER: _ClassVar[int]
    CHECK_FIELD_NUMBER: _ClassVar[int]
    INSTEAD_OF_CHECK_FIELD_NUMBER: _ClassVar[int]
    CALLERS_FIELD_NUMBER: _ClassVar[int]
    effect: Effect
    access: Access
    roles: _containers.RepeatedScalarFieldContainer[Role]
    action: str
    ticket: bool
    reason: bool
    section: Section
    any_role: bool
    any_section: bool
    lifecycle: bool
    check: Check
    instead_of_check: _containers.RepeatedScalarFieldContainer[Ground]
    callers: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, effect: _Optional[_Union[Effect, str]] = ..., access: _Optional[_Union[Access, str]] = ..., roles: _Optional[_Iterable[_Union[Role, str]]] = ..., action: _Optional[str] = ..., ticket: _Optional[bool] = ..., reason: _Optional[bool] = ..., section: _Optional[_Union[Section, str]] = ..., any_role: _Optional[bool] = ..., any_section: _Optional[bool] = ..., lifecycle: _Optional[bool] = ..., check: _Optional[_Union[Check, str]] = ..., instead_of_check: _Optional[_Iterable[_Union[Ground, str]]] = ..., callers: _Optional[_Iterable[str]] = ...) -> None: ...

class Stamp(_message.Message):
    __slots__ = ("recorded_at", "action_id", "traceparent")
    RECORDED_AT_FIELD_NUMBER: _ClassVar[int]
    ACTION_ID_FIELD_NUMBER: _ClassVar[int]
    TRACEPARENT_FIELD_NUMBER: _ClassVar[int]
    recorded_at: _timestamp_pb2.Timestamp
    action_id: str
    traceparent: str
    def __init__(self, recorded_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., action_id: _Optional[str] = ..., traceparent: _Optional[str] = ...) -> None: ...
