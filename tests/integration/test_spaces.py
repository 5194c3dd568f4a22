"""A test has a database, a vhost and an index of its own: gone after it, also where it was killed."""

import json
import os
import subprocess
import time
import urllib.request
from pathlib import Path

import psycopg
import pytest

from tests.support.distributed import ROOT, space

OLD = time.time() - 24 * 3600


def named(owner_url, name):
    with psycopg.connect(owner_url) as connection:
        found = connection.execute("SELECT oid FROM pg_database WHERE datname = %s", (name,))
        return found.fetchone()


def name_of(made):
    return made["ENGINES_OWNER_DATABASE_URL"].rpartition("/")[2]


def swept():
    done = subprocess.run(
        [ROOT / "scripts" / "space", "--sweep"], capture_output=True, text=True, timeout=300
    )
    assert done.returncode == 0, done.stderr


def test_a_space_is_gone_after_its_test(owner_url):
    with space() as made:
        name = name_of(made)
        url = made["HELPDESK_SEARCH_OPENSEARCH_URL"]
        index = f"{made['HELPDESK_SEARCH_OPENSEARCH_INDEX']}-v1"
        wanted = urllib.request.Request(f"{url}/{index}", method="PUT")
        urllib.request.urlopen(wanted, timeout=60).close()
        assert named(owner_url, name)
    with urllib.request.urlopen(f"{url}/_cat/indices/{name}-*?format=json", timeout=60) as left:
        assert json.load(left) == []

    assert named(owner_url, name) is None


def test_what_a_killed_test_left_is_swept_and_what_is_new_or_in_use_is_not(owner_url):
    with space() as new, space() as old, space() as used:
        for each in (old, used):
            (oid,) = named(owner_url, name_of(each))
            aged(oid)
        with psycopg.connect(used["ENGINES_OWNER_DATABASE_URL"]):
            swept()
        left = [named(owner_url, name_of(each)) is not None for each in (new, old, used)]

    assert left == [True, False, True]


def aged(oid):
    """Make a database look as old as those that a killed test left."""
    script = '. scripts/engines; in_docker || printf %s "$ENGINES"'
    found = subprocess.run(["bash", "-c", script], cwd=ROOT, capture_output=True, text=True)
    file = Path(found.stdout) / "postgres" / "base" / str(oid) / "PG_VERSION"
    if not found.stdout or not os.access(file, os.W_OK):
        pytest.skip("the files of PostgreSQL are not ours to touch")
    os.utime(file, (OLD, OLD))
