"""A witness cosigns what continues all that it has seen, and nothing else."""

import base64
import logging
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from http import HTTPStatus
from http.client import HTTPConnection
from pathlib import Path

import pytest
from click.testing import CliRunner

from helpdesk.kernel.settings import SettingsError
from helpdesk.kernel.sqlite_store import SqliteEngine
from services.audit.commands import audit
from services.audit.cosigners import Cosigners, post, witnesses_of
from services.audit.domain.heartbeats import Refusal
from services.audit.domain.numbers import SOURCES
from services.audit.log.checkpoints import open_checkpoint
from services.audit.log.export import write_export
from services.audit.log.merkle import leaf_hash, tree_root
from services.audit.log.notes import Kind, Signer, make_note, open_note
from services.audit.log.storage import StoredTiles, append, newest_checkpoint
from services.audit.log.tiles import consistency
from services.audit.log.witness import Witness, WitnessRefusedError, request_of
from services.audit.views.ledger import Ledger
from services.audit.views.standing import Standing
from services.audit.witness import server_of
from tests.unit.audit.conftest import MIGRATION, World, a_record

ORIGIN = "helpdesk.example/audit"
NOW = datetime(2030, 5, 6, 7, 8, 9, tzinfo=UTC)


@pytest.fixture
def witness(world: World, tmp_path: Path) -> Witness:
    return Witness([world.signer.verifier_key], world.witness, tmp_path / "seen")


def ask(world: World, witness: Witness, old: int) -> str:
    """Bring the newest checkpoint of a log to the witness; return the signature line."""
    newest = newest_checkpoint(world.db)
    assert newest is not None
    proof = consistency(StoredTiles(world.db), old, newest.size) if old else []
    return witness.add_checkpoint(request_of(old, proof, newest.note), NOW)


def refusal(world: World, witness: Witness, old: int) -> HTTPStatus:
    with pytest.raises(WitnessRefusedError) as refused:
        ask(world, witness, old)
    return refused.value.status


def grown(world: World, count: int) -> World:
    world.append(count)
    world.sign()
    return world


def fork_of(world: World, another: World, count: int) -> World:
    """Another history, signed with the same key."""
    another.signer = world.signer
    another.append(count - 1)
    append(another.db, [a_record(9999)])
    another.sign()
    return another


def test_a_witness_cosigns_a_log_that_grows(world: World, witness: Witness):
    for old, count in ((0, 10), (10, 300), (310, 1)):
        line = ask(grown(world, count), witness, old)
        note = world.notes[-1] + line
        opened = open_checkpoint(note, world.keys)

        assert [each.key.name for each in opened.cosignatures] == [world.witness.name]
    assert witness.size(ORIGIN) == 311


def test_the_same_checkpoint_is_cosigned_again(world: World, witness: Witness):
    ask(grown(world, 10), witness, 0)

    assert ask(world, witness, 10).startswith("— witness.example/w1 ")


def test_another_size_than_the_seen_one_is_a_conflict_that_names_it(world, witness):
    ask(grown(world, 10), witness, 0)
    grown(world, 5)
    with pytest.raises(WitnessRefusedError) as refused:
        ask(world, witness, 0)

    assert refused.value.status == HTTPStatus.CONFLICT
    assert refused.value.size == 10


def test_a_fork_is_not_cosigned(world, another_world, witness):
    ask(grown(world, 10), witness, 0)
    forked = fork_of(world, another_world, 8)
    grown(forked, 10)

    assert refusal(forked, witness, 10) == HTTPStatus.UNPROCESSABLE_ENTITY
    assert witness.size(ORIGIN) == 10


def test_a_second_head_of_one_size_is_not_cosigned(world, another_world, witness):
    ask(grown(world, 10), witness, 0)
    forked = fork_of(world, another_world, 10)

    assert refusal(forked, witness, 10) == HTTPStatus.CONFLICT


def test_a_log_that_was_cut_is_not_cosigned(world, another_world, witness):
    ask(grown(world, 10), witness, 0)
    another_world.signer = world.signer
    grown(another_world, 6)

    newest = another_world.notes[-1]
    with pytest.raises(WitnessRefusedError) as refused:
        witness.add_checkpoint(request_of(10, [], newest), NOW)
    assert refused.value.status == HTTPStatus.BAD_REQUEST


