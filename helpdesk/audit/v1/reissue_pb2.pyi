import datetime

from google.protobuf import timestamp_pb2 as _timestamp_pb2
from helpdesk.audit.v1 import audit_pb2 as _audit_pb2
from helpdesk.options.v1 import options_pb2 as _options_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class ListOutdatedExportsRequest(_message.Message):
    __slots__ = ("organization_id", "page_size", "page_token")
    ORGANIZATION_ID_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    organization_id: str
    page_size: int
    page_token: str
    def __init__(self, organization_id: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListOutdatedExportsResponse(_message.Message):
    __slots__ = ("exports", "next_page_token")
    EXPORTS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    exports: _containers.RepeatedCompositeFieldContainer[OutdatedExport]
    next_page_token: str
    def __init__(self, exports: _Optional[_Iterable[_Union[OutdatedExport, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class OutdatedExport(_message.Message):
    __slots__ = ("export_id", "agent_id", "agent_name", "partner_id", "made_at", "format", "filter", "organization_id", "user_id", "forgotten", "may_reissue", "reissued_at", "reissued_by", "reissued_by_name")
    EXPORT_ID_FIELD_NUMBER: _ClassVar[int]
    AGENT_ID_FIELD_NUMBER: _ClassVar[int]
    AGENT_NAME_FIELD_NUMBER: _ClassVar[int]
    PARTNER_ID_FIELD_NUMBER: _ClassVar[int]
    MADE_AT_FIELD_NUMBER: _ClassVar[int]
    FORMAT_FIELD_NUMBER: _ClassVar[int]
    FILTER_FIELD_NUMBER: _ClassVar[int]
    ORGANIZATION_ID_FIELD_NUMBER: _ClassVar[int]
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    FORGOTTEN_FIELD_NUMBER: _ClassVar[int]
    MAY_REISSUE_FIELD_NUMBER: _ClassVar[int]
    REISSUED_AT_FIELD_NUMBER: _ClassVar[int]
    REISSUED_BY_FIELD_NUMBER: _ClassVar[int]
    REISSUED_BY_NAME_FIELD_NUMBER: _ClassVar[int]
    export_id: str
    agent_id: str
    agent_name: str
    partner_id: str
    made_at: _timestamp_pb2.Timestamp
    format: _audit_pb2.ExportFormat
    filter: _audit_pb2.ActionFilter
    organization_id: str
    user_id: str
    forgotten: _containers.RepeatedScalarFieldContainer[str]
    may_reissue: bool
    reissued_at: _timestamp_pb2.Timestamp
    reissued_by: str
    reissued_by_name: str
    def __init__(self, export_id: _Optional[str] = ..., agent_id: _Optional[str] = ..., agent_name: _Optional[str] = ..., partner_id: _Optional[str] = ..., made_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., format: _Optional[_Union[_audit_pb2.ExportFormat, str]] = ..., filter: _Optional[_Union[_audit_pb2.ActionFilter, _Mapping]] = ..., organization_id: _Optional[str] = ..., user_id: _Optional[str] = ..., forgotten: _Optional[_Iterable[str]] = ..., may_reissue: _Optional[bool] = ..., reissued_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., reissued_by: _Optional[str] = ..., reissued_by_name: _Optional[str] = ...) -> None: ...

class ReissueExportRequest(_message.Message):
    __slots__ = ("export_id",)
    EXPORT_ID_FIELD_NUMBER: _ClassVar[int]
    export_id: str
    def __init__(self, export_id: _Optional[str] = ...) -> None: ...

class ReissueExportResponse(_message.Message):
    __slots__ = ("chunk", "last", "records")
    CHUNK_FIELD_NUMBER: _ClassVar[int]
    LAST_FIELD_NUMBER: _ClassVar[int]
    RECORDS_FIELD_NUMBER: _ClassVar[int]
    chunk: bytes
    last: bool
    records: int
    def __init__(self, chunk: _Optional[bytes] = ..., last: _Optional[bool] = ..., records: _Optional[int] = ...) -> None: ...
