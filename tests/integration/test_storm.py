"""A small storm: every process of the product is killed while clients work; nothing may be lost."""

import os

import pytest

from tests.chaos.storm import weather

COMMANDS = int(os.environ.get("STORM_COMMANDS", "1200"))
KILLS = 12


@pytest.mark.timeout(900)
def test_nothing_is_lost_or_doubled_while_processes_are_killed(tmp_path, capsys):
    said = []
    well = weather(
        tmp_path,
        commands=COMMANDS,
        clients=8,
        kills=KILLS,
        engines=None,
        say=said.append,
        quiet=True,
    )
    with capsys.disabled():
        print("\n" + "\n".join(said))

    assert well, said
