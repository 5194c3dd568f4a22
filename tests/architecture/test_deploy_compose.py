"""The image and compose.yaml: the processes of the product, by real commands and known settings."""

import re
import shutil
import subprocess
from pathlib import Path
from types import SimpleNamespace

import click
import pytest
import yaml

from helpdesk.kernel.resources import HostSettings
from helpdesk.kernel.settings import parse
from services.__main__ import helpdesk
from services.configured import check_settings
from services.hosting import make_secrets
from services.processes import PROCESSES
from services.session.providers import receivers
from services.session.settings import SessionSettings
from tests.support.outside import CONNECTS, sent_to, unclassified

DEPLOY = Path(__file__).parents[2] / "deploy"
COMPOSE = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
SERVICES = COMPOSE["services"]
CONTAINERS = {name: each for name, each in SERVICES.items() if each["image"] == "helpdesk"}
ENGINES = {name: each for name, each in SERVICES.items() if name not in CONTAINERS}
OURS = {name: each for name, each in CONTAINERS.items() if "profiles" not in each}
PARTS = [name for name in OURS if name.partition("-")[0] in ("serve", "relay", "work")]
DOCKERFILE = (DEPLOY / "Dockerfile").read_text()
ASKED = {
    "HELPDESK_GATEWAY_URL": "https://desk.example",
    "HELPDESK_EMAIL_SMTP_ADDRESS": "mail.example:587",
}
HOST = re.compile(r"\$\{(\w+)(?::([-?])([^}]*))?\}")


def filled(value):
    """A value as compose fills it in, with what it asks for given."""
    return HOST.sub(lambda m: ASKED.get(m[1], "" if m[2] == "?" else m[3] or ""), str(value))


def written_by(script, folder):
    """The secrets that the script of the repository makes."""
    (folder / "scripts").mkdir()
    copy = folder / "scripts" / "compose-secrets"
    shutil.copy(DEPLOY.parent / "scripts" / script, copy)
    subprocess.run([copy], check=True, capture_output=True)
    return folder / "deploy" / "secrets"


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    folder = written_by("compose-secrets", tmp_path_factory.mktemp("compose"))
    (folder / "issuers.json").write_text("[]")
    (folder / "smtp.password").write_text("x")
    return folder


def environment(service, made):
    env = {name: filled(value) for name, value in service.get("environment", {}).items()}
    return {name: value.replace("/run/secrets", str(made)) for name, value in env.items()}


def test_compose_runs_the_processes_of_the_product_and_no_others():
    commands = [" ".join(each["command"]) for each in OURS.values()]

    assert sorted(commands) == sorted(["init", "migrate", *(p.name for p in PROCESSES)])


@pytest.mark.parametrize("name", OURS)
def test_each_command_line_is_one_of_helpdesk(name):
    command, *arguments = OURS[name]["command"]
    found = helpdesk.get_command(click.Context(helpdesk), command)

    found.make_context(command, list(arguments))
    assert all(argument in {p.service for p in PROCESSES} for argument in arguments)


@pytest.mark.parametrize("name", CONTAINERS)
def test_each_setting_is_known_and_well_formed(name, made):
    env = environment(CONTAINERS[name], made)
    check_settings(env)


@pytest.mark.parametrize("name", PARTS)
def test_each_process_finds_the_broker(name, made):
    settings = parse(HostSettings, "", environment(OURS[name], made))

    assert settings.broker_url.startswith("amqp://helpdesk:")
    assert len(settings.broker_url) > 60


def test_the_log_is_named_after_the_address_that_people_type(made, tmp_path):
    make_secrets(tmp_path / "keys", environment(SERVICES["init"], made))

    assert (tmp_path / "keys/audit.origin").read_text().startswith("desk.example/log/")


@pytest.mark.parametrize("name", PARTS)
def test_links_of_mails_and_the_issuer_of_signals_are_what_people_type(name, made):
    assert set(sent_to(environment(OURS[name], made))) == {"https://desk.example"}


