"""Exports on the pages, and those that hold somebody who was forgotten since, at the shell too."""

import io
import re
import zipfile

import pytest
from click.testing import CliRunner

from helpdesk.identity.v1 import forgetting_pb2 as pb
from helpdesk.identity.v1 import forgetting_pb2_grpc
from helpdesk.kernel.errors import Unavailable
from services.forgetting.commands import forgettings
from tests.contract.gateway_world import gateway_world
from tests.support.product import ACME, person_id
from tests.support.waiting import wait_until

USER = person_id("acme_user")
FORGETTING = "/admin/forgetting"
EXPORTS = "/audit/export"


class AtTheShell:
    """The operator of commands, beside a product that runs in this process."""

    def __init__(self, product):
        self.channel = product.host.wiring.channel
        self.caller = lambda *roles: product.caller(sub="operator:jo", roles=list(roles))


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    """An auditor has exported what an agent searched for, and then the person was forgotten."""
    with gateway_world(tmp_path_factory.mktemp("exports")) as running:
        product = running.product
        running.browser("north_agent").submit("/t/INC-7/search", q="stefana voinea")
        product.settle()
        running.before = readable(running.browser("north_auditor"), EXPORTS, format="csv")
        stub = product.stub(forgetting_pb2_grpc.ForgettingServiceStub, "identity")
        for who, kind, method in (
            ("operator:al", pb.AskForgettingRequest, stub.AskForgetting),
            ("operator:jo", pb.ConfirmForgettingRequest, stub.ConfirmForgetting),
        ):
            caller = product.caller(sub=who, roles=["DIRECTORY_WRITER"])
            caller(method, kind(user_id=USER, reason="asked in writing"))
        admin = running.browser("acme_admin")
        assert wait_until(lambda: "5 of 5 services" in admin.get(FORGETTING).text, pause=0.1)
        yield running


def readable(browser, path, **fields):
    """Send the form of an export; return its table."""
    answer = browser.submit(path, **fields)
    assert answer.headers["content-type"] == "application/zip", answer.text
    with zipfile.ZipFile(io.BytesIO(answer.content)) as file:
        return file.read("csv.csv").decode()


def again(page):
    """Return the addresses that issue an export again."""
    return re.findall(rf'action="({EXPORTS}/[0-9a-f]+/again)"', page.text)


def test_the_customers_admin_sees_which_exports_hold_the_person(world):
    page = world.browser("acme_admin").get(FORGETTING)

    for words in ("Exports that hold the person", "Audra North", "CSV", "Still in clear"):
        assert words in page.text
    assert again(page) == []


def test_others_see_none(world):
    assert "Exports that hold" not in world.browser("north_admin").get(FORGETTING).text


def test_the_operator_sees_them_too(world):
    found = CliRunner().invoke(forgettings, [ACME], obj=AtTheShell(world.product))

    assert found.exit_code == 0, found.output
    lines = found.output.splitlines()
    assert lines[0].startswith(f"{USER} forgotten cleared: audit, email, search, session")
    assert re.fullmatch(
        rf"  export [0-9a-f]+ \(csv\) of \S+ \S+ UTC by {person_id('north_auditor')}"
        r": (to be issued again|issued again .*)",
        lines[1],
    )


def test_without_the_audit_service_the_rest_is_told(world):
    shell = AtTheShell(world.product)
    asked = shell.caller

    def down(*roles):
        caller = asked(*roles)

        def call(method, request):
            if type(request).__name__ == "ListOutdatedExportsRequest":
                raise Unavailable("DOWN", "down")
            return caller(method, request)

        return call

    shell.caller = down
    found = CliRunner().invoke(forgettings, [ACME], obj=shell)

    assert found.exit_code == 0
    assert "the audit service does not answer" in found.stderr
    assert f"{USER} forgotten" in found.stdout


def test_the_auditor_issues_it_again_in_one_click_and_both_see_that(world):
    auditor, admin = world.browser("north_auditor"), world.browser("acme_admin")
    page = auditor.get(EXPORTS)
    (address,) = again(page)
    after = readable(auditor, address)

    assert "Exports to issue again" in page.text
    assert "stefana voinea" in world.before
    assert "stefana voinea" not in after
    assert after.count("\n") == world.before.count("\n")
    for shown in (auditor.get(EXPORTS).text, admin.get(FORGETTING).text):
        assert "Issued again by Audra North" in shown


def test_what_somebody_may_not_make_they_do_not_issue_again(world):
    (address,) = again(world.browser("north_auditor").get(EXPORTS))

    assert world.browser("acme_admin").submit(address).status_code == 404
    assert world.browser("north_agent").submit(address).status_code == 403
