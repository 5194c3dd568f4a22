"""What the documents say is still so: links, settings, permissions, commands, named tests."""

import dataclasses
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_pem_private_key,
)

from helpdesk.kernel import tokens
from helpdesk.kernel.hosting import HostSettings
from helpdesk.kernel.secrets import new_private_key
from helpdesk.options.v1 import options_pb2
from services.audit.service import SERVICE as AUDIT
from services.demo.domain import sample
from services.email.domain import caller_check
from services.hosting import ALL
from services.identity.domain import sign_in
from services.identity.service import SERVICE as IDENTITY
from services.search.service import SERVICE as SEARCH
from services.session.domain.access import LONGEST_MINUTES, Windows
from tests.support.product import free_address, running_product

ROOT = Path(__file__).parents[2]
DOCUMENTS = sorted(
    [
        *(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md")),
        *(ROOT / "docs").rglob("*.md"),
    ]
)
TEXTS = {str(path.relative_to(ROOT)): path.read_text() for path in DOCUMENTS}
BLOCK = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)


def prose(name):
    return BLOCK.sub("", TEXTS[name])


def anchors(text):
    for line in BLOCK.sub("", text).splitlines():
        if line.startswith("#"):
            title = line.lstrip("#").strip().lower()
            yield re.sub(r"[^\w\- ]", "", title).replace(" ", "-")


def every(pattern, find=prose):
    return [(name, *match.groups()) for name in TEXTS for match in re.finditer(pattern, find(name))]


@pytest.mark.parametrize("name", TEXTS)
def test_links_lead_somewhere(name):
    broken = []
    for target in re.findall(r"\]\(([^)\s]+)\)", prose(name)):
        if re.match(r"https?://", target):
            continue
        path, _, anchor = target.partition("#")
        found = (ROOT / name).parent / path if path else ROOT / name
        if not found.exists() or (anchor and anchor not in anchors(found.read_text())):
            broken.append(target)

    assert broken == []


def test_every_decision_is_in_the_index_under_its_number_and_title():
    adr = ROOT / "docs/adr"
    titles = {path.name: path.read_text().splitlines()[0] for path in sorted(adr.glob("0*.md"))}
    row = r"^(\d+\. )\[(.+)\]\((.+)\)$"
    rows = re.findall(row, TEXTS["docs/adr/README.md"], re.MULTILINE)

    assert [(name, f"# {number}{title}") for number, title, name in rows] == list(titles.items())
    assert [int(name[:4]) for name in titles] == list(range(1, len(titles) + 1))


def settings():
    kinds = {"": HostSettings}
    for service in ALL:
        kinds |= service.settings
    for prefix, kind in kinds.items():
        for field in dataclasses.fields(kind):
            name = "_".join(("HELPDESK", *filter(None, (prefix.upper(), field.name.upper()))))
            yield name, shown(field.default)


def shown(default):
    if isinstance(default, bool):
        return "yes" if default else "no"
    if isinstance(default, tuple):
        return ",".join(map(str, default))
    if isinstance(default, float):
        return f"{default:g}"
    return str(default)


def test_the_table_of_settings_is_complete_and_has_the_defaults():
    row = r"^\| `(HELPDESK_\w+)` \| (?:`([^`]*)`|empty) \| .+ \|$"
    listed = re.findall(row, TEXTS["docs/operators.md"], re.MULTILINE)

    assert dict(listed) == dict(settings())
    assert len(listed) == len(dict(listed))


# ASVS 5.0, chapters 7 (session management) and 8 (authorization): how many points a section has.
ASVS = {"7.1": 3, "7.2": 4, "7.3": 2, "7.4": 5, "7.5": 3, "7.6": 2} | {
    "8.1": 4, "8.2": 4, "8.3": 3, "8.4": 2,
}  # fmt: skip


def test_every_point_of_asvs_on_sessions_and_access_control_is_listed():
    table = TEXTS["docs/security.md"].partition("## Points of OWASP ASVS")[2]
    rows = [line.split("|")[1] for line in table.splitlines() if line.startswith("| ")]
    listed = {point.strip() for row in rows for point in row.split(",")}
    wanted = {f"{section}.{n}" for section, most in ASVS.items() for n in range(1, most + 1)}

    assert wanted - listed == set()


CIRCUMSTANCES = {
    "roles": "role",
    "any_role": "role",
    "ticket": "ticket",
    "section": "consent",
    "any_section": "consent",
    "check": "caller check",
    "instead_of_check": "caller check",
    "callers": "service",
}
NO_CIRCUMSTANCES = {"effect", "access", "action", "reason", "lifecycle"}
"""What a rule says of a method itself, or asks the caller to write."""


def test_operators_read_of_every_circumstance_that_a_rule_may_ask_for():
    decides = next(
        line
        for line in TEXTS["docs/operators.md"].splitlines()
        if line.startswith("What decides whether a call is answered:")
    )
    asked = {each.name for each in options_pb2.MethodRule.DESCRIPTOR.fields}

    assert asked == set(CIRCUMSTANCES) | NO_CIRCUMSTANCES
    assert [word for word in CIRCUMSTANCES.values() if word not in decides] == []


