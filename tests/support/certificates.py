"""Certificates of a development authority, as ``helpdesk certs dev`` makes them."""

from click.testing import CliRunner

from services.certs.commands import certs


def made(folder, *options):
    """Run the command; return what it said."""
    result = CliRunner().invoke(certs, ["dev", str(folder), *options])
    assert result.exit_code == 0, result.output
    return result.output


def shown_as(folder, name, authority=None):
    """Return the settings of a process that shows the certificate of ``name``."""
    return {
        "HELPDESK_TLS_CA_FILE": str((authority or folder) / "ca.pem"),
        "HELPDESK_TLS_CERT_FILE": str(folder / f"{name}.pem"),
        "HELPDESK_TLS_KEY_FILE": str(folder / f"{name}.key"),
    }
