"""
Records in the words of other audit schemas: OCSF, CADF, CloudEvents.

Each event also carries the whole record, so that it can be read back and nothing is lost.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from services.audit.domain.facts import ACTION, CALLS, microseconds

_READS = frozenset(
    {
        *("get", "list", "query", "search", "suggest", "resolve", "tail", "reveal", "look"),
        *("watch", "export", "open"),
    }
)
_CREATES = frozenset({"import", "invite", "register", "link", "start", "ask", "request", "mark"})
_DELETES = frozenset({"remove", "unmark", "unmap", "clear", "offboard", "end", "close"})
_TAXONOMY: Mapping[str, str] = {
    **dict.fromkeys(_READS, "read"),
    **dict.fromkeys(_CREATES, "create"),
    **dict.fromkeys(_DELETES, "delete"),
    "list": "read/list",
    "refuse": "deny",
    "revoke": "revoke",
    "withdraw": "revoke",
    "send": "send",
    "resend": "send",
    "approve": "allow",
    "grant": "allow",
    "block": "disable",
    "unblock": "enable",
}
EXTENSION = "helpdesk"
"""Name of what OCSF has no field for: purpose, consent, on whose behalf."""
_SOURCE = "/helpdesk/"
_CADF = "http://schemas.dmtf.org/cloud/audit/1.0"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a record stands in the log."""

    idx: int
    record_id: str
    source: str


Form = Callable[[Place, Mapping[str, Any]], dict[str, Any]]
Read = tuple[Place, Mapping[str, Any]]


def ocsf(place: Place, body: Mapping[str, Any]) -> dict[str, Any]:
    """Return an OCSF 1.3 event of class API Activity (6003)."""
    action = _action(body)
    kind, name = _activity(action)
    done = body.get("outcome") == "done"
    partner = str(body.get("partner_id", ""))
    agent = str(body.get("agent_id") or body.get("peer", "unknown"))
    service = str(body.get("service", ""))
    return {
        "category_uid": 6,
        "category_name": "Application Activity",
        "class_uid": 6003,
        "class_name": "API Activity",
        "activity_id": kind,
        "activity_name": name,
        "type_uid": 600300 + kind,
        "time": microseconds(_time(body)) // 1000,
        "severity_id": 1 if done else 2,
        "severity": "Informational" if done else "Low",
        "status_id": 1 if done else 2,
        "status": "Success" if done else "Failure",
        "status_code": str(body.get("error", "")),
        "metadata": {
            "version": "1.3.0",
            "uid": place.record_id,
            "sequence": place.idx,
            "correlation_uid": str(body.get("trace_id", "")),
            "product": {"name": "Partner help desk", "vendor_name": "Partner help desk"},
            "extensions": [{"name": EXTENSION, "uid": "999", "version": "1.0.0"}],
        },
        "actor": {
            "user": {
                "uid": agent,
                "name": agent,
                "type_id": 1 if body.get("agent_id") else 0,
                "account": {"uid": partner, "name": partner, "type_id": 99},
                "org": {"uid": partner},
                "groups": [{"name": role} for role in body.get("roles", [])],
            },
            "session": {"uid": str(body.get("sign_in_id", ""))},
        },
        "api": {
            "operation": action,
            "service": {"name": service, "uid": service, "version": "v1"},
            "request": {"uid": str(body.get("request_id", ""))},
        },
        "src_endpoint": {"svc_name": place.source},
        "resources": [
            {"type": kind_of, "uid": uid} for kind_of, uid in _about(body) if kind_of and uid
        ],
        EXTENSION: {
            "purpose": str(body.get("reason", "")),
            "ticket": str(body.get("ticket", "")),
            "consent_uid": str(body.get("consent_id", "")),
            "view_uid": str(body.get("view_id", "")),
            "on_behalf_of": list(body.get("act", [])),
        },
        "unmapped": dict(body),
    }


