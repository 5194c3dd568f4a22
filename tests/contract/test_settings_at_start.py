"""Every command names a setting that is unknown or cannot be used, before it does anything."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from helpdesk.kernel import secrets
from helpdesk.kernel.postgres_url import is_protected
from helpdesk.kernel.settings import SettingsError
from services.__main__ import _COMMANDS, _UNSET
from services.configured import check_settings
from tests.support.outside import sent_to

ROOT = Path(__file__).parents[2]
CHECKED = sorted(_COMMANDS.keys() - _UNSET)


def run(folder, *words, **settings):
    env = {k: v for k, v in os.environ.items() if not k.startswith("HELPDESK_")}
    ended = subprocess.run(
        [sys.executable, "-W", "ignore", "-m", "services", *words],
        cwd=ROOT,
        env=env | {"HELPDESK_DATA_DIR": str(folder / "data")} | settings,
        capture_output=True,
        text=True,
        timeout=60,
    )
    return ended.returncode, ended.stdout + ended.stderr


@pytest.mark.parametrize("command", CHECKED)
def test_a_command_does_nothing_with_a_setting_that_nothing_reads(tmp_path, command):
    code, said = run(tmp_path, command, HELPDESK_EMAIL_DOMIAN="mail.example")

    assert (code, said) == (1, "helpdesk: unknown setting HELPDESK_EMAIL_DOMIAN\n")
    assert not (tmp_path / "data").exists()


def test_help_is_there_whatever_is_set(tmp_path):
    code, said = run(tmp_path, "serve", "--help", HELPDESK_EMAIL_DOMIAN="mail.example")

    assert code == 0
    assert "Serve all services" in said


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("HELPDESK_LOG_LEVEL", "LOUD"),
        ("HELPDESK_BROKER_URL", "http://127.0.0.1/"),
        ("HELPDESK_METRICS_ADDRESS", "nonsense"),
        ("HELPDESK_AUDIT_GRACE_SECONDS", "nan"),
        ("HELPDESK_AUDIT_GRACE_SECONDS", "-5"),
        ("HELPDESK_AUDIT_CHECKPOINT_SECONDS", "61"),
        ("HELPDESK_AUDIT_FEED_NETWORKS", "foo"),
        ("HELPDESK_AUDIT_REVIEW_SCORE", "0"),
        ("HELPDESK_SEARCH_PAGE_SIZE", "-5"),
        ("HELPDESK_SEARCH_OPENSEARCH_URL", "nonsense"),
        ("HELPDESK_SESSION_VIEW_MINUTES", "61"),
        ("HELPDESK_SESSION_ANSWER_HOURS", "25"),
        ("HELPDESK_IDENTITY_TICKETS", "some"),
        ("HELPDESK_IDENTITY_TICKETS_SECONDS", "4"),
        ("HELPDESK_IDENTITY_TICKETS_DOWN", "perhaps"),
        ("HELPDESK_IDENTITY_DEV_TOKENS", "maybe"),
        ("HELPDESK_EMAIL_SMTP_TLS", "some"),
        ("HELPDESK_EMAIL_SMTP_ADDRESS", ""),
        ("HELPDESK_EMAIL_CODES_PER_PARTNER", "0"),
        ("HELPDESK_EMAIL_BLOCKLIST_SOFT_BOUNCES", "0"),
        ("HELPDESK_EMAIL_BLOCKLIST_SOFT_DAYS", "0"),
        ("HELPDESK_EMAIL_BLOCKLIST_SOFT_BLOCK_DAYS", "-1"),
        ("HELPDESK_EMAIL_SES_RECONCILE_SECONDS", "0"),
        ("HELPDESK_EMAIL_WEBHOOK_ADDRESS", "8025"),
        ("HELPDESK_EMAIL_WEBHOOK_FRESH_SECONDS", "0"),
        ("HELPDESK_EMAIL_WEBHOOK_POSTMARK_SOURCES", "203.0.113.1/24"),
        ("HELPDESK_GATEWAY_ADDRESS", "here"),
    ],
)
def test_a_setting_that_cannot_be_used_is_named(name, value):
    with pytest.raises(SettingsError, match=f"^{name}: "):
        check_settings({name: value})


@pytest.mark.parametrize(
    ("settings", "named"),
    [
        (
            {"HELPDESK_EMAIL_SMTP_TLS": "none", "HELPDESK_EMAIL_SMTP_ADDRESS": "mx.example:25"},
            "HELPDESK_EMAIL_SMTP_TLS",
        ),
        ({"HELPDESK_SEARCH_OPENSEARCH_PASSWORD": "x"}, "HELPDESK_SEARCH_OPENSEARCH_USER"),
        ({"HELPDESK_EMAIL_SES_ACCESS_KEY_ID": "x"}, "HELPDESK_EMAIL_SES_ACCESS_KEY_ID"),
        ({"HELPDESK_GATEWAY_ADDRESS": "0.0.0.0:80"}, "HELPDESK_GATEWAY_ADDRESS"),
    ],
)
def test_settings_that_do_not_fit_together_are_named(settings, named):
    with pytest.raises(SettingsError, match=named):
        check_settings(settings)


@pytest.mark.parametrize(
    ("service", "own"),
    [("email", "HELPDESK_EMAIL_CONSOLE_URL"), ("session", "HELPDESK_SESSION_SIGNALS_ISSUER")],
)
def test_a_process_apart_from_the_console_is_told_where_people_find_it(tmp_path, service, own):
    secrets.create(tmp_path / "data" / "secrets")
    apart = {"HELPDESK_BROKER_URL": "amqp://127.0.0.1:1//"}
    apart |= {"HELPDESK_IDENTITY_ADDRESS": "127.0.0.1:1"}
    code, said = run(tmp_path, "serve", service, **apart)

    assert code == 1
    assert said.startswith("helpdesk: HELPDESK_GATEWAY_URL: ")
    assert own in said


@pytest.mark.parametrize(
    ("broker", "settings", "wanted"),
    [
        ("", {}, "http://127.0.0.1:8080"),
        ("amqp://h/", {"HELPDESK_GATEWAY_ADDRESS": "127.0.0.1:81"}, "http://127.0.0.1:81"),
        ("amqp://h/", {"HELPDESK_GATEWAY_URL": "https://desk.example/"}, "https://desk.example"),
    ],
)
def test_mails_and_signals_know_the_console_by_the_settings_of_the_gateway(
    broker, settings, wanted
):
    assert set(sent_to({"HELPDESK_BROKER_URL": broker, **settings})) == {wanted}


def test_settings_of_nobody_else_are_not_looked_at():
    assert check_settings({"PATH": "/bin", "OTHER_LOG_LEVEL": "LOUD"}) is None


@pytest.mark.parametrize("url", ["postgresql://u:p@/x", "postgresql:///x"])
def test_a_database_that_only_the_environment_names_is_no_near_one(monkeypatch, url):
    assert is_protected("X", url)

    monkeypatch.setenv("PGHOST", "db.internal")

    assert not is_protected("X", url)


def test_a_database_that_a_service_file_names_is_refused(monkeypatch):
    with pytest.raises(SettingsError, match="X: name the host"):
        is_protected("X", "postgresql:///x?service=far")

    monkeypatch.setenv("PGSERVICE", "far")

    with pytest.raises(SettingsError, match="X: name the host"):
        is_protected("X", "postgresql://127.0.0.1/x")
