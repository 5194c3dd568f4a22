"""The code of a caller check is in its mail and nowhere else, also where many processes handle it."""

import json
import re
import urllib.request

import pytest

from helpdesk.email.v1 import caller_check_pb2 as pb
from helpdesk.email.v1 import caller_check_pb2_grpc
from services.processes import SCRAPED
from tests.contract.email_world import code_in
from tests.support.kept import (
    MAILBOX,
    documents,
    kept_product,
    owner,
    publish,
    published,
    rows_with,
)
from tests.support.product import person_id, small_directory
from tests.support.scanning import files_with
from tests.support.waiting import wait_until

USER = person_id("acme_user")
LINK = re.compile(rb"/c/[0-9a-f]{32}([0-9A-Za-z_-]{32})")


@pytest.fixture(scope="module")
def product(tmp_path_factory):
    folder = tmp_path_factory.mktemp("code") / "data"
    with kept_product(folder, HELPDESK_LOG_LEVEL="DEBUG") as running:
        running.load(small_directory())
        running.settle()
        yield running


class Asked:
    """A check of a caller, and what only its mail holds: the code as it may be written, the link."""

    def __init__(self, product):
        self._product, self.answers = product, []
        self._stub = product.stub(caller_check_pb2_grpc.CallerCheckServiceStub, "email")
        sent = self._call("SendCode", pb.SendCodeRequest(user_id=USER, ticket="INC-1"))
        self.check_id = sent.check_id
        assert wait_until(lambda: len(self._mails()) == 1)
        (mail,) = self._mails()
        one, other = code_in(mail).split()
        self.code = one + other
        self.texts = [f"{one}{between}{other}" for between in ("", " ", "-")]
        self.texts.append(LINK.search(mail.replace(b"=\r\n", b"").replace(b"=\n", b""))[1].decode())

    def _mails(self):
        folder = self._product.host.wiring.data_dir / MAILBOX
        mails = [path.read_bytes() for path in folder.rglob("*") if path.is_file()]
        return [mail for mail in mails if b"/c/" in mail]

    def _call(self, rpc, request):
        answer = self._product.caller("north_agent")(getattr(self._stub, rpc), request)
        self.answers.append(str(answer))
        return answer

    def read_back(self, code):
        request = pb.VerifyCodeRequest(check_id=self.check_id, code=code)
        return self._call("VerifyCode", request).state

    def look(self):
        self._call("GetCallerCheck", pb.GetCallerCheckRequest(check_id=self.check_id))


@pytest.fixture(scope="module")
def asked(product):
    return Asked(product)


def metrics_of(product):
    """What every process says of itself, as one text."""
    targets = json.loads((product.host.wiring.data_dir / SCRAPED).read_text())
    addresses = [address for group in targets for address in group["targets"]]
    assert len(addresses) > 10
    urls = [f"http://{address}/metrics" for address in addresses]
    return "\n".join(urllib.request.urlopen(url, timeout=60).read().decode() for url in urls)


def spans_of(product):
    # Nanoseconds are digits enough to look like a code.
    return json.dumps([
        {name: value for name, value in span.items() if not name.endswith("UnixNano")}
        for span in product.traces.spans
    ])  # fmt: skip


def places_with(product, asked, texts):
    """Where any of the texts is, but in the mailbox of the reader."""
    product.settle()
    said = {
        "answers": "\n".join(asked.answers),
        "events": b"\n".join(published(product)).decode(errors="replace"),
        "documents": "\n".join(documents(product)),
        "spans": spans_of(product),
        "metrics": metrics_of(product),
    }
    found = {place for place, text in said.items() if any(each in text for each in texts)}
    found |= {f"table {'.'.join(row)}" for each in texts for row in rows_with(product, each)}
    data = product.host.wiring.data_dir
    return found | {f"file {name}" for name in files_with(data, texts, [MAILBOX])}


def test_a_code_that_waits_is_in_its_mail_only(product, asked):
    assert places_with(product, asked, asked.texts) == set()


def test_a_code_that_was_read_back_is_in_its_mail_only(product, asked):
    wrong = f"{(int(asked.code) + 1) % 10**8:08}"
    states = [asked.read_back(wrong), asked.read_back(asked.code)]
    asked.look()

    assert states[1] == "confirmed"
    assert places_with(product, asked, asked.texts) == set()
    assert any("VerifyCode" in span["name"] for span in product.traces.spans)


def test_the_looks_find_a_code_wherever_it_is(product, asked):
    code, logs = asked.texts[1], product.host.wiring.data_dir / "logs"
    with owner(product) as connection:
        connection.execute("CREATE TABLE public.planted AS SELECT %s::text AS words", (code,))
    publish(product, code)
    (logs / "planted.log").write_text(code)
    asked.answers.append(code)
    product.traces.spans.append({"name": code})
    user = next(each for each in small_directory()["people"] if each["id"] == USER)
    product.load({"people": [user | {"displayName": f"Planted {code}"}]})

    def found():
        return places_with(product, asked, asked.texts)

    planted = {"answers", "events", "documents", "spans", "table public.planted"}
    planted |= {"file logs/planted.log"}
    assert wait_until(lambda: planted <= found(), pause=0.5), found()
