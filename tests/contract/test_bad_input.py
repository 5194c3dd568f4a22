"""Every RPC, by its descriptor: what is sent wrong is named by its field, and changes nothing."""

import logging
import random
from contextlib import contextmanager
from datetime import UTC, datetime

import grpc
import pytest
from google.protobuf import message_factory
from google.protobuf.descriptor import FieldDescriptor

from helpdesk.kernel.events import SupportActionRecorded
from helpdesk.kernel.rpc.contract import every_method
from helpdesk.kernel.store import Append, Unit
from services.audit.domain.filters import Filter
from services.audit.domain.marks import PersonMarked
from services.audit.domain.reissues import PersonFoundInExports, ReadableExportMade, filters_of
from services.audit.domain.review import SessionQueued
from services.email.domain.facts import AddressRemovedFromBlocklist
from services.identity.application import forgetting
from services.identity.domain import ids
from services.identity.domain.forgetting_facts import PersonForgettingAsked
from tests.support.foreign import foreign_world
from tests.support.methods import a_caller_of, call, filled, scribbled, short
from tests.support.product import ACME, NORTH, SHARED, person_id
from tests.support.waiting import PATIENCE

METHODS = every_method()
LONG = "x" * 100_000
INVALID = grpc.StatusCode.INVALID_ARGUMENT
TOLD = {
    INVALID,
    grpc.StatusCode.NOT_FOUND,
    grpc.StatusCode.FAILED_PRECONDITION,
    grpc.StatusCode.PERMISSION_DENIED,
    grpc.StatusCode.RESOURCE_EXHAUSTED,
}
PEOPLE = {
    "HELP_DESK": "north_agent",
    "HELP_DESK_READ_ONLY": "north_agent",
    "PARTNER_ADMIN": "north_admin",
    "AUDITOR": "north_auditor",
    "CUSTOMER_ADMIN": "acme_admin",
}


@contextmanager
def filled_world(folder):
    with foreign_world(folder) as world:
        remove_addresses(world.host.running["email"].store, 2)
        ask_to_forget(world.host.running["identity"].store, "north_nobody", "north_second_admin")
        queue_and_mark(world.host.running["audit"].store, 2)
        outdate_exports(world.host.running["audit"].store, 2)
        yield world


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    with filled_world(tmp_path_factory.mktemp("bad")) as world:
        yield world


@pytest.fixture(scope="module")
def untouched_world(tmp_path_factory):
    """A world in which no other test has ended or changed anything."""
    with filled_world(tmp_path_factory.mktemp("untouched")) as world:
        yield world


def ask_to_forget(store, *names):
    """Have the list of a partner's admin be longer than a page of one."""
    facts = tuple(
        PersonForgettingAsked(
            user_id=person_id(name), organization_id=NORTH, asked_by=person_id("north_admin")
        )
        for name in names
    )
    stream = forgetting.stream_of(ids.uuid_of(ids.ORGANIZATION, NORTH))
    store.commit(Unit((Append(stream, 0, facts),), now=datetime.now(UTC)))


def remove_addresses(store, count):
    """Have an agent's work list be longer than a page of one."""
    for number in range(count):
        fact = AddressRemovedFromBlocklist(
            address_digest=f"d{number}",
            person_id=f"p{number}",
            address=f"nobody{number}@acme.example",
            user_id=person_id("acme_user"),
            removed_by=person_id("north_agent"),
            partner_id=NORTH,
            reason="it is back",
            ticket="INC-1",
            block="hard_bounce",
        )
        store.commit(Unit((Append(f"address:{number}", 0, (fact,)),), now=datetime.now(UTC)))


def queue_and_mark(store, count):
    """Have an auditor's queue, and the list of marked people, be longer than a page of one."""
    now = datetime.now(UTC)
    for number in range(count):
        queued = SessionQueued(
            session_id=f"s{number}",
            agent_id=person_id("north_agent"),
            partner_id=NORTH,
            started_at=now,
            ended_at=now,
            score=60,
            reasons=(),
        )
        marked = PersonMarked(user_id=f"u{number}", partner_id=NORTH, marked_by="somebody")
        for stream, fact in ((f"review:s{number}", queued), (f"mark:{NORTH}:u{number}", marked)):
            store.commit(Unit((Append(stream, 0, (fact,)),), now=now))


