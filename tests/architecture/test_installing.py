"""scripts/up installs packages without starting their servers, and leaves nothing of that behind."""

import re
import subprocess
from pathlib import Path

import pytest

UP = (Path(__file__).parents[2] / "scripts" / "up").read_text()
APT = re.search(r"^apt\(\) \(\n.*?^\)\n", UP, re.DOTALL | re.MULTILINE)[0]
SCRIPT = """
set -euo pipefail
say() { :; }
as_root() { "$@"; }
"""
FAKE_APT_GET = """#!/bin/sh
case "$*" in
  *install*) [ -x "$FOLDER/policy-rc.d" ] && echo forbidden >"$FOLDER/said"; %s ;;
esac
"""


@pytest.fixture
def install(tmp_path):
    def run(ending):
        fake = tmp_path / "apt-get"
        fake.write_text(FAKE_APT_GET % ending)
        fake.chmod(0o755)
        env = {"PATH": f"{tmp_path}:/usr/bin:/bin", "FOLDER": str(tmp_path)}
        # What would be root's happens in a folder of the test.
        code = SCRIPT + APT.replace("/usr/sbin/", "$FOLDER/") + "apt some-server\n"
        return subprocess.run(["bash", "-c", code], env=env, capture_output=True).returncode

    return run


@pytest.mark.parametrize("ending", ["true", "exit 100", "kill -TERM $PPID; sleep 0.2"])
def test_servers_are_forbidden_to_start_while_their_packages_are_installed_only(
    install, tmp_path, ending
):
    succeeded = install(ending) == 0

    assert (tmp_path / "said").read_text() == "forbidden\n"
    assert not (tmp_path / "policy-rc.d").exists()
    assert succeeded == (ending == "true")


def test_a_policy_of_this_machine_stays(install, tmp_path):
    policy = tmp_path / "policy-rc.d"
    policy.write_text("#!/bin/sh\nexit 101\n")
    policy.chmod(0o755)

    assert install("true") == 0
    assert policy.exists()
