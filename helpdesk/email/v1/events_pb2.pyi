import datetime

from google.protobuf import timestamp_pb2 as _timestamp_pb2
from helpdesk.options.v1 import options_pb2 as _options_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class MessageQueued(_message.Message):
    __slots__ = ("stamp", "message_id", "person_id", "user_id", "organization_id", "kind", "address", "address_digest", "display_name", "language", "organization_name", "partner_name", "ticket", "requested_by", "check_id", "resend_of", "consent_id", "notice_id", "link", "partner_id")
    STAMP_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_ID_FIELD_NUMBER: _ClassVar[int]
    PERSON_ID_FIELD_NUMBER: _ClassVar[int]
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    ORGANIZATION_ID_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    ADDRESS_FIELD_NUMBER: _ClassVar[int]
    ADDRESS_DIGEST_FIELD_NUMBER: _ClassVar[int]
    DISPLAY_NAME_FIELD_NUMBER: _ClassVar[int]
    LANGUAGE_FIELD_NUMBER: _ClassVar[int]
    ORGANIZATION_NAME_FIELD_NUMBER: _ClassVar[int]
    PARTNER_NAME_FIELD_NUMBER: _ClassVar[int]
    TICKET_FIELD_NUMBER: _ClassVar[int]
    REQUESTED_BY_FIELD_NUMBER: _ClassVar[int]
    CHECK_ID_FIELD_NUMBER: _ClassVar[int]
    RESEND_OF_FIELD_NUMBER: _ClassVar[int]
    CONSENT_ID_FIELD_NUMBER: _ClassVar[int]
    NOTICE_ID_FIELD_NUMBER: _ClassVar[int]
    LINK_FIELD_NUMBER: _ClassVar[int]
    PARTNER_ID_FIELD_NUMBER: _ClassVar[int]
    stamp: _options_pb2.Stamp
    message_id: str
    person_id: str
    user_id: str
    organization_id: str
    kind: str
    address: str
    address_digest: str
    display_name: str
    language: str
    organization_name: str
    partner_name: str
    ticket: str
    requested_by: str
    check_id: str
    resend_of: str
    consent_id: str
    notice_id: str
    link: str
    partner_id: str
    def __init__(self, stamp: _Optional[_Union[_options_pb2.Stamp, _Mapping]] = ..., message_id: _Optional[str] = ..., person_id: _Optional[str] = ..., user_id: _Optional[str] = ..., organization_id: _Optional[str] = ..., kind: _Optional[str] = ..., address: _Optional[str] = ..., address_digest: _Optional[str] = ..., display_name: _Optional[str] = ..., language: _Optional[str] = ..., organization_name: _Optional[str] = ..., partner_name: _Optional[str] = ..., ticket: _Optional[str] = ..., requested_by: _Optional[str] = ..., check_id: _Optional[str] = ..., resend_of: _Optional[str] = ..., consent_id: _Optional[str] = ..., notice_id: _Optional[str] = ..., link: _Optional[str] = ..., partner_id: _Optional[str] = ...) -> None: ...

class MessageDiscovered(_message.Message):
    __slots__ = ("stamp", "message_id", "person_id", "user_id", "organization_id", "address", "address_digest", "report_id", "unproved")
    STAMP_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_ID_FIELD_NUMBER: _ClassVar[int]
    PERSON_ID_FIELD_NUMBER: _ClassVar[int]
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    ORGANIZATION_ID_FIELD_NUMBER: _ClassVar[int]
    ADDRESS_FIELD_NUMBER: _ClassVar[int]
    ADDRESS_DIGEST_FIELD_NUMBER: _ClassVar[int]
    REPORT_ID_FIELD_NUMBER: _ClassVar[int]
    UNPROVED_FIELD_NUMBER: _ClassVar[int]
    stamp: _options_pb2.Stamp
    message_id: str
    person_id: str
    user_id: str
    organization_id: str
    address: str
    address_digest: str
    report_id: str
    unproved: bool
    def __init__(self, stamp: _Optional[_Union[_options_pb2.Stamp, _Mapping]] = ..., message_id: _Optional[str] = ..., person_id: _Optional[str] = ..., user_id: _Optional[str] = ..., organization_id: _Optional[str] = ..., address: _Optional[str] = ..., address_digest: _Optional[str] = ..., report_id: _Optional[str] = ..., unproved: _Optional[bool] = ...) -> None: ...

class MessageSent(_message.Message):
    __slots__ = ("stamp", "message_id", "reply_code", "attempt")
    STAMP_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_ID_FIELD_NUMBER: _ClassVar[int]
    REPLY_CODE_FIELD_NUMBER: _ClassVar[int]
    ATTEMPT_FIELD_NUMBER: _ClassVar[int]
    stamp: _options_pb2.Stamp
    message_id: str
    reply_code: str
    attempt: int
    def __init__(self, stamp: _Optional[_Union[_options_pb2.Stamp, _Mapping]] = ..., message_id: _Optional[str] = ..., reply_code: _Optional[str] = ..., attempt: _Optional[int] = ...) -> None: ...

class MessageDelivered(_message.Message):
    __slots__ = ("stamp", "message_id", "by", "report_id")
    STAMP_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_ID_FIELD_NUMBER: _ClassVar[int]
    BY_FIELD_NUMBER: _ClassVar[int]
    REPORT_ID_FIELD_NUMBER: _ClassVar[int]
    stamp: _options_pb2.Stamp
    message_id: str
    by: str
    report_id: str
    def __init__(self, stamp: _Optional[_Union[_options_pb2.Stamp, _Mapping]] = ..., message_id: _Optional[str] = ..., by: _Optional[str] = ..., report_id: _Optional[str] = ...) -> None: ...

