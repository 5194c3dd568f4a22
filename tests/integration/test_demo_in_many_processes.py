"""``helpdesk demo --distributed`` as somebody runs it: it starts, can be used, and leaves nothing running."""

import os
import signal
import subprocess
import threading

import psutil
import pytest

from services.demo.domain import sample
from services.processes import PROCESSES, command, read_pids
from tests.contract.gateway_world import Browser
from tests.support.distributed import ROOT, space
from tests.support.product import free_address
from tests.support.waiting import wait_until

pytestmark = pytest.mark.timeout(600)
LONG = 400


@pytest.fixture
def demo(tmp_path):
    """The command in a space of its own; ``said`` is what it printed so far."""
    with space() as made:
        del made["ENGINES_OWNER_DATABASE_URL"]
        mailbox = free_address()
        env = {
            **{k: v for k, v in os.environ.items() if not k.startswith("HELPDESK_")},
            **made,
            "HELPDESK_DATA_DIR": str(tmp_path / "data"),
            "HELPDESK_GATEWAY_ADDRESS": free_address(),
            "HELPDESK_GATEWAY_MAILBOX_ADDRESS": mailbox,
            "HELPDESK_EMAIL_SMTP_ADDRESS": mailbox,
            "HELPDESK_EMAIL_INBOUND_ADDRESS": "",
            "PYTHONUNBUFFERED": "1",
        }
        running = subprocess.Popen(
            command("demo", "--distributed"), cwd=ROOT, env=env, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip
        running.said, running.env = [], env
        reading = threading.Thread(target=lambda: running.said.extend(running.stdout))
        reading.start()
        try:
            yield running
        finally:
            if running.poll() is None:
                running.terminate()
            running.wait(timeout=LONG)
            reading.join()
            running.stdout.close()


def test_the_demo_starts_is_used_and_ends_with_all_that_it_started(demo, tmp_path):
    address, made = demo.env["HELPDESK_GATEWAY_ADDRESS"], sample()
    (agent,) = [email for role, _, email in made.sign_ins if role == "agent"]

    def ready():
        assert demo.poll() is None, "".join(demo.said)
        return f"  Open http://{address}\n" in demo.said

    assert wait_until(ready, LONG, 0.1), "".join(demo.said)
    left = read_pids(tmp_path / "data")
    assert left.keys() == {each.name for each in PROCESSES}
    with Browser(f"http://{address}") as browser:
        page = browser.get("/signin/go")
        assert browser.post(str(page.url), data={"email": agent}).status_code == 200
        search = f"/t/{made.tickets[0][0]}/search"
        assert wait_until(lambda: "Voinea" in browser.submit(search, q="stefana voinea").text)
    demo.send_signal(signal.SIGTERM)

    assert demo.wait(timeout=120) == 0, "".join(demo.said)
    assert [name for name, pid in left.items() if psutil.pid_exists(pid)] == []
    assert "killed" not in "".join(demo.said)
