import datetime

from google.protobuf import struct_pb2 as _struct_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from helpdesk.options.v1 import options_pb2 as _options_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class PartnerImported(_message.Message):
    __slots__ = ("stamp", "partner_id", "display_name", "created")
    STAMP_FIELD_NUMBER: _ClassVar[int]
    PARTNER_ID_FIELD_NUMBER: _ClassVar[int]
    DISPLAY_NAME_FIELD_NUMBER: _ClassVar[int]
    CREATED_FIELD_NUMBER: _ClassVar[int]
    stamp: _options_pb2.Stamp
    partner_id: str
    display_name: str
    created: _timestamp_pb2.Timestamp
    def __init__(self, stamp: _Optional[_Union[_options_pb2.Stamp, _Mapping]] = ..., partner_id: _Optional[str] = ..., display_name: _Optional[str] = ..., created: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class OrganizationImported(_message.Message):
    __slots__ = ("stamp", "organization_id", "display_name", "created", "settings", "partner_ids")
    STAMP_FIELD_NUMBER: _ClassVar[int]
    ORGANIZATION_ID_FIELD_NUMBER: _ClassVar[int]
    DISPLAY_NAME_FIELD_NUMBER: _ClassVar[int]
    CREATED_FIELD_NUMBER: _ClassVar[int]
    SETTINGS_FIELD_NUMBER: _ClassVar[int]
    PARTNER_IDS_FIELD_NUMBER: _ClassVar[int]
    stamp: _options_pb2.Stamp
    organization_id: str
    display_name: str
    created: _timestamp_pb2.Timestamp
    settings: _struct_pb2.Struct
    partner_ids: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, stamp: _Optional[_Union[_options_pb2.Stamp, _Mapping]] = ..., organization_id: _Optional[str] = ..., display_name: _Optional[str] = ..., created: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., settings: _Optional[_Union[_struct_pb2.Struct, _Mapping]] = ..., partner_ids: _Optional[_Iterable[str]] = ...) -> None: ...

class PersonImported(_message.Message):
    __slots__ = ("stamp", "user_id", "organization_id", "display_name", "first_name", "last_name", "emails", "phone_numbers", "sip_addresses", "status", "login_enabled", "created", "directory_roles", "license_ids", "feature_toggles")
    STAMP_FIELD_NUMBER: _ClassVar[int]
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    ORGANIZATION_ID_FIELD_NUMBER: _ClassVar[int]
    DISPLAY_NAME_FIELD_NUMBER: _ClassVar[int]
    FIRST_NAME_FIELD_NUMBER: _ClassVar[int]
    LAST_NAME_FIELD_NUMBER: _ClassVar[int]
    EMAILS_FIELD_NUMBER: _ClassVar[int]
    PHONE_NUMBERS_FIELD_NUMBER: _ClassVar[int]
    SIP_ADDRESSES_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    LOGIN_ENABLED_FIELD_NUMBER: _ClassVar[int]
    CREATED_FIELD_NUMBER: _ClassVar[int]
    DIRECTORY_ROLES_FIELD_NUMBER: _ClassVar[int]
    LICENSE_IDS_FIELD_NUMBER: _ClassVar[int]
    FEATURE_TOGGLES_FIELD_NUMBER: _ClassVar[int]
    stamp: _options_pb2.Stamp
    user_id: str
    organization_id: str
    display_name: str
    first_name: str
    last_name: str
    emails: _containers.RepeatedScalarFieldContainer[str]
    phone_numbers: _containers.RepeatedScalarFieldContainer[str]
    sip_addresses: _containers.RepeatedScalarFieldContainer[str]
    status: str
    login_enabled: bool
    created: _timestamp_pb2.Timestamp
    directory_roles: _containers.RepeatedScalarFieldContainer[str]
    license_ids: _containers.RepeatedScalarFieldContainer[str]
    feature_toggles: _struct_pb2.Struct
    def __init__(self, stamp: _Optional[_Union[_options_pb2.Stamp, _Mapping]] = ..., user_id: _Optional[str] = ..., organization_id: _Optional[str] = ..., display_name: _Optional[str] = ..., first_name: _Optional[str] = ..., last_name: _Optional[str] = ..., emails: _Optional[_Iterable[str]] = ..., phone_numbers: _Optional[_Iterable[str]] = ..., sip_addresses: _Optional[_Iterable[str]] = ..., status: _Optional[str] = ..., login_enabled: _Optional[bool] = ..., created: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., directory_roles: _Optional[_Iterable[str]] = ..., license_ids: _Optional[_Iterable[str]] = ..., feature_toggles: _Optional[_Union[_struct_pb2.Struct, _Mapping]] = ...) -> None: ...

