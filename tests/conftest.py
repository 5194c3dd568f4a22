"""What tests measured, printed together at the end of a run, whichever process ran them."""

import pytest

# What they assert is shown as that of tests is.
pytest.register_assert_rewrite("tests.support", "tests.contract")

MEASURED = "measured"


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
