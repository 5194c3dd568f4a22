"""What a store promises, asked of the store on SQLite and on PostgreSQL."""

import threading
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from helpdesk.kernel.errors import Conflict, Unavailable
from helpdesk.kernel.events import SupportActionRecorded
from helpdesk.kernel.store import Append, Store, Unit
from tests.support.waiting import PATIENCE, wait_until

NOW = datetime(2026, 1, 2, tzinfo=UTC)
RECORD = SupportActionRecorded(action="a.b.c", outcome="done")
HELD_UP, BROKEN = 1, 2


def unit(*appends, record=None, beside=(), tracking=None):
    return Unit(appends=appends, record=record, beside=beside, tracking=tracking, now=NOW)


def texts(state, event):
    return (*state, event.text)


class Together:
    """Commits units in one group: they come while the writer is held up by one before them."""

    def __init__(self, open_store, line):
        self._held, self._gate = threading.Event(), threading.Event()
        self._line = line
        self.store = open_store({line().NAME: self._project})
        with self.store.engine.transaction() as tx:
            tx.execute("CREATE TABLE seen (count BIGINT)")

    def _project(self, db, recorded):
        count = recorded.event.count
        db.execute("INSERT INTO seen VALUES (?)", (count,))
        if count == HELD_UP:
            self._held.set()
            self._gate.wait(PATIENCE)
        if count == BROKEN:
            raise RuntimeError("a projection that fails")

    @property
    def seen(self):
        found = self.store.engine.query("SELECT count FROM seen WHERE count <> ?", (HELD_UP,))
        return sorted(count for (count,) in found)

    def commit(self, *units, meanwhile=lambda: None):
        """Return how each ended, in their order: None, or the kind of its error."""
        ended = {}

        def commit(number, each):
            ended[number] = None
            try:
                self.store.commit(each)
            except (Conflict, RuntimeError, Unavailable) as error:
                ended[number] = type(error)

        first = unit(Append("first", 0, (self._line(count=HELD_UP),)))
        threads = []
        for number, each in enumerate([first, *units]):
            threads.append(threading.Thread(target=commit, args=(number, each)))
            threads[-1].start()
            assert self._held.wait(PATIENCE)
            assert wait_until(lambda: self.store._queue.qsize() == len(threads) - 1)
        meanwhile()
        self._gate.set()
        for thread in threads:
            thread.join()
        return [ended[number + 1] for number in range(len(units))]


