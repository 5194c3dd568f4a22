"""A consumer of the bus's contract whose facts another process handles: files say what they tell each other."""

import json
import os
from collections import Counter
from pathlib import Path

from tests.contract.test_bus_contract import Following


class Notes:
    """How often which ball is to be dropped, and at which positions the other process was asked."""

    def __init__(self, folder):
        self._failing, self._asked = Path(folder) / "failing.json", Path(folder) / "asked"

    @property
    def failing(self):
        return {int(count): times for count, times in json.loads(self._failing.read_text()).items()}

    @failing.setter
    def failing(self, wanted):
        written = self._failing.with_suffix(".new")
        written.write_text(json.dumps(wanted))
        written.replace(self._failing)

    @property
    def asked(self):
        return [int(line) for line in self._asked.read_text().split()]

    def ask(self, position):
        with self._asked.open("a") as file:
            file.write(f"{position}\n")

    def begin(self):
        self.failing = {}
        self._asked.touch()


class Elsewhere(Following):
    """What the test holds in its hands; it handles nothing itself but what it catches up with."""

    def __init__(self, name, store, folder):
        self.folder = os.fspath(folder)
        self._notes = Notes(folder)
        self._notes.begin()
        super().__init__(name, store)

    @property
    def failing(self):
        return self._notes.failing

    @failing.setter
    def failing(self, wanted):
        self._notes.failing = wanted

    @property
    def asked(self):
        return self._notes.asked

    @asked.setter
    def asked(self, _nothing_yet):
        """Begin without any; the file is there."""

    def note(self, position):
        self._notes.ask(position)

    @property
    def caught(self):
        self.store.refresh()
        return super().caught


class Here(Following):
    """The same consumer in the process that handles its facts."""

    def __init__(self, name, store, folder):
        self._notes, self._dropped = Notes(folder), Counter()
        super().__init__(name, store)

    def note(self, position):
        self._notes.ask(position)

    def drops(self, count):
        self._dropped[count] += 1
        return self._dropped[count] <= self._notes.failing.get(count, 0)
