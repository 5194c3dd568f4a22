"""given(facts).when(decision, ...).then(facts): rules read as sentences."""

from __future__ import annotations

from functools import reduce

import pytest


class Given:
    def __init__(self, evolve, initial, *facts):
        self.state = reduce(evolve, facts, initial)

    def when(self, decide, *args, **kwargs):
        return When(lambda: decide(self.state, *args, **kwargs))


class When:
    def __init__(self, call):
        self._call = call

    def then(self, *expected):
        got = self._call()
        assert (got if isinstance(got, tuple) else (got,)) == expected

    def then_raises(self, error, reason=None):
        with pytest.raises(error) as caught:
            self._call()
        if reason is not None:
            assert caught.value.reason == reason
