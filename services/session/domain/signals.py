"""What others are told when a view ends: a Security Event Token of CAEP (OpenID)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from services.session.domain.access import View

KIND = "secevent+jwt"
"""``typ`` of a Security Event Token (RFC 8417, section 2.3)."""
SESSION_REVOKED = "https://schemas.openid.net/secevent/caep/event-type/session-revoked"
_ENTITY = {
    "agent": "user",
    "customer": "admin",
    "partner_admin": "admin",
    "provider": "system",
    "directory": "system",
    "sign_in": "system",
}


def session_revoked(
    view: View, ended_by: str, ended_at: datetime, *, token_id: str, issuer: str, audience: str
) -> dict[str, Any]:
    """
    Return the claims of the token (RFC 8417; CAEP 1.0, section 3.1).

    The same end has the same ``jti`` whenever it is sent; ids are ours and opaque.
    """
    granted = view.granted
    return {
        "iss": issuer,
        "aud": audience,
        "jti": token_id,
        "iat": int(ended_at.timestamp()),
        "sub_id": {
            "format": "complex",
            "session": {"format": "opaque", "id": granted.view_id},
            "user": {"format": "opaque", "id": granted.agent_id},
            "tenant": {"format": "opaque", "id": granted.organization_id},
        },
        "events": {
            SESSION_REVOKED: {
                "event_timestamp": int(ended_at.timestamp()),
                "initiating_entity": _ENTITY.get(ended_by, "policy"),
                "reason_admin": {"en": f"ended by {ended_by.replace('_', ' ')}"},
            }
        },
    }