class MessageDelayed(_message.Message):
    __slots__ = ("stamp", "message_id", "person_id", "cause", "fault", "status", "reply_code", "diagnosis", "attempt", "retry_at", "report_id")
    STAMP_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_ID_FIELD_NUMBER: _ClassVar[int]
    PERSON_ID_FIELD_NUMBER: _ClassVar[int]
    CAUSE_FIELD_NUMBER: _ClassVar[int]
    FAULT_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    REPLY_CODE_FIELD_NUMBER: _ClassVar[int]
    DIAGNOSIS_FIELD_NUMBER: _ClassVar[int]
    ATTEMPT_FIELD_NUMBER: _ClassVar[int]
    RETRY_AT_FIELD_NUMBER: _ClassVar[int]
    REPORT_ID_FIELD_NUMBER: _ClassVar[int]
    stamp: _options_pb2.Stamp
    message_id: str
    person_id: str
    cause: str
    fault: str
    status: str
    reply_code: str
    diagnosis: str
    attempt: int
    retry_at: _timestamp_pb2.Timestamp
    report_id: str
    def __init__(self, stamp: _Optional[_Union[_options_pb2.Stamp, _Mapping]] = ..., message_id: _Optional[str] = ..., person_id: _Optional[str] = ..., cause: _Optional[str] = ..., fault: _Optional[str] = ..., status: _Optional[str] = ..., reply_code: _Optional[str] = ..., diagnosis: _Optional[str] = ..., attempt: _Optional[int] = ..., retry_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., report_id: _Optional[str] = ...) -> None: ...

class MessageBounced(_message.Message):
    __slots__ = ("stamp", "message_id", "person_id", "cause", "fault", "status", "reply_code", "diagnosis", "remote_mta", "permanent", "report_id")
    STAMP_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_ID_FIELD_NUMBER: _ClassVar[int]
    PERSON_ID_FIELD_NUMBER: _ClassVar[int]
    CAUSE_FIELD_NUMBER: _ClassVar[int]
    FAULT_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    REPLY_CODE_FIELD_NUMBER: _ClassVar[int]
    DIAGNOSIS_FIELD_NUMBER: _ClassVar[int]
    REMOTE_MTA_FIELD_NUMBER: _ClassVar[int]
    PERMANENT_FIELD_NUMBER: _ClassVar[int]
    REPORT_ID_FIELD_NUMBER: _ClassVar[int]
    stamp: _options_pb2.Stamp
    message_id: str
    person_id: str
    cause: str
    fault: str
    status: str
    reply_code: str
    diagnosis: str
    remote_mta: str
    permanent: bool
    report_id: str
    def __init__(self, stamp: _Optional[_Union[_options_pb2.Stamp, _Mapping]] = ..., message_id: _Optional[str] = ..., person_id: _Optional[str] = ..., cause: _Optional[str] = ..., fault: _Optional[str] = ..., status: _Optional[str] = ..., reply_code: _Optional[str] = ..., diagnosis: _Optional[str] = ..., remote_mta: _Optional[str] = ..., permanent: _Optional[bool] = ..., report_id: _Optional[str] = ...) -> None: ...

class MessageComplained(_message.Message):
    __slots__ = ("stamp", "message_id", "feedback_type", "report_id")
    STAMP_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_ID_FIELD_NUMBER: _ClassVar[int]
    FEEDBACK_TYPE_FIELD_NUMBER: _ClassVar[int]
    REPORT_ID_FIELD_NUMBER: _ClassVar[int]
    stamp: _options_pb2.Stamp
    message_id: str
    feedback_type: str
    report_id: str
    def __init__(self, stamp: _Optional[_Union[_options_pb2.Stamp, _Mapping]] = ..., message_id: _Optional[str] = ..., feedback_type: _Optional[str] = ..., report_id: _Optional[str] = ...) -> None: ...

class MessageSuppressed(_message.Message):
    __slots__ = ("stamp", "message_id", "cause")
    STAMP_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_ID_FIELD_NUMBER: _ClassVar[int]
    CAUSE_FIELD_NUMBER: _ClassVar[int]
    stamp: _options_pb2.Stamp
    message_id: str
    cause: str
    def __init__(self, stamp: _Optional[_Union[_options_pb2.Stamp, _Mapping]] = ..., message_id: _Optional[str] = ..., cause: _Optional[str] = ...) -> None: ...

class MessageResent(_message.Message):
    __slots__ = ("stamp", "message_id", "resent_as")
    STAMP_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_ID_FIELD_NUMBER: _ClassVar[int]
    RESENT_AS_FIELD_NUMBER: _ClassVar[int]
    stamp: _options_pb2.Stamp
    message_id: str
    resent_as: str
    def __init__(self, stamp: _Optional[_Union[_options_pb2.Stamp, _Mapping]] = ..., message_id: _Optional[str] = ..., resent_as: _Optional[str] = ...) -> None: ...

class AddressBounced(_message.Message):
    __slots__ = ("stamp", "address_digest", "message_id", "cause", "fault", "permanent", "for_good")
    STAMP_FIELD_NUMBER: _ClassVar[int]
    ADDRESS_DIGEST_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_ID_FIELD_NUMBER: _ClassVar[int]
    CAUSE_FIELD_NUMBER: _ClassVar[int]
    FAULT_FIELD_NUMBER: _ClassVar[int]
    PERMANENT_FIELD_NUMBER: _ClassVar[int]
    FOR_GOOD_FIELD_NUMBER: _ClassVar[int]
    stamp: _options_pb2.Stamp
    address_digest: str
    message_id: str
    cause: str
    fault: str
    permanent: bool
    for_good: bool
    def __init__(self, stamp: _Optional[_Union[_options_pb2.Stamp, _Mapping]] = ..., address_digest: _Optional[str] = ..., message_id: _Optional[str] = ..., cause: _Optional[str] = ..., fault: _Optional[str] = ..., permanent: _Optional[bool] = ..., for_good: _Optional[bool] = ...) -> None: ...

