"""What a consent receipt says: who allowed whom to look at what, for what and for how long."""

from __future__ import annotations

from datetime import datetime

from helpdesk.kernel.events import timestamp
from services.session.domain.access import Access, Consent

KIND = "helpdesk-consent-receipt"
"""``typ`` of the signed receipt, so that no other document of ours passes for one."""

DOCUMENTS = "document"
"""``use_for`` of the published key of receipts and signals, which signs no token."""

Document = dict[str, str | int | bool | list[str] | dict[str, str]]


def receipt(
    access: Access, consent: Consent, organization_name: str, partner_name: str, now: datetime
) -> Document:
    """Return the receipt as it stands now; times are RFC 3339 in UTC, minutes whole ones."""
    granted = consent.granted
    document: Document = {
        "receipt_id": granted.consent_id,
        "issued_at": timestamp(now),
        "organization": {"id": granted.organization_id, "name": organization_name},
        "partner": {"id": granted.partner_id, "name": partner_name},
        "sections": list(granted.sections),
        "purpose": granted.purpose,
        "valid_from": timestamp(granted.begins),
        "valid_until": timestamp(granted.ends),
        "one_view_only": granted.once,
        "minutes_of_a_view": granted.minutes,
        "granted_by": granted.granted_by,
        "granted_at": timestamp(granted.recorded_at),
        "state": consent.state_at(now),
    }
    if granted.agent_id:
        document["only_for"] = {"agent_id": granted.agent_id, "ticket": granted.ticket}
    request = access.requests.get(granted.access_request_id)
    if request is not None:
        asked = request.asked
        document["request"] = {
            "id": asked.access_request_id,
            "agent_id": asked.agent_id,
            "ticket": asked.ticket,
            "asked_at": timestamp(asked.recorded_at),
        }
    return document