def cadf(place: Place, body: Mapping[str, Any]) -> dict[str, Any]:
    """Return a CADF 1.0 activity event (DMTF DSP0262); its action begins as the taxonomy says."""
    outcome = str(body.get("outcome", "refused"))
    about = _about(body)
    target = about[0] if about else ("service", str(body.get("service", "")))
    action = _action(body)
    kind = _TAXONOMY.get(action.rpartition(".")[2], "update")
    return {
        "typeURI": f"{_CADF}/event",
        "eventType": "activity",
        "id": place.record_id,
        "eventTime": _time(body),
        "action": f"{kind}/{action.replace('.', '/')}",
        "outcome": "success" if outcome == "done" else "failure",
        "reason": {"reasonType": EXTENSION, "reasonCode": str(body.get("error") or outcome)},
        "initiator": {
            "id": str(body.get("agent_id") or body.get("peer", "unknown")),
            "typeURI": "service/security/account/user",
        },
        "target": {"id": target[1], "typeURI": f"data/{target[0]}"},
        "observer": {"id": place.source, "typeURI": "service/security/audit"},
        "attachments": [
            {"typeURI": "application/json", "name": "place", "content": {"index": place.idx}},
            {"typeURI": "application/json", "name": "record", "content": dict(body)},
        ],
    }


def cloudevents(place: Place, body: Mapping[str, Any]) -> dict[str, Any]:
    """Return a CloudEvents 1.0 event in its JSON form; the data is the whole opened record."""
    return {
        "specversion": "1.0",
        "id": place.record_id,
        "source": f"{_SOURCE}{place.source}",
        "type": ACTION if "action" in body else CALLS,
        "subject": _action(body),
        "time": _time(body),
        "datacontenttype": "application/json",
        "sequence": str(place.idx),
        "data": dict(body),
    }


def from_ocsf(event: Mapping[str, Any]) -> Read:
    """Return what an event was made of. Raises KeyError where it is none of ours."""
    metadata = event["metadata"]
    source = event["src_endpoint"]["svc_name"]
    return Place(metadata["sequence"], metadata["uid"], source), event["unmapped"]


def from_cadf(event: Mapping[str, Any]) -> Read:
    """Return what an event was made of. Raises KeyError where it is none of ours."""
    found = {each["name"]: each["content"] for each in event["attachments"]}
    return Place(found["place"]["index"], event["id"], event["observer"]["id"]), found["record"]


def from_cloudevents(event: Mapping[str, Any]) -> Read:
    """Return what an event was made of. Raises KeyError where it is none of ours."""
    source = str(event["source"]).removeprefix(_SOURCE)
    return Place(int(event["sequence"]), event["id"], source), event["data"]


EVENTS: Mapping[str, tuple[Form, Callable[[Mapping[str, Any]], Read]]] = {
    "ocsf": (ocsf, from_ocsf),
    "cadf": (cadf, from_cadf),
    "cloudevents": (cloudevents, from_cloudevents),
}
"""Schemas of events: how a record becomes one, and what reads it back."""


def _activity(action: str) -> tuple[int, str]:
    verb = action.rpartition(".")[2]
    for kind, name, verbs in (
        (1, "Create", _CREATES),
        (2, "Read", _READS),
        (4, "Delete", _DELETES),
    ):
        if verb in verbs:
            return kind, name
    return 99, action


def _action(body: Mapping[str, Any]) -> str:
    return str(body.get("action") or f"{body.get('service', '')}.call.refuse")


def _time(body: Mapping[str, Any]) -> str:
    return str(body.get("occurred_at") or body.get("minute", ""))


def _about(body: Mapping[str, Any]) -> list[tuple[str, str]]:
    named = [
        ("user", str(body.get("user_id", ""))),
        ("organization", str(body.get("organization_id", ""))),
    ]
    for subject in body.get("subjects", []):
        kind, _, uid = str(subject).partition(":")
        named.append((kind, uid))
    return [(kind, uid) for kind, uid in named if uid]
