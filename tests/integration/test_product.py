"""The product on PostgreSQL and RabbitMQ: relays and workers are processes, run by commands."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from helpdesk.identity.v1 import directory_pb2, directory_pb2_grpc
from helpdesk.kernel.events import SupportActionRecorded
from helpdesk.kernel.operating import announce
from helpdesk.kernel.resources import HostSettings
from services.hosting import ALL
from services.processes import PROCESSES, SERVED, address_of
from services.running import migrate, relay, work
from tests.support.distributed import space
from tests.support.product import (
    free_address,
    person_id,
    running_product,
    small_directory,
)
from tests.support.waiting import wait_until

ROOT = Path(__file__).parents[2]
LONG = 240
BEHIND = [each for each in PROCESSES if each.role != "serve"]


@pytest.fixture(scope="module")
def settings():
    """A database, a vhost and an index of our own."""
    with space() as made:
        made.pop("ENGINES_OWNER_DATABASE_URL")
        yield made | {"HELPDESK_EMAIL_SMTP_ADDRESS": free_address()}


@pytest.fixture(scope="module")
def product(tmp_path_factory, settings):
    folder = tmp_path_factory.mktemp("distributed") / "data"
    run([*helpdesk, "migrate"], settings | {"HELPDESK_DATA_DIR": str(folder)})
    processes = {}
    served = [each for each in ALL if each.name in SERVED]
    with running_product(folder, served, **settings) as product:
        env = {k: v for k, v in product.env.items() if "MAILBOX" not in k}
        product.processes, product.folder = processes, folder
        product.restart = lambda role, name: started(role, name, env, folder)
        try:
            for each in BEHIND:
                processes[each.role, each.service] = product.restart(each.role, each.service)
            # Who is ended while it begins does not end in order.
            assert wait_until(lambda: all_ready(product, folder), LONG, 0.2)
            product.load(small_directory())
            yield product
        finally:
            for process in processes.values():
                process.send_signal(signal.SIGTERM)
            codes = {key: process.wait(timeout=LONG) for key, process in processes.items()}
        assert set(codes.values()) == {0}, codes


helpdesk = [sys.executable, "-W", "ignore", "-m", "services"]


def started(role, name, env, folder):
    words = [*helpdesk, role, name]
    with (folder / f"{role}-{name}.log").open("w") as log:
        return subprocess.Popen(words, cwd=ROOT, env={**os.environ, **env}, stderr=log)


def is_ready(folder, role, name):
    return f"ready: {role} {name}" in (folder / f"{role}-{name}.log").read_text()


def all_ready(product, folder):
    """Whether each has said so; who found an engine busy and gave up is started again."""
    for key, process in product.processes.items():
        if process.poll() is not None:
            product.processes[key] = product.restart(*key)
    return all(is_ready(folder, *key) for key in product.processes)


def run(command, env):
    subprocess.run(command, cwd=ROOT, env={**os.environ, **env}, check=True, capture_output=True)


def in_the_log(product):
    rows = product.host.running["audit"].store.engine.query(
        "SELECT source, COUNT(*) FROM log_leaf GROUP BY source"
    )
    return dict(rows)


def recorded(product):
    counts = {}
    for name in SERVED:
        store = product.host.running[name].store
        rows = store.read(0, 100_000, (SupportActionRecorded.NAME,))
        counts[name] = len(rows)
    return {name: count for name, count in counts.items() if count}


def test_every_support_action_reaches_the_audit_log(product):
    assert recorded(product)["identity"] > 0
    assert wait_until(lambda: in_the_log(product) == recorded(product), LONG, 0.1)


def test_a_killed_worker_and_relay_lose_nothing(product):
    for key in (("work", "audit"), ("relay", "identity")):
        product.processes[key].kill()
        product.processes[key].wait()
        product.load(small_directory())
        product.processes[key] = product.restart(*key)
        product.load(small_directory())

    assert wait_until(lambda: in_the_log(product) == recorded(product), LONG, 0.1)


@pytest.mark.parametrize("service", ["identity", "email", "session"])
def test_read_models_made_anew_are_those_that_live_in_postgresql(product, service):
    words = [*helpdesk, "diff", service]
    done = subprocess.run(
        words, cwd=ROOT, env={**os.environ, **product.env}, capture_output=True, text=True
    )

    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.startswith("0 differences in ")


def test_a_difference_in_postgresql_is_found(product):
    engine = product.host.running["identity"].store.engine
    with engine.transaction() as tx:
        tx.execute("UPDATE site SET site_url = ? WHERE site_url <> ?", ("planted", ""))
    words = [*helpdesk, "diff", "identity"]
    done = subprocess.run(
        words, cwd=ROOT, env={**os.environ, **product.env}, capture_output=True, text=True
    )

    assert done.returncode == 1, done.stdout + done.stderr
    assert "site: 1 rows only live, 1 only made anew" in done.stdout


def test_the_tool_replays_from_postgresql(product):
    stub = product.stub(directory_pb2_grpc.DirectoryServiceStub, "identity")
    request = directory_pb2.GetUserRequest(user_id=person_id("acme_user"))
    product.caller("north_agent")(stub.GetUser, request)
    agent = person_id("north_agent")
    assert wait_until(lambda: in_the_log(product) == recorded(product), LONG, 0.1)
    announce(product.host.wiring.data_dir, product.host.address)
    words = [sys.executable, "-W", "ignore", "-m", "services.auditing", "replay", "--agent", agent]
    env = {**os.environ, **product.env}
    done = subprocess.run([*words, "--json"], cwd=ROOT, env=env, capture_output=True, text=True)

    assert done.returncode == 0, done.stderr
    shown = [json.loads(line) for line in done.stdout.splitlines()]
    assert [each["rebuilt"] for each in shown] == ["matches"]
    assert shown[0]["rebuilt_answer"]["user"]["display_name"] == "Ștefana Voinea"
    assert product.records("audit", action="audit.text.open")


def test_another_relay_takes_over_from_one_that_hangs(product):
    store = product.host.running["identity"].store
    person = {"people": small_directory()["people"][:1]}
    relayed = lambda: store.engine.query("SELECT position FROM relay_position")[0][0]  # noqa: E731
    assert wait_until(lambda: relayed() >= store.position, LONG, 0.1)
    first = product.processes["relay", "identity"]
    second = product.restart("relay", "identity")
    assert wait_until(lambda: is_ready(product.folder, "relay", "identity"), LONG, 0.1)
    before = relayed()
    try:
        first.send_signal(signal.SIGSTOP)
        stopped = time.monotonic()
        product.load(person)
        assert wait_until(lambda: relayed() > before, LONG, 0.02)
        took = time.monotonic() - stopped
    finally:
        first.send_signal(signal.SIGCONT)
    product.load(person)

    assert took < 5
    assert wait_until(lambda: in_the_log(product) == recorded(product), LONG, 0.1)
    assert leaves(product, "identity") == actions(product, "identity")
    assert (first.poll(), second.poll()) == (None, None)
    second.send_signal(signal.SIGTERM)
    assert second.wait(timeout=LONG) == 0


def leaves(product, source):
    rows = product.host.running["audit"].store.engine.query(
        "SELECT record_id FROM log_leaf WHERE source = ? ORDER BY idx", (source,)
    )
    return [record for (record,) in rows]


def actions(product, service):
    rows = product.host.running[service].store.read(0, 100_000, (SupportActionRecorded.NAME,))
    return [f"{row.stream_id}:{row.version}" for row in rows]


@pytest.mark.parametrize("process", BEHIND, ids=lambda each: each.name)
def test_a_running_worker_has_loaded_no_grpc_and_a_relay_neither_grpc_nor_eventlet(
    product, process
):
    pid = product.processes[process.role, process.service].pid
    maps = Path(f"/proc/{pid}/maps").read_text()
    # The compiled part of each, which stays in the memory of who has loaded it.
    loaded = {name for name, part in (("grpc", "cygrpc"), ("eventlet", "greenlet")) if part in maps}

    assert loaded == ({"eventlet"} if process.role == "work" else set())


LOOKS = """
import atexit, os, sys
atexit.register(lambda: open(os.environ["LOADED"], "w").write(" ".join(sys.modules)))
"""


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        (("catch-up", "email"), {"grpc"}),
        (("catch-up", "audit"), {"grpc"}),
        (("rebuild", "search"), {"grpc"}),
        (("dead-letters", "list"), set()),
        (("migrate",), set()),
    ],
    ids=lambda each: " ".join(each) if isinstance(each, tuple) else "",
)
def test_a_command_that_ran_has_loaded_grpc_or_eventlet_but_never_both(
    product, tmp_path, words, wanted
):
    (tmp_path / "sitecustomize.py").write_text(LOOKS)
    env = {k: v for k, v in product.env.items() if "MAILBOX" not in k}
    env |= {"PYTHONPATH": str(tmp_path), "LOADED": str(tmp_path / "loaded")}
    # What runs in this process listens for all services at one address.
    env |= {address_of(name): product.host.address for name in SERVED}
    run([*helpdesk, *words], env)
    loaded = set((tmp_path / "loaded").read_text().split())

    assert loaded & {"grpc", "eventlet"} == wanted


def test_the_commands_say_which_settings_they_lack(monkeypatch):
    from click.testing import CliRunner

    from helpdesk.kernel.settings import SettingsError

    for name in os.environ:
        if name.startswith("HELPDESK_"):
            monkeypatch.delenv(name)
    assert HostSettings().broker_url == ""
    for command, wanted in ((relay, "BROKER_URL"), (migrate, "IDENTITY_DATABASE_URL")):
        error = CliRunner().invoke(command, ["identity"]).exception
        assert isinstance(error, SettingsError)
        assert wanted in str(error)
    assert "has no worker" in str(CliRunner().invoke(work, ["gateway"]).exception)
