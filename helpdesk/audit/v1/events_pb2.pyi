import datetime

from google.protobuf import timestamp_pb2 as _timestamp_pb2
from helpdesk.options.v1 import options_pb2 as _options_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class SupportActionRecorded(_message.Message):
    __slots__ = ("stamp", "reason_key", "action", "outcome", "error", "agent_id", "partner_id", "acting_organization_id", "roles", "act", "organization_id", "user_id", "subjects", "ticket", "reason", "consent_id", "view_id", "sign_in_id", "request_id", "trace_id", "query", "shown", "answer_digest", "positions", "writer", "number", "occurred_at", "method", "service", "query_key", "ticket_state", "sections", "request_key", "request", "found")
    STAMP_FIELD_NUMBER: _ClassVar[int]
    REASON_KEY_FIELD_NUMBER: _ClassVar[int]
    ACTION_FIELD_NUMBER: _ClassVar[int]
    OUTCOME_FIELD_NUMBER: _ClassVar[int]
    ERROR_FIELD_NUMBER: _ClassVar[int]
    AGENT_ID_FIELD_NUMBER: _ClassVar[int]
    PARTNER_ID_FIELD_NUMBER: _ClassVar[int]
    ACTING_ORGANIZATION_ID_FIELD_NUMBER: _ClassVar[int]
    ROLES_FIELD_NUMBER: _ClassVar[int]
    ACT_FIELD_NUMBER: _ClassVar[int]
    ORGANIZATION_ID_FIELD_NUMBER: _ClassVar[int]
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    SUBJECTS_FIELD_NUMBER: _ClassVar[int]
    TICKET_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    CONSENT_ID_FIELD_NUMBER: _ClassVar[int]
    VIEW_ID_FIELD_NUMBER: _ClassVar[int]
    SIGN_IN_ID_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    TRACE_ID_FIELD_NUMBER: _ClassVar[int]
    QUERY_FIELD_NUMBER: _ClassVar[int]
    SHOWN_FIELD_NUMBER: _ClassVar[int]
    ANSWER_DIGEST_FIELD_NUMBER: _ClassVar[int]
    POSITIONS_FIELD_NUMBER: _ClassVar[int]
    WRITER_FIELD_NUMBER: _ClassVar[int]
    NUMBER_FIELD_NUMBER: _ClassVar[int]
    OCCURRED_AT_FIELD_NUMBER: _ClassVar[int]
    METHOD_FIELD_NUMBER: _ClassVar[int]
    SERVICE_FIELD_NUMBER: _ClassVar[int]
    QUERY_KEY_FIELD_NUMBER: _ClassVar[int]
    TICKET_STATE_FIELD_NUMBER: _ClassVar[int]
    SECTIONS_FIELD_NUMBER: _ClassVar[int]
    REQUEST_KEY_FIELD_NUMBER: _ClassVar[int]
    REQUEST_FIELD_NUMBER: _ClassVar[int]
    FOUND_FIELD_NUMBER: _ClassVar[int]
    stamp: _options_pb2.Stamp
    reason_key: str
    action: str
    outcome: str
    error: str
    agent_id: str
    partner_id: str
    acting_organization_id: str
    roles: _containers.RepeatedScalarFieldContainer[str]
    act: _containers.RepeatedScalarFieldContainer[str]
    organization_id: str
    user_id: str
    subjects: _containers.RepeatedScalarFieldContainer[str]
    ticket: str
    reason: str
    consent_id: str
    view_id: str
    sign_in_id: str
    request_id: str
    trace_id: str
    query: str
    shown: _containers.RepeatedScalarFieldContainer[str]
    answer_digest: str
    positions: _containers.RepeatedScalarFieldContainer[str]
    writer: str
    number: int
    occurred_at: _timestamp_pb2.Timestamp
    method: str
    service: str
    query_key: str
    ticket_state: str
    sections: _containers.RepeatedScalarFieldContainer[str]
    request_key: str
    request: str
    found: str
    def __init__(self, stamp: _Optional[_Union[_options_pb2.Stamp, _Mapping]] = ..., reason_key: _Optional[str] = ..., action: _Optional[str] = ..., outcome: _Optional[str] = ..., error: _Optional[str] = ..., agent_id: _Optional[str] = ..., partner_id: _Optional[str] = ..., acting_organization_id: _Optional[str] = ..., roles: _Optional[_Iterable[str]] = ..., act: _Optional[_Iterable[str]] = ..., organization_id: _Optional[str] = ..., user_id: _Optional[str] = ..., subjects: _Optional[_Iterable[str]] = ..., ticket: _Optional[str] = ..., reason: _Optional[str] = ..., consent_id: _Optional[str] = ..., view_id: _Optional[str] = ..., sign_in_id: _Optional[str] = ..., request_id: _Optional[str] = ..., trace_id: _Optional[str] = ..., query: _Optional[str] = ..., shown: _Optional[_Iterable[str]] = ..., answer_digest: _Optional[str] = ..., positions: _Optional[_Iterable[str]] = ..., writer: _Optional[str] = ..., number: _Optional[int] = ..., occurred_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., method: _Optional[str] = ..., service: _Optional[str] = ..., query_key: _Optional[str] = ..., ticket_state: _Optional[str] = ..., sections: _Optional[_Iterable[str]] = ..., request_key: _Optional[str] = ..., request: _Optional[str] = ..., found: _Optional[str] = ...) -> None: ...

