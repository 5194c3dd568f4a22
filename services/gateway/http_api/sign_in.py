"""Signing in and out, and what people set for themselves."""

from __future__ import annotations

import hmac
import logging
import secrets
from datetime import UTC
from typing import Literal, cast
from urllib.parse import urlencode

from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import BaseRoute

from helpdesk.kernel.errors import Forbidden, HelpdeskError, InvalidArgument, NotFound, Refused
from services.gateway import pages
from services.gateway.http_api import invitations
from services.gateway.http_api.serving import SECRET, Desk
from services.gateway.http_api.visit import Visit
from services.gateway.pages.models import (
    MePage,
    Provider,
    SignedIn,
    SignInPage,
)

_log = logging.getLogger(__name__)
_STATE = "helpdesk-state"
_LEFT = "helpdesk-left"
_STATE_LIVES = 600
_LONGEST_TOKEN = 16_000
_REFUSED = {"ROLE_MISSING": "no_role", "INVITATION_INVALID": "invitation"}
_LONGEST_SESSION = 10 * 3600
_SYSTEMS = ("Windows", "Android", "iPhone", "iPad", "Mac OS", "Linux")
_BROWSERS = ("Edg", "Firefox", "Chrome", "Safari")


def routes(desk: Desk) -> list[BaseRoute]:
    """Return the addresses of signing in."""
    return [
        desk.get("/signin", sign_in, public=True),
        desk.get("/signin/go", begin, public=True),
        desk.get("/signin/callback", complete, public=True),
        desk.get("/signin/left", left, public=True),
        desk.machine("/signin/backchannel-logout", end_provider_session),
        desk.post("/signout", sign_out),
        desk.post("/session/extend", extend),
        *desk.both("/me", me, change_me),
        desk.post("/me/sessions/{sign_in}/end", end_session),
        desk.post("/me/sessions/end-others", end_other_sessions),
    ]


def sign_in(visit: Visit) -> Response:
    """Offer to sign in."""
    reason = visit.request.query_params.get("reason", "")
    if reason not in ("idle", "signed_out", "no_role", "invitation", "failed"):
        reason = ""
    if visit.signed_in and not reason:
        return visit.go("/")
    model = SignInPage(
        frame=visit.frame(),
        providers=_providers(visit),
        reason=cast("Literal['', 'idle', 'signed_out', 'no_role', 'invitation', 'failed']", reason),
        reference=visit.reference,
    )
    return visit.page("signin", model)


def _providers(visit: Visit) -> tuple[Provider, ...]:
    try:
        found = visit.clients.identity.providers()
    except HelpdeskError:
        return (Provider(name="", href="/signin/go"),)
    if len(found) == 1:
        return (Provider(name="", href="/signin/go"),)
    return tuple(
        Provider(name=each.display_name, href=f"/signin/go?{urlencode({'with': each.issuer})}")
        for each in found
    )


def begin(visit: Visit) -> Response:
    """Send the browser to the provider."""
    if visit.request.headers.get("sec-purpose", "").startswith("prefetch"):
        return Response(status_code=204)
    try:
        issuer = visit.request.query_params.get("with", "")[:1000]
        begun = visit.clients.identity.begin_sign_in(issuer, _back(visit), visit.locale)
    except HelpdeskError:
        return visit.go("/signin?reason=failed")
    visit.put_cookie(_STATE, begun.state, seconds=_STATE_LIVES)
    return visit.finished(RedirectResponse(begun.authorization_url, 303))


def complete(visit: Visit) -> Response:
    """Take what the provider sent back."""
    asked = visit.request.query_params
    visit.drop_cookie(_STATE)
    try:
        signed = visit.clients.identity.complete_sign_in(
            state=visit.cookie(_STATE)[:200],
            returned_state=asked.get("state", "")[:200],
            code=asked.get("code", ""),
            redirect_uri=_back(visit),
            user_agent=_device(visit.request.headers.get("user-agent", "")),
            issuer=asked.get("iss", "")[:1000],
            invitation=invitations.taken(visit),
            previous_secret=visit.cookie(SECRET)[:200],
        )
    except Forbidden as error:
        reason = _REFUSED.get(error.reason, "failed")
        return visit.go(f"/signin?reason={reason}")
    except Refused:
        return visit.go("/signin?reason=invitation")
    except HelpdeskError:
        return visit.go("/signin?reason=failed")
    if signed.refused:
        return visit.go(f"/signin?reason={_REFUSED.get(signed.refused, 'failed')}")
    visit.put_cookie(SECRET, signed.secret, seconds=_LONGEST_SESSION)
    visit.drop_cookie("helpdesk-next")
    return visit.go(_next(visit))


