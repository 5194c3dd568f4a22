"""Mails of identity's invitations: each that is made, or renewed, is one message."""

from __future__ import annotations

from helpdesk.kernel.actions import UnitOfWork
from helpdesk.kernel.bus import Published, StoreConsumer
from helpdesk.kernel.events import ERASED
from helpdesk.kernel.store import Store
from services.email.application.ports import address_digest
from services.email.domain import message
from services.email.domain.facts import MessageQueued
from services.email.domain.message import Message

_INVITED = "helpdesk.identity.v1.AgentInvited"


def consumer(store: Store) -> StoreConsumer:
    """Return what follows identity's log."""

    def on_agent_invited(work: UnitOfWork, fact: Published) -> None:
        fields = fact.fields()
        address, link = str(fields["email"]), str(fields["link"])
        if ERASED in (address, link):
            return
        digest = address_digest(store, address)
        # Of the fact, so that the same fact again is the same message.
        message_id = str(fields["link_digest"])[:32]
        loaded = work.load(f"message:{message_id}", message.evolve, Message())
        if loaded.version:
            return
        work.stage(
            loaded,
            MessageQueued(
                message_id=message_id,
                person_id=f"address:{digest}",
                user_id="",
                kind=message.INVITATION,
                address=address,
                address_digest=digest,
                display_name=str(fields["display_name"]),
                partner_name=str(fields["partner_name"]),
                requested_by=str(fields["invited_by"]),
                link=link,
            ),
        )

    return StoreConsumer("email.invitations", store, {"identity": {_INVITED: on_agent_invited}})
