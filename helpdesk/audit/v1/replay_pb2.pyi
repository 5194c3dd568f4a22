import datetime

from google.protobuf import timestamp_pb2 as _timestamp_pb2
from helpdesk.options.v1 import options_pb2 as _options_pb2
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Rebuilding(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    REBUILDING_UNSPECIFIED: _ClassVar[Rebuilding]
    REBUILDING_MATCHES: _ClassVar[Rebuilding]
    REBUILDING_DIFFERS: _ClassVar[Rebuilding]
    REBUILDING_ERASED: _ClassVar[Rebuilding]
    REBUILDING_NOT_REBUILT: _ClassVar[Rebuilding]
    REBUILDING_NO_ANSWER: _ClassVar[Rebuilding]
    REBUILDING_AT_WORK: _ClassVar[Rebuilding]
REBUILDING_UNSPECIFIED: Rebuilding
REBUILDING_MATCHES: Rebuilding
REBUILDING_DIFFERS: Rebuilding
REBUILDING_ERASED: Rebuilding
REBUILDING_NOT_REBUILT: Rebuilding
REBUILDING_NO_ANSWER: Rebuilding
REBUILDING_AT_WORK: Rebuilding

class RebuildAnswerRequest(_message.Message):
    __slots__ = ("record_id",)
    RECORD_ID_FIELD_NUMBER: _ClassVar[int]
    record_id: str
    def __init__(self, record_id: _Optional[str] = ...) -> None: ...

class RebuildAnswerResponse(_message.Message):
    __slots__ = ("rebuilding", "why", "answer_json")
    REBUILDING_FIELD_NUMBER: _ClassVar[int]
    WHY_FIELD_NUMBER: _ClassVar[int]
    ANSWER_JSON_FIELD_NUMBER: _ClassVar[int]
    rebuilding: Rebuilding
    why: str
    answer_json: str
    def __init__(self, rebuilding: _Optional[_Union[Rebuilding, str]] = ..., why: _Optional[str] = ..., answer_json: _Optional[str] = ...) -> None: ...

class DeclareReadingRequest(_message.Message):
    __slots__ = ("session_id", "agent_id", "organization_id", "until", "command", "reason")
    SESSION_ID_FIELD_NUMBER: _ClassVar[int]
    AGENT_ID_FIELD_NUMBER: _ClassVar[int]
    ORGANIZATION_ID_FIELD_NUMBER: _ClassVar[int]
    FROM_FIELD_NUMBER: _ClassVar[int]
    UNTIL_FIELD_NUMBER: _ClassVar[int]
    COMMAND_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    session_id: str
    agent_id: str
    organization_id: str
    until: _timestamp_pb2.Timestamp
    command: str
    reason: str
    def __init__(self, session_id: _Optional[str] = ..., agent_id: _Optional[str] = ..., organization_id: _Optional[str] = ..., until: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., command: _Optional[str] = ..., reason: _Optional[str] = ..., **kwargs) -> None: ...

class DeclareReadingResponse(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...
