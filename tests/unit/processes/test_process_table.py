"""The table of processes: who there is, what each is told, and whose process ids are believed."""

import json
import os
import subprocess
import sys

import pytest

from helpdesk.kernel.settings import SettingsError
from services.ports import free_address
from services.processes import (
    PIDS,
    PROCESSES,
    SCRAPED,
    SERVED,
    Process,
    addressed,
    check,
    command,
    read_pids,
    scraped_at,
    write_pids,
    write_scraped,
    write_settings,
)
from services.running import WORKERS
from tests.support.waiting import wait_until


def test_every_service_is_served_and_relayed_and_every_worker_works():
    names = [each.name for each in PROCESSES]

    assert len(names) == len(set(names))
    assert set(names) == {
        *(f"serve {name}" for name in (*SERVED, "gateway")),
        *(f"relay {name}" for name in SERVED),
        *(f"work {name}" for name in WORKERS),
    }


def test_a_service_listens_where_the_others_look_for_it():
    env = addressed({"HELPDESK_EMAIL_ADDRESS": "127.0.0.1:5000"}, lambda: "127.0.0.1:6000")

    own = Process("serve", "email").environment(env)
    assert own["HELPDESK_GRPC_ADDRESS"] == own["HELPDESK_EMAIL_ADDRESS"] == "127.0.0.1:5000"
    assert own["HELPDESK_AUDIT_ADDRESS"] == "127.0.0.1:6000"
    assert "HELPDESK_GRPC_ADDRESS" not in Process("relay", "email").environment(env)


def test_each_process_is_scraped_at_an_address_of_its_own():
    counted = scraped_at({"HELPDESK_METRICS_ADDRESS": "127.0.0.1:9464"}, free_address)
    free = scraped_at({}, free_address)

    assert counted["serve identity"] == "127.0.0.1:9464"
    for addresses in (counted, free):
        assert list(addresses) == [each.name for each in PROCESSES]
        assert len(set(addresses.values())) == len(PROCESSES)
    with pytest.raises(SettingsError, match="HELPDESK_METRICS_ADDRESS"):
        scraped_at({"HELPDESK_METRICS_ADDRESS": "127.0.0.1"}, free_address)


def test_a_process_is_told_its_own_address_and_not_that_of_the_first():
    env = {"HELPDESK_METRICS_ADDRESS": "127.0.0.1:9464", "HELPDESK_EMAIL_ADDRESS": "127.0.0.1:1"}
    process = Process("relay", "email")

    assert process.environment(env, "127.0.0.1:9470")["HELPDESK_METRICS_ADDRESS"].endswith("9470")
    assert "HELPDESK_METRICS_ADDRESS" not in process.environment(env)


def test_prometheus_finds_the_processes_in_a_file(tmp_path):
    write_scraped(tmp_path, {"relay email": "127.0.0.1:9470"})

    assert json.loads((tmp_path / SCRAPED).read_text()) == [
        {"targets": ["127.0.0.1:9470"], "labels": {"process": "relay-email"}}
    ]


def test_what_is_not_set_is_named():
    with pytest.raises(SettingsError, match=r"HELPDESK_AUDIT_DATABASE_URL.*OPENSEARCH_URL"):
        check({"HELPDESK_BROKER_URL": "amqp://"})


def test_settings_for_shells_are_read_by_their_owner_only(tmp_path):
    file = write_settings(tmp_path, {"HELPDESK_A": "x y; z", "PATH": "/bin"})

    assert file.stat().st_mode & 0o777 == 0o600
    assert file.read_text() == "HELPDESK_A='x y; z'\n"


def test_the_id_of_another_program_is_not_taken_for_one_of_ours(tmp_path):
    write_pids(tmp_path, {"work email": os.getpid(), "serve nobody": os.getpid()})

    assert read_pids(tmp_path) == {}


def test_a_process_of_an_earlier_run_is_found(tmp_path):
    words = [sys.executable, "-c", "print(); input()", *command("work", "email")[-2:]]
    pipe = subprocess.PIPE
    with subprocess.Popen(words, stdin=pipe, stdout=pipe) as running:
        # Its command line can be read once it runs, not as soon as it was started.
        running.stdout.readline()
        (tmp_path / PIDS).write_text(json.dumps({"work email": running.pid}))
        # A process has its command line a moment after its id.
        is_found = wait_until(
            lambda: read_pids(tmp_path) == {"work email": running.pid}, pause=0.01
        )
        running.communicate(b"\n")

    assert is_found
    assert read_pids(tmp_path) == {}
