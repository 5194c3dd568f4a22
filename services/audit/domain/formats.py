"""Records in the words of other audit schemas: OCSF, CADF, CloudEvents."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from services.audit.domain.facts import ACTION, CALLS, microseconds

_READS = frozenset({"get", "list", "query", "search", "suggest", "resolve", "tail", "reveal"})
_CADF = "http://schemas.dmtf.org/cloud/audit/1.0"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a record stands in the log."""

    idx: int
    record_id: str
    source: str


Form = Callable[[Place, Mapping[str, Any]], dict[str, Any]]


def ocsf(place: Place, body: Mapping[str, Any]) -> dict[str, Any]:
    """Return an OCSF 1.3 event of class API Activity (6003)."""
    action = _action(body)
    reads = action.rpartition(".")[2] in _READS
    done = body.get("outcome") == "done"
    kind = 2 if reads else 99
    return {
        "category_uid": 6,
        "class_uid": 6003,
        "activity_id": kind,
        "activity_name": "Read" if reads else action,
        "type_uid": 600300 + kind,
        "time": microseconds(_time(body)) // 1000,
        "severity_id": 1 if done else 2,
        "status_id": 1 if done else 2,
        "status": "Success" if done else "Failure",
        "status_code": str(body.get("error", "")),
        "metadata": {
            "version": "1.3.0",
            "uid": place.record_id,
            "sequence": place.idx,
            "correlation_uid": str(body.get("trace_id", "")),
            "product": {"name": "Partner help desk", "vendor_name": "Partner help desk"},
        },
        "actor": {
            "user": {
                "uid": str(body.get("agent_id", "")),
                "org": {"uid": str(body.get("partner_id", ""))},
                "groups": [{"name": role} for role in body.get("roles", [])],
            },
            "session": {"uid": str(body.get("sign_in_id", ""))},
        },
        "api": {
            "operation": action,
            "service": {"name": str(body.get("service", ""))},
            "request": {"uid": str(body.get("request_id", ""))},
        },
        "src_endpoint": {"svc_name": place.source},
        "resources": [
            {"type": kind_of, "uid": uid} for kind_of, uid in _about(body) if kind_of and uid
        ],
        "unmapped": _purpose(body),
    }


def cadf(place: Place, body: Mapping[str, Any]) -> dict[str, Any]:
    """Return a CADF 1.0 activity event (DMTF DSP0262)."""
    outcome = str(body.get("outcome", "refused"))
    about = _about(body)
    target = about[0] if about else ("service", str(body.get("service", "")))
    return {
        "typeURI": f"{_CADF}/event",
        "eventType": "activity",
        "id": place.record_id,
        "eventTime": _time(body),
        "action": _action(body).replace(".", "/"),
        "outcome": "success" if outcome == "done" else "failure",
        "reason": {"reasonType": "helpdesk", "reasonCode": str(body.get("error") or outcome)},
        "initiator": {
            "id": str(body.get("agent_id") or body.get("peer", "unknown")),
            "typeURI": "service/security/account/user",
        },
        "target": {"id": target[1], "typeURI": f"data/{target[0]}"},
        "observer": {"id": place.source, "typeURI": "service/security/audit"},
        "attachments": [
            {"typeURI": "application/json", "name": "purpose", "content": _purpose(body)}
        ],
    }


def cloudevents(place: Place, body: Mapping[str, Any]) -> dict[str, Any]:
    """Return a CloudEvents 1.0 event in its JSON form; the data is the whole opened record."""
    return {
        "specversion": "1.0",
        "id": place.record_id,
        "source": f"/helpdesk/{place.source}",
        "type": ACTION if "action" in body else CALLS,
        "subject": _action(body),
        "time": _time(body),
        "datacontenttype": "application/json",
        "sequence": str(place.idx),
        "data": dict(body),
    }


FORMS: Mapping[str, Form] = {"ocsf": ocsf, "cadf": cadf, "cloudevents": cloudevents}


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


def _purpose(body: Mapping[str, Any]) -> dict[str, Any]:
    """What other schemas have no field for: purpose, consent, on whose behalf."""
    names = (
        "reason",
        "ticket",
        "consent_id",
        "view_id",
        "act",
        "query",
        "shown",
        "positions",
        "answer_digest",
        "writer",
        "number",
        "count",
        "reasons",
    )
    return {name: body[name] for name in names if body.get(name)}
