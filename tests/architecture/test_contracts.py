"""What every proto, method and event must say about itself."""

import importlib
import json
import pkgutil
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from google.protobuf import descriptor_pool, json_format, message_factory
from google.protobuf.descriptor import FieldDescriptor

import helpdesk
import services
from helpdesk.kernel import clearing, heartbeat
from helpdesk.kernel.events import Event, encode, registered
from helpdesk.kernel.rpc import rules
from helpdesk.options.v1 import options_pb2
from services.gateway.pages import words

ROOT = Path(__file__).parents[2]
NAMES = Path(__file__).parent / "event_names.txt"


def imported(package):
    for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
        if found.name.endswith("_pb2") or ".domain" in found.name or found.name.endswith("domain"):
            yield importlib.import_module(found.name)


MODULES = [*imported(helpdesk), *imported(services), clearing, heartbeat]
FILES = [m.DESCRIPTOR for m in MODULES if m.__name__.endswith("_pb2")]
METHODS = [
    rules.method(f"/{service.full_name}/{method.name}")
    for file in FILES
    for service in file.services_by_name.values()
    for method in service.methods
]
EVENTS = {n: e for n, e in registered().items() if not n.startswith("helpdesk.test.")}


def named(methods):
    return pytest.mark.parametrize("method", methods, ids=lambda m: m.full_name)


def fields_of(message, seen=()):
    for field in message.fields:
        yield field
        if field.message_type and field.message_type.full_name not in seen:
            yield from fields_of(field.message_type, (*seen, field.message_type.full_name))


@named(METHODS)
def test_every_method_says_whether_it_reads_or_changes(method):
    assert method.rule.effect in (options_pb2.EFFECT_READS, options_pb2.EFFECT_CHANGES)


@named(METHODS)
def test_every_method_says_who_may_call_it(method):
    open_to_some = method.public or method.internal or method.rule.any_role

    assert bool(method.roles) != bool(open_to_some)


# Asked for at each page of a view, or a heartbeat of it; the page's own reads are what is recorded.
UNRECORDED = {
    "helpdesk.session.v1.ViewService.IssueViewToken",
    "helpdesk.session.v1.ViewService.WatchView",
}


@named([m for m in METHODS if not m.public and m.full_name not in UNRECORDED])
def test_every_method_names_its_support_action(method):
    service = method.full_name.split(".")[1]

    assert re.fullmatch(rf"{service}(\.[a-z][a-z_-]*){{1,2}}", method.rule.action)


@named([m for m in METHODS if m.recorded])
def test_every_recorded_action_has_words_for_people(method):
    assert method.rule.action in words.ACTION


def test_names_of_support_actions_are_unique():
    actions = [m.rule.action for m in METHODS if m.rule.action]

    assert sorted(actions) == sorted(set(actions))


# Each call is meant anew: a secret that is never kept, a lease for one request, a heartbeat, a file.
NEVER_REPEATED = UNRECORDED | {
    "helpdesk.session.v1.PortalService.EnterPortal",
    "helpdesk.audit.v1.AuditService.Export",
    "helpdesk.audit.v1.ReissueService.ReissueExport",
}


@named([m for m in METHODS if m.changes and not m.public and not m.descriptor.client_streaming])
def test_every_changing_method_takes_a_request_id(method):
    takes_one = "request_id" in method.descriptor.input_type.fields_by_name

    assert takes_one or method.internal or method.full_name in NEVER_REPEATED


def test_only_methods_about_the_calling_session_store_anything_in_a_portal_view():
    assert {m.full_name for m in METHODS if m.rule.lifecycle} == {
        "helpdesk.session.v1.PortalService.EnterPortal",
        "helpdesk.session.v1.ViewService.EndView",
    }


@named([m for m in METHODS if m.rule.ticket or m.rule.reason])
def test_a_method_that_needs_a_ticket_or_reason_can_take_it(method):
    fields = method.descriptor.input_type.fields_by_name

    assert not method.rule.ticket or "ticket" in fields
    assert not method.rule.reason or "reason" in fields


@named([m for m in METHODS if m.changes])
def test_an_answer_that_is_kept_for_a_request_id_has_no_personal_field(method):
    for field in fields_of(method.descriptor.output_type):
        options = field.GetOptions()

        assert not options.Extensions[options_pb2.mask]
        assert not options.Extensions[options_pb2.personal]


