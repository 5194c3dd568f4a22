import sqlite3
import threading
from datetime import UTC, datetime

import pytest

from helpdesk.kernel.context import RequestContext, Stores, bind
from helpdesk.kernel.errors import Conflict, Forbidden, Unavailable
from helpdesk.kernel.events import RequestAnswered, SupportActionRecorded
from helpdesk.kernel.heartbeat import HeartbeatSigned
from helpdesk.kernel.store import Append, Unit
from tests.support.waiting import PATIENCE

NOW = datetime(2026, 1, 2, tzinfo=UTC)


def unit(*appends, record=None, tracking=None):
    return Unit(appends=appends, record=record, tracking=tracking, now=NOW)


def texts(state, event):
    return (*state, event.text)


def test_what_was_committed_is_loaded_in_order(open_store, note):
    store = open_store()
    store.commit(unit(Append("notes:1", 0, (note("a"), note("b")))))

    loaded = store.load("notes:1", texts, ())

    assert loaded.state == ("a", "b")
    assert loaded.version == 2


def test_a_stream_that_moved_on_is_a_conflict(open_store, note):
    store = open_store()
    store.commit(unit(Append("notes:1", 0, (note(),))))

    with pytest.raises(Conflict):
        store.commit(unit(Append("notes:1", 0, (note(),))))


def test_a_unit_is_stored_whole_or_not_at_all(open_store, note):
    store = open_store()
    store.commit(unit(Append("notes:1", 0, (note(),))))

    with pytest.raises(Conflict):
        store.commit(unit(Append("notes:2", 0, (note(),)), Append("notes:1", 0, (note(),))))

    assert store.load("notes:2", texts, ()).version == 0


