"""One request: who is asking, with what, and the answers that a page can give."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal, cast
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from helpdesk.kernel.errors import NotFound
from services.gateway import pages
from services.gateway.clients import Clients
from services.gateway.http_api.forms import Form
from services.gateway.http_api.sealing import Seals
from services.gateway.pages.models import Account, Frame, Notice, Problem, State, Ticket
from services.gateway.settings import Settings

NO_TICKET = "-"
_FLASH_LIVES = 60
_YEAR = 365 * 24 * 3600
_LONGEST_COOKIE = 3800
# Codes are typed anew: they are good once.
_NOT_KEPT = ("form_token", "request_id", "code_1", "code_2")
_ROLES = {
    "HELP_DESK": ("helpdesk",),
    "HELP_DESK_READ_ONLY": ("helpdesk", "helpdesk_read_only"),
    "PARTNER_ADMIN": ("partner_admin",),
    "CUSTOMER_ADMIN": ("customer_admin",),
    "AUDITOR": ("auditor",),
}


@dataclass(frozen=True)
class Person:
    """Who is signed in."""

    id: str
    name: str
    partner: str
    partner_id: str
    organization_id: str
    organization: str
    roles: tuple[str, ...]
    sign_in_id: str
    token: str = field(repr=False)

    def has(self, role: str) -> bool:
        """Return whether the person has a role, by the page's code of it."""
        return role in self.roles


@dataclass(frozen=True)
class Site:
    """What every request works with."""

    settings: Settings
    clients: Clients
    seals: Seals

    def cookie(self, name: str) -> str:
        """Return the full name of a cookie; the prefix binds it to this host over TLS."""
        return f"__Host-{name}" if self.settings.secure else name


@dataclass(frozen=True)
class Flash:
    """What the last form led to, told on the page that follows, or on the form shown again."""

    notice: Notice | None = None
    problems: tuple[Problem, ...] = ()
    values: Mapping[str, str] = field(default_factory=dict)
    typed: Mapping[str, Sequence[str]] = field(default_factory=dict)


