from helpdesk.options.v1 import options_pb2 as _options_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Kind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    KIND_UNSPECIFIED: _ClassVar[Kind]
    KIND_USER: _ClassVar[Kind]
    KIND_ORGANIZATION: _ClassVar[Kind]
    KIND_SITE: _ClassVar[Kind]
    KIND_ORDER: _ClassVar[Kind]
    KIND_DEVICE: _ClassVar[Kind]
    KIND_DOMAIN: _ClassVar[Kind]
KIND_UNSPECIFIED: Kind
KIND_USER: Kind
KIND_ORGANIZATION: Kind
KIND_SITE: Kind
KIND_ORDER: Kind
KIND_DEVICE: Kind
KIND_DOMAIN: Kind

class SearchRequest(_message.Message):
    __slots__ = ("query", "kinds", "organization_id", "page_size", "page_token", "ticket")
    QUERY_FIELD_NUMBER: _ClassVar[int]
    KINDS_FIELD_NUMBER: _ClassVar[int]
    ORGANIZATION_ID_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    TICKET_FIELD_NUMBER: _ClassVar[int]
    query: str
    kinds: _containers.RepeatedScalarFieldContainer[Kind]
    organization_id: str
    page_size: int
    page_token: str
    ticket: str
    def __init__(self, query: _Optional[str] = ..., kinds: _Optional[_Iterable[_Union[Kind, str]]] = ..., organization_id: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ..., ticket: _Optional[str] = ...) -> None: ...

class SearchResponse(_message.Message):
    __slots__ = ("hits", "total_size", "counts", "next_page_token")
    HITS_FIELD_NUMBER: _ClassVar[int]
    TOTAL_SIZE_FIELD_NUMBER: _ClassVar[int]
    COUNTS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    hits: _containers.RepeatedCompositeFieldContainer[Hit]
    total_size: int
    counts: _containers.RepeatedCompositeFieldContainer[KindCount]
    next_page_token: str
    def __init__(self, hits: _Optional[_Iterable[_Union[Hit, _Mapping]]] = ..., total_size: _Optional[int] = ..., counts: _Optional[_Iterable[_Union[KindCount, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class Hit(_message.Message):
    __slots__ = ("kind", "id", "title", "detail", "organization_id", "organization_name", "status", "highlights", "matched", "exact", "target", "version")
    KIND_FIELD_NUMBER: _ClassVar[int]
    ID_FIELD_NUMBER: _ClassVar[int]
    TITLE_FIELD_NUMBER: _ClassVar[int]
    DETAIL_FIELD_NUMBER: _ClassVar[int]
    ORGANIZATION_ID_FIELD_NUMBER: _ClassVar[int]
    ORGANIZATION_NAME_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    HIGHLIGHTS_FIELD_NUMBER: _ClassVar[int]
    MATCHED_FIELD_NUMBER: _ClassVar[int]
    EXACT_FIELD_NUMBER: _ClassVar[int]
    TARGET_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    kind: Kind
    id: str
    title: str
    detail: str
    organization_id: str
    organization_name: str
    status: str
    highlights: _containers.RepeatedCompositeFieldContainer[Range]
    matched: str
    exact: bool
    target: str
    version: int
    def __init__(self, kind: _Optional[_Union[Kind, str]] = ..., id: _Optional[str] = ..., title: _Optional[str] = ..., detail: _Optional[str] = ..., organization_id: _Optional[str] = ..., organization_name: _Optional[str] = ..., status: _Optional[str] = ..., highlights: _Optional[_Iterable[_Union[Range, _Mapping]]] = ..., matched: _Optional[str] = ..., exact: _Optional[bool] = ..., target: _Optional[str] = ..., version: _Optional[int] = ...) -> None: ...

class Range(_message.Message):
    __slots__ = ("start", "end")
    START_FIELD_NUMBER: _ClassVar[int]
    END_FIELD_NUMBER: _ClassVar[int]
    start: int
    end: int
    def __init__(self, start: _Optional[int] = ..., end: _Optional[int] = ...) -> None: ...

class KindCount(_message.Message):
    __slots__ = ("kind", "count")
    KIND_FIELD_NUMBER: _ClassVar[int]
    COUNT_FIELD_NUMBER: _ClassVar[int]
    kind: Kind
    count: int
    def __init__(self, kind: _Optional[_Union[Kind, str]] = ..., count: _Optional[int] = ...) -> None: ...

class SuggestRequest(_message.Message):
    __slots__ = ("query", "organization_id", "page_size", "ticket")
    QUERY_FIELD_NUMBER: _ClassVar[int]
    ORGANIZATION_ID_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    TICKET_FIELD_NUMBER: _ClassVar[int]
    query: str
    organization_id: str
    page_size: int
    ticket: str
    def __init__(self, query: _Optional[str] = ..., organization_id: _Optional[str] = ..., page_size: _Optional[int] = ..., ticket: _Optional[str] = ...) -> None: ...

class SuggestResponse(_message.Message):
    __slots__ = ("hits",)
    HITS_FIELD_NUMBER: _ClassVar[int]
    hits: _containers.RepeatedCompositeFieldContainer[Hit]
    def __init__(self, hits: _Optional[_Iterable[_Union[Hit, _Mapping]]] = ...) -> None: ...