def outdate_exports(store, count):
    """Have the list of exports to issue again be longer than a page of one."""
    now = datetime.now(UTC)
    for number in range(count):
        made = ReadableExportMade(
            export_id=f"export-{number}",
            made_by=person_id("north_auditor"),
            partner_id=NORTH,
            made_at=now,
            form="csv",
            filters=filters_of(Filter(partner_id=NORTH, organization_id=ACME)),
            size=9,
        )
        store.commit(Unit((Append(f"export:export-{number}", 0, (made,)),), now=now))
    found = PersonFoundInExports(
        user_id="somebody-gone",
        organization_id=ACME,
        forgotten_at=now,
        export_ids=tuple(f"export-{number}" for number in range(count)),
    )
    store.commit(Unit((Append("exports-of:somebody-gone", 0, (found,)),), now=now))


@pytest.fixture(autouse=True)
def nothing_fails_on_our_side(caplog):
    with caplog.at_level(logging.ERROR, logger="helpdesk"):
        yield
    assert [
        r.getMessage() for r in caplog.records if r.name.startswith("helpdesk.kernel.rpc")
    ] == []


def token_for(world, method):
    """Mint the token of somebody who may call the method."""
    if method.public:
        return ""
    if method.callers:
        return world.product.token(sub=a_caller_of(method), roles=["SERVICE"])
    roles = method.roles or {"HELP_DESK"}
    for role in sorted(roles, key=lambda each: (each == "CUSTOMER_ADMIN", each)):
        if role in PEOPLE:
            return world.product.token(PEOPLE[role], roles=[role])
    return world.product.service_token(*method.roles)


def fields(kinds, *, methods=METHODS):
    """Parametrize by each field of those kinds, those of nested messages included."""
    found = [
        pytest.param(method, path, id=f"{short(method)}-{path}")
        for method in methods
        for path in paths(method.descriptor.input_type, kinds)
    ]
    return pytest.mark.parametrize(("method", "path"), found)


def paths(message, kinds, prefix=""):
    for each in message.fields:
        if each.type in kinds:
            yield f"{prefix}{each.name}"
        elif each.type == FieldDescriptor.TYPE_MESSAGE and not each.is_repeated:
            yield from paths(each.message_type, kinds, f"{prefix}{each.name}.")


def with_value(world, method, path, value):
    """Return an otherwise good request with one field set; and the path as an error names it."""
    message = filled(method, world.acme)
    *parents, last = path.split(".")
    target = message
    for name in parents:
        target = getattr(target, name)
        target.SetInParent()
    if target.DESCRIPTOR.fields_by_name[last].is_repeated:
        del getattr(target, last)[:]
        getattr(target, last).append(value)
        return message, f"{path}[0]"
    setattr(target, last, value)
    return message, path


def refused(world, method, payload, token=None):
    """Call with what is to be refused, and return the answer."""
    return sent(world, method, payload, token, listen=PATIENCE)[0]


def sent(world, method, payload, token=None, listen=0.3):
    """Call, and return the answer and the facts that it left; a refusal leaves none."""
    world.settle()
    store = world.store(method)
    before = store.position
    token = token_for(world, method) if token is None else token
    # A stream that has nothing to tell yet is not waited for.
    timeout = listen if method.descriptor.server_streaming else PATIENCE
    answer = call(world.channel(method), method, payload, token, timeout=timeout)
    for row in store.read(before):
        assert len(row.state) < 20_000
    facts = [f for f in world.told(store, before) if not isinstance(f, SupportActionRecorded)]
    assert answer.code not in (grpc.StatusCode.INTERNAL, grpc.StatusCode.UNKNOWN), answer.details
    assert "Traceback" not in answer.said()
    assert ".py" not in answer.said()
    if answer.code in TOLD:
        assert facts == []
    return answer, facts


STRING, BYTES = {FieldDescriptor.TYPE_STRING}, {FieldDescriptor.TYPE_BYTES}
NUMBER = {FieldDescriptor.TYPE_INT32, FieldDescriptor.TYPE_INT64}


@fields(STRING)
def test_a_text_of_100_kilobytes_is_refused_by_its_field(world, method, path):
    request, named = with_value(world, method, path, LONG)
    answer = refused(world, method, request)

    assert (answer.code, answer.reason, answer.fields) == (INVALID, "TOO_LONG", [named])


