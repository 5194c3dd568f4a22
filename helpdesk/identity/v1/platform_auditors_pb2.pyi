import datetime

from google.protobuf import timestamp_pb2 as _timestamp_pb2
from helpdesk.options.v1 import options_pb2 as _options_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class AddPlatformAuditorRequest(_message.Message):
    __slots__ = ("issuer", "subject", "display_name", "until", "reason", "request_id")
    ISSUER_FIELD_NUMBER: _ClassVar[int]
    SUBJECT_FIELD_NUMBER: _ClassVar[int]
    DISPLAY_NAME_FIELD_NUMBER: _ClassVar[int]
    UNTIL_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    issuer: str
    subject: str
    display_name: str
    until: _timestamp_pb2.Timestamp
    reason: str
    request_id: str
    def __init__(self, issuer: _Optional[str] = ..., subject: _Optional[str] = ..., display_name: _Optional[str] = ..., until: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., reason: _Optional[str] = ..., request_id: _Optional[str] = ...) -> None: ...

class AddPlatformAuditorResponse(_message.Message):
    __slots__ = ("user_id",)
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    user_id: str
    def __init__(self, user_id: _Optional[str] = ...) -> None: ...

class RemovePlatformAuditorRequest(_message.Message):
    __slots__ = ("user_id", "reason", "request_id")
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    user_id: str
    reason: str
    request_id: str
    def __init__(self, user_id: _Optional[str] = ..., reason: _Optional[str] = ..., request_id: _Optional[str] = ...) -> None: ...

class RemovePlatformAuditorResponse(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class ListPlatformAuditorsRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class ListPlatformAuditorsResponse(_message.Message):
    __slots__ = ("auditors",)
    AUDITORS_FIELD_NUMBER: _ClassVar[int]
    auditors: _containers.RepeatedCompositeFieldContainer[PlatformAuditor]
    def __init__(self, auditors: _Optional[_Iterable[_Union[PlatformAuditor, _Mapping]]] = ...) -> None: ...

class PlatformAuditor(_message.Message):
    __slots__ = ("user_id", "display_name", "issuer", "subject", "until", "assigned_by", "assigned")
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    DISPLAY_NAME_FIELD_NUMBER: _ClassVar[int]
    ISSUER_FIELD_NUMBER: _ClassVar[int]
    SUBJECT_FIELD_NUMBER: _ClassVar[int]
    UNTIL_FIELD_NUMBER: _ClassVar[int]
    ASSIGNED_BY_FIELD_NUMBER: _ClassVar[int]
    ASSIGNED_FIELD_NUMBER: _ClassVar[int]
    user_id: str
    display_name: str
    issuer: str
    subject: str
    until: _timestamp_pb2.Timestamp
    assigned_by: str
    assigned: _timestamp_pb2.Timestamp
    def __init__(self, user_id: _Optional[str] = ..., display_name: _Optional[str] = ..., issuer: _Optional[str] = ..., subject: _Optional[str] = ..., until: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., assigned_by: _Optional[str] = ..., assigned: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...