def test_a_stranger_is_not_cosigned(another_world, witness):
    grown(another_world, 3)

    assert refusal(another_world, witness, 0) == HTTPStatus.FORBIDDEN


def another_log(name: str, size: int) -> tuple[Signer, str]:
    """A log with a name and key of its own, and what it signed: three lines, no extension."""
    signer = Signer.generate(name)
    root = tree_root(leaf_hash(b"%d" % number) for number in range(size))
    text = f"{name}\n{size}\n{base64.b64encode(root).decode()}\n"
    return signer, make_note(text, signer.sign(text))


def test_a_log_that_is_unknown_is_not_found(world, witness):
    stranger, note = another_log("stranger.example/log", 3)
    with pytest.raises(WitnessRefusedError) as refused:
        witness.add_checkpoint(request_of(0, [], note), NOW)

    assert stranger.name != ORIGIN
    assert refused.value.status == HTTPStatus.NOT_FOUND


def test_each_log_is_followed_by_its_origin(world, tmp_path):
    other, note = another_log("other.example/log", 3)
    keys = [world.signer.verifier_key, other.verifier_key]
    witness = Witness(keys, world.witness, tmp_path / "seen")
    ask(grown(world, 10), witness, 0)
    line = witness.add_checkpoint(request_of(0, [], note), NOW)
    again = Witness(keys, world.witness, tmp_path / "seen")

    opened = open_note(note + line, [world.witness.verifier_key])
    assert opened.signatures[0].seconds == int(NOW.timestamp())
    assert (again.size(ORIGIN), again.size(other.name)) == (10, 3)


def test_a_proof_from_nothing_is_empty(world, witness):
    newest = grown(world, 3).notes[-1]
    with pytest.raises(WitnessRefusedError) as refused:
        witness.add_checkpoint(request_of(0, [bytes(32)], newest), NOW)

    assert refused.value.status == HTTPStatus.UNPROCESSABLE_ENTITY


def test_what_was_seen_outlasts_a_restart(world, another_world, witness, tmp_path):
    ask(grown(world, 10), witness, 0)
    again = Witness([world.signer.verifier_key], world.witness, tmp_path / "seen")
    forked = grown(fork_of(world, another_world, 8), 10)

    assert again.size(ORIGIN) == 10
    assert refusal(forked, again, 10) == HTTPStatus.UNPROCESSABLE_ENTITY


@pytest.mark.parametrize(
    "body",
    ["", "old 0\n", "old x\n\nnote", "old 01\n\nnote", "old 0\n!!\n\nnote", "old 1\nAAAA\n\nn"],
)
def test_what_is_no_request_is_said_so(witness: Witness, body: str):
    with pytest.raises(WitnessRefusedError) as refused:
        witness.add_checkpoint(body, NOW)

    assert refused.value.status == HTTPStatus.BAD_REQUEST


class Served:
    """A ledger and a witness behind HTTP."""

    def __init__(self, folder: Path) -> None:
        migrations = MIGRATION.parent
        self.engine = SqliteEngine(folder / "audit.db", durable=False)
        self.engine.migrate(migrations)
        self.log = Signer.generate("helpdesk/audit")
        self.ledger = Ledger(self.engine, self.log)
        self.key = Signer.generate("witness.example/w1", Kind.WITNESS)
        self.witness = Witness([self.log.verifier_key], self.key, folder / "seen")
        self.server = server_of(("127.0.0.1", 0), self.witness)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.02,))
        self.thread.start()

    def setting(self) -> str:
        return f"{self.url} {self.key.verifier_key}"

    def grow(self, first: int, count: int) -> None:
        records = [a_record(n) for n in range(first, first + count)]
        self.ledger.append("audit.actions<email", first + count, records)
        self.ledger.sign(NOW)

    def refusals(self) -> list[Refusal]:
        return Standing(self.engine, self.ledger, "audit.actions", SOURCES).refusals()

    def newest(self) -> str:
        newest = newest_checkpoint(self.ledger.reading)
        assert newest is not None
        return newest.note

    def close(self) -> None:
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()
        self.engine.close()


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    built = Served(tmp_path)
    yield built
    built.close()


def test_the_service_collects_cosignatures_once(served: Served):
    cosigners = Cosigners(served.ledger, served.setting())
    served.grow(0, 5)

    assert [cosigners.collect(), cosigners.collect()] == [1, 0]
    keys = [served.log.verifier_key, served.key.verifier_key]
    assert len(open_checkpoint(served.newest(), keys).cosignatures) == 1


