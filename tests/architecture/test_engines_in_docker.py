"""scripts/up where Docker answers: what it asks of Docker, and when it does not ask."""

import os
import shutil
import stat
import subprocess
from pathlib import Path

import psutil
import pytest
import yaml

from tests.support.waiting import wait_until

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
COMPOSE = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
ENGINES = ("postgres", "rabbitmq", "opensearch")
DOCKER = """#!/usr/bin/env bash
echo "$*" >>"$FAKE/calls"
case "$*" in
  info) [ ! -e "$FAKE/dead" ] ;;
  *" config "*) [ ! -e "$FAKE/without-compose" ] ;;
  *" up "*)
    env | grep -E '^(ENGINES|[A-Z]+_PORT)=' >"$FAKE/env"
    while [ -e "$FAKE/slow" ]; do sleep 0.1; done
    [ ! -e "$FAKE/sick" ] && touch "$FAKE/up" ;;
  *" ps "*) if [ -e "$FAKE/up" ]; then echo 0123456789ab; fi ;;
  *"-c SELECT"*) if [ -e "$FAKE/made" ]; then echo 1; fi ;;
  *" psql "*) cat >>"$FAKE/sql" ;;
esac
"""


class OverriddenLoader(yaml.SafeLoader):
    """Reads compose's own tag as the value that it stands before."""


OverriddenLoader.add_constructor("!override", lambda load, node: load.construct_sequence(node))
OVERRIDES = yaml.load((DEPLOY / "engines.yaml").read_text(), OverriddenLoader)


