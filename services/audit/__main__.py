"""The auditors' tool alone, as in its zipapp: without the product, it reads files only."""

from services.audit.commands import audit


def main() -> None:
    """Run it."""
    audit(prog_name="helpdesk-audit")


if __name__ == "__main__":
    main()
