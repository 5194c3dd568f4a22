"""The tampering that is tried on a million records, on a few."""

from pathlib import Path

from services.audit.log.storage import read_rows
from tests.chaos.audit import Tampering, build, cases, right, run


def test_each_kind_of_tampering_is_found(tmp_path: Path):
    assert run(1500, tmp_path) == 0


def test_the_check_of_the_checks_can_fail(tmp_path: Path):
    log = build(tmp_path, 600)
    untouched = log.check(read_rows(log.db), log.notes)

    assert not any(right(case, untouched) for case in cases(600))
    assert len({case.name for case in cases(600)}) == 8
    assert {case.said for case in cases(600)} >= {Tampering.FORKED, Tampering.CUT_OFF}