class AddressBlocked(_message.Message):
    __slots__ = ("stamp", "address_digest", "person_id", "address", "block", "cause", "fault", "message_id", "again", "expires_at", "provider")
    STAMP_FIELD_NUMBER: _ClassVar[int]
    ADDRESS_DIGEST_FIELD_NUMBER: _ClassVar[int]
    PERSON_ID_FIELD_NUMBER: _ClassVar[int]
    ADDRESS_FIELD_NUMBER: _ClassVar[int]
    BLOCK_FIELD_NUMBER: _ClassVar[int]
    CAUSE_FIELD_NUMBER: _ClassVar[int]
    FAULT_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_ID_FIELD_NUMBER: _ClassVar[int]
    AGAIN_FIELD_NUMBER: _ClassVar[int]
    EXPIRES_AT_FIELD_NUMBER: _ClassVar[int]
    PROVIDER_FIELD_NUMBER: _ClassVar[int]
    stamp: _options_pb2.Stamp
    address_digest: str
    person_id: str
    address: str
    block: str
    cause: str
    fault: str
    message_id: str
    again: bool
    expires_at: _timestamp_pb2.Timestamp
    provider: str
    def __init__(self, stamp: _Optional[_Union[_options_pb2.Stamp, _Mapping]] = ..., address_digest: _Optional[str] = ..., person_id: _Optional[str] = ..., address: _Optional[str] = ..., block: _Optional[str] = ..., cause: _Optional[str] = ..., fault: _Optional[str] = ..., message_id: _Optional[str] = ..., again: _Optional[bool] = ..., expires_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., provider: _Optional[str] = ...) -> None: ...

class AddressRemovedFromBlocklist(_message.Message):
    __slots__ = ("stamp", "address_digest", "person_id", "address", "user_id", "removed_by", "partner_id", "reason", "ticket", "block", "message_id", "removal_id", "ground", "check_id")
    STAMP_FIELD_NUMBER: _ClassVar[int]
    ADDRESS_DIGEST_FIELD_NUMBER: _ClassVar[int]
    PERSON_ID_FIELD_NUMBER: _ClassVar[int]
    ADDRESS_FIELD_NUMBER: _ClassVar[int]
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    REMOVED_BY_FIELD_NUMBER: _ClassVar[int]
    PARTNER_ID_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    TICKET_FIELD_NUMBER: _ClassVar[int]
    BLOCK_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_ID_FIELD_NUMBER: _ClassVar[int]
    REMOVAL_ID_FIELD_NUMBER: _ClassVar[int]
    GROUND_FIELD_NUMBER: _ClassVar[int]
    CHECK_ID_FIELD_NUMBER: _ClassVar[int]
    stamp: _options_pb2.Stamp
    address_digest: str
    person_id: str
    address: str
    user_id: str
    removed_by: str
    partner_id: str
    reason: str
    ticket: str
    block: str
    message_id: str
    removal_id: str
    ground: str
    check_id: str
    def __init__(self, stamp: _Optional[_Union[_options_pb2.Stamp, _Mapping]] = ..., address_digest: _Optional[str] = ..., person_id: _Optional[str] = ..., address: _Optional[str] = ..., user_id: _Optional[str] = ..., removed_by: _Optional[str] = ..., partner_id: _Optional[str] = ..., reason: _Optional[str] = ..., ticket: _Optional[str] = ..., block: _Optional[str] = ..., message_id: _Optional[str] = ..., removal_id: _Optional[str] = ..., ground: _Optional[str] = ..., check_id: _Optional[str] = ...) -> None: ...

class AddressProbationPassed(_message.Message):
    __slots__ = ("stamp", "address_digest", "message_id")
    STAMP_FIELD_NUMBER: _ClassVar[int]
    ADDRESS_DIGEST_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_ID_FIELD_NUMBER: _ClassVar[int]
    stamp: _options_pb2.Stamp
    address_digest: str
    message_id: str
    def __init__(self, stamp: _Optional[_Union[_options_pb2.Stamp, _Mapping]] = ..., address_digest: _Optional[str] = ..., message_id: _Optional[str] = ...) -> None: ...

class AddressProbationFailed(_message.Message):
    __slots__ = ("stamp", "address_digest", "message_id", "cause")
    STAMP_FIELD_NUMBER: _ClassVar[int]
    ADDRESS_DIGEST_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_ID_FIELD_NUMBER: _ClassVar[int]
    CAUSE_FIELD_NUMBER: _ClassVar[int]
    stamp: _options_pb2.Stamp
    address_digest: str
    message_id: str
    cause: str
    def __init__(self, stamp: _Optional[_Union[_options_pb2.Stamp, _Mapping]] = ..., address_digest: _Optional[str] = ..., message_id: _Optional[str] = ..., cause: _Optional[str] = ...) -> None: ...

class MailReportTaken(_message.Message):
    __slots__ = ("stamp", "report_id", "report_key", "kind", "raw", "cut", "reporting_mta", "person_ids", "message_ids")
    STAMP_FIELD_NUMBER: _ClassVar[int]
    REPORT_ID_FIELD_NUMBER: _ClassVar[int]
    REPORT_KEY_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    RAW_FIELD_NUMBER: _ClassVar[int]
    CUT_FIELD_NUMBER: _ClassVar[int]
    REPORTING_MTA_FIELD_NUMBER: _ClassVar[int]
    PERSON_IDS_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_IDS_FIELD_NUMBER: _ClassVar[int]
    stamp: _options_pb2.Stamp
    report_id: str
    report_key: str
    kind: str
    raw: str
    cut: bool
    reporting_mta: str
    person_ids: _containers.RepeatedScalarFieldContainer[str]
    message_ids: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, stamp: _Optional[_Union[_options_pb2.Stamp, _Mapping]] = ..., report_id: _Optional[str] = ..., report_key: _Optional[str] = ..., kind: _Optional[str] = ..., raw: _Optional[str] = ..., cut: _Optional[bool] = ..., reporting_mta: _Optional[str] = ..., person_ids: _Optional[_Iterable[str]] = ..., message_ids: _Optional[_Iterable[str]] = ...) -> None: ...

