"""TLS between processes: who is refused, and that a changed certificate needs no restart."""

import ssl
from contextlib import contextmanager
from functools import partial
from shutil import copy

import grpc
import pytest
from click.testing import CliRunner
from cryptography import x509

from helpdesk.identity.v1 import directory_pb2, directory_pb2_grpc, tokens_pb2, tokens_pb2_grpc
from helpdesk.kernel.errors import Forbidden, Unauthenticated, Unavailable
from helpdesk.kernel.hosting import Host, Wiring
from helpdesk.kernel.operating import Operator
from helpdesk.kernel.rpc import secure
from helpdesk.kernel.rpc.client import Caller, open_channel
from helpdesk.kernel.settings import SettingsError
from helpdesk.kernel.tls import certificates
from helpdesk.kernel.tokens import Signer
from helpdesk.options.v1 import options_pb2
from services.identity.domain.roles import ASSIGNABLE
from services.identity.service import SERVICE as IDENTITY
from services.probing import healthy, near
from services.search.service import SERVICE as SEARCH
from tests.support.certificates import made, shown_as
from tests.support.product import free_address, running_product, small_directory


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("certificates")
    made(folder)
    return folder


@pytest.fixture(scope="module")
def product(tmp_path_factory, folder):
    """Identity, on a port with TLS."""
    with running_product(
        tmp_path_factory.mktemp("identity"),
        [IDENTITY],
        directory=small_directory(),
        HELPDESK_GRPC_ADDRESS=free_address(),
        **shown_as(folder, "identity"),
    ) as product:
        yield product


@contextmanager
def channel(product, settings, service="identity"):
    shown = certificates(*(str(path) for path in settings.values()))
    with open_channel(product.host.address, service, shown) as opened:
        yield opened


def ask(channel, token="", timeout=60.0):
    stub = directory_pb2_grpc.DirectoryServiceStub(channel)
    return Caller()(stub.GetMe, directory_pb2.GetMeRequest(), token=token, timeout=timeout)


def service_token(product, channel, name):
    key = product.host.wiring.secret(f"{name}.service.pem")
    assertion = Signer(key, issuer=name).sign({"sub": name}, ["identity"], 30)
    stub = tokens_pb2_grpc.TokenServiceStub(channel)
    return Caller()(
        stub.IssueServiceToken, tokens_pb2.IssueServiceTokenRequest(assertion=assertion)
    )


def test_a_service_with_its_certificate_is_answered(product, folder):
    with channel(product, shown_as(folder, "gateway")) as opened:
        answer = ask(opened, product.token("north_agent"))

        assert answer.user_id


def test_a_caller_without_a_certificate_is_refused(product, folder):
    credentials = grpc.ssl_channel_credentials((folder / "ca.pem").read_bytes())
    options = [("grpc.ssl_target_name_override", "identity")]
    with (
        grpc.secure_channel(product.host.address, credentials, options) as opened,
        pytest.raises(Unavailable),
    ):
        ask(opened, product.token("north_agent"))


def test_a_caller_of_another_authority_is_refused(product, folder, tmp_path):
    made(tmp_path)
    with (
        channel(product, shown_as(tmp_path, "gateway", authority=folder)) as opened,
        pytest.raises(Unavailable),
    ):
        ask(opened, product.token("north_agent"))


def test_a_server_of_another_authority_is_refused(product, folder, tmp_path):
    made(tmp_path)
    with (
        channel(product, shown_as(folder, "gateway", authority=tmp_path)) as opened,
        pytest.raises(Unavailable),
    ):
        ask(opened, product.token("north_agent"))


def test_a_server_that_is_another_service_is_refused(product, folder):
    with (
        channel(product, shown_as(folder, "gateway"), service="email") as opened,
        pytest.raises(Unavailable),
    ):
        ask(opened, product.token("north_agent"))


def test_a_plain_caller_is_refused(product):
    with open_channel(product.host.address) as opened, pytest.raises(Unavailable):
        ask(opened, product.token("north_agent"))


def test_a_service_gets_a_token_with_its_own_certificate(product, folder):
    with channel(product, shown_as(folder, "search")) as opened:
        assert service_token(product, opened, "search").token


def test_no_service_gets_a_token_with_anothers_certificate(product, folder):
    with (
        channel(product, shown_as(folder, "email")) as opened,
        pytest.raises(Forbidden, match="certificate"),
    ):
        service_token(product, opened, "search")


def test_a_services_token_is_refused_with_anothers_certificate(product, folder):
    with channel(product, shown_as(folder, "search")) as opened:
        token = service_token(product, opened, "search").token
    with (
        channel(product, shown_as(folder, "email")) as opened,
        pytest.raises(Unauthenticated) as caught,
    ):
        ask(opened, token)

    assert caught.value.reason == "CERTIFICATE_OTHER"