@dataclass
class Visit:
    """A request and its way to an answer."""

    request: Request
    site: Site
    reference: str
    form: Form = field(default_factory=Form)
    _person: Person | None = None
    _again: Flash | None = None
    _cookies: list[Callable[[Response], None]] = field(default_factory=list)

    @property
    def clients(self) -> Clients:
        """The other services."""
        return self.site.clients

    @property
    def person(self) -> Person:
        """Who is signed in; pages that need nobody do not ask."""
        if self._person is None:
            raise NotFound("person")
        return self._person

    @property
    def token(self) -> str:
        """What calls are made with."""
        return self.person.token

    @property
    def signed_in(self) -> bool:
        """Whether somebody is signed in."""
        return self._person is not None

    @property
    def bound_to(self) -> str:
        """The sign-in session that sealed texts and forms belong to."""
        return self._person.sign_in_id if self._person else ""

    @property
    def ticket(self) -> str:
        """The ticket of the address, empty for none."""
        named = str(self.request.path_params.get("ticket", NO_TICKET))
        return "" if named == NO_TICKET else named

    @property
    def base(self) -> str:
        """The address that pages of this ticket begin with."""
        return f"/t/{quote(self.ticket or NO_TICKET, safe='')}"

    @property
    def is_fragment(self) -> bool:
        """Whether a script asks for a piece of a page."""
        return "hx-request" in self.request.headers

    @property
    def locale(self) -> str:
        """The chosen language, else the browser's first one that there is."""
        chosen = self.request.cookies.get(self.site.cookie("helpdesk-language"), "")
        if chosen in pages.LOCALES:
            return chosen
        for part in self.request.headers.get("accept-language", "")[:200].split(","):
            code = part.strip()[:2].lower()
            if code in pages.LOCALES:
                return code
        return "en"

    @property
    def theme(self) -> pages.Theme:
        """The chosen theme."""
        chosen = self.request.cookies.get(self.site.cookie("helpdesk-theme"), "")
        return cast("pages.Theme", chosen) if chosen in ("light", "dark") else "system"

    @property
    def keys(self) -> bool:
        """Whether single keys move and open."""
        return self.request.cookies.get(self.site.cookie("helpdesk-keys"), "on") == "on"

    def signed_in_as(self, issued: Any) -> None:
        """Take who a token names."""
        roles = [code for role in issued.roles for code in _ROLES.get(role, ())]
        self._person = Person(
            id=issued.user_id,
            name=issued.display_name,
            partner=issued.partner_name or issued.organization_name,
            partner_id=issued.partner_id,
            organization_id=issued.organization_id,
            organization=issued.organization_name,
            roles=tuple(dict.fromkeys(roles)),
            sign_in_id=issued.sign_in_id,
            token=issued.token,
        )

    def param(self, name: str) -> str:
        """Return a part of the address. Raises NotFound for what is no id."""
        value = str(self.request.path_params[name])
        if not 0 < len(value) <= 4000 or not value.isascii() or not value.isprintable():
            raise NotFound("page")
        return value

    @property
    def request_id(self) -> str:
        """The id that the form carried, so that a double click does not act twice."""
        return self.form.raw("request_id")[:64]

    def frame(self, *, live: str = "", within: tuple[str, str] = ("", "")) -> Frame:
        """Return what surrounds the content of a page."""
        flash = self.flash()
        account = None
        if self._person is not None:
            account = Account(
                name=self._person.name,
                partner=self._person.partner,
                roles=self._person.roles,
                keys=self.keys,
            )
        return Frame(
            account=account,
            ticket=Ticket(number=self.ticket) if self.ticket else None,
            base=self.base,
            form_token=self.site.seals.form_token(self.bound_to),
            request_id=secrets.token_hex(16),
            notice=flash.notice,
            problems=flash.problems,
            within_id=within[0],
            within_name=within[1],
            live=live,
            typed=flash.typed,
        )

    def page(self, template: str, model: object, status: int = 200) -> Response:
        """Answer with a page; 422 where it shows a form again."""
        if self._again is not None and status == 200:
            status = 422
        content = pages.render(template, model, self.locale, self.theme)
        return self.finished(HTMLResponse(content, status))

    def go(
        self,
        path: str,
        notice: Notice | None = None,
        problems: tuple[Problem, ...] = (),
        values: Mapping[str, str] | None = None,
    ) -> Response:
        """Send the browser to a page that tells what came of the form."""
        if notice or problems:
            self._tell(path, Flash(notice, problems, values or {}))
        return self.finished(RedirectResponse(path, 303))

    def done(self, path: str, code: str, subject: str = "", state: State = "ok") -> Response:
        """Send the browser to a page with good news."""
        return self.go(path, Notice(state=state, code=code, subject=subject))

    def invalid(
        self, page: Callable[[Visit], Response], problems: Sequence[Problem] = ()
    ) -> Response:
        """Show the page of the form again, with what was typed and what is wrong with it."""
        typed = self.form.typed(_NOT_KEPT)
        self._again = Flash(
            problems=tuple(problems or self.form.problems),
            values={name: values[0] for name, values in typed.items()},
            typed=typed,
        )
        return page(self)

    def finished(self, response: Response) -> Response:
        """Put the cookies on an answer."""
        for put in self._cookies:
            put(response)
        return response

    def put_cookie(
        self,
        name: str,
        value: str,
        *,
        seconds: int | None = _YEAR,
        path: str = "/",
        same_site: Literal["lax", "strict"] = "lax",
    ) -> None:
        """Give the browser a cookie that scripts cannot read."""
        # A cookie that is bound to a path cannot have the __Host- prefix.
        full = self.site.cookie(name) if path == "/" else name
        self._cookies.append(
            lambda response: response.set_cookie(
                full,
                value,
                max_age=seconds,
                path=path,
                secure=self.site.settings.secure,
                httponly=True,
                samesite=same_site,
            )
        )

    def drop_cookie(self, name: str, path: str = "/") -> None:
        """Take a cookie from the browser."""
        self.put_cookie(name, "", seconds=0, path=path)

    def cookie(self, name: str) -> str:
        """Return a cookie of ours."""
        return self.request.cookies.get(self.site.cookie(name), "")

    def flash(self) -> Flash:
        """Return, once, what the last form led to."""
        if self._again is not None:
            return self._again
        sealed = self.request.cookies.get("helpdesk-told", "")
        if not sealed:
            return Flash()
        path = self.request.url.path
        self.drop_cookie("helpdesk-told", path)
        try:
            told = self.site.seals.open("told", self.bound_to + path, sealed)
        except NotFound:
            return Flash()
        return Flash(
            Notice(**told["notice"]) if told["notice"] else None,
            tuple(Problem(**each) for each in told["problems"]),
            told["values"],
        )

    def _tell(self, path: str, flash: Flash) -> None:
        plain = path.partition("#")[0]
        told = {
            "notice": vars(flash.notice) if flash.notice else None,
            "problems": [vars(each) for each in flash.problems],
            "values": dict(flash.values),
        }
        sealed = self.site.seals.seal("told", self.bound_to + plain, told)
        if len(sealed) > _LONGEST_COOKIE:
            return self._tell(path, replace(flash, values={}))
        return self.put_cookie("helpdesk-told", sealed, seconds=_FLASH_LIVES, path=plain)