def test_a_service_that_was_restarted_asks_what_the_witness_has_seen(served: Served):
    served.grow(0, 5)
    Cosigners(served.ledger, served.setting()).collect()
    served.grow(5, 5)

    assert Cosigners(served.ledger, served.setting()).collect() == 1
    assert served.witness.size("helpdesk/audit") == 10


def test_a_rewritten_log_gets_no_cosignature_and_an_alarm_in_the_log(served: Served, caplog):
    served.grow(0, 5)
    Cosigners(served.ledger, served.setting()).collect()
    with served.engine.transaction() as tx:
        for table in ("log_leaf", "log_tile", "log_checkpoint", "audit_action"):
            tx.execute(f"DELETE FROM {table}")
    served.grow(100, 8)
    with caplog.at_level(logging.ERROR):
        collected = Cosigners(served.ledger, served.setting()).collect()

    assert collected == 0
    assert "does not cosign 8 records: 422" in caplog.text
    assert [(each.witness, each.size) for each in served.refusals()] == [(served.key.name, 8)]


def test_a_refusal_stands_as_it_was_noticed_until_the_witness_cosigns(served: Served):
    def refuses(*_: str) -> tuple[int, str]:
        return HTTPStatus.UNPROCESSABLE_ENTITY, ""

    def is_away(*_: str) -> tuple[int, str]:
        raise OSError

    stood = []
    for size, answers in ((5, refuses), (6, refuses), (7, is_away), (8, post)):
        served.grow(size - 5, 5 if size == 5 else 1)
        Cosigners(served.ledger, served.setting(), answers).collect()
        stood.append([(each.witness, each.size) for each in served.refusals()])

    assert stood == [[("witness.example/w1", 5)]] * 3 + [[]]


def test_a_refusal_of_a_witness_that_is_asked_no_more_is_gone(served: Served):
    served.grow(0, 5)
    Cosigners(served.ledger, served.setting(), lambda *_: (409, "")).collect()
    before = served.refusals()
    Cosigners(served.ledger, "").collect()

    assert len(before) == 1
    assert served.refusals() == []


@pytest.mark.parametrize("status", [400, 403, 404, 500])
def test_what_a_witness_says_of_itself_is_no_other_past(served: Served, status: int):
    served.grow(0, 5)
    Cosigners(served.ledger, served.setting(), lambda *_: (status, "")).collect()

    assert served.refusals() == []


def test_a_witness_that_does_not_answer_stops_nothing(served: Served, caplog):
    gone = f"http://127.0.0.1:1 {served.key.verifier_key}"
    served.grow(0, 5)
    with caplog.at_level(logging.CRITICAL):
        assert Cosigners(served.ledger, gone).collect() == 0


def test_a_connection_is_kept_alive(served: Served):
    served.grow(0, 5)
    connection = HTTPConnection(*served.server.server_address)
    statuses = []
    for path in ("/other", "/add-checkpoint"):
        connection.request("POST", path, request_of(0, [], served.newest()).encode())
        answer = connection.getresponse()
        statuses.append(answer.status)
        answer.read()
        socket = connection.sock
    connection.close()

    assert statuses == [404, 200]
    assert socket is not None


def test_only_one_path_answers(served: Served):
    assert post(f"{served.url}/other", "x")[0] == 404
    assert post(f"{served.url}/add-checkpoint", "x")[0] == 400


@pytest.mark.parametrize("text", ["http://w", "http://w damaged", "ftp://w KEY"])
def test_a_setting_that_names_no_witness_is_refused(text: str):
    with pytest.raises(SettingsError):
        witnesses_of(text)


def test_the_tool_demands_a_named_witness(served: Served, tmp_path: Path):
    served.grow(0, 5)
    keys = [served.log.verifier_key]
    write_export(served.ledger.reading, tmp_path / "alone", keys, signer=served.log)
    Cosigners(served.ledger, served.setting()).collect()
    write_export(served.ledger.reading, tmp_path / "seen-by", keys, signer=served.log)
    options = ["--key", str(served.log.verifier_key), "--witness", str(served.key.verifier_key)]
    codes = [
        CliRunner().invoke(audit, ["verify", str(tmp_path / name), *options]).exit_code
        for name in ("alone", "seen-by")
    ]

    assert codes == [1, 0]
