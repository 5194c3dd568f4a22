"""Pages that exist on loopback only: who to be, and the mails that were sent."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Protocol

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import BaseRoute

from helpdesk.kernel.errors import InvalidArgument
from services.gateway import pages
from services.gateway.http_api import errors
from services.gateway.http_api.serving import Desk
from services.gateway.http_api.visit import Site, Visit
from services.gateway.pages.models import (
    DevAccount,
    DevMailPage,
    DevMessage,
    DevSignInPage,
    Frame,
    Problem,
)

_LINK = re.compile(r"https?://[^\s<>\"]+")
_ROLES = {
    "agent": "helpdesk",
    "help desk agent": "helpdesk",
    "partner admin": "partner_admin",
    "customer admin": "customer_admin",
    "auditor": "auditor",
    "platform auditor": "auditor",
}


class Mail(Protocol):
    """One mail in the mailbox."""

    @property
    def id(self) -> str: ...
    @property
    def received(self) -> datetime: ...
    @property
    def recipient(self) -> str: ...
    @property
    def subject(self) -> str: ...
    @property
    def text(self) -> str: ...


class Mailbox(Protocol):
    """The development mailbox."""

    def mails(self) -> Sequence[Mail]: ...
    def mail(self, mail_id: str) -> Mail: ...
    def refused(self) -> frozenset[str]: ...
    def refuse(self, address: str, *, refuse: bool) -> None: ...


class Account(Protocol):
    """Somebody who may sign in with one click."""

    @property
    def email(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def role(self) -> str: ...


def accounts_of(file: Path) -> list[dict[str, str]]:
    """Return the accounts that the demonstration wrote down; none where there is no file."""
    try:
        written = json.loads(file.read_text())
    except (OSError, ValueError):
        return []
    return [
        {name: str(each.get(name, "")) for name in ("email", "name", "role", "subject")}
        for each in written
        if isinstance(each, dict) and {"email", "name", "role"} <= each.keys()
    ]


def chooser(site: Site) -> Callable[[Request, Sequence[Account], str], Response]:
    """Return what shows the page on which one chooses who to be."""

    def choose(request: Request, accounts: Sequence[Account], problem: str) -> Response:
        visit = Visit(request, site, reference="")
        problems = (Problem(field="email", code="account_unknown"),) if problem else ()
        model = DevSignInPage(
            frame=Frame(problems=problems),
            accounts=tuple(
                DevAccount(
                    id=each.email,
                    name=each.name,
                    partner=each.email,
                    roles=(_ROLES.get(each.role.lower(), each.role),) if each.role else (),
                )
                for each in accounts
            ),
            action=f"{request.url.path}?{request.url.query}",
        )
        content = pages.render("dev_signin", model, visit.locale, visit.theme)
        return HTMLResponse(content, 400 if problem else 200)

    return choose


class Mails:
    """Shows the development mailbox."""

    def __init__(self, mailbox: Mailbox) -> None:
        self._mailbox = mailbox

    def routes(self, desk: Desk) -> list[BaseRoute]:
        """Return the addresses of the mailbox."""
        return [
            desk.get("/dev/mail", self.show, public=True),
            desk.post("/dev/mail/refused", self.refuse, public=True),
            desk.get("/dev/mail/{mail}", self.show, public=True),
        ]

    def show(self, visit: Visit) -> Response:
        """Show the mails, and one of them."""
        message = None
        if "mail" in visit.request.path_params:
            chosen = self._mailbox.mail(visit.param("mail"))
            link = _LINK.search(chosen.text)
            message = _message(chosen, chosen.text, link[0] if link else "")
        model = DevMailPage(
            frame=visit.frame(),
            messages=tuple(_message(each) for each in self._mailbox.mails()),
            message=message,
            refused=tuple(sorted(self._mailbox.refused())),
        )
        return visit.page("dev_mail", model)

    def refuse(self, visit: Visit) -> Response:
        """Let an address refuse mail, or take it again."""
        address = visit.form.text("address", 320, required=True)
        refuse = visit.form.choice("answer", ("refuse", "accept")) == "refuse"
        if visit.form.problems:
            return visit.invalid(self.show)
        try:
            self._mailbox.refuse(address, refuse=refuse)
        except InvalidArgument as error:
            return visit.invalid(self.show, [errors.problem(error)])
        return visit.go("/dev/mail")


def _message(mail: Mail, body: str = "", link: str = "") -> DevMessage:
    return DevMessage(
        id=mail.id, to=mail.recipient, subject=mail.subject, at=mail.received, body=body, link=link
    )
