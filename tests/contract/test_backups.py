"""A backup of a running product, what is put back of it, and who stays forgotten."""

import pytest
from click.testing import CliRunner

from helpdesk.identity.v1 import directory_pb2, directory_pb2_grpc, forgetting_pb2_grpc
from helpdesk.identity.v1 import forgetting_pb2 as pb
from helpdesk.kernel import masters
from helpdesk.search.v1 import search_pb2, search_pb2_grpc
from services.backup.commands import backup, restore
from tests.support.methods import hosted
from tests.support.product import ACME, person_id, running_product, small_directory
from tests.support.waiting import wait_until

USER = "acme_user"


def run(command, *words, **env):
    ended = CliRunner().invoke(command, [str(word) for word in words], env=env)
    assert ended.exit_code == 0, (ended.output, ended.exception)
    return ended.output


def secrets_of(folder):
    return {"HELPDESK_DATA_DIR": str(folder), "HELPDESK_SECRETS_DIR": str(folder / "secrets")}


def forget(product):
    stub = product.stub(forgetting_pb2_grpc.ForgettingServiceStub, "identity")
    about = {"user_id": person_id(USER), "reason": "asked for it"}
    product.caller("acme_admin")(stub.AskForgetting, pb.AskForgettingRequest(**about))
    operator = product.caller(sub="operator:jo", roles=["DIRECTORY_WRITER"])
    operator(stub.ConfirmForgetting, pb.ConfirmForgettingRequest(**about))
    request = pb.ListForgettingsRequest(organization_id=ACME)

    def cleared():
        return operator(stub.ListForgettings, request).forgettings[0].cleared

    assert wait_until(lambda: len(cleared()) == 4)


def named(product, name=USER):
    stub = product.stub(directory_pb2_grpc.DirectoryServiceStub, "identity")
    request = directory_pb2.GetUserRequest(user_id=person_id(name), ticket="INC-1")
    return product.caller("north_agent")(stub.GetUser, request).user.display_name


def found(product, text):
    product.settle()
    stub = product.stub(search_pb2_grpc.SearchServiceStub, "search")
    return len(
        product.caller("north_agent")(stub.Search, search_pb2.SearchRequest(query=text)).hits
    )


@pytest.fixture
def made(tmp_path):
    """Return an old backup, the newer keys of after a person was forgotten, and the secrets."""
    data = tmp_path / "data"
    with running_product(data, hosted(), directory=small_directory()) as product:
        product.settle()
        run(backup, tmp_path / "old", **secrets_of(data))
        forget(product)
        run(backup, tmp_path / "new", **secrets_of(data))
    return tmp_path


def test_an_old_backup_with_newer_keys_keeps_a_person_forgotten(made):
    again = made / "again"
    (again).mkdir()
    (made / "data" / "secrets").rename(again / "secrets")
    said = run(restore, made / "old", "--keys", made / "new" / "keys.sealed", **secrets_of(again))

    assert "stay destroyed" in said
    with running_product(again, hosted()) as product:
        assert named(product) == "[erased]"
        assert not found(product, "stefana voinea")
        assert named(product, "acme_admin") == "Ada Acme"
        assert found(product, "Ada Acme")
        assert product.verified().returncode == 0


def test_an_old_backup_beside_the_keys_of_today_keeps_a_person_forgotten(made):
    data = made / "data"
    for file in data.glob("*.db*"):
        if not file.name.startswith("vault"):
            file.unlink()
    run(restore, made / "old", **secrets_of(data))

    with running_product(data, hosted()) as product:
        assert named(product) == "[erased]"
        assert named(product, "acme_admin") == "Ada Acme"


def test_the_keys_are_in_no_backup_in_clear_and_open_with_their_master_key_alone(made):
    other = made / "other"
    (other / "secrets").mkdir(parents=True)
    masters.prepare(other / "secrets")
    ended = CliRunner().invoke(restore, [str(made / "old")], env=secrets_of(other))

    assert ended.exit_code == 1
    assert "sealed by another vault.key" in str(ended.exception)
    assert person_id(USER).encode() not in (made / "old" / "keys.sealed").read_bytes()
    assert not list(made.glob("old/vault*"))


def test_nothing_is_restored_over_stores_that_are_there(made):
    ended = CliRunner().invoke(restore, [str(made / "old")], env=secrets_of(made / "data"))

    assert ended.exit_code == 1
    assert "move the stores away first" in ended.output
