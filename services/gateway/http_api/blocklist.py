"""Removals from the blocklist, the customer admin's word, and the recipient's consent."""

from __future__ import annotations

from typing import Any, Literal, cast
from urllib.parse import urlencode

from starlette.responses import Response
from starlette.routing import BaseRoute

from helpdesk.kernel.errors import Conflict, InvalidArgument, Refused
from services.gateway.http_api import codes, errors
from services.gateway.http_api.serving import Desk
from services.gateway.http_api.visit import Visit
from services.gateway.pages.models import (
    AddressesPage,
    AddressRequest,
    AgreePage,
    RemovalRow,
    RemovalsPage,
)

_ADDRESSES = "/consent/addresses"
_OUTCOME = {
    "waiting": "watching",
    "delivered": "delivered_again",
    "bounced": "bounced_again",
    "blocked_again": "blocked_again",
}


def routes(desk: Desk) -> list[BaseRoute]:
    """Return the addresses of the work list, of the admin's words and of mails' links."""
    return [
        desk.get("/t/{ticket}/removals", show_removals),
        *desk.both(_ADDRESSES, show_addresses, vouch),
        desk.get("/agree/{link}", show_link, public=True),
        desk.post("/agree/{link}", agree, public=True),
    ]


def show_removals(visit: Visit) -> Response:
    """Show what became of the agent's removals, or of the partner's."""
    query = visit.request.query_params
    everyone = query.get("all", "") == "1" or "helpdesk" not in visit.person.roles
    found = visit.clients.blocklist.removals(
        visit.token, everyone=everyone, page=query.get("page", "")[:1000]
    )
    older = ""
    if found.next_page_token:
        asked = {"page": found.next_page_token} | ({"all": "1"} if everyone else {})
        older = f"{visit.base}/removals?{urlencode(asked)}"
    rows = tuple(_row(each) for each in found.removals)
    model = RemovalsPage(frame=visit.frame(), rows=rows, everyone=everyone, older=older)
    return visit.page("removals", model)


def _row(found: Any) -> RemovalRow:
    return RemovalRow(
        id=found.removal_id,
        user_id=found.user_id,
        user=found.user_name,
        organization=found.organization_name,
        address=found.address,
        ticket=found.ticket,
        ground=found.ground,
        removed=codes.moment_or_epoch(found.removed_at),
        outcome=_OUTCOME.get(found.outcome, found.outcome),
        known=codes.moment(found.outcome_at),
        cause=found.cause,
        next_step=codes.next_step(found.next_step),
        provider=found.provider_state,
    )


def show_addresses(visit: Visit) -> Response:
    """Show a customer's admin which blocked addresses wait for somebody's word."""
    requests = tuple(
        AddressRequest(
            user_id=each.user_id,
            index=each.address_index,
            user=each.user_name,
            address=each.address,
            block=each.block,
            cause=each.cause,
            since=codes.moment_or_epoch(each.since),
            partner=each.partner_name,
            ticket=each.ticket,
            reason=each.reason,
            asked=codes.moment_or_epoch(each.asked_at),
        )
        for each in visit.clients.blocklist.vouch_requests(visit.token)
    )
    organization = visit.person.organization
    model = AddressesPage(frame=visit.frame(), organization=organization, requests=requests)
    return visit.page("addresses", model)


def vouch(visit: Visit) -> Response:
    """Take the word of a customer's admin for an address."""
    user_id = visit.form.text("user", 200, required=True)
    index = visit.form.number("address", 0, 99, "choice")
    reason = visit.form.reason()
    if visit.form.problems:
        return visit.invalid(show_addresses)
    try:
        visit.clients.blocklist.vouch(visit.token, user_id, index, reason, visit.request_id)
    except (Refused, Conflict) as error:
        return visit.go(_ADDRESSES, errors.refusal(error))
    except InvalidArgument as error:
        return visit.invalid(show_addresses, [errors.problem(error)])
    return visit.done(_ADDRESSES, "vouched_for_address")


def show_link(visit: Visit) -> Response:
    """Show what a mail's link asks; looking agrees to nothing, since mail scanners look too."""
    found = visit.clients.blocklist.consent(visit.param("link"))
    model = AgreePage(
        frame=visit.frame(),
        path=visit.request.url.path,
        state=cast("Literal['open', 'given', 'expired']", found.state),
        address=found.address,
        ticket=found.ticket,
        since=codes.moment(found.since),
    )
    return visit.page("agree", model)


def agree(visit: Visit) -> Response:
    """Take the consent of who opened the link; the page then says what came of it."""
    link = visit.param("link")
    # What is no link of ours is answered before anything is recorded.
    visit.clients.blocklist.consent(link)
    try:
        visit.clients.blocklist.give_consent(link, visit.request_id)
    except (Refused, Conflict) as error:
        return visit.go(visit.request.url.path, errors.refusal(error))
    return visit.go(visit.request.url.path)
