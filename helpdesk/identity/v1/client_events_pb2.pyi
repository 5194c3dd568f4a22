from helpdesk.options.v1 import options_pb2 as _options_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class ClientRegistered(_message.Message):
    __slots__ = ("stamp", "client", "public_key", "roles", "acts_as", "registered_by", "key")
    STAMP_FIELD_NUMBER: _ClassVar[int]
    CLIENT_FIELD_NUMBER: _ClassVar[int]
    PUBLIC_KEY_FIELD_NUMBER: _ClassVar[int]
    ROLES_FIELD_NUMBER: _ClassVar[int]
    ACTS_AS_FIELD_NUMBER: _ClassVar[int]
    REGISTERED_BY_FIELD_NUMBER: _ClassVar[int]
    KEY_FIELD_NUMBER: _ClassVar[int]
    stamp: _options_pb2.Stamp
    client: str
    public_key: str
    roles: _containers.RepeatedScalarFieldContainer[str]
    acts_as: _containers.RepeatedScalarFieldContainer[str]
    registered_by: str
    key: str
    def __init__(self, stamp: _Optional[_Union[_options_pb2.Stamp, _Mapping]] = ..., client: _Optional[str] = ..., public_key: _Optional[str] = ..., roles: _Optional[_Iterable[str]] = ..., acts_as: _Optional[_Iterable[str]] = ..., registered_by: _Optional[str] = ..., key: _Optional[str] = ...) -> None: ...

class ClientRemoved(_message.Message):
    __slots__ = ("stamp", "client", "removed_by")
    STAMP_FIELD_NUMBER: _ClassVar[int]
    CLIENT_FIELD_NUMBER: _ClassVar[int]
    REMOVED_BY_FIELD_NUMBER: _ClassVar[int]
    stamp: _options_pb2.Stamp
    client: str
    removed_by: str
    def __init__(self, stamp: _Optional[_Union[_options_pb2.Stamp, _Mapping]] = ..., client: _Optional[str] = ..., removed_by: _Optional[str] = ...) -> None: ...
