import datetime

from google.protobuf import timestamp_pb2 as _timestamp_pb2
from helpdesk.options.v1 import options_pb2 as _options_pb2
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class PlatformAuditorAssigned(_message.Message):
    __slots__ = ("stamp", "user_id", "display_name", "issuer", "subject", "until", "assigned_by", "reason")
    STAMP_FIELD_NUMBER: _ClassVar[int]
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    DISPLAY_NAME_FIELD_NUMBER: _ClassVar[int]
    ISSUER_FIELD_NUMBER: _ClassVar[int]
    SUBJECT_FIELD_NUMBER: _ClassVar[int]
    UNTIL_FIELD_NUMBER: _ClassVar[int]
    ASSIGNED_BY_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    stamp: _options_pb2.Stamp
    user_id: str
    display_name: str
    issuer: str
    subject: str
    until: _timestamp_pb2.Timestamp
    assigned_by: str
    reason: str
    def __init__(self, stamp: _Optional[_Union[_options_pb2.Stamp, _Mapping]] = ..., user_id: _Optional[str] = ..., display_name: _Optional[str] = ..., issuer: _Optional[str] = ..., subject: _Optional[str] = ..., until: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., assigned_by: _Optional[str] = ..., reason: _Optional[str] = ...) -> None: ...

class PlatformAuditorRemoved(_message.Message):
    __slots__ = ("stamp", "user_id", "removed_by", "reason")
    STAMP_FIELD_NUMBER: _ClassVar[int]
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    REMOVED_BY_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    stamp: _options_pb2.Stamp
    user_id: str
    removed_by: str
    reason: str
    def __init__(self, stamp: _Optional[_Union[_options_pb2.Stamp, _Mapping]] = ..., user_id: _Optional[str] = ..., removed_by: _Optional[str] = ..., reason: _Optional[str] = ...) -> None: ...
