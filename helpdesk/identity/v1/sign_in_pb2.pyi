import datetime

from google.protobuf import timestamp_pb2 as _timestamp_pb2
from helpdesk.options.v1 import options_pb2 as _options_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class BeginSignInRequest(_message.Message):
    __slots__ = ("issuer", "redirect_uri", "locale")
    ISSUER_FIELD_NUMBER: _ClassVar[int]
    REDIRECT_URI_FIELD_NUMBER: _ClassVar[int]
    LOCALE_FIELD_NUMBER: _ClassVar[int]
    issuer: str
    redirect_uri: str
    locale: str
    def __init__(self, issuer: _Optional[str] = ..., redirect_uri: _Optional[str] = ..., locale: _Optional[str] = ...) -> None: ...

class BeginSignInResponse(_message.Message):
    __slots__ = ("authorization_url", "state")
    AUTHORIZATION_URL_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    authorization_url: str
    state: str
    def __init__(self, authorization_url: _Optional[str] = ..., state: _Optional[str] = ...) -> None: ...

class CompleteSignInRequest(_message.Message):
    __slots__ = ("state", "returned_state", "code", "redirect_uri", "user_agent", "issuer", "invitation", "previous_secret")
    STATE_FIELD_NUMBER: _ClassVar[int]
    RETURNED_STATE_FIELD_NUMBER: _ClassVar[int]
    CODE_FIELD_NUMBER: _ClassVar[int]
    REDIRECT_URI_FIELD_NUMBER: _ClassVar[int]
    USER_AGENT_FIELD_NUMBER: _ClassVar[int]
    ISSUER_FIELD_NUMBER: _ClassVar[int]
    INVITATION_FIELD_NUMBER: _ClassVar[int]
    PREVIOUS_SECRET_FIELD_NUMBER: _ClassVar[int]
    state: str
    returned_state: str
    code: str
    redirect_uri: str
    user_agent: str
    issuer: str
    invitation: str
    previous_secret: str
    def __init__(self, state: _Optional[str] = ..., returned_state: _Optional[str] = ..., code: _Optional[str] = ..., redirect_uri: _Optional[str] = ..., user_agent: _Optional[str] = ..., issuer: _Optional[str] = ..., invitation: _Optional[str] = ..., previous_secret: _Optional[str] = ...) -> None: ...

class CompleteSignInResponse(_message.Message):
    __slots__ = ("secret", "sign_in_id", "refused")
    SECRET_FIELD_NUMBER: _ClassVar[int]
    SIGN_IN_ID_FIELD_NUMBER: _ClassVar[int]
    REFUSED_FIELD_NUMBER: _ClassVar[int]
    secret: str
    sign_in_id: str
    refused: str
    def __init__(self, secret: _Optional[str] = ..., sign_in_id: _Optional[str] = ..., refused: _Optional[str] = ...) -> None: ...

class IssueTokenRequest(_message.Message):
    __slots__ = ("secret",)
    SECRET_FIELD_NUMBER: _ClassVar[int]
    secret: str
    def __init__(self, secret: _Optional[str] = ...) -> None: ...