@pytest.mark.parametrize("role", ["DIRECTORY_WRITER", "MAIL_REPORTER", "MAIL_SENDER"])
def test_a_token_of_a_program_outside_is_refused_with_anothers_certificate(product, folder, role):
    token = product.token(sub="mail-gateway", roles=[role])
    with (
        channel(product, shown_as(folder, "email")) as opened,
        pytest.raises(Unauthenticated) as caught,
    ):
        ask(opened, token)

    assert caught.value.reason == "CERTIFICATE_OTHER"


def test_a_persons_token_comes_with_the_certificate_of_any_service(product, folder):
    for name in ("gateway", "search", "operator"):
        with channel(product, shown_as(folder, name)) as opened:
            assert ask(opened, product.token("north_agent")).user_id


def test_roles_of_programs_are_those_that_no_person_can_be_given():
    roles = {name.removeprefix("ROLE_") for name, _ in options_pb2.Role.items()}
    people = {"UNSPECIFIED", *ASSIGNABLE, "CUSTOMER_ADMIN"}

    assert roles - people == secure._OF_PROGRAMS


def test_a_services_token_from_identity_works_across_processes(product, folder, tmp_path):
    env = product.env | shown_as(folder, "search")
    del env["HELPDESK_GRPC_ADDRESS"]
    wiring = Wiring(env | {"HELPDESK_IDENTITY_ADDRESS": product.host.address}, tmp_path)
    try:
        stub = directory_pb2_grpc.DirectoryServiceStub(wiring.channel("identity"))
        answer = wiring.caller("search")(stub.GetMe, directory_pb2.GetMeRequest())
    finally:
        wiring.close()

    assert answer.user_id == "search"


def test_an_operator_calls_with_a_certificate_of_their_own(product, folder):
    env = {"HELPDESK_DATA_DIR": product.env["HELPDESK_DATA_DIR"]}
    env |= {"HELPDESK_IDENTITY_ADDRESS": product.host.address, **shown_as(folder, "operator")}
    with Operator(env, list) as operator:
        answer = ask(operator.channel("identity"), product.token("north_agent"))

    assert answer.user_id


@pytest.mark.parametrize(("name", "taken"), [("operator", True), ("email", False)])
def test_an_operator_who_calls_as_a_service_needs_the_operators_certificate(
    product, folder, name, taken
):
    env = {"HELPDESK_DATA_DIR": product.env["HELPDESK_DATA_DIR"]}
    env |= {"HELPDESK_IDENTITY_ADDRESS": product.host.address, **shown_as(folder, name)}
    with Operator(env, list) as operator:
        stub = directory_pb2_grpc.DirectoryServiceStub(operator.channel("identity"))
        call = partial(operator.caller("SERVICE"), stub.GetMe, directory_pb2.GetMeRequest())
        if taken:
            assert call().user_id.startswith("operator:")
        else:
            with pytest.raises(Unauthenticated) as caught:
                call()
            assert caught.value.reason == "CERTIFICATE_OTHER"


def shown_by(address):
    """The serial number of the certificate that a server shows, whatever it is."""
    host, _, port = address.rpartition(":")
    return x509.load_pem_x509_certificate(
        ssl.get_server_certificate((host, int(port))).encode()
    ).serial_number


def test_new_certificates_are_taken_up_by_both_sides_without_a_restart(tmp_path):
    certs = tmp_path / "certs"
    made(certs)
    settings = shown_as(certs, "identity")
    with (
        running_product(
            tmp_path / "data",
            [IDENTITY],
            directory=small_directory(),
            HELPDESK_GRPC_ADDRESS=free_address(),
            **settings,
        ) as product,
        channel(product, shown_as(certs, "gateway")) as opened,
    ):
        before = shown_by(product.host.address)
        ask(opened, product.token("north_agent"))
        for path in certs.iterdir():
            path.unlink()
        # Another authority: who went on with the certificate before would be refused.
        made(certs)
        answer = ask(opened, product.token("north_agent"))

        assert answer.user_id
        assert shown_by(product.host.address) != before


def test_an_open_channel_goes_on_with_its_new_certificate(product, folder, tmp_path):
    for kind in ("pem", "key"):
        copy(folder / f"email.{kind}", tmp_path / f"own.{kind}")
    with channel(product, shown_as(tmp_path, "own", authority=folder)) as opened:
        with pytest.raises(Forbidden):
            service_token(product, opened, "search")
        for kind in ("pem", "key"):
            copy(folder / f"search.{kind}", tmp_path / f"own.{kind}")

        assert service_token(product, opened, "search").token


def test_half_of_a_change_is_not_taken(tmp_path):
    made(tmp_path)
    shown = certificates(*shown_as(tmp_path, "email").values())
    before = shown.material()
    (tmp_path / "email.key").write_bytes((tmp_path / "search.key").read_bytes())

    assert shown.material() is before

    (tmp_path / "email.pem").write_bytes((tmp_path / "search.pem").read_bytes())

    assert shown.material().names >= {"search"}


def started(tmp_path, services, **settings):
    with running_product(tmp_path, services, **settings):
        raise AssertionError("it started")


