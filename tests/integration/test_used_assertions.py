"""An assertion that one process took is refused by another one, on SQLite and on PostgreSQL."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from helpdesk.kernel.postgres_store import PostgresEngine
from helpdesk.kernel.sqlite_store import SqliteEngine
from services.identity.providers.used_assertions import UsedAssertions

MIGRATIONS = Path(__file__).parents[2] / "services/identity/migrations"
NOW = 1_900_000_000.0


@pytest.fixture(params=["sqlite", "postgres"])
def processes(request, tmp_path):
    """Two processes that share a store."""
    if request.param == "sqlite":
        engines = [SqliteEngine(tmp_path / "identity.db", durable=False) for _ in range(2)]
    else:
        url, schema = request.getfixturevalue("owner_url"), request.getfixturevalue("schema")
        engines = [PostgresEngine(url, schema) for _ in range(2)]
    for engine in engines:
        engine.migrate(MIGRATIONS)
    yield [UsedAssertions(engine) for engine in engines]
    for engine in engines:
        engine.close()


def test_what_one_process_took_another_one_does_not(processes):
    first, second = processes

    assert first.take("a", NOW + 30, NOW)
    assert not second.take("a", NOW + 30, NOW + 29)
    assert second.take("b", NOW + 30, NOW)


def test_of_many_at_once_one_takes_it(processes):
    with ThreadPoolExecutor(8) as pool:
        taken = list(pool.map(lambda n: processes[n % 2].take("a", NOW + 30, NOW), range(32)))

    assert taken.count(True) == 1


def test_what_has_expired_is_not_kept(processes):
    first, second = processes
    first.take("a", NOW + 30, NOW)
    second.take("b", NOW + 90, NOW + 60)

    kept = first._engine.query("SELECT digest FROM assertion_used", ())
    assert kept == [("b",)]
