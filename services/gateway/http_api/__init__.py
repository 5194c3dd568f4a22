"""The console over HTTP: addresses, pages, and what protects them."""

from __future__ import annotations

from collections.abc import Sequence

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp

from services.gateway.http_api import (
    access,
    audit,
    audited_log,
    blocklist,
    callers,
    claims,
    consent,
    errors,
    exports,
    forgetting,
    granting,
    invitations,
    mail,
    organizations,
    playing,
    published,
    reviews,
    roles,
    search,
    sign_in,
    users,
    views,
    webhooks,
)
from services.gateway.http_api.protection import Protection
from services.gateway.http_api.serving import Desk
from services.gateway.http_api.static import StaticFiles
from services.gateway.http_api.visit import Site, Visit


def application(site: Site, more: Sequence[BaseRoute] = ()) -> ASGIApp:
    """Return the console; ``more`` are addresses for development."""
    desk = Desk(site)

    async def lost(request: Request, error: Exception) -> Response:
        status = getattr(error, "status_code", 404)
        visit = Visit(request, site, reference="")
        return await run_in_threadpool(errors.unexpected, visit, status, "not_found")

    routes: list[BaseRoute] = [
        Route("/healthz", _healthy),
        Route("/static/{name:path}", StaticFiles().answer),
        *published.routes(site),
        *sign_in.routes(desk),
        *search.routes(desk),
        *users.routes(desk),
        *mail.routes(desk),
        *organizations.routes(desk),
        *views.routes(desk),
        *access.routes(desk),
        *granting.routes(desk),
        *consent.routes(desk),
        *callers.routes(desk),
        *blocklist.routes(desk),
        *roles.routes(desk),
        *invitations.routes(desk),
        *claims.routes(desk),
        *forgetting.routes(desk),
        *audit.routes(desk),
        *playing.routes(desk),
        *audited_log.routes(desk),
        *exports.routes(desk),
        *reviews.routes(desk),
        *webhooks.routes(desk),
        *more,
    ]
    app = Starlette(routes=routes, exception_handlers={404: lost, 405: lost})
    # An address with a slash too many is one that does not exist.
    app.router.redirect_slashes = False
    return Protection(app, site.settings)


async def _healthy(_request: Request) -> Response:
    return PlainTextResponse("ok")
