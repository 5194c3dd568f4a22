"""The tree of the audit log as files: written by the running product, and served to anybody."""

import json
from pathlib import Path

import httpx
import pytest

from helpdesk.audit.v1 import audit_pb2, audit_pb2_grpc
from services.audit.service import public_key
from tests.contract.gateway_world import gateway_world
from tests.support.golang import built_verifier, go
from tests.support.waiting import wait_until

NAME = "audit"


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    folder = tmp_path_factory.mktemp("tiles")
    settings = {
        "HELPDESK_AUDIT_TILES_DIR": str(folder / "tree"),
        "HELPDESK_GATEWAY_TILES_DIR": str(folder / "tree"),
        "HELPDESK_AUDIT_TILES_ENTRIES": "yes",
        "HELPDESK_AUDIT_CHECKPOINT_SECONDS": "0.2",
    }
    with gateway_world(folder / "data", **settings) as running:
        running.folder = folder / "tree" / NAME
        running.log = httpx.Client(base_url=f"{running.url}/log/{NAME}")
        assert wait_until(lambda: covered(running.folder) > 0, pause=0.05)
        yield running
        running.log.close()


def covered(folder: Path) -> int:
    checkpoint = folder / "checkpoint"
    return int(checkpoint.read_text().splitlines()[1]) if checkpoint.exists() else 0


def sign(world) -> int:
    product = world.product
    product.settle()
    stub = product.stub(audit_pb2_grpc.AuditServiceStub, "audit")
    answer = product.caller("north_auditor")(
        stub.SignCheckpoint, audit_pb2.SignCheckpointRequest(request_id="now")
    )
    return answer.checkpoint.size


def test_each_checkpoint_becomes_files_by_itself(world):
    world.browser("north_agent").get("/me")
    size = sign(world)

    assert wait_until(lambda: covered(world.folder) >= size, pause=0.05)


def test_the_checkpoint_is_asked_for_again_and_tiles_are_kept_for_ever(world):
    checkpoint = world.log.get("/checkpoint")
    size = int(checkpoint.text.splitlines()[1])
    tile = world.log.get("/tile/0/000" if size >= 256 else f"/tile/0/000.p/{size}")

    assert checkpoint.headers["cache-control"] == "no-cache"
    assert checkpoint.headers["content-type"] == "text/plain; charset=utf-8"
    assert tile.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert tile.headers["content-type"] == "application/octet-stream"
    assert len(tile.content) == 32 * min(size, 256)


@pytest.mark.parametrize(
    "path",
    [
        "/tile/entries/000.p/1",
        "/tile/0/999",
        "/tile/0/%2e%2e/%2e%2e/checkpoint",
        "/..%2f..%2fdata%2fsecrets%2fvault.key",
        "/.checkpoint.new",
        "/",
        "",
    ],
)
def test_nothing_else_of_the_folder_is_served(world, path):
    assert (world.folder / "tile/entries").is_dir()
    assert world.log.get(path).status_code == 404


def test_without_the_setting_nothing_is_served(tmp_path):
    with gateway_world(tmp_path) as running:
        assert running.browser().get("/log/audit/checkpoint").status_code == 404


def test_go_proves_records_from_what_is_served(world, tmp_path):
    verifier = built_verifier(tmp_path)
    env = {"HELPDESK_DATA_DIR": world.product.env["HELPDESK_DATA_DIR"]}
    key = public_key(Path(env["HELPDESK_DATA_DIR"]) / "secrets", env)
    (tmp_path / "keys").write_text(f"{key}\n")
    done = go(verifier, "tiles", f"{world.url}/log/{NAME}", "keys", cwd=tmp_path)

    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    assert said["size"] > 0
    assert said["proved"] > 0
    assert said["bundled"] == 0
