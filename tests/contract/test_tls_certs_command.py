"""``helpdesk certs dev``: what it makes, keeps and renews."""

import stat
from datetime import UTC, datetime, timedelta

import pytest
from click.testing import CliRunner
from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID

from helpdesk.kernel.secrets import SERVICES
from helpdesk.kernel.settings import SettingsError
from services.certs.commands import certs
from services.certs.domain import Subject, new_authority, sign, stands
from tests.support.certificates import made

NOW = datetime(2026, 5, 1, tzinfo=UTC)


def certificate(folder, name):
    return x509.load_pem_x509_certificate((folder / f"{name}.pem").read_bytes())


def names(found):
    return found.extensions.get_extension_for_class(x509.SubjectAlternativeName).value


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_gets_a_certificate_of_its_names_as_server_and_client(tmp_path, service):
    made(tmp_path)
    found = certificate(tmp_path, service)
    usage = found.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value

    assert names(found).get_values_for_type(x509.DNSName) == [service, "localhost"]
    assert "127.0.0.1" in map(str, names(found).get_values_for_type(x509.IPAddress))
    assert names(found).get_values_for_type(x509.UniformResourceIdentifier) == [
        f"spiffe://helpdesk/{service}"
    ]
    assert set(usage) == {ExtendedKeyUsageOID.CLIENT_AUTH, ExtendedKeyUsageOID.SERVER_AUTH}
    assert found.not_valid_after_utc - datetime.now(UTC) <= timedelta(days=30)


def test_private_keys_are_their_owners_only(tmp_path):
    made(tmp_path)
    keys = list(tmp_path.glob("*.key"))

    assert len(keys) == len(SERVICES) + 6
    assert {stat.S_IMODE(key.stat().st_mode) for key in keys} == {0o600}


def test_a_program_that_only_calls_cannot_serve(tmp_path):
    made(tmp_path, "--client", "mail-gateway")
    found = certificate(tmp_path, "mail-gateway")
    usage = found.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value

    assert list(usage) == [ExtendedKeyUsageOID.CLIENT_AUTH]
    assert names(found).get_values_for_type(x509.DNSName) == []


def test_a_name_of_a_program_is_no_path(tmp_path):
    result = CliRunner().invoke(certs, ["dev", str(tmp_path), "--client", "../../etc/x"])

    assert isinstance(result.exception, SettingsError)


def test_run_again_it_keeps_what_lasts(tmp_path):
    made(tmp_path)
    before = {path: path.read_bytes() for path in tmp_path.iterdir()}
    said = made(tmp_path)

    assert "made: nothing" in said
    assert {path: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_run_again_it_renews_what_ends_soon(tmp_path):
    made(tmp_path, "--days", "2")
    before = certificate(tmp_path, "email")
    authority = (tmp_path / "ca.pem").read_bytes()
    said = made(tmp_path)

    assert "kept: nothing" in said
    assert certificate(tmp_path, "email").not_valid_after_utc > before.not_valid_after_utc
    assert (tmp_path / "ca.pem").read_bytes() == authority


def test_a_new_authority_signs_all_and_the_old_one_stays_trusted(tmp_path):
    old = new_authority(datetime.now(UTC), timedelta(days=3))
    (tmp_path / "ca.pem").write_bytes(old.certificate)
    (tmp_path / "ca.key").write_bytes(old.key)
    made(tmp_path)
    trusted = x509.load_pem_x509_certificates((tmp_path / "ca.pem").read_bytes())

    assert len(trusted) == 2
    assert trusted[1] == x509.load_pem_x509_certificate(old.certificate)
    certificate(tmp_path, "email").verify_directly_issued_by(trusted[0])


def test_it_says_what_to_set(tmp_path):
    said = made(tmp_path)

    for setting in ("TLS_CA_FILE", "TLS_CERT_FILE", "TLS_KEY_FILE", "BROKER_CA_FILE"):
        assert f"HELPDESK_{setting}={tmp_path}" in said


def test_a_certificate_stands_until_shortly_before_its_end():
    authority = new_authority(NOW, timedelta(days=365))
    pair = sign(authority, Subject("email", ["email"]), NOW, timedelta(days=30))
    margin = timedelta(days=10)

    assert stands(pair, authority, NOW + timedelta(days=19), margin)
    assert not stands(pair, authority, NOW + timedelta(days=21), margin)


def test_a_certificate_of_another_authority_does_not_stand():
    authority, other = (new_authority(NOW, timedelta(days=365)) for _ in range(2))
    pair = sign(other, Subject("email", ["email"]), NOW, timedelta(days=30))

    assert not stands(pair, authority, NOW, timedelta(days=1))
