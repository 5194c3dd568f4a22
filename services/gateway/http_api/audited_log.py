"""The log itself: its checkpoints, the numbers of its writers, its public key."""

from __future__ import annotations

from starlette.responses import Response
from starlette.routing import BaseRoute

from helpdesk.kernel.errors import Unavailable
from services.gateway.http_api import codes, completeness
from services.gateway.http_api.serving import Desk
from services.gateway.http_api.visit import Visit
from services.gateway.pages.models import AuditLogPage, Checkpoint, Notice, Writer

_PATH = "/audit/log"


def routes(desk: Desk) -> list[BaseRoute]:
    """Return the addresses of the log."""
    return [desk.get(_PATH, log), *desk.form(_PATH + "/sign", sign)]


def sign(visit: Visit) -> Response:
    """Have the log signed as it stands."""
    try:
        visit.clients.audit.sign(visit.token, visit.request_id)
    except Unavailable as error:
        if error.reason != "LOG_DAMAGED":
            raise
        return visit.go(_PATH, Notice(state="blocked", code="log_damaged", recorded=True))
    return visit.done(_PATH, "log_signed")


def log(visit: Visit) -> Response:
    """Show the log itself."""
    standing = visit.clients.audit.checkpoint(visit.token)
    model = AuditLogPage(
        frame=visit.frame(),
        completeness=completeness.shown(standing),
        checkpoints=tuple(
            Checkpoint(
                size=each.size,
                root=each.root.hex(),
                at=codes.moment_or_epoch(each.signed_at),
                witnesses=tuple(each.witnesses),
            )
            for each in standing.recent
        ),
        writers=tuple(
            Writer(
                service=each.service,
                writer=each.writer,
                head=each.head,
                heartbeat=codes.moment_or_epoch(each.last_at),
                state="blocked" if each.missing else "ok",
                missing=", ".join(
                    str(hole.first) if hole.first == hole.last else f"{hole.first}–{hole.last}"
                    for hole in each.missing
                ),
            )
            for each in standing.writers
        ),
        key=standing.verifier_key,
    )
    return visit.page("audit_log", model)
