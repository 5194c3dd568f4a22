import json
from dataclasses import fields
from datetime import UTC, datetime

import pytest
from google.protobuf import json_format, message_factory
from google.protobuf.descriptor_pool import Default

from helpdesk.email.v1 import events_pb2
from helpdesk.kernel.events import encode, registered
from helpdesk.options.v1 import options_pb2
from services.email.domain import facts

STAMP = {"recorded_at", "action_id", "traceparent"}
OURS = {name: kind for name, kind in registered().items() if name.startswith("helpdesk.email.v1.")}


class Plain:
    def seal(self, person, values, context):
        return list(values)


def sample(kind):
    values = {"str": "x", "bool": True, "int": 3, "tuple[str, ...]": ("a", "b")}
    return kind(
        **{
            each.name: values.get(each.type, datetime(2026, 1, 2, tzinfo=UTC))
            for each in fields(kind)
            if each.name not in STAMP
        }
    )


def test_each_fact_has_a_message_and_each_message_a_fact():
    assert set(OURS) == {m.full_name for m in events_pb2.DESCRIPTOR.message_types_by_name.values()}
    assert facts.MessageQueued.NAME in OURS


@pytest.mark.parametrize("name", sorted(OURS))
def test_a_stored_fact_is_the_json_form_of_its_message(name):
    kind = OURS[name]
    descriptor = Default().FindMessageTypeByName(name)
    message = message_factory.GetMessageClass(descriptor)()
    json_format.Parse(encode(sample(kind), Plain()), message)
    names = {each.name for each in fields(kind)} - STAMP

    assert {field.name for field in descriptor.fields} - {"stamp"} == names
    assert set(json.loads(encode(sample(kind), Plain()))) - {"stamp"} == names


@pytest.mark.parametrize("name", sorted(OURS))
def test_the_contract_names_the_personal_fields(name):
    kind = OURS[name]
    descriptor = Default().FindMessageTypeByName(name)
    told = {
        field.name
        for field in descriptor.fields
        if field.GetOptions().Extensions[options_pb2.personal]
    }

    assert told == {each.name for each in fields(kind) if "person" in each.metadata}
