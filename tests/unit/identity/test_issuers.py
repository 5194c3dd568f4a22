"""Which providers there are, by the file of issuers."""

import json
import logging

import pytest

from helpdesk.kernel.errors import NotFound
from helpdesk.kernel.settings import SettingsError
from services.identity.providers.configured import Configured, development_issuer
from services.identity.providers.issuers import check_url
from services.identity.settings import Settings
from tests.unit.identity.provider import ISSUER


@pytest.mark.parametrize(
    "url",
    [
        "http://idp.example",
        "ftp://127.0.0.1",
        "https://",
        "http://127.0.0.1@evil.example",
        "idp.example",
        "http://127.0.0.1.evil.example",
    ],
)
def test_plain_http_is_for_loopback_only(url):
    with pytest.raises(SettingsError):
        check_url(url, "issuer")


@pytest.mark.parametrize(
    "url", ["https://idp.example", "http://127.0.0.1:8080/dev/oidc", "http://localhost/x"]
)
def test_an_address_that_nobody_else_hears_is_taken(url):
    assert check_url(url, "issuer") == url


def test_the_development_provider_is_for_a_gateway_on_loopback_only():
    assert development_issuer(Settings(), "127.0.0.1:8080") == "http://127.0.0.1:8080/dev/oidc"
    assert development_issuer(Settings(), "0.0.0.0:8080") == ""
    assert development_issuer(Settings(issuers=(ISSUER,)), "127.0.0.1:8080") == ""


def test_a_provider_is_added_without_a_restart(tmp_path):
    file = tmp_path / "issuers.json"
    file.write_text('[{"issuer": "https://one.example", "client_id": "a"}]')
    configured = Configured(Settings(issuers=(str(file),)), "")
    first = configured.get("")
    file.write_text(
        '[{"issuer": "https://one.example", "client_id": "a"}, {"issuer": "https://two.example", "client_id": "b"}]'
    )

    assert configured.get("https://two.example").configured.client_id == "b"
    assert configured.get("") is first
    configured.close()


def test_a_file_that_is_half_written_changes_nothing(tmp_path):
    file = tmp_path / "issuers.json"
    file.write_text('[{"issuer": "https://one.example", "client_id": "a"}]')
    configured = Configured(Settings(issuers=(str(file),)), "")
    file.write_text('[{"issuer": ')

    assert configured.get("").configured.issuer == "https://one.example"
    configured.close()


@pytest.mark.parametrize(
    "content",
    [
        "",
        "{}",
        "[]",
        '[{"issuer": "http://x.example", "client_id": "a"}]',
        '[{"issuer": "https://x.example"}]',
        '[{"issuer": "https://x.example", "client_id": "a", "subject": "email"}]',
        '[{"issuer": "https://x.example", "client_id": "a", "skew_seconds": "60"}]',
        '[{"issuer": "https://x.example", "client_id": "a", "skew_seconds": 301}]',
        '[{"issuer": "https://x.example", "client_id": "a", "skew_seconds": true}]',
        '[{"issuer": "https://x.example", "client_id": "a", "max_age_seconds": -1}]',
        '[{"issuer": "https://x.example", "client_id": "a", "trusted_audiences": "b"}]',
        '[{"issuer": "https://x.example", "client_id": "a", "ca_file": "/none.pem"}]',
        '[{"oops": 1}]',
    ],
)
def test_a_wrong_file_is_named_at_start(tmp_path, content):
    file = tmp_path / "issuers.json"
    file.write_text(content)

    with pytest.raises(SettingsError, match="HELPDESK_IDENTITY_ISSUERS"):
        Configured(Settings(issuers=(str(file),)), "")


def test_a_provider_that_is_not_configured_is_not_found():
    configured = Configured(Settings(), "0.0.0.0:8080")

    with pytest.raises(NotFound):
        configured.get("")


ONE = {"issuer": "https://one.example", "client_id": "a"}


@pytest.mark.parametrize("other", ["https://one.example", "https://one.example/"])
def test_an_issuer_that_is_there_twice_is_named_at_start(tmp_path, other):
    file = tmp_path / "issuers.json"
    file.write_text(json.dumps([ONE, {"issuer": other, "client_id": "b"}]))

    with pytest.raises(SettingsError, match="is there twice"):
        Configured(Settings(issuers=(str(file),)), "")


def test_an_issuer_that_comes_twice_is_told_and_the_first_stays_in_use(tmp_path, caplog):
    file = tmp_path / "issuers.json"
    file.write_text(json.dumps([ONE]))
    configured = Configured(Settings(issuers=(str(file),)), "")
    file.write_text(json.dumps([ONE, {**ONE, "client_id": "b"}]))
    with caplog.at_level(logging.ERROR):
        assert configured.get("").configured.client_id == "a"

    assert "https://one.example is there twice" in caplog.text
    configured.close()


def test_a_certificate_that_cannot_be_read_changes_nothing(tmp_path, caplog):
    file = tmp_path / "issuers.json"
    file.write_text(json.dumps([ONE]))
    configured = Configured(Settings(issuers=(str(file),)), "")
    two = {"issuer": "https://two.example", "client_id": "b", "ca_file": str(tmp_path / "none")}
    file.write_text(json.dumps([ONE, two]))

    assert [each.configured.client_id for each in configured.all()] == ["a"]
    assert "ca_file" in caplog.text
    configured.close()
