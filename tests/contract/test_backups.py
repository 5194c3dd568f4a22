"""A backup of a running product, what is put back of it, and who stays forgotten."""

import os
import shutil

import pytest
from click.testing import CliRunner

from helpdesk.identity.v1 import directory_pb2, directory_pb2_grpc
from helpdesk.kernel import masters
from helpdesk.kernel.settings import SettingsError
from helpdesk.search.v1 import search_pb2, search_pb2_grpc
from services.backup.commands import backup, restore
from services.keys.commands import keys
from tests.support.forgetting import forget
from tests.support.methods import hosted
from tests.support.product import person_id, running_product, small_directory

USER = "acme_user"


def run(command, *words, **env):
    ended = CliRunner().invoke(command, [str(word) for word in words], env=env)
    assert ended.exit_code == 0, (ended.output, ended.exception)
    return ended.output


def secrets_of(folder):
    return {"HELPDESK_DATA_DIR": str(folder), "HELPDESK_SECRETS_DIR": str(folder / "secrets")}


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


@pytest.fixture(scope="module")
def two_backups(tmp_path_factory):
    """Two backups, a person forgotten between them, and the one folder of keys of both."""
    folder = tmp_path_factory.mktemp("backups")
    data = folder / "data"
    with running_product(data, hosted(), directory=small_directory()) as product:
        product.settle()
        run(backup, folder / "old", "--keys", folder / "keys", **secrets_of(data))
        shutil.copytree(folder / "keys", folder / "keys-of-then")
        forget(product)
        run(backup, folder / "new", "--keys", folder / "keys", **secrets_of(data))
    return folder


@pytest.fixture
def made(two_backups, tmp_path):
    """A copy of what the backups left behind, with a fresh data directory with its secrets."""
    made = shutil.copytree(two_backups, tmp_path / "made")
    shutil.copytree(made / "data" / "secrets", made / "again" / "secrets")
    return made


def restored(made, *words):
    return CliRunner().invoke(restore, [str(w) for w in words], env=secrets_of(made / "again"))


def test_an_old_backup_that_is_restored_keeps_a_person_forgotten(made):
    said = restored(made, made / "old", "--keys", made / "keys")

    assert "stay destroyed" in said.output
    with running_product(made / "again", hosted()) as product:
        assert named(product) == "[erased]"
        assert not found(product, "stefana voinea")
        assert named(product, "acme_admin") == "Ada Acme"
        assert found(product, "Ada Acme")
        assert product.verified().returncode == 0


def test_the_keys_of_today_are_replaced_without_a_backup(tmp_path):
    data, apart = tmp_path / "data", tmp_path / "keys"
    with running_product(data, hosted(), directory=small_directory()) as product:
        run(backup, tmp_path / "old", "--keys", apart, **secrets_of(data))
        forget(product)
        run(backup, "--keys", apart, **secrets_of(data))
    shutil.copytree(data / "secrets", tmp_path / "again" / "secrets")
    run(restore, tmp_path / "old", "--keys", apart, **secrets_of(tmp_path / "again"))

    with running_product(tmp_path / "again", hosted()) as product:
        assert named(product) == "[erased]"


def test_keys_that_stand_in_the_data_directory_keep_a_person_forgotten(made):
    for file in (made / "data").glob("vault.db*"):
        shutil.copy(file, made / "again")
    ended = restored(made, made / "old", "--keys", made / "keys-of-then")

    assert ended.exit_code == 0, ended.output
    with running_product(made / "again", hosted()) as product:
        assert named(product) == "[erased]"
        assert named(product, "acme_admin") == "Ada Acme"


def test_no_backup_holds_keys(made):
    names = {file.name for folder in ("old", "new") for file in (made / folder).iterdir()}

    assert not {name for name in names if "key" in name or "vault" in name}
    assert (made / "old" / "identity.db").exists()