class Fake:
    """A docker that writes down what it is asked; no container is ever run."""

    def __init__(self, folder):
        self.folder, self.engines = folder, folder / "engines"
        (folder / "bin").mkdir()
        (folder / "bin" / "docker").write_text(DOCKER)
        (folder / "bin" / "docker").chmod(0o755)
        self.env = {
            **{n: v for n, v in os.environ.items() if not n.startswith(("HELPDESK_", "ENGINES_"))},
            "PATH": f"{folder / 'bin'}:{os.environ['PATH']}",
            "FAKE": str(folder),
            "ENGINES_DIR": str(self.engines),
        }

    def begun(self, script, *words):
        return subprocess.Popen(
            [ROOT / "scripts" / script, *words],
            env=self.env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run(self, script, *words):
        with self.begun(script, *words) as process:
            said, complained = process.communicate()
        return subprocess.CompletedProcess(process.args, process.returncode, said, complained)

    def chosen(self, **env):
        """Ask the script's own function, so that no engine is started as a process."""
        script = (ROOT / "scripts" / "up").read_text()
        functions = script.partition('alone scripts/up "$@"\n')[0]
        functions = functions.replace('"$(dirname "$0")/.."', f'"{ROOT}"')
        asked = subprocess.run(
            ["bash", "-c", f"{functions}\nif docker_wanted; then echo yes; else echo no; fi"],
            env={**self.env, **env},
            capture_output=True,
            text=True,
        )
        assert asked.returncode == 0, asked.stderr
        return asked.stdout.strip() == "yes"

    @property
    def calls(self):
        written = self.folder / "calls"
        return written.read_text().splitlines() if written.exists() else []

    def is_(self, *words):
        for word in words:
            (self.folder / word).touch()


@pytest.fixture
def docker(tmp_path):
    return Fake(tmp_path)


@pytest.fixture
def up(docker):
    done = docker.run("up")
    assert done.returncode == 0, done.stderr
    return docker


def settings(docker):
    lines = (docker.engines / "env").read_text().splitlines()
    return dict(line.split("=", 1) for line in lines)


def test_where_docker_answers_the_engines_are_containers_that_are_waited_for(up):
    (started,) = [each for each in up.calls if " up " in each]

    assert started.endswith(
        "--file deploy/compose.yaml --file deploy/engines.yaml "
        "up --detach --wait --wait-timeout 300 postgres rabbitmq opensearch"
    )
    assert "--project-name helpdesk-engines-" in started
    assert not list(up.engines.glob("*.pid"))


def test_the_same_settings_are_written_as_for_processes(up):
    ports = dict(line.split("=") for line in (up.folder / "env").read_text().splitlines())
    written = settings(up)
    password = (up.engines / "secrets" / "postgres.password").read_text()
    at = f"{password}@127.0.0.1:{ports['POSTGRES_PORT']}/helpdesk"

    assert len(password) == 36
    assert written["ENGINES_OWNER_DATABASE_URL"] == f"postgresql://helpdesk_owner:{at}"
    assert written["HELPDESK_EMAIL_DATABASE_URL"] == f"postgresql://helpdesk_email:{at}"
    assert written["HELPDESK_BROKER_URL"].endswith(f"@127.0.0.1:{ports['RABBITMQ_PORT']}//")
    assert written["HELPDESK_SEARCH_OPENSEARCH_URL"] == (
        f"http://127.0.0.1:{ports['OPENSEARCH_PORT']}"
    )
    assert {name for name in written if "DATABASE_URL" in name} == {
        "ENGINES_OWNER_DATABASE_URL",
        *(
            f"HELPDESK_{each}_DATABASE_URL"
            for each in ("IDENTITY", "SEARCH", "EMAIL", "SESSION", "AUDIT", "GATEWAY", "VAULT")
        ),
    }


def test_containers_get_their_passwords_as_files_that_nobody_else_here_reads(up):
    folder = up.engines / "secrets"
    broker = settings(up)["HELPDESK_BROKER_URL"].split(":")[2].partition("@")[0]

    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert (folder / "rabbitmq.conf").read_text() == (
        f"default_user = helpdesk\ndefault_pass = {broker}\n"
    )
    assert not [each for each in up.calls if broker in each]


def test_each_service_gets_a_role_and_a_schema(up):
    said = (up.folder / "sql").read_text()
    asked = [each for each in up.calls if "CREATE DATABASE helpdesk" in each]

    assert [each for each in ("identity", "audit", "vault") if f"helpdesk_{each}" not in said] == []
    assert said.count("CREATE SCHEMA IF NOT EXISTS") == 7
    assert len(asked) == 1


def test_named_engines_are_started_alone(docker):
    done = docker.run("up", "opensearch")

    assert done.returncode == 0, done.stderr
    assert set(settings(docker)) == {"HELPDESK_SEARCH_OPENSEARCH_URL"}
    assert not [each for each in docker.calls if "psql" in each]


def test_containers_that_do_not_become_healthy_are_an_error(docker):
    docker.is_("sick")
    done = docker.run("up")

    assert done.returncode == 1
    assert "did not become healthy" in done.stderr
    assert [each for each in docker.calls if " logs --tail 20 " in each]
    assert not (docker.engines / "env").exists()


def test_a_second_one_waits_until_the_first_is_done(docker):
    def started():
        return len([each for each in docker.calls if " up " in each])

    def waits(process):
        return psutil.Process(process.pid).name() == "flock"

    docker.is_("slow")
    first = docker.begun("up")
    assert wait_until(lambda: started() == 1)
    second = docker.begun("up")
    assert wait_until(lambda: waits(second) or started() == 2)
    begun = started()
    (docker.folder / "slow").unlink()
    ended = [each.communicate()[1] for each in (first, second)]

    assert [first.returncode, second.returncode] == [0, 0], ended
    assert begun == 1
    assert started() == 2


def test_what_is_started_does_not_keep_the_others_waiting(docker):
    docker.engines.mkdir()
    held = docker.folder / "held"
    script = f". scripts/engines; alone bash -c 'ls -l /proc/$$/fd >\"{held}\"'"
    done = subprocess.run(["bash", "-c", script], cwd=ROOT, env=docker.env, capture_output=True)

    assert done.returncode == 0
    assert held.read_text()
    assert "engines.lock" not in held.read_text()


def test_docker_is_chosen_only_where_it_answers_and_nobody_refused(docker):
    docker.engines.mkdir()

    assert docker.chosen()
    assert not docker.chosen(ENGINES_DOCKER="no")
    docker.is_("dead")
    assert not docker.chosen()


def test_docker_is_not_chosen_without_compose(docker):
    docker.engines.mkdir()
    docker.is_("without-compose")

    assert not docker.chosen()


def test_what_runs_as_processes_stays_so(docker):
    docker.engines.mkdir()
    mine = subprocess.Popen(["sleep", "60"], env=docker.env)
    (docker.engines / "rabbitmq.pid").write_text(str(mine.pid))
    try:
        assert not docker.chosen()
    finally:
        mine.kill()
        mine.wait()


def test_down_stops_some_ends_all_and_removes_what_was_stored(up):
    for words in (["rabbitmq"], [], ["--remove"]):
        if not words:
            assert (up.engines / "docker").exists()
        assert up.run("down", *words).returncode == 0
        if not words:
            assert not (up.engines / "env").exists()
            assert up.run("up").returncode == 0
    ended = [each.partition("engines.yaml ")[2] for each in up.calls]

    assert [each for each in ended if each.startswith(("stop", "down"))] == [
        "stop rabbitmq", "down", "down --volumes",
    ]  # fmt: skip
    assert not up.engines.exists()


def test_a_space_is_made_in_the_containers(up):
    # OpenSearch is asked by its port, where nothing listens here: only removing asks it.
    done = up.run("space", "mine")

    assert done.returncode == 0, done.stderr
    assert "/mine" in done.stdout
    assert [each for each in up.calls if "exec -T rabbitmq rabbitmqctl -q add_vhost mine" in each]
    assert [each for each in up.calls if 'CREATE DATABASE "mine"' in each]


def test_only_engines_are_changed_and_only_loopback_is_listened_on():
    changed = OVERRIDES["services"]
    ports = [port for each in changed.values() for port in each["ports"]]

    assert set(changed) == set(ENGINES)
    assert all("image" not in each for each in changed.values())
    assert all(COMPOSE["services"][name]["image"] != "helpdesk" for name in changed)
    assert len(ports) == 3
    assert all(port.startswith("127.0.0.1:") for port in ports)


def test_docker_takes_both_files_together(docker):
    real = shutil.which("docker")
    version = real and subprocess.run([real, "compose", "version"], capture_output=True)
    if not real or version.returncode:
        pytest.skip("docker compose is not installed")
    docker.engines.mkdir()
    said = subprocess.run(
        ["bash", "-c", ". scripts/engines; compose config"],
        cwd=ROOT,
        env={**docker.env, "PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
    )

    assert said.returncode == 0, said.stderr
    read = yaml.safe_load(said.stdout)
    for name in ENGINES:
        assert set(read["services"][name]["networks"]) == {"engines"}
        assert [port["host_ip"] for port in read["services"][name]["ports"]] == ["127.0.0.1"]
        assert read["services"][name]["image"] == COMPOSE["services"][name]["image"]
        secrets = [read["secrets"][s["source"]] for s in read["services"][name].get("secrets", [])]
        assert all(s["file"].startswith(f"{docker.engines}/secrets/") for s in secrets)
    assert read["networks"]["engines"].get("internal", False) is False
