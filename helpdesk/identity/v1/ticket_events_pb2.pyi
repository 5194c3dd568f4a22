from helpdesk.options.v1 import options_pb2 as _options_pb2
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class TicketOpened(_message.Message):
    __slots__ = ("stamp", "ticket", "partner_id", "organization_id", "opened_by")
    STAMP_FIELD_NUMBER: _ClassVar[int]
    TICKET_FIELD_NUMBER: _ClassVar[int]
    PARTNER_ID_FIELD_NUMBER: _ClassVar[int]
    ORGANIZATION_ID_FIELD_NUMBER: _ClassVar[int]
    OPENED_BY_FIELD_NUMBER: _ClassVar[int]
    stamp: _options_pb2.Stamp
    ticket: str
    partner_id: str
    organization_id: str
    opened_by: str
    def __init__(self, stamp: _Optional[_Union[_options_pb2.Stamp, _Mapping]] = ..., ticket: _Optional[str] = ..., partner_id: _Optional[str] = ..., organization_id: _Optional[str] = ..., opened_by: _Optional[str] = ...) -> None: ...

class TicketClosed(_message.Message):
    __slots__ = ("stamp", "ticket", "partner_id", "closed_by")
    STAMP_FIELD_NUMBER: _ClassVar[int]
    TICKET_FIELD_NUMBER: _ClassVar[int]
    PARTNER_ID_FIELD_NUMBER: _ClassVar[int]
    CLOSED_BY_FIELD_NUMBER: _ClassVar[int]
    stamp: _options_pb2.Stamp
    ticket: str
    partner_id: str
    closed_by: str
    def __init__(self, stamp: _Optional[_Union[_options_pb2.Stamp, _Mapping]] = ..., ticket: _Optional[str] = ..., partner_id: _Optional[str] = ..., closed_by: _Optional[str] = ...) -> None: ...
