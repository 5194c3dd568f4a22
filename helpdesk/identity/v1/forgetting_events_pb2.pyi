from helpdesk.options.v1 import options_pb2 as _options_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class PersonForgettingAsked(_message.Message):
    __slots__ = ("stamp", "user_id", "organization_id", "asked_by")
    STAMP_FIELD_NUMBER: _ClassVar[int]
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    ORGANIZATION_ID_FIELD_NUMBER: _ClassVar[int]
    ASKED_BY_FIELD_NUMBER: _ClassVar[int]
    stamp: _options_pb2.Stamp
    user_id: str
    organization_id: str
    asked_by: str
    def __init__(self, stamp: _Optional[_Union[_options_pb2.Stamp, _Mapping]] = ..., user_id: _Optional[str] = ..., organization_id: _Optional[str] = ..., asked_by: _Optional[str] = ...) -> None: ...

class PersonForgettingWithdrawn(_message.Message):
    __slots__ = ("stamp", "user_id", "organization_id", "withdrawn_by")
    STAMP_FIELD_NUMBER: _ClassVar[int]
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    ORGANIZATION_ID_FIELD_NUMBER: _ClassVar[int]
    WITHDRAWN_BY_FIELD_NUMBER: _ClassVar[int]
    stamp: _options_pb2.Stamp
    user_id: str
    organization_id: str
    withdrawn_by: str
    def __init__(self, stamp: _Optional[_Union[_options_pb2.Stamp, _Mapping]] = ..., user_id: _Optional[str] = ..., organization_id: _Optional[str] = ..., withdrawn_by: _Optional[str] = ...) -> None: ...

class PersonForgettingConfirmed(_message.Message):
    __slots__ = ("stamp", "user_id", "organization_id", "asked_by", "confirmed_by")
    STAMP_FIELD_NUMBER: _ClassVar[int]
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    ORGANIZATION_ID_FIELD_NUMBER: _ClassVar[int]
    ASKED_BY_FIELD_NUMBER: _ClassVar[int]
    CONFIRMED_BY_FIELD_NUMBER: _ClassVar[int]
    stamp: _options_pb2.Stamp
    user_id: str
    organization_id: str
    asked_by: str
    confirmed_by: str
    def __init__(self, stamp: _Optional[_Union[_options_pb2.Stamp, _Mapping]] = ..., user_id: _Optional[str] = ..., organization_id: _Optional[str] = ..., asked_by: _Optional[str] = ..., confirmed_by: _Optional[str] = ...) -> None: ...

class PersonForgotten(_message.Message):
    __slots__ = ("stamp", "user_id", "organization_id", "device_ids", "key", "addresses", "names")
    STAMP_FIELD_NUMBER: _ClassVar[int]
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    ORGANIZATION_ID_FIELD_NUMBER: _ClassVar[int]
    DEVICE_IDS_FIELD_NUMBER: _ClassVar[int]
    KEY_FIELD_NUMBER: _ClassVar[int]
    ADDRESSES_FIELD_NUMBER: _ClassVar[int]
    NAMES_FIELD_NUMBER: _ClassVar[int]
    stamp: _options_pb2.Stamp
    user_id: str
    organization_id: str
    device_ids: _containers.RepeatedScalarFieldContainer[str]
    key: str
    addresses: _containers.RepeatedScalarFieldContainer[str]
    names: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, stamp: _Optional[_Union[_options_pb2.Stamp, _Mapping]] = ..., user_id: _Optional[str] = ..., organization_id: _Optional[str] = ..., device_ids: _Optional[_Iterable[str]] = ..., key: _Optional[str] = ..., addresses: _Optional[_Iterable[str]] = ..., names: _Optional[_Iterable[str]] = ...) -> None: ...

class PersonCleared(_message.Message):
    __slots__ = ("stamp", "user_id", "service", "keys")
    STAMP_FIELD_NUMBER: _ClassVar[int]
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    SERVICE_FIELD_NUMBER: _ClassVar[int]
    KEYS_FIELD_NUMBER: _ClassVar[int]
    stamp: _options_pb2.Stamp
    user_id: str
    service: str
    keys: int
    def __init__(self, stamp: _Optional[_Union[_options_pb2.Stamp, _Mapping]] = ..., user_id: _Optional[str] = ..., service: _Optional[str] = ..., keys: _Optional[int] = ...) -> None: ...

class LegalHoldSet(_message.Message):
    __slots__ = ("stamp", "organization_id", "user_id", "set_by")
    STAMP_FIELD_NUMBER: _ClassVar[int]
    ORGANIZATION_ID_FIELD_NUMBER: _ClassVar[int]
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    SET_BY_FIELD_NUMBER: _ClassVar[int]
    stamp: _options_pb2.Stamp
    organization_id: str
    user_id: str
    set_by: str
    def __init__(self, stamp: _Optional[_Union[_options_pb2.Stamp, _Mapping]] = ..., organization_id: _Optional[str] = ..., user_id: _Optional[str] = ..., set_by: _Optional[str] = ...) -> None: ...

class LegalHoldLifted(_message.Message):
    __slots__ = ("stamp", "organization_id", "user_id", "lifted_by")
    STAMP_FIELD_NUMBER: _ClassVar[int]
    ORGANIZATION_ID_FIELD_NUMBER: _ClassVar[int]
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    LIFTED_BY_FIELD_NUMBER: _ClassVar[int]
    stamp: _options_pb2.Stamp
    organization_id: str
    user_id: str
    lifted_by: str
    def __init__(self, stamp: _Optional[_Union[_options_pb2.Stamp, _Mapping]] = ..., organization_id: _Optional[str] = ..., user_id: _Optional[str] = ..., lifted_by: _Optional[str] = ...) -> None: ...