class IssueTokenResponse(_message.Message):
    __slots__ = ("token", "expires_in", "user_id", "display_name", "partner_id", "partner_name", "organization_id", "organization_name", "roles", "sign_in_id", "idle_end")
    TOKEN_FIELD_NUMBER: _ClassVar[int]
    EXPIRES_IN_FIELD_NUMBER: _ClassVar[int]
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    DISPLAY_NAME_FIELD_NUMBER: _ClassVar[int]
    PARTNER_ID_FIELD_NUMBER: _ClassVar[int]
    PARTNER_NAME_FIELD_NUMBER: _ClassVar[int]
    ORGANIZATION_ID_FIELD_NUMBER: _ClassVar[int]
    ORGANIZATION_NAME_FIELD_NUMBER: _ClassVar[int]
    ROLES_FIELD_NUMBER: _ClassVar[int]
    SIGN_IN_ID_FIELD_NUMBER: _ClassVar[int]
    IDLE_END_FIELD_NUMBER: _ClassVar[int]
    token: str
    expires_in: int
    user_id: str
    display_name: str
    partner_id: str
    partner_name: str
    organization_id: str
    organization_name: str
    roles: _containers.RepeatedScalarFieldContainer[str]
    sign_in_id: str
    idle_end: _timestamp_pb2.Timestamp
    def __init__(self, token: _Optional[str] = ..., expires_in: _Optional[int] = ..., user_id: _Optional[str] = ..., display_name: _Optional[str] = ..., partner_id: _Optional[str] = ..., partner_name: _Optional[str] = ..., organization_id: _Optional[str] = ..., organization_name: _Optional[str] = ..., roles: _Optional[_Iterable[str]] = ..., sign_in_id: _Optional[str] = ..., idle_end: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class ListSignInsRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class ListSignInsResponse(_message.Message):
    __slots__ = ("sign_ins",)
    SIGN_INS_FIELD_NUMBER: _ClassVar[int]
    sign_ins: _containers.RepeatedCompositeFieldContainer[SignIn]
    def __init__(self, sign_ins: _Optional[_Iterable[_Union[SignIn, _Mapping]]] = ...) -> None: ...

class SignIn(_message.Message):
    __slots__ = ("sign_in_id", "begun", "end", "user_agent", "current")
    SIGN_IN_ID_FIELD_NUMBER: _ClassVar[int]
    BEGUN_FIELD_NUMBER: _ClassVar[int]
    END_FIELD_NUMBER: _ClassVar[int]
    USER_AGENT_FIELD_NUMBER: _ClassVar[int]
    CURRENT_FIELD_NUMBER: _ClassVar[int]
    sign_in_id: str
    begun: _timestamp_pb2.Timestamp
    end: _timestamp_pb2.Timestamp
    user_agent: str
    current: bool
    def __init__(self, sign_in_id: _Optional[str] = ..., begun: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., end: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., user_agent: _Optional[str] = ..., current: _Optional[bool] = ...) -> None: ...

class EndSignInRequest(_message.Message):
    __slots__ = ("sign_in_id", "request_id")
    SIGN_IN_ID_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    sign_in_id: str
    request_id: str
    def __init__(self, sign_in_id: _Optional[str] = ..., request_id: _Optional[str] = ...) -> None: ...

class EndSignInResponse(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class EndOtherSignInsRequest(_message.Message):
    __slots__ = ("request_id",)
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    def __init__(self, request_id: _Optional[str] = ...) -> None: ...

class EndOtherSignInsResponse(_message.Message):
    __slots__ = ("ended_sessions",)
    ENDED_SESSIONS_FIELD_NUMBER: _ClassVar[int]
    ended_sessions: int
    def __init__(self, ended_sessions: _Optional[int] = ...) -> None: ...

class ListProvidersRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class ListProvidersResponse(_message.Message):
    __slots__ = ("providers",)
    PROVIDERS_FIELD_NUMBER: _ClassVar[int]
    providers: _containers.RepeatedCompositeFieldContainer[Provider]
    def __init__(self, providers: _Optional[_Iterable[_Union[Provider, _Mapping]]] = ...) -> None: ...

class Provider(_message.Message):
    __slots__ = ("issuer", "display_name")
    ISSUER_FIELD_NUMBER: _ClassVar[int]
    DISPLAY_NAME_FIELD_NUMBER: _ClassVar[int]
    issuer: str
    display_name: str
    def __init__(self, issuer: _Optional[str] = ..., display_name: _Optional[str] = ...) -> None: ...

class GetSignOutPageRequest(_message.Message):
    __slots__ = ("secret", "redirect_uri", "state")
    SECRET_FIELD_NUMBER: _ClassVar[int]
    REDIRECT_URI_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    secret: str
    redirect_uri: str
    state: str
    def __init__(self, secret: _Optional[str] = ..., redirect_uri: _Optional[str] = ..., state: _Optional[str] = ...) -> None: ...

class GetSignOutPageResponse(_message.Message):
    __slots__ = ("url",)
    URL_FIELD_NUMBER: _ClassVar[int]
    url: str
    def __init__(self, url: _Optional[str] = ...) -> None: ...

class EndProviderSessionRequest(_message.Message):
    __slots__ = ("logout_token",)
    LOGOUT_TOKEN_FIELD_NUMBER: _ClassVar[int]
    logout_token: str
    def __init__(self, logout_token: _Optional[str] = ...) -> None: ...

class EndProviderSessionResponse(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class IssueTokenForRequest(_message.Message):
    __slots__ = ("user_id",)
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    user_id: str
    def __init__(self, user_id: _Optional[str] = ...) -> None: ...

class IssueTokenForResponse(_message.Message):
    __slots__ = ("token", "expires_in")
    TOKEN_FIELD_NUMBER: _ClassVar[int]
    EXPIRES_IN_FIELD_NUMBER: _ClassVar[int]
    token: str
    expires_in: int
    def __init__(self, token: _Optional[str] = ..., expires_in: _Optional[int] = ...) -> None: ...
