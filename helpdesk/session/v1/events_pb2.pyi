import datetime

from google.protobuf import timestamp_pb2 as _timestamp_pb2
from helpdesk.options.v1 import options_pb2 as _options_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class AccessRequested(_message.Message):
    __slots__ = ("stamp", "access_request_id", "organization_id", "partner_id", "agent_id", "sections", "minutes", "reason", "ticket", "lapses")
    STAMP_FIELD_NUMBER: _ClassVar[int]
    ACCESS_REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    ORGANIZATION_ID_FIELD_NUMBER: _ClassVar[int]
    PARTNER_ID_FIELD_NUMBER: _ClassVar[int]
    AGENT_ID_FIELD_NUMBER: _ClassVar[int]
    SECTIONS_FIELD_NUMBER: _ClassVar[int]
    MINUTES_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    TICKET_FIELD_NUMBER: _ClassVar[int]
    LAPSES_FIELD_NUMBER: _ClassVar[int]
    stamp: _options_pb2.Stamp
    access_request_id: str
    organization_id: str
    partner_id: str
    agent_id: str
    sections: _containers.RepeatedScalarFieldContainer[str]
    minutes: int
    reason: str
    ticket: str
    lapses: _timestamp_pb2.Timestamp
    def __init__(self, stamp: _Optional[_Union[_options_pb2.Stamp, _Mapping]] = ..., access_request_id: _Optional[str] = ..., organization_id: _Optional[str] = ..., partner_id: _Optional[str] = ..., agent_id: _Optional[str] = ..., sections: _Optional[_Iterable[str]] = ..., minutes: _Optional[int] = ..., reason: _Optional[str] = ..., ticket: _Optional[str] = ..., lapses: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class AccessRejected(_message.Message):
    __slots__ = ("stamp", "access_request_id", "organization_id", "partner_id", "rejected_by")
    STAMP_FIELD_NUMBER: _ClassVar[int]
    ACCESS_REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    ORGANIZATION_ID_FIELD_NUMBER: _ClassVar[int]
    PARTNER_ID_FIELD_NUMBER: _ClassVar[int]
    REJECTED_BY_FIELD_NUMBER: _ClassVar[int]
    stamp: _options_pb2.Stamp
    access_request_id: str
    organization_id: str
    partner_id: str
    rejected_by: str
    def __init__(self, stamp: _Optional[_Union[_options_pb2.Stamp, _Mapping]] = ..., access_request_id: _Optional[str] = ..., organization_id: _Optional[str] = ..., partner_id: _Optional[str] = ..., rejected_by: _Optional[str] = ...) -> None: ...

class AccessRequestLapsed(_message.Message):
    __slots__ = ("stamp", "access_request_id", "organization_id", "partner_id")
    STAMP_FIELD_NUMBER: _ClassVar[int]
    ACCESS_REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    ORGANIZATION_ID_FIELD_NUMBER: _ClassVar[int]
    PARTNER_ID_FIELD_NUMBER: _ClassVar[int]
    stamp: _options_pb2.Stamp
    access_request_id: str
    organization_id: str
    partner_id: str
    def __init__(self, stamp: _Optional[_Union[_options_pb2.Stamp, _Mapping]] = ..., access_request_id: _Optional[str] = ..., organization_id: _Optional[str] = ..., partner_id: _Optional[str] = ...) -> None: ...

class ConsentGranted(_message.Message):
    __slots__ = ("stamp", "consent_id", "organization_id", "partner_id", "access_request_id", "sections", "begins", "ends", "once", "minutes", "purpose", "granted_by", "agent_id", "ticket")
    STAMP_FIELD_NUMBER: _ClassVar[int]
    CONSENT_ID_FIELD_NUMBER: _ClassVar[int]
    ORGANIZATION_ID_FIELD_NUMBER: _ClassVar[int]
    PARTNER_ID_FIELD_NUMBER: _ClassVar[int]
    ACCESS_REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    SECTIONS_FIELD_NUMBER: _ClassVar[int]
    BEGINS_FIELD_NUMBER: _ClassVar[int]
    ENDS_FIELD_NUMBER: _ClassVar[int]
    ONCE_FIELD_NUMBER: _ClassVar[int]
    MINUTES_FIELD_NUMBER: _ClassVar[int]
    PURPOSE_FIELD_NUMBER: _ClassVar[int]
    GRANTED_BY_FIELD_NUMBER: _ClassVar[int]
    AGENT_ID_FIELD_NUMBER: _ClassVar[int]
    TICKET_FIELD_NUMBER: _ClassVar[int]
    stamp: _options_pb2.Stamp
    consent_id: str
    organization_id: str
    partner_id: str
    access_request_id: str
    sections: _containers.RepeatedScalarFieldContainer[str]
    begins: _timestamp_pb2.Timestamp
    ends: _timestamp_pb2.Timestamp
    once: bool
    minutes: int
    purpose: str
    granted_by: str
    agent_id: str
    ticket: str
    def __init__(self, stamp: _Optional[_Union[_options_pb2.Stamp, _Mapping]] = ..., consent_id: _Optional[str] = ..., organization_id: _Optional[str] = ..., partner_id: _Optional[str] = ..., access_request_id: _Optional[str] = ..., sections: _Optional[_Iterable[str]] = ..., begins: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., ends: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., once: _Optional[bool] = ..., minutes: _Optional[int] = ..., purpose: _Optional[str] = ..., granted_by: _Optional[str] = ..., agent_id: _Optional[str] = ..., ticket: _Optional[str] = ...) -> None: ...

class ConsentRevoked(_message.Message):
    __slots__ = ("stamp", "consent_id", "organization_id", "partner_id", "revoked_by")
    STAMP_FIELD_NUMBER: _ClassVar[int]
    CONSENT_ID_FIELD_NUMBER: _ClassVar[int]
    ORGANIZATION_ID_FIELD_NUMBER: _ClassVar[int]
    PARTNER_ID_FIELD_NUMBER: _ClassVar[int]
    REVOKED_BY_FIELD_NUMBER: _ClassVar[int]
    stamp: _options_pb2.Stamp
    consent_id: str
    organization_id: str
    partner_id: str
    revoked_by: str
    def __init__(self, stamp: _Optional[_Union[_options_pb2.Stamp, _Mapping]] = ..., consent_id: _Optional[str] = ..., organization_id: _Optional[str] = ..., partner_id: _Optional[str] = ..., revoked_by: _Optional[str] = ...) -> None: ...

class ConsentExpiring(_message.Message):
    __slots__ = ("stamp", "consent_id", "organization_id", "partner_id", "days", "ends")
    STAMP_FIELD_NUMBER: _ClassVar[int]
    CONSENT_ID_FIELD_NUMBER: _ClassVar[int]
    ORGANIZATION_ID_FIELD_NUMBER: _ClassVar[int]
    PARTNER_ID_FIELD_NUMBER: _ClassVar[int]
    DAYS_FIELD_NUMBER: _ClassVar[int]
    ENDS_FIELD_NUMBER: _ClassVar[int]
    stamp: _options_pb2.Stamp
    consent_id: str
    organization_id: str
    partner_id: str
    days: int
    ends: _timestamp_pb2.Timestamp
    def __init__(self, stamp: _Optional[_Union[_options_pb2.Stamp, _Mapping]] = ..., consent_id: _Optional[str] = ..., organization_id: _Optional[str] = ..., partner_id: _Optional[str] = ..., days: _Optional[int] = ..., ends: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class ConsentExpired(_message.Message):
    __slots__ = ("stamp", "consent_id", "organization_id", "partner_id")
    STAMP_FIELD_NUMBER: _ClassVar[int]
    CONSENT_ID_FIELD_NUMBER: _ClassVar[int]
    ORGANIZATION_ID_FIELD_NUMBER: _ClassVar[int]
    PARTNER_ID_FIELD_NUMBER: _ClassVar[int]
    stamp: _options_pb2.Stamp
    consent_id: str
    organization_id: str
    partner_id: str
    def __init__(self, stamp: _Optional[_Union[_options_pb2.Stamp, _Mapping]] = ..., consent_id: _Optional[str] = ..., organization_id: _Optional[str] = ..., partner_id: _Optional[str] = ...) -> None: ...

class PartnersBlocked(_message.Message):
    __slots__ = ("stamp", "organization_id", "blocked_by")
    STAMP_FIELD_NUMBER: _ClassVar[int]
    ORGANIZATION_ID_FIELD_NUMBER: _ClassVar[int]
    BLOCKED_BY_FIELD_NUMBER: _ClassVar[int]
    stamp: _options_pb2.Stamp
    organization_id: str
    blocked_by: str
    def __init__(self, stamp: _Optional[_Union[_options_pb2.Stamp, _Mapping]] = ..., organization_id: _Optional[str] = ..., blocked_by: _Optional[str] = ...) -> None: ...

class PartnersUnblocked(_message.Message):
    __slots__ = ("stamp", "organization_id", "unblocked_by")
    STAMP_FIELD_NUMBER: _ClassVar[int]
    ORGANIZATION_ID_FIELD_NUMBER: _ClassVar[int]
    UNBLOCKED_BY_FIELD_NUMBER: _ClassVar[int]
    stamp: _options_pb2.Stamp
    organization_id: str
    unblocked_by: str
    def __init__(self, stamp: _Optional[_Union[_options_pb2.Stamp, _Mapping]] = ..., organization_id: _Optional[str] = ..., unblocked_by: _Optional[str] = ...) -> None: ...

class ViewGranted(_message.Message):
    __slots__ = ("stamp", "view_id", "consent_id", "organization_id", "partner_id", "agent_id", "sign_in_id", "ticket", "sections", "minutes", "latest", "roles", "role_until")
    STAMP_FIELD_NUMBER: _ClassVar[int]
    VIEW_ID_FIELD_NUMBER: _ClassVar[int]
    CONSENT_ID_FIELD_NUMBER: _ClassVar[int]
    ORGANIZATION_ID_FIELD_NUMBER: _ClassVar[int]
    PARTNER_ID_FIELD_NUMBER: _ClassVar[int]
    AGENT_ID_FIELD_NUMBER: _ClassVar[int]
    SIGN_IN_ID_FIELD_NUMBER: _ClassVar[int]
    TICKET_FIELD_NUMBER: _ClassVar[int]
    SECTIONS_FIELD_NUMBER: _ClassVar[int]
    MINUTES_FIELD_NUMBER: _ClassVar[int]
    LATEST_FIELD_NUMBER: _ClassVar[int]
    ROLES_FIELD_NUMBER: _ClassVar[int]
    ROLE_UNTIL_FIELD_NUMBER: _ClassVar[int]
    stamp: _options_pb2.Stamp
    view_id: str
    consent_id: str
    organization_id: str
    partner_id: str
    agent_id: str
    sign_in_id: str
    ticket: str
    sections: _containers.RepeatedScalarFieldContainer[str]
    minutes: int
    latest: _timestamp_pb2.Timestamp
    roles: _containers.RepeatedScalarFieldContainer[str]
    role_until: _timestamp_pb2.Timestamp
    def __init__(self, stamp: _Optional[_Union[_options_pb2.Stamp, _Mapping]] = ..., view_id: _Optional[str] = ..., consent_id: _Optional[str] = ..., organization_id: _Optional[str] = ..., partner_id: _Optional[str] = ..., agent_id: _Optional[str] = ..., sign_in_id: _Optional[str] = ..., ticket: _Optional[str] = ..., sections: _Optional[_Iterable[str]] = ..., minutes: _Optional[int] = ..., latest: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., roles: _Optional[_Iterable[str]] = ..., role_until: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class ViewStarted(_message.Message):
    __slots__ = ("stamp", "view_id", "organization_id", "until")
    STAMP_FIELD_NUMBER: _ClassVar[int]
    VIEW_ID_FIELD_NUMBER: _ClassVar[int]
    ORGANIZATION_ID_FIELD_NUMBER: _ClassVar[int]
    UNTIL_FIELD_NUMBER: _ClassVar[int]
    stamp: _options_pb2.Stamp
    view_id: str
    organization_id: str
    until: _timestamp_pb2.Timestamp
    def __init__(self, stamp: _Optional[_Union[_options_pb2.Stamp, _Mapping]] = ..., view_id: _Optional[str] = ..., organization_id: _Optional[str] = ..., until: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class PortalEntered(_message.Message):
    __slots__ = ("stamp", "view_id", "organization_id", "key_digest")
    STAMP_FIELD_NUMBER: _ClassVar[int]
    VIEW_ID_FIELD_NUMBER: _ClassVar[int]
    ORGANIZATION_ID_FIELD_NUMBER: _ClassVar[int]
    KEY_DIGEST_FIELD_NUMBER: _ClassVar[int]
    stamp: _options_pb2.Stamp
    view_id: str
    organization_id: str
    key_digest: str
    def __init__(self, stamp: _Optional[_Union[_options_pb2.Stamp, _Mapping]] = ..., view_id: _Optional[str] = ..., organization_id: _Optional[str] = ..., key_digest: _Optional[str] = ...) -> None: ...

class ViewEnded(_message.Message):
    __slots__ = ("stamp", "view_id", "organization_id", "ended_by", "person_id")
    STAMP_FIELD_NUMBER: _ClassVar[int]
    VIEW_ID_FIELD_NUMBER: _ClassVar[int]
    ORGANIZATION_ID_FIELD_NUMBER: _ClassVar[int]
    ENDED_BY_FIELD_NUMBER: _ClassVar[int]
    PERSON_ID_FIELD_NUMBER: _ClassVar[int]
    stamp: _options_pb2.Stamp
    view_id: str
    organization_id: str
    ended_by: str
    person_id: str
    def __init__(self, stamp: _Optional[_Union[_options_pb2.Stamp, _Mapping]] = ..., view_id: _Optional[str] = ..., organization_id: _Optional[str] = ..., ended_by: _Optional[str] = ..., person_id: _Optional[str] = ...) -> None: ...
