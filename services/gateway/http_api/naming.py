"""Names for the ids of audit records; an id that has no name any more stays a short id."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from helpdesk.kernel.errors import NotFound, Unavailable
from services.gateway.http_api import codes
from services.gateway.http_api.visit import Visit


@dataclass(frozen=True)
class Names:
    """The names of the people, customers and partners of one page."""

    known: Mapping[str, str]

    def of(self, id_: str) -> str:
        """Return the name of an id, the beginning of the id where it has none."""
        return self.known.get(id_) or codes.short(id_)


def of_records(visit: Visit, records: Iterable[Any]) -> Names:
    """Ask once for the names of all that records are about; short ids where nobody answers."""
    records = list(records)
    agents = {each.partner_id: each.agent_id for each in records if each.partner_id}
    try:
        known = visit.clients.identity.names(
            [id_ for each in records for id_ in (each.agent_id, each.user_id)],
            [each.organization_id for each in records],
        )
        for partner_id, agent_id in agents.items():
            known[partner_id] = _company(visit, agent_id)
    except Unavailable:
        return Names({})
    return Names(known)


def of_people(visit: Visit, ids: Iterable[str], organizations: Iterable[str] = ()) -> Names:
    """Ask once for the names of people and customers; short ids where nobody answers."""
    try:
        return Names(visit.clients.identity.names(ids, organizations))
    except Unavailable:
        return Names({})


def _company(visit: Visit, agent_id: str) -> str:
    try:
        return visit.clients.identity.company_of(agent_id)
    except NotFound:
        return ""
