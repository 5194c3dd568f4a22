"""Read models made anew from the log are those that live, and a planted difference is found."""

import json
import sqlite3
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from services.__main__ import main as helpdesk
from services.auditing import main as auditing
from tests.chaos.replay import SERVICES, Walk
from tests.support.commands import run_here
from tests.support.forgetting import forget
from tests.support.product import running_product, small_directory


@contextmanager
def walked(folder, seed, steps):
    """Run the product through random calls; what they led to is handled when it ends."""
    with running_product(folder, SERVICES, directory=small_directory()) as product:
        walk = Walk(product, seed=seed)
        for _ in range(steps):
            walk.step()
        yield product
        product.settle()


@pytest.fixture(scope="module")
def env(tmp_path_factory):
    with walked(tmp_path_factory.mktemp("views"), seed=3, steps=300) as product:
        pass
    return product.env


@pytest.fixture(scope="module")
def env_of_a_forgotten_person(tmp_path_factory):
    with walked(tmp_path_factory.mktemp("forgotten"), seed=4, steps=150) as product:
        forget(product)
    return product.env


def run(env, *words):
    return run_here(helpdesk, *words, env=env)


@pytest.mark.parametrize("service", ["identity", "email", "session"])
def test_read_models_made_anew_are_those_that_live(env, service):
    done = run(env, "diff", service)

    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.startswith("0 differences")


@pytest.mark.parametrize("service", ["identity", "email", "session"])
def test_read_models_of_a_forgotten_person_are_made_anew_erased(env_of_a_forgotten_person, service):
    done = run(env_of_a_forgotten_person, "diff", service)

    assert done.returncode == 0, done.stdout + done.stderr


def test_a_planted_difference_is_found(env):
    with closing(sqlite3.connect(f"{env['HELPDESK_DATA_DIR']}/identity.db")) as db, db:
        planted = db.execute("DELETE FROM site").rowcount

    done = run(env, "diff", "identity")

    assert planted == 1
    assert done.returncode == 1
    assert "site: 0 rows only live, 1 only made anew" in done.stdout


def test_read_models_as_of_the_beginning_are_empty(env, tmp_path):
    done = run(env, "replay", "identity", "--to", "2001-01-01", "--into", tmp_path)

    with closing(sqlite3.connect(tmp_path / "identity.db")) as db:
        people = db.execute("SELECT COUNT(*) FROM person").fetchone()[0]
    assert done.returncode == 0, done.stderr
    assert people == 0


def test_read_models_as_of_now_hold_everybody(env, tmp_path):
    done = run(env, "replay", "identity", "--into", tmp_path)

    with closing(sqlite3.connect(tmp_path / "identity.db")) as db:
        people = db.execute("SELECT COUNT(*) FROM person").fetchone()[0]
    assert done.returncode == 0, done.stderr
    assert people == len(small_directory()["people"])


def test_read_models_are_put_beside_the_live_ones_where_nothing_else_is_said(env):
    done = run(env, "replay", "identity", "--to", "2001-01-01")
    again = run(env, "replay", "identity", "--to", "2001-01-01")

    made = Path(done.stdout.strip())
    assert done.returncode == 0, done.stderr
    assert made == Path(env["HELPDESK_DATA_DIR"]) / "replayed/2001-01-01T000000Z/identity.db"
    assert made.is_file()
    assert again.returncode == 2
    assert "name another folder with --into" in again.stderr


@pytest.mark.parametrize(
    ("service", "instead"), [("search", "rebuild search"), ("audit", "verify"), ("mail", "no such")]
)
@pytest.mark.parametrize("command", ["replay", "diff"])
def test_a_service_without_read_models_says_what_does_for_them(env, command, service, instead):
    done = run(env, command, service)

    assert done.returncode == 1
    assert done.stderr.startswith(f"helpdesk: {service} has no read models to make anew: ")
    assert instead in done.stderr


def test_the_auditors_tool_compares_too(env):
    done = run_here(auditing, "diff", "email", "--json", env=env)
    said = json.loads(done.stdout)

    assert done.returncode == 0, done.stderr
    assert (said["service"], said["same"], said["differences"]) == ("email", True, 0)
    assert {(t["only_live"], t["only_anew"]) for t in said["tables"].values()} == {(0, 0)}


def test_the_auditors_tool_compares_with_the_read_models_of_a_time(env):
    done = run_here(auditing, "diff", "email", "--to", "2001-01-01", env=env)

    assert done.returncode == 1
    assert "rows only live, 0 only made anew" in done.stdout
