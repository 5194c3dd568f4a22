"""Lines of a directory export, and the facts that they state."""

import json

from services.identity.domain.ids import api_id
from services.identity.domain.records import parse

NORTH_UUID = "00000000-0000-0000-0000-000000000001"
ACME_UUID = "00000000-0000-0000-0000-00000000000b"
ANA_UUID = "00000000-0000-0000-0000-000000000065"
NORTH, ACME = api_id("ORGANIZATION", NORTH_UUID), api_id("ORGANIZATION", ACME_UUID)
ANA = api_id("PEOPLE", ANA_UUID)
DESK = api_id("DEVICE", "00000000-0000-0000-0000-0000000000c9")

PERSON = {
    "id": ANA,
    "orgId": ACME,
    "displayName": "Ana Pop",
    "firstName": "Ana",
    "lastName": "Pop",
    "emails": ["Ana.Pop@Acme.Example"],
    "phoneNumbers": [{"type": "work", "value": "+40211000000"}],
    "sipAddresses": [{"type": "cloud-calling", "value": "ana@calls.acme.example"}],
    "roles": [],
    "licenses": [],
    "created": "2024-05-06T07:08:09.000Z",
    "loginEnabled": True,
    "status": "active",
    "featureToggles": {"video-mesh": True},
}
ORGANIZATION = {
    "id": ACME,
    "displayName": "Acme",
    "managedBy": [NORTH],
    "settings": {"language": "ro_RO"},
}
DEVICE = {
    "id": DESK,
    "orgId": ACME,
    "personId": ANA,
    "displayName": "Desk",
    "mac": "aa-bb-cc-00-11-22",
}
PARTNER = {"id": NORTH, "displayName": "North"}


def line(record, **changes):
    return json.dumps(record | changes).encode()


def person(**changes):
    return parse("people", line(PERSON, **changes))


def organization(**changes):
    return parse("organizations", line(ORGANIZATION, **changes))


def device(**changes):
    return parse("devices", line(DEVICE, **changes))
