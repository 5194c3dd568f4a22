import time

import pytest

from services.identity.providers.issuers import Issuer
from services.identity.providers.openid import OpenIdProvider
from tests.unit.identity.provider import ISSUER, FakeProvider, new_key


@pytest.fixture(scope="session")
def key():
    return new_key("one")


@pytest.fixture
def fake(key):
    return FakeProvider(ISSUER, keys=[key])


@pytest.fixture
def provider(fake):
    provider = OpenIdProvider(Issuer(ISSUER, "helpdesk"), fake.transport())
    yield provider
    provider.close()


@pytest.fixture
def pass_time(monkeypatch):
    """Let seconds pass for what is kept."""
    passed = [0.0]
    clock = time.monotonic
    monkeypatch.setattr(time, "monotonic", lambda: clock() + passed[0])

    def passing(seconds):
        passed[0] += seconds

    return passing
