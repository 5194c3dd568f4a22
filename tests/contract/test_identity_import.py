"""DirectoryFeedService over a real channel: what is taken in, and what is named."""

import json
import time
from pathlib import Path

import pytest
from google.protobuf import json_format

from helpdesk.identity.v1 import (
    directory_pb2,
    directory_pb2_grpc,
    events_pb2,
    feed_pb2,
    feed_pb2_grpc,
    internal_pb2,
    internal_pb2_grpc,
    roles_pb2,
    roles_pb2_grpc,
    sign_in_pb2,
    sign_in_pb2_grpc,
)
from helpdesk.kernel.errors import Forbidden, InvalidArgument, Refused, Unauthenticated
from helpdesk.kernel.rpc.client import Caller
from services.identity.service import SERVICE
from tests.support.product import (
    ACME,
    KINDS,
    PEOPLE,
    SOUTH,
    person_id,
    running_product,
    small_directory,
)
from tests.support.waiting import AT_ONCE, wait_until

EXPORT = Path(__file__).parents[3] / "shared" / "data" / "directory"


@pytest.fixture(scope="module")
def product(tmp_path_factory):
    folder = tmp_path_factory.mktemp("data")
    with running_product(folder, [SERVICE], directory=small_directory()) as running:
        yield running


def send(product, *requests, token=None):
    stub = product.stub(feed_pb2_grpc.DirectoryFeedServiceStub, "identity")
    token = token or product.service_token("DIRECTORY_WRITER")
    return list(Caller().stream(stub.Import, requests, token=token, timeout=60))


def people(*records, **request):
    lines = [each if isinstance(each, bytes) else json.dumps(each).encode() for each in records]
    return feed_pb2.ImportRequest(kind="people", lines=lines, first_line=1, **request)


def record_of(name, **changes):
    records = {each["id"]: each for each in small_directory()["people"]}
    return records[person_id(name)] | changes


def resolve(product, user_id):
    stub = product.stub(internal_pb2_grpc.DirectoryInternalServiceStub, "identity")
    request = internal_pb2.ResolveUserRequest(
        viewer=internal_pb2.Viewer(sees_all=True), user_id=user_id
    )
    return product.caller(sub="email", roles=["SERVICE"])(stub.ResolveUser, request)


def test_the_same_again_changes_nothing(product):
    position = product.host.running["identity"].store.position
    answer = product.load(small_directory())

    assert answer.taken == sum(len(each) for each in small_directory().values())
    assert answer.changed == 0
    store = product.host.running["identity"].store
    names = {row.name for row in store.read(position, 1000)}
    assert names == {"helpdesk.audit.v1.SupportActionRecorded"}


def test_a_changed_record_is_one_fact(product):
    answers = send(product, people(record_of("acme_user", displayName="Ștefana Ionescu")))

    assert (answers[-1].taken, answers[-1].changed) == (1, 1)
    assert resolve(product, person_id("acme_user")).display_name == "Ștefana Ionescu"


def test_a_bad_line_costs_no_other(product):
    before = record_of("beta_user", displayName="Before")
    after = record_of("shared_user", displayName="After")
    wrong = record_of("beta_admin", emails=["nobody"])
    unknown = record_of("orphan_user", orgId=person_id("acme_user"))
    answers = send(product, people(before, wrong, b"\xff", before, unknown, b"", after))

    assert [(b.kind, b.line, b.field) for b in answers[-1].bad_lines] == [
        ("people", 2, "emails[0]"),
        ("people", 3, ""),
        ("people", 4, ""),
        ("people", 5, "orgId"),
    ]
    assert (answers[-1].taken, answers[-1].changed) == (2, 2)
    assert resolve(product, person_id("shared_user")).display_name == "After"


def test_a_torn_line_is_named_even_where_it_could_be_read(product):
    answers = send(product, people(record_of("acme_user", displayName="Torn"), torn=True))

    assert "torn" in answers[-1].bad_lines[0].problem
    assert resolve(product, person_id("acme_user")).display_name != "Torn"


def test_an_id_that_came_in_an_earlier_batch_of_the_file_is_named(product):
    record = record_of("acme_admin", displayName="First")
    again = feed_pb2.ImportRequest(
        kind="people", lines=[json.dumps(record | {"displayName": "Second"}).encode()], first_line=2
    )
    answers = send(product, people(record), again)

    assert "line 1" in answers[-1].bad_lines[0].problem
    assert resolve(product, person_id("acme_admin")).display_name == "First"


def test_lines_of_one_request_are_numbered_through(product):
    answers = send(product, people(*[b"{"] * 1201))

    assert len(answers) == 3
    assert [bad.line for answer in answers for bad in answer.bad_lines] == list(range(1, 1202))


@pytest.mark.parametrize(
    "request_", [feed_pb2.ImportRequest(kind="secrets", lines=[b"{}"], first_line=1), people(b"{}")]
)
def test_a_kind_that_is_not_known_is_refused(product, request_):
    request_.first_line = 0 if request_.kind == "people" else 1
    with pytest.raises(InvalidArgument):
        send(product, request_)


@pytest.mark.parametrize("name", ["north_admin", "acme_admin"])
def test_people_do_not_write_the_directory(product, name):
    with pytest.raises(Forbidden):
        send(product, people(), token=product.token(name))


