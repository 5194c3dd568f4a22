"""Processes that would talk to an engine in plain text do not start; secrets come from files."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from helpdesk.kernel import secrets
from helpdesk.kernel.resources import HostSettings, Resources, StoreSettings
from helpdesk.kernel.settings import SettingsError, check_unknown, names, parse
from services.hosting import ALL, check_config
from services.running import migrate
from tests.support.certificates import made, shown_as

ROOT = Path(__file__).parents[2]
DATABASE = "postgresql://helpdesk:secretword@db.internal/helpdesk"
BROKER = "amqp://helpdesk:secretword@broker.internal//"


def process(folder, *arguments, **settings):
    """Run a command of the product as a process of its own; return its exit code and what it said."""
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


@pytest.mark.parametrize("name", ["relay", "work"])
def test_a_process_refuses_plain_text_and_says_what_to_do(tmp_path, name):
    code, said = process(tmp_path, name, "email", HELPDESK_BROKER_URL=BROKER)

    assert code == 1
    assert "HELPDESK_BROKER_URL: plain text is refused outside loopback" in said
    assert "HELPDESK_ALLOW_PLAINTEXT=yes" in said
    assert "secretword" not in said


def refusal(command, *arguments, **settings):
    """Run a command here; return the error that it ends with, empty where it does not."""
    env = dict.fromkeys(name for name in os.environ if name.startswith("HELPDESK_"))
    result = CliRunner().invoke(command, arguments, env={**env, **settings})
    assert result.exception is None or isinstance(result.exception, SettingsError)
    return str(result.exception or "")


@pytest.mark.parametrize(
    ("command", "arguments", "setting", "value"),
    [
        (migrate, ["email"], "HELPDESK_EMAIL_DATABASE_URL", DATABASE),
        (migrate, [], "HELPDESK_VAULT_DATABASE_URL", DATABASE),
        (check_config, [], "HELPDESK_BROKER_URL", BROKER),
        (check_config, [], "HELPDESK_VAULT_DATABASE_URL", DATABASE),
        (check_config, [], "HELPDESK_AUDIT_DATABASE_URL", DATABASE),
        (check_config, [], "HELPDESK_GRPC_ADDRESS", "10.0.0.5:5051"),
        (check_config, [], "HELPDESK_EMAIL_ADDRESS", "10.0.0.5:5051"),
        (check_config, [], "HELPDESK_METRICS_ADDRESS", "10.0.0.5:9464"),
        (check_config, [], "HELPDESK_TRACES_ENDPOINT", "http://traces.internal:4318"),
        (check_config, [], "HELPDESK_SEARCH_OPENSEARCH_URL", "http://search.internal:9200"),
        (check_config, [], "HELPDESK_IDENTITY_TICKETS", "http://tickets.internal"),
        (check_config, [], "HELPDESK_SESSION_SIGNALS_URL", "http://signals.internal"),
        (check_config, [], "HELPDESK_EMAIL_SES_ENDPOINT_URL", "http://ses.internal"),
    ],
)
def test_a_command_names_what_would_go_elsewhere_in_plain_text(command, arguments, setting, value):
    said = refusal(command, *arguments, **{setting: value})

    assert said.startswith(f"{setting}: plain text is refused outside loopback")
    assert "HELPDESK_ALLOW_PLAINTEXT=yes" in said
    assert "secretword" not in said


def test_what_is_secure_or_allowed_passes_the_check(tmp_path):
    made(tmp_path)
    settings = {
        "HELPDESK_GRPC_ADDRESS": "10.0.0.5:5051",
        "HELPDESK_EMAIL_DATABASE_URL": f"{DATABASE}?sslmode=verify-full&sslrootcert=ca.pem",
        "HELPDESK_BROKER_URL": BROKER.replace("amqp:", "amqps:"),
        **shown_as(tmp_path, "email"),
    }
    plain = {"HELPDESK_BROKER_URL": BROKER, "HELPDESK_ALLOW_PLAINTEXT": "true"}

    assert refusal(check_config, **settings) == ""
    assert refusal(check_config, **plain) == ""


@pytest.mark.parametrize("name", ["VAULT", "EMAIL"])
def test_a_service_refuses_a_database_in_plain_text(tmp_path, name):
    secrets.create(tmp_path / "secrets")
    env = {"HELPDESK_DATA_DIR": str(tmp_path), f"HELPDESK_{name}_DATABASE_URL": DATABASE}

    with pytest.raises(SettingsError, match=f"HELPDESK_{name}_DATABASE_URL: plain text") as caught:
        Resources(env).open_store("email")

    assert "sslmode=verify-full" in str(caught.value)
    assert "secretword" not in str(caught.value)


@pytest.mark.parametrize(
    ("kind", "prefix", "field", "url"),
    [
        (StoreSettings, "email", "database_url", DATABASE),
        (HostSettings, "", "broker_url", BROKER),
        (HostSettings, "", "vault_database_url", DATABASE),
    ],
)
def test_a_url_with_a_password_is_read_from_a_file(tmp_path, kind, prefix, field, url):
    name = "_".join(part.upper() for part in ("helpdesk", prefix, field) if part)
    (tmp_path / "url").write_text(f"{url}\n")
    env = {f"{name}_FILE": str(tmp_path / "url")}
    check_unknown(env, names(kind, prefix))

    assert getattr(parse(kind, prefix, env), field) == url


def test_a_url_from_a_file_is_refused_in_plain_text_too(tmp_path):
    (tmp_path / "url").write_text(BROKER)
    said = refusal(check_config, HELPDESK_BROKER_URL_FILE=str(tmp_path / "url"))

    assert said.startswith("HELPDESK_BROKER_URL: plain text")


def test_every_setting_that_holds_a_secret_can_come_from_a_file():
    kinds = [HostSettings, StoreSettings, *(k for s in ALL for k in s.settings.values())]
    known = {name for kind in kinds for name in names(kind, "x")}
    secret = {n for n in known if n.endswith(("_PASSWORD", "_KEY", "_LOGIN", "_SECRET", "_URL"))}

    assert secret
    assert {f"{name}_FILE" for name in secret} <= known


def test_a_setting_that_names_a_file_has_no_second_form():
    with pytest.raises(SettingsError, match="HELPDESK_TLS_CA_FILE_FILE"):
        check_unknown({"HELPDESK_TLS_CA_FILE_FILE": "x"}, names(HostSettings, ""))
