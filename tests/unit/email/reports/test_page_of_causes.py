"""docs/bounces.md says what the code does."""

import re
from pathlib import Path

import pytest

from services.email.domain.policy import COMPLAINT, HARD, POLICY, SOFT, Policy
from services.email.reports import Action, Cause, Fault, Kind
from services.email.reports.causes import fault_of, permanent
from services.email.reports.lines import MailLine, RecipientLine
from services.gateway.pages import words
from tests.unit.email.reports.test_scores import SISIMAI_REASONS

PAGE = (Path(__file__).parents[4] / "docs/bounces.md").read_text()
SHORT = {HARD: "hard", SOFT: "soft", POLICY: "policy", COMPLAINT: "complaint", "": ""}
LASTING = {
    (True, True): "yes",
    (True, False): "unless 4xx",
    (False, False): "no",
    (None, None): "",
}


def table(heading):
    """Return the rows of the table that starts with a heading, by their first cell."""
    lines = PAGE.partition(f"| {heading} |")[2].splitlines()[2:]
    end = next((n for n, line in enumerate(lines) if not line.startswith("|")), len(lines))
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[:end]]
    return {row[0].strip("`"): row[1:] for row in rows}


def counted_as(cause):
    if cause is Cause.COMPLAINED:
        return SHORT[COMPLAINT]
    policy, fault = Policy(), fault_of(cause)
    at_once = policy.block(cause, fault, for_good=True, soft=0)
    often = policy.block(cause, fault, for_good=False, soft=policy.soft_bounces)
    return ", ".join(filter(None, dict.fromkeys([SHORT[at_once], SHORT[often]])))


def test_the_page_has_every_cause():
    assert list(table("cause")) == list(Cause)


@pytest.mark.parametrize("cause", Cause)
def test_a_row_says_what_a_cause_means_and_does(cause):
    assert table("cause")[cause] == [
        words.CAUSE[cause],
        fault_of(cause).replace("_", " "),
        LASTING[permanent(cause, "5.0.0", "550"), permanent(cause, "4.0.0", "450")],
        counted_as(cause),
        words.NEXT[f"advice_{cause}"],
    ]


def test_the_page_names_the_fields_that_are_printed():
    assert list(table("field")) == [*MailLine.__annotations__, *RecipientLine.__annotations__]


@pytest.mark.parametrize(
    ("field", "values"), [("kind", Kind), ("action", Action), ("fault", Fault)]
)
def test_the_page_names_the_values_of_a_field(field, values):
    named = set(re.findall(r"`(\w+)`", table("field")[field][0]))

    assert named == {str(value) for value in values if value}


def test_the_page_says_which_reasons_of_the_reference_agree():
    agree = {
        reason: set(re.findall(r"`(\w+)`", cells[0]))
        for reason, cells in table("reason of Sisimai").items()
    }

    assert agree == {reason: set(map(str, causes)) for reason, causes in SISIMAI_REASONS.items()}


def test_the_page_has_the_numbers_of_the_settings():
    policy = Policy()

    assert policy.soft_bounces == 5
    assert "with the fifth such bounce" in PAGE
    assert f"in seven days, for {policy.soft_lasts.days} days" in PAGE
    assert policy.soft_window.days == 7
    assert f"as often, for {policy.policy_lasts.days} days" in PAGE