def test_an_import_is_on_record_under_who_ran_it(product):
    send(product, people(record_of("beta_user", displayName="Recorded")))

    record = product.records("identity", action="identity.directory.import")[-1]
    assert (record.agent_id, record.outcome) == ("test-service", "done")


def test_somebody_who_was_erased_does_not_come_back(product):
    vault = product.host.wiring.vault
    vault.forget(person_id("orphan_user"))
    answers = send(product, people(record_of("orphan_user", displayName="Back")))

    assert "erased" in answers[-1].bad_lines[0].problem


def test_every_fact_is_the_json_of_its_message(product):
    store = product.host.running["identity"].store
    seen = set()
    for row in store.read(0, 10_000):
        if row.name.startswith("helpdesk.identity."):
            name = row.name.rpartition(".")[2]
            json_format.Parse(row.state, getattr(events_pb2, name)())
            seen.add(name)

    assert len(seen) == len([kind for kind in KINDS if small_directory()[kind]]) + 1


def test_no_name_or_address_is_stored_in_clear(product):
    folder = Path(product.env["HELPDESK_DATA_DIR"])
    stored = b"".join(path.read_bytes() for path in folder.glob("identity.db*"))

    assert ACME.encode() in stored
    for _, _, _, _, address in PEOPLE.values():
        assert address.encode() not in stored
    for name in ("Voinea", "Петрова", "Παππάς", "Nora"):
        assert name.encode() not in stored


@pytest.mark.skipif(not EXPORT.exists(), reason="the sample export is not beside the repository")
def test_a_whole_export_comes_in_within_seconds(tmp_path):
    with running_product(tmp_path, [SERVICE]) as product:
        requests = []
        for kind in KINDS:
            lines = (EXPORT / f"{kind}.ndjson").read_bytes().splitlines()
            for start in range(0, len(lines), 200):
                part = lines[start : start + 200]
                requests.append(feed_pb2.ImportRequest(kind=kind, lines=part, first_line=start + 1))
        began = time.process_time()
        answers = send(product, *requests)
        took = time.process_time() - began

    assert [bad for answer in answers for bad in answer.bad_lines] == []
    assert answers[-1].changed == 4423
    assert took < 15


@pytest.fixture
def another_product(tmp_path):
    with running_product(tmp_path, [SERVICE], directory=small_directory()) as running:
        yield running


def bad_lines(answers):
    return [(each.line, each.field) for answer in answers for each in answer.bad_lines]


@pytest.mark.parametrize(
    ("change", "field"),
    [({"loginEnabled": False}, "loginEnabled"), ({"status": "inactive"}, "status"), ({"orgId": ACME}, "orgId")],
)  # fmt: skip
def test_a_line_that_would_take_a_partners_last_admin_is_named_and_not_taken(
    another_product, change, field
):
    answers = send(
        another_product,
        people(
            record_of("north_admin", **change),
            record_of("north_second_admin", **change),
            record_of("acme_user", displayName="Ștefana Ionescu"),
        ),
    )

    assert bad_lines(answers) == [(2, field)]
    assert "without an admin" in answers[-1].bad_lines[0].problem
    assert resolve(another_product, person_id("acme_user")).display_name == "Ștefana Ionescu"
    assert roles_in_a_token(another_product, "north_second_admin") == {"PARTNER_ADMIN"}
    with pytest.raises(Forbidden):
        roles_in_a_token(another_product, "north_admin")


def test_an_admin_whom_the_directory_disabled_keeps_no_partner(another_product):
    send(another_product, people(record_of("north_admin", loginEnabled=False)))
    stub = another_product.stub(roles_pb2_grpc.RoleServiceStub, "identity")
    request = roles_pb2.RemoveRoleRequest(
        user_id=person_id("north_second_admin"), role="ROLE_PARTNER_ADMIN", reason="a test"
    )

    with pytest.raises(Refused) as caught:
        another_product.caller("north_admin")(stub.RemoveRole, request)
    assert caught.value.reason == "LAST_PARTNER_ADMIN"


def test_who_goes_to_another_partner_takes_no_role_along(another_product):
    send(another_product, people(record_of("north_agent", orgId=SOUTH, roles=[])))
    with pytest.raises(Forbidden):
        roles_in_a_token(another_product, "north_agent")

    send(another_product, people(record_of("north_agent", roles=[])))
    assert roles_in_a_token(another_product, "north_agent") == {"HELP_DESK"}


def roles_in_a_token(product, name):
    stub = product.stub(sign_in_pb2_grpc.SignInServiceStub, "identity")
    request = sign_in_pb2.IssueTokenForRequest(user_id=person_id(name))
    token = Caller(lambda: product.service_token("SERVICE"))(stub.IssueTokenFor, request).token
    return product.host.wiring.verifier("identity").verify(token).roles


def test_who_is_disabled_is_out_at_once(another_product):
    stub = another_product.stub(directory_pb2_grpc.DirectoryServiceStub, "identity")
    token = another_product.token("north_agent")
    look = lambda: Caller()(stub.GetMe, directory_pb2.GetMeRequest(), token=token)  # noqa: E731
    assert look().user_id == person_id("north_agent")
    send(another_product, people(record_of("north_agent", loginEnabled=False)))

    assert wait_until(lambda: refusal_of(look) == "TOKEN_REVOKED", AT_ONCE)


def refusal_of(call):
    try:
        call()
    except Unauthenticated as error:
        return error.reason
    return ""
