"""What identity says that ends views: a role is lost, a sign-in is over, a customer has left."""

from __future__ import annotations

from helpdesk.kernel.actions import UnitOfWork
from helpdesk.kernel.bus import Published, StoreConsumer
from helpdesk.kernel.store import Store
from services.session.application.consents import ConsentUseCases
from services.session.application.viewing import ViewUseCases


def consumers(store: Store, consents: ConsentUseCases, views: ViewUseCases) -> list[StoreConsumer]:
    """
    Return what follows identity's log.

    A lease is refused without it, since each asks identity; this tells open pages and the customer.
    """

    def on_role_removed(work: UnitOfWork, fact: Published) -> None:
        fields = fact.fields()
        views.on_role_removed(work, str(fields["user_id"]), str(fields["role"]))

    def on_signed_out(work: UnitOfWork, fact: Published) -> None:
        fields = fact.fields()
        views.on_signed_out(work, str(fields["user_id"]), str(fields["sign_in_id"]))

    def on_organization_imported(work: UnitOfWork, fact: Published) -> None:
        fields = fact.fields()
        partner_ids = frozenset(map(str, fields.get("partner_ids", ())))
        consents.on_partners_changed(work, str(fields["organization_id"]), partner_ids)

    wanted = {
        "helpdesk.identity.v1.RoleRemoved": on_role_removed,
        "helpdesk.identity.v1.SignedOut": on_signed_out,
        "helpdesk.identity.v1.OrganizationImported": on_organization_imported,
    }
    return [StoreConsumer("session.standing", store, {"identity": wanted})]
