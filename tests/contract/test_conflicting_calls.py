"""Somebody else changes the same thing while a call is answered, on the stores of both sizes."""

import os
import subprocess
import sys
from datetime import UTC, datetime
from uuid import uuid4

import grpc
import pytest

from helpdesk.identity.v1 import roles_pb2
from helpdesk.kernel.events import SupportActionRecorded
from helpdesk.kernel.rpc import rules
from helpdesk.kernel.store import Append, Unit
from services.identity.domain.facts import RoleAssigned
from services.identity.service import SERVICE as IDENTITY
from tests.support.distributed import ROOT, SIZES, space
from tests.support.methods import call, told
from tests.support.product import NORTH, person_id, running_product, small_directory

ASSIGN = rules.method("/helpdesk.identity.v1.RoleService/AssignRole")
WANTED = person_id("north_nobody")
OF_ANOTHER = RoleAssigned(user_id=person_id("north_agent"), partner_id=NORTH, role="AUDITOR")


@pytest.fixture(scope="module", params=SIZES)
def product(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp(request.param) / "data"
    if request.param == "embedded":
        with running_product(folder, [IDENTITY], directory=small_directory()) as product:
            yield product
        return
    with space() as made:
        del made["ENGINES_OWNER_DATABASE_URL"]
        databases = {name: url for name, url in made.items() if name.endswith("DATABASE_URL")}
        migrate = [sys.executable, "-W", "ignore", "-m", "services", "migrate"]
        env = {**os.environ, **databases, "HELPDESK_DATA_DIR": str(folder)}
        subprocess.run(migrate, cwd=ROOT, env=env, check=True, capture_output=True)
        with running_product(
            folder, [IDENTITY], directory=small_directory(), **databases
        ) as product:
            yield product


class Race:
    """A role that somebody is given while facts of others come in between."""

    def __init__(self, product, monkeypatch):
        self._product, self._monkeypatch = product, monkeypatch
        self._store = product.store_of("identity")
        self._begun = self._store.position
        self._request_id = uuid4().hex

    def against(self, *others):
        """Let each be stored just before what the next calls want to store."""
        waiting, commit = list(others), self._store.commit

        def disturbed(unit):
            if waiting and unit.appends:
                roles = unit.appends[0]
                first = Append(roles.stream, roles.version, (waiting.pop(0),))
                commit(Unit(appends=(first,), now=datetime.now(UTC)))
            return commit(unit)

        self._monkeypatch.setattr(self._store, "commit", disturbed)

    def assign(self, role):
        request = roles_pb2.AssignRoleRequest(
            user_id=WANTED, role=f"ROLE_{role}", reason="covers", request_id=self._request_id
        )
        channel = self._product.host.wiring.channel("identity")
        return call(channel, ASSIGN, request, self._product.token("north_admin"))

    def outcomes(self):
        return [(each.outcome, each.error) for each in self._told(SupportActionRecorded)]

    def given(self):
        return [each.role for each in self._told(RoleAssigned) if each.user_id == WANTED]

    def _told(self, kind):
        return [each for each in told(self._store, self._begun) if isinstance(each, kind)]


@pytest.fixture
def race(product, monkeypatch):
    return Race(product, monkeypatch)


def test_a_call_that_lost_a_race_is_answered_all_the_same(race):
    race.against(OF_ANOTHER)
    answer = race.assign("HELP_DESK")

    assert answer.code is grpc.StatusCode.OK
    assert race.outcomes() == [("done", "")]
    assert race.given() == ["HELP_DESK"]


def test_a_call_that_lost_a_race_is_decided_anew(race):
    race.against(RoleAssigned(user_id=WANTED, partner_id=NORTH, role="AUDITOR"))
    answer = race.assign("AUDITOR")

    assert answer.code is grpc.StatusCode.FAILED_PRECONDITION
    assert race.outcomes() == [("refused", answer.reason)]
    assert race.given() == ["AUDITOR"]


def test_a_call_that_lost_two_races_is_aborted_and_recorded_once(race):
    race.against(OF_ANOTHER, OF_ANOTHER)
    answer = race.assign("HELP_DESK_READ_ONLY")

    assert answer.code is grpc.StatusCode.ABORTED
    assert (answer.reason, bool(answer.reference)) == ("CONFLICT", True)
    assert race.outcomes() == [("refused", "CONFLICT")]
    assert race.given() == []


def test_an_aborted_call_is_done_once_when_it_is_asked_again(race):
    race.against(OF_ANOTHER, OF_ANOTHER)
    codes = [race.assign("PARTNER_ADMIN").code for _ in range(3)]

    assert codes == [grpc.StatusCode.ABORTED, grpc.StatusCode.OK, grpc.StatusCode.OK]
    assert race.given() == ["PARTNER_ADMIN"]
