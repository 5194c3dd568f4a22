"""Starting the demo over deletes what it made, and nothing that is in use."""

import json
import os
import subprocess
import sys

import pytest

from helpdesk.kernel.resources import HostSettings
from helpdesk.kernel.settings import SettingsError
from services.demo.commands import start_over
from services.processes import read_pids
from tests.support.waiting import wait_until


@pytest.fixture
def settings(tmp_path):
    (tmp_path / "secrets").mkdir()
    (tmp_path / "secrets" / "vault.key").touch()
    return HostSettings(data_dir=tmp_path)


def test_what_nobody_uses_is_deleted(settings):
    (settings.data_dir / "running.json").write_text(json.dumps({"pid": 2**22 + 1}))

    start_over(settings)

    assert not settings.data_dir.exists()


def test_what_a_process_uses_is_kept(settings):
    (settings.data_dir / "running.json").write_text(json.dumps({"pid": os.getpid()}))

    with pytest.raises(SettingsError, match=f"process {os.getpid()} uses"):
        start_over(settings)

    assert settings.data_dir.exists()


def test_what_one_of_many_processes_uses_is_kept(settings):
    words = [sys.executable, "-c", "input()", "relay", "email"]
    with subprocess.Popen(words, stdin=subprocess.PIPE) as running:
        pids = {"relay email": running.pid, "work email": 2**22 + 1}
        (settings.data_dir / "processes.json").write_text(json.dumps(pids))
        # How it was started can be read a moment after it was.
        assert wait_until(lambda: read_pids(settings.data_dir))

        with pytest.raises(SettingsError, match=f"process {running.pid} uses"):
            start_over(settings)

        running.communicate(b"\n")

    assert (settings.data_dir / "secrets" / "vault.key").exists()


def test_a_folder_that_the_product_did_not_make_is_kept(tmp_path):
    (tmp_path / "thesis.txt").touch()

    with pytest.raises(SettingsError, match="not a data directory"):
        start_over(HostSettings(data_dir=tmp_path))

    assert (tmp_path / "thesis.txt").exists()
