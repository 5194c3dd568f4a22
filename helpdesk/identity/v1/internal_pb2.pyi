import datetime

from google.protobuf import timestamp_pb2 as _timestamp_pb2
from helpdesk.options.v1 import options_pb2 as _options_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Viewer(_message.Message):
    __slots__ = ("user_id", "partner_id", "organization_id", "sees_all")
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    PARTNER_ID_FIELD_NUMBER: _ClassVar[int]
    ORGANIZATION_ID_FIELD_NUMBER: _ClassVar[int]
    SEES_ALL_FIELD_NUMBER: _ClassVar[int]
    user_id: str
    partner_id: str
    organization_id: str
    sees_all: bool
    def __init__(self, user_id: _Optional[str] = ..., partner_id: _Optional[str] = ..., organization_id: _Optional[str] = ..., sees_all: _Optional[bool] = ...) -> None: ...

class GetScopeRequest(_message.Message):
    __slots__ = ("viewer", "since")
    VIEWER_FIELD_NUMBER: _ClassVar[int]
    SINCE_FIELD_NUMBER: _ClassVar[int]
    viewer: Viewer
    since: int
    def __init__(self, viewer: _Optional[_Union[Viewer, _Mapping]] = ..., since: _Optional[int] = ...) -> None: ...

class GetScopeResponse(_message.Message):
    __slots__ = ("added_organization_ids", "removed_organization_ids", "limited", "limited_organization_ids", "position")
    ADDED_ORGANIZATION_IDS_FIELD_NUMBER: _ClassVar[int]
    REMOVED_ORGANIZATION_IDS_FIELD_NUMBER: _ClassVar[int]
    LIMITED_FIELD_NUMBER: _ClassVar[int]
    LIMITED_ORGANIZATION_IDS_FIELD_NUMBER: _ClassVar[int]
    POSITION_FIELD_NUMBER: _ClassVar[int]
    added_organization_ids: _containers.RepeatedScalarFieldContainer[str]
    removed_organization_ids: _containers.RepeatedScalarFieldContainer[str]
    limited: bool
    limited_organization_ids: _containers.RepeatedScalarFieldContainer[str]
    position: int
    def __init__(self, added_organization_ids: _Optional[_Iterable[str]] = ..., removed_organization_ids: _Optional[_Iterable[str]] = ..., limited: _Optional[bool] = ..., limited_organization_ids: _Optional[_Iterable[str]] = ..., position: _Optional[int] = ...) -> None: ...

class ResolveUserRequest(_message.Message):
    __slots__ = ("viewer", "user_id")
    VIEWER_FIELD_NUMBER: _ClassVar[int]
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    viewer: Viewer
    user_id: str
    def __init__(self, viewer: _Optional[_Union[Viewer, _Mapping]] = ..., user_id: _Optional[str] = ...) -> None: ...

class ResolveUserResponse(_message.Message):
    __slots__ = ("user_id", "organization_id", "display_name", "emails", "language", "status", "organization_name", "viewer_name", "viewer_partner_name")
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    ORGANIZATION_ID_FIELD_NUMBER: _ClassVar[int]
    DISPLAY_NAME_FIELD_NUMBER: _ClassVar[int]
    EMAILS_FIELD_NUMBER: _ClassVar[int]
    LANGUAGE_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    ORGANIZATION_NAME_FIELD_NUMBER: _ClassVar[int]
    VIEWER_NAME_FIELD_NUMBER: _ClassVar[int]
    VIEWER_PARTNER_NAME_FIELD_NUMBER: _ClassVar[int]
    user_id: str
    organization_id: str
    display_name: str
    emails: _containers.RepeatedScalarFieldContainer[str]
    language: str
    status: str
    organization_name: str
    viewer_name: str
    viewer_partner_name: str
    def __init__(self, user_id: _Optional[str] = ..., organization_id: _Optional[str] = ..., display_name: _Optional[str] = ..., emails: _Optional[_Iterable[str]] = ..., language: _Optional[str] = ..., status: _Optional[str] = ..., organization_name: _Optional[str] = ..., viewer_name: _Optional[str] = ..., viewer_partner_name: _Optional[str] = ...) -> None: ...

class ResolveOrganizationRequest(_message.Message):
    __slots__ = ("viewer", "organization_id")
    VIEWER_FIELD_NUMBER: _ClassVar[int]
    ORGANIZATION_ID_FIELD_NUMBER: _ClassVar[int]
    viewer: Viewer
    organization_id: str
    def __init__(self, viewer: _Optional[_Union[Viewer, _Mapping]] = ..., organization_id: _Optional[str] = ...) -> None: ...