class DomainImported(_message.Message):
    __slots__ = ("stamp", "organization_id", "domain", "status")
    STAMP_FIELD_NUMBER: _ClassVar[int]
    ORGANIZATION_ID_FIELD_NUMBER: _ClassVar[int]
    DOMAIN_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    stamp: _options_pb2.Stamp
    organization_id: str
    domain: str
    status: str
    def __init__(self, stamp: _Optional[_Union[_options_pb2.Stamp, _Mapping]] = ..., organization_id: _Optional[str] = ..., domain: _Optional[str] = ..., status: _Optional[str] = ...) -> None: ...

class SiteImported(_message.Message):
    __slots__ = ("stamp", "organization_id", "site_url", "type", "created", "is_default")
    STAMP_FIELD_NUMBER: _ClassVar[int]
    ORGANIZATION_ID_FIELD_NUMBER: _ClassVar[int]
    SITE_URL_FIELD_NUMBER: _ClassVar[int]
    TYPE_FIELD_NUMBER: _ClassVar[int]
    CREATED_FIELD_NUMBER: _ClassVar[int]
    IS_DEFAULT_FIELD_NUMBER: _ClassVar[int]
    stamp: _options_pb2.Stamp
    organization_id: str
    site_url: str
    type: str
    created: _timestamp_pb2.Timestamp
    is_default: bool
    def __init__(self, stamp: _Optional[_Union[_options_pb2.Stamp, _Mapping]] = ..., organization_id: _Optional[str] = ..., site_url: _Optional[str] = ..., type: _Optional[str] = ..., created: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., is_default: _Optional[bool] = ...) -> None: ...

class LicenseImported(_message.Message):
    __slots__ = ("stamp", "license_id", "organization_id", "name", "subscription_id", "total_units", "consumed_units")
    STAMP_FIELD_NUMBER: _ClassVar[int]
    LICENSE_ID_FIELD_NUMBER: _ClassVar[int]
    ORGANIZATION_ID_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    SUBSCRIPTION_ID_FIELD_NUMBER: _ClassVar[int]
    TOTAL_UNITS_FIELD_NUMBER: _ClassVar[int]
    CONSUMED_UNITS_FIELD_NUMBER: _ClassVar[int]
    stamp: _options_pb2.Stamp
    license_id: str
    organization_id: str
    name: str
    subscription_id: str
    total_units: int
    consumed_units: int
    def __init__(self, stamp: _Optional[_Union[_options_pb2.Stamp, _Mapping]] = ..., license_id: _Optional[str] = ..., organization_id: _Optional[str] = ..., name: _Optional[str] = ..., subscription_id: _Optional[str] = ..., total_units: _Optional[int] = ..., consumed_units: _Optional[int] = ...) -> None: ...