def test_a_wrong_setting_is_found(made):
    service = {"environment": {"HELPDESK_TRACE_ENDPOINT": "x"}}

    with pytest.raises(ValueError, match="HELPDESK_TRACE_ENDPOINT"):
        check_settings(environment(service, made))


@pytest.mark.parametrize("name", CONTAINERS)
def test_each_process_may_do_little(name):
    service = CONTAINERS[name]

    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert "privileged" not in service
    assert "user" not in service


def test_every_process_that_stays_is_asked_for_its_health():
    stay = [*PARTS, *ENGINES]

    assert [name for name in stay if "healthcheck" not in SERVICES[name]] == []


def test_secrets_are_files_and_the_text_holds_no_password():
    used = {
        each if isinstance(each, str) else each["source"]
        for service in SERVICES.values()
        for each in service.get("secrets", [])
    }
    words = re.compile(r"(?i)password|secret|_url$")
    plain = [
        (name, key, value)
        for name, service in SERVICES.items()
        for key, value in service.get("environment", {}).items()
        if words.search(key) and not key.endswith("_FILE") and "${" not in value
    ]

    assert used == set(COMPOSE["secrets"])
    assert all(set(each) == {"file"} for each in COMPOSE["secrets"].values())
    assert [each for each in plain if each[1] != "HELPDESK_SEARCH_OPENSEARCH_URL"] == []


def test_each_setting_from_a_file_is_a_secret_of_that_container():
    for name, service in CONTAINERS.items():
        files = {
            Path(value).name
            for key, value in service.get("environment", {}).items()
            if str(value).startswith("/run/secrets/")
        }
        assert files <= set(service.get("secrets", [])), name


def test_engines_are_official_images_with_a_version():
    official = r"(postgres:15\.\d+|rabbitmq:3\.\d+\.\d+|opensearchproject/opensearch:3\.\d+\.\d+)"

    assert len(ENGINES) == 3
    for service in ENGINES.values():
        assert re.match(official, service["image"])


def test_only_the_console_is_published_and_only_to_this_machine():
    published = {name: each["ports"] for name, each in SERVICES.items() if "ports" in each}

    assert published == {"serve-gateway": ["127.0.0.1:8080:8080"]}


def test_only_search_reaches_the_index_and_workers_reach_no_api():
    on = {name: set(each.get("networks", [])) for name, each in OURS.items()}

    assert {n for n, nets in on.items() if "index" in nets} == {
        "serve-search", "relay-search", "work-search",
    }  # fmt: skip
    assert [n for n, nets in on.items() if "calls" in nets and not n.startswith("serve-")] == []
    assert not any("facts" in nets for n, nets in on.items() if n.startswith("serve-"))


def test_commands_of_operators_have_what_the_processes_have_and_may_change_the_keys():
    [name] = CONTAINERS.keys() - OURS.keys()
    operator, workers = CONTAINERS[name], [OURS[n] for n in PARTS if not n.startswith("serve-")]
    env = operator["environment"]
    asked = {key: value for each in workers for key, value in each["environment"].items()}

    assert operator["profiles"] == [name] == ["operator"]
    assert asked.items() <= env.items()
    assert set(operator["networks"]) == set(COMPOSE["networks"]) - {"watch"}
    assert "secrets:/secrets" in operator["volumes"]
    assert [n for n, each in OURS.items() if "secrets:/secrets" in each["volumes"]] == ["init"]
    assert "command" not in operator


def test_each_command_of_the_operators_page_that_compose_runs_is_one():
    page = (DEPLOY.parent / "docs/operators.md").read_text()
    line = r"^docker compose -f deploy/compose.yaml run --rm (?:-v \S+ )?operator (\S+)"
    commands = re.findall(line, page, re.MULTILINE)

    assert {"keys", "dead-letters", "import"} <= set(commands)
    assert all(helpdesk.get_command(click.Context(helpdesk), each) for each in commands)
    assert "compose.yaml exec" not in page