class CallerCheckStarted(_message.Message):
    __slots__ = ("stamp", "check_id", "agent_id", "partner_id", "user_id", "organization_id", "ticket", "address", "address_digest", "message_id", "code_digest", "code_key", "code", "expires_at", "agent_name", "partner_name", "phrase", "link", "link_digest")
    STAMP_FIELD_NUMBER: _ClassVar[int]
    CHECK_ID_FIELD_NUMBER: _ClassVar[int]
    AGENT_ID_FIELD_NUMBER: _ClassVar[int]
    PARTNER_ID_FIELD_NUMBER: _ClassVar[int]
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    ORGANIZATION_ID_FIELD_NUMBER: _ClassVar[int]
    TICKET_FIELD_NUMBER: _ClassVar[int]
    ADDRESS_FIELD_NUMBER: _ClassVar[int]
    ADDRESS_DIGEST_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_ID_FIELD_NUMBER: _ClassVar[int]
    CODE_DIGEST_FIELD_NUMBER: _ClassVar[int]
    CODE_KEY_FIELD_NUMBER: _ClassVar[int]
    CODE_FIELD_NUMBER: _ClassVar[int]
    EXPIRES_AT_FIELD_NUMBER: _ClassVar[int]
    AGENT_NAME_FIELD_NUMBER: _ClassVar[int]
    PARTNER_NAME_FIELD_NUMBER: _ClassVar[int]
    PHRASE_FIELD_NUMBER: _ClassVar[int]
    LINK_FIELD_NUMBER: _ClassVar[int]
    LINK_DIGEST_FIELD_NUMBER: _ClassVar[int]
    stamp: _options_pb2.Stamp
    check_id: str
    agent_id: str
    partner_id: str
    user_id: str
    organization_id: str
    ticket: str
    address: str
    address_digest: str
    message_id: str
    code_digest: str
    code_key: str
    code: str
    expires_at: _timestamp_pb2.Timestamp
    agent_name: str
    partner_name: str
    phrase: str
    link: str
    link_digest: str
    def __init__(self, stamp: _Optional[_Union[_options_pb2.Stamp, _Mapping]] = ..., check_id: _Optional[str] = ..., agent_id: _Optional[str] = ..., partner_id: _Optional[str] = ..., user_id: _Optional[str] = ..., organization_id: _Optional[str] = ..., ticket: _Optional[str] = ..., address: _Optional[str] = ..., address_digest: _Optional[str] = ..., message_id: _Optional[str] = ..., code_digest: _Optional[str] = ..., code_key: _Optional[str] = ..., code: _Optional[str] = ..., expires_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., agent_name: _Optional[str] = ..., partner_name: _Optional[str] = ..., phrase: _Optional[str] = ..., link: _Optional[str] = ..., link_digest: _Optional[str] = ...) -> None: ...

class CodeUndeliverable(_message.Message):
    __slots__ = ("stamp", "check_id", "cause", "fault", "blocked")
    STAMP_FIELD_NUMBER: _ClassVar[int]
    CHECK_ID_FIELD_NUMBER: _ClassVar[int]
    CAUSE_FIELD_NUMBER: _ClassVar[int]
    FAULT_FIELD_NUMBER: _ClassVar[int]
    BLOCKED_FIELD_NUMBER: _ClassVar[int]
    stamp: _options_pb2.Stamp
    check_id: str
    cause: str
    fault: str
    blocked: bool
    def __init__(self, stamp: _Optional[_Union[_options_pb2.Stamp, _Mapping]] = ..., check_id: _Optional[str] = ..., cause: _Optional[str] = ..., fault: _Optional[str] = ..., blocked: _Optional[bool] = ...) -> None: ...

class CodeRejected(_message.Message):
    __slots__ = ("stamp", "check_id")
    STAMP_FIELD_NUMBER: _ClassVar[int]
    CHECK_ID_FIELD_NUMBER: _ClassVar[int]
    stamp: _options_pb2.Stamp
    check_id: str
    def __init__(self, stamp: _Optional[_Union[_options_pb2.Stamp, _Mapping]] = ..., check_id: _Optional[str] = ...) -> None: ...

class CallerCheckLocked(_message.Message):
    __slots__ = ("stamp", "check_id")
    STAMP_FIELD_NUMBER: _ClassVar[int]
    CHECK_ID_FIELD_NUMBER: _ClassVar[int]
    stamp: _options_pb2.Stamp
    check_id: str
    def __init__(self, stamp: _Optional[_Union[_options_pb2.Stamp, _Mapping]] = ..., check_id: _Optional[str] = ...) -> None: ...

class MailboxPossessionProved(_message.Message):
    __slots__ = ("stamp", "check_id", "agent_id", "user_id", "ticket", "by")
    STAMP_FIELD_NUMBER: _ClassVar[int]
    CHECK_ID_FIELD_NUMBER: _ClassVar[int]
    AGENT_ID_FIELD_NUMBER: _ClassVar[int]
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    TICKET_FIELD_NUMBER: _ClassVar[int]
    BY_FIELD_NUMBER: _ClassVar[int]
    stamp: _options_pb2.Stamp
    check_id: str
    agent_id: str
    user_id: str
    ticket: str
    by: str
    def __init__(self, stamp: _Optional[_Union[_options_pb2.Stamp, _Mapping]] = ..., check_id: _Optional[str] = ..., agent_id: _Optional[str] = ..., user_id: _Optional[str] = ..., ticket: _Optional[str] = ..., by: _Optional[str] = ...) -> None: ...

class CallerCheckExpired(_message.Message):
    __slots__ = ("stamp", "check_id")
    STAMP_FIELD_NUMBER: _ClassVar[int]
    CHECK_ID_FIELD_NUMBER: _ClassVar[int]
    stamp: _options_pb2.Stamp
    check_id: str
    def __init__(self, stamp: _Optional[_Union[_options_pb2.Stamp, _Mapping]] = ..., check_id: _Optional[str] = ...) -> None: ...

class CallerCheckReplaced(_message.Message):
    __slots__ = ("stamp", "check_id", "replaced_by")
    STAMP_FIELD_NUMBER: _ClassVar[int]
    CHECK_ID_FIELD_NUMBER: _ClassVar[int]
    REPLACED_BY_FIELD_NUMBER: _ClassVar[int]
    stamp: _options_pb2.Stamp
    check_id: str
    replaced_by: str
    def __init__(self, stamp: _Optional[_Union[_options_pb2.Stamp, _Mapping]] = ..., check_id: _Optional[str] = ..., replaced_by: _Optional[str] = ...) -> None: ...

class SendCounted(_message.Message):
    __slots__ = ("stamp", "limit", "message_id")
    STAMP_FIELD_NUMBER: _ClassVar[int]
    LIMIT_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_ID_FIELD_NUMBER: _ClassVar[int]
    stamp: _options_pb2.Stamp
    limit: str
    message_id: str
    def __init__(self, stamp: _Optional[_Union[_options_pb2.Stamp, _Mapping]] = ..., limit: _Optional[str] = ..., message_id: _Optional[str] = ...) -> None: ...