class CallsWithoutTokenRefused(_message.Message):
    __slots__ = ("stamp", "peer", "count", "reasons", "minute", "service")
    STAMP_FIELD_NUMBER: _ClassVar[int]
    PEER_FIELD_NUMBER: _ClassVar[int]
    COUNT_FIELD_NUMBER: _ClassVar[int]
    REASONS_FIELD_NUMBER: _ClassVar[int]
    MINUTE_FIELD_NUMBER: _ClassVar[int]
    SERVICE_FIELD_NUMBER: _ClassVar[int]
    stamp: _options_pb2.Stamp
    peer: str
    count: int
    reasons: _containers.RepeatedScalarFieldContainer[str]
    minute: _timestamp_pb2.Timestamp
    service: str
    def __init__(self, stamp: _Optional[_Union[_options_pb2.Stamp, _Mapping]] = ..., peer: _Optional[str] = ..., count: _Optional[int] = ..., reasons: _Optional[_Iterable[str]] = ..., minute: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., service: _Optional[str] = ...) -> None: ...

class RequestAnswered(_message.Message):
    __slots__ = ("stamp", "payload_digest", "answer")
    STAMP_FIELD_NUMBER: _ClassVar[int]
    PAYLOAD_DIGEST_FIELD_NUMBER: _ClassVar[int]
    ANSWER_FIELD_NUMBER: _ClassVar[int]
    stamp: _options_pb2.Stamp
    payload_digest: str
    answer: str
    def __init__(self, stamp: _Optional[_Union[_options_pb2.Stamp, _Mapping]] = ..., payload_digest: _Optional[str] = ..., answer: _Optional[str] = ...) -> None: ...

class HeartbeatSigned(_message.Message):
    __slots__ = ("stamp", "service", "writer", "number", "at", "ended", "signature")
    STAMP_FIELD_NUMBER: _ClassVar[int]
    SERVICE_FIELD_NUMBER: _ClassVar[int]
    WRITER_FIELD_NUMBER: _ClassVar[int]
    NUMBER_FIELD_NUMBER: _ClassVar[int]
    AT_FIELD_NUMBER: _ClassVar[int]
    ENDED_FIELD_NUMBER: _ClassVar[int]
    SIGNATURE_FIELD_NUMBER: _ClassVar[int]
    stamp: _options_pb2.Stamp
    service: str
    writer: str
    number: int
    at: _timestamp_pb2.Timestamp
    ended: bool
    signature: str
    def __init__(self, stamp: _Optional[_Union[_options_pb2.Stamp, _Mapping]] = ..., service: _Optional[str] = ..., writer: _Optional[str] = ..., number: _Optional[int] = ..., at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., ended: _Optional[bool] = ..., signature: _Optional[str] = ...) -> None: ...