def test_who_connects_to_hosts_outside_is_on_the_network_that_leads_there_and_nobody_else():
    on = {" ".join(s["command"]) for s in OURS.values() if "outside" in s.get("networks", [])}
    internal = {n for n, each in COMPOSE["networks"].items() if (each or {}).get("internal")}

    # The console's port is published there.
    assert on == set().union(*CONNECTS.values()) | {"serve gateway"}
    assert internal == set(COMPOSE["networks"]) - {"outside"}


def test_what_can_be_set_outside_reaches_the_process_that_connects():
    given = {
        " ".join(service["command"]): set(service.get("environment", {}))
        for service in OURS.values()
    }

    for setting in (
        "HELPDESK_EMAIL_SMTP_ADDRESS", "HELPDESK_AUDIT_ALARM_ADDRESS", "HELPDESK_AUDIT_ALARM_SMTP",
        "HELPDESK_AUDIT_WITNESSES", "HELPDESK_SESSION_SIGNALS_URL",
        "HELPDESK_SESSION_SIGNALS_RECEIVERS",
    ):  # fmt: skip
        for process in CONNECTS.get(setting, {"work audit"}):
            assert setting in given[process]


@pytest.mark.parametrize("name", ["work-session", "operator"])
def test_receivers_of_signals_come_from_the_folder_that_the_script_makes(name, tmp_path):
    made = written_by("compose-secrets", tmp_path)
    [folder] = [each for each in CONTAINERS[name]["volumes"] if each.startswith("./")]
    here, there, mode = folder.split(":")
    path = Path(CONTAINERS[name]["environment"]["HELPDESK_SESSION_SIGNALS_RECEIVERS"])
    written = made / Path(here).relative_to("secrets") / path.relative_to(there)
    readable = [each.stat().st_mode & 0o005 for each in (written.parent, written)]
    settings = SessionSettings(signals_receivers=str(written))
    resources = SimpleNamespace(settings=HostSettings())

    assert mode == "ro"
    assert readable == [0o005, 0o004]
    assert receivers(settings, resources) == []
    written.write_text('[{"url": "https://one.example", "token_file": "one.token"}]')
    (written.parent / "one.token").write_text("x")
    assert [each.url for each in receivers(settings, resources)] == ["https://one.example"]


def test_every_setting_that_names_a_host_is_known_to_these_tests():
    assert unclassified() == set()


def test_passwords_are_made_once_and_are_nobody_elses(made, tmp_path):
    again = written_by("compose-secrets", tmp_path)

    assert (again / "broker.password").read_text() != (made / "broker.password").read_text()
    assert made.stat().st_mode & 0o077 == 0


def test_the_image_is_two_stages_of_a_pinned_python_and_runs_as_nobody():
    stages = re.findall(r"^FROM (\S+)", DOCKERFILE, re.MULTILINE)
    last = DOCKERFILE.rpartition("FROM ")[2]
    copied = re.findall(r"^COPY (?!--from)(.+) \S+$", DOCKERFILE, re.MULTILINE)

    assert len(stages) == 2
    assert all(re.fullmatch(r"python:3\.11\.\d+-slim-\w+", each) for each in stages)
    assert "uv sync --frozen --no-dev" in DOCKERFILE
    assert re.search(r"^USER 10001:10001$", last, re.MULTILINE)
    assert "uv" not in last
    for path in " ".join(copied).split():
        assert (DEPLOY.parent / path).exists()


def test_the_image_has_the_uv_of_the_repository():
    pinned = re.search(r"uv==([\d.]+)", (DEPLOY.parent / "scripts" / "install").read_text())[1]

    assert f"uv=={pinned}" in DOCKERFILE


def test_docker_takes_the_file(made):
    docker = shutil.which("docker")
    version = docker and subprocess.run([docker, "compose", "version"], capture_output=True)
    if not docker or version.returncode:
        pytest.skip("docker compose is not installed")
    said = subprocess.run(
        [docker, "compose", "-f", DEPLOY / "compose.yaml", "config", "--quiet"],
        env={"PATH": "/usr/bin:/bin:/usr/local/bin", "HOME": str(made), **ASKED},
        capture_output=True,
        text=True,
    )

    assert said.returncode == 0, said.stderr
