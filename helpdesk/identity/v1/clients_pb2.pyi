import datetime

from google.protobuf import timestamp_pb2 as _timestamp_pb2
from helpdesk.options.v1 import options_pb2 as _options_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class RegisterClientRequest(_message.Message):
    __slots__ = ("client", "public_key", "client_roles", "acts_as", "request_id")
    CLIENT_FIELD_NUMBER: _ClassVar[int]
    PUBLIC_KEY_FIELD_NUMBER: _ClassVar[int]
    CLIENT_ROLES_FIELD_NUMBER: _ClassVar[int]
    ACTS_AS_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    client: str
    public_key: str
    client_roles: _containers.RepeatedScalarFieldContainer[_options_pb2.Role]
    acts_as: _containers.RepeatedScalarFieldContainer[_options_pb2.Role]
    request_id: str
    def __init__(self, client: _Optional[str] = ..., public_key: _Optional[str] = ..., client_roles: _Optional[_Iterable[_Union[_options_pb2.Role, str]]] = ..., acts_as: _Optional[_Iterable[_Union[_options_pb2.Role, str]]] = ..., request_id: _Optional[str] = ...) -> None: ...

class RegisterClientResponse(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class RemoveClientRequest(_message.Message):
    __slots__ = ("client", "request_id")
    CLIENT_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    client: str
    request_id: str
    def __init__(self, client: _Optional[str] = ..., request_id: _Optional[str] = ...) -> None: ...

class RemoveClientResponse(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class ListClientsRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class ListClientsResponse(_message.Message):
    __slots__ = ("clients",)
    CLIENTS_FIELD_NUMBER: _ClassVar[int]
    clients: _containers.RepeatedCompositeFieldContainer[Client]
    def __init__(self, clients: _Optional[_Iterable[_Union[Client, _Mapping]]] = ...) -> None: ...

class Client(_message.Message):
    __slots__ = ("client", "client_roles", "acts_as", "registered_by", "registered")
    CLIENT_FIELD_NUMBER: _ClassVar[int]
    CLIENT_ROLES_FIELD_NUMBER: _ClassVar[int]
    ACTS_AS_FIELD_NUMBER: _ClassVar[int]
    REGISTERED_BY_FIELD_NUMBER: _ClassVar[int]
    REGISTERED_FIELD_NUMBER: _ClassVar[int]
    client: str
    client_roles: _containers.RepeatedScalarFieldContainer[str]
    acts_as: _containers.RepeatedScalarFieldContainer[str]
    registered_by: str
    registered: _timestamp_pb2.Timestamp
    def __init__(self, client: _Optional[str] = ..., client_roles: _Optional[_Iterable[str]] = ..., acts_as: _Optional[_Iterable[str]] = ..., registered_by: _Optional[str] = ..., registered: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...
