"""Every record of a product that people used is an event of each schema, for that schema's library."""

import json
import zipfile

import pytest

from helpdesk.audit.v1 import audit_pb2, audit_pb2_grpc
from tests.contract.gateway_world import gateway_world
from tests.support.product import ACME, person_id
from tests.support.schemas import read_by_cloudevents, wrong_in_cadf, wrong_in_ocsf

PAGES = {
    "north_agent": [
        f"/t/INC-1/users/{person_id('acme_user')}",
        f"/t/INC-1/users/{person_id('beta_user')}",
        f"/t/INC-1/orgs/{ACME}",
    ],
    "acme_admin": ["/activity", "/consent", "/admin/forgetting"],
    "north_admin": ["/admin/roles", "/admin/alarms"],
    "north_auditor": ["/audit", "/audit/log", "/audit/review"],
}


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    with gateway_world(tmp_path_factory.mktemp("events")) as running:
        for name, pages in PAGES.items():
            for page in pages:
                running.browser(name).get(page)
        running.browser("north_agent").submit("/t/INC-1/search", q="stefana voinea")
        running.browser("north_auditor").submit("/audit/export", format="csv")
        running.product.settle()
        yield running


def exported(world, folder, name):
    """The lines of an export of everything in a form."""
    form = audit_pb2.ExportFormat.Value(f"EXPORT_FORMAT_{name.upper()}")
    stub = world.product.stub(audit_pb2_grpc.AuditServiceStub, "audit")
    auditor = world.product.caller(sub="auditor-1", roles=["AUDITOR"])
    parts = auditor.stream(stub.Export, audit_pb2.ExportRequest(format=form), timeout=60)
    target = folder / f"{name}.zip"
    target.write_bytes(b"".join(part.chunk for part in parts))
    with zipfile.ZipFile(target) as file:
        return file.read(f"{name}.ndjson").decode().splitlines()


def test_every_record_is_an_ocsf_event(world, tmp_path):
    events = [json.loads(line) for line in exported(world, tmp_path, "ocsf")]

    assert len({each["api"]["operation"] for each in events}) > 15
    assert {each["status"] for each in events} == {"Success", "Failure"}
    assert [wrong for each in events for wrong in wrong_in_ocsf(each)] == []


@pytest.mark.filterwarnings("ignore:Invalid uuid")
def test_every_record_is_a_cadf_event(world, tmp_path):
    events = [json.loads(line) for line in exported(world, tmp_path, "cadf")]

    assert events
    assert [wrong for each in events for wrong in wrong_in_cadf(each)] == []


def test_every_record_is_a_cloudevent(world, tmp_path):
    lines = exported(world, tmp_path, "cloudevents")

    assert lines
    assert len({read_by_cloudevents(line)["id"] for line in lines}) == len(lines)