class ResolveOrganizationResponse(_message.Message):
    __slots__ = ("organization_id", "display_name", "admin_ids", "admin_emails", "partner_ids", "partner_names", "language", "viewer_name")
    ORGANIZATION_ID_FIELD_NUMBER: _ClassVar[int]
    DISPLAY_NAME_FIELD_NUMBER: _ClassVar[int]
    ADMIN_IDS_FIELD_NUMBER: _ClassVar[int]
    ADMIN_EMAILS_FIELD_NUMBER: _ClassVar[int]
    PARTNER_IDS_FIELD_NUMBER: _ClassVar[int]
    PARTNER_NAMES_FIELD_NUMBER: _ClassVar[int]
    LANGUAGE_FIELD_NUMBER: _ClassVar[int]
    VIEWER_NAME_FIELD_NUMBER: _ClassVar[int]
    organization_id: str
    display_name: str
    admin_ids: _containers.RepeatedScalarFieldContainer[str]
    admin_emails: _containers.RepeatedScalarFieldContainer[str]
    partner_ids: _containers.RepeatedScalarFieldContainer[str]
    partner_names: _containers.RepeatedScalarFieldContainer[str]
    language: str
    viewer_name: str
    def __init__(self, organization_id: _Optional[str] = ..., display_name: _Optional[str] = ..., admin_ids: _Optional[_Iterable[str]] = ..., admin_emails: _Optional[_Iterable[str]] = ..., partner_ids: _Optional[_Iterable[str]] = ..., partner_names: _Optional[_Iterable[str]] = ..., language: _Optional[str] = ..., viewer_name: _Optional[str] = ...) -> None: ...

class ResolveRowsRequest(_message.Message):
    __slots__ = ("viewer", "things")
    VIEWER_FIELD_NUMBER: _ClassVar[int]
    THINGS_FIELD_NUMBER: _ClassVar[int]
    viewer: Viewer
    things: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, viewer: _Optional[_Union[Viewer, _Mapping]] = ..., things: _Optional[_Iterable[str]] = ...) -> None: ...

class ResolveRowsResponse(_message.Message):
    __slots__ = ("rows",)
    ROWS_FIELD_NUMBER: _ClassVar[int]
    rows: _containers.RepeatedCompositeFieldContainer[Row]
    def __init__(self, rows: _Optional[_Iterable[_Union[Row, _Mapping]]] = ...) -> None: ...

class Row(_message.Message):
    __slots__ = ("thing", "title", "detail", "organization_id", "organization_name", "status", "version", "target")
    THING_FIELD_NUMBER: _ClassVar[int]
    TITLE_FIELD_NUMBER: _ClassVar[int]
    DETAIL_FIELD_NUMBER: _ClassVar[int]
    ORGANIZATION_ID_FIELD_NUMBER: _ClassVar[int]
    ORGANIZATION_NAME_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    TARGET_FIELD_NUMBER: _ClassVar[int]
    thing: str
    title: str
    detail: str
    organization_id: str
    organization_name: str
    status: str
    version: int
    target: str
    def __init__(self, thing: _Optional[str] = ..., title: _Optional[str] = ..., detail: _Optional[str] = ..., organization_id: _Optional[str] = ..., organization_name: _Optional[str] = ..., status: _Optional[str] = ..., version: _Optional[int] = ..., target: _Optional[str] = ...) -> None: ...

class ResolveAddressRequest(_message.Message):
    __slots__ = ("address",)
    ADDRESS_FIELD_NUMBER: _ClassVar[int]
    address: str
    def __init__(self, address: _Optional[str] = ...) -> None: ...

class ResolveAddressResponse(_message.Message):
    __slots__ = ("user_id", "organization_id")
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    ORGANIZATION_ID_FIELD_NUMBER: _ClassVar[int]
    user_id: str
    organization_id: str
    def __init__(self, user_id: _Optional[str] = ..., organization_id: _Optional[str] = ...) -> None: ...

class CheckStandingRequest(_message.Message):
    __slots__ = ("user_id", "role", "organization_id")
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    ROLE_FIELD_NUMBER: _ClassVar[int]
    ORGANIZATION_ID_FIELD_NUMBER: _ClassVar[int]
    user_id: str
    role: str
    organization_id: str
    def __init__(self, user_id: _Optional[str] = ..., role: _Optional[str] = ..., organization_id: _Optional[str] = ...) -> None: ...

class CheckStandingResponse(_message.Message):
    __slots__ = ("holds", "reason", "until")
    HOLDS_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    UNTIL_FIELD_NUMBER: _ClassVar[int]
    holds: bool
    reason: str
    until: _timestamp_pb2.Timestamp
    def __init__(self, holds: _Optional[bool] = ..., reason: _Optional[str] = ..., until: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class ResolvePartnerAdminsRequest(_message.Message):
    __slots__ = ("partner_id",)
    PARTNER_ID_FIELD_NUMBER: _ClassVar[int]
    partner_id: str
    def __init__(self, partner_id: _Optional[str] = ...) -> None: ...

class ResolvePartnerAdminsResponse(_message.Message):
    __slots__ = ("user_ids",)
    USER_IDS_FIELD_NUMBER: _ClassVar[int]
    user_ids: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, user_ids: _Optional[_Iterable[str]] = ...) -> None: ...

class CheckTicketRequest(_message.Message):
    __slots__ = ("ticket", "organization_id", "partner_id")
    TICKET_FIELD_NUMBER: _ClassVar[int]
    ORGANIZATION_ID_FIELD_NUMBER: _ClassVar[int]
    PARTNER_ID_FIELD_NUMBER: _ClassVar[int]
    ticket: str
    organization_id: str
    partner_id: str
    def __init__(self, ticket: _Optional[str] = ..., organization_id: _Optional[str] = ..., partner_id: _Optional[str] = ...) -> None: ...

class CheckTicketResponse(_message.Message):
    __slots__ = ("state", "allowed")
    STATE_FIELD_NUMBER: _ClassVar[int]
    ALLOWED_FIELD_NUMBER: _ClassVar[int]
    state: str
    allowed: bool
    def __init__(self, state: _Optional[str] = ..., allowed: _Optional[bool] = ...) -> None: ...
