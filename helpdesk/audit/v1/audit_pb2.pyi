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

class Order(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    ORDER_UNSPECIFIED: _ClassVar[Order]
    ORDER_NEWEST_FIRST: _ClassVar[Order]
    ORDER_OLDEST_FIRST: _ClassVar[Order]

class Outcome(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    OUTCOME_UNSPECIFIED: _ClassVar[Outcome]
    OUTCOME_DONE: _ClassVar[Outcome]
    OUTCOME_REFUSED: _ClassVar[Outcome]
    OUTCOME_FAILED: _ClassVar[Outcome]

class RecordKind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    RECORD_KIND_UNSPECIFIED: _ClassVar[RecordKind]
    RECORD_KIND_SUPPORT_ACTION: _ClassVar[RecordKind]
    RECORD_KIND_CALLS_WITHOUT_TOKEN: _ClassVar[RecordKind]

class ExportFormat(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    EXPORT_FORMAT_UNSPECIFIED: _ClassVar[ExportFormat]
    EXPORT_FORMAT_PROOFS: _ClassVar[ExportFormat]
    EXPORT_FORMAT_OCSF: _ClassVar[ExportFormat]
    EXPORT_FORMAT_CADF: _ClassVar[ExportFormat]
    EXPORT_FORMAT_CLOUDEVENTS: _ClassVar[ExportFormat]
    EXPORT_FORMAT_CSV: _ClassVar[ExportFormat]
ORDER_UNSPECIFIED: Order
ORDER_NEWEST_FIRST: Order
ORDER_OLDEST_FIRST: Order
OUTCOME_UNSPECIFIED: Outcome
OUTCOME_DONE: Outcome
OUTCOME_REFUSED: Outcome
OUTCOME_FAILED: Outcome
RECORD_KIND_UNSPECIFIED: RecordKind
RECORD_KIND_SUPPORT_ACTION: RecordKind
RECORD_KIND_CALLS_WITHOUT_TOKEN: RecordKind
EXPORT_FORMAT_UNSPECIFIED: ExportFormat
EXPORT_FORMAT_PROOFS: ExportFormat
EXPORT_FORMAT_OCSF: ExportFormat
EXPORT_FORMAT_CADF: ExportFormat
EXPORT_FORMAT_CLOUDEVENTS: ExportFormat
EXPORT_FORMAT_CSV: ExportFormat

class ActionFilter(_message.Message):
    __slots__ = ("agent_id", "partner_id", "action", "outcome", "ticket", "view_id", "sign_in_id", "session_id", "until", "service", "consent_id")
    AGENT_ID_FIELD_NUMBER: _ClassVar[int]
    PARTNER_ID_FIELD_NUMBER: _ClassVar[int]
    ACTION_FIELD_NUMBER: _ClassVar[int]
    OUTCOME_FIELD_NUMBER: _ClassVar[int]
    TICKET_FIELD_NUMBER: _ClassVar[int]
    VIEW_ID_FIELD_NUMBER: _ClassVar[int]
    SIGN_IN_ID_FIELD_NUMBER: _ClassVar[int]
    SESSION_ID_FIELD_NUMBER: _ClassVar[int]
    FROM_FIELD_NUMBER: _ClassVar[int]
    UNTIL_FIELD_NUMBER: _ClassVar[int]
    SERVICE_FIELD_NUMBER: _ClassVar[int]
    CONSENT_ID_FIELD_NUMBER: _ClassVar[int]
    agent_id: str
    partner_id: str
    action: str
    outcome: Outcome
    ticket: str
    view_id: str
    sign_in_id: str
    session_id: str
    until: _timestamp_pb2.Timestamp
    service: str
    consent_id: str
    def __init__(self, agent_id: _Optional[str] = ..., partner_id: _Optional[str] = ..., action: _Optional[str] = ..., outcome: _Optional[_Union[Outcome, str]] = ..., ticket: _Optional[str] = ..., view_id: _Optional[str] = ..., sign_in_id: _Optional[str] = ..., session_id: _Optional[str] = ..., until: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., service: _Optional[str] = ..., consent_id: _Optional[str] = ..., **kwargs) -> None: ...

class ActionRecord(_message.Message):
    __slots__ = ("record_id", "index", "kind", "source", "source_position", "action", "outcome", "error", "agent_id", "partner_id", "acting_organization_id", "roles", "act", "reason", "ticket", "request_id", "organization_id", "user_id", "subjects", "consent_id", "view_id", "sign_in_id", "session_id", "trace_id", "query", "shown", "answer_digest", "positions", "writer", "number", "occurred_at", "recorded_at", "method", "service", "count", "refusals", "ticket_state")
    RECORD_ID_FIELD_NUMBER: _ClassVar[int]
    INDEX_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    SOURCE_POSITION_FIELD_NUMBER: _ClassVar[int]
    ACTION_FIELD_NUMBER: _ClassVar[int]
    OUTCOME_FIELD_NUMBER: _ClassVar[int]
    ERROR_FIELD_NUMBER: _ClassVar[int]
    AGENT_ID_FIELD_NUMBER: _ClassVar[int]
    PARTNER_ID_FIELD_NUMBER: _ClassVar[int]
    ACTING_ORGANIZATION_ID_FIELD_NUMBER: _ClassVar[int]
    ROLES_FIELD_NUMBER: _ClassVar[int]
    ACT_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    TICKET_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    ORGANIZATION_ID_FIELD_NUMBER: _ClassVar[int]
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    SUBJECTS_FIELD_NUMBER: _ClassVar[int]
    CONSENT_ID_FIELD_NUMBER: _ClassVar[int]
    VIEW_ID_FIELD_NUMBER: _ClassVar[int]
    SIGN_IN_ID_FIELD_NUMBER: _ClassVar[int]
    SESSION_ID_FIELD_NUMBER: _ClassVar[int]
    TRACE_ID_FIELD_NUMBER: _ClassVar[int]
    QUERY_FIELD_NUMBER: _ClassVar[int]
    SHOWN_FIELD_NUMBER: _ClassVar[int]
    ANSWER_DIGEST_FIELD_NUMBER: _ClassVar[int]
    POSITIONS_FIELD_NUMBER: _ClassVar[int]
    WRITER_FIELD_NUMBER: _ClassVar[int]
    NUMBER_FIELD_NUMBER: _ClassVar[int]
    OCCURRED_AT_FIELD_NUMBER: _ClassVar[int]
    RECORDED_AT_FIELD_NUMBER: _ClassVar[int]
    METHOD_FIELD_NUMBER: _ClassVar[int]
    SERVICE_FIELD_NUMBER: _ClassVar[int]
    COUNT_FIELD_NUMBER: _ClassVar[int]
    REFUSALS_FIELD_NUMBER: _ClassVar[int]
    TICKET_STATE_FIELD_NUMBER: _ClassVar[int]
    record_id: str
    index: int
    kind: RecordKind
    source: str
    source_position: int
    action: str
    outcome: Outcome
    error: str
    agent_id: str
    partner_id: str
    acting_organization_id: str
    roles: _containers.RepeatedScalarFieldContainer[str]
    act: _containers.RepeatedScalarFieldContainer[str]
    reason: str
    ticket: str
    request_id: str
    organization_id: str
    user_id: str
    subjects: _containers.RepeatedScalarFieldContainer[str]
    consent_id: str
    view_id: str
    sign_in_id: str
    session_id: str
    trace_id: str
    query: str
    shown: _containers.RepeatedScalarFieldContainer[str]
    answer_digest: str
    positions: _containers.RepeatedScalarFieldContainer[str]
    writer: str
    number: int
    occurred_at: _timestamp_pb2.Timestamp
    recorded_at: _timestamp_pb2.Timestamp
    method: str
    service: str
    count: int
    refusals: _containers.RepeatedScalarFieldContainer[str]
    ticket_state: str
    def __init__(self, record_id: _Optional[str] = ..., index: _Optional[int] = ..., kind: _Optional[_Union[RecordKind, str]] = ..., source: _Optional[str] = ..., source_position: _Optional[int] = ..., action: _Optional[str] = ..., outcome: _Optional[_Union[Outcome, str]] = ..., error: _Optional[str] = ..., agent_id: _Optional[str] = ..., partner_id: _Optional[str] = ..., acting_organization_id: _Optional[str] = ..., roles: _Optional[_Iterable[str]] = ..., act: _Optional[_Iterable[str]] = ..., reason: _Optional[str] = ..., ticket: _Optional[str] = ..., request_id: _Optional[str] = ..., organization_id: _Optional[str] = ..., user_id: _Optional[str] = ..., subjects: _Optional[_Iterable[str]] = ..., consent_id: _Optional[str] = ..., view_id: _Optional[str] = ..., sign_in_id: _Optional[str] = ..., session_id: _Optional[str] = ..., trace_id: _Optional[str] = ..., query: _Optional[str] = ..., shown: _Optional[_Iterable[str]] = ..., answer_digest: _Optional[str] = ..., positions: _Optional[_Iterable[str]] = ..., writer: _Optional[str] = ..., number: _Optional[int] = ..., occurred_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., recorded_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., method: _Optional[str] = ..., service: _Optional[str] = ..., count: _Optional[int] = ..., refusals: _Optional[_Iterable[str]] = ..., ticket_state: _Optional[str] = ...) -> None: ...

class QueryActionsRequest(_message.Message):
    __slots__ = ("filter", "order", "organization_id", "user_id", "page_size", "page_token", "skip")
    FILTER_FIELD_NUMBER: _ClassVar[int]
    ORDER_FIELD_NUMBER: _ClassVar[int]
    ORGANIZATION_ID_FIELD_NUMBER: _ClassVar[int]
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    SKIP_FIELD_NUMBER: _ClassVar[int]
    filter: ActionFilter
    order: Order
    organization_id: str
    user_id: str
    page_size: int
    page_token: str
    skip: int
    def __init__(self, filter: _Optional[_Union[ActionFilter, _Mapping]] = ..., order: _Optional[_Union[Order, str]] = ..., organization_id: _Optional[str] = ..., user_id: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ..., skip: _Optional[int] = ...) -> None: ...

class QueryActionsResponse(_message.Message):
    __slots__ = ("records", "next_page_token")
    RECORDS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    records: _containers.RepeatedCompositeFieldContainer[ActionRecord]
    next_page_token: str
    def __init__(self, records: _Optional[_Iterable[_Union[ActionRecord, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class GetActionRequest(_message.Message):
    __slots__ = ("record_id",)
    RECORD_ID_FIELD_NUMBER: _ClassVar[int]
    record_id: str
    def __init__(self, record_id: _Optional[str] = ...) -> None: ...

class GetActionResponse(_message.Message):
    __slots__ = ("record", "proof")
    RECORD_FIELD_NUMBER: _ClassVar[int]
    PROOF_FIELD_NUMBER: _ClassVar[int]
    record: ActionRecord
    proof: InclusionProof
    def __init__(self, record: _Optional[_Union[ActionRecord, _Mapping]] = ..., proof: _Optional[_Union[InclusionProof, _Mapping]] = ...) -> None: ...

class InclusionProof(_message.Message):
    __slots__ = ("sealed", "leaf_hash", "index", "hashes", "checkpoint", "size")
    SEALED_FIELD_NUMBER: _ClassVar[int]
    LEAF_HASH_FIELD_NUMBER: _ClassVar[int]
    INDEX_FIELD_NUMBER: _ClassVar[int]
    HASHES_FIELD_NUMBER: _ClassVar[int]
    CHECKPOINT_FIELD_NUMBER: _ClassVar[int]
    SIZE_FIELD_NUMBER: _ClassVar[int]
    sealed: bytes
    leaf_hash: bytes
    index: int
    hashes: _containers.RepeatedScalarFieldContainer[bytes]
    checkpoint: str
    size: int
    def __init__(self, sealed: _Optional[bytes] = ..., leaf_hash: _Optional[bytes] = ..., index: _Optional[int] = ..., hashes: _Optional[_Iterable[bytes]] = ..., checkpoint: _Optional[str] = ..., size: _Optional[int] = ...) -> None: ...

class GetConsistencyProofRequest(_message.Message):
    __slots__ = ("old_size", "new_size")
    OLD_SIZE_FIELD_NUMBER: _ClassVar[int]
    NEW_SIZE_FIELD_NUMBER: _ClassVar[int]
    old_size: int
    new_size: int
    def __init__(self, old_size: _Optional[int] = ..., new_size: _Optional[int] = ...) -> None: ...

class GetConsistencyProofResponse(_message.Message):
    __slots__ = ("old_size", "new_size", "hashes", "old_checkpoint", "checkpoint")
    OLD_SIZE_FIELD_NUMBER: _ClassVar[int]
    NEW_SIZE_FIELD_NUMBER: _ClassVar[int]
    HASHES_FIELD_NUMBER: _ClassVar[int]
    OLD_CHECKPOINT_FIELD_NUMBER: _ClassVar[int]
    CHECKPOINT_FIELD_NUMBER: _ClassVar[int]
    old_size: int
    new_size: int
    hashes: _containers.RepeatedScalarFieldContainer[bytes]
    old_checkpoint: str
    checkpoint: str
    def __init__(self, old_size: _Optional[int] = ..., new_size: _Optional[int] = ..., hashes: _Optional[_Iterable[bytes]] = ..., old_checkpoint: _Optional[str] = ..., checkpoint: _Optional[str] = ...) -> None: ...

class GetActivityRequest(_message.Message):
    __slots__ = ("filter", "buckets", "organization_id", "user_id")
    FILTER_FIELD_NUMBER: _ClassVar[int]
    BUCKETS_FIELD_NUMBER: _ClassVar[int]
    ORGANIZATION_ID_FIELD_NUMBER: _ClassVar[int]
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    filter: ActionFilter
    buckets: int
    organization_id: str
    user_id: str
    def __init__(self, filter: _Optional[_Union[ActionFilter, _Mapping]] = ..., buckets: _Optional[int] = ..., organization_id: _Optional[str] = ..., user_id: _Optional[str] = ...) -> None: ...

class GetActivityResponse(_message.Message):
    __slots__ = ("buckets", "done", "refused", "failed", "until")
    BUCKETS_FIELD_NUMBER: _ClassVar[int]
    DONE_FIELD_NUMBER: _ClassVar[int]
    REFUSED_FIELD_NUMBER: _ClassVar[int]
    FAILED_FIELD_NUMBER: _ClassVar[int]
    FROM_FIELD_NUMBER: _ClassVar[int]
    UNTIL_FIELD_NUMBER: _ClassVar[int]
    buckets: _containers.RepeatedCompositeFieldContainer[ActivityBucket]
    done: int
    refused: int
    failed: int
    until: _timestamp_pb2.Timestamp
    def __init__(self, buckets: _Optional[_Iterable[_Union[ActivityBucket, _Mapping]]] = ..., done: _Optional[int] = ..., refused: _Optional[int] = ..., failed: _Optional[int] = ..., until: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., **kwargs) -> None: ...

class ActivityBucket(_message.Message):
    __slots__ = ("start", "done", "refused", "failed")
    START_FIELD_NUMBER: _ClassVar[int]
    DONE_FIELD_NUMBER: _ClassVar[int]
    REFUSED_FIELD_NUMBER: _ClassVar[int]
    FAILED_FIELD_NUMBER: _ClassVar[int]
    start: _timestamp_pb2.Timestamp
    done: int
    refused: int
    failed: int
    def __init__(self, start: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., done: _Optional[int] = ..., refused: _Optional[int] = ..., failed: _Optional[int] = ...) -> None: ...

class ListSessionsRequest(_message.Message):
    __slots__ = ("agent_id", "partner_id", "organization_id", "until", "page_size", "page_token", "session_id")
    AGENT_ID_FIELD_NUMBER: _ClassVar[int]
    PARTNER_ID_FIELD_NUMBER: _ClassVar[int]
    ORGANIZATION_ID_FIELD_NUMBER: _ClassVar[int]
    FROM_FIELD_NUMBER: _ClassVar[int]
    UNTIL_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    SESSION_ID_FIELD_NUMBER: _ClassVar[int]
    agent_id: str
    partner_id: str
    organization_id: str
    until: _timestamp_pb2.Timestamp
    page_size: int
    page_token: str
    session_id: str
    def __init__(self, agent_id: _Optional[str] = ..., partner_id: _Optional[str] = ..., organization_id: _Optional[str] = ..., until: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ..., session_id: _Optional[str] = ..., **kwargs) -> None: ...

class ListSessionsResponse(_message.Message):
    __slots__ = ("sessions", "next_page_token")
    SESSIONS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    sessions: _containers.RepeatedCompositeFieldContainer[Session]
    next_page_token: str
    def __init__(self, sessions: _Optional[_Iterable[_Union[Session, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class Session(_message.Message):
    __slots__ = ("session_id", "agent_id", "partner_id", "sign_in_id", "started_at", "ended_at", "done", "refused", "failed", "tickets", "organization_ids", "view_ids")
    SESSION_ID_FIELD_NUMBER: _ClassVar[int]
    AGENT_ID_FIELD_NUMBER: _ClassVar[int]
    PARTNER_ID_FIELD_NUMBER: _ClassVar[int]
    SIGN_IN_ID_FIELD_NUMBER: _ClassVar[int]
    STARTED_AT_FIELD_NUMBER: _ClassVar[int]
    ENDED_AT_FIELD_NUMBER: _ClassVar[int]
    DONE_FIELD_NUMBER: _ClassVar[int]
    REFUSED_FIELD_NUMBER: _ClassVar[int]
    FAILED_FIELD_NUMBER: _ClassVar[int]
    TICKETS_FIELD_NUMBER: _ClassVar[int]
    ORGANIZATION_IDS_FIELD_NUMBER: _ClassVar[int]
    VIEW_IDS_FIELD_NUMBER: _ClassVar[int]
    session_id: str
    agent_id: str
    partner_id: str
    sign_in_id: str
    started_at: _timestamp_pb2.Timestamp
    ended_at: _timestamp_pb2.Timestamp
    done: int
    refused: int
    failed: int
    tickets: _containers.RepeatedScalarFieldContainer[str]
    organization_ids: _containers.RepeatedScalarFieldContainer[str]
    view_ids: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, session_id: _Optional[str] = ..., agent_id: _Optional[str] = ..., partner_id: _Optional[str] = ..., sign_in_id: _Optional[str] = ..., started_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., ended_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., done: _Optional[int] = ..., refused: _Optional[int] = ..., failed: _Optional[int] = ..., tickets: _Optional[_Iterable[str]] = ..., organization_ids: _Optional[_Iterable[str]] = ..., view_ids: _Optional[_Iterable[str]] = ...) -> None: ...

class GetCheckpointRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class GetCheckpointResponse(_message.Message):
    __slots__ = ("checkpoint", "records", "age_seconds", "complete", "complete_to", "sources", "writers", "recent", "verifier_key", "verification", "alarms", "unsigned_seconds")
    CHECKPOINT_FIELD_NUMBER: _ClassVar[int]
    RECORDS_FIELD_NUMBER: _ClassVar[int]
    AGE_SECONDS_FIELD_NUMBER: _ClassVar[int]
    COMPLETE_FIELD_NUMBER: _ClassVar[int]
    COMPLETE_TO_FIELD_NUMBER: _ClassVar[int]
    SOURCES_FIELD_NUMBER: _ClassVar[int]
    WRITERS_FIELD_NUMBER: _ClassVar[int]
    RECENT_FIELD_NUMBER: _ClassVar[int]
    VERIFIER_KEY_FIELD_NUMBER: _ClassVar[int]
    VERIFICATION_FIELD_NUMBER: _ClassVar[int]
    ALARMS_FIELD_NUMBER: _ClassVar[int]
    UNSIGNED_SECONDS_FIELD_NUMBER: _ClassVar[int]
    checkpoint: Checkpoint
    records: int
    age_seconds: float
    complete: bool
    complete_to: _timestamp_pb2.Timestamp
    sources: _containers.RepeatedCompositeFieldContainer[SourceStanding]
    writers: _containers.RepeatedCompositeFieldContainer[WriterStanding]
    recent: _containers.RepeatedCompositeFieldContainer[Checkpoint]
    verifier_key: str
    verification: Verification
    alarms: _containers.RepeatedCompositeFieldContainer[Alarm]
    unsigned_seconds: float
    def __init__(self, checkpoint: _Optional[_Union[Checkpoint, _Mapping]] = ..., records: _Optional[int] = ..., age_seconds: _Optional[float] = ..., complete: _Optional[bool] = ..., complete_to: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., sources: _Optional[_Iterable[_Union[SourceStanding, _Mapping]]] = ..., writers: _Optional[_Iterable[_Union[WriterStanding, _Mapping]]] = ..., recent: _Optional[_Iterable[_Union[Checkpoint, _Mapping]]] = ..., verifier_key: _Optional[str] = ..., verification: _Optional[_Union[Verification, _Mapping]] = ..., alarms: _Optional[_Iterable[_Union[Alarm, _Mapping]]] = ..., unsigned_seconds: _Optional[float] = ...) -> None: ...

class Checkpoint(_message.Message):
    __slots__ = ("note", "size", "root", "signed_at", "witnesses")
    NOTE_FIELD_NUMBER: _ClassVar[int]
    SIZE_FIELD_NUMBER: _ClassVar[int]
    ROOT_FIELD_NUMBER: _ClassVar[int]
    SIGNED_AT_FIELD_NUMBER: _ClassVar[int]
    WITNESSES_FIELD_NUMBER: _ClassVar[int]
    note: str
    size: int
    root: bytes
    signed_at: _timestamp_pb2.Timestamp
    witnesses: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, note: _Optional[str] = ..., size: _Optional[int] = ..., root: _Optional[bytes] = ..., signed_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., witnesses: _Optional[_Iterable[str]] = ...) -> None: ...

class SourceStanding(_message.Message):
    __slots__ = ("source", "consumed", "head", "records")
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    CONSUMED_FIELD_NUMBER: _ClassVar[int]
    HEAD_FIELD_NUMBER: _ClassVar[int]
    RECORDS_FIELD_NUMBER: _ClassVar[int]
    source: str
    consumed: int
    head: int
    records: int
    def __init__(self, source: _Optional[str] = ..., consumed: _Optional[int] = ..., head: _Optional[int] = ..., records: _Optional[int] = ...) -> None: ...

class WriterStanding(_message.Message):
    __slots__ = ("service", "writer", "head", "last_at", "missing", "doubled")
    SERVICE_FIELD_NUMBER: _ClassVar[int]
    WRITER_FIELD_NUMBER: _ClassVar[int]
    HEAD_FIELD_NUMBER: _ClassVar[int]
    LAST_AT_FIELD_NUMBER: _ClassVar[int]
    MISSING_FIELD_NUMBER: _ClassVar[int]
    DOUBLED_FIELD_NUMBER: _ClassVar[int]
    service: str
    writer: str
    head: int
    last_at: _timestamp_pb2.Timestamp
    missing: _containers.RepeatedCompositeFieldContainer[MissingNumbers]
    doubled: _containers.RepeatedScalarFieldContainer[int]
    def __init__(self, service: _Optional[str] = ..., writer: _Optional[str] = ..., head: _Optional[int] = ..., last_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., missing: _Optional[_Iterable[_Union[MissingNumbers, _Mapping]]] = ..., doubled: _Optional[_Iterable[int]] = ...) -> None: ...

class Alarm(_message.Message):
    __slots__ = ("kind", "service", "writer", "first", "last", "noticed_at", "sentence")
    KIND_FIELD_NUMBER: _ClassVar[int]
    SERVICE_FIELD_NUMBER: _ClassVar[int]
    WRITER_FIELD_NUMBER: _ClassVar[int]
    FIRST_FIELD_NUMBER: _ClassVar[int]
    LAST_FIELD_NUMBER: _ClassVar[int]
    NOTICED_AT_FIELD_NUMBER: _ClassVar[int]
    SENTENCE_FIELD_NUMBER: _ClassVar[int]
    kind: str
    service: str
    writer: str
    first: int
    last: int
    noticed_at: _timestamp_pb2.Timestamp
    sentence: str
    def __init__(self, kind: _Optional[str] = ..., service: _Optional[str] = ..., writer: _Optional[str] = ..., first: _Optional[int] = ..., last: _Optional[int] = ..., noticed_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., sentence: _Optional[str] = ...) -> None: ...

class MissingNumbers(_message.Message):
    __slots__ = ("first", "last", "since")
    FIRST_FIELD_NUMBER: _ClassVar[int]
    LAST_FIELD_NUMBER: _ClassVar[int]
    SINCE_FIELD_NUMBER: _ClassVar[int]
    first: int
    last: int
    since: _timestamp_pb2.Timestamp
    def __init__(self, first: _Optional[int] = ..., last: _Optional[int] = ..., since: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class Verification(_message.Message):
    __slots__ = ("verified_at", "records", "findings", "names_record", "first_index")
    VERIFIED_AT_FIELD_NUMBER: _ClassVar[int]
    RECORDS_FIELD_NUMBER: _ClassVar[int]
    FINDINGS_FIELD_NUMBER: _ClassVar[int]
    NAMES_RECORD_FIELD_NUMBER: _ClassVar[int]
    FIRST_INDEX_FIELD_NUMBER: _ClassVar[int]
    verified_at: _timestamp_pb2.Timestamp
    records: int
    findings: _containers.RepeatedScalarFieldContainer[str]
    names_record: bool
    first_index: int
    def __init__(self, verified_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., records: _Optional[int] = ..., findings: _Optional[_Iterable[str]] = ..., names_record: _Optional[bool] = ..., first_index: _Optional[int] = ...) -> None: ...

class SignCheckpointRequest(_message.Message):
    __slots__ = ("request_id",)
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    def __init__(self, request_id: _Optional[str] = ...) -> None: ...

class SignCheckpointResponse(_message.Message):
    __slots__ = ("checkpoint",)
    CHECKPOINT_FIELD_NUMBER: _ClassVar[int]
    checkpoint: Checkpoint
    def __init__(self, checkpoint: _Optional[_Union[Checkpoint, _Mapping]] = ...) -> None: ...

class ListOrganizationActivityRequest(_message.Message):
    __slots__ = ("partners_only", "organization_id", "until", "page_size", "page_token")
    PARTNERS_ONLY_FIELD_NUMBER: _ClassVar[int]
    ORGANIZATION_ID_FIELD_NUMBER: _ClassVar[int]
    FROM_FIELD_NUMBER: _ClassVar[int]
    UNTIL_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    partners_only: bool
    organization_id: str
    until: _timestamp_pb2.Timestamp
    page_size: int
    page_token: str
    def __init__(self, partners_only: _Optional[bool] = ..., organization_id: _Optional[str] = ..., until: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ..., **kwargs) -> None: ...

class ListOrganizationActivityResponse(_message.Message):
    __slots__ = ("activities", "next_page_token")
    ACTIVITIES_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    activities: _containers.RepeatedCompositeFieldContainer[OrganizationActivity]
    next_page_token: str
    def __init__(self, activities: _Optional[_Iterable[_Union[OrganizationActivity, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class WatchOrganizationActivityRequest(_message.Message):
    __slots__ = ("organization_id", "page_size")
    ORGANIZATION_ID_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    organization_id: str
    page_size: int
    def __init__(self, organization_id: _Optional[str] = ..., page_size: _Optional[int] = ...) -> None: ...

class WatchOrganizationActivityResponse(_message.Message):
    __slots__ = ("activities",)
    ACTIVITIES_FIELD_NUMBER: _ClassVar[int]
    activities: _containers.RepeatedCompositeFieldContainer[OrganizationActivity]
    def __init__(self, activities: _Optional[_Iterable[_Union[OrganizationActivity, _Mapping]]] = ...) -> None: ...

class OrganizationActivity(_message.Message):
    __slots__ = ("record_id", "index", "agent_id", "agent_name", "partner_id", "partner_name", "action", "outcome", "user_id", "occurred_at", "consent_id", "view_id", "error", "own", "reason", "ticket")
    RECORD_ID_FIELD_NUMBER: _ClassVar[int]
    INDEX_FIELD_NUMBER: _ClassVar[int]
    AGENT_ID_FIELD_NUMBER: _ClassVar[int]
    AGENT_NAME_FIELD_NUMBER: _ClassVar[int]
    PARTNER_ID_FIELD_NUMBER: _ClassVar[int]
    PARTNER_NAME_FIELD_NUMBER: _ClassVar[int]
    ACTION_FIELD_NUMBER: _ClassVar[int]
    OUTCOME_FIELD_NUMBER: _ClassVar[int]
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    OCCURRED_AT_FIELD_NUMBER: _ClassVar[int]
    CONSENT_ID_FIELD_NUMBER: _ClassVar[int]
    VIEW_ID_FIELD_NUMBER: _ClassVar[int]
    ERROR_FIELD_NUMBER: _ClassVar[int]
    OWN_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    TICKET_FIELD_NUMBER: _ClassVar[int]
    record_id: str
    index: int
    agent_id: str
    agent_name: str
    partner_id: str
    partner_name: str
    action: str
    outcome: Outcome
    user_id: str
    occurred_at: _timestamp_pb2.Timestamp
    consent_id: str
    view_id: str
    error: str
    own: bool
    reason: str
    ticket: str
    def __init__(self, record_id: _Optional[str] = ..., index: _Optional[int] = ..., agent_id: _Optional[str] = ..., agent_name: _Optional[str] = ..., partner_id: _Optional[str] = ..., partner_name: _Optional[str] = ..., action: _Optional[str] = ..., outcome: _Optional[_Union[Outcome, str]] = ..., user_id: _Optional[str] = ..., occurred_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., consent_id: _Optional[str] = ..., view_id: _Optional[str] = ..., error: _Optional[str] = ..., own: _Optional[bool] = ..., reason: _Optional[str] = ..., ticket: _Optional[str] = ...) -> None: ...

class TailActionsRequest(_message.Message):
    __slots__ = ("filter", "from_index", "seconds", "organization_id", "user_id", "with_standing")
    FILTER_FIELD_NUMBER: _ClassVar[int]
    FROM_INDEX_FIELD_NUMBER: _ClassVar[int]
    SECONDS_FIELD_NUMBER: _ClassVar[int]
    ORGANIZATION_ID_FIELD_NUMBER: _ClassVar[int]
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    WITH_STANDING_FIELD_NUMBER: _ClassVar[int]
    filter: ActionFilter
    from_index: int
    seconds: int
    organization_id: str
    user_id: str
    with_standing: bool
    def __init__(self, filter: _Optional[_Union[ActionFilter, _Mapping]] = ..., from_index: _Optional[int] = ..., seconds: _Optional[int] = ..., organization_id: _Optional[str] = ..., user_id: _Optional[str] = ..., with_standing: _Optional[bool] = ...) -> None: ...

class TailActionsResponse(_message.Message):
    __slots__ = ("records", "next_index", "standing")
    RECORDS_FIELD_NUMBER: _ClassVar[int]
    NEXT_INDEX_FIELD_NUMBER: _ClassVar[int]
    STANDING_FIELD_NUMBER: _ClassVar[int]
    records: _containers.RepeatedCompositeFieldContainer[ActionRecord]
    next_index: int
    standing: GetCheckpointResponse
    def __init__(self, records: _Optional[_Iterable[_Union[ActionRecord, _Mapping]]] = ..., next_index: _Optional[int] = ..., standing: _Optional[_Union[GetCheckpointResponse, _Mapping]] = ...) -> None: ...

class ExportRequest(_message.Message):
    __slots__ = ("filter", "organization_id", "user_id", "format")
    FILTER_FIELD_NUMBER: _ClassVar[int]
    ORGANIZATION_ID_FIELD_NUMBER: _ClassVar[int]
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    FORMAT_FIELD_NUMBER: _ClassVar[int]
    filter: ActionFilter
    organization_id: str
    user_id: str
    format: ExportFormat
    def __init__(self, filter: _Optional[_Union[ActionFilter, _Mapping]] = ..., organization_id: _Optional[str] = ..., user_id: _Optional[str] = ..., format: _Optional[_Union[ExportFormat, str]] = ...) -> None: ...

class ExportResponse(_message.Message):
    __slots__ = ("chunk", "last", "records")
    CHUNK_FIELD_NUMBER: _ClassVar[int]
    LAST_FIELD_NUMBER: _ClassVar[int]
    RECORDS_FIELD_NUMBER: _ClassVar[int]
    chunk: bytes
    last: bool
    records: int
    def __init__(self, chunk: _Optional[bytes] = ..., last: _Optional[bool] = ..., records: _Optional[int] = ...) -> None: ...
