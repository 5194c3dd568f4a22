"""What the vault promises, asked of its keys in a file and in PostgreSQL."""

import json
import threading

import psycopg
import pytest
from cryptography.hazmat.primitives.keywrap import InvalidUnwrap

from helpdesk.kernel import masters, secrets
from helpdesk.kernel import vault as module
from helpdesk.kernel.events import ERASED
from helpdesk.kernel.masters import MasterKeys
from helpdesk.kernel.postgres_keys import PostgresKeys
from helpdesk.kernel.settings import SettingsError
from helpdesk.kernel.vault import Vault
from tests.support.waiting import wait_until

MASTER = b"m" * 32


class VaultContract:
    """The cases; a subclass says in its fixture ``keys`` where the keys are."""

    @pytest.fixture
    def open_vault(self, keys):
        opened = []

        def make():
            opened.append(Vault(keys(), MASTER))
            return opened[-1]

        yield make
        for each in opened:
            each.close()

    def test_what_was_sealed_opens_again_in_another_process(self, open_vault):
        sealed = open_vault().seal("u1", ["Ștefana"], "x.y")

        assert open_vault().open("u1", sealed, "x.y") == ["Ștefana"]

    def test_a_forgotten_person_stays_forgotten(self, open_vault):
        vault = open_vault()
        sealed = vault.seal("u1", ["a"], "x.y")

        assert vault.forget("u1")
        assert not vault.forget("u1")
        assert vault.is_forgotten("u1")
        assert open_vault().open("u1", sealed, "x.y") == [ERASED]
        assert vault.seal("u1", ["b"], "x.y") == [ERASED]

    def test_keys_that_were_read_ahead_open_without_asking_again(self, open_vault):
        one, two = open_vault(), open_vault()
        sealed = [text for p in ("u1", "address:u2", "u3") for text in one.seal(p, ["a"], "x")]
        one.forget("u3")
        two.read_ahead(json.dumps({"field": text}).encode() for text in (*sealed, "plain"))
        find, two._keys.find = two._keys.find, None
        opened = [two.open("u1", sealed[:1], "x"), two.open("address:u2", sealed[1:2], "x")]
        two._keys.find = find

        assert opened == [["a"], ["a"]]
        assert two.open("u3", sealed[2:], "x") == [ERASED]

    def test_a_key_is_made_once(self, open_vault):
        one, two = open_vault(), open_vault()
        one.prepare(["u2", "u1"])
        two.prepare(["u1", "u2"])

        assert two.open("u1", one.seal("u1", ["a"], "x"), "x") == ["a"]

    def test_a_new_master_key_takes_over_while_others_seal_and_open(self, keys, tmp_path):
        folder = tmp_path / "secrets"
        secrets.create(folder)
        running, rotating = (Vault(keys(), MasterKeys(folder)) for _ in range(2))
        known = running.seal("u1", ["a"], "x")
        running.forget("gone")
        stop, wrong, sealed = threading.Event(), [], {}

        def work():
            number = 0
            while not stop.is_set():
                person = f"late{number}"
                sealed[person] = running.seal(person, ["b"], "x")
                fresh = Vault(keys(), MasterKeys(folder))
                wrong.extend(e for e in fresh.open("u1", known, "x") if e != "a")
                fresh.close()
                number += 1

        thread = threading.Thread(target=work)
        thread.start()
        before = (folder / masters.KEY).read_bytes()
        masters.prepare(folder)
        count = rotating.rewrap()
        masters.promote(folder)
        assert wait_until(lambda: len(sealed) > 20)
        count += rotating.rewrap()
        masters.finish(folder)
        stop.set()
        thread.join()
        running.close()
        rotating.close()

        after = Vault(keys(), MasterKeys(folder))
        assert count >= 1
        assert not wrong
        assert all(after.open(person, text, "x") == ["b"] for person, text in sealed.items())
        assert after.forgotten() == ["gone"]
        assert (folder / masters.KEY).read_bytes() != before
        assert not (folder / masters.OLD).exists()
        after.close()

    def test_a_change_of_the_master_key_that_was_cut_off_is_ended_by_another(self, keys, tmp_path):
        folder = tmp_path / "secrets"
        secrets.create(folder)
        vault = Vault(keys(), MasterKeys(folder))
        vault.prepare([f"u{number}" for number in range(3)])
        masters.prepare(folder)
        vault.rewrap()
        vault.prepare(["u9"])
        (folder / masters.OLD).hardlink_to(folder / masters.KEY)

        # Cut off between the two steps of taking over, then begun again from the top.
        assert not masters.prepare(folder)
        vault.rewrap()
        masters.promote(folder)
        vault.rewrap()
        masters.finish(folder)
        assert vault.rewrap() == 0
        assert sorted(each.name for each in folder.glob("vault*")) == [masters.KEY]
        vault.close()

    def test_a_key_that_no_master_key_opens_is_an_error_and_not_erased(self, keys, tmp_path):
        vault = Vault(keys(), MASTER)
        sealed = vault.seal("u1", ["a"], "x")
        vault.close()
        other = Vault(keys(), b"o" * 32)

        with pytest.raises(InvalidUnwrap):
            other.open("u1", sealed, "x")
        other.close()


class TestFile(VaultContract):
    @pytest.fixture
    def keys(self, tmp_path):
        return lambda: tmp_path / "vault.db"


class TestPostgres(VaultContract):
    @pytest.fixture
    def url(self, owner_url, schema):
        with psycopg.connect(owner_url, autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{schema}"')
        yield owner_url.rpartition("/")[0] + f"/{schema}"
        with psycopg.connect(owner_url, autocommit=True) as connection:
            connection.execute(f'DROP DATABASE "{schema}" WITH (FORCE)')

    @pytest.fixture
    def keys(self, url):
        made = PostgresKeys(url)
        assert made.migrate() == ["vault.person_key"]
        assert made.migrate() == []
        made.close()
        return lambda: PostgresKeys(url)

    def test_a_missing_table_is_said_at_start(self, url):
        keys = PostgresKeys(url)
        with pytest.raises(SettingsError, match="helpdesk migrate"):
            keys.check()
        keys.close()

    def test_a_key_that_another_process_destroyed_is_not_used_for_long(
        self, open_vault, monkeypatch
    ):
        one, two = open_vault(), open_vault()
        sealed = one.seal("u1", ["a"], "x")
        two.forget("u1")
        monkeypatch.setattr(module, "SHARED_SECONDS", 0)

        assert one.open("u1", sealed, "x") == [ERASED]

    def test_a_connection_that_was_cut_is_replaced(self, open_vault, url):
        vault = open_vault()
        sealed = vault.seal("u1", ["a"], "x")
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(
                "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )

        assert vault.is_forgotten("u2") is False
        assert vault.open("u1", sealed, "x") == ["a"]
