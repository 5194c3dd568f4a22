from helpdesk.options.v1 import options_pb2 as _options_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class ImportRequest(_message.Message):
    __slots__ = ("kind", "lines", "first_line", "torn")
    KIND_FIELD_NUMBER: _ClassVar[int]
    LINES_FIELD_NUMBER: _ClassVar[int]
    FIRST_LINE_FIELD_NUMBER: _ClassVar[int]
    TORN_FIELD_NUMBER: _ClassVar[int]
    kind: str
    lines: _containers.RepeatedScalarFieldContainer[bytes]
    first_line: int
    torn: bool
    def __init__(self, kind: _Optional[str] = ..., lines: _Optional[_Iterable[bytes]] = ..., first_line: _Optional[int] = ..., torn: _Optional[bool] = ...) -> None: ...

class ImportResponse(_message.Message):
    __slots__ = ("taken", "changed", "bad_lines")
    TAKEN_FIELD_NUMBER: _ClassVar[int]
    CHANGED_FIELD_NUMBER: _ClassVar[int]
    BAD_LINES_FIELD_NUMBER: _ClassVar[int]
    taken: int
    changed: int
    bad_lines: _containers.RepeatedCompositeFieldContainer[BadLine]
    def __init__(self, taken: _Optional[int] = ..., changed: _Optional[int] = ..., bad_lines: _Optional[_Iterable[_Union[BadLine, _Mapping]]] = ...) -> None: ...

class BadLine(_message.Message):
    __slots__ = ("kind", "line", "field", "problem")
    KIND_FIELD_NUMBER: _ClassVar[int]
    LINE_FIELD_NUMBER: _ClassVar[int]
    FIELD_FIELD_NUMBER: _ClassVar[int]
    PROBLEM_FIELD_NUMBER: _ClassVar[int]
    kind: str
    line: int
    field: str
    problem: str
    def __init__(self, kind: _Optional[str] = ..., line: _Optional[int] = ..., field: _Optional[str] = ..., problem: _Optional[str] = ...) -> None: ...

class LinkAccountRequest(_message.Message):
    __slots__ = ("user_id", "issuer", "subject", "request_id")
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    ISSUER_FIELD_NUMBER: _ClassVar[int]
    SUBJECT_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    user_id: str
    issuer: str
    subject: str
    request_id: str
    def __init__(self, user_id: _Optional[str] = ..., issuer: _Optional[str] = ..., subject: _Optional[str] = ..., request_id: _Optional[str] = ...) -> None: ...

class LinkAccountResponse(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...
