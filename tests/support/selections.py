"""Exports of one customer's records, as the service writes them."""

from services.audit.domain.filters import Filter
from services.audit.log.export import head_of
from services.audit.log.storage import read_rows
from services.audit.views.selection import fitting, write_selection


def write_customer(world, target, organization="org-b", signer=None):
    """Write the records about a customer; return how many."""
    wanted = Filter(organization_id=organization)
    return write_selection(
        head_of(world.db),
        target,
        lambda end: fitting(read_rows(world.db, end=end), wanted),
        asked={"filter": {"organization_id": organization}},
        keys=map(str, world.keys),
        opened={},
        beside={},
        signer=signer or world.signer,
    )