@fields(STRING)
@pytest.mark.parametrize("character", ["\0", "\x1b", "\x85"], ids=["null", "escape", "next line"])
def test_a_control_character_is_refused_by_its_field(world, method, path, character):
    request, named = with_value(world, method, path, f"a{character}b")
    answer = refused(world, method, request)

    assert (answer.code, answer.reason, answer.fields) == (INVALID, "CONTROL_CHARACTER", [named])


@fields(STRING)
def test_what_is_not_utf_8_is_no_request(world, method, path):
    request, _ = with_value(world, method, path, "@@not-utf-8@@")
    data = request.SerializeToString().replace(b"@@not-utf-8@@", b"@@not\xff\xfe8\xc3(@@")
    answer = refused(world, method, data)

    assert (answer.code, answer.reason, answer.fields) == (INVALID, "MALFORMED", ["request"])


@pytest.mark.parametrize("method", METHODS, ids=short)
def test_garbage_is_no_request(world, method):
    dice = random.Random(method.path)
    for data in [b"\xff", b"\x0a\x7f", b"\x07" * 9, *(dice.randbytes(40) for _ in range(10))]:
        answer, _ = sent(world, method, data)

        if answer.reason == "MALFORMED":
            assert (answer.code, answer.fields) == (INVALID, ["request"])


@pytest.mark.parametrize("method", METHODS, ids=short)
def test_any_mixture_of_values_is_answered_or_refused(world, method):
    dice = random.Random(method.path + "mixture")
    for _ in range(40):
        answer, _ = sent(world, method, scribbled(method, dice))

        if answer.code is INVALID:
            assert answer.fields != [""]
            assert len(answer.fields) == 1


@fields(NUMBER)
@pytest.mark.parametrize("number", [-1, -(2**31), 2**31 - 1])
def test_a_number_out_of_range_breaks_nothing(world, method, path, number):
    request, named = with_value(world, method, path, number)
    answer, _ = sent(world, method, request)

    if answer.reason in ("OUT_OF_RANGE", "NOT_A_TIME"):
        time = named.removesuffix(".nanos").removesuffix(".seconds")
        assert (answer.code, answer.fields) == (INVALID, [time])
    if number < 0 and path == "page_size":
        assert (answer.code, answer.fields) == (INVALID, ["page_size"])


@fields({FieldDescriptor.TYPE_INT64})
@pytest.mark.parametrize("number", [-(2**63), 2**63 - 1])
def test_no_number_is_too_large_to_be_answered(world, method, path, number):
    request, _ = with_value(world, method, path, number)
    sent(world, method, request)


@fields({FieldDescriptor.TYPE_ENUM})
def test_a_choice_that_does_not_exist_is_refused_by_its_field(world, method, path):
    request, named = with_value(world, method, path, 99)
    if short(method).startswith("RoleService."):
        request.user_id = person_id("north_nobody")
    answer = refused(world, method, request)

    assert (answer.code, answer.fields) == (INVALID, [named.removesuffix("[0]")])


@fields(BYTES)
def test_bytes_that_mean_nothing_break_nothing(world, method, path):
    for value in [b"", b"\xff" * 1000, b"{" * 5000, b"[" * 100_000, b"\0" * 1_000_000]:
        request, _ = with_value(world, method, path, value)
        answer, facts = sent(world, method, request)

        assert answer.code in {grpc.StatusCode.OK, *TOLD}
        assert len(facts) <= 2


ID_FIELDS = {
    *("user_id", "organization_id", "partner_id", "agent_id", "sign_in_id", "session_id"),
    *("consent_id", "access_request_id", "view_id", "check_id", "message_id", "record_id"),
}
UNKNOWN = [
    "rubbish",
    "Y2lzY29zcGFyazovL3VzL1BFT1BMRS8x",
    "' OR '1'='1",
    "../../etc/passwd",
    "%00%n",
    "Ș" * 100,
]


@pytest.mark.parametrize(
    ("method", "path"),
    [
        pytest.param(m, path, id=f"{short(m)}-{path}")
        for m in METHODS
        for path in paths(m.descriptor.input_type, STRING)
        if path.rpartition(".")[2] in ID_FIELDS
    ],
)
def test_an_id_that_nobody_has_is_not_found(world, method, path):
    for unknown in UNKNOWN:
        request, _ = with_value(world, method, path, unknown)
        answer, facts = sent(world, method, request)

        assert facts == []
        if answer.code is grpc.StatusCode.OK:
            assert short(method) in FILTERS or path.startswith("viewer.")
        else:
            assert answer.code in {INVALID, grpc.StatusCode.NOT_FOUND, *UNFINISHED}


