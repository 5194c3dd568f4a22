"""Which tests go together in one process, and what they measured, printed at the end of a run."""

from pathlib import Path

import pytest

# What they assert is shown as that of tests is.
pytest.register_assert_rewrite("tests.support", "tests.contract")

TESTS = Path(__file__).parent
MEASURED = "measured"


def pytest_collection_modifyitems(items):
    """
    Let one process run all tests of many processes and of browsers, first and one after the other.

    They measure time and wait for each other's engines; files of others may be anywhere.
    """
    apart = ("integration", "acceptance")
    kind = {item: item.path.relative_to(TESTS).parts[0] for item in items}
    items.sort(key=lambda item: kind[item] not in apart)
    for item in items:
        group = "apart" if kind[item] in apart else str(item.path)
        item.add_marker(pytest.mark.xdist_group(group))


@pytest.fixture
def say(record_property):
    """Return what prints a text, such as a score, at the end of the run."""
    return lambda text: record_property(MEASURED, text)


def pytest_terminal_summary(terminalreporter):
    """Print what was said, also by tests that failed then."""
    reports = [
        report
        for outcome in ("passed", "failed")
        for report in terminalreporter.getreports(outcome)
        if report.when == "call"
    ]
    said = [text for each in reports for name, text in each.user_properties if name == MEASURED]
    if said:
        terminalreporter.section("measured")
        for text in said:
            terminalreporter.write_line(text)