def sign_out(visit: Visit) -> Response:
    """End the session here, then at the provider where it has a page for that."""
    state, there = secrets.token_urlsafe(16), ""
    try:
        there = visit.clients.identity.sign_out_page(
            visit.cookie(SECRET), f"{visit.site.settings.base_url}/signin/left", state
        )
    except HelpdeskError as error:
        # A provider that is away keeps nobody signed in here.
        _log.warning("no sign-out page: %s", error.reason)
    visit.clients.identity.end_sign_in(visit.token, "", visit.request_id)
    visit.drop_cookie(SECRET)
    if not there:
        return visit.go("/signin?reason=signed_out")
    visit.put_cookie(_LEFT, state, seconds=_STATE_LIVES)
    # The policy lets no form lead away from here, so the browser goes there by itself.
    return visit.finished(Response(status_code=200, headers={"refresh": f"0;url={there}"}))


def left(visit: Visit) -> Response:
    """Take the browser back from the provider's sign-out page; it ends nothing here."""
    state = visit.cookie(_LEFT)
    visit.drop_cookie(_LEFT)
    returned = visit.request.query_params.get("state", "")
    asked = bool(state) and hmac.compare_digest(state.encode(), returned.encode())
    return visit.go("/signin?reason=signed_out" if asked else "/signin")


def end_provider_session(visit: Visit) -> Response:
    """Answer a provider's back-channel logout (OpenID Connect Back-Channel Logout 1.0, 2.8)."""
    try:
        visit.clients.identity.end_provider_session(visit.form.text("logout_token", _LONGEST_TOKEN))
    except (Forbidden, InvalidArgument):
        return JSONResponse({"error": "invalid_request"}, status_code=400)
    except HelpdeskError:
        return JSONResponse({"error": "temporarily_unavailable"}, status_code=503)
    return Response(status_code=200)


def extend(visit: Visit) -> Response:
    """Say that somebody is still there: that a token was issued is all that it takes."""
    return visit.finished(Response(status_code=204))


def me(visit: Visit) -> Response:
    """Show what one can set, and where one is signed in."""
    sessions = tuple(
        SignedIn(
            id=each.sign_in_id,
            device=each.user_agent or "–",
            since=each.begun.ToDatetime(tzinfo=UTC),
            ends=each.end.ToDatetime(tzinfo=UTC),
            current=each.current,
        )
        for each in visit.clients.identity.list_sign_ins(visit.token)
    )
    model = MePage(
        frame=visit.frame(),
        locale=visit.locale,
        theme=visit.theme,
        keys=visit.keys,
        sessions=sessions,
    )
    return visit.page("me", model)


def change_me(visit: Visit) -> Response:
    """Keep what was set, in cookies."""
    locale = visit.form.choice("locale", pages.LOCALES)
    theme = visit.form.choice("theme", ("system", "light", "dark"))
    if visit.form.problems:
        return visit.invalid(me)
    visit.put_cookie("helpdesk-language", locale)
    visit.put_cookie("helpdesk-theme", theme)
    visit.put_cookie("helpdesk-keys", "on" if visit.form.raw("keys") else "off")
    return visit.done("/me", "saved")


def end_session(visit: Visit) -> Response:
    """End another session of one's own."""
    visit.clients.identity.end_sign_in(visit.token, visit.param("sign_in"), visit.request_id)
    return visit.done("/me", "saved")


def end_other_sessions(visit: Visit) -> Response:
    """End all other sessions of one's own."""
    visit.clients.identity.end_other_sign_ins(visit.token, visit.request_id)
    return visit.done("/me", "saved")


def _back(visit: Visit) -> str:
    return f"{visit.site.settings.base_url}/signin/callback"


def _next(visit: Visit) -> str:
    try:
        path = str(visit.site.seals.open("next", "", visit.cookie("helpdesk-next")))
    except NotFound:
        return "/"
    return path if path.startswith("/") and not path.startswith(("//", "/signin")) else "/"


def _device(user_agent: str) -> str:
    # Enough to tell one's own browsers apart, not enough to recognise a person by.
    system = next((each for each in _SYSTEMS if each in user_agent), "")
    browser = next((each for each in _BROWSERS if each in user_agent), "")
    return ", ".join(part.replace("Edg", "Edge") for part in (browser, system) if part)
