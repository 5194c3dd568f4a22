"""A provider whose certificate is of an authority of its own."""

import ssl

import pytest

from helpdesk.kernel.errors import Unavailable
from services.identity.providers.issuers import Issuer
from services.identity.providers.openid import OpenIdProvider
from tests.support.certificates import made
from tests.support.product import free_address
from tests.unit.identity.provider import FakeProvider, sign_in


@pytest.fixture(scope="module")
def certificates(tmp_path_factory):
    folder = tmp_path_factory.mktemp("certificates")
    made(folder)
    return folder


@pytest.fixture(scope="module")
def fake(certificates):
    fake = FakeProvider(f"https://{free_address()}")
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(certificates / "identity.pem", certificates / "identity.key")
    with fake.served(tls):
        yield fake


def identified(fake, **settings):
    provider = OpenIdProvider(Issuer(fake.issuer, "helpdesk", **settings))
    try:
        return sign_in(provider, fake).subject
    finally:
        provider.close()


def test_an_authority_that_is_named_is_trusted(fake, certificates):
    assert identified(fake, ca_file=str(certificates / "ca.pem")) == "ana"


def test_an_authority_that_nobody_named_is_not(fake):
    with pytest.raises(Unavailable):
        identified(fake)
