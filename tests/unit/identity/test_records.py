import json

import pytest

from helpdesk.kernel.events import NEVER
from services.identity.domain.records import LONGEST_LINE, BadRecord, parse
from tests.unit.identity.directory import (
    ACME,
    ANA,
    NORTH,
    PERSON,
    device,
    line,
    organization,
    person,
)


def problem(kind, content):
    with pytest.raises(BadRecord) as caught:
        parse(kind, content)
    return caught.value.field, caught.value.problem


def test_an_address_takes_its_canonical_form():
    assert person().emails == ("ana.pop@acme.example",)


def test_an_address_that_stands_twice_is_taken_once():
    assert person(emails=["ana@acme.example", "ANA@acme.example"]).emails == ("ana@acme.example",)


def test_an_id_may_be_the_bare_uuid_and_is_stored_as_the_apis():
    assert person(orgId="00000000-0000-0000-0000-00000000000B").organization_id == ACME


def test_a_field_that_is_not_known_costs_nothing():
    assert person(avatar={"a": [1]}).user_id == ANA


def test_a_time_that_is_missing_is_not_set():
    record = dict(PERSON)
    del record["created"]

    assert parse("people", line(record)).created == NEVER


def test_a_mac_address_has_one_form():
    assert device().mac == "AA:BB:CC:00:11:22"


def test_a_device_of_nobody_has_a_key_of_its_own():
    assert device(personId=None).person_id.startswith("device:")


def test_managing_partners_stand_in_one_order():
    assert organization(managedBy=[NORTH, NORTH]).partner_ids == (NORTH,)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"id": None}, "id"),
        ({"id": 7}, "id"),
        ({"id": NORTH}, "id"),
        ({"id": "Y2lzY29"}, "id"),
        ({"id": "../../etc"}, "id"),
        ({"orgId": ANA}, "orgId"),
        ({"displayName": ""}, "displayName"),
        ({"displayName": "  "}, "displayName"),
        ({"displayName": ["Ana"]}, "displayName"),
        ({"displayName": "A" * 257}, "displayName"),
        ({"displayName": "Ana\x00"}, "displayName"),
        ({"displayName": "Ana\x1b[2J"}, "displayName"),
        ({"displayName": "Ana\ud800"}, "displayName"),
        ({"emails": "ana@acme.example"}, "emails"),
        ({"emails": ["ana@acme.example", "ana"]}, "emails[1]"),
        ({"emails": [None]}, "emails[0]"),
        ({"emails": [f"a{n}@acme.example" for n in range(101)]}, "emails"),
        ({"phoneNumbers": ["+40211000000"]}, "phoneNumbers[0]"),
        ({"phoneNumbers": [{"value": "0211"}]}, "phoneNumbers[0].value"),
        ({"sipAddresses": [{"value": "a b@c"}]}, "sipAddresses[0].value"),
        ({"status": "gone"}, "status"),
        ({"loginEnabled": "yes"}, "loginEnabled"),
        ({"created": "yesterday"}, "created"),
        ({"created": "2024-05-06"}, "created"),
        ({"created": "2024-05-06T07:08:09"}, "created"),
        ({"created": "0001-01-01T00:00:00+14:00"}, "created"),
        ({"created": 7}, "created"),
        ({"licenses": [ANA]}, "licenses[0]"),
        ({"featureToggles": {"video-mesh": 1}}, "featureToggles.video-mesh"),
        ({"featureToggles": []}, "featureToggles"),
        ({"roles": [{}]}, "roles[0]"),
    ],
)
def test_a_wrong_field_is_named(changes, field):
    assert problem("people", line(PERSON, **changes))[0] == field


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"\xff\xfe", "not UTF-8"),
        (b"{", "not JSON"),
        (b'{"id": NaN}', "not JSON"),
        (b"[" * 60_000, "not JSON"),
        (b"[]", "not an object"),
        (b'"text"', "not an object"),
        (b" " * (LONGEST_LINE + 1), "longer than 64 KiB"),
    ],
)
def test_what_is_no_record_is_said(content, expected):
    assert problem("people", content) == ("", expected)


@pytest.mark.parametrize("value", [-1, 1.5, True, "7", 2**31])
def test_a_count_is_a_small_whole_number(value):
    record = {"id": ANA, "orgId": ACME, "name": "Calling", "totalUnits": value}
    record["id"] = (
        "Y2lzY29zcGFyazovL3VzL0xJQ0VOU0UvMDAwMDAwMDAtMDAwMC0wMDAwLTAwMDAtMDAwMDAwMDAwMDAx"
    )

    assert problem("licenses", line(record))[0] == "totalUnits"


@pytest.mark.parametrize(
    "value",
    [{"deep": {}}, {"n": 2**60}, {"k" * 65: 1}, {"a": "x" * 300}, {str(n): n for n in range(101)}],
)
def test_settings_are_flat_and_small(value):
    record = {"id": ACME, "displayName": "Acme", "settings": value}

    assert problem("organizations", line(record))[0].startswith("settings")


def test_a_problem_never_repeats_what_the_line_holds():
    secret = "Xyzzy-Secret"
    records = [PERSON | {name: secret} for name in PERSON] + [
        PERSON | {name: [secret]} for name in PERSON
    ]

    said = []
    for record in records:
        try:
            parse("people", json.dumps(record).encode())
        except BadRecord as bad:
            said.append(str(bad))
    assert len(said) > 20
    assert secret not in " ".join(said)
