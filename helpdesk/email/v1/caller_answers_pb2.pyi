import datetime

from google.protobuf import timestamp_pb2 as _timestamp_pb2
from helpdesk.options.v1 import options_pb2 as _options_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class GetCallerLinkRequest(_message.Message):
    __slots__ = ("link",)
    LINK_FIELD_NUMBER: _ClassVar[int]
    link: str
    def __init__(self, link: _Optional[str] = ...) -> None: ...

class GetCallerLinkResponse(_message.Message):
    __slots__ = ("state", "agent_name", "partner_name", "ticket", "phrase", "sent_at", "expires_at", "can_deny")
    STATE_FIELD_NUMBER: _ClassVar[int]
    AGENT_NAME_FIELD_NUMBER: _ClassVar[int]
    PARTNER_NAME_FIELD_NUMBER: _ClassVar[int]
    TICKET_FIELD_NUMBER: _ClassVar[int]
    PHRASE_FIELD_NUMBER: _ClassVar[int]
    SENT_AT_FIELD_NUMBER: _ClassVar[int]
    EXPIRES_AT_FIELD_NUMBER: _ClassVar[int]
    CAN_DENY_FIELD_NUMBER: _ClassVar[int]
    state: str
    agent_name: str
    partner_name: str
    ticket: str
    phrase: str
    sent_at: _timestamp_pb2.Timestamp
    expires_at: _timestamp_pb2.Timestamp
    can_deny: bool
    def __init__(self, state: _Optional[str] = ..., agent_name: _Optional[str] = ..., partner_name: _Optional[str] = ..., ticket: _Optional[str] = ..., phrase: _Optional[str] = ..., sent_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., expires_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., can_deny: _Optional[bool] = ...) -> None: ...

class AnswerCallerLinkRequest(_message.Message):
    __slots__ = ("link", "confirmed", "request_id")
    LINK_FIELD_NUMBER: _ClassVar[int]
    CONFIRMED_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    link: str
    confirmed: bool
    request_id: str
    def __init__(self, link: _Optional[str] = ..., confirmed: _Optional[bool] = ..., request_id: _Optional[str] = ...) -> None: ...

class AnswerCallerLinkResponse(_message.Message):
    __slots__ = ("state",)
    STATE_FIELD_NUMBER: _ClassVar[int]
    state: str
    def __init__(self, state: _Optional[str] = ...) -> None: ...

class ListVouchRequestsRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class ListVouchRequestsResponse(_message.Message):
    __slots__ = ("requests",)
    REQUESTS_FIELD_NUMBER: _ClassVar[int]
    requests: _containers.RepeatedCompositeFieldContainer[VouchRequest]
    def __init__(self, requests: _Optional[_Iterable[_Union[VouchRequest, _Mapping]]] = ...) -> None: ...

class VouchRequest(_message.Message):
    __slots__ = ("check_id", "user_id", "user_name", "agent_name", "partner_name", "ticket", "reason", "asked_at", "open_until")
    CHECK_ID_FIELD_NUMBER: _ClassVar[int]
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    USER_NAME_FIELD_NUMBER: _ClassVar[int]
    AGENT_NAME_FIELD_NUMBER: _ClassVar[int]
    PARTNER_NAME_FIELD_NUMBER: _ClassVar[int]
    TICKET_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    ASKED_AT_FIELD_NUMBER: _ClassVar[int]
    OPEN_UNTIL_FIELD_NUMBER: _ClassVar[int]
    check_id: str
    user_id: str
    user_name: str
    agent_name: str
    partner_name: str
    ticket: str
    reason: str
    asked_at: _timestamp_pb2.Timestamp
    open_until: _timestamp_pb2.Timestamp
    def __init__(self, check_id: _Optional[str] = ..., user_id: _Optional[str] = ..., user_name: _Optional[str] = ..., agent_name: _Optional[str] = ..., partner_name: _Optional[str] = ..., ticket: _Optional[str] = ..., reason: _Optional[str] = ..., asked_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., open_until: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class VouchForCallerRequest(_message.Message):
    __slots__ = ("check_id", "approve", "reason", "request_id")
    CHECK_ID_FIELD_NUMBER: _ClassVar[int]
    APPROVE_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    check_id: str
    approve: bool
    reason: str
    request_id: str
    def __init__(self, check_id: _Optional[str] = ..., approve: _Optional[bool] = ..., reason: _Optional[str] = ..., request_id: _Optional[str] = ...) -> None: ...

class VouchForCallerResponse(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class ListStoppedChecksRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class ListStoppedChecksResponse(_message.Message):
    __slots__ = ("stopped",)
    STOPPED_FIELD_NUMBER: _ClassVar[int]
    stopped: _containers.RepeatedCompositeFieldContainer[StoppedCheck]
    def __init__(self, stopped: _Optional[_Iterable[_Union[StoppedCheck, _Mapping]]] = ...) -> None: ...

class StoppedCheck(_message.Message):
    __slots__ = ("agent_id", "agent_name", "user_id", "user_name", "organization_name", "ticket", "since")
    AGENT_ID_FIELD_NUMBER: _ClassVar[int]
    AGENT_NAME_FIELD_NUMBER: _ClassVar[int]
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    USER_NAME_FIELD_NUMBER: _ClassVar[int]
    ORGANIZATION_NAME_FIELD_NUMBER: _ClassVar[int]
    TICKET_FIELD_NUMBER: _ClassVar[int]
    SINCE_FIELD_NUMBER: _ClassVar[int]
    agent_id: str
    agent_name: str
    user_id: str
    user_name: str
    organization_name: str
    ticket: str
    since: _timestamp_pb2.Timestamp
    def __init__(self, agent_id: _Optional[str] = ..., agent_name: _Optional[str] = ..., user_id: _Optional[str] = ..., user_name: _Optional[str] = ..., organization_name: _Optional[str] = ..., ticket: _Optional[str] = ..., since: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class AllowChecksRequest(_message.Message):
    __slots__ = ("agent_id", "user_id", "reason", "request_id")
    AGENT_ID_FIELD_NUMBER: _ClassVar[int]
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    agent_id: str
    user_id: str
    reason: str
    request_id: str
    def __init__(self, agent_id: _Optional[str] = ..., user_id: _Optional[str] = ..., reason: _Optional[str] = ..., request_id: _Optional[str] = ...) -> None: ...

class AllowChecksResponse(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...
