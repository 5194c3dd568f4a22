from helpdesk.options.v1 import options_pb2 as _options_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable
from typing import ClassVar as _ClassVar, Optional as _Optional

DESCRIPTOR: _descriptor.FileDescriptor

class OffboardPersonRequest(_message.Message):
    __slots__ = ("user_id", "reason", "request_id")
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    user_id: str
    reason: str
    request_id: str
    def __init__(self, user_id: _Optional[str] = ..., reason: _Optional[str] = ..., request_id: _Optional[str] = ...) -> None: ...

class OffboardPersonResponse(_message.Message):
    __slots__ = ("ended_sessions", "removed_roles")
    ENDED_SESSIONS_FIELD_NUMBER: _ClassVar[int]
    REMOVED_ROLES_FIELD_NUMBER: _ClassVar[int]
    ended_sessions: int
    removed_roles: int
    def __init__(self, ended_sessions: _Optional[int] = ..., removed_roles: _Optional[int] = ...) -> None: ...

class SetCustomerLimitRequest(_message.Message):
    __slots__ = ("user_id", "organization_ids", "reason", "request_id")
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    ORGANIZATION_IDS_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    user_id: str
    organization_ids: _containers.RepeatedScalarFieldContainer[str]
    reason: str
    request_id: str
    def __init__(self, user_id: _Optional[str] = ..., organization_ids: _Optional[_Iterable[str]] = ..., reason: _Optional[str] = ..., request_id: _Optional[str] = ...) -> None: ...

class SetCustomerLimitResponse(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class ClearCustomerLimitRequest(_message.Message):
    __slots__ = ("user_id", "reason", "request_id")
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    user_id: str
    reason: str
    request_id: str
    def __init__(self, user_id: _Optional[str] = ..., reason: _Optional[str] = ..., request_id: _Optional[str] = ...) -> None: ...

class ClearCustomerLimitResponse(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class SignOutPersonRequest(_message.Message):
    __slots__ = ("user_id", "reason", "request_id")
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    user_id: str
    reason: str
    request_id: str
    def __init__(self, user_id: _Optional[str] = ..., reason: _Optional[str] = ..., request_id: _Optional[str] = ...) -> None: ...

class SignOutPersonResponse(_message.Message):
    __slots__ = ("ended_sessions",)
    ENDED_SESSIONS_FIELD_NUMBER: _ClassVar[int]
    ended_sessions: int
    def __init__(self, ended_sessions: _Optional[int] = ...) -> None: ...
