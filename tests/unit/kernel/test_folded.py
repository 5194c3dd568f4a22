"""States of long streams: folded on, not again, and never with what was let go of."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest

from helpdesk.kernel.folded import LEAST, MOST, FoldedStates
from helpdesk.kernel.store import Append, Unit
from helpdesk.kernel.vault import Vault
from tests.support.waiting import PATIENCE, wait_until


def unit(append):
    return Unit(appends=(append,), now=datetime(2026, 1, 2, tzinfo=UTC))


def texts(state, event):
    return (*state, event.text)


def key(number=0):
    return (number, texts)


@pytest.fixture
def states():
    return FoldedStates()


def test_the_state_of_a_long_stream_is_kept(states):
    states.keep(key(), 0, "state", LEAST)
    assert states.get(key(), 0) == ("state", LEAST)


def test_that_of_a_short_stream_is_not(states):
    states.keep(key(), 0, "state", LEAST - 1)
    assert states.get(key(), 0) is None


def test_one_of_another_generation_is_not_used_again(states):
    states.keep(key(), 0, "state", LEAST)
    assert states.get(key(), 1) is None


def test_another_way_to_fold_has_a_state_of_its_own(states):
    states.keep(key(), 0, "state", LEAST)
    assert states.get((0, max), 0) is None


def test_what_was_not_asked_for_the_longest_goes_first(states):
    for number in range(MOST):
        states.keep(key(number), 0, number, LEAST)
    states.get(key(0), 0)
    states.keep(key(MOST), 0, MOST, LEAST)

    assert states.get(key(0), 0) == (0, LEAST)
    assert states.get(key(1), 0) is None


def test_the_next_load_of_a_long_stream_reads_only_what_is_new(open_store, note):
    store, asked = open_store(), []
    store.commit(unit(Append("notes:1", 0, (note("old"),) * LEAST)))
    store.load("notes:1", texts, ())
    store.commit(unit(Append("notes:1", LEAST, (note("new"),))))
    select = store.engine.select_stream

    def noted(stream_id, after=0):
        asked.append(after)
        return select(stream_id, after)

    store.engine.select_stream = noted
    loaded = store.load("notes:1", texts, ())

    assert asked == [LEAST]
    assert loaded.state == ("old",) * LEAST + ("new",)
    assert loaded.version == LEAST + 1


@pytest.fixture
def loads(open_store, note):
    """A store with a long stream, from which version it is read, and what holds that up."""
    store, asked, go = open_store(), [], threading.Event()
    store.commit(unit(Append("notes:1", 0, (note("old"),) * LEAST)))
    select = store.engine.select_stream

    def held_up(stream_id, after=0):
        asked.append(after)
        assert go.wait(PATIENCE)
        return select(stream_id, after)

    store.engine.select_stream = held_up
    return store, asked, go


def loading(store, stream="notes:1"):
    found = store._folded._turns.get((store.stream_id(stream), texts))
    return found[1] if found else 0


def test_of_many_who_load_a_long_stream_at_once_one_folds_it(loads):
    store, asked, go = loads
    with ThreadPoolExecutor(3) as pool:
        futures = [pool.submit(store.load, "notes:1", texts, ()) for _ in range(3)]
        assert wait_until(lambda: loading(store) == 3)
        go.set()
        found = [future.result() for future in futures]

    assert asked == [0, LEAST, LEAST]
    assert {each.state for each in found} == {("old",) * LEAST}
    assert loading(store) == 0


def test_who_loads_another_stream_does_not_wait(loads):
    store, asked, go = loads
    with ThreadPoolExecutor(2) as pool:
        futures = [pool.submit(store.load, name, texts, ()) for name in ("notes:1", "notes:2")]
        both = wait_until(lambda: asked == [0, 0])
        go.set()
        for future in futures:
            future.result()

    assert both


def test_a_load_that_fails_lets_the_next_one_go_on(loads):
    store, _, go = loads
    go.set()
    with pytest.raises(ZeroDivisionError):
        store.load("notes:1", lambda state, event: 1 / 0, ())

    assert store._folded._turns == {}
    assert store.load("notes:1", texts, ()).version == LEAST


def test_a_person_who_is_forgotten_is_in_no_state_any_more(open_store, note):
    store = open_store()
    store.commit(unit(Append("notes:1", 0, (note("Ana"),) * LEAST)))
    assert set(store.load("notes:1", texts, ()).state) == {"Ana"}

    store.vault.forget("u1")

    assert "Ana" not in store.load("notes:1", texts, ()).state


def test_the_generation_moves_when_a_key_is_destroyed(tmp_path):
    vault = Vault(tmp_path / "keys.db", b"m" * 32)
    before = vault.generation
    vault.seal("p-1", ["Ana"], "x")
    assert vault.generation == before
    vault.forget("p-1")
    assert vault.generation != before
    vault.close()
