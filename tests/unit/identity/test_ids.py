import base64

import pytest

from services.identity.domain.ids import api_id, uuid_of

UUID = "8d116ece-1738-47d9-bd9c-172411e20b8f"
API = "Y2lzY29zcGFyazovL3VzL1BFT1BMRS84ZDExNmVjZS0xNzM4LTQ3ZDktYmQ5Yy0xNzI0MTFlMjBiOGY"


def encoded(text):
    return base64.b64encode(text.encode()).decode()


@pytest.mark.parametrize(
    "given", [API, API + "=", UUID, UUID.upper(), encoded(f"ciscospark://us/PEOPLE/{UUID.upper()}")]
)
def test_every_form_names_the_same_person(given):
    assert (uuid_of("PEOPLE", given), api_id("PEOPLE", given)) == (UUID, API)


def test_the_region_stays_in_the_apis_form():
    there = encoded(f"ciscospark://urn:TEAM:eu-central-1_k/PEOPLE/{UUID}").rstrip("=")

    assert api_id("PEOPLE", there) == there


@pytest.mark.parametrize(
    "given",
    [
        "",
        "x",
        "é",
        API[:-4],
        "a" * 5000,
        UUID[:-1],
        UUID.replace("-", "_"),
        "=" * 36,
        "-" * 36,
        encoded("ciscospark://us/PEOPLE/" + "z" * 36),
        encoded(f"ciscospark://us/ORGANIZATION/{UUID}"),
        encoded(f"x://us/PEOPLE/{UUID}"),
    ],
)
def test_what_is_no_id_names_nobody(given):
    assert (uuid_of("PEOPLE", given), api_id("PEOPLE", given)) == ("", "")