class TryCounted(_message.Message):
    __slots__ = ("stamp", "limit", "check_id")
    STAMP_FIELD_NUMBER: _ClassVar[int]
    LIMIT_FIELD_NUMBER: _ClassVar[int]
    CHECK_ID_FIELD_NUMBER: _ClassVar[int]
    stamp: _options_pb2.Stamp
    limit: str
    check_id: str
    def __init__(self, stamp: _Optional[_Union[_options_pb2.Stamp, _Mapping]] = ..., limit: _Optional[str] = ..., check_id: _Optional[str] = ...) -> None: ...

class RecipientNoted(_message.Message):
    __slots__ = ("stamp", "user_id", "home_id", "is_admin", "active", "display_name", "address")
    STAMP_FIELD_NUMBER: _ClassVar[int]
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    HOME_ID_FIELD_NUMBER: _ClassVar[int]
    IS_ADMIN_FIELD_NUMBER: _ClassVar[int]
    ACTIVE_FIELD_NUMBER: _ClassVar[int]
    DISPLAY_NAME_FIELD_NUMBER: _ClassVar[int]
    ADDRESS_FIELD_NUMBER: _ClassVar[int]
    stamp: _options_pb2.Stamp
    user_id: str
    home_id: str
    is_admin: bool
    active: bool
    display_name: str
    address: str
    def __init__(self, stamp: _Optional[_Union[_options_pb2.Stamp, _Mapping]] = ..., user_id: _Optional[str] = ..., home_id: _Optional[str] = ..., is_admin: _Optional[bool] = ..., active: _Optional[bool] = ..., display_name: _Optional[str] = ..., address: _Optional[str] = ...) -> None: ...