def shown(message, seen=()):
    """The fields of a message and of ours within it."""
    for field in message.fields:
        yield field
        inner = field.message_type
        if inner and rules.is_ours(inner) and inner.full_name not in seen:
            yield from shown(inner, (*seen, inner.full_name))


@named([m for m in METHODS if m.section])
def test_every_field_that_a_portal_view_may_see_names_its_section(method):
    nowhere = {
        field.full_name
        for field in shown(method.descriptor.output_type)
        if not rules.section_of(field)
    }

    assert nowhere == set()


@named([m for m in METHODS if m.section])
def test_what_a_portal_view_may_call_reads(method):
    assert not method.changes


@pytest.mark.parametrize("name", sorted(EVENTS))
def test_every_event_has_a_message_with_its_fields(name):
    message = descriptor_pool.Default().FindMessageTypeByName(name)
    fields = set(EVENTS[name].__dataclass_fields__) - set(Event.__dataclass_fields__)

    assert fields == {f.name for f in message.fields} - {"stamp"}


class Plain:
    """Seals nothing, so that fields can be told apart."""

    def seal(self, person, values, context):
        return [f"sealed:{value}" for value in values]

    def open(self, person, sealed, context):
        return list(sealed)


def sample(field):
    if field.is_repeated and not (
        field.message_type and field.message_type.full_name.endswith("Struct")
    ):
        return ("a", "b")
    if field.type == FieldDescriptor.TYPE_MESSAGE:
        return (
            {"a": "b"}
            if field.message_type.full_name.endswith("Struct")
            else datetime(2026, 1, 1, tzinfo=UTC)
        )
    if field.type == FieldDescriptor.TYPE_STRING:
        return "a"
    return field.type == FieldDescriptor.TYPE_BOOL or 1


@pytest.mark.parametrize("name", sorted(EVENTS))
def test_the_stored_bytes_of_an_event_are_its_message_in_json(name):
    message = descriptor_pool.Default().FindMessageTypeByName(name)
    values = {f.name: sample(f) for f in message.fields if f.name != "stamp"}
    event = EVENTS[name](recorded_at=datetime(2026, 1, 1, tzinfo=UTC), action_id="x", **values)
    state = encode(event, Plain())

    json_format.Parse(state, message_factory.GetMessageClass(message)())


@pytest.mark.parametrize("name", sorted(EVENTS))
def test_an_event_seals_exactly_the_fields_that_its_message_marks_as_personal(name):
    message = descriptor_pool.Default().FindMessageTypeByName(name)
    marked = {f.name for f in message.fields if f.GetOptions().Extensions[options_pb2.personal]}
    values = {f.name: sample(f) for f in message.fields if f.name != "stamp"}
    body = json.loads(encode(EVENTS[name](**values), Plain()))
    sealed = {
        key
        for key, value in body.items()
        if str(value[0] if isinstance(value, list) else value).startswith("sealed:")
    }

    assert sealed == marked


def test_names_of_events_only_grow():
    """To declare a new event, add its name to event_names.txt; no name ever leaves it."""
    assert sorted(EVENTS) == NAMES.read_text().split()


def test_generated_code_is_what_the_protos_generate(tmp_path):
    import grpc_tools
    from grpc_tools import protoc

    protos = sorted(str(p.relative_to(ROOT / "protos")) for p in (ROOT / "protos").rglob("*.proto"))
    arguments = [
        "protoc",
        f"-I{ROOT / 'protos'}",
        f"-I{Path(grpc_tools.__file__).parent / '_proto'}",
        f"--python_out={tmp_path}",
        f"--pyi_out={tmp_path}",
        *protos,
    ]
    assert protoc.main(arguments) == 0

    made = {p.relative_to(tmp_path) for p in tmp_path.rglob("*_pb2.py*")}
    kept = {
        p.relative_to(ROOT)
        for p in (ROOT / "helpdesk").rglob("*_pb2.py*")
        if p.suffix in (".py", ".pyi")
    }
    assert made == kept
    assert [p for p in made if (tmp_path / p).read_text() != (ROOT / p).read_text()] == []