def test_listening_beyond_loopback_in_plain_text_is_refused(tmp_path):
    with pytest.raises(SettingsError, match=r"HELPDESK_GRPC_ADDRESS.*HELPDESK_TLS_CA_FILE"):
        started(tmp_path, [IDENTITY], HELPDESK_GRPC_ADDRESS="0.0.0.0:0")


def test_listening_beyond_loopback_in_plain_text_can_be_allowed(tmp_path):
    port = free_address().rpartition(":")[2]
    settings = {"HELPDESK_GRPC_ADDRESS": f"0.0.0.0:{port}", "HELPDESK_ALLOW_PLAINTEXT": "yes"}
    with (
        running_product(tmp_path, [IDENTITY], directory=small_directory(), **settings) as product,
        open_channel(f"127.0.0.1:{port}") as opened,
    ):
        assert ask(opened, product.token("north_agent")).user_id


def test_listening_beyond_loopback_with_tls_is_allowed(tmp_path, folder):
    port = free_address().rpartition(":")[2]
    settings = {"HELPDESK_GRPC_ADDRESS": f"0.0.0.0:{port}", **shown_as(folder, "identity")}
    shown = certificates(*shown_as(folder, "gateway").values())
    with (
        running_product(tmp_path, [IDENTITY], directory=small_directory(), **settings) as product,
        open_channel(f"127.0.0.1:{port}", "identity", shown) as opened,
    ):
        assert ask(opened, product.token("north_agent")).user_id


def test_calling_beyond_loopback_in_plain_text_is_refused_at_start(tmp_path):
    with pytest.raises(SettingsError, match=r"HELPDESK_IDENTITY_ADDRESS.*HELPDESK_ALLOW_PLAINTEXT"):
        started(tmp_path, [SEARCH], HELPDESK_IDENTITY_ADDRESS="identity.internal:5051")


def test_a_server_with_the_certificate_of_another_service_does_not_start(tmp_path, folder):
    settings = shown_as(folder, "email")
    with pytest.raises(SettingsError, match=r"HELPDESK_TLS_CERT_FILE.*identity"):
        started(tmp_path, [IDENTITY], HELPDESK_GRPC_ADDRESS=free_address(), **settings)


def test_a_key_that_others_can_read_is_refused(tmp_path, folder):
    loose = tmp_path / "loose.key"
    loose.write_bytes((folder / "identity.key").read_bytes())
    loose.chmod(0o644)
    settings = {**shown_as(folder, "identity"), "HELPDESK_TLS_KEY_FILE": str(loose)}
    with pytest.raises(SettingsError, match=r"HELPDESK_TLS_KEY_FILE.*chmod 600"):
        started(tmp_path / "data", [IDENTITY], **settings)


@pytest.mark.parametrize(
    "missing", ["HELPDESK_TLS_CA_FILE", "HELPDESK_TLS_CERT_FILE", "HELPDESK_TLS_KEY_FILE"]
)
def test_a_setting_of_tls_that_is_missing_is_named(tmp_path, folder, missing):
    settings = shown_as(folder, "identity")
    del settings[missing]
    with pytest.raises(SettingsError, match=f"^{missing} not set"):
        started(tmp_path, [IDENTITY], **settings)


@pytest.mark.parametrize(("name", "code"), [("identity", 0), ("email", 1)])
def test_a_probe_asks_with_the_certificate_of_the_process(product, folder, name, code, monkeypatch):
    settings = {"HELPDESK_GRPC_ADDRESS": product.host.address, **shown_as(folder, name)}
    for setting, value in settings.items():
        monkeypatch.setenv(setting, value)
    result = CliRunner().invoke(healthy, ["--seconds", "5"])

    assert result.exit_code == code
    assert ("SERVING" in result.output) == (code == 0)


def test_a_probe_of_nothing_says_so(monkeypatch):
    monkeypatch.setenv("HELPDESK_GRPC_ADDRESS", free_address())

    assert CliRunner().invoke(healthy).exit_code == 1


@pytest.mark.parametrize(
    ("listening", "asked"),
    [
        ("0.0.0.0:5051", "127.0.0.1:5051"),
        ("[::]:5051", "[::1]:5051"),
        ("10.0.0.5:5051", "10.0.0.5:5051"),
        ("unix:/run/helpdesk", "unix:/run/helpdesk"),
    ],
)
def test_a_probe_finds_a_process_that_listens_everywhere(listening, asked):
    assert near(listening) == asked


def test_a_process_that_serves_all_is_any_service(tmp_path, folder):
    settings = {"HELPDESK_GRPC_ADDRESS": free_address(), **shown_as(folder, "helpdesk")}
    shown = certificates(*shown_as(folder, "operator").values())
    with running_product(tmp_path, [IDENTITY, SEARCH], **settings) as product:
        host: Host = product.host
        for service in ("identity", "search"):
            with open_channel(host.address, service, shown) as opened:
                grpc.channel_ready_future(opened).result(timeout=60)