class AlarmRaised(_message.Message):
    __slots__ = ("stamp", "kind", "service", "writer", "first", "last", "noticed_at")
    STAMP_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    SERVICE_FIELD_NUMBER: _ClassVar[int]
    WRITER_FIELD_NUMBER: _ClassVar[int]
    FIRST_FIELD_NUMBER: _ClassVar[int]
    LAST_FIELD_NUMBER: _ClassVar[int]
    NOTICED_AT_FIELD_NUMBER: _ClassVar[int]
    stamp: _options_pb2.Stamp
    kind: str
    service: str
    writer: str
    first: int
    last: int
    noticed_at: _timestamp_pb2.Timestamp
    def __init__(self, stamp: _Optional[_Union[_options_pb2.Stamp, _Mapping]] = ..., kind: _Optional[str] = ..., service: _Optional[str] = ..., writer: _Optional[str] = ..., first: _Optional[int] = ..., last: _Optional[int] = ..., noticed_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class SessionQueued(_message.Message):
    __slots__ = ("stamp", "session_id", "agent_id", "partner_id", "started_at", "ended_at", "score", "reasons")
    STAMP_FIELD_NUMBER: _ClassVar[int]
    SESSION_ID_FIELD_NUMBER: _ClassVar[int]
    AGENT_ID_FIELD_NUMBER: _ClassVar[int]
    PARTNER_ID_FIELD_NUMBER: _ClassVar[int]
    STARTED_AT_FIELD_NUMBER: _ClassVar[int]
    ENDED_AT_FIELD_NUMBER: _ClassVar[int]
    SCORE_FIELD_NUMBER: _ClassVar[int]
    REASONS_FIELD_NUMBER: _ClassVar[int]
    stamp: _options_pb2.Stamp
    session_id: str
    agent_id: str
    partner_id: str
    started_at: _timestamp_pb2.Timestamp
    ended_at: _timestamp_pb2.Timestamp
    score: int
    reasons: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, stamp: _Optional[_Union[_options_pb2.Stamp, _Mapping]] = ..., session_id: _Optional[str] = ..., agent_id: _Optional[str] = ..., partner_id: _Optional[str] = ..., started_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., ended_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., score: _Optional[int] = ..., reasons: _Optional[_Iterable[str]] = ...) -> None: ...

class SessionApproved(_message.Message):
    __slots__ = ("stamp", "session_id", "decided_by", "note_key", "note")
    STAMP_FIELD_NUMBER: _ClassVar[int]
    SESSION_ID_FIELD_NUMBER: _ClassVar[int]
    DECIDED_BY_FIELD_NUMBER: _ClassVar[int]
    NOTE_KEY_FIELD_NUMBER: _ClassVar[int]
    NOTE_FIELD_NUMBER: _ClassVar[int]
    stamp: _options_pb2.Stamp
    session_id: str
    decided_by: str
    note_key: str
    note: str
    def __init__(self, stamp: _Optional[_Union[_options_pb2.Stamp, _Mapping]] = ..., session_id: _Optional[str] = ..., decided_by: _Optional[str] = ..., note_key: _Optional[str] = ..., note: _Optional[str] = ...) -> None: ...

class SessionFlagged(_message.Message):
    __slots__ = ("stamp", "session_id", "decided_by", "note_key", "note")
    STAMP_FIELD_NUMBER: _ClassVar[int]
    SESSION_ID_FIELD_NUMBER: _ClassVar[int]
    DECIDED_BY_FIELD_NUMBER: _ClassVar[int]
    NOTE_KEY_FIELD_NUMBER: _ClassVar[int]
    NOTE_FIELD_NUMBER: _ClassVar[int]
    stamp: _options_pb2.Stamp
    session_id: str
    decided_by: str
    note_key: str
    note: str
    def __init__(self, stamp: _Optional[_Union[_options_pb2.Stamp, _Mapping]] = ..., session_id: _Optional[str] = ..., decided_by: _Optional[str] = ..., note_key: _Optional[str] = ..., note: _Optional[str] = ...) -> None: ...

