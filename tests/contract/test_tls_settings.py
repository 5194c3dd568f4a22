"""Processes that would talk to an engine in plain text do not start; secrets come from files."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from helpdesk.kernel import secrets
from helpdesk.kernel.resources import HostSettings, Resources, StoreSettings
from helpdesk.kernel.settings import SettingsError, check_unknown, names, parse

ROOT = Path(__file__).parents[2]
DATABASE = "postgresql://helpdesk:secretword@db.internal/helpdesk"
BROKER = "amqp://helpdesk:secretword@broker.internal//"


def command(folder, *arguments, **settings):
    """Run a command of the product; return its exit code and what it said."""
    env = {k: v for k, v in os.environ.items() if not k.startswith("HELPDESK_")}
    ended = subprocess.run(
        [sys.executable, "-W", "ignore", "-m", "services", *arguments],
        cwd=ROOT,
        env=env | {"HELPDESK_DATA_DIR": str(folder)} | settings,
        capture_output=True,
        text=True,
        timeout=60,
    )
    return ended.returncode, ended.stdout + ended.stderr


@pytest.mark.parametrize(
    ("arguments", "settings", "named"),
    [
        (["migrate", "email"], {"HELPDESK_EMAIL_DATABASE_URL": DATABASE}, "EMAIL_DATABASE_URL"),
        (["migrate"], {"HELPDESK_VAULT_DATABASE_URL": DATABASE}, "VAULT_DATABASE_URL"),
        (["relay", "email"], {"HELPDESK_BROKER_URL": BROKER}, "BROKER_URL"),
        (["work", "email"], {"HELPDESK_BROKER_URL": BROKER}, "BROKER_URL"),
        (["dead-letters", "list"], {"HELPDESK_BROKER_URL": BROKER}, "BROKER_URL"),
    ],
)
def test_a_command_refuses_plain_text_and_says_what_to_do(tmp_path, arguments, settings, named):
    code, said = command(tmp_path, *arguments, **settings)

    assert code == 1
    assert f"HELPDESK_{named}: plain text is refused outside loopback" in said
    assert "HELPDESK_ALLOW_PLAINTEXT=yes" in said
    assert "secretword" not in said


@pytest.mark.parametrize("name", ["VAULT", "EMAIL"])
def test_a_service_refuses_a_database_in_plain_text(tmp_path, name):
    secrets.create(tmp_path / "secrets")
    env = {"HELPDESK_DATA_DIR": str(tmp_path), f"HELPDESK_{name}_DATABASE_URL": DATABASE}

    with pytest.raises(SettingsError, match=f"HELPDESK_{name}_DATABASE_URL: plain text") as caught:
        Resources(env).open_store("email")

    assert "sslmode=verify-full" in str(caught.value)
    assert "secretword" not in str(caught.value)


@pytest.mark.parametrize(
    ("kind", "prefix", "field"),
    [
        (StoreSettings, "email", "database_url"),
        (HostSettings, "", "broker_url"),
        (HostSettings, "", "vault_database_url"),
    ],
)
def test_a_url_with_a_password_is_read_from_a_file(tmp_path, kind, prefix, field):
    name = "_".join(part.upper() for part in ("helpdesk", prefix, field) if part)
    (tmp_path / "url").write_text(f"{DATABASE}\n")
    env = {f"{name}_FILE": str(tmp_path / "url")}
    check_unknown(env, names(kind, prefix))

    assert getattr(parse(kind, prefix, env), field) == DATABASE


def test_a_url_from_a_file_is_refused_in_plain_text_too(tmp_path):
    (tmp_path / "url").write_text(BROKER)
    code, said = command(tmp_path, "relay", "email", HELPDESK_BROKER_URL_FILE=str(tmp_path / "url"))

    assert code == 1
    assert "HELPDESK_BROKER_URL: plain text" in said


def test_every_setting_that_holds_a_secret_can_come_from_a_file():
    from services.hosting import ALL

    kinds = [HostSettings, StoreSettings, *(k for s in ALL for k in s.settings.values())]
    known = {name for kind in kinds for name in names(kind, "x")}
    secret = {n for n in known if n.endswith(("_PASSWORD", "_KEY", "_LOGIN", "_SECRET", "_URL"))}

    assert secret
    assert {f"{name}_FILE" for name in secret} <= known


def test_a_setting_that_names_a_file_has_no_second_form():
    with pytest.raises(SettingsError, match="HELPDESK_TLS_CA_FILE_FILE"):
        check_unknown({"HELPDESK_TLS_CA_FILE_FILE": "x"}, names(HostSettings, ""))
