import datetime

from google.protobuf import timestamp_pb2 as _timestamp_pb2
from helpdesk.options.v1 import options_pb2 as _options_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class VouchForAddressRequest(_message.Message):
    __slots__ = ("user_id", "address_index", "reason", "request_id")
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    ADDRESS_INDEX_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    user_id: str
    address_index: int
    reason: str
    request_id: str
    def __init__(self, user_id: _Optional[str] = ..., address_index: _Optional[int] = ..., reason: _Optional[str] = ..., request_id: _Optional[str] = ...) -> None: ...

class VouchForAddressResponse(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class AskAdminToVouchRequest(_message.Message):
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

class AskAdminToVouchResponse(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class ListAddressVouchRequestsRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class ListAddressVouchRequestsResponse(_message.Message):
    __slots__ = ("requests",)
    REQUESTS_FIELD_NUMBER: _ClassVar[int]
    requests: _containers.RepeatedCompositeFieldContainer[AddressVouchRequest]
    def __init__(self, requests: _Optional[_Iterable[_Union[AddressVouchRequest, _Mapping]]] = ...) -> None: ...

class AddressVouchRequest(_message.Message):
    __slots__ = ("user_id", "address_index", "user_name", "address", "block", "cause", "since", "partner_name", "ticket", "reason", "asked_at")
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    ADDRESS_INDEX_FIELD_NUMBER: _ClassVar[int]
    USER_NAME_FIELD_NUMBER: _ClassVar[int]
    ADDRESS_FIELD_NUMBER: _ClassVar[int]
    BLOCK_FIELD_NUMBER: _ClassVar[int]
    CAUSE_FIELD_NUMBER: _ClassVar[int]
    SINCE_FIELD_NUMBER: _ClassVar[int]
    PARTNER_NAME_FIELD_NUMBER: _ClassVar[int]
    TICKET_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    ASKED_AT_FIELD_NUMBER: _ClassVar[int]
    user_id: str
    address_index: int
    user_name: str
    address: str
    block: str
    cause: str
    since: _timestamp_pb2.Timestamp
    partner_name: str
    ticket: str
    reason: str
    asked_at: _timestamp_pb2.Timestamp
    def __init__(self, user_id: _Optional[str] = ..., address_index: _Optional[int] = ..., user_name: _Optional[str] = ..., address: _Optional[str] = ..., block: _Optional[str] = ..., cause: _Optional[str] = ..., since: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., partner_name: _Optional[str] = ..., ticket: _Optional[str] = ..., reason: _Optional[str] = ..., asked_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class AskForMailConsentRequest(_message.Message):
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

class AskForMailConsentResponse(_message.Message):
    __slots__ = ("message_id",)
    MESSAGE_ID_FIELD_NUMBER: _ClassVar[int]
    message_id: str
    def __init__(self, message_id: _Optional[str] = ...) -> None: ...

class GetMailConsentRequest(_message.Message):
    __slots__ = ("link",)
    LINK_FIELD_NUMBER: _ClassVar[int]
    link: str
    def __init__(self, link: _Optional[str] = ...) -> None: ...

class GetMailConsentResponse(_message.Message):
    __slots__ = ("state", "address", "ticket", "since", "open_until")
    STATE_FIELD_NUMBER: _ClassVar[int]
    ADDRESS_FIELD_NUMBER: _ClassVar[int]
    TICKET_FIELD_NUMBER: _ClassVar[int]
    SINCE_FIELD_NUMBER: _ClassVar[int]
    OPEN_UNTIL_FIELD_NUMBER: _ClassVar[int]
    state: str
    address: str
    ticket: str
    since: _timestamp_pb2.Timestamp
    open_until: _timestamp_pb2.Timestamp
    def __init__(self, state: _Optional[str] = ..., address: _Optional[str] = ..., ticket: _Optional[str] = ..., since: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., open_until: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class GiveMailConsentRequest(_message.Message):
    __slots__ = ("link", "request_id")
    LINK_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    link: str
    request_id: str
    def __init__(self, link: _Optional[str] = ..., request_id: _Optional[str] = ...) -> None: ...

class GiveMailConsentResponse(_message.Message):
    __slots__ = ("state",)
    STATE_FIELD_NUMBER: _ClassVar[int]
    state: str
    def __init__(self, state: _Optional[str] = ...) -> None: ...

class LiftRemovalLockRequest(_message.Message):
    __slots__ = ("user_id", "address_index", "reason", "request_id")
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    ADDRESS_INDEX_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    user_id: str
    address_index: int
    reason: str
    request_id: str
    def __init__(self, user_id: _Optional[str] = ..., address_index: _Optional[int] = ..., reason: _Optional[str] = ..., request_id: _Optional[str] = ...) -> None: ...

class LiftRemovalLockResponse(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class ListRemovalsRequest(_message.Message):
    __slots__ = ("everyone", "page_size", "page_token")
    EVERYONE_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    everyone: bool
    page_size: int
    page_token: str
    def __init__(self, everyone: _Optional[bool] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListRemovalsResponse(_message.Message):
    __slots__ = ("removals", "next_page_token")
    REMOVALS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    removals: _containers.RepeatedCompositeFieldContainer[Removal]
    next_page_token: str
    def __init__(self, removals: _Optional[_Iterable[_Union[Removal, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class Removal(_message.Message):
    __slots__ = ("removal_id", "user_id", "user_name", "organization_id", "organization_name", "address", "removed_by", "ticket", "ground", "block", "removed_at", "outcome", "outcome_at", "cause", "next_step", "provider_state")
    REMOVAL_ID_FIELD_NUMBER: _ClassVar[int]
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    USER_NAME_FIELD_NUMBER: _ClassVar[int]
    ORGANIZATION_ID_FIELD_NUMBER: _ClassVar[int]
    ORGANIZATION_NAME_FIELD_NUMBER: _ClassVar[int]
    ADDRESS_FIELD_NUMBER: _ClassVar[int]
    REMOVED_BY_FIELD_NUMBER: _ClassVar[int]
    TICKET_FIELD_NUMBER: _ClassVar[int]
    GROUND_FIELD_NUMBER: _ClassVar[int]
    BLOCK_FIELD_NUMBER: _ClassVar[int]
    REMOVED_AT_FIELD_NUMBER: _ClassVar[int]
    OUTCOME_FIELD_NUMBER: _ClassVar[int]
    OUTCOME_AT_FIELD_NUMBER: _ClassVar[int]
    CAUSE_FIELD_NUMBER: _ClassVar[int]
    NEXT_STEP_FIELD_NUMBER: _ClassVar[int]
    PROVIDER_STATE_FIELD_NUMBER: _ClassVar[int]
    removal_id: str
    user_id: str
    user_name: str
    organization_id: str
    organization_name: str
    address: str
    removed_by: str
    ticket: str
    ground: str
    block: str
    removed_at: _timestamp_pb2.Timestamp
    outcome: str
    outcome_at: _timestamp_pb2.Timestamp
    cause: str
    next_step: str
    provider_state: str
    def __init__(self, removal_id: _Optional[str] = ..., user_id: _Optional[str] = ..., user_name: _Optional[str] = ..., organization_id: _Optional[str] = ..., organization_name: _Optional[str] = ..., address: _Optional[str] = ..., removed_by: _Optional[str] = ..., ticket: _Optional[str] = ..., ground: _Optional[str] = ..., block: _Optional[str] = ..., removed_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., outcome: _Optional[str] = ..., outcome_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., cause: _Optional[str] = ..., next_step: _Optional[str] = ..., provider_state: _Optional[str] = ...) -> None: ...