class OrderImported(_message.Message):
    __slots__ = ("stamp", "organization_id", "web_order_number", "subscription_id", "status", "created")
    STAMP_FIELD_NUMBER: _ClassVar[int]
    ORGANIZATION_ID_FIELD_NUMBER: _ClassVar[int]
    WEB_ORDER_NUMBER_FIELD_NUMBER: _ClassVar[int]
    SUBSCRIPTION_ID_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    CREATED_FIELD_NUMBER: _ClassVar[int]
    stamp: _options_pb2.Stamp
    organization_id: str
    web_order_number: str
    subscription_id: str
    status: str
    created: _timestamp_pb2.Timestamp
    def __init__(self, stamp: _Optional[_Union[_options_pb2.Stamp, _Mapping]] = ..., organization_id: _Optional[str] = ..., web_order_number: _Optional[str] = ..., subscription_id: _Optional[str] = ..., status: _Optional[str] = ..., created: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class DeviceImported(_message.Message):
    __slots__ = ("stamp", "device_id", "organization_id", "user_id", "person_id", "display_name", "product", "type", "serial", "mac", "sip_address", "connection_status", "created")
    STAMP_FIELD_NUMBER: _ClassVar[int]
    DEVICE_ID_FIELD_NUMBER: _ClassVar[int]
    ORGANIZATION_ID_FIELD_NUMBER: _ClassVar[int]
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    PERSON_ID_FIELD_NUMBER: _ClassVar[int]
    DISPLAY_NAME_FIELD_NUMBER: _ClassVar[int]
    PRODUCT_FIELD_NUMBER: _ClassVar[int]
    TYPE_FIELD_NUMBER: _ClassVar[int]
    SERIAL_FIELD_NUMBER: _ClassVar[int]
    MAC_FIELD_NUMBER: _ClassVar[int]
    SIP_ADDRESS_FIELD_NUMBER: _ClassVar[int]
    CONNECTION_STATUS_FIELD_NUMBER: _ClassVar[int]
    CREATED_FIELD_NUMBER: _ClassVar[int]
    stamp: _options_pb2.Stamp
    device_id: str
    organization_id: str
    user_id: str
    person_id: str
    display_name: str
    product: str
    type: str
    serial: str
    mac: str
    sip_address: str
    connection_status: str
    created: _timestamp_pb2.Timestamp
    def __init__(self, stamp: _Optional[_Union[_options_pb2.Stamp, _Mapping]] = ..., device_id: _Optional[str] = ..., organization_id: _Optional[str] = ..., user_id: _Optional[str] = ..., person_id: _Optional[str] = ..., display_name: _Optional[str] = ..., product: _Optional[str] = ..., type: _Optional[str] = ..., serial: _Optional[str] = ..., mac: _Optional[str] = ..., sip_address: _Optional[str] = ..., connection_status: _Optional[str] = ..., created: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class RoleAssigned(_message.Message):
    __slots__ = ("stamp", "user_id", "partner_id", "role", "assigned_by", "until", "reason")
    STAMP_FIELD_NUMBER: _ClassVar[int]
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    PARTNER_ID_FIELD_NUMBER: _ClassVar[int]
    ROLE_FIELD_NUMBER: _ClassVar[int]
    ASSIGNED_BY_FIELD_NUMBER: _ClassVar[int]
    UNTIL_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    stamp: _options_pb2.Stamp
    user_id: str
    partner_id: str
    role: str
    assigned_by: str
    until: _timestamp_pb2.Timestamp
    reason: str
    def __init__(self, stamp: _Optional[_Union[_options_pb2.Stamp, _Mapping]] = ..., user_id: _Optional[str] = ..., partner_id: _Optional[str] = ..., role: _Optional[str] = ..., assigned_by: _Optional[str] = ..., until: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., reason: _Optional[str] = ...) -> None: ...

class RoleRemoved(_message.Message):
    __slots__ = ("stamp", "user_id", "partner_id", "role", "removed_by", "reason", "roles_left")
    STAMP_FIELD_NUMBER: _ClassVar[int]
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    PARTNER_ID_FIELD_NUMBER: _ClassVar[int]
    ROLE_FIELD_NUMBER: _ClassVar[int]
    REMOVED_BY_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    ROLES_LEFT_FIELD_NUMBER: _ClassVar[int]
    stamp: _options_pb2.Stamp
    user_id: str
    partner_id: str
    role: str
    removed_by: str
    reason: str
    roles_left: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, stamp: _Optional[_Union[_options_pb2.Stamp, _Mapping]] = ..., user_id: _Optional[str] = ..., partner_id: _Optional[str] = ..., role: _Optional[str] = ..., removed_by: _Optional[str] = ..., reason: _Optional[str] = ..., roles_left: _Optional[_Iterable[str]] = ...) -> None: ...

class SignInBegun(_message.Message):
    __slots__ = ("stamp", "state_digest", "issuer", "key", "code_verifier", "nonce")
    STAMP_FIELD_NUMBER: _ClassVar[int]
    STATE_DIGEST_FIELD_NUMBER: _ClassVar[int]
    ISSUER_FIELD_NUMBER: _ClassVar[int]
    KEY_FIELD_NUMBER: _ClassVar[int]
    CODE_VERIFIER_FIELD_NUMBER: _ClassVar[int]
    NONCE_FIELD_NUMBER: _ClassVar[int]
    stamp: _options_pb2.Stamp
    state_digest: str
    issuer: str
    key: str
    code_verifier: str
    nonce: str
    def __init__(self, stamp: _Optional[_Union[_options_pb2.Stamp, _Mapping]] = ..., state_digest: _Optional[str] = ..., issuer: _Optional[str] = ..., key: _Optional[str] = ..., code_verifier: _Optional[str] = ..., nonce: _Optional[str] = ...) -> None: ...

class SignedIn(_message.Message):
    __slots__ = ("stamp", "sign_in_id", "user_id", "secret_digest", "issuer", "user_agent", "subject_digest", "provider_session_digest", "id_token")
    STAMP_FIELD_NUMBER: _ClassVar[int]
    SIGN_IN_ID_FIELD_NUMBER: _ClassVar[int]
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    SECRET_DIGEST_FIELD_NUMBER: _ClassVar[int]
    ISSUER_FIELD_NUMBER: _ClassVar[int]
    USER_AGENT_FIELD_NUMBER: _ClassVar[int]
    SUBJECT_DIGEST_FIELD_NUMBER: _ClassVar[int]
    PROVIDER_SESSION_DIGEST_FIELD_NUMBER: _ClassVar[int]
    ID_TOKEN_FIELD_NUMBER: _ClassVar[int]
    stamp: _options_pb2.Stamp
    sign_in_id: str
    user_id: str
    secret_digest: str
    issuer: str
    user_agent: str
    subject_digest: str
    provider_session_digest: str
    id_token: str
    def __init__(self, stamp: _Optional[_Union[_options_pb2.Stamp, _Mapping]] = ..., sign_in_id: _Optional[str] = ..., user_id: _Optional[str] = ..., secret_digest: _Optional[str] = ..., issuer: _Optional[str] = ..., user_agent: _Optional[str] = ..., subject_digest: _Optional[str] = ..., provider_session_digest: _Optional[str] = ..., id_token: _Optional[str] = ...) -> None: ...

class ProviderSignedOut(_message.Message):
    __slots__ = ("stamp", "token_digest", "issuer")
    STAMP_FIELD_NUMBER: _ClassVar[int]
    TOKEN_DIGEST_FIELD_NUMBER: _ClassVar[int]
    ISSUER_FIELD_NUMBER: _ClassVar[int]
    stamp: _options_pb2.Stamp
    token_digest: str
    issuer: str
    def __init__(self, stamp: _Optional[_Union[_options_pb2.Stamp, _Mapping]] = ..., token_digest: _Optional[str] = ..., issuer: _Optional[str] = ...) -> None: ...

class SignedOut(_message.Message):
    __slots__ = ("stamp", "sign_in_id", "user_id", "reason")
    STAMP_FIELD_NUMBER: _ClassVar[int]
    SIGN_IN_ID_FIELD_NUMBER: _ClassVar[int]
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    stamp: _options_pb2.Stamp
    sign_in_id: str
    user_id: str
    reason: str
    def __init__(self, stamp: _Optional[_Union[_options_pb2.Stamp, _Mapping]] = ..., sign_in_id: _Optional[str] = ..., user_id: _Optional[str] = ..., reason: _Optional[str] = ...) -> None: ...

class AccountLinked(_message.Message):
    __slots__ = ("stamp", "user_id", "issuer", "subject", "subject_digest", "linked_by")
    STAMP_FIELD_NUMBER: _ClassVar[int]
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    ISSUER_FIELD_NUMBER: _ClassVar[int]
    SUBJECT_FIELD_NUMBER: _ClassVar[int]
    SUBJECT_DIGEST_FIELD_NUMBER: _ClassVar[int]
    LINKED_BY_FIELD_NUMBER: _ClassVar[int]
    stamp: _options_pb2.Stamp
    user_id: str
    issuer: str
    subject: str
    subject_digest: str
    linked_by: str
    def __init__(self, stamp: _Optional[_Union[_options_pb2.Stamp, _Mapping]] = ..., user_id: _Optional[str] = ..., issuer: _Optional[str] = ..., subject: _Optional[str] = ..., subject_digest: _Optional[str] = ..., linked_by: _Optional[str] = ...) -> None: ...

class OperatorTokenIssued(_message.Message):
    __slots__ = ("stamp", "user_id", "issued_by")
    STAMP_FIELD_NUMBER: _ClassVar[int]
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    ISSUED_BY_FIELD_NUMBER: _ClassVar[int]
    stamp: _options_pb2.Stamp
    user_id: str
    issued_by: str
    def __init__(self, stamp: _Optional[_Union[_options_pb2.Stamp, _Mapping]] = ..., user_id: _Optional[str] = ..., issued_by: _Optional[str] = ...) -> None: ...

class RoleClaimMapped(_message.Message):
    __slots__ = ("stamp", "mapping_id", "partner_id", "claim", "value", "role", "mapped_by")
    STAMP_FIELD_NUMBER: _ClassVar[int]
    MAPPING_ID_FIELD_NUMBER: _ClassVar[int]
    PARTNER_ID_FIELD_NUMBER: _ClassVar[int]
    CLAIM_FIELD_NUMBER: _ClassVar[int]
    VALUE_FIELD_NUMBER: _ClassVar[int]
    ROLE_FIELD_NUMBER: _ClassVar[int]
    MAPPED_BY_FIELD_NUMBER: _ClassVar[int]
    stamp: _options_pb2.Stamp
    mapping_id: str
    partner_id: str
    claim: str
    value: str
    role: str
    mapped_by: str
    def __init__(self, stamp: _Optional[_Union[_options_pb2.Stamp, _Mapping]] = ..., mapping_id: _Optional[str] = ..., partner_id: _Optional[str] = ..., claim: _Optional[str] = ..., value: _Optional[str] = ..., role: _Optional[str] = ..., mapped_by: _Optional[str] = ...) -> None: ...

class RoleClaimUnmapped(_message.Message):
    __slots__ = ("stamp", "mapping_id", "partner_id", "unmapped_by")
    STAMP_FIELD_NUMBER: _ClassVar[int]
    MAPPING_ID_FIELD_NUMBER: _ClassVar[int]
    PARTNER_ID_FIELD_NUMBER: _ClassVar[int]
    UNMAPPED_BY_FIELD_NUMBER: _ClassVar[int]
    stamp: _options_pb2.Stamp
    mapping_id: str
    partner_id: str
    unmapped_by: str
    def __init__(self, stamp: _Optional[_Union[_options_pb2.Stamp, _Mapping]] = ..., mapping_id: _Optional[str] = ..., partner_id: _Optional[str] = ..., unmapped_by: _Optional[str] = ...) -> None: ...
