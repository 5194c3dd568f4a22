import datetime

from google.protobuf import timestamp_pb2 as _timestamp_pb2
from helpdesk.options.v1 import options_pb2 as _options_pb2
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class SendCodeRequest(_message.Message):
    __slots__ = ("user_id", "address_index", "ticket", "request_id")
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    ADDRESS_INDEX_FIELD_NUMBER: _ClassVar[int]
    TICKET_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    user_id: str
    address_index: int
    ticket: str
    request_id: str
    def __init__(self, user_id: _Optional[str] = ..., address_index: _Optional[int] = ..., ticket: _Optional[str] = ..., request_id: _Optional[str] = ...) -> None: ...

class SendCodeResponse(_message.Message):
    __slots__ = ("check_id", "state", "sends_left", "tries_left", "expires_at", "cause", "next_step")
    CHECK_ID_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    SENDS_LEFT_FIELD_NUMBER: _ClassVar[int]
    TRIES_LEFT_FIELD_NUMBER: _ClassVar[int]
    EXPIRES_AT_FIELD_NUMBER: _ClassVar[int]
    CAUSE_FIELD_NUMBER: _ClassVar[int]
    NEXT_STEP_FIELD_NUMBER: _ClassVar[int]
    check_id: str
    state: str
    sends_left: int
    tries_left: int
    expires_at: _timestamp_pb2.Timestamp
    cause: str
    next_step: str
    def __init__(self, check_id: _Optional[str] = ..., state: _Optional[str] = ..., sends_left: _Optional[int] = ..., tries_left: _Optional[int] = ..., expires_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., cause: _Optional[str] = ..., next_step: _Optional[str] = ...) -> None: ...

class VerifyCodeRequest(_message.Message):
    __slots__ = ("check_id", "code", "request_id")
    CHECK_ID_FIELD_NUMBER: _ClassVar[int]
    CODE_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    check_id: str
    code: str
    request_id: str
    def __init__(self, check_id: _Optional[str] = ..., code: _Optional[str] = ..., request_id: _Optional[str] = ...) -> None: ...

class VerifyCodeResponse(_message.Message):
    __slots__ = ("state", "tries_left")
    STATE_FIELD_NUMBER: _ClassVar[int]
    TRIES_LEFT_FIELD_NUMBER: _ClassVar[int]
    state: str
    tries_left: int
    def __init__(self, state: _Optional[str] = ..., tries_left: _Optional[int] = ...) -> None: ...

class GetCallerCheckRequest(_message.Message):
    __slots__ = ("user_id", "check_id", "ticket")
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    CHECK_ID_FIELD_NUMBER: _ClassVar[int]
    TICKET_FIELD_NUMBER: _ClassVar[int]
    user_id: str
    check_id: str
    ticket: str
    def __init__(self, user_id: _Optional[str] = ..., check_id: _Optional[str] = ..., ticket: _Optional[str] = ...) -> None: ...

class GetCallerCheckResponse(_message.Message):
    __slots__ = ("check",)
    CHECK_FIELD_NUMBER: _ClassVar[int]
    check: CallerCheck
    def __init__(self, check: _Optional[_Union[CallerCheck, _Mapping]] = ...) -> None: ...

class CallerCheck(_message.Message):
    __slots__ = ("check_id", "state", "user_id", "address", "address_index", "ticket", "sent_at", "expires_at", "confirmed_at", "tries_left", "sends_left", "next_send_at", "mail_state", "message_id", "cause", "fault", "next_step", "phrase", "confirmed_by", "vouch")
    CHECK_ID_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    ADDRESS_FIELD_NUMBER: _ClassVar[int]
    ADDRESS_INDEX_FIELD_NUMBER: _ClassVar[int]
    TICKET_FIELD_NUMBER: _ClassVar[int]
    SENT_AT_FIELD_NUMBER: _ClassVar[int]
    EXPIRES_AT_FIELD_NUMBER: _ClassVar[int]
    CONFIRMED_AT_FIELD_NUMBER: _ClassVar[int]
    TRIES_LEFT_FIELD_NUMBER: _ClassVar[int]
    SENDS_LEFT_FIELD_NUMBER: _ClassVar[int]
    NEXT_SEND_AT_FIELD_NUMBER: _ClassVar[int]
    MAIL_STATE_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_ID_FIELD_NUMBER: _ClassVar[int]
    CAUSE_FIELD_NUMBER: _ClassVar[int]
    FAULT_FIELD_NUMBER: _ClassVar[int]
    NEXT_STEP_FIELD_NUMBER: _ClassVar[int]
    PHRASE_FIELD_NUMBER: _ClassVar[int]
    CONFIRMED_BY_FIELD_NUMBER: _ClassVar[int]
    VOUCH_FIELD_NUMBER: _ClassVar[int]
    check_id: str
    state: str
    user_id: str
    address: str
    address_index: int
    ticket: str
    sent_at: _timestamp_pb2.Timestamp
    expires_at: _timestamp_pb2.Timestamp
    confirmed_at: _timestamp_pb2.Timestamp
    tries_left: int
    sends_left: int
    next_send_at: _timestamp_pb2.Timestamp
    mail_state: str
    message_id: str
    cause: str
    fault: str
    next_step: str
    phrase: str
    confirmed_by: str
    vouch: str
    def __init__(self, check_id: _Optional[str] = ..., state: _Optional[str] = ..., user_id: _Optional[str] = ..., address: _Optional[str] = ..., address_index: _Optional[int] = ..., ticket: _Optional[str] = ..., sent_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., expires_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., confirmed_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., tries_left: _Optional[int] = ..., sends_left: _Optional[int] = ..., next_send_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., mail_state: _Optional[str] = ..., message_id: _Optional[str] = ..., cause: _Optional[str] = ..., fault: _Optional[str] = ..., next_step: _Optional[str] = ..., phrase: _Optional[str] = ..., confirmed_by: _Optional[str] = ..., vouch: _Optional[str] = ...) -> None: ...

class GetCallerProofRequest(_message.Message):
    __slots__ = ("user_id", "ticket")
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    TICKET_FIELD_NUMBER: _ClassVar[int]
    user_id: str
    ticket: str
    def __init__(self, user_id: _Optional[str] = ..., ticket: _Optional[str] = ...) -> None: ...

class GetCallerProofResponse(_message.Message):
    __slots__ = ("proof", "expires_at")
    PROOF_FIELD_NUMBER: _ClassVar[int]
    EXPIRES_AT_FIELD_NUMBER: _ClassVar[int]
    proof: str
    expires_at: _timestamp_pb2.Timestamp
    def __init__(self, proof: _Optional[str] = ..., expires_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class AskToVouchRequest(_message.Message):
    __slots__ = ("check_id", "reason", "request_id")
    CHECK_ID_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    check_id: str
    reason: str
    request_id: str
    def __init__(self, check_id: _Optional[str] = ..., reason: _Optional[str] = ..., request_id: _Optional[str] = ...) -> None: ...

class AskToVouchResponse(_message.Message):
    __slots__ = ("open_until",)
    OPEN_UNTIL_FIELD_NUMBER: _ClassVar[int]
    open_until: _timestamp_pb2.Timestamp
    def __init__(self, open_until: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...