def test_concurrent_callers_get_positions_without_gaps(open_store, note):
    store = open_store()
    positions = []

    def write(stream):
        for version in range(20):
            positions.append(store.commit(unit(Append(stream, version, (note(),)))))

    threads = [threading.Thread(target=write, args=(f"notes:{n}",)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(positions) == list(range(1, 161))


def test_records_of_a_process_are_numbered_without_holes(open_store, note):
    store = open_store()
    record = SupportActionRecorded(action="a.b.c", outcome="done")
    store.commit(unit(Append("notes:1", 0, (note(),)), record=record))
    with pytest.raises(Conflict):
        store.commit(unit(Append("notes:1", 0, (note(),)), record=record))
    store.commit(unit(record=record))

    rows = store.read(0, names=(SupportActionRecorded.NAME,))

    assert [store.opened(row).number for row in rows] == [1, 2]


def test_a_view_is_written_in_the_transaction_of_its_fact(open_store, note):
    def project(db, recorded):
        db.execute("INSERT INTO seen VALUES (?)", (recorded.event.count,))
        if recorded.event.count == 2:
            raise RuntimeError("a projection that fails")

    store = open_store({"helpdesk.test.v1.NoteTaken": project})
    with store.engine.transaction() as tx:
        tx.execute("CREATE TABLE seen (count INTEGER)")
    store.commit(unit(Append("notes:1", 0, (note(count=1),))))
    with pytest.raises(RuntimeError):
        store.commit(unit(Append("notes:1", 1, (note(count=2),))))

    assert store.engine.query("SELECT count FROM seen") == [(1,)]
    assert store.load("notes:1", texts, ()).version == 1


def test_a_position_of_a_source_is_tracked_once(open_store, note):
    store = open_store()
    store.commit(unit(Append("notes:1", 0, (note(),)), tracking=("other", 5)))

    with pytest.raises(Conflict):
        store.commit(unit(Append("notes:1", 1, (note(),)), tracking=("other", 5)))

    assert store.engine.tracked("other") == 5


def test_a_locked_database_refuses_and_stores_nothing(open_store, note, tmp_path):
    store = open_store()
    store.engine._writer.execute("PRAGMA busy_timeout=50")
    other = sqlite3.connect(tmp_path / "notes.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(Unavailable):
        store.commit(unit(Append("notes:1", 0, (note(),))))
    other.execute("ROLLBACK")
    other.close()

    assert store.load("notes:1", texts, ()).version == 0
    assert store.commit(unit(Append("notes:1", 0, (note(),)))) == 1


def test_a_full_disk_refuses_and_stores_nothing(open_store, note):
    store = open_store()
    store.commit(unit(Append("notes:1", 0, (note(),))))
    pages = store.engine._writer.execute("PRAGMA page_count").fetchone()[0]
    store.engine._writer.execute(f"PRAGMA max_page_count={pages}")
    with pytest.raises(Unavailable):
        store.commit(unit(Append("notes:2", 0, (note("x" * 100_000),))))
    store.engine._writer.execute("PRAGMA max_page_count=1000000")

    assert store.load("notes:2", texts, ()).version == 0
    assert store.commit(unit(Append("notes:2", 0, (note(),)))) == 2


@pytest.fixture
def served():
    """Bind a request during which stores take this much."""
    yield lambda stores: bind(RequestContext(stores=stores))
    bind(RequestContext())


@pytest.mark.parametrize("stores", [Stores.NOTHING, Stores.LIFECYCLE])
def test_no_fact_is_taken_in_while_a_call_only_reads_whoever_wants_it_stored(
    open_store, note, served, stores
):
    store = open_store()
    served(stores)
    record = SupportActionRecorded(action="a.b.c", outcome="done")
    with pytest.raises(Forbidden) as caught:
        store.commit(unit(Append("notes:1", 0, (note(),)), record=record))

    assert caught.value.reason == "READ_ONLY"
    assert store.position == 0


def test_the_record_of_a_call_that_only_reads_is_stored(open_store, served):
    store = open_store()
    served(Stores.NOTHING)
    store.commit(unit(record=SupportActionRecorded(action="a.b.c", outcome="done")))

    assert store.position == 1


def test_only_facts_about_the_session_that_were_declared_are_taken_in_from_it(
    open_store, note, served
):
    store = open_store(lifecycle=frozenset({note().NAME}))
    served(Stores.LIFECYCLE)
    store.commit(unit(Append("notes:1", 0, (note(),))))
    other = RequestAnswered(payload_digest="", answer="")
    store.commit(unit(Append("request:1", 0, (other,))))
    beat = HeartbeatSigned(service="notes", writer="w", number=1, at=NOW)
    with pytest.raises(Forbidden):
        store.commit(unit(Append("notes:1", 1, (note(), beat))))

    assert store.position == 2


def test_declared_facts_are_not_taken_in_while_a_call_only_reads(open_store, note, served):
    store = open_store(lifecycle=frozenset({note().NAME}))
    served(Stores.NOTHING)

    with pytest.raises(Forbidden):
        store.commit(unit(Append("notes:1", 0, (note(),))))


@pytest.mark.parametrize("named", [False, True])
def test_readers_are_woken_by_a_commit(open_store, note, named):
    store = open_store()
    seen = []
    names = {"other", note().NAME} if named else ()
    wait = lambda: seen.append(store.wait(1, 2 * PATIENCE, names=names))  # noqa: E731
    thread = threading.Thread(target=wait, daemon=True)
    thread.start()
    store.commit(unit(Append("notes:1", 0, (note(),))))
    thread.join(PATIENCE)

    assert seen == [True]


def test_who_waits_for_facts_of_some_names_waits_on_at_others(open_store, note):
    store = open_store()
    store.commit(unit(Append("notes:1", 0, (note(),))))

    assert store.wait(1, timeout=0, names={note().NAME})
    assert not store.wait(1, timeout=0, names={HeartbeatSigned.NAME})


def test_what_others_committed_may_be_of_any_name(open_store, note):
    store, other = open_store(), open_store()
    other.commit(unit(Append("notes:1", 0, (note(),))))
    store.commit(unit(record=SupportActionRecorded(action="a.b.c", outcome="done")))

    assert store.wait(1, timeout=0, names={"unheard"})


def test_what_an_earlier_process_committed_may_be_of_any_name(open_store, note):
    open_store().commit(unit(Append("notes:1", 0, (note(),))))

    assert open_store().wait(1, timeout=0, names={"unheard"})


def test_who_read_up_to_the_last_fact_of_its_names_reached_the_end(open_store, note):
    store = open_store()
    store.commit(unit(Append("notes:1", 0, (note(),))))
    store.commit(unit(record=SupportActionRecorded(action="a.b.c", outcome="done")))

    assert store.reached(1, {note().NAME}) == 2
    assert store.reached(0, {note().NAME}) == 0


def test_stream_ids_cannot_be_computed_without_the_key(open_store):
    store = open_store()

    assert store.stream_id("address:a@b.example") != type(store).stream_id(
        type("Other", (), {"_key": b"other"})(), "address:a@b.example"
    )


def test_a_store_is_not_closed_under_a_running_query(open_store, note):
    store = open_store()
    store.commit(unit(Append("notes:1", 0, tuple(note(str(n)) for n in range(50)))))
    stopped, failures = threading.Event(), []

    def read():
        while not stopped.is_set():
            try:
                store.engine.query(
                    "SELECT a.state FROM stored_events a, stored_events b, stored_events c"
                )
            except Unavailable:
                return
            except Exception as error:
                failures.append(error)
                return

    threads = [threading.Thread(target=read) for _ in range(4)]
    for thread in threads:
        thread.start()
    store.close()
    stopped.set()
    for thread in threads:
        thread.join()

    assert failures == []


def test_a_closed_store_says_that_its_service_is_stopping(open_store):
    store = open_store()
    store.close()

    with pytest.raises(Unavailable) as caught:
        store.engine.query("SELECT 1")
    assert caught.value.reason == "STORE_CLOSED"
