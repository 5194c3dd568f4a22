import pytest

from services.identity.application.reading import viewer_of
from services.identity.domain.scope import Viewer, changed_since, may_see

NORTH, SOUTH = frozenset({"north"}), frozenset({"south"})


@pytest.mark.parametrize(
    ("viewer", "organization", "managed_by", "seen"),
    [
        (Viewer(partner="north"), "acme", NORTH, True),
        (Viewer(partner="north"), "acme", SOUTH, False),
        (Viewer(partner="north"), "acme", NORTH | SOUTH, True),
        (Viewer(partner="north"), "acme", frozenset(), False),
        (Viewer(partner="north"), "north", frozenset(), False),
        (Viewer(organization="acme"), "acme", NORTH, True),
        (Viewer(organization="acme"), "acme", frozenset(), True),
        (Viewer(organization="acme"), "beta", NORTH, False),
        (Viewer(partner="north", organization="acme"), "acme", NORTH, True),
        (Viewer(partner="north", organization="acme"), "beta", NORTH, False),
        (Viewer(partner="north", organization="acme"), "acme", SOUTH, False),
        (Viewer(), "acme", NORTH, False),
        (Viewer(), "", frozenset(), False),
        (Viewer(user="ana"), "acme", NORTH, False),
        (Viewer(sees_all=True), "acme", SOUTH, True),
    ],
)
def test_who_sees_what(viewer, organization, managed_by, seen):
    assert may_see(viewer, organization, managed_by) is seen


@pytest.mark.parametrize(
    "ids", [("", "rubbish", ""), ("", "", "rubbish"), ("x", "rubbish", "rubbish")]
)
def test_an_id_that_cannot_be_read_lifts_no_limit(ids):
    viewer = viewer_of(*ids, sees_all=False)

    assert not may_see(viewer, "acme", NORTH)
    assert not may_see(viewer, "", frozenset())


def test_a_customer_that_came_and_went_is_gone():
    assert changed_since(["acme", "beta", "acme"], frozenset({"beta"})) == (["beta"], ["acme"])
