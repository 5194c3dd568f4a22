import datetime

from google.protobuf import timestamp_pb2 as _timestamp_pb2
from helpdesk.options.v1 import options_pb2 as _options_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class AgentInvited(_message.Message):
    __slots__ = ("stamp", "invitation_id", "key", "email", "display_name", "link", "link_digest", "partner_id", "partner_name", "role", "until", "organization_ids", "invited_by", "reason", "expires")
    STAMP_FIELD_NUMBER: _ClassVar[int]
    INVITATION_ID_FIELD_NUMBER: _ClassVar[int]
    KEY_FIELD_NUMBER: _ClassVar[int]
    EMAIL_FIELD_NUMBER: _ClassVar[int]
    DISPLAY_NAME_FIELD_NUMBER: _ClassVar[int]
    LINK_FIELD_NUMBER: _ClassVar[int]
    LINK_DIGEST_FIELD_NUMBER: _ClassVar[int]
    PARTNER_ID_FIELD_NUMBER: _ClassVar[int]
    PARTNER_NAME_FIELD_NUMBER: _ClassVar[int]
    ROLE_FIELD_NUMBER: _ClassVar[int]
    UNTIL_FIELD_NUMBER: _ClassVar[int]
    ORGANIZATION_IDS_FIELD_NUMBER: _ClassVar[int]
    INVITED_BY_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    EXPIRES_FIELD_NUMBER: _ClassVar[int]
    stamp: _options_pb2.Stamp
    invitation_id: str
    key: str
    email: str
    display_name: str
    link: str
    link_digest: str
    partner_id: str
    partner_name: str
    role: str
    until: _timestamp_pb2.Timestamp
    organization_ids: _containers.RepeatedScalarFieldContainer[str]
    invited_by: str
    reason: str
    expires: _timestamp_pb2.Timestamp
    def __init__(self, stamp: _Optional[_Union[_options_pb2.Stamp, _Mapping]] = ..., invitation_id: _Optional[str] = ..., key: _Optional[str] = ..., email: _Optional[str] = ..., display_name: _Optional[str] = ..., link: _Optional[str] = ..., link_digest: _Optional[str] = ..., partner_id: _Optional[str] = ..., partner_name: _Optional[str] = ..., role: _Optional[str] = ..., until: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., organization_ids: _Optional[_Iterable[str]] = ..., invited_by: _Optional[str] = ..., reason: _Optional[str] = ..., expires: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class InvitationWithdrawn(_message.Message):
    __slots__ = ("stamp", "invitation_id", "withdrawn_by")
    STAMP_FIELD_NUMBER: _ClassVar[int]
    INVITATION_ID_FIELD_NUMBER: _ClassVar[int]
    WITHDRAWN_BY_FIELD_NUMBER: _ClassVar[int]
    stamp: _options_pb2.Stamp
    invitation_id: str
    withdrawn_by: str
    def __init__(self, stamp: _Optional[_Union[_options_pb2.Stamp, _Mapping]] = ..., invitation_id: _Optional[str] = ..., withdrawn_by: _Optional[str] = ...) -> None: ...

class InvitationAccepted(_message.Message):
    __slots__ = ("stamp", "invitation_id", "user_id")
    STAMP_FIELD_NUMBER: _ClassVar[int]
    INVITATION_ID_FIELD_NUMBER: _ClassVar[int]
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    stamp: _options_pb2.Stamp
    invitation_id: str
    user_id: str
    def __init__(self, stamp: _Optional[_Union[_options_pb2.Stamp, _Mapping]] = ..., invitation_id: _Optional[str] = ..., user_id: _Optional[str] = ...) -> None: ...
