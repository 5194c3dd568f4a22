"""What does not start is named, with what it said last."""

import os

import pytest

from helpdesk.kernel import secrets
from services.ports import free_address
from services.processes import addressed
from services.supervising import NotStartedError, Supervisor


@pytest.fixture
def supervisor(tmp_path):
    secrets.create(tmp_path / "secrets")
    env = {
        **{name: value for name, value in os.environ.items() if not name.startswith("HELPDESK_")},
        "HELPDESK_DATA_DIR": str(tmp_path),
        "HELPDESK_IDENTITY_DATABASE_URL": f"postgresql://nobody@{free_address()}/nothing",
    }
    said = []
    with Supervisor(addressed(env, free_address), said.append) as supervisor:
        yield supervisor


def test_a_process_that_ends_again_and_again_is_named_with_its_last_words(supervisor):
    with pytest.raises(NotStartedError) as refused:
        supervisor.start()

    log = supervisor.env["HELPDESK_DATA_DIR"] + "/logs/serve-identity.log"
    assert str(refused.value) == (
        "serve identity does not start; it said last: helpdesk: The database cannot be reached. "
        f"All of it is in {log}"
    )


def test_migrations_that_fail_are_named_with_their_last_words(supervisor):
    with pytest.raises(NotStartedError) as refused:
        supervisor.migrate()

    assert "they said last: helpdesk: The database cannot be reached." in str(refused.value)
