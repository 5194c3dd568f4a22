from datetime import UTC, datetime, timedelta

import pytest

from helpdesk.kernel.postgres_url import is_protected
from helpdesk.kernel.settings import SettingsError
from helpdesk.kernel.tls import ALLOW, Certificates, certificates, check_address, check_url
from services.certs.domain import Subject, new_authority, sign

DAY = timedelta(days=1)
EMAIL = Subject("email", ["email"])


@pytest.fixture
def files(tmp_path):
    """Writes the three files of a process; returns their paths."""
    now = datetime.now(UTC)
    authority = new_authority(now - 9 * DAY, 20 * DAY)

    def write(*, signed=now, key=None):
        pair = sign(authority, EMAIL, signed, DAY)
        contents = {"ca.pem": authority.certificate, "own.pem": pair.certificate}
        contents["own.key"] = key or pair.key
        for name, content in contents.items():
            (tmp_path / name).write_bytes(content)
            (tmp_path / name).chmod(0o600)
        return [tmp_path / name for name in contents]

    return write


def test_a_certificate_and_its_key_are_taken(files):
    assert "email" in Certificates(*files()).material().names


def test_nothing_set_is_no_tls():
    assert certificates("", "", "") is None


def test_an_expired_certificate_is_named(files):
    with pytest.raises(SettingsError, match=r"HELPDESK_TLS_CERT_FILE: .* expired"):
        Certificates(*files(signed=datetime.now(UTC) - 2 * DAY))


def test_a_certificate_that_expires_in_use_is_not_replaced_by_another_expired_one(files):
    shown = Certificates(*files())
    before = shown.material()
    files(signed=datetime.now(UTC) - 2 * DAY)

    assert shown.material() is before


def test_the_key_of_another_certificate_is_named(files):
    other = sign(new_authority(datetime.now(UTC), DAY), EMAIL, datetime.now(UTC), DAY)
    with pytest.raises(SettingsError, match="HELPDESK_TLS_KEY_FILE: the key is not"):
        Certificates(*files(key=other.key))


@pytest.mark.parametrize(
    ("number", "setting"),
    [(0, "HELPDESK_TLS_CA_FILE"), (1, "HELPDESK_TLS_CERT_FILE"), (2, "HELPDESK_TLS_KEY_FILE")],
)
def test_a_file_that_is_missing_or_no_pem_is_named(files, number, setting):
    paths = files()
    paths[number].write_text("secretword")
    with pytest.raises(SettingsError, match=f"^{setting}: ") as caught:
        Certificates(*paths)

    assert "secretword" not in str(caught.value)

    paths[number].unlink()
    with pytest.raises(SettingsError, match=f"^{setting}: No such file"):
        Certificates(*paths)


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660])
def test_a_key_that_others_may_read_is_refused(files, mode):
    paths = files()
    paths[2].chmod(mode)
    with pytest.raises(SettingsError, match=r"HELPDESK_TLS_KEY_FILE: .*chmod 600"):
        Certificates(*paths)


@pytest.mark.parametrize(
    ("address", "secure", "allowed"),
    [
        ("127.0.0.1:5051", False, False),
        ("localhost:5051", False, False),
        ("[::1]:5051", False, False),
        ("unix:/run/helpdesk", False, False),
        ("10.0.0.5:5051", True, False),
        ("10.0.0.5:5051", False, True),
    ],
)
def test_grpc_stays_on_this_machine_or_is_secure_or_was_allowed(address, secure, allowed):
    check_address("HELPDESK_GRPC_ADDRESS", address, secure=secure, allowed=allowed)


@pytest.mark.parametrize(
    "address", ["10.0.0.5:5051", "0.0.0.0:5051", "[::]:5051", "identity:5051", "dns:///identity:1"]
)
def test_plain_grpc_with_other_machines_is_refused(address):
    with pytest.raises(SettingsError, match=f"HELPDESK_GRPC_ADDRESS.*{ALLOW}"):
        check_address("HELPDESK_GRPC_ADDRESS", address, secure=False, allowed=False)


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:9200",
        "http://localhost:9200",
        "http://[::1]:9200",
        "https://search.internal:9200",
        "amqp://user:password@127.0.0.1:5672//",
        "amqps://user:password@broker.internal:5671//",
    ],
)
def test_a_url_that_is_near_or_secure_is_taken(url):
    check_url("HELPDESK_SEARCH_OPENSEARCH_URL", url, allowed=False)


@pytest.mark.parametrize(
    ("url", "remedy"),
    [
        ("http://search.internal:9200", "https://"),
        ("http://localhost.evil.example:9200", "https://"),
        ("http://127.0.0.1@evil.example:9200", "https://"),
        ("amqp://user:secretword@broker.internal:5672//", "amqps://"),
        ("amqp://u:secretword@127.0.0.1:5672;amqp://broker.internal", "amqps://"),
        ("pyamqp://user:secretword@broker.internal:5672//", "amqps://"),
    ],
)
def test_a_plain_url_of_another_machine_is_refused_without_repeating_it(url, remedy):
    with pytest.raises(SettingsError) as caught:
        check_url("HELPDESK_BROKER_URL", url, allowed=False)

    assert "HELPDESK_BROKER_URL" in str(caught.value)
    assert remedy in str(caught.value)
    assert "secretword" not in str(caught.value)


def test_a_plain_url_can_be_allowed(caplog):
    check_url("HELPDESK_BROKER_URL", "amqp://broker.internal//", allowed=True)

    assert "HELPDESK_BROKER_URL" in caplog.text


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://user:password@127.0.0.1:5432/helpdesk",
        "postgresql:///helpdesk?host=/run/postgresql",
        "host=localhost dbname=helpdesk",
        "postgresql://db.internal/helpdesk?sslmode=verify-full&sslrootcert=/etc/ca.pem",
    ],
)
def test_a_database_that_is_near_or_checked_is_protected(url):
    assert is_protected("HELPDESK_EMAIL_DATABASE_URL", url)


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://db.internal/helpdesk",
        "postgresql://db.internal/helpdesk?sslmode=require",
        "postgresql://db.internal/helpdesk?sslmode=verify-ca",
        "postgresql://127.0.0.1,db.internal/helpdesk",
        "postgresql://localhost/helpdesk?hostaddr=10.0.0.7",
        "host=db.internal dbname=helpdesk",
    ],
)
def test_a_database_elsewhere_without_full_checks_is_not_protected(url):
    assert not is_protected("HELPDESK_EMAIL_DATABASE_URL", url)


def test_a_malformed_database_url_is_named_and_not_repeated():
    with pytest.raises(SettingsError) as caught:
        is_protected("HELPDESK_EMAIL_DATABASE_URL", "host='secretword")

    assert "HELPDESK_EMAIL_DATABASE_URL" in str(caught.value)
    assert "secretword" not in str(caught.value)
