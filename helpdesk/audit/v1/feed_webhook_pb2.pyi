import datetime

from google.protobuf import timestamp_pb2 as _timestamp_pb2
from helpdesk.options.v1 import options_pb2 as _options_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class GetFeedWebhookRequest(_message.Message):
    __slots__ = ("organization_id",)
    ORGANIZATION_ID_FIELD_NUMBER: _ClassVar[int]
    organization_id: str
    def __init__(self, organization_id: _Optional[str] = ...) -> None: ...

class GetFeedWebhookResponse(_message.Message):
    __slots__ = ("url", "partners_only", "public_keys", "delivered_sequence", "delivered_at", "behind", "behind_since", "error", "failures", "retry_at", "stopped", "set_by", "set_at")
    URL_FIELD_NUMBER: _ClassVar[int]
    PARTNERS_ONLY_FIELD_NUMBER: _ClassVar[int]
    PUBLIC_KEYS_FIELD_NUMBER: _ClassVar[int]
    DELIVERED_SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    DELIVERED_AT_FIELD_NUMBER: _ClassVar[int]
    BEHIND_FIELD_NUMBER: _ClassVar[int]
    BEHIND_SINCE_FIELD_NUMBER: _ClassVar[int]
    ERROR_FIELD_NUMBER: _ClassVar[int]
    FAILURES_FIELD_NUMBER: _ClassVar[int]
    RETRY_AT_FIELD_NUMBER: _ClassVar[int]
    STOPPED_FIELD_NUMBER: _ClassVar[int]
    SET_BY_FIELD_NUMBER: _ClassVar[int]
    SET_AT_FIELD_NUMBER: _ClassVar[int]
    url: str
    partners_only: bool
    public_keys: _containers.RepeatedScalarFieldContainer[str]
    delivered_sequence: str
    delivered_at: _timestamp_pb2.Timestamp
    behind: int
    behind_since: _timestamp_pb2.Timestamp
    error: str
    failures: int
    retry_at: _timestamp_pb2.Timestamp
    stopped: bool
    set_by: str
    set_at: _timestamp_pb2.Timestamp
    def __init__(self, url: _Optional[str] = ..., partners_only: _Optional[bool] = ..., public_keys: _Optional[_Iterable[str]] = ..., delivered_sequence: _Optional[str] = ..., delivered_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., behind: _Optional[int] = ..., behind_since: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., error: _Optional[str] = ..., failures: _Optional[int] = ..., retry_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., stopped: _Optional[bool] = ..., set_by: _Optional[str] = ..., set_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class SetFeedWebhookRequest(_message.Message):
    __slots__ = ("organization_id", "url", "partners_only", "request_id")
    ORGANIZATION_ID_FIELD_NUMBER: _ClassVar[int]
    URL_FIELD_NUMBER: _ClassVar[int]
    PARTNERS_ONLY_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    organization_id: str
    url: str
    partners_only: bool
    request_id: str
    def __init__(self, organization_id: _Optional[str] = ..., url: _Optional[str] = ..., partners_only: _Optional[bool] = ..., request_id: _Optional[str] = ...) -> None: ...

class SetFeedWebhookResponse(_message.Message):
    __slots__ = ("public_key",)
    PUBLIC_KEY_FIELD_NUMBER: _ClassVar[int]
    public_key: str
    def __init__(self, public_key: _Optional[str] = ...) -> None: ...

class RotateFeedWebhookKeyRequest(_message.Message):
    __slots__ = ("organization_id", "request_id")
    ORGANIZATION_ID_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    organization_id: str
    request_id: str
    def __init__(self, organization_id: _Optional[str] = ..., request_id: _Optional[str] = ...) -> None: ...

class RotateFeedWebhookKeyResponse(_message.Message):
    __slots__ = ("public_key",)
    PUBLIC_KEY_FIELD_NUMBER: _ClassVar[int]
    public_key: str
    def __init__(self, public_key: _Optional[str] = ...) -> None: ...

class ResumeFeedWebhookRequest(_message.Message):
    __slots__ = ("organization_id", "after_sequence", "request_id")
    ORGANIZATION_ID_FIELD_NUMBER: _ClassVar[int]
    AFTER_SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    organization_id: str
    after_sequence: str
    request_id: str
    def __init__(self, organization_id: _Optional[str] = ..., after_sequence: _Optional[str] = ..., request_id: _Optional[str] = ...) -> None: ...

class ResumeFeedWebhookResponse(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class RemoveFeedWebhookRequest(_message.Message):
    __slots__ = ("organization_id", "request_id")
    ORGANIZATION_ID_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    organization_id: str
    request_id: str
    def __init__(self, organization_id: _Optional[str] = ..., request_id: _Optional[str] = ...) -> None: ...

class RemoveFeedWebhookResponse(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...
