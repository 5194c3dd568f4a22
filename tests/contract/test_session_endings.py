"""Whatever ends a view, the next call is refused, also under a lease that was given before."""

import pytest

from helpdesk.kernel.events import stamp_of
from services.identity.service import SERVICE as IDENTITY
from services.session.service import SERVICE as SESSION
from tests.support.endings import CAUSES, REFUSED_FOR, Scene
from tests.support.product import running_product, small_directory
from tests.support.waiting import wait_until


@pytest.fixture(scope="module")
def scene(tmp_path_factory):
    folder = tmp_path_factory.mktemp("endings")
    with running_product(folder, [IDENTITY, SESSION], directory=small_directory()) as product:
        yield Scene(product)


def lease_refused_for(scene, cause):
    look = scene.look()
    scene.end(cause, look)
    look.dies()
    scene.restore(cause)
    return look.refusal


@pytest.mark.parametrize("cause", CAUSES)
def test_a_view_is_dead_at_once(scene, cause):
    refusals = []

    # A lease of seconds may run out on a busy machine before it is asked with.
    def tried():
        refusals.append(lease_refused_for(scene, cause))
        return refusals[-1] != "TOKEN_EXPIRED"

    assert wait_until(tried)
    assert refusals[-1] in REFUSED_FOR[cause]


def test_views_are_possible_again_after_each_ending(scene):
    look = scene.look()
    try:
        assert not look.is_dead()
    finally:
        scene.end("agent", look)


def test_each_end_is_found_by_its_time_in_the_log(scene):
    from datetime import timedelta

    from helpdesk.kernel.eventlog import position_at

    store = scene.product.store_of("identity")
    rows = store.read(0, 100_000)
    moment = stamp_of(rows[len(rows) // 2].state).recorded_at
    after = store.read(position_at(store, moment), 1)[0]

    assert stamp_of(after.state).recorded_at >= moment
    assert position_at(store, moment - timedelta(days=1)) == 0
    assert position_at(store, moment + timedelta(days=1)) == store.position