class SessionReopened(_message.Message):
    __slots__ = ("stamp", "session_id", "decided_by", "note_key", "note")
    STAMP_FIELD_NUMBER: _ClassVar[int]
    SESSION_ID_FIELD_NUMBER: _ClassVar[int]
    DECIDED_BY_FIELD_NUMBER: _ClassVar[int]
    NOTE_KEY_FIELD_NUMBER: _ClassVar[int]
    NOTE_FIELD_NUMBER: _ClassVar[int]
    stamp: _options_pb2.Stamp
    session_id: str
    decided_by: str
    note_key: str
    note: str
    def __init__(self, stamp: _Optional[_Union[_options_pb2.Stamp, _Mapping]] = ..., session_id: _Optional[str] = ..., decided_by: _Optional[str] = ..., note_key: _Optional[str] = ..., note: _Optional[str] = ...) -> None: ...

class PersonMarked(_message.Message):
    __slots__ = ("stamp", "user_id", "partner_id", "marked_by")
    STAMP_FIELD_NUMBER: _ClassVar[int]
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    PARTNER_ID_FIELD_NUMBER: _ClassVar[int]
    MARKED_BY_FIELD_NUMBER: _ClassVar[int]
    stamp: _options_pb2.Stamp
    user_id: str
    partner_id: str
    marked_by: str
    def __init__(self, stamp: _Optional[_Union[_options_pb2.Stamp, _Mapping]] = ..., user_id: _Optional[str] = ..., partner_id: _Optional[str] = ..., marked_by: _Optional[str] = ...) -> None: ...

class PersonUnmarked(_message.Message):
    __slots__ = ("stamp", "user_id", "partner_id", "unmarked_by")
    STAMP_FIELD_NUMBER: _ClassVar[int]
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    PARTNER_ID_FIELD_NUMBER: _ClassVar[int]
    UNMARKED_BY_FIELD_NUMBER: _ClassVar[int]
    stamp: _options_pb2.Stamp
    user_id: str
    partner_id: str
    unmarked_by: str
    def __init__(self, stamp: _Optional[_Union[_options_pb2.Stamp, _Mapping]] = ..., user_id: _Optional[str] = ..., partner_id: _Optional[str] = ..., unmarked_by: _Optional[str] = ...) -> None: ...

class FeedWebhookSet(_message.Message):
    __slots__ = ("stamp", "organization_id", "webhook_id", "url", "partners_only", "from_index", "set_by")
    STAMP_FIELD_NUMBER: _ClassVar[int]
    ORGANIZATION_ID_FIELD_NUMBER: _ClassVar[int]
    WEBHOOK_ID_FIELD_NUMBER: _ClassVar[int]
    URL_FIELD_NUMBER: _ClassVar[int]
    PARTNERS_ONLY_FIELD_NUMBER: _ClassVar[int]
    FROM_INDEX_FIELD_NUMBER: _ClassVar[int]
    SET_BY_FIELD_NUMBER: _ClassVar[int]
    stamp: _options_pb2.Stamp
    organization_id: str
    webhook_id: str
    url: str
    partners_only: bool
    from_index: int
    set_by: str
    def __init__(self, stamp: _Optional[_Union[_options_pb2.Stamp, _Mapping]] = ..., organization_id: _Optional[str] = ..., webhook_id: _Optional[str] = ..., url: _Optional[str] = ..., partners_only: _Optional[bool] = ..., from_index: _Optional[int] = ..., set_by: _Optional[str] = ...) -> None: ...

class FeedWebhookKeyRotated(_message.Message):
    __slots__ = ("stamp", "organization_id", "generation", "rotated_by")
    STAMP_FIELD_NUMBER: _ClassVar[int]
    ORGANIZATION_ID_FIELD_NUMBER: _ClassVar[int]
    GENERATION_FIELD_NUMBER: _ClassVar[int]
    ROTATED_BY_FIELD_NUMBER: _ClassVar[int]
    stamp: _options_pb2.Stamp
    organization_id: str
    generation: int
    rotated_by: str
    def __init__(self, stamp: _Optional[_Union[_options_pb2.Stamp, _Mapping]] = ..., organization_id: _Optional[str] = ..., generation: _Optional[int] = ..., rotated_by: _Optional[str] = ...) -> None: ...

