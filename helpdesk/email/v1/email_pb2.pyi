import datetime

from google.protobuf import timestamp_pb2 as _timestamp_pb2
from helpdesk.email.v1 import caller_check_pb2 as _caller_check_pb2
from helpdesk.options.v1 import options_pb2 as _options_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class GetUserMailRequest(_message.Message):
    __slots__ = ("user_id", "page_size", "page_token", "address_index", "ticket")
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    ADDRESS_INDEX_FIELD_NUMBER: _ClassVar[int]
    TICKET_FIELD_NUMBER: _ClassVar[int]
    user_id: str
    page_size: int
    page_token: str
    address_index: int
    ticket: str
    def __init__(self, user_id: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ..., address_index: _Optional[int] = ..., ticket: _Optional[str] = ...) -> None: ...

class GetUserMailResponse(_message.Message):
    __slots__ = ("messages", "addresses", "next_page_token")
    MESSAGES_FIELD_NUMBER: _ClassVar[int]
    ADDRESSES_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    messages: _containers.RepeatedCompositeFieldContainer[MailMessage]
    addresses: _containers.RepeatedCompositeFieldContainer[MailAddress]
    next_page_token: str
    def __init__(self, messages: _Optional[_Iterable[_Union[MailMessage, _Mapping]]] = ..., addresses: _Optional[_Iterable[_Union[MailAddress, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class MailMessage(_message.Message):
    __slots__ = ("message_id", "kind", "address", "address_index", "state", "cause", "fault", "next_step", "entries", "has_evidence", "queued_at", "retry_at", "resend_allowed", "resend_refusal", "resent_as", "resend_of", "unproved")
    MESSAGE_ID_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    ADDRESS_FIELD_NUMBER: _ClassVar[int]
    ADDRESS_INDEX_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    CAUSE_FIELD_NUMBER: _ClassVar[int]
    FAULT_FIELD_NUMBER: _ClassVar[int]
    NEXT_STEP_FIELD_NUMBER: _ClassVar[int]
    ENTRIES_FIELD_NUMBER: _ClassVar[int]
    HAS_EVIDENCE_FIELD_NUMBER: _ClassVar[int]
    QUEUED_AT_FIELD_NUMBER: _ClassVar[int]
    RETRY_AT_FIELD_NUMBER: _ClassVar[int]
    RESEND_ALLOWED_FIELD_NUMBER: _ClassVar[int]
    RESEND_REFUSAL_FIELD_NUMBER: _ClassVar[int]
    RESENT_AS_FIELD_NUMBER: _ClassVar[int]
    RESEND_OF_FIELD_NUMBER: _ClassVar[int]
    UNPROVED_FIELD_NUMBER: _ClassVar[int]
    message_id: str
    kind: str
    address: str
    address_index: int
    state: str
    cause: str
    fault: str
    next_step: str
    entries: _containers.RepeatedCompositeFieldContainer[TimelineEntry]
    has_evidence: bool
    queued_at: _timestamp_pb2.Timestamp
    retry_at: _timestamp_pb2.Timestamp
    resend_allowed: bool
    resend_refusal: str
    resent_as: str
    resend_of: str
    unproved: bool
    def __init__(self, message_id: _Optional[str] = ..., kind: _Optional[str] = ..., address: _Optional[str] = ..., address_index: _Optional[int] = ..., state: _Optional[str] = ..., cause: _Optional[str] = ..., fault: _Optional[str] = ..., next_step: _Optional[str] = ..., entries: _Optional[_Iterable[_Union[TimelineEntry, _Mapping]]] = ..., has_evidence: _Optional[bool] = ..., queued_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., retry_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., resend_allowed: _Optional[bool] = ..., resend_refusal: _Optional[str] = ..., resent_as: _Optional[str] = ..., resend_of: _Optional[str] = ..., unproved: _Optional[bool] = ...) -> None: ...

class TimelineEntry(_message.Message):
    __slots__ = ("at", "what", "cause", "fault", "status", "reply_code", "diagnosis", "next_step", "message_id", "by")
    AT_FIELD_NUMBER: _ClassVar[int]
    WHAT_FIELD_NUMBER: _ClassVar[int]
    CAUSE_FIELD_NUMBER: _ClassVar[int]
    FAULT_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    REPLY_CODE_FIELD_NUMBER: _ClassVar[int]
    DIAGNOSIS_FIELD_NUMBER: _ClassVar[int]
    NEXT_STEP_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_ID_FIELD_NUMBER: _ClassVar[int]
    BY_FIELD_NUMBER: _ClassVar[int]
    at: _timestamp_pb2.Timestamp
    what: str
    cause: str
    fault: str
    status: str
    reply_code: str
    diagnosis: str
    next_step: str
    message_id: str
    by: str
    def __init__(self, at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., what: _Optional[str] = ..., cause: _Optional[str] = ..., fault: _Optional[str] = ..., status: _Optional[str] = ..., reply_code: _Optional[str] = ..., diagnosis: _Optional[str] = ..., next_step: _Optional[str] = ..., message_id: _Optional[str] = ..., by: _Optional[str] = ...) -> None: ...

class MailAddress(_message.Message):
    __slots__ = ("index", "address", "blocked", "since", "block", "cause", "fault", "evidence_message_id", "removals", "most_removals", "removal_allowed", "removal_refusal", "next_step", "on_probation", "removed_at", "blocked_again", "locked_until", "ways", "expires_at", "provider_state", "provider_retry_at", "ground", "locked", "entries")
    INDEX_FIELD_NUMBER: _ClassVar[int]
    ADDRESS_FIELD_NUMBER: _ClassVar[int]
    BLOCKED_FIELD_NUMBER: _ClassVar[int]
    SINCE_FIELD_NUMBER: _ClassVar[int]
    BLOCK_FIELD_NUMBER: _ClassVar[int]
    CAUSE_FIELD_NUMBER: _ClassVar[int]
    FAULT_FIELD_NUMBER: _ClassVar[int]
    EVIDENCE_MESSAGE_ID_FIELD_NUMBER: _ClassVar[int]
    REMOVALS_FIELD_NUMBER: _ClassVar[int]
    MOST_REMOVALS_FIELD_NUMBER: _ClassVar[int]
    REMOVAL_ALLOWED_FIELD_NUMBER: _ClassVar[int]
    REMOVAL_REFUSAL_FIELD_NUMBER: _ClassVar[int]
    NEXT_STEP_FIELD_NUMBER: _ClassVar[int]
    ON_PROBATION_FIELD_NUMBER: _ClassVar[int]
    REMOVED_AT_FIELD_NUMBER: _ClassVar[int]
    BLOCKED_AGAIN_FIELD_NUMBER: _ClassVar[int]
    LOCKED_UNTIL_FIELD_NUMBER: _ClassVar[int]
    WAYS_FIELD_NUMBER: _ClassVar[int]
    EXPIRES_AT_FIELD_NUMBER: _ClassVar[int]
    PROVIDER_STATE_FIELD_NUMBER: _ClassVar[int]
    PROVIDER_RETRY_AT_FIELD_NUMBER: _ClassVar[int]
    GROUND_FIELD_NUMBER: _ClassVar[int]
    LOCKED_FIELD_NUMBER: _ClassVar[int]
    ENTRIES_FIELD_NUMBER: _ClassVar[int]
    index: int
    address: str
    blocked: bool
    since: _timestamp_pb2.Timestamp
    block: str
    cause: str
    fault: str
    evidence_message_id: str
    removals: int
    most_removals: int
    removal_allowed: bool
    removal_refusal: str
    next_step: str
    on_probation: bool
    removed_at: _timestamp_pb2.Timestamp
    blocked_again: bool
    locked_until: _timestamp_pb2.Timestamp
    ways: _containers.RepeatedCompositeFieldContainer[RemovalWay]
    expires_at: _timestamp_pb2.Timestamp
    provider_state: str
    provider_retry_at: _timestamp_pb2.Timestamp
    ground: str
    locked: bool
    entries: _containers.RepeatedCompositeFieldContainer[TimelineEntry]
    def __init__(self, index: _Optional[int] = ..., address: _Optional[str] = ..., blocked: _Optional[bool] = ..., since: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., block: _Optional[str] = ..., cause: _Optional[str] = ..., fault: _Optional[str] = ..., evidence_message_id: _Optional[str] = ..., removals: _Optional[int] = ..., most_removals: _Optional[int] = ..., removal_allowed: _Optional[bool] = ..., removal_refusal: _Optional[str] = ..., next_step: _Optional[str] = ..., on_probation: _Optional[bool] = ..., removed_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., blocked_again: _Optional[bool] = ..., locked_until: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., ways: _Optional[_Iterable[_Union[RemovalWay, _Mapping]]] = ..., expires_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., provider_state: _Optional[str] = ..., provider_retry_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., ground: _Optional[str] = ..., locked: _Optional[bool] = ..., entries: _Optional[_Iterable[_Union[TimelineEntry, _Mapping]]] = ...) -> None: ...

class RemovalWay(_message.Message):
    __slots__ = ("name", "state")
    NAME_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    name: str
    state: str
    def __init__(self, name: _Optional[str] = ..., state: _Optional[str] = ...) -> None: ...

class GetEvidenceRequest(_message.Message):
    __slots__ = ("user_id", "message_id", "ticket")
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_ID_FIELD_NUMBER: _ClassVar[int]
    TICKET_FIELD_NUMBER: _ClassVar[int]
    user_id: str
    message_id: str
    ticket: str
    def __init__(self, user_id: _Optional[str] = ..., message_id: _Optional[str] = ..., ticket: _Optional[str] = ...) -> None: ...

class GetEvidenceResponse(_message.Message):
    __slots__ = ("evidence",)
    EVIDENCE_FIELD_NUMBER: _ClassVar[int]
    evidence: _containers.RepeatedCompositeFieldContainer[Evidence]
    def __init__(self, evidence: _Optional[_Iterable[_Union[Evidence, _Mapping]]] = ...) -> None: ...

class Evidence(_message.Message):
    __slots__ = ("at", "kind", "cause", "fault", "status", "reply_code", "diagnosis", "reporting_mta", "remote_mta", "raw", "cut")
    AT_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    CAUSE_FIELD_NUMBER: _ClassVar[int]
    FAULT_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    REPLY_CODE_FIELD_NUMBER: _ClassVar[int]
    DIAGNOSIS_FIELD_NUMBER: _ClassVar[int]
    REPORTING_MTA_FIELD_NUMBER: _ClassVar[int]
    REMOTE_MTA_FIELD_NUMBER: _ClassVar[int]
    RAW_FIELD_NUMBER: _ClassVar[int]
    CUT_FIELD_NUMBER: _ClassVar[int]
    at: _timestamp_pb2.Timestamp
    kind: str
    cause: str
    fault: str
    status: str
    reply_code: str
    diagnosis: str
    reporting_mta: str
    remote_mta: str
    raw: str
    cut: bool
    def __init__(self, at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., kind: _Optional[str] = ..., cause: _Optional[str] = ..., fault: _Optional[str] = ..., status: _Optional[str] = ..., reply_code: _Optional[str] = ..., diagnosis: _Optional[str] = ..., reporting_mta: _Optional[str] = ..., remote_mta: _Optional[str] = ..., raw: _Optional[str] = ..., cut: _Optional[bool] = ...) -> None: ...

class RemoveAddressFromBlocklistRequest(_message.Message):
    __slots__ = ("user_id", "address_index", "reason", "ticket", "request_id")
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    ADDRESS_INDEX_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    TICKET_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    user_id: str
    address_index: int
    reason: str
    ticket: str
    request_id: str
    def __init__(self, user_id: _Optional[str] = ..., address_index: _Optional[int] = ..., reason: _Optional[str] = ..., ticket: _Optional[str] = ..., request_id: _Optional[str] = ...) -> None: ...

class RemoveAddressFromBlocklistResponse(_message.Message):
    __slots__ = ("removals", "most_removals", "ground")
    REMOVALS_FIELD_NUMBER: _ClassVar[int]
    MOST_REMOVALS_FIELD_NUMBER: _ClassVar[int]
    GROUND_FIELD_NUMBER: _ClassVar[int]
    removals: int
    most_removals: int
    ground: str
    def __init__(self, removals: _Optional[int] = ..., most_removals: _Optional[int] = ..., ground: _Optional[str] = ...) -> None: ...

class ResendMessageRequest(_message.Message):
    __slots__ = ("user_id", "message_id", "kind", "address_index", "language", "reason", "ticket", "request_id")
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_ID_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    ADDRESS_INDEX_FIELD_NUMBER: _ClassVar[int]
    LANGUAGE_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    TICKET_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    user_id: str
    message_id: str
    kind: str
    address_index: int
    language: str
    reason: str
    ticket: str
    request_id: str
    def __init__(self, user_id: _Optional[str] = ..., message_id: _Optional[str] = ..., kind: _Optional[str] = ..., address_index: _Optional[int] = ..., language: _Optional[str] = ..., reason: _Optional[str] = ..., ticket: _Optional[str] = ..., request_id: _Optional[str] = ...) -> None: ...

class ResendMessageResponse(_message.Message):
    __slots__ = ("message_id",)
    MESSAGE_ID_FIELD_NUMBER: _ClassVar[int]
    message_id: str
    def __init__(self, message_id: _Optional[str] = ...) -> None: ...

class SendMessageRequest(_message.Message):
    __slots__ = ("user_id", "template", "request_id")
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    TEMPLATE_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    user_id: str
    template: str
    request_id: str
    def __init__(self, user_id: _Optional[str] = ..., template: _Optional[str] = ..., request_id: _Optional[str] = ...) -> None: ...

class SendMessageResponse(_message.Message):
    __slots__ = ("message_id",)
    MESSAGE_ID_FIELD_NUMBER: _ClassVar[int]
    message_id: str
    def __init__(self, message_id: _Optional[str] = ...) -> None: ...

class WatchUserMailRequest(_message.Message):
    __slots__ = ("user_id", "address_index", "ticket")
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    ADDRESS_INDEX_FIELD_NUMBER: _ClassVar[int]
    TICKET_FIELD_NUMBER: _ClassVar[int]
    user_id: str
    address_index: int
    ticket: str
    def __init__(self, user_id: _Optional[str] = ..., address_index: _Optional[int] = ..., ticket: _Optional[str] = ...) -> None: ...

class WatchUserMailResponse(_message.Message):
    __slots__ = ("messages", "addresses", "check")
    MESSAGES_FIELD_NUMBER: _ClassVar[int]
    ADDRESSES_FIELD_NUMBER: _ClassVar[int]
    CHECK_FIELD_NUMBER: _ClassVar[int]
    messages: _containers.RepeatedCompositeFieldContainer[MailMessage]
    addresses: _containers.RepeatedCompositeFieldContainer[MailAddress]
    check: _caller_check_pb2.CallerCheck
    def __init__(self, messages: _Optional[_Iterable[_Union[MailMessage, _Mapping]]] = ..., addresses: _Optional[_Iterable[_Union[MailAddress, _Mapping]]] = ..., check: _Optional[_Union[_caller_check_pb2.CallerCheck, _Mapping]] = ...) -> None: ...
