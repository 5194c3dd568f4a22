"""A full disk or a locked database: refused, nothing shown, nothing half-stored."""

import sqlite3

import pytest

from helpdesk.identity.v1 import directory_pb2, directory_pb2_grpc, roles_pb2, roles_pb2_grpc
from helpdesk.kernel.errors import Unavailable
from services.identity.service import SERVICE as IDENTITY
from tests.support.product import person_id, running_product, small_directory


@pytest.fixture
def product(tmp_path):
    with running_product(tmp_path, [IDENTITY], directory=small_directory()) as product:
        yield product


def assign(product):
    stub = product.stub(roles_pb2_grpc.RoleServiceStub, "identity")
    request = roles_pb2.AssignRoleRequest(
        user_id=person_id("north_nobody"), role="ROLE_HELP_DESK", reason="x" * 2000
    )
    return product.caller("north_admin")(stub.AssignRole, request, timeout=60)


def look(product):
    stub = product.stub(directory_pb2_grpc.DirectoryServiceStub, "identity")
    request = directory_pb2.GetUserRequest(user_id=person_id("acme_user"))
    return product.caller("north_agent")(stub.GetUser, request, timeout=60)


def refused(call, product):
    with pytest.raises(Unavailable) as caught:
        call(product)
    return caught.value.reason


def test_a_full_disk_refuses_changes_and_reads_until_there_is_room(product):
    store = product.host.running["identity"].store
    writer = store.engine._writer
    pages = writer.execute("PRAGMA page_count").fetchone()[0]
    writer.execute(f"PRAGMA max_page_count={pages}")
    # What is left of the last page takes a few records; then there is no room.
    with pytest.raises(Unavailable):
        for _ in range(1000):
            before = store.position
            look(product)
    assert refused(assign, product) == "STORE_UNAVAILABLE"
    assert store.position == before

    writer.execute("PRAGMA max_page_count=1000000")
    assign(product)
    assert look(product).user.display_name


def test_a_locked_database_refuses_changes_and_reads_until_it_is_free(product):
    store = product.host.running["identity"].store
    store.engine._writer.execute("PRAGMA busy_timeout=50")
    before = store.position
    other = sqlite3.connect(product.host.wiring.data_dir / "identity.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    assert refused(assign, product) == "STORE_UNAVAILABLE"
    assert refused(look, product) == "STORE_UNAVAILABLE"
    assert store.position == before

    other.execute("ROLLBACK")
    other.close()
    assign(product)
    assert look(product).user.display_name
