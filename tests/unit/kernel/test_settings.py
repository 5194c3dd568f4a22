from dataclasses import dataclass
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Literal

import pytest

from helpdesk.kernel.settings import (
    Address,
    Network,
    Range,
    SettingsError,
    Url,
    check_unknown,
    connections,
    names,
    parse,
)


@dataclass(frozen=True)
class Example:
    port: int = 25
    secure: bool = False
    password: str = ""
    folder: Path = Path("x")
    share: Annotated[float, Range(above=0, most=1)] = 0.5
    level: Literal["LOW", "HIGH"] = "LOW"
    address: Annotated[str, Address()] = ""
    server: Annotated[str, Address(possibly_empty=False)] = "localhost:25"
    url: Annotated[str, Url(besides=("none",))] = "none"
    broker: Annotated[str, Url(("amqps", "amqp"))] = ""
    link: Annotated[str, Url(connects=False)] = ""
    networks: tuple[Network, ...] = ()


def test_settings_are_read_from_the_environment():
    env = {
        "HELPDESK_MAIL_PORT": "2525",
        "HELPDESK_MAIL_SECURE": "yes",
        "HELPDESK_MAIL_FOLDER": "/y",
    }

    assert parse(Example, "mail", env) == Example(2525, True, "", Path("/y"))


def test_values_that_fit_their_rules_are_taken():
    env = {
        "HELPDESK_MAIL_SHARE": "1",
        "HELPDESK_MAIL_LEVEL": "HIGH",
        "HELPDESK_MAIL_ADDRESS": "[::1]:8080",
        "HELPDESK_MAIL_URL": "https://a.example/x",
        "HELPDESK_MAIL_BROKER": "amqp://one.example//; amqps://two.example//",
        "HELPDESK_MAIL_NETWORKS": "10.1.0.0/16, 192.0.2.1",
    }

    read = parse(Example, "mail", env)

    assert (read.share, read.level, read.address) == (1.0, "HIGH", "[::1]:8080")
    assert read.networks == (ip_network("10.1.0.0/16"), ip_network("192.0.2.1/32"))


def test_where_to_connect_to_is_known_from_the_types():
    env = {
        "HELPDESK_MAIL_URL": "https://a.example",
        "HELPDESK_MAIL_LINK": "http://b.example",
        "HELPDESK_MAIL_BROKER": "amqp://one.example; amqp://two.example",
    }

    assert list(connections(Example, "mail", env)) == [
        ("HELPDESK_MAIL_URL", "https://a.example"),
        ("HELPDESK_MAIL_BROKER", "amqp://one.example"),
        ("HELPDESK_MAIL_BROKER", "amqp://two.example"),
    ]
    assert list(connections(Example, "mail", {})) == []


def test_a_secret_is_read_from_a_file(tmp_path):
    (tmp_path / "secret").write_text("s3cret\n")

    assert (
        parse(Example, "mail", {"HELPDESK_MAIL_PASSWORD_FILE": str(tmp_path / "secret")}).password
        == "s3cret"
    )


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("HELPDESK_MAIL_PORT", "many"),
        ("HELPDESK_MAIL_SECURE", "perhaps"),
        ("HELPDESK_MAIL_PORT_FILE", "/nowhere"),
        ("HELPDESK_MAIL_SHARE", "0"),
        ("HELPDESK_MAIL_SHARE", "1.01"),
        ("HELPDESK_MAIL_SHARE", "nan"),
        ("HELPDESK_MAIL_SHARE", "-inf"),
        ("HELPDESK_MAIL_LEVEL", "low"),
        ("HELPDESK_MAIL_ADDRESS", "nonsense"),
        ("HELPDESK_MAIL_ADDRESS", ":80"),
        ("HELPDESK_MAIL_ADDRESS", "host:65536"),
        ("HELPDESK_MAIL_ADDRESS", "host:²"),
        ("HELPDESK_MAIL_SERVER", ""),
        ("HELPDESK_MAIL_URL", "some"),
        ("HELPDESK_MAIL_URL", "ftp://a.example"),
        ("HELPDESK_MAIL_URL", "https://"),
        ("HELPDESK_MAIL_URL", "https://a.example:99999"),
        ("HELPDESK_MAIL_BROKER", "http://a.example"),
        ("HELPDESK_MAIL_BROKER", "amqp://a.example;nonsense"),
        ("HELPDESK_MAIL_NETWORKS", "10.1.0.0/16,foo"),
    ],
)
def test_a_malformed_setting_is_named(name, value):
    with pytest.raises(SettingsError, match=f"^{name}: "):
        parse(Example, "mail", {name: value})


def test_a_file_of_a_secret_that_is_no_text_is_named(tmp_path):
    (tmp_path / "secret").write_bytes(b"\xff\xfe")

    with pytest.raises(SettingsError, match="HELPDESK_MAIL_PASSWORD_FILE: "):
        parse(Example, "mail", {"HELPDESK_MAIL_PASSWORD_FILE": str(tmp_path / "secret")})


def test_an_unknown_setting_is_named():
    with pytest.raises(SettingsError, match="HELPDESK_MAIL_PROT"):
        check_unknown({"HELPDESK_MAIL_PROT": "1", "PATH": "/"}, names(Example, "mail"))
