"""Use cases of portals that are not ours: a browser is let in, then asked about at each request."""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Callable

from helpdesk.kernel.actions import SupportAction
from helpdesk.kernel.errors import Forbidden, NotFound
from services.session.application.ports import Finder, Lease
from services.session.application.viewing import ViewUseCases
from services.session.domain.facts import PortalEntered


class PortalUseCases:
    """Keeps which browser a view was opened in, and leases the view to it."""

    def __init__(self, digest: Callable[[str], str], finder: Finder, views: ViewUseCases) -> None:
        self._digest = digest
        self._finder = finder
        self._views = views

    def enter_portal(self, action: SupportAction) -> str:
        """Return the secret of the browser that brought the lease."""
        view_id = action.actor.view_id
        item = self._finder.find("view", view_id)
        if item is None:
            raise NotFound("view")
        action.about(f"view:{view_id}", organization_id=item.organization_id)
        loaded = self._finder.access(item.organization_id, item.partner_id)
        self._views.check_runs(loaded.state.views[view_id], action.now)
        key = f"{view_id}.{secrets.token_urlsafe(32)}"
        entered = PortalEntered(
            view_id=view_id,
            organization_id=item.organization_id,
            key_digest=self._digest(key),
        )
        action.stage_lifecycle(loaded, entered)
        return key

    def lease_portal(self, action: SupportAction, key: str) -> Lease:
        """Lease a view to the browser that it was opened in. Raises NotFound, Refused."""
        view_id = key.partition(".")[0]
        item = self._finder.find("view", view_id)
        if item is None:
            raise NotFound("view")
        loaded = self._finder.access(item.organization_id, item.partner_id)
        view = loaded.state.views[view_id]
        if not hmac.compare_digest(view.portal_digest, self._digest(key)):
            raise NotFound("view")
        return self._views.leased(action, loaded, view)

    def look_at_portal(self, action: SupportAction, section: str) -> None:
        """Allow one look at a section. Raises Forbidden."""
        actor = action.actor
        if not actor.read_only:
            raise NotFound("view")
        action.about(f"section:{section}", organization_id=actor.organization_id)
        if section == "UNSPECIFIED":
            raise Forbidden("NOT_IN_VIEW", "This page is not part of the portal view.")
        if section not in actor.sections:
            raise Forbidden(
                "SECTION_NOT_ALLOWED",
                f"The customer did not allow {section.lower()}. Request access to it.",
            )