UNFINISHED = {grpc.StatusCode.DEADLINE_EXCEEDED}
FILTERS = {
    # What is asked for narrows a list: nothing fits.
    "ReissueService.ListOutdatedExports",
    "AuditService.QueryActions",
    "AuditService.GetActivity",
    "AuditService.ListSessions",
    "AuditService.TailActions",
    "AuditService.Export",
    "AuditService.ListOrganizationActivity",
    "DirectoryInternalService.CheckStanding",
    # No such ticket, of no such customer: that is the answer.
    "DirectoryInternalService.CheckTicket",
}
LISTS = [m for m in METHODS if "page_token" in m.descriptor.input_type.fields_by_name]


@pytest.mark.parametrize("method", LISTS, ids=short)
@pytest.mark.parametrize(
    "token",
    ["x", "!!!", "a" * 2000, "W10", "MTIz.abc", "999999999999999999999.0", "é", "\U0001f4c4"],
)
def test_a_page_token_that_was_never_given_is_refused(world, method, token):
    answer = refused(world, method, with_value(world, method, "page_token", token)[0])

    assert (answer.code, answer.fields) == (INVALID, ["page_token"])


def next_page(world, method, answer):
    return (
        message_factory.GetMessageClass(method.descriptor.output_type)
        .FromString(answer.answers[0])
        .next_page_token
    )


@pytest.mark.parametrize("method", LISTS, ids=short)
def test_a_page_token_is_of_its_caller_and_its_query_alone(request, method):
    # What other tests send ends views; it makes the invitations and records of the other lists.
    ends = short(method) == "ViewService.ListViews"
    world = request.getfixturevalue("untouched_world" if ends else "world")
    first, _ = with_value(world, method, "page_size", 1)
    if "query" in method.descriptor.input_type.fields_by_name:
        first.query = "acme"
    if short(method) == "AuditService.ListSessions":
        first.session_id = ""
    answer, _ = sent(world, method, first)
    first.page_token = next_page(world, method, answer)
    again, _ = sent(world, method, first)
    other_caller = refused(world, method, first, SOMEBODY_ELSE[max(method.roles)](world))
    other_query = type(first)()
    other_query.CopyFrom(first)
    asked = [n for n in OTHER_QUERY if n in method.descriptor.input_type.fields_by_name]
    for name in asked:
        setattr(other_query, name, OTHER_QUERY[name])

    assert first.page_token
    assert again.code is grpc.StatusCode.OK
    assert (other_caller.code, other_caller.fields) == (INVALID, ["page_token"])
    if asked:
        answer = refused(world, method, other_query)
        assert (answer.code, answer.fields) == (INVALID, ["page_token"])


OTHER_QUERY = {
    "query": "acme.example",
    "user_id": person_id("acme_admin"),
    "organization_id": SHARED,
    "include_ended": False,
}


def colleague(role):
    side = {"organization": ACME} if role == "CUSTOMER_ADMIN" else {"partner": NORTH}
    claims = {"sub": person_id("north_nobody"), "roles": [role], "sid": "s", **side}
    return lambda world: world.product.token(**claims)


SOMEBODY_ELSE = {role: colleague(role) for role in PEOPLE}


@pytest.mark.parametrize(
    "text",
    ["*", "?", "a*", "*:*", "name:x", "a AND b", "NOT", "OR OR", '"', '"a', "(((", "/.*/", "/(a+)+$/", "[a TO z]", "a~99", "a^1e9", "\\", "+-&|!", "{}", "a" * 255, "ﷺ" * 60, "e\u0301" * 100, "\u202e\u200b"],
)  # fmt: skip
@pytest.mark.parametrize(
    "method", [m for m in METHODS if short(m).startswith("SearchService.")], ids=short
)
def test_no_wildcard_or_syntax_of_queries_means_anything(world, method, text):
    request, _ = with_value(world, method, "query", text)
    answer, _ = sent(world, method, request)

    assert answer.code is grpc.StatusCode.OK or (answer.code, answer.fields) == (INVALID, ["query"])
    if answer.answers and not text.isalnum():
        found = message_factory.GetMessageClass(method.descriptor.output_type).FromString(
            answer.answers[0]
        )
        assert len(found.hits) < 5
