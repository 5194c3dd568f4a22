"""Dashboard and alert rules: well formed, and every metric in them is one that the code has."""

import json
import re
from pathlib import Path

import pytest
import yaml

from helpdesk.kernel import metrics

ROOT = Path(__file__).parents[2]
RULES = yaml.safe_load((ROOT / "deploy/helm/helpdesk/alerts.yaml").read_text())
DASHBOARD = json.loads((ROOT / "deploy/grafana/helpdesk.json").read_text())
OPERATORS = (ROOT / "docs/operators.md").read_text()
ALL = [rule for group in RULES["groups"] for rule in group["rules"]]
ALERTS = {rule["alert"]: rule for rule in ALL if "alert" in rule}
RECORDED = {rule["record"] for rule in ALL if "record" in rule}
PANELS = {panel["title"]: panel for panel in DASHBOARD["panels"]}
NAME = re.compile(r"\b(?:helpdesk|process)[:_]\w+")


def exposed():
    """Return the labels of every sample name that a process of ours can expose."""
    found = {name: set(labels) for name, (_, labels) in metrics.GAUGES.items()}
    for value in vars(metrics).values():
        if hasattr(value, "_labelnames"):
            name, labels = value._name, set(value._labelnames)
            found |= dict.fromkeys((name, f"{name}_total", f"{name}_count", f"{name}_sum"), labels)
            found[f"{name}_bucket"] = labels | {"le"}
    process = ("process_resident_memory_bytes", "process_cpu_seconds_total")
    return found | {name: {"instance", "job"} for name in process}


def expressions():
    yield from ((rule.get("alert") or rule["record"], rule["expr"]) for rule in ALL)
    for title, panel in PANELS.items():
        yield from ((title, target["expr"]) for target in panel["targets"])


@pytest.mark.parametrize(("where", "expression"), list(expressions()))
def test_every_metric_that_is_asked_for_exists(where, expression):
    asked = set(NAME.findall(expression)) - RECORDED

    assert asked - exposed().keys() == set()
    assert NAME.search(expression)


@pytest.mark.parametrize(("where", "expression"), list(expressions()))
def test_labels_that_are_asked_for_exist(where, expression):
    known = set().union(*exposed().values()) | {"instance", "job"}
    grouped = re.findall(r"\bby \(([^)]*)\)", expression)
    chosen = re.findall(r"(\w+)=~?\"", expression)

    assert {label.strip() for part in grouped for label in part.split(",")} <= known
    assert set(chosen) <= known
    assert expression.count("(") == expression.count(")")


def test_a_metric_with_another_name_is_found():
    assert "helpdesk_relay_behind" not in exposed()
    assert {"helpdesk_relay_lag", "helpdesk_rpc_seconds_bucket"} <= exposed().keys()


@pytest.mark.parametrize("name", ALERTS)
def test_an_alert_says_how_bad_it_is_and_what_it_is(name):
    rule = ALERTS[name]

    assert set(rule) == {"alert", "expr", "for", "labels", "annotations"}
    assert re.fullmatch(r"\d+m", rule["for"])
    assert rule["labels"]["severity"] in ("critical", "warning")
    assert rule["annotations"]["summary"].endswith(".")


@pytest.mark.parametrize("name", ALERTS)
def test_the_operators_page_says_what_to_do_for_each_alert(name):
    assert re.search(rf"^\| `{name}` \| .{{10,}} \|$", OPERATORS, re.MULTILINE)


def test_the_operators_page_names_no_alert_that_is_gone():
    assert set(re.findall(r"`(Helpdesk[A-Z]\w+)`", OPERATORS)) == set(ALERTS)


def test_what_can_be_looked_at_is_on_the_dashboard():
    asked = {name for _, expression in expressions() for name in NAME.findall(expression)}

    assert metrics.GAUGES.keys() - asked == set()


def test_the_panels_of_the_dashboard_lie_beside_each_other():
    taken = [(p["gridPos"]["x"], p["gridPos"]["y"]) for p in PANELS.values()]

    assert len(set(taken)) == len(DASHBOARD["panels"]) == len(PANELS)
    assert all(panel["datasource"]["uid"] == "${source}" for panel in PANELS.values())
    assert len({panel["id"] for panel in PANELS.values()}) == len(PANELS)
