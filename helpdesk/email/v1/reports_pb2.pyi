from helpdesk.options.v1 import options_pb2 as _options_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class ReportMailRequest(_message.Message):
    __slots__ = ("raw", "envelope_recipient", "request_id")
    RAW_FIELD_NUMBER: _ClassVar[int]
    ENVELOPE_RECIPIENT_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    raw: bytes
    envelope_recipient: str
    request_id: str
    def __init__(self, raw: _Optional[bytes] = ..., envelope_recipient: _Optional[str] = ..., request_id: _Optional[str] = ...) -> None: ...

class ReportMailResponse(_message.Message):
    __slots__ = ("kind", "duplicate", "recipients")
    KIND_FIELD_NUMBER: _ClassVar[int]
    DUPLICATE_FIELD_NUMBER: _ClassVar[int]
    RECIPIENTS_FIELD_NUMBER: _ClassVar[int]
    kind: str
    duplicate: bool
    recipients: _containers.RepeatedCompositeFieldContainer[ReportedRecipient]
    def __init__(self, kind: _Optional[str] = ..., duplicate: _Optional[bool] = ..., recipients: _Optional[_Iterable[_Union[ReportedRecipient, _Mapping]]] = ...) -> None: ...

class ReportedRecipient(_message.Message):
    __slots__ = ("matched_by", "cause", "fault", "permanent", "blocked", "state")
    MATCHED_BY_FIELD_NUMBER: _ClassVar[int]
    CAUSE_FIELD_NUMBER: _ClassVar[int]
    FAULT_FIELD_NUMBER: _ClassVar[int]
    PERMANENT_FIELD_NUMBER: _ClassVar[int]
    BLOCKED_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    matched_by: str
    cause: str
    fault: str
    permanent: bool
    blocked: bool
    state: str
    def __init__(self, matched_by: _Optional[str] = ..., cause: _Optional[str] = ..., fault: _Optional[str] = ..., permanent: _Optional[bool] = ..., blocked: _Optional[bool] = ..., state: _Optional[str] = ...) -> None: ...
