"""The directory export and the bounce mails beside the repository; tests skip where they are absent."""

import json
from pathlib import Path

import pytest

from tests.support.product import KINDS

DATA = Path(__file__).parents[3] / "shared" / "data"
DIRECTORY = DATA / "directory"
BOUNCES = DATA / "bounces"

needs_directory = pytest.mark.skipif(
    not DIRECTORY.is_dir(), reason="no directory export beside the repository"
)
needs_bounces = pytest.mark.skipif(
    not BOUNCES.is_dir(), reason="no bounce mails beside the repository"
)


def exported_directory():
    return {
        kind: [
            json.loads(line) for line in (DIRECTORY / f"{kind}.ndjson").read_bytes().splitlines()
        ]
        for kind in KINDS
    }


class Cast:
    """The people of an export who play the acceptance story, found by what they are."""

    def __init__(self, directory):
        people = directory["people"]
        organizations = {o["id"]: o for o in directory["organizations"]}
        self.user = next(
            p
            for p in people
            if p["displayName"] == "Ștefana Voinea"
            or (p["firstName"], p["lastName"]) == ("Ștefana", "Voinea")
        )
        self.organization = organizations[self.user["orgId"]]
        self.partner = self.organization["managedBy"][0]
        self.agent = self._of(people, self.partner, "help_desk")
        self.auditor = self._of(people, self.partner, "auditor")
        self.partner_admin = self._of(people, self.partner, "partner_admin")
        self.customer_admin = self._of(people, self.user["orgId"], "id_full_admin")
        foreign = next(o for o in organizations.values() if self.partner not in o["managedBy"])
        self.foreigner = next(p for p in people if p["orgId"] == foreign["id"])

    @staticmethod
    def _of(people, home, role):
        return next(p for p in people if p["orgId"] == home and role in p["roles"])
