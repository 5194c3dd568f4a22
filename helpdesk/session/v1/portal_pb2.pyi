from helpdesk.options.v1 import options_pb2 as _options_pb2
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class EnterPortalRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class EnterPortalResponse(_message.Message):
    __slots__ = ("key",)
    KEY_FIELD_NUMBER: _ClassVar[int]
    key: str
    def __init__(self, key: _Optional[str] = ...) -> None: ...

class LeasePortalRequest(_message.Message):
    __slots__ = ("key",)
    KEY_FIELD_NUMBER: _ClassVar[int]
    key: str
    def __init__(self, key: _Optional[str] = ...) -> None: ...

class LeasePortalResponse(_message.Message):
    __slots__ = ("token", "view_id")
    TOKEN_FIELD_NUMBER: _ClassVar[int]
    VIEW_ID_FIELD_NUMBER: _ClassVar[int]
    token: str
    view_id: str
    def __init__(self, token: _Optional[str] = ..., view_id: _Optional[str] = ...) -> None: ...

class LookAtPortalRequest(_message.Message):
    __slots__ = ("section",)
    SECTION_FIELD_NUMBER: _ClassVar[int]
    section: _options_pb2.Section
    def __init__(self, section: _Optional[_Union[_options_pb2.Section, str]] = ...) -> None: ...

class LookAtPortalResponse(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...