class FeedWebhookResumed(_message.Message):
    __slots__ = ("stamp", "organization_id", "from_index", "resumed_by")
    STAMP_FIELD_NUMBER: _ClassVar[int]
    ORGANIZATION_ID_FIELD_NUMBER: _ClassVar[int]
    FROM_INDEX_FIELD_NUMBER: _ClassVar[int]
    RESUMED_BY_FIELD_NUMBER: _ClassVar[int]
    stamp: _options_pb2.Stamp
    organization_id: str
    from_index: int
    resumed_by: str
    def __init__(self, stamp: _Optional[_Union[_options_pb2.Stamp, _Mapping]] = ..., organization_id: _Optional[str] = ..., from_index: _Optional[int] = ..., resumed_by: _Optional[str] = ...) -> None: ...

class FeedWebhookRemoved(_message.Message):
    __slots__ = ("stamp", "organization_id", "removed_by")
    STAMP_FIELD_NUMBER: _ClassVar[int]
    ORGANIZATION_ID_FIELD_NUMBER: _ClassVar[int]
    REMOVED_BY_FIELD_NUMBER: _ClassVar[int]
    stamp: _options_pb2.Stamp
    organization_id: str
    removed_by: str
    def __init__(self, stamp: _Optional[_Union[_options_pb2.Stamp, _Mapping]] = ..., organization_id: _Optional[str] = ..., removed_by: _Optional[str] = ...) -> None: ...

class ReadableExportMade(_message.Message):
    __slots__ = ("stamp", "export_id", "made_by", "partner_id", "made_at", "form", "filters", "size", "reissue_of", "holds")
    STAMP_FIELD_NUMBER: _ClassVar[int]
    EXPORT_ID_FIELD_NUMBER: _ClassVar[int]
    MADE_BY_FIELD_NUMBER: _ClassVar[int]
    PARTNER_ID_FIELD_NUMBER: _ClassVar[int]
    MADE_AT_FIELD_NUMBER: _ClassVar[int]
    FORM_FIELD_NUMBER: _ClassVar[int]
    FILTERS_FIELD_NUMBER: _ClassVar[int]
    SIZE_FIELD_NUMBER: _ClassVar[int]
    REISSUE_OF_FIELD_NUMBER: _ClassVar[int]
    HOLDS_FIELD_NUMBER: _ClassVar[int]
    stamp: _options_pb2.Stamp
    export_id: str
    made_by: str
    partner_id: str
    made_at: _timestamp_pb2.Timestamp
    form: str
    filters: _containers.RepeatedScalarFieldContainer[str]
    size: int
    reissue_of: str
    holds: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, stamp: _Optional[_Union[_options_pb2.Stamp, _Mapping]] = ..., export_id: _Optional[str] = ..., made_by: _Optional[str] = ..., partner_id: _Optional[str] = ..., made_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., form: _Optional[str] = ..., filters: _Optional[_Iterable[str]] = ..., size: _Optional[int] = ..., reissue_of: _Optional[str] = ..., holds: _Optional[_Iterable[str]] = ...) -> None: ...

class PersonFoundInExports(_message.Message):
    __slots__ = ("stamp", "user_id", "organization_id", "forgotten_at", "export_ids")
    STAMP_FIELD_NUMBER: _ClassVar[int]
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    ORGANIZATION_ID_FIELD_NUMBER: _ClassVar[int]
    FORGOTTEN_AT_FIELD_NUMBER: _ClassVar[int]
    EXPORT_IDS_FIELD_NUMBER: _ClassVar[int]
    stamp: _options_pb2.Stamp
    user_id: str
    organization_id: str
    forgotten_at: _timestamp_pb2.Timestamp
    export_ids: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, stamp: _Optional[_Union[_options_pb2.Stamp, _Mapping]] = ..., user_id: _Optional[str] = ..., organization_id: _Optional[str] = ..., forgotten_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., export_ids: _Optional[_Iterable[str]] = ...) -> None: ...
