"""A secret is for one process: its own file, or one that a cluster hands it by its group."""

import os

import pytest

from helpdesk.kernel import secrets
from helpdesk.kernel.settings import SettingsError

SOMEBODY = 12345


@pytest.fixture
def secret(tmp_path):
    def made(mode, owner=None):
        path = tmp_path / "vault.key"
        path.write_bytes(b"k" * 32)
        path.chmod(mode)
        if owner is not None:
            if os.geteuid() != 0:
                pytest.skip("only root gives files away")
            os.chown(path, owner, -1)
        return secrets.read(tmp_path, "vault.key")

    return made


def test_a_secret_of_its_own_is_read(secret):
    assert secret(0o600) == b"k" * 32


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660])
def test_a_secret_of_its_own_that_others_can_read_is_refused(secret, mode):
    with pytest.raises(SettingsError, match="can be read by others"):
        secret(mode)


def test_a_secret_that_is_somebody_elses_may_come_by_the_group(secret):
    assert secret(0o440, SOMEBODY) == b"k" * 32


@pytest.mark.parametrize("mode", [0o444, 0o460])
def test_a_secret_that_is_somebody_elses_is_refused_where_all_read_or_the_group_writes(
    secret, mode
):
    with pytest.raises(SettingsError, match="can be read by others"):
        secret(mode, SOMEBODY)
