"""Every RPC of the product by its descriptor: requests to fill, and calls as bytes over a channel."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import grpc
from google.protobuf import message_factory
from google.protobuf.descriptor import FieldDescriptor
from google.rpc import error_details_pb2, status_pb2

from helpdesk.kernel import secrets
from helpdesk.kernel.heartbeat import HeartbeatSigned
from services.hosting import service
from tests.support.product import BETA
from tests.support.waiting import PATIENCE

SERVICES = [name for name in secrets.SERVICES if name != "gateway"]
LOG = "eventlog"


def hosted():
    """Return the services that answer RPCs, as the host takes them."""
    return [service(name) for name in SERVICES]


def a_caller_of(method):
    """Return the id of a service, or of an operator, that may call a method of services."""
    return min(method.callers).replace("operator", "operator:test")


def short(method):
    """Return ``Service.Method``."""
    return method.full_name.split(".v1.")[1]


def served_by(method):
    """Return the name of the service that answers a method; the log is asked at identity."""
    name = method.full_name.split(".")[1]
    return "identity" if name == LOG else name


def request_class(method):
    return message_factory.GetMessageClass(method.descriptor.input_type)


@dataclass
class Answer:
    """How a call ended: its status, what came with it, and the answers as bytes."""

    code: grpc.StatusCode
    details: str = ""
    trailing: tuple = ()
    answers: list[bytes] = field(default_factory=list)

    @property
    def status(self):
        packed = dict(self.trailing).get("grpc-status-details-bin", b"")
        return status_pb2.Status.FromString(packed)

    def _detail(self, kind):
        found = kind()
        for detail in self.status.details:
            if detail.Is(kind.DESCRIPTOR):
                detail.Unpack(found)
        return found

    @property
    def reason(self):
        return self._detail(error_details_pb2.ErrorInfo).reason

    @property
    def reference(self):
        return self._detail(error_details_pb2.ErrorInfo).metadata.get("reference", "")

    @property
    def fields(self):
        return [v.field for v in self._detail(error_details_pb2.BadRequest).field_violations]

    def said(self):
        """Return all that is told beside an answer, as one text."""
        values = [v if isinstance(v, str) else v.decode(errors="replace") for _, v in self.trailing]
        return " ".join([self.details, *values])


def told(store, after):
    """Return what a store holds after a position, without what its process says of itself."""
    found = [store.opened(row) for row in store.read(after)]
    return [fact for fact in found if not isinstance(fact, HeartbeatSigned)]


def call(channel, method, payload, token="", *, most=1, timeout=PATIENCE):
    """
    Call a method with a message or raw bytes.

    Of a stream read ``most`` answers at most, but all of one that ends with its requests.
    """
    data = payload if isinstance(payload, bytes) else payload.SerializeToString()
    metadata = [("authorization", f"Bearer {token}")] if token else []
    descriptor = method.descriptor
    if descriptor.client_streaming:
        rpc = channel.stream_stream(method.path)(iter([data]), metadata=metadata, timeout=timeout)
    elif descriptor.server_streaming:
        rpc = channel.unary_stream(method.path)(data, metadata=metadata, timeout=timeout)
    else:
        rpc = channel.unary_unary(method.path)
        try:
            answer, done = rpc.with_call(data, metadata=metadata, timeout=timeout)
        except grpc.RpcError as error:
            return _refused(error)
        return Answer(grpc.StatusCode.OK, "", tuple(done.trailing_metadata() or ()), [answer])
    answers = []
    try:
        for answer in rpc:
            answers.append(answer)
            if len(answers) == most and not descriptor.client_streaming:
                return Answer(grpc.StatusCode.OK, answers=answers)
    except grpc.RpcError as error:
        return _refused(error)
    finally:
        rpc.cancel()
    return Answer(grpc.StatusCode.OK, answers=answers)


def _refused(error):
    return Answer(error.code(), error.details() or "", tuple(error.trailing_metadata() or ()))


class NoFillerError(LookupError):
    """A field that the table of values does not know: a new method needs a row."""


UNSET = object()
"""A field that a well-formed request leaves out."""

VALUES: dict[str, Any] = {
    "ticket": "INC-1",
    "reason": "the caller cannot join",
    "page_size": UNSET,
    "page_token": UNSET,
    "sections": ["SECTION_USERS"],
    "minutes": 20,
    "from": UNSET,
    "until": UNSET,
    "once": False,
    "include_ended": True,
    "include_closed": True,
    "client": "a-program",
    "public_key": (
        "-----BEGIN PUBLIC KEY-----\n"
        "MCowBQYDK2VwAyEA11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=\n"
        "-----END PUBLIC KEY-----\n"
    ),
    "client_roles": ["ROLE_DIRECTORY_WRITER"],
    "acts_as": UNSET,
    "subject_token": "not a token",
    "audience": "email",
    "scope_roles": UNSET,
    "approve": True,
    "field": "emails",
    "index": 0,
    "address_index": 0,
    "query": "zhanna",
    "kinds": UNSET,
    "code": "1234 5678",
    "template": "welcome",
    "raw": b"Subject: hello\n\nno report\n",
    "envelope_recipient": "",
    "role": "ROLE_HELP_DESK",
    "issuer": "https://sign-in.example",
    "subject": "subject-1",
    "redirect_uri": "http://127.0.0.1:8080/callback",
    "locale": "en",
    "state": "a state",
    "returned_state": "a state",
    "user_agent": "a browser",
    "secret": "not a secret",
    "previous_secret": "",
    "assertion": "not an assertion",
    "logout_token": "not a token",
    "filter": UNSET,
    "agent_id": "",
    "order": UNSET,
    "buckets": 0,
    "from_index": 0,
    "seconds": 1,
    "with_standing": False,
    "skip": 0,
    "format": "EXPORT_FORMAT_PROOFS",
    "viewer": UNSET,
    "since": 0,
    "things": [],
    "email": "someone@new.example",
    "display_name": "Some One",
    "invitation": "",
    "invitation_id": "made-up",
    "organization_ids": [BETA],
    "address": "zhanna@beta.example",
    "source": "identity",
    "after": 0,
    "position": 0,
    "names": [],
    "follow": False,
    "batch_size": 0,
    "claim": "groups",
    "value": "helpdesk",
    "mapping_id": "made-up",
    "beat": False,
    "recent_seconds": 0,
    "kind": "",
    "language": "",
    "lines": [],
    "first_line": 1,
    "torn": False,
    "link": "0" * 40,
    "everyone": False,
    "partners_only": False,
    "confirmed": True,
    "check_proof": "not a proof",
    "key": "of.nobody",
    "section": "SECTION_USERS",
    "review_state": "REVIEW_STATE_OPEN",
    "url": "https://127.0.0.1/feed",
    "after_sequence": "0",
    "command": "replay",
    "old_size": 0,
    "new_size": 0,
    "export_id": "made-up",
}


@dataclass(frozen=True)
class Thing:
    """Stands for a thing of whoever is asked about, by another name than that of the field."""

    name: str


COLLEAGUE = Thing("colleague_id")
OVERRIDES: dict[str, dict[str, Any]] = {
    "AllowChecksRequest": {"agent_id": Thing("checking_agent_id")},
    "AssignRoleRequest": {"user_id": COLLEAGUE},
    "ClearCustomerLimitRequest": {"user_id": COLLEAGUE},
    "CloseTicketRequest": {"ticket": Thing("own_ticket")},
    "OffboardPersonRequest": {"user_id": COLLEAGUE},
    "RemoveRoleRequest": {"user_id": COLLEAGUE},
    "SetCustomerLimitRequest": {"user_id": COLLEAGUE},
    "SignOutPersonRequest": {"user_id": COLLEAGUE},
    "ListForgettingsRequest": {"organization_id": UNSET},
    "GetCallerCheckRequest": {"user_id": UNSET},
    "CheckStandingRequest": {"role": "HELP_DESK"},
    "ImportRequest": {"kind": "people", "lines": [b"{}"]},
}


def filled(method, things):
    """Return a well-formed request that names ``things``: ids by the names of their fields."""
    message = request_class(method)()
    more = OVERRIDES.get(method.descriptor.input_type.name, {})
    for each in method.descriptor.input_type.fields:
        table = next((t for t in (more, things, VALUES) if each.name in t), None)
        if each.name == "request_id":
            message.request_id = uuid4().hex
        elif table is None:
            raise NoFillerError(f"{method.full_name}: no value for {each.name}")
        elif (value := _named(table[each.name], things)) is not UNSET:
            _set(message, each, value)
    return message


def _named(value, things):
    return things.get(value.name, "made-up") if isinstance(value, Thing) else value


def _set(message, descriptor, value):
    if descriptor.type == FieldDescriptor.TYPE_ENUM:
        kind = descriptor.enum_type.values_by_name
        if isinstance(value, list):
            getattr(message, descriptor.name).extend(kind[name].number for name in value)
        else:
            setattr(message, descriptor.name, kind[value].number)
    elif isinstance(value, list):
        getattr(message, descriptor.name).extend(value)
    else:
        setattr(message, descriptor.name, value)


def scribbled(method, dice):
    """Return bytes that some client might send: fields of right and wrong kinds, cut or not."""
    message = request_class(method)()
    for each in method.descriptor.input_type.fields:
        if dice.random() < 0.3:
            continue
        _scribble(message, each, dice)
    data = message.SerializeToString()
    if dice.random() < 0.3:
        data += dice.randbytes(dice.randint(1, 40))
    if dice.random() < 0.2:
        data = data[: dice.randint(0, len(data))]
    return data


def _scribble(message, descriptor, dice):
    texts = ["", "x", "ROLE", "' OR 1=1 --", "Ș" * 40, uuid4().hex, "a@b.example", "%s{0}"]
    made = {
        FieldDescriptor.TYPE_STRING: lambda: dice.choice(texts),
        FieldDescriptor.TYPE_BYTES: lambda: dice.randbytes(dice.randint(0, 50)),
        FieldDescriptor.TYPE_INT32: lambda: dice.choice([-(2**31), -1, 0, 1, 7, 2**31 - 1]),
        FieldDescriptor.TYPE_INT64: lambda: dice.choice([-(2**63), -1, 0, 1, 2**63 - 1]),
        FieldDescriptor.TYPE_BOOL: lambda: dice.random() < 0.5,
        FieldDescriptor.TYPE_ENUM: lambda: dice.choice([0, 1, 2, 99]),
    }
    if descriptor.type == FieldDescriptor.TYPE_MESSAGE:
        if descriptor.is_repeated:
            return
        inner = getattr(message, descriptor.name)
        inner.SetInParent()
        for each in descriptor.message_type.fields:
            if dice.random() < 0.5:
                _scribble(inner, each, dice)
    elif descriptor.is_repeated:
        count = dice.randint(0, 3)
        getattr(message, descriptor.name).extend(made[descriptor.type]() for _ in range(count))
    else:
        setattr(message, descriptor.name, made[descriptor.type]())