class NoticesBegun(_message.Message):
    __slots__ = ("stamp", "begun")
    STAMP_FIELD_NUMBER: _ClassVar[int]
    BEGUN_FIELD_NUMBER: _ClassVar[int]
    stamp: _options_pb2.Stamp
    begun: _timestamp_pb2.Timestamp
    def __init__(self, stamp: _Optional[_Union[_options_pb2.Stamp, _Mapping]] = ..., begun: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class RecipientRoleNoted(_message.Message):
    __slots__ = ("stamp", "user_id", "partner_id", "held", "until")
    STAMP_FIELD_NUMBER: _ClassVar[int]
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    PARTNER_ID_FIELD_NUMBER: _ClassVar[int]
    HELD_FIELD_NUMBER: _ClassVar[int]
    UNTIL_FIELD_NUMBER: _ClassVar[int]
    stamp: _options_pb2.Stamp
    user_id: str
    partner_id: str
    held: bool
    until: _timestamp_pb2.Timestamp
    def __init__(self, stamp: _Optional[_Union[_options_pb2.Stamp, _Mapping]] = ..., user_id: _Optional[str] = ..., partner_id: _Optional[str] = ..., held: _Optional[bool] = ..., until: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class HomeNoted(_message.Message):
    __slots__ = ("stamp", "home_id", "name", "language", "partner_ids", "is_partner")
    STAMP_FIELD_NUMBER: _ClassVar[int]
    HOME_ID_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    LANGUAGE_FIELD_NUMBER: _ClassVar[int]
    PARTNER_IDS_FIELD_NUMBER: _ClassVar[int]
    IS_PARTNER_FIELD_NUMBER: _ClassVar[int]
    stamp: _options_pb2.Stamp
    home_id: str
    name: str
    language: str
    partner_ids: _containers.RepeatedScalarFieldContainer[str]
    is_partner: bool
    def __init__(self, stamp: _Optional[_Union[_options_pb2.Stamp, _Mapping]] = ..., home_id: _Optional[str] = ..., name: _Optional[str] = ..., language: _Optional[str] = ..., partner_ids: _Optional[_Iterable[str]] = ..., is_partner: _Optional[bool] = ...) -> None: ...

class NoticeWritten(_message.Message):
    __slots__ = ("stamp", "notice_id", "change", "access_id", "organization_id", "partner_id", "agent_id", "sections", "begins", "ends", "days", "ticket", "organization_name", "partner_name", "minutes", "agent_name", "reason")
    STAMP_FIELD_NUMBER: _ClassVar[int]
    NOTICE_ID_FIELD_NUMBER: _ClassVar[int]
    CHANGE_FIELD_NUMBER: _ClassVar[int]
    ACCESS_ID_FIELD_NUMBER: _ClassVar[int]
    ORGANIZATION_ID_FIELD_NUMBER: _ClassVar[int]
    PARTNER_ID_FIELD_NUMBER: _ClassVar[int]
    AGENT_ID_FIELD_NUMBER: _ClassVar[int]
    SECTIONS_FIELD_NUMBER: _ClassVar[int]
    BEGINS_FIELD_NUMBER: _ClassVar[int]
    ENDS_FIELD_NUMBER: _ClassVar[int]
    DAYS_FIELD_NUMBER: _ClassVar[int]
    TICKET_FIELD_NUMBER: _ClassVar[int]
    ORGANIZATION_NAME_FIELD_NUMBER: _ClassVar[int]
    PARTNER_NAME_FIELD_NUMBER: _ClassVar[int]
    MINUTES_FIELD_NUMBER: _ClassVar[int]
    AGENT_NAME_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    stamp: _options_pb2.Stamp
    notice_id: str
    change: str
    access_id: str
    organization_id: str
    partner_id: str
    agent_id: str
    sections: _containers.RepeatedScalarFieldContainer[str]
    begins: _timestamp_pb2.Timestamp
    ends: _timestamp_pb2.Timestamp
    days: int
    ticket: str
    organization_name: str
    partner_name: str
    minutes: int
    agent_name: str
    reason: str
    def __init__(self, stamp: _Optional[_Union[_options_pb2.Stamp, _Mapping]] = ..., notice_id: _Optional[str] = ..., change: _Optional[str] = ..., access_id: _Optional[str] = ..., organization_id: _Optional[str] = ..., partner_id: _Optional[str] = ..., agent_id: _Optional[str] = ..., sections: _Optional[_Iterable[str]] = ..., begins: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., ends: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., days: _Optional[int] = ..., ticket: _Optional[str] = ..., organization_name: _Optional[str] = ..., partner_name: _Optional[str] = ..., minutes: _Optional[int] = ..., agent_name: _Optional[str] = ..., reason: _Optional[str] = ...) -> None: ...

class WebhookEventReceived(_message.Message):
    __slots__ = ("stamp", "provider", "event_digest", "outcome", "seen_until")
    STAMP_FIELD_NUMBER: _ClassVar[int]
    PROVIDER_FIELD_NUMBER: _ClassVar[int]
    EVENT_DIGEST_FIELD_NUMBER: _ClassVar[int]
    OUTCOME_FIELD_NUMBER: _ClassVar[int]
    SEEN_UNTIL_FIELD_NUMBER: _ClassVar[int]
    stamp: _options_pb2.Stamp
    provider: str
    event_digest: str
    outcome: str
    seen_until: _timestamp_pb2.Timestamp
    def __init__(self, stamp: _Optional[_Union[_options_pb2.Stamp, _Mapping]] = ..., provider: _Optional[str] = ..., event_digest: _Optional[str] = ..., outcome: _Optional[str] = ..., seen_until: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class WebhookRefused(_message.Message):
    __slots__ = ("stamp", "provider", "reason", "count", "minute")
    STAMP_FIELD_NUMBER: _ClassVar[int]
    PROVIDER_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    COUNT_FIELD_NUMBER: _ClassVar[int]
    MINUTE_FIELD_NUMBER: _ClassVar[int]
    stamp: _options_pb2.Stamp
    provider: str
    reason: str
    count: int
    minute: _timestamp_pb2.Timestamp
    def __init__(self, stamp: _Optional[_Union[_options_pb2.Stamp, _Mapping]] = ..., provider: _Optional[str] = ..., reason: _Optional[str] = ..., count: _Optional[int] = ..., minute: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class CallerDenied(_message.Message):
    __slots__ = ("stamp", "check_id", "agent_id", "partner_id", "user_id", "organization_id", "ticket")
    STAMP_FIELD_NUMBER: _ClassVar[int]
    CHECK_ID_FIELD_NUMBER: _ClassVar[int]
    AGENT_ID_FIELD_NUMBER: _ClassVar[int]
    PARTNER_ID_FIELD_NUMBER: _ClassVar[int]
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    ORGANIZATION_ID_FIELD_NUMBER: _ClassVar[int]
    TICKET_FIELD_NUMBER: _ClassVar[int]
    stamp: _options_pb2.Stamp
    check_id: str
    agent_id: str
    partner_id: str
    user_id: str
    organization_id: str
    ticket: str
    def __init__(self, stamp: _Optional[_Union[_options_pb2.Stamp, _Mapping]] = ..., check_id: _Optional[str] = ..., agent_id: _Optional[str] = ..., partner_id: _Optional[str] = ..., user_id: _Optional[str] = ..., organization_id: _Optional[str] = ..., ticket: _Optional[str] = ...) -> None: ...

class CallerChecksStopped(_message.Message):
    __slots__ = ("stamp", "check_id", "agent_id", "partner_id", "user_id", "organization_id", "ticket")
    STAMP_FIELD_NUMBER: _ClassVar[int]
    CHECK_ID_FIELD_NUMBER: _ClassVar[int]
    AGENT_ID_FIELD_NUMBER: _ClassVar[int]
    PARTNER_ID_FIELD_NUMBER: _ClassVar[int]
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    ORGANIZATION_ID_FIELD_NUMBER: _ClassVar[int]
    TICKET_FIELD_NUMBER: _ClassVar[int]
    stamp: _options_pb2.Stamp
    check_id: str
    agent_id: str
    partner_id: str
    user_id: str
    organization_id: str
    ticket: str
    def __init__(self, stamp: _Optional[_Union[_options_pb2.Stamp, _Mapping]] = ..., check_id: _Optional[str] = ..., agent_id: _Optional[str] = ..., partner_id: _Optional[str] = ..., user_id: _Optional[str] = ..., organization_id: _Optional[str] = ..., ticket: _Optional[str] = ...) -> None: ...

class CallerChecksAllowed(_message.Message):
    __slots__ = ("stamp", "agent_id", "user_id", "allowed_by", "reason")
    STAMP_FIELD_NUMBER: _ClassVar[int]
    AGENT_ID_FIELD_NUMBER: _ClassVar[int]
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    ALLOWED_BY_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    stamp: _options_pb2.Stamp
    agent_id: str
    user_id: str
    allowed_by: str
    reason: str
    def __init__(self, stamp: _Optional[_Union[_options_pb2.Stamp, _Mapping]] = ..., agent_id: _Optional[str] = ..., user_id: _Optional[str] = ..., allowed_by: _Optional[str] = ..., reason: _Optional[str] = ...) -> None: ...

class VouchRequested(_message.Message):
    __slots__ = ("stamp", "check_id", "agent_id", "user_id", "organization_id", "ticket", "reason", "open_until")
    STAMP_FIELD_NUMBER: _ClassVar[int]
    CHECK_ID_FIELD_NUMBER: _ClassVar[int]
    AGENT_ID_FIELD_NUMBER: _ClassVar[int]
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    ORGANIZATION_ID_FIELD_NUMBER: _ClassVar[int]
    TICKET_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    OPEN_UNTIL_FIELD_NUMBER: _ClassVar[int]
    stamp: _options_pb2.Stamp
    check_id: str
    agent_id: str
    user_id: str
    organization_id: str
    ticket: str
    reason: str
    open_until: _timestamp_pb2.Timestamp
    def __init__(self, stamp: _Optional[_Union[_options_pb2.Stamp, _Mapping]] = ..., check_id: _Optional[str] = ..., agent_id: _Optional[str] = ..., user_id: _Optional[str] = ..., organization_id: _Optional[str] = ..., ticket: _Optional[str] = ..., reason: _Optional[str] = ..., open_until: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class CallerVouched(_message.Message):
    __slots__ = ("stamp", "check_id", "agent_id", "user_id", "organization_id", "ticket", "admin_id", "reason")
    STAMP_FIELD_NUMBER: _ClassVar[int]
    CHECK_ID_FIELD_NUMBER: _ClassVar[int]
    AGENT_ID_FIELD_NUMBER: _ClassVar[int]
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    ORGANIZATION_ID_FIELD_NUMBER: _ClassVar[int]
    TICKET_FIELD_NUMBER: _ClassVar[int]
    ADMIN_ID_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    stamp: _options_pb2.Stamp
    check_id: str
    agent_id: str
    user_id: str
    organization_id: str
    ticket: str
    admin_id: str
    reason: str
    def __init__(self, stamp: _Optional[_Union[_options_pb2.Stamp, _Mapping]] = ..., check_id: _Optional[str] = ..., agent_id: _Optional[str] = ..., user_id: _Optional[str] = ..., organization_id: _Optional[str] = ..., ticket: _Optional[str] = ..., admin_id: _Optional[str] = ..., reason: _Optional[str] = ...) -> None: ...

class VouchRefused(_message.Message):
    __slots__ = ("stamp", "check_id", "user_id", "organization_id", "admin_id", "reason")
    STAMP_FIELD_NUMBER: _ClassVar[int]
    CHECK_ID_FIELD_NUMBER: _ClassVar[int]
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    ORGANIZATION_ID_FIELD_NUMBER: _ClassVar[int]
    ADMIN_ID_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    stamp: _options_pb2.Stamp
    check_id: str
    user_id: str
    organization_id: str
    admin_id: str
    reason: str
    def __init__(self, stamp: _Optional[_Union[_options_pb2.Stamp, _Mapping]] = ..., check_id: _Optional[str] = ..., user_id: _Optional[str] = ..., organization_id: _Optional[str] = ..., admin_id: _Optional[str] = ..., reason: _Optional[str] = ...) -> None: ...

class AddressBlockExpired(_message.Message):
    __slots__ = ("stamp", "address_digest", "person_id", "address", "block", "message_id")
    STAMP_FIELD_NUMBER: _ClassVar[int]
    ADDRESS_DIGEST_FIELD_NUMBER: _ClassVar[int]
    PERSON_ID_FIELD_NUMBER: _ClassVar[int]
    ADDRESS_FIELD_NUMBER: _ClassVar[int]
    BLOCK_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_ID_FIELD_NUMBER: _ClassVar[int]
    stamp: _options_pb2.Stamp
    address_digest: str
    person_id: str
    address: str
    block: str
    message_id: str
    def __init__(self, stamp: _Optional[_Union[_options_pb2.Stamp, _Mapping]] = ..., address_digest: _Optional[str] = ..., person_id: _Optional[str] = ..., address: _Optional[str] = ..., block: _Optional[str] = ..., message_id: _Optional[str] = ...) -> None: ...

class AddressVouchedFor(_message.Message):
    __slots__ = ("stamp", "address_digest", "person_id", "user_id", "organization_id", "admin_id", "reason", "message_id")
    STAMP_FIELD_NUMBER: _ClassVar[int]
    ADDRESS_DIGEST_FIELD_NUMBER: _ClassVar[int]
    PERSON_ID_FIELD_NUMBER: _ClassVar[int]
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    ORGANIZATION_ID_FIELD_NUMBER: _ClassVar[int]
    ADMIN_ID_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_ID_FIELD_NUMBER: _ClassVar[int]
    stamp: _options_pb2.Stamp
    address_digest: str
    person_id: str
    user_id: str
    organization_id: str
    admin_id: str
    reason: str
    message_id: str
    def __init__(self, stamp: _Optional[_Union[_options_pb2.Stamp, _Mapping]] = ..., address_digest: _Optional[str] = ..., person_id: _Optional[str] = ..., user_id: _Optional[str] = ..., organization_id: _Optional[str] = ..., admin_id: _Optional[str] = ..., reason: _Optional[str] = ..., message_id: _Optional[str] = ...) -> None: ...

class RemovalLockLifted(_message.Message):
    __slots__ = ("stamp", "address_digest", "person_id", "user_id", "lifted_by", "partner_id", "reason", "message_id")
    STAMP_FIELD_NUMBER: _ClassVar[int]
    ADDRESS_DIGEST_FIELD_NUMBER: _ClassVar[int]
    PERSON_ID_FIELD_NUMBER: _ClassVar[int]
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    LIFTED_BY_FIELD_NUMBER: _ClassVar[int]
    PARTNER_ID_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_ID_FIELD_NUMBER: _ClassVar[int]
    stamp: _options_pb2.Stamp
    address_digest: str
    person_id: str
    user_id: str
    lifted_by: str
    partner_id: str
    reason: str
    message_id: str
    def __init__(self, stamp: _Optional[_Union[_options_pb2.Stamp, _Mapping]] = ..., address_digest: _Optional[str] = ..., person_id: _Optional[str] = ..., user_id: _Optional[str] = ..., lifted_by: _Optional[str] = ..., partner_id: _Optional[str] = ..., reason: _Optional[str] = ..., message_id: _Optional[str] = ...) -> None: ...

class MailConsentAsked(_message.Message):
    __slots__ = ("stamp", "consent_id", "person_id", "user_id", "organization_id", "address", "address_digest", "asked_by", "partner_id", "ticket", "message_id", "link_key", "link", "link_digest", "expires_at")
    STAMP_FIELD_NUMBER: _ClassVar[int]
    CONSENT_ID_FIELD_NUMBER: _ClassVar[int]
    PERSON_ID_FIELD_NUMBER: _ClassVar[int]
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    ORGANIZATION_ID_FIELD_NUMBER: _ClassVar[int]
    ADDRESS_FIELD_NUMBER: _ClassVar[int]
    ADDRESS_DIGEST_FIELD_NUMBER: _ClassVar[int]
    ASKED_BY_FIELD_NUMBER: _ClassVar[int]
    PARTNER_ID_FIELD_NUMBER: _ClassVar[int]
    TICKET_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_ID_FIELD_NUMBER: _ClassVar[int]
    LINK_KEY_FIELD_NUMBER: _ClassVar[int]
    LINK_FIELD_NUMBER: _ClassVar[int]
    LINK_DIGEST_FIELD_NUMBER: _ClassVar[int]
    EXPIRES_AT_FIELD_NUMBER: _ClassVar[int]
    stamp: _options_pb2.Stamp
    consent_id: str
    person_id: str
    user_id: str
    organization_id: str
    address: str
    address_digest: str
    asked_by: str
    partner_id: str
    ticket: str
    message_id: str
    link_key: str
    link: str
    link_digest: str
    expires_at: _timestamp_pb2.Timestamp
    def __init__(self, stamp: _Optional[_Union[_options_pb2.Stamp, _Mapping]] = ..., consent_id: _Optional[str] = ..., person_id: _Optional[str] = ..., user_id: _Optional[str] = ..., organization_id: _Optional[str] = ..., address: _Optional[str] = ..., address_digest: _Optional[str] = ..., asked_by: _Optional[str] = ..., partner_id: _Optional[str] = ..., ticket: _Optional[str] = ..., message_id: _Optional[str] = ..., link_key: _Optional[str] = ..., link: _Optional[str] = ..., link_digest: _Optional[str] = ..., expires_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class MailConsentGiven(_message.Message):
    __slots__ = ("stamp", "consent_id", "address_digest", "person_id", "user_id", "message_id")
    STAMP_FIELD_NUMBER: _ClassVar[int]
    CONSENT_ID_FIELD_NUMBER: _ClassVar[int]
    ADDRESS_DIGEST_FIELD_NUMBER: _ClassVar[int]
    PERSON_ID_FIELD_NUMBER: _ClassVar[int]
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_ID_FIELD_NUMBER: _ClassVar[int]
    stamp: _options_pb2.Stamp
    consent_id: str
    address_digest: str
    person_id: str
    user_id: str
    message_id: str
    def __init__(self, stamp: _Optional[_Union[_options_pb2.Stamp, _Mapping]] = ..., consent_id: _Optional[str] = ..., address_digest: _Optional[str] = ..., person_id: _Optional[str] = ..., user_id: _Optional[str] = ..., message_id: _Optional[str] = ...) -> None: ...

class MailConsentUndeliverable(_message.Message):
    __slots__ = ("stamp", "consent_id", "cause", "fault")
    STAMP_FIELD_NUMBER: _ClassVar[int]
    CONSENT_ID_FIELD_NUMBER: _ClassVar[int]
    CAUSE_FIELD_NUMBER: _ClassVar[int]
    FAULT_FIELD_NUMBER: _ClassVar[int]
    stamp: _options_pb2.Stamp
    consent_id: str
    cause: str
    fault: str
    def __init__(self, stamp: _Optional[_Union[_options_pb2.Stamp, _Mapping]] = ..., consent_id: _Optional[str] = ..., cause: _Optional[str] = ..., fault: _Optional[str] = ...) -> None: ...

class ProviderListChanged(_message.Message):
    __slots__ = ("stamp", "address_digest", "provider", "change", "entries", "because", "message_id")
    STAMP_FIELD_NUMBER: _ClassVar[int]
    ADDRESS_DIGEST_FIELD_NUMBER: _ClassVar[int]
    PROVIDER_FIELD_NUMBER: _ClassVar[int]
    CHANGE_FIELD_NUMBER: _ClassVar[int]
    ENTRIES_FIELD_NUMBER: _ClassVar[int]
    BECAUSE_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_ID_FIELD_NUMBER: _ClassVar[int]
    stamp: _options_pb2.Stamp
    address_digest: str
    provider: str
    change: str
    entries: int
    because: str
    message_id: str
    def __init__(self, stamp: _Optional[_Union[_options_pb2.Stamp, _Mapping]] = ..., address_digest: _Optional[str] = ..., provider: _Optional[str] = ..., change: _Optional[str] = ..., entries: _Optional[int] = ..., because: _Optional[str] = ..., message_id: _Optional[str] = ...) -> None: ...

class ProviderListFailed(_message.Message):
    __slots__ = ("stamp", "address_digest", "provider", "wanted", "reason", "attempt", "retry_at", "message_id")
    STAMP_FIELD_NUMBER: _ClassVar[int]
    ADDRESS_DIGEST_FIELD_NUMBER: _ClassVar[int]
    PROVIDER_FIELD_NUMBER: _ClassVar[int]
    WANTED_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    ATTEMPT_FIELD_NUMBER: _ClassVar[int]
    RETRY_AT_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_ID_FIELD_NUMBER: _ClassVar[int]
    stamp: _options_pb2.Stamp
    address_digest: str
    provider: str
    wanted: str
    reason: str
    attempt: int
    retry_at: _timestamp_pb2.Timestamp
    message_id: str
    def __init__(self, stamp: _Optional[_Union[_options_pb2.Stamp, _Mapping]] = ..., address_digest: _Optional[str] = ..., provider: _Optional[str] = ..., wanted: _Optional[str] = ..., reason: _Optional[str] = ..., attempt: _Optional[int] = ..., retry_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., message_id: _Optional[str] = ...) -> None: ...

class AddressVouchRequested(_message.Message):
    __slots__ = ("stamp", "address_digest", "person_id", "user_id", "organization_id", "asked_by", "partner_name", "ticket", "reason", "message_id")
    STAMP_FIELD_NUMBER: _ClassVar[int]
    ADDRESS_DIGEST_FIELD_NUMBER: _ClassVar[int]
    PERSON_ID_FIELD_NUMBER: _ClassVar[int]
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    ORGANIZATION_ID_FIELD_NUMBER: _ClassVar[int]
    ASKED_BY_FIELD_NUMBER: _ClassVar[int]
    PARTNER_NAME_FIELD_NUMBER: _ClassVar[int]
    TICKET_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_ID_FIELD_NUMBER: _ClassVar[int]
    stamp: _options_pb2.Stamp
    address_digest: str
    person_id: str
    user_id: str
    organization_id: str
    asked_by: str
    partner_name: str
    ticket: str
    reason: str
    message_id: str
    def __init__(self, stamp: _Optional[_Union[_options_pb2.Stamp, _Mapping]] = ..., address_digest: _Optional[str] = ..., person_id: _Optional[str] = ..., user_id: _Optional[str] = ..., organization_id: _Optional[str] = ..., asked_by: _Optional[str] = ..., partner_name: _Optional[str] = ..., ticket: _Optional[str] = ..., reason: _Optional[str] = ..., message_id: _Optional[str] = ...) -> None: ...
