from helpdesk.options.v1 import options_pb2 as _options_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class PersonOffboarded(_message.Message):
    __slots__ = ("stamp", "user_id", "partner_id", "offboarded_by", "reason")
    STAMP_FIELD_NUMBER: _ClassVar[int]
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    PARTNER_ID_FIELD_NUMBER: _ClassVar[int]
    OFFBOARDED_BY_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    stamp: _options_pb2.Stamp
    user_id: str
    partner_id: str
    offboarded_by: str
    reason: str
    def __init__(self, stamp: _Optional[_Union[_options_pb2.Stamp, _Mapping]] = ..., user_id: _Optional[str] = ..., partner_id: _Optional[str] = ..., offboarded_by: _Optional[str] = ..., reason: _Optional[str] = ...) -> None: ...

class AgentLimited(_message.Message):
    __slots__ = ("stamp", "user_id", "partner_id", "organization_ids", "limited_by", "reason")
    STAMP_FIELD_NUMBER: _ClassVar[int]
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    PARTNER_ID_FIELD_NUMBER: _ClassVar[int]
    ORGANIZATION_IDS_FIELD_NUMBER: _ClassVar[int]
    LIMITED_BY_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    stamp: _options_pb2.Stamp
    user_id: str
    partner_id: str
    organization_ids: _containers.RepeatedScalarFieldContainer[str]
    limited_by: str
    reason: str
    def __init__(self, stamp: _Optional[_Union[_options_pb2.Stamp, _Mapping]] = ..., user_id: _Optional[str] = ..., partner_id: _Optional[str] = ..., organization_ids: _Optional[_Iterable[str]] = ..., limited_by: _Optional[str] = ..., reason: _Optional[str] = ...) -> None: ...

class AgentLimitLifted(_message.Message):
    __slots__ = ("stamp", "user_id", "partner_id", "lifted_by", "reason")
    STAMP_FIELD_NUMBER: _ClassVar[int]
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    PARTNER_ID_FIELD_NUMBER: _ClassVar[int]
    LIFTED_BY_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    stamp: _options_pb2.Stamp
    user_id: str
    partner_id: str
    lifted_by: str
    reason: str
    def __init__(self, stamp: _Optional[_Union[_options_pb2.Stamp, _Mapping]] = ..., user_id: _Optional[str] = ..., partner_id: _Optional[str] = ..., lifted_by: _Optional[str] = ..., reason: _Optional[str] = ...) -> None: ...

class PersonBarred(_message.Message):
    __slots__ = ("stamp", "user_id", "partner_id")
    STAMP_FIELD_NUMBER: _ClassVar[int]
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    PARTNER_ID_FIELD_NUMBER: _ClassVar[int]
    stamp: _options_pb2.Stamp
    user_id: str
    partner_id: str
    def __init__(self, stamp: _Optional[_Union[_options_pb2.Stamp, _Mapping]] = ..., user_id: _Optional[str] = ..., partner_id: _Optional[str] = ...) -> None: ...

class PersonAdmitted(_message.Message):
    __slots__ = ("stamp", "user_id", "partner_id")
    STAMP_FIELD_NUMBER: _ClassVar[int]
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    PARTNER_ID_FIELD_NUMBER: _ClassVar[int]
    stamp: _options_pb2.Stamp
    user_id: str
    partner_id: str
    def __init__(self, stamp: _Optional[_Union[_options_pb2.Stamp, _Mapping]] = ..., user_id: _Optional[str] = ..., partner_id: _Optional[str] = ...) -> None: ...
