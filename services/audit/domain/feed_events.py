"""A record of a customer's feed as the customer's receiver gets it: a CloudEvent, signed."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from services.audit.domain.facts import Facts, moment
from services.audit.domain.feed_webhook import sequence_of

TYPE = "helpdesk.audit.v1.OrganizationActivity"
CONTENT_TYPE = "application/cloudevents+json"
# What the customer's own page shows, under the names of the contract.
_SHOWN = (
    "action",
    "outcome",
    "error",
    "agent_id",
    "partner_id",
    "user_id",
    "ticket",
    "reason",
    "consent_id",
    "view_id",
)


class SigningKey(Protocol):
    """An Ed25519 key."""

    def sign(self, data: bytes, /) -> bytes:
        """Return the signature of some bytes."""


def cloud_event(
    idx: int, record_id: str, organization_id: str, facts: Facts, fields: Mapping[str, Any]
) -> dict[str, Any]:
    """
    Return a CloudEvents 1.0 event in its JSON form, from a record's opened fields.

    The same record has the same ``source`` and ``id`` whenever it is sent; people are in it by
    their ids, as in the log.
    """
    data = {name: fields[name] for name in _SHOWN if fields.get(name)}
    data["organization_id"] = organization_id
    data["own"] = fields.get("acting_organization_id") == organization_id
    return {
        "specversion": "1.0",
        "id": record_id,
        "source": f"/helpdesk/audit/organizations/{organization_id}",
        "type": TYPE,
        "subject": facts.action,
        "time": moment(facts.occurred_at).isoformat().replace("+00:00", "Z"),
        "datacontenttype": "application/json",
        "sequence": sequence_of(idx),
        "data": data,
    }


def body_of_event(event: Mapping[str, Any]) -> bytes:
    """Return the bytes that are sent and signed."""
    return json.dumps(event, ensure_ascii=False, separators=(",", ":")).encode()


def signed_headers(
    message_id: str, at: int, body: bytes, keys: Sequence[SigningKey]
) -> dict[str, str]:
    """
    Return the headers of Standard Webhooks 1.0 for a message sent at a Unix time.

    Each key makes one ``v1a`` signature (Ed25519) over id, time and body with dots between.
    """
    signed = f"{message_id}.{at}.".encode() + body
    signatures = [base64.b64encode(key.sign(signed)).decode() for key in keys]
    return {
        "content-type": CONTENT_TYPE,
        "webhook-id": message_id,
        "webhook-timestamp": str(at),
        "webhook-signature": " ".join(f"v1a,{each}" for each in signatures),
    }