class StoreContract:
    """The cases; a subclass says which engine in its fixture ``engine``."""

    @pytest.fixture
    def open_store(self, engine, vault):
        opened = []

        def make(projections=None):
            store = Store("notes", engine(), vault, b"k" * 32, projections)
            opened.append(store)
            return store

        yield make
        for store in opened:
            store.close()

    def test_what_was_committed_is_loaded_in_order(self, open_store, line):
        store = open_store()
        store.commit(unit(Append("notes:1", 0, (line("a"), line("b")))))

        loaded = store.load("notes:1", texts, ())

        assert loaded.state == ("a", "b")
        assert loaded.version == 2

    def test_a_stream_that_moved_on_is_a_conflict(self, open_store, line):
        store = open_store()
        store.commit(unit(Append("notes:1", 0, (line(),))))

        with pytest.raises(Conflict):
            store.commit(unit(Append("notes:1", 0, (line(),))))

    def test_a_unit_is_stored_whole_or_not_at_all(self, open_store, line):
        store = open_store()
        store.commit(unit(Append("notes:1", 0, (line(),))))

        with pytest.raises(Conflict):
            store.commit(unit(Append("notes:2", 0, (line(),)), Append("notes:1", 0, (line(),))))

        assert store.load("notes:2", texts, ()).version == 0

    def test_concurrent_callers_get_positions_without_gaps(self, open_store, line):
        store = open_store()
        positions = []

        def write(stream):
            for version in range(20):
                positions.append(store.commit(unit(Append(stream, version, (line(),)))))

        threads = [threading.Thread(target=write, args=(f"notes:{n}",)) for n in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        assert sorted(positions) == list(range(1, 161))

    def test_records_of_a_process_are_numbered_without_holes(self, open_store, line):
        store = open_store()
        store.commit(unit(Append("notes:1", 0, (line(),)), record=RECORD))
        with pytest.raises(Conflict):
            store.commit(unit(Append("notes:1", 0, (line(),)), record=RECORD))
        store.commit(unit(record=RECORD))

        rows = store.read(0, names=(SupportActionRecorded.NAME,))

        assert [store.opened(row).number for row in rows] == [1, 2]

    @pytest.fixture
    def together(self, open_store, line):
        return Together(open_store, line)

    def test_in_a_group_only_those_in_conflict_are_refused(self, together, line):
        store = together.store
        store.commit(unit(Append("taken", 0, (line(count=3),)), tracking=("other", 5)))

        ended = together.commit(
            unit(Append("notes:1", 0, (line(count=4),)), record=RECORD),
            unit(Append("taken", 0, (line(count=5),)), record=RECORD),
            unit(Append("notes:2", 0, (line(count=6),)), record=RECORD),
            unit(Append("notes:3", 0, (line(count=7),)), record=RECORD, tracking=("other", 5)),
            unit(Append("notes:1", 1, (line(count=8),)), record=RECORD, tracking=("other", 6)),
        )

        assert ended == [None, Conflict, None, Conflict, None]
        assert together.seen == [3, 4, 6, 8]
        streams = ("notes:1", "notes:2", "notes:3", "taken")
        assert [store.load(each, texts, ()).version for each in streams] == [2, 1, 0, 1]
        assert store.engine.tracked("other") == 6

    def test_records_of_a_group_with_conflicts_are_numbered_without_holes(self, together, line):
        store = together.store
        store.commit(unit(Append("taken", 0, (line(count=3),)), record=RECORD))
        conflict = unit(Append("taken", 0, (line(count=4),)), record=RECORD)
        good = [unit(Append(f"notes:{n}", 0, (line(count=5),)), record=RECORD) for n in range(2)]

        together.commit(conflict, good[0], replace(conflict, done=threading.Event()), good[1])
        store.commit(unit(record=RECORD))

        rows = store.read(0, names=(SupportActionRecorded.NAME,))
        assert [store.opened(row).number for row in rows] == [1, 2, 3, 4]

    def test_what_a_unit_of_a_group_wrote_before_it_failed_is_undone(self, together, line):
        ended = together.commit(
            unit(Append("notes:1", 0, (line(count=3),))),
            unit(Append("notes:2", 0, (line(count=4), line(count=BROKEN)))),
            unit(Append("notes:3", 0, (line(count=5),))),
        )

        assert ended == [None, RuntimeError, None]
        assert together.seen == [3, 5]
        assert together.store.load("notes:2", texts, ()).version == 0

    def test_records_of_customers_follow_that_of_their_call_without_a_hole(self, open_store):
        store = open_store()
        call, *beside = (
            SupportActionRecorded(action="a.b.c", outcome="done", organization_id=customer)
            for customer in ("", "o1", "o2")
        )
        store.commit(unit(record=call, beside=beside))
        store.commit(unit(record=call))

        rows = store.read(0, names=(SupportActionRecorded.NAME,))
        found = [store.opened(row) for row in rows]

        assert [each.organization_id for each in found] == ["", "o1", "o2", ""]
        assert [each.number for each in found] == [1, 2, 3, 4]
        assert [row.version for row in rows] == [1, 2, 3, 4]

    def test_a_view_is_written_in_the_transaction_of_its_fact(self, open_store, line):
        def project(db, recorded):
            db.execute("INSERT INTO seen VALUES (?, ?)", (recorded.event.count, "100 %"))
            if recorded.event.count == 2:
                raise RuntimeError("a projection that fails")

        store = open_store({"helpdesk.test.v1.LineWritten": project})
        with store.engine.transaction() as tx:
            tx.execute("CREATE TABLE seen (count BIGINT, words TEXT)")
        store.commit(unit(Append("notes:1", 0, (line(count=1),))))
        with pytest.raises(RuntimeError):
            store.commit(unit(Append("notes:2", 0, (line(count=2),))))

        found = store.engine.query("SELECT count FROM seen WHERE words LIKE '100 %'")

        assert [tuple(row) for row in found] == [(1,)]
        assert store.load("notes:2", texts, ()).version == 0

    def test_a_position_of_a_source_is_tracked_once(self, open_store, line):
        store = open_store()
        store.commit(unit(Append("notes:1", 0, (line(),)), tracking=("other", 5)))

        with pytest.raises(Conflict):
            store.commit(unit(Append("notes:1", 1, (line(),)), tracking=("other", 5)))

        assert store.engine.tracked("other") == 5
        assert store.load("notes:1", texts, ()).version == 1

    def test_readers_are_woken_by_a_commit(self, open_store, line):
        store = open_store()
        seen = []
        wait = lambda: seen.append(store.wait(1, 2 * PATIENCE))  # noqa: E731
        thread = threading.Thread(target=wait, daemon=True)
        thread.start()
        store.commit(unit(Append("notes:1", 0, (line(),))))
        thread.join(PATIENCE)

        assert seen == [True]

    def test_the_log_is_read_by_name_and_from_a_position(self, open_store, line):
        store = open_store()
        store.commit(unit(Append("notes:1", 0, (line(), line())), record=RECORD))

        assert [row.position for row in store.read(1)] == [2, 3]
        assert [row.position for row in store.read(0, 1, (RECORD.NAME,))] == [3]
        assert store.engine.newest() == 3

    def test_a_snapshot_does_not_see_what_is_committed_meanwhile(self, open_store):
        engine = open_store().engine
        with engine.transaction() as tx:
            tx.execute("CREATE TABLE note (text TEXT)")
        count = "SELECT COUNT(*) FROM note WHERE text <> ?"

        with engine.snapshot() as query:
            before = query(count, ("b",))
            with engine.transaction() as tx:
                tx.execute("INSERT INTO note VALUES (?)", ("a",))
            meanwhile = query(count, ("b",))

        assert (before, meanwhile, engine.query(count, ("b",))) == ([(0,)], [(0,)], [(1,)])

    def test_stored_bytes_are_sealed_and_open_again(self, open_store, line):
        store = open_store()
        store.commit(unit(Append("notes:1", 0, (line("Ștefana"),))))

        row = store.read(0)[0]

        assert b"tefana" not in row.state
        assert store.opened(row).text == "Ștefana"

    def test_migrations_are_applied_once_and_in_order(self, open_store, tmp_path):
        folder = tmp_path / "more"
        folder.mkdir()
        (folder / "0001_a.sql").write_text("CREATE TABLE a (bytes {BLOB});")
        (folder / "0002_b.sql").write_text("ALTER TABLE a ADD COLUMN more BIGINT;")
        store = open_store()

        assert store.engine.migrate(folder) == ["0001_a.sql", "0002_b.sql"]
        assert store.engine.migrate(folder) == []


class TestSqlite(StoreContract):
    @pytest.fixture
    def engine(self, sqlite):
        return sqlite


class TestPostgres(StoreContract):
    @pytest.fixture
    def engine(self, postgres):
        return postgres

    def test_a_commit_of_another_process_wakes_readers(self, open_store, line):
        here, there = open_store(), open_store()
        position = there.commit(unit(Append("notes:1", 0, (line(),))))

        assert here.wait(position, timeout=5)

    def test_a_locked_table_refuses_and_stores_nothing(self, open_store, line, postgres):
        store = open_store()
        store.engine._connected().execute("SET lock_timeout = 50")
        with postgres().transaction(), pytest.raises(Unavailable):
            store.commit(unit(Append("notes:1", 0, (line(),))))

        assert store.load("notes:1", texts, ()).version == 0
        assert store.commit(unit(Append("notes:1", 0, (line(),)))) == 1

    def test_a_missing_migration_is_said_at_start(self, owner_url, schema, tmp_path):
        from helpdesk.kernel.postgres_store import PostgresEngine
        from helpdesk.kernel.settings import SettingsError

        engine = PostgresEngine(owner_url, schema)
        with pytest.raises(SettingsError, match="run 'helpdesk migrate'"):
            engine.check()
        engine.migrate(tmp_path)
        engine.check()
        (tmp_path / "0007_later.sql").write_text("SELECT 1")

        with pytest.raises(SettingsError, match=r"0007_later\.sql"):
            engine.check(tmp_path)
        engine.close()

    def test_a_connection_cut_between_units_is_replaced(self, open_store, line, cut):
        store = open_store()
        store.commit(unit(Append("notes:1", 0, (line(),))))
        cut()

        assert store.commit(unit(Append("notes:1", 1, (line(),)))) == 2
        assert store.load("notes:1", texts, ()).version == 2

    def test_a_connection_cut_before_the_commit_stores_nothing(self, open_store, line, cut):
        def project(db, recorded):
            if recorded.event.count == 1:
                cut()

        store = open_store({"helpdesk.test.v1.LineWritten": project})
        with pytest.raises(Unavailable, match="Nothing was changed"):
            store.commit(unit(Append("notes:1", 0, (line(count=1),))))

        assert store.load("notes:1", texts, ()).version == 0

    def test_a_lost_acknowledgement_of_a_commit_is_no_refusal(self, open_store, line):
        store = open_store()
        store.commit(unit(Append("notes:1", 0, (line(),))))
        lose_the_answer_to_the_commit(store.engine)

        position = store.commit(unit(Append("notes:1", 1, (line(),))))

        assert position == 2
        assert store.load("notes:1", texts, ()).version == 2

    def test_a_lost_acknowledgement_of_a_group_refuses_only_what_was_wrong(self, together, line):
        # The last of the group is the one whose bytes are not there.
        ended = together.commit(
            unit(Append("notes:1", 0, (line(count=3),))),
            unit(Append("notes:2", 0, (line(count=BROKEN),))),
            meanwhile=lambda: lose_the_answer_to_the_commit(together.store.engine),
        )

        assert ended == [None, RuntimeError]
        assert together.seen == [3]

    def test_a_commit_that_never_arrived_stores_nothing(self, open_store, line):
        store = open_store()
        store.commit(unit(Append("notes:1", 0, (line(),))))
        lose_the_answer_to_the_commit(store.engine, arrives=False)

        with pytest.raises(Unavailable, match="Nothing was changed"):
            store.commit(unit(Append("notes:1", 1, (line(),))))
        assert store.load("notes:1", texts, ()).version == 1

    def test_an_outcome_that_cannot_be_known_is_not_called_a_refusal(self, open_store, line):
        store = open_store()
        store.commit(unit(record=RECORD))
        lose_the_answer_to_the_commit(store.engine)
        store.engine.settle_seconds = 0
        conninfo, store.engine._conninfo = store.engine._conninfo, "host=127.0.0.1 port=1"

        with pytest.raises(Unavailable, match="not known yet"):
            store.commit(unit(record=RECORD))
        store.engine._conninfo = conninfo

        assert store.commit(unit(record=RECORD)) == 3

    def test_one_process_has_the_lead_until_it_gives_it_up(self, postgres):
        one, two = postgres(), postgres()
        lead = one.lead("relay")

        assert two.lead("relay") is None
        lead.close()
        assert wait_until(lambda: (taken := two.lead("relay")) is not None and not taken.close())

    @pytest.fixture
    def cut(self, owner_url, schema):
        import psycopg

        def cut():
            with psycopg.connect(owner_url, autocommit=True) as connection:
                connection.execute(
                    "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity "
                    "WHERE pid IN (SELECT pid FROM pg_locks l JOIN pg_class c ON c.oid = l.relation "
                    "JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = %s) "
                    "OR (query LIKE %s AND pid <> pg_backend_pid())",
                    (schema, f'%"{schema}\\_log"; COMMIT'),
                )

        return cut


def lose_the_answer_to_the_commit(engine, *, arrives=True):
    """Let the next COMMIT reach the server, or not, and cut the connection before its answer."""
    import psycopg

    class Cut:
        def __init__(self, connection):
            self._connection = connection

        def __getattr__(self, name):
            return getattr(self._connection, name)

        def execute(self, statement, *more):
            if not statement.endswith(b"COMMIT"):
                return self._connection.execute(statement, *more)
            if arrives:
                self._connection.execute(statement)
            self._connection.close()
            raise psycopg.OperationalError("the connection is lost")

    engine._writer = Cut(engine._connected())