def test_the_keys_are_not_in_clear_and_open_with_their_master_key_alone(made):
    (made / "again" / "secrets" / masters.KEY).write_bytes(os.urandom(32))
    ended = restored(made, made / "old", "--keys", made / "keys")

    assert isinstance(ended.exception, SettingsError)
    assert "sealed by another vault.key" in str(ended.exception)
    assert person_id(USER).encode() not in (made / "keys" / "keys.sealed").read_bytes()


@pytest.mark.parametrize("command", [backup, restore])
def test_without_the_folder_of_keys_it_says_which_is_wanted(made, command):
    ended = CliRunner().invoke(command, [str(made / "old")], env=secrets_of(made / "again"))

    assert ended.exit_code == 2
    assert "name the folder of the keys with --keys FOLDER" in ended.output


@pytest.mark.parametrize("apart", ["third", "third/keys", "."])
def test_a_backup_and_its_keys_do_not_lie_in_each_other(made, apart):
    env = secrets_of(made / "data")
    words = [str(made / "third"), "--keys", str(made / apart)]
    ended = CliRunner().invoke(backup, words, env=env)

    assert ended.exit_code == 1
    assert "is not apart from" in ended.output
    assert not (made / "third").exists()


def test_old_keys_that_lie_with_an_old_backup_are_not_taken(made):
    (made / "keys-of-then").rename(made / "old" / "keys")
    ended = restored(made, made / "old", "--keys", made / "old" / "keys")

    assert ended.exit_code == 1
    assert "bring back who was forgotten since" in ended.output
    assert not (made / "again" / "vault.db").exists()


def test_keys_that_are_older_than_the_backup_are_not_taken(made):
    ended = restored(made, made / "new", "--keys", made / "keys-of-then")

    assert ended.exit_code == 1
    assert "older than the backup" in ended.output
    assert not (made / "again" / "vault.db").exists()


def test_a_backup_that_was_cut_off_is_not_restored(made):
    (made / "new" / "backup.json").unlink()
    ended = restored(made, made / "new", "--keys", made / "keys")

    assert ended.exit_code == 1
    assert "was cut off" in ended.output


def test_a_folder_without_keys_is_named(made):
    ended = restored(made, made / "old", "--keys", made / "nowhere")

    assert ended.exit_code == 1
    assert "holds no keys.sealed" in ended.output


def test_keys_are_not_replaced_by_some_that_know_of_fewer_forgotten(made):
    run(restore, made / "old", "--keys", made / "keys-of-then", **secrets_of(made / "again"))
    before = (made / "keys" / "keys.sealed").read_bytes()
    words = [str(made / "third"), "--keys", str(made / "keys")]
    ended = CliRunner().invoke(backup, words, env=secrets_of(made / "again"))

    assert ended.exit_code == 1
    assert "restore with these keys" in ended.output
    assert (made / "keys" / "keys.sealed").read_bytes() == before


def test_keys_of_after_a_change_of_the_master_key_open_an_older_backup(made):
    run(keys, "rotate-master", "--settle", 0, **secrets_of(made / "data"))
    (made / "keys" / "keys.sealed").unlink()
    run(backup, "--keys", made / "keys", **secrets_of(made / "data"))
    shutil.copytree(made / "data" / "secrets", made / "again" / "secrets", dirs_exist_ok=True)
    run(restore, made / "old", "--keys", made / "keys", **secrets_of(made / "again"))

    with running_product(made / "again", hosted()) as product:
        assert named(product) == "[erased]"
        assert named(product, "acme_admin") == "Ada Acme"


def test_keys_of_another_master_key_are_not_replaced(made):
    (made / "data" / "secrets" / masters.KEY).write_bytes(os.urandom(32))
    words = ["--keys", str(made / "keys")]
    ended = CliRunner().invoke(backup, words, env=secrets_of(made / "data"))

    assert ended.exit_code == 1
    assert "another installation's" in ended.output


def test_nothing_is_restored_over_stores_that_are_there(made):
    words = [str(made / "old"), "--keys", str(made / "keys")]
    ended = CliRunner().invoke(restore, words, env=secrets_of(made / "data"))

    assert ended.exit_code == 1
    assert "move the stores away first" in ended.output