def test_how_long_people_stay_signed_in_is_written_down_as_it_is_enforced():
    text = TEXTS["docs/operators.md"].partition("## How long people stay signed in")[2]
    written = dict(re.findall(r"^\| (.+?) \| (.+?) \|$", text.partition("\n## ")[0], re.MULTILINE))
    minutes = lambda lasts: f"{lasts.total_seconds() / 60:g} minutes"  # noqa: E731
    view = Windows()

    assert written["A sign-in that is not used"] == minutes(sign_in.IDLE)
    assert written["A sign-in in all"] == f"{sign_in.LONGEST.total_seconds() / 3600:g} hours"
    assert written["A token of a service or program"] == f"{tokens.LONGEST / 60:g} minutes"
    assert written["A portal view"] == (
        f"{view.view_minutes} minutes from its first use, {LONGEST_MINUTES} at most; "
        f"{view.idle.total_seconds() / 60:g} without use"
    )
    assert written["A caller check"] == minutes(caller_check.LASTS)


def test_the_table_of_permissions_is_what_the_protos_say():
    made = subprocess.run(
        ["scripts/permissions", "--print"], cwd=ROOT, capture_output=True, text=True, check=True
    )

    assert made.stdout == TEXTS["docs/permissions.md"]


def test_tests_that_documents_name_exist():
    named = every(r"`(?:\.venv/bin/pytest )?(tests/[\w/]+\.py)(?:::(\w+))?`")
    missing = [
        (name, path, test)
        for name, path, test in named
        if not (ROOT / path).is_file() or (test and f"def {test}(" not in (ROOT / path).read_text())
    ]

    assert named
    assert missing == []


def test_paths_that_documents_name_exist():
    named = every(
        r"`((?:helpdesk|services|protos|scripts|benchmarks|docs)/[\w./]+)`",
        find=lambda name: prose(name) if name != "CHANGELOG.md" else "",
    )

    assert [(name, path) for name, path in named if not (ROOT / path).exists()] == []


def commands():
    """Every command line of the product in a block of a document, with its block's language."""
    for name, text in TEXTS.items():
        for block in BLOCK.findall(text):
            lines = block.splitlines()
            if lines[0] not in ("```sh", "```bash"):
                continue
            for line in lines[1:-1]:
                for used in re.findall(r"(?:^|[(\s/])(helpdesk(?:-audit)?) ([a-z][a-z-]+)", line):
                    yield name, *used


def test_commands_that_documents_show_exist():
    from services.__main__ import _COMMANDS
    from services.audit.commands import audit

    known = {"helpdesk": set(_COMMANDS), "helpdesk-audit": set(audit.commands)}
    shown_commands = list(commands())

    assert shown_commands
    assert [each for each in shown_commands if each[2] not in known[each[1]]] == []


def test_every_command_is_in_some_document():
    from services.__main__ import _COMMANDS
    from services.audit.commands import audit

    used = {(tool, command) for _, tool, command in commands()}
    wanted = {("helpdesk", c) for c in _COMMANDS} | {("helpdesk-audit", c) for c in audit.commands}

    assert wanted - used == set()


PYTHON = re.compile(
    r"<<'END'\n(?P<code>.*?)^END$\n```\n"
    r"(?:\nIt prints[^\n]*:\n\n```text\n(?P<output>.*?)^```$)?",
    re.MULTILINE | re.DOTALL,
)
MOMENT = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d")


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    """The sample of the demo behind a port, and what a reader's shell would have set."""
    folder = tmp_path_factory.mktemp("documents")
    key = new_private_key()
    public = load_pem_private_key(key, None).public_key()
    pem = public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
    (folder / "service.pem").write_bytes(key)
    service = {"mail-gateway": {"public_key": pem, "roles": ["MAIL_REPORTER"]}}
    (folder / "services.json").write_text(json.dumps(service))
    made, address = sample(), free_address()
    with running_product(
        folder / "data",
        [IDENTITY, SEARCH, AUDIT],
        directory=made.records,
        HELPDESK_GRPC_ADDRESS=address,
        HELPDESK_IDENTITY_SERVICES=str(folder / "services.json"),
    ) as product:
        product.settle()
        people = {person["emails"][0]: person for person in made.records["people"]}
        tokens = {}
        for email, person in people.items():
            roles = [role.upper() for role in person["roles"]]
            tokens[email] = product.token(sub=person["id"], partner=person["orgId"], roles=roles)
        yield (
            product,
            tokens,
            {
                "HELPDESK_GRPC_ADDRESS": address,
                "SERVICE_KEY": str(folder / "service.pem"),
                "PYTHONPATH": str(ROOT),
            },
        )


def test_programs_in_documents_print_what_the_documents_say(demo):
    product, tokens, environ = demo
    wrong, count = [], 0
    for name in ("README.md", "docs/integrators.md", "docs/auditors.md", "docs/operators.md"):
        emails = re.findall(r"helpdesk token (\S+?@[\w.-]+)", TEXTS[name])
        for block in PYTHON.finditer(TEXTS[name]):
            done = subprocess.run(
                [sys.executable, "-W", "ignore", "-c", block["code"]],
                env={**os.environ, **environ, "TOKEN": tokens[emails[0]] if emails else ""},
                capture_output=True,
                text=True,
            )
            product.settle()
            printed = MOMENT.sub("", done.stdout)
            told = MOMENT.sub("", block["output"] or "")
            count += 1
            # The log holds the searches of every document; the others print just what they tell.
            lines, wanted = printed.splitlines(), told.splitlines()
            as_told = set(wanted) <= set(lines) if "auditors" in name else wanted in ([], lines)
            if done.returncode or not as_told:
                wrong.append((name, printed, done.stderr[-500:]))

    assert count == 6
    assert wrong == []
