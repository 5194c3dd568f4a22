import datetime

from google.protobuf import timestamp_pb2 as _timestamp_pb2
from helpdesk.options.v1 import options_pb2 as _options_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class ReviewState(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    REVIEW_STATE_UNSPECIFIED: _ClassVar[ReviewState]
    REVIEW_STATE_OPEN: _ClassVar[ReviewState]
    REVIEW_STATE_APPROVED: _ClassVar[ReviewState]
    REVIEW_STATE_FLAGGED: _ClassVar[ReviewState]

class RiskKind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    RISK_KIND_UNSPECIFIED: _ClassVar[RiskKind]
    RISK_KIND_WITHOUT_TICKET: _ClassVar[RiskKind]
    RISK_KIND_ENUMERATION: _ClassVar[RiskKind]
    RISK_KIND_MANY_CUSTOMERS: _ClassVar[RiskKind]
    RISK_KIND_ODD_HOURS: _ClassVar[RiskKind]
    RISK_KIND_MARKED_PEOPLE: _ClassVar[RiskKind]
    RISK_KIND_REVEAL_AFTER_REFUSAL: _ClassVar[RiskKind]
    RISK_KIND_REMOVAL_QUOTA: _ClassVar[RiskKind]
REVIEW_STATE_UNSPECIFIED: ReviewState
REVIEW_STATE_OPEN: ReviewState
REVIEW_STATE_APPROVED: ReviewState
REVIEW_STATE_FLAGGED: ReviewState
RISK_KIND_UNSPECIFIED: RiskKind
RISK_KIND_WITHOUT_TICKET: RiskKind
RISK_KIND_ENUMERATION: RiskKind
RISK_KIND_MANY_CUSTOMERS: RiskKind
RISK_KIND_ODD_HOURS: RiskKind
RISK_KIND_MARKED_PEOPLE: RiskKind
RISK_KIND_REVEAL_AFTER_REFUSAL: RiskKind
RISK_KIND_REMOVAL_QUOTA: RiskKind

class RiskReason(_message.Message):
    __slots__ = ("kind", "points", "count", "total", "usual", "minutes", "sentence")
    KIND_FIELD_NUMBER: _ClassVar[int]
    POINTS_FIELD_NUMBER: _ClassVar[int]
    COUNT_FIELD_NUMBER: _ClassVar[int]
    TOTAL_FIELD_NUMBER: _ClassVar[int]
    USUAL_FIELD_NUMBER: _ClassVar[int]
    MINUTES_FIELD_NUMBER: _ClassVar[int]
    SENTENCE_FIELD_NUMBER: _ClassVar[int]
    kind: RiskKind
    points: int
    count: int
    total: int
    usual: int
    minutes: int
    sentence: str
    def __init__(self, kind: _Optional[_Union[RiskKind, str]] = ..., points: _Optional[int] = ..., count: _Optional[int] = ..., total: _Optional[int] = ..., usual: _Optional[int] = ..., minutes: _Optional[int] = ..., sentence: _Optional[str] = ...) -> None: ...

class Review(_message.Message):
    __slots__ = ("session_id", "agent_id", "partner_id", "started_at", "ended_at", "score", "reasons", "review_state", "queued_at", "decided_by", "decided_at")
    SESSION_ID_FIELD_NUMBER: _ClassVar[int]
    AGENT_ID_FIELD_NUMBER: _ClassVar[int]
    PARTNER_ID_FIELD_NUMBER: _ClassVar[int]
    STARTED_AT_FIELD_NUMBER: _ClassVar[int]
    ENDED_AT_FIELD_NUMBER: _ClassVar[int]
    SCORE_FIELD_NUMBER: _ClassVar[int]
    REASONS_FIELD_NUMBER: _ClassVar[int]
    REVIEW_STATE_FIELD_NUMBER: _ClassVar[int]
    QUEUED_AT_FIELD_NUMBER: _ClassVar[int]
    DECIDED_BY_FIELD_NUMBER: _ClassVar[int]
    DECIDED_AT_FIELD_NUMBER: _ClassVar[int]
    session_id: str
    agent_id: str
    partner_id: str
    started_at: _timestamp_pb2.Timestamp
    ended_at: _timestamp_pb2.Timestamp
    score: int
    reasons: _containers.RepeatedCompositeFieldContainer[RiskReason]
    review_state: ReviewState
    queued_at: _timestamp_pb2.Timestamp
    decided_by: str
    decided_at: _timestamp_pb2.Timestamp
    def __init__(self, session_id: _Optional[str] = ..., agent_id: _Optional[str] = ..., partner_id: _Optional[str] = ..., started_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., ended_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., score: _Optional[int] = ..., reasons: _Optional[_Iterable[_Union[RiskReason, _Mapping]]] = ..., review_state: _Optional[_Union[ReviewState, str]] = ..., queued_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., decided_by: _Optional[str] = ..., decided_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class ReviewDecision(_message.Message):
    __slots__ = ("review_state", "decided_by", "decided_at", "reason")
    REVIEW_STATE_FIELD_NUMBER: _ClassVar[int]
    DECIDED_BY_FIELD_NUMBER: _ClassVar[int]
    DECIDED_AT_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    review_state: ReviewState
    decided_by: str
    decided_at: _timestamp_pb2.Timestamp
    reason: str
    def __init__(self, review_state: _Optional[_Union[ReviewState, str]] = ..., decided_by: _Optional[str] = ..., decided_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., reason: _Optional[str] = ...) -> None: ...

class ListReviewsRequest(_message.Message):
    __slots__ = ("review_state", "page_size", "page_token")
    REVIEW_STATE_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    review_state: ReviewState
    page_size: int
    page_token: str
    def __init__(self, review_state: _Optional[_Union[ReviewState, str]] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListReviewsResponse(_message.Message):
    __slots__ = ("reviews", "next_page_token", "open")
    REVIEWS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    OPEN_FIELD_NUMBER: _ClassVar[int]
    reviews: _containers.RepeatedCompositeFieldContainer[Review]
    next_page_token: str
    open: int
    def __init__(self, reviews: _Optional[_Iterable[_Union[Review, _Mapping]]] = ..., next_page_token: _Optional[str] = ..., open: _Optional[int] = ...) -> None: ...

class GetReviewRequest(_message.Message):
    __slots__ = ("session_id",)
    SESSION_ID_FIELD_NUMBER: _ClassVar[int]
    session_id: str
    def __init__(self, session_id: _Optional[str] = ...) -> None: ...

class GetReviewResponse(_message.Message):
    __slots__ = ("review", "decisions")
    REVIEW_FIELD_NUMBER: _ClassVar[int]
    DECISIONS_FIELD_NUMBER: _ClassVar[int]
    review: Review
    decisions: _containers.RepeatedCompositeFieldContainer[ReviewDecision]
    def __init__(self, review: _Optional[_Union[Review, _Mapping]] = ..., decisions: _Optional[_Iterable[_Union[ReviewDecision, _Mapping]]] = ...) -> None: ...

class ApproveSessionRequest(_message.Message):
    __slots__ = ("session_id", "reason", "request_id")
    SESSION_ID_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    session_id: str
    reason: str
    request_id: str
    def __init__(self, session_id: _Optional[str] = ..., reason: _Optional[str] = ..., request_id: _Optional[str] = ...) -> None: ...

class ApproveSessionResponse(_message.Message):
    __slots__ = ("review_state",)
    REVIEW_STATE_FIELD_NUMBER: _ClassVar[int]
    review_state: ReviewState
    def __init__(self, review_state: _Optional[_Union[ReviewState, str]] = ...) -> None: ...

class FlagSessionRequest(_message.Message):
    __slots__ = ("session_id", "reason", "request_id")
    SESSION_ID_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    session_id: str
    reason: str
    request_id: str
    def __init__(self, session_id: _Optional[str] = ..., reason: _Optional[str] = ..., request_id: _Optional[str] = ...) -> None: ...

class FlagSessionResponse(_message.Message):
    __slots__ = ("review_state",)
    REVIEW_STATE_FIELD_NUMBER: _ClassVar[int]
    review_state: ReviewState
    def __init__(self, review_state: _Optional[_Union[ReviewState, str]] = ...) -> None: ...

class ReopenSessionRequest(_message.Message):
    __slots__ = ("session_id", "reason", "request_id")
    SESSION_ID_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    session_id: str
    reason: str
    request_id: str
    def __init__(self, session_id: _Optional[str] = ..., reason: _Optional[str] = ..., request_id: _Optional[str] = ...) -> None: ...

class ReopenSessionResponse(_message.Message):
    __slots__ = ("review_state",)
    REVIEW_STATE_FIELD_NUMBER: _ClassVar[int]
    review_state: ReviewState
    def __init__(self, review_state: _Optional[_Union[ReviewState, str]] = ...) -> None: ...

class MarkPersonRequest(_message.Message):
    __slots__ = ("user_id", "reason", "request_id")
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    user_id: str
    reason: str
    request_id: str
    def __init__(self, user_id: _Optional[str] = ..., reason: _Optional[str] = ..., request_id: _Optional[str] = ...) -> None: ...

class MarkPersonResponse(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class UnmarkPersonRequest(_message.Message):
    __slots__ = ("user_id", "reason", "request_id")
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    user_id: str
    reason: str
    request_id: str
    def __init__(self, user_id: _Optional[str] = ..., reason: _Optional[str] = ..., request_id: _Optional[str] = ...) -> None: ...

class UnmarkPersonResponse(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class ListMarkedPeopleRequest(_message.Message):
    __slots__ = ("page_size", "page_token")
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    page_size: int
    page_token: str
    def __init__(self, page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListMarkedPeopleResponse(_message.Message):
    __slots__ = ("people", "next_page_token")
    PEOPLE_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    people: _containers.RepeatedCompositeFieldContainer[MarkedPerson]
    next_page_token: str
    def __init__(self, people: _Optional[_Iterable[_Union[MarkedPerson, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class MarkedPerson(_message.Message):
    __slots__ = ("user_id", "marked_by", "marked_at")
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    MARKED_BY_FIELD_NUMBER: _ClassVar[int]
    MARKED_AT_FIELD_NUMBER: _ClassVar[int]
    user_id: str
    marked_by: str
    marked_at: _timestamp_pb2.Timestamp
    def __init__(self, user_id: _Optional[str] = ..., marked_by: _Optional[str] = ..., marked_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...
