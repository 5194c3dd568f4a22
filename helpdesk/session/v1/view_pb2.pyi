import datetime

from google.protobuf import timestamp_pb2 as _timestamp_pb2
from helpdesk.options.v1 import options_pb2 as _options_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class StartViewRequest(_message.Message):
    __slots__ = ("organization_id", "ticket", "request_id")
    ORGANIZATION_ID_FIELD_NUMBER: _ClassVar[int]
    TICKET_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    organization_id: str
    ticket: str
    request_id: str
    def __init__(self, organization_id: _Optional[str] = ..., ticket: _Optional[str] = ..., request_id: _Optional[str] = ...) -> None: ...

class StartViewResponse(_message.Message):
    __slots__ = ("view_id", "seconds", "sections")
    VIEW_ID_FIELD_NUMBER: _ClassVar[int]
    SECONDS_FIELD_NUMBER: _ClassVar[int]
    SECTIONS_FIELD_NUMBER: _ClassVar[int]
    view_id: str
    seconds: int
    sections: _containers.RepeatedScalarFieldContainer[_options_pb2.Section]
    def __init__(self, view_id: _Optional[str] = ..., seconds: _Optional[int] = ..., sections: _Optional[_Iterable[_Union[_options_pb2.Section, str]]] = ...) -> None: ...

class IssueViewTokenRequest(_message.Message):
    __slots__ = ("view_id",)
    VIEW_ID_FIELD_NUMBER: _ClassVar[int]
    view_id: str
    def __init__(self, view_id: _Optional[str] = ...) -> None: ...

class IssueViewTokenResponse(_message.Message):
    __slots__ = ("token", "expires_in", "remaining", "organization_id", "sections", "ticket", "until")
    TOKEN_FIELD_NUMBER: _ClassVar[int]
    EXPIRES_IN_FIELD_NUMBER: _ClassVar[int]
    REMAINING_FIELD_NUMBER: _ClassVar[int]
    ORGANIZATION_ID_FIELD_NUMBER: _ClassVar[int]
    SECTIONS_FIELD_NUMBER: _ClassVar[int]
    TICKET_FIELD_NUMBER: _ClassVar[int]
    UNTIL_FIELD_NUMBER: _ClassVar[int]
    token: str
    expires_in: float
    remaining: int
    organization_id: str
    sections: _containers.RepeatedScalarFieldContainer[_options_pb2.Section]
    ticket: str
    until: _timestamp_pb2.Timestamp
    def __init__(self, token: _Optional[str] = ..., expires_in: _Optional[float] = ..., remaining: _Optional[int] = ..., organization_id: _Optional[str] = ..., sections: _Optional[_Iterable[_Union[_options_pb2.Section, str]]] = ..., ticket: _Optional[str] = ..., until: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class ChangeInViewRequest(_message.Message):
    __slots__ = ("view_id", "request_id")
    VIEW_ID_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    view_id: str
    request_id: str
    def __init__(self, view_id: _Optional[str] = ..., request_id: _Optional[str] = ...) -> None: ...

class ChangeInViewResponse(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class EndViewRequest(_message.Message):
    __slots__ = ("view_id", "reason", "request_id")
    VIEW_ID_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    view_id: str
    reason: str
    request_id: str
    def __init__(self, view_id: _Optional[str] = ..., reason: _Optional[str] = ..., request_id: _Optional[str] = ...) -> None: ...

class EndViewResponse(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class ListViewsRequest(_message.Message):
    __slots__ = ("page_size", "page_token")
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    page_size: int
    page_token: str
    def __init__(self, page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListViewsResponse(_message.Message):
    __slots__ = ("views", "next_page_token")
    VIEWS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    views: _containers.RepeatedCompositeFieldContainer[View]
    next_page_token: str
    def __init__(self, views: _Optional[_Iterable[_Union[View, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class View(_message.Message):
    __slots__ = ("view_id", "organization_id", "agent_id", "ticket", "remaining", "sections", "consent_id")
    VIEW_ID_FIELD_NUMBER: _ClassVar[int]
    ORGANIZATION_ID_FIELD_NUMBER: _ClassVar[int]
    AGENT_ID_FIELD_NUMBER: _ClassVar[int]
    TICKET_FIELD_NUMBER: _ClassVar[int]
    REMAINING_FIELD_NUMBER: _ClassVar[int]
    SECTIONS_FIELD_NUMBER: _ClassVar[int]
    CONSENT_ID_FIELD_NUMBER: _ClassVar[int]
    view_id: str
    organization_id: str
    agent_id: str
    ticket: str
    remaining: int
    sections: _containers.RepeatedScalarFieldContainer[_options_pb2.Section]
    consent_id: str
    def __init__(self, view_id: _Optional[str] = ..., organization_id: _Optional[str] = ..., agent_id: _Optional[str] = ..., ticket: _Optional[str] = ..., remaining: _Optional[int] = ..., sections: _Optional[_Iterable[_Union[_options_pb2.Section, str]]] = ..., consent_id: _Optional[str] = ...) -> None: ...

class WatchViewRequest(_message.Message):
    __slots__ = ("view_id",)
    VIEW_ID_FIELD_NUMBER: _ClassVar[int]
    view_id: str
    def __init__(self, view_id: _Optional[str] = ...) -> None: ...

class WatchViewResponse(_message.Message):
    __slots__ = ("remaining", "ended", "ended_by", "ended_at")
    REMAINING_FIELD_NUMBER: _ClassVar[int]
    ENDED_FIELD_NUMBER: _ClassVar[int]
    ENDED_BY_FIELD_NUMBER: _ClassVar[int]
    ENDED_AT_FIELD_NUMBER: _ClassVar[int]
    remaining: int
    ended: bool
    ended_by: str
    ended_at: _timestamp_pb2.Timestamp
    def __init__(self, remaining: _Optional[int] = ..., ended: _Optional[bool] = ..., ended_by: _Optional[str] = ..., ended_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...
