"""What identity says that ends views, requests and consents; who is told of a view's end."""

from __future__ import annotations

from helpdesk.kernel import clearing
from helpdesk.kernel.actions import UnitOfWork
from helpdesk.kernel.bus import Published, StoreConsumer
from helpdesk.kernel.store import Store
from services.session.application.consents import ConsentUseCases
from services.session.application.signalling import Signalling
from services.session.application.viewing import ViewUseCases
from services.session.domain.facts import ViewEnded


def consumers(
    store: Store, consents: ConsentUseCases, views: ViewUseCases, signalling: Signalling
) -> list[StoreConsumer]:
    """
    Return what follows identity's log, and our own for those who are told of ends.

    A lease is refused without it, since each asks identity; this tells open pages and the customer.
    """

    def on_view_ended(_work: UnitOfWork, fact: Published) -> None:
        signalling.view_ended(fact.position)

    def on_role_removed(work: UnitOfWork, fact: Published) -> None:
        fields = fact.fields()
        left = frozenset(map(str, fields.get("roles_left", ())))
        for each in (views, consents):
            each.on_role_removed(work, str(fields["user_id"]), str(fields["role"]), left)

    def on_offboarded(work: UnitOfWork, fact: Published) -> None:
        consents.on_agent_left(work, str(fact.fields()["user_id"]))

    def on_agent_limited(work: UnitOfWork, fact: Published) -> None:
        fields = fact.fields()
        only = frozenset(map(str, fields.get("organization_ids", ())))
        views.on_agent_limited(work, str(fields["user_id"]), only)

    def on_signed_out(work: UnitOfWork, fact: Published) -> None:
        fields = fact.fields()
        reason = str(fields.get("reason", ""))
        views.on_signed_out(work, str(fields["user_id"]), str(fields["sign_in_id"]), reason)

    def on_organization_imported(work: UnitOfWork, fact: Published) -> None:
        fields = fact.fields()
        partner_ids = frozenset(map(str, fields.get("partner_ids", ())))
        consents.on_partners_changed(work, str(fields["organization_id"]), partner_ids)

    wanted = {
        "helpdesk.identity.v1.RoleRemoved": on_role_removed,
        "helpdesk.identity.v1.PersonOffboarded": on_offboarded,
        "helpdesk.identity.v1.AgentLimited": on_agent_limited,
        "helpdesk.identity.v1.SignedOut": on_signed_out,
        "helpdesk.identity.v1.OrganizationImported": on_organization_imported,
    }
    return [
        StoreConsumer("session.standing", store, {"identity": wanted}),
        StoreConsumer("session.signals", store, {store.name: {ViewEnded.NAME: on_view_ended}}),
        clearing.consumer(store),
    ]
