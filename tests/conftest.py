"""Which tests go together in one process, and what they measured, printed at the end of a run."""

import gc

import pytest
from xdist.scheduler import LoadScopeScheduling

# What they assert is shown as that of tests is.
pytest.register_assert_rewrite("tests.support", "tests.contract")

APART = ("tests/integration/", "tests/acceptance/")
# They use engines, but neither measure time nor run many processes.
TOGETHER = (
    "tests/integration/test_audit_log_contract.py",
    "tests/integration/test_bus_contract.py",
    "tests/integration/test_index_contract.py",
    "tests/integration/test_index_rebuild.py",
    "tests/integration/test_no_missed_events.py",
    "tests/integration/test_opensearch_index.py",
    "tests/integration/test_scope_oracle.py",
    "tests/integration/test_store_contract.py",
    "tests/integration/test_vault_contract.py",
)
MEASURED = "measured"


def pytest_collection_modifyitems(items):
    """Begin with what takes longest: tests of many processes and of browsers."""
    items.sort(key=lambda item: not _apart(item.nodeid))


def pytest_collection_finish():
    """Keep what was collected out of every search for garbage: it is much, and stays to the end."""
    gc.collect()
    gc.freeze()


def _apart(nodeid):
    return nodeid.startswith(APART) and not nodeid.startswith(TOGETHER)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    """
    Let one of several test processes run all that measures time, one after the other.

    Of the rest each file is run by one of them, so that its tests share what they start.
    """

    class Scheduling(LoadScopeScheduling):
        def _split_scope(self, nodeid):
            return "apart" if _apart(nodeid) else nodeid.partition("::")[0]

    return Scheduling(config, log)


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
