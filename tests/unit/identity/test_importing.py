import pytest

from services.identity.domain import importing
from services.identity.domain.importing import Known, content, key_of, person_key, take
from services.identity.domain.records import BadRecord, parse
from tests.unit.identity.directory import (
    ACME,
    ACME_UUID,
    ANA,
    NORTH,
    NORTH_UUID,
    PARTNER,
    device,
    line,
    organization,
    person,
)

A_PARTNER = {f"partner:{NORTH_UUID}": Known(1, "p")}
A_CUSTOMER = A_PARTNER | {f"organization:{ACME_UUID}": Known(1, "o", ACME_UUID)}
A_PERSON = A_CUSTOMER | {person_key(ANA): Known(3, "same", ACME_UUID)}


def refused(record, known):
    with pytest.raises(BadRecord) as caught:
        take(record, "new", known)
    return caught.value.field


def test_a_new_record_is_one_fact():
    assert take(person(), "new", A_CUSTOMER) == (person(),)


def test_a_changed_record_is_one_fact():
    assert take(person(), "other", A_PERSON) == (person(),)


def test_the_same_again_changes_nothing():
    assert take(person(), "same", A_PERSON) == ()


def test_a_person_of_an_unknown_organization_is_refused():
    assert refused(person(), A_PARTNER | {"organization:other": Known()}) == "orgId"


def test_a_person_may_belong_to_a_partner():
    assert take(person(orgId=NORTH), "new", A_PARTNER)


def test_a_customer_of_an_unknown_partner_is_refused():
    assert refused(organization(), {}) == "managedBy[0]"


def test_a_customer_is_no_partner():
    assert refused(organization(managedBy=[ACME]), A_CUSTOMER) == "managedBy[0]"


def test_a_partner_does_not_become_a_customer():
    assert refused(organization(id=NORTH), A_PARTNER) == "id"


def test_a_customer_does_not_become_a_partner():
    assert refused(parse("partners", line(PARTNER, id=ACME)), A_CUSTOMER) == "id"


def test_a_device_of_an_unknown_person_is_refused():
    assert refused(device(), A_CUSTOMER) == "personId"


def test_a_device_of_another_organizations_person_is_refused():
    known = A_CUSTOMER | {person_key(ANA): Known(1, "x", "another")}

    assert refused(device(), known) == "personId"


def test_a_device_of_a_partner_is_refused():
    assert refused(device(orgId=NORTH, personId=None), A_PARTNER) == "orgId"


def test_every_check_asks_for_what_it_needs():
    for record, known in (
        (person(), A_CUSTOMER),
        (organization(), A_PARTNER),
        (device(), A_PERSON),
    ):
        asked = set(importing.references(record))

        assert take(record, "new", {k: v for k, v in known.items() if k in asked})


def test_the_content_changes_with_every_field():
    changes = [
        {"displayName": "x"},
        {"emails": []},
        {"roles": ["r"]},
        {"status": "pending"},
        {"created": None},
        {"featureToggles": {}},
    ]

    assert len({content(person(**each)) for each in [{}, *changes]}) == len(changes) + 1


def test_an_id_in_another_form_is_the_same_record():
    assert key_of(person(id="00000000-0000-0000-0000-000000000065")) == key_of(person())
