"""The console script ``helpdesk-audit``."""

from services.audit.commands import audit


def main() -> None:
    """Run the auditors' tool."""
    audit()


if __name__ == "__main__":
    main()
