import os
from dataclasses import dataclass

import pytest

from helpdesk.kernel.events import Event, personal
from helpdesk.kernel.sqlite_store import SqliteEngine
from helpdesk.kernel.store import Store
from helpdesk.kernel.vault import Vault


@dataclass(frozen=True, kw_only=True)
class NoteTaken(Event):
    NAME = "helpdesk.test.v1.NoteTaken"

    user_id: str
    text: str = personal(of="user_id")
    tags: tuple[str, ...] = personal(of="user_id", default=())
    count: int = 0


@pytest.fixture
def note():
    return lambda text="secret words", **more: NoteTaken(user_id="u1", text=text, **more)


@pytest.fixture
def vault(tmp_path):
    vault = Vault(tmp_path / "vault.db", os.urandom(32))
    yield vault
    vault.close()


@pytest.fixture
def open_store(tmp_path, vault):
    opened = []

    def make(projections=None, name="notes", lifecycle=frozenset()):
        engine = SqliteEngine(tmp_path / f"{name}.db", durable=False)
        store = Store(name, engine, vault, b"k" * 32, projections, lifecycle)
        opened.append(store)
        return store

    yield make
    for store in opened:
        store.close()
