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

class AccessState(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    ACCESS_STATE_UNSPECIFIED: _ClassVar[AccessState]
    ACCESS_STATE_NONE: _ClassVar[AccessState]
    ACCESS_STATE_REQUESTED: _ClassVar[AccessState]
    ACCESS_STATE_GRANTED: _ClassVar[AccessState]
    ACCESS_STATE_RUNNING: _ClassVar[AccessState]
ACCESS_STATE_UNSPECIFIED: AccessState
ACCESS_STATE_NONE: AccessState
ACCESS_STATE_REQUESTED: AccessState
ACCESS_STATE_GRANTED: AccessState
ACCESS_STATE_RUNNING: AccessState

class RequestAccessRequest(_message.Message):
    __slots__ = ("organization_id", "sections", "minutes", "reason", "ticket", "request_id")
    ORGANIZATION_ID_FIELD_NUMBER: _ClassVar[int]
    SECTIONS_FIELD_NUMBER: _ClassVar[int]
    MINUTES_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    TICKET_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    organization_id: str
    sections: _containers.RepeatedScalarFieldContainer[_options_pb2.Section]
    minutes: int
    reason: str
    ticket: str
    request_id: str
    def __init__(self, organization_id: _Optional[str] = ..., sections: _Optional[_Iterable[_Union[_options_pb2.Section, str]]] = ..., minutes: _Optional[int] = ..., reason: _Optional[str] = ..., ticket: _Optional[str] = ..., request_id: _Optional[str] = ...) -> None: ...

class RequestAccessResponse(_message.Message):
    __slots__ = ("access_request_id", "lapses")
    ACCESS_REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    LAPSES_FIELD_NUMBER: _ClassVar[int]
    access_request_id: str
    lapses: _timestamp_pb2.Timestamp
    def __init__(self, access_request_id: _Optional[str] = ..., lapses: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class GetAccessRequest(_message.Message):
    __slots__ = ("organization_id", "ticket")
    ORGANIZATION_ID_FIELD_NUMBER: _ClassVar[int]
    TICKET_FIELD_NUMBER: _ClassVar[int]
    organization_id: str
    ticket: str
    def __init__(self, organization_id: _Optional[str] = ..., ticket: _Optional[str] = ...) -> None: ...

class GetAccessResponse(_message.Message):
    __slots__ = ("state", "sections", "until", "minutes", "consent_id", "view_id", "obstacle", "has_admin", "consent_ticket")
    STATE_FIELD_NUMBER: _ClassVar[int]
    SECTIONS_FIELD_NUMBER: _ClassVar[int]
    UNTIL_FIELD_NUMBER: _ClassVar[int]
    MINUTES_FIELD_NUMBER: _ClassVar[int]
    CONSENT_ID_FIELD_NUMBER: _ClassVar[int]
    VIEW_ID_FIELD_NUMBER: _ClassVar[int]
    OBSTACLE_FIELD_NUMBER: _ClassVar[int]
    HAS_ADMIN_FIELD_NUMBER: _ClassVar[int]
    CONSENT_TICKET_FIELD_NUMBER: _ClassVar[int]
    state: AccessState
    sections: _containers.RepeatedScalarFieldContainer[_options_pb2.Section]
    until: _timestamp_pb2.Timestamp
    minutes: int
    consent_id: str
    view_id: str
    obstacle: str
    has_admin: bool
    consent_ticket: str
    def __init__(self, state: _Optional[_Union[AccessState, str]] = ..., sections: _Optional[_Iterable[_Union[_options_pb2.Section, str]]] = ..., until: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., minutes: _Optional[int] = ..., consent_id: _Optional[str] = ..., view_id: _Optional[str] = ..., obstacle: _Optional[str] = ..., has_admin: _Optional[bool] = ..., consent_ticket: _Optional[str] = ...) -> None: ...

class ListAccessRequestsRequest(_message.Message):
    __slots__ = ("page_size", "page_token")
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    page_size: int
    page_token: str
    def __init__(self, page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListAccessRequestsResponse(_message.Message):
    __slots__ = ("access_requests", "next_page_token")
    ACCESS_REQUESTS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    access_requests: _containers.RepeatedCompositeFieldContainer[AccessRequest]
    next_page_token: str
    def __init__(self, access_requests: _Optional[_Iterable[_Union[AccessRequest, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class AccessRequest(_message.Message):
    __slots__ = ("access_request_id", "agent_id", "agent_name", "partner_id", "partner_name", "reason", "ticket", "sections", "minutes", "asked", "lapses", "state")
    ACCESS_REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    AGENT_ID_FIELD_NUMBER: _ClassVar[int]
    AGENT_NAME_FIELD_NUMBER: _ClassVar[int]
    PARTNER_ID_FIELD_NUMBER: _ClassVar[int]
    PARTNER_NAME_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    TICKET_FIELD_NUMBER: _ClassVar[int]
    SECTIONS_FIELD_NUMBER: _ClassVar[int]
    MINUTES_FIELD_NUMBER: _ClassVar[int]
    ASKED_FIELD_NUMBER: _ClassVar[int]
    LAPSES_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    access_request_id: str
    agent_id: str
    agent_name: str
    partner_id: str
    partner_name: str
    reason: str
    ticket: str
    sections: _containers.RepeatedScalarFieldContainer[_options_pb2.Section]
    minutes: int
    asked: _timestamp_pb2.Timestamp
    lapses: _timestamp_pb2.Timestamp
    state: str
    def __init__(self, access_request_id: _Optional[str] = ..., agent_id: _Optional[str] = ..., agent_name: _Optional[str] = ..., partner_id: _Optional[str] = ..., partner_name: _Optional[str] = ..., reason: _Optional[str] = ..., ticket: _Optional[str] = ..., sections: _Optional[_Iterable[_Union[_options_pb2.Section, str]]] = ..., minutes: _Optional[int] = ..., asked: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., lapses: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., state: _Optional[str] = ...) -> None: ...

class AnswerAccessRequestRequest(_message.Message):
    __slots__ = ("access_request_id", "approve", "sections", "minutes", "reason", "request_id")
    ACCESS_REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    APPROVE_FIELD_NUMBER: _ClassVar[int]
    SECTIONS_FIELD_NUMBER: _ClassVar[int]
    MINUTES_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    access_request_id: str
    approve: bool
    sections: _containers.RepeatedScalarFieldContainer[_options_pb2.Section]
    minutes: int
    reason: str
    request_id: str
    def __init__(self, access_request_id: _Optional[str] = ..., approve: _Optional[bool] = ..., sections: _Optional[_Iterable[_Union[_options_pb2.Section, str]]] = ..., minutes: _Optional[int] = ..., reason: _Optional[str] = ..., request_id: _Optional[str] = ...) -> None: ...

class AnswerAccessRequestResponse(_message.Message):
    __slots__ = ("consent_id",)
    CONSENT_ID_FIELD_NUMBER: _ClassVar[int]
    consent_id: str
    def __init__(self, consent_id: _Optional[str] = ...) -> None: ...

class GrantAccessRequest(_message.Message):
    __slots__ = ("partner_id", "sections", "until", "once", "minutes", "reason", "request_id")
    PARTNER_ID_FIELD_NUMBER: _ClassVar[int]
    SECTIONS_FIELD_NUMBER: _ClassVar[int]
    FROM_FIELD_NUMBER: _ClassVar[int]
    UNTIL_FIELD_NUMBER: _ClassVar[int]
    ONCE_FIELD_NUMBER: _ClassVar[int]
    MINUTES_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    partner_id: str
    sections: _containers.RepeatedScalarFieldContainer[_options_pb2.Section]
    until: _timestamp_pb2.Timestamp
    once: bool
    minutes: int
    reason: str
    request_id: str
    def __init__(self, partner_id: _Optional[str] = ..., sections: _Optional[_Iterable[_Union[_options_pb2.Section, str]]] = ..., until: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., once: _Optional[bool] = ..., minutes: _Optional[int] = ..., reason: _Optional[str] = ..., request_id: _Optional[str] = ..., **kwargs) -> None: ...

class GrantAccessResponse(_message.Message):
    __slots__ = ("consent_id",)
    CONSENT_ID_FIELD_NUMBER: _ClassVar[int]
    consent_id: str
    def __init__(self, consent_id: _Optional[str] = ...) -> None: ...

class RevokeConsentRequest(_message.Message):
    __slots__ = ("consent_id", "reason", "request_id")
    CONSENT_ID_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    consent_id: str
    reason: str
    request_id: str
    def __init__(self, consent_id: _Optional[str] = ..., reason: _Optional[str] = ..., request_id: _Optional[str] = ...) -> None: ...

class RevokeConsentResponse(_message.Message):
    __slots__ = ("ended_views",)
    ENDED_VIEWS_FIELD_NUMBER: _ClassVar[int]
    ended_views: int
    def __init__(self, ended_views: _Optional[int] = ...) -> None: ...

class BlockPartnersRequest(_message.Message):
    __slots__ = ("reason", "request_id")
    REASON_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    reason: str
    request_id: str
    def __init__(self, reason: _Optional[str] = ..., request_id: _Optional[str] = ...) -> None: ...

class BlockPartnersResponse(_message.Message):
    __slots__ = ("revoked_consents", "ended_views")
    REVOKED_CONSENTS_FIELD_NUMBER: _ClassVar[int]
    ENDED_VIEWS_FIELD_NUMBER: _ClassVar[int]
    revoked_consents: int
    ended_views: int
    def __init__(self, revoked_consents: _Optional[int] = ..., ended_views: _Optional[int] = ...) -> None: ...

class UnblockPartnersRequest(_message.Message):
    __slots__ = ("reason", "request_id")
    REASON_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    reason: str
    request_id: str
    def __init__(self, reason: _Optional[str] = ..., request_id: _Optional[str] = ...) -> None: ...

class UnblockPartnersResponse(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class GetConsentReceiptRequest(_message.Message):
    __slots__ = ("consent_id",)
    CONSENT_ID_FIELD_NUMBER: _ClassVar[int]
    consent_id: str
    def __init__(self, consent_id: _Optional[str] = ...) -> None: ...

class GetConsentReceiptResponse(_message.Message):
    __slots__ = ("receipt", "public_key")
    RECEIPT_FIELD_NUMBER: _ClassVar[int]
    PUBLIC_KEY_FIELD_NUMBER: _ClassVar[int]
    receipt: str
    public_key: str
    def __init__(self, receipt: _Optional[str] = ..., public_key: _Optional[str] = ...) -> None: ...

class ListConsentsRequest(_message.Message):
    __slots__ = ("include_ended", "page_size", "page_token")
    INCLUDE_ENDED_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    include_ended: bool
    page_size: int
    page_token: str
    def __init__(self, include_ended: _Optional[bool] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListConsentsResponse(_message.Message):
    __slots__ = ("consents", "next_page_token", "partners", "blocked_since")
    CONSENTS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    PARTNERS_FIELD_NUMBER: _ClassVar[int]
    BLOCKED_SINCE_FIELD_NUMBER: _ClassVar[int]
    consents: _containers.RepeatedCompositeFieldContainer[Consent]
    next_page_token: str
    partners: _containers.RepeatedCompositeFieldContainer[ConsentPartner]
    blocked_since: _timestamp_pb2.Timestamp
    def __init__(self, consents: _Optional[_Iterable[_Union[Consent, _Mapping]]] = ..., next_page_token: _Optional[str] = ..., partners: _Optional[_Iterable[_Union[ConsentPartner, _Mapping]]] = ..., blocked_since: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class WatchAccessRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class WatchAccessResponse(_message.Message):
    __slots__ = ("consents", "access_requests", "blocked_since")
    CONSENTS_FIELD_NUMBER: _ClassVar[int]
    ACCESS_REQUESTS_FIELD_NUMBER: _ClassVar[int]
    BLOCKED_SINCE_FIELD_NUMBER: _ClassVar[int]
    consents: _containers.RepeatedCompositeFieldContainer[Consent]
    access_requests: _containers.RepeatedCompositeFieldContainer[AccessRequest]
    blocked_since: _timestamp_pb2.Timestamp
    def __init__(self, consents: _Optional[_Iterable[_Union[Consent, _Mapping]]] = ..., access_requests: _Optional[_Iterable[_Union[AccessRequest, _Mapping]]] = ..., blocked_since: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class GetDocumentKeysRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class GetDocumentKeysResponse(_message.Message):
    __slots__ = ("keys",)
    KEYS_FIELD_NUMBER: _ClassVar[int]
    keys: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, keys: _Optional[_Iterable[str]] = ...) -> None: ...

class ConsentPartner(_message.Message):
    __slots__ = ("partner_id", "name")
    PARTNER_ID_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    partner_id: str
    name: str
    def __init__(self, partner_id: _Optional[str] = ..., name: _Optional[str] = ...) -> None: ...

class Consent(_message.Message):
    __slots__ = ("consent_id", "partner_id", "partner_name", "sections", "until", "once", "minutes", "reason", "state", "views", "granted_by", "agent_id", "agent_name", "ticket")
    CONSENT_ID_FIELD_NUMBER: _ClassVar[int]
    PARTNER_ID_FIELD_NUMBER: _ClassVar[int]
    PARTNER_NAME_FIELD_NUMBER: _ClassVar[int]
    SECTIONS_FIELD_NUMBER: _ClassVar[int]
    FROM_FIELD_NUMBER: _ClassVar[int]
    UNTIL_FIELD_NUMBER: _ClassVar[int]
    ONCE_FIELD_NUMBER: _ClassVar[int]
    MINUTES_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    VIEWS_FIELD_NUMBER: _ClassVar[int]
    GRANTED_BY_FIELD_NUMBER: _ClassVar[int]
    AGENT_ID_FIELD_NUMBER: _ClassVar[int]
    AGENT_NAME_FIELD_NUMBER: _ClassVar[int]
    TICKET_FIELD_NUMBER: _ClassVar[int]
    consent_id: str
    partner_id: str
    partner_name: str
    sections: _containers.RepeatedScalarFieldContainer[_options_pb2.Section]
    until: _timestamp_pb2.Timestamp
    once: bool
    minutes: int
    reason: str
    state: str
    views: _containers.RepeatedCompositeFieldContainer[RunningView]
    granted_by: str
    agent_id: str
    agent_name: str
    ticket: str
    def __init__(self, consent_id: _Optional[str] = ..., partner_id: _Optional[str] = ..., partner_name: _Optional[str] = ..., sections: _Optional[_Iterable[_Union[_options_pb2.Section, str]]] = ..., until: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., once: _Optional[bool] = ..., minutes: _Optional[int] = ..., reason: _Optional[str] = ..., state: _Optional[str] = ..., views: _Optional[_Iterable[_Union[RunningView, _Mapping]]] = ..., granted_by: _Optional[str] = ..., agent_id: _Optional[str] = ..., agent_name: _Optional[str] = ..., ticket: _Optional[str] = ..., **kwargs) -> None: ...

class RunningView(_message.Message):
    __slots__ = ("view_id", "agent_id", "agent_name", "ticket", "remaining", "started")
    VIEW_ID_FIELD_NUMBER: _ClassVar[int]
    AGENT_ID_FIELD_NUMBER: _ClassVar[int]
    AGENT_NAME_FIELD_NUMBER: _ClassVar[int]
    TICKET_FIELD_NUMBER: _ClassVar[int]
    REMAINING_FIELD_NUMBER: _ClassVar[int]
    STARTED_FIELD_NUMBER: _ClassVar[int]
    view_id: str
    agent_id: str
    agent_name: str
    ticket: str
    remaining: int
    started: _timestamp_pb2.Timestamp
    def __init__(self, view_id: _Optional[str] = ..., agent_id: _Optional[str] = ..., agent_name: _Optional[str] = ..., ticket: _Optional[str] = ..., remaining: _Optional[int] = ..., started: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...
