import datetime

from google.protobuf import timestamp_pb2 as _timestamp_pb2
from helpdesk.options.v1 import options_pb2 as _options_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class ListRoleClaimsRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class ListRoleClaimsResponse(_message.Message):
    __slots__ = ("role_claims",)
    ROLE_CLAIMS_FIELD_NUMBER: _ClassVar[int]
    role_claims: _containers.RepeatedCompositeFieldContainer[RoleClaim]
    def __init__(self, role_claims: _Optional[_Iterable[_Union[RoleClaim, _Mapping]]] = ...) -> None: ...

class RoleClaim(_message.Message):
    __slots__ = ("mapping_id", "claim", "value", "role", "mapped_by", "mapped")
    MAPPING_ID_FIELD_NUMBER: _ClassVar[int]
    CLAIM_FIELD_NUMBER: _ClassVar[int]
    VALUE_FIELD_NUMBER: _ClassVar[int]
    ROLE_FIELD_NUMBER: _ClassVar[int]
    MAPPED_BY_FIELD_NUMBER: _ClassVar[int]
    MAPPED_FIELD_NUMBER: _ClassVar[int]
    mapping_id: str
    claim: str
    value: str
    role: str
    mapped_by: str
    mapped: _timestamp_pb2.Timestamp
    def __init__(self, mapping_id: _Optional[str] = ..., claim: _Optional[str] = ..., value: _Optional[str] = ..., role: _Optional[str] = ..., mapped_by: _Optional[str] = ..., mapped: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class MapRoleClaimRequest(_message.Message):
    __slots__ = ("claim", "value", "role", "reason", "request_id")
    CLAIM_FIELD_NUMBER: _ClassVar[int]
    VALUE_FIELD_NUMBER: _ClassVar[int]
    ROLE_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    claim: str
    value: str
    role: _options_pb2.Role
    reason: str
    request_id: str
    def __init__(self, claim: _Optional[str] = ..., value: _Optional[str] = ..., role: _Optional[_Union[_options_pb2.Role, str]] = ..., reason: _Optional[str] = ..., request_id: _Optional[str] = ...) -> None: ...

class MapRoleClaimResponse(_message.Message):
    __slots__ = ("mapping_id",)
    MAPPING_ID_FIELD_NUMBER: _ClassVar[int]
    mapping_id: str
    def __init__(self, mapping_id: _Optional[str] = ...) -> None: ...

class UnmapRoleClaimRequest(_message.Message):
    __slots__ = ("mapping_id", "reason", "request_id")
    MAPPING_ID_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    mapping_id: str
    reason: str
    request_id: str
    def __init__(self, mapping_id: _Optional[str] = ..., reason: _Optional[str] = ..., request_id: _Optional[str] = ...) -> None: ...

class UnmapRoleClaimResponse(_message.Message):
    __slots__ = ("removed_roles",)
    REMOVED_ROLES_FIELD_NUMBER: _ClassVar[int]
    removed_roles: int
    def __init__(self, removed_roles: _Optional[int] = ...) -> None: ...
