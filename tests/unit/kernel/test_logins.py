"""Who is at the shell."""

import os
import pwd

import pytest

from helpdesk.kernel import logins


@pytest.mark.parametrize("name", ["LOGNAME", "USER", "LNAME", "USERNAME"])
def test_an_operator_is_whom_the_machine_knows_whatever_the_environment_says(monkeypatch, name):
    monkeypatch.setenv(name, "somebodyelse")

    assert logins.operator() == f"operator:{pwd.getpwuid(os.getuid()).pw_name}"


def test_a_user_without_a_name_is_known_by_number(monkeypatch):
    monkeypatch.setattr(os, "getuid", lambda: 2_000_000_001)

    assert logins.operator() == "operator:uid-2000000001"
