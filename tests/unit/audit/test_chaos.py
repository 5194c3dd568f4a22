"""The tampering that is tried on a million stored records, on a few."""

from pathlib import Path

from tests.chaos.audit import build, cases, right, run


def test_each_kind_of_tampering_is_found(tmp_path: Path):
    assert run(1500, tmp_path) == 0


def test_the_check_of_the_checks_can_fail(tmp_path: Path):
    log = build(tmp_path, 600)
    untouched = log.verify()
    found = cases(log)

    assert not any(right(case, *untouched) for case in found)
    assert len({case.name for case in found}) == 13
    assert {case.said for case in found} >= {"FORKED", "CUT_OFF", "UNKNOWN_KEY"}
