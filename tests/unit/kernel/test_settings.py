from dataclasses import dataclass
from pathlib import Path

import pytest

from helpdesk.kernel.settings import SettingsError, check_unknown, names, parse


@dataclass(frozen=True)
class Example:
    port: int = 25
    secure: bool = False
    password: str = ""
    folder: Path = Path("x")


def test_settings_are_read_from_the_environment():
    env = {
        "HELPDESK_MAIL_PORT": "2525",
        "HELPDESK_MAIL_SECURE": "yes",
        "HELPDESK_MAIL_FOLDER": "/y",
    }

    assert parse(Example, "mail", env) == Example(2525, True, "", Path("/y"))


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
    ],
)
def test_a_malformed_setting_is_named(name, value):
    with pytest.raises(SettingsError, match=name):
        parse(Example, "mail", {name: value})


def test_an_unknown_setting_is_named():
    with pytest.raises(SettingsError, match="HELPDESK_MAIL_PROT"):
        check_unknown({"HELPDESK_MAIL_PROT": "1", "PATH": "/"}, names(Example, "mail"))
