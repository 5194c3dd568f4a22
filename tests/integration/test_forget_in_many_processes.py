"""A person is forgotten by the processes of the distributed size; nothing of them is left."""

import psycopg
import pytest

from helpdesk.identity.v1 import forgetting_pb2 as pb
from helpdesk.identity.v1 import forgetting_pb2_grpc
from helpdesk.kernel.store import wait_until
from helpdesk.search.v1 import search_pb2, search_pb2_grpc
from tests.support.distributed import distributed_product
from tests.support.product import ACME, person_id, small_directory

TEXTS = ("Ștefana", "Voinea", "voinea", "stefana@acme.example", "+40211000122", "Lobby Phone")
ABOUT = {"user_id": person_id("acme_user"), "reason": "asked for it"}


@pytest.fixture(scope="module")
def product(tmp_path_factory):
    folder = tmp_path_factory.mktemp("forget") / "data"
    with distributed_product(folder, directory=small_directory()) as running:
        running.settle(60)
        yield running


def rows_with(product, text):
    """Return the tables of every schema that hold a text, in clear or as bytes."""
    with psycopg.connect(product.owner_url, autocommit=True) as connection:
        tables = connection.execute(
            "SELECT table_schema, table_name FROM information_schema.tables "
            "WHERE table_type = 'BASE TABLE' "
            "AND table_schema NOT IN ('pg_catalog', 'information_schema')"
        ).fetchall()
        return [
            (schema, table)
            for schema, table in tables
            if connection.execute(
                # Bytes are shown in hexadecimal within a row's text.
                f'SELECT 1 FROM "{schema}"."{table}" AS each '
                "WHERE strpos(each::text, %s) > 0 OR strpos(each::text, %s) > 0 LIMIT 1",
                (text, text.encode().hex()),
            ).fetchone()
        ]


def search(product, text):
    stub = product.stub(search_pb2_grpc.SearchServiceStub, "search")
    return product.caller("north_agent")(stub.Search, search_pb2.SearchRequest(query=text)).hits


def logged(product, text):
    folder = product.host.wiring.data_dir
    return [
        file.name
        for file in folder.rglob("*")
        if file.is_file() and text.encode() in file.read_bytes()
    ]


def test_every_process_clears_and_no_table_or_log_holds_the_person(product):
    assert wait_until(lambda: len(search(product, "stefana voinea")) >= 1, 30)
    stub = product.stub(forgetting_pb2_grpc.ForgettingServiceStub, "identity")
    operator = product.caller(sub="operator:jo", roles=["DIRECTORY_WRITER"])
    product.caller("acme_admin")(stub.AskForgetting, pb.AskForgettingRequest(**ABOUT))
    operator(stub.ConfirmForgetting, pb.ConfirmForgettingRequest(**ABOUT))
    request = pb.ListForgettingsRequest(organization_id=ACME)

    def cleared():
        return list(operator(stub.ListForgettings, request).forgettings[0].cleared)

    assert wait_until(lambda: len(cleared()) == 4, 60, 0.2), cleared()
    product.settle(60)

    assert not search(product, "stefana voinea")
    assert search(product, "Ada Acme")
    assert {text: rows_with(product, text) for text in TEXTS} == {text: [] for text in TEXTS}
    assert {text: logged(product, text) for text in TEXTS} == {text: [] for text in TEXTS}
    # The look itself finds what is in clear: an organization's name is nobody's.
    assert rows_with(product, "Acme")
    assert product.verified().returncode == 0
