from io import StringIO

import pytest
from rich.console import Console

from helpdesk.kernel.progress import counting


@pytest.fixture
def terminal():
    return Console(file=StringIO(), force_terminal=True, width=80)


def advanced(bar):
    with bar:
        bar.update(bar.add_task("importing", total=10), completed=3)


def test_a_bar_says_what_is_done_and_how_many_of_how_many(terminal):
    advanced(counting(terminal))

    shown = terminal.file.getvalue()
    assert "importing" in shown
    assert "3/10" in shown


def test_a_hidden_bar_draws_nothing(terminal):
    advanced(counting(terminal, hidden=True))

    assert terminal.file.getvalue() == ""


def test_a_transient_bar_is_wiped_in_the_end(terminal):
    advanced(counting(terminal, transient=True))

    erase_line = "\x1b[2K"
    assert terminal.file.getvalue().rstrip("\r").endswith(erase_line)
