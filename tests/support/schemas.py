"""The schemas of events in exports, as libraries of others have them; none of it is ours."""

from functools import cache

from cloudevents.http import from_json
from jsonschema import Draft202012Validator
from ocsf_json_schema import OcsfJsonSchemaEmbedded, get_ocsf_schema
from pycadf import attachment, cadftaxonomy, cadftype, event, reason, resource, timestamp

EXTENSION = "helpdesk"
"""What OCSF lacks stands in an attribute of an extension, which its own schema does not know."""


@cache
def api_activity():
    """OCSF's own schema of class 6003, which knows every attribute and every number of an enum."""
    schema = OcsfJsonSchemaEmbedded(get_ocsf_schema("1.3.0"))
    return Draft202012Validator(schema.get_class_schema("api_activity"))


def wrong_in_ocsf(found):
    """What an event has that OCSF's schema refuses, or lacks that it demands."""
    plain = {name: value for name, value in found.items() if name != EXTENSION}
    return [f"{each.json_path}: {each.message}" for each in api_activity().iter_errors(plain)]


def built_by_pycadf(found):
    """The event, built with pycadf; its setters refuse what the schema does not know."""
    made = event.Event(
        eventType=found["eventType"],
        id=found["id"],
        eventTime=found["eventTime"],
        action=found["action"],
        outcome=found["outcome"],
        initiator=resource.Resource(**found["initiator"]),
        target=resource.Resource(**found["target"]),
        observer=resource.Resource(**found["observer"]),
        reason=reason.Reason(**found["reason"]),
    )
    for each in found["attachments"]:
        made.add_attachment(attachment.Attachment(**each))
    return made


def wrong_in_cadf(found):
    """What pycadf finds wrong with an event, or says otherwise."""
    made = built_by_pycadf(found)
    checks = {
        "event": made.is_valid(),
        "initiator": made.initiator.is_valid(),
        "target": made.target.is_valid(),
        "observer": made.observer.is_valid(),
        "reason": made.reason.is_valid(),
        "same": made.as_dict() == found,
        "eventType": cadftype.is_valid_eventType(found["eventType"]),
        "action": cadftaxonomy.is_valid_action(found["action"]),
        "outcome": cadftaxonomy.is_valid_outcome(found["outcome"]),
        "eventTime": timestamp.is_valid(found["eventTime"]),
    }
    return [name for name, good in checks.items() if not good]


def read_by_cloudevents(line):
    """The event as the SDK of CloudEvents reads a line."""
    return from_json(line)
