"""The operator's commands, on a data directory that no process uses."""

import json
import re

import pytest
from click.testing import CliRunner

from helpdesk.kernel.operating import Operator
from services.hosting import init
from services.identity.commands import import_directory, link, token
from services.identity.service import SERVICE
from tests.support.product import person_id, small_directory


@pytest.fixture
def env(tmp_path, monkeypatch):
    values = {"HELPDESK_DATA_DIR": str(tmp_path / "data"), "HELPDESK_DURABLE": "no"}
    for name, value in values.items():
        monkeypatch.setenv(name, value)
    assert CliRunner().invoke(init).exit_code == 0
    return values


@pytest.fixture
def export(tmp_path):
    folder = tmp_path / "export"
    folder.mkdir()
    for kind, records in small_directory().items():
        lines = [json.dumps(each) + "\n" for each in records]
        (folder / f"{kind}.ndjson").write_text("".join(lines))
    return folder


def run(env, command, *arguments):
    with Operator(env, lambda: [SERVICE]) as operator:
        return CliRunner().invoke(command, [str(each) for each in arguments], obj=operator)


def test_init_shows_the_public_keys_and_keeps_what_is_there(env):
    first = CliRunner().invoke(init).output
    again = CliRunner().invoke(init).output

    assert first == again
    assert "token key: {" in first
    assert audit_key(first)
    assert '"d"' not in first


def audit_key(said):
    """Return the name of the log in what ``init`` said of its key."""
    return re.search(r"audit key: (\S+)\+[0-9a-f]{8}\+", said)[1]


def test_each_installation_has_a_log_of_another_name(env, tmp_path, monkeypatch):
    first = audit_key(CliRunner().invoke(init).output)
    monkeypatch.setenv("HELPDESK_DATA_DIR", str(tmp_path / "another"))
    monkeypatch.setenv("HELPDESK_GATEWAY_URL", "https://desk.example")
    second = audit_key(CliRunner().invoke(init).output)

    assert re.fullmatch(r"helpdesk\.invalid/log/[0-9a-f]{16}", first)
    assert re.fullmatch(r"desk\.example/log/[0-9a-f]{16}", second)
    assert first[-16:] != second[-16:]


def test_a_log_keeps_its_name_with_a_new_key(env, tmp_path):
    before = audit_key(CliRunner().invoke(init).output)
    (tmp_path / "data/secrets/audit.signing.pem").unlink()

    assert audit_key(CliRunner().invoke(init).output) == before


def test_a_log_from_before_there_were_names_keeps_its_own(env, tmp_path):
    folder = tmp_path / "data/secrets"
    (folder / "audit.origin").unlink()
    (folder / "session.receipt.pem").unlink()

    assert audit_key(CliRunner().invoke(init).output) == "helpdesk/audit"
    assert not (folder / "audit.origin").exists()


def test_a_name_of_the_settings_counts(env, monkeypatch):
    monkeypatch.setenv("HELPDESK_AUDIT_ORIGIN", "audit.example/ours")

    assert audit_key(CliRunner().invoke(init).output) == "audit.example/ours"


def test_an_export_is_taken_in(env, export):
    result = run(env, import_directory, export)

    assert result.exit_code == 0
    assert result.stdout.endswith("records new or changed, 0 bad\n")


def test_bad_lines_are_named_and_the_rest_is_taken(env, export):
    with (export / "people.ndjson").open("a") as file:
        file.write(json.dumps(small_directory()["people"][0] | {"emails": ["nobody"]}) + "\n")
        file.write('{"id": "to')
    result = run(env, import_directory, export)

    assert result.exit_code == 1
    assert "people.ndjson:15: emails[0]: not an address\n" in result.stderr
    assert "people.ndjson:16: torn: the file ends within this line\n" in result.stderr
    assert "taken" in result.stdout


def test_a_folder_without_an_export_is_a_usage_error(env, tmp_path):
    (tmp_path / "empty").mkdir()

    assert run(env, import_directory, tmp_path / "empty").exit_code == 2


def test_only_the_token_is_printed(env, export):
    run(env, import_directory, export)
    result = run(env, token, "ned@north.example")

    assert result.exit_code == 0
    assert result.stdout.count(".") == 2
    assert result.stdout.count("\n") == 1


def test_nobodys_address_gets_no_token(env, export):
    run(env, import_directory, export)

    assert run(env, token, "x@north.example").exit_code == 1


def test_an_account_is_linked_by_the_operator(env, export, tmp_path):
    run(env, import_directory, export)
    issuers = {"HELPDESK_IDENTITY_ISSUERS": "https://idp.example"}
    result = run(env | issuers, link, "ned@north.example", "https://idp.example", "okta|7")

    assert (result.exit_code, result.stdout) == (0, "linked\n")
    assert person_id("north_agent") not in result.stdout
