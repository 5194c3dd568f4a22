"""
Random commands and reads, and whether every answer that was read is rebuilt to the byte.

``python -m tests.chaos.replay --steps 10000`` prints what came of each method's answers. Exit code
1 where one differs.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from collections import Counter
from pathlib import Path

import grpc
from google.protobuf import message_factory

from helpdesk.kernel.events import SupportActionRecorded
from helpdesk.kernel.replaying.answers import Rebuilt
from helpdesk.kernel.rpc.contract import every_method
from services.audit.service import SERVICE as AUDIT
from services.email.service import SERVICE as EMAIL
from services.identity.service import SERVICE as IDENTITY
from services.replaying import REBUILT, Asked, rebuilt
from services.search.service import SERVICE as SEARCH
from services.session.service import SERVICE as SESSION
from tests.support.methods import call, filled
from tests.support.product import (
    ACME,
    BETA,
    ORPHAN,
    PEOPLE,
    SHARED,
    person_id,
    running_product,
    small_directory,
    temporary_folder,
)

SERVICES = [IDENTITY, EMAIL, SESSION, SEARCH, AUDIT]
_ASKED = (
    "DirectoryService", "RoleService", "TicketService", "ConsentService", "ViewService",
    "PortalService", "EmailService", "BlocklistService", "CallerCheckService",
    "CallerAnswerService", "SearchService", "AuditService", "ReviewService", "FeedWebhookService",
    "ReplayService", "ReissueService",
)  # fmt: skip
_SECTIONS = ["SECTION_USERS", "SECTION_DEVICES", "SECTION_LICENSES"]
_READS_OF = 4


class Walk:
    """Somebody at random calls something at random, with ids that were seen before."""

    def __init__(self, product, seed):
        self.product = product
        self.dice = random.Random(seed)
        self.ids = {}
        found = [m for m in every_method() if m.full_name.split(".")[-2] in _ASKED]
        plain = [m for m in found if not m.descriptor.server_streaming and not m.internal]
        reads = [m for m in plain if not m.changes]
        self.methods = plain + reads * _READS_OF
        self.done = Counter()

    def step(self):
        """Call once."""
        method = self.dice.choice(self.methods)
        who = self._caller(method)
        service = method.full_name.split(".")[1]
        token = self.product.token(who)
        answer = call(
            self.product.host.wiring.channel(service), method, filled(method, self._things()), token
        )
        if answer.code is grpc.StatusCode.OK:
            self.done[method.full_name] += 1
            kind = message_factory.GetMessageClass(method.descriptor.output_type)
            self._learn(kind.FromString(answer.answers[0]))

    def _caller(self, method):
        able = [
            name
            for name, (_, _, roles, _, _) in PEOPLE.items()
            if method.rule.any_role
            or {r.upper().replace("ID_FULL_ADMIN", "CUSTOMER_ADMIN") for r in roles} & method.roles
        ]
        return self.dice.choice(able or list(PEOPLE))

    def _things(self):
        chosen = {name: self.dice.choice(values) for name, values in self.ids.items()}
        return Known(
            chosen
            | {
                "user_id": person_id(self.dice.choice(list(PEOPLE))),
                "organization_id": self.dice.choice([ACME, BETA, SHARED, ORPHAN]),
                "sections": self.dice.sample(_SECTIONS, 2),
                "page_size": self.dice.choice([0, 1, 2, 200]),
                "query": self.dice.choice(["acme", "bea", "ada", "petrova", "shared user"]),
                "ticket": self.dice.choice(["INC-1", "INC-2"]),
                "organization_ids": [ACME, SHARED],
            }
        )

    def _learn(self, message):
        for field, value in message.ListFields():
            if field.type == field.TYPE_STRING and isinstance(value, str):
                if field.name.endswith(("_id", "_proof")) and field.name != "user_id":
                    self.ids.setdefault(field.name, []).append(value)
            elif field.type == field.TYPE_MESSAGE and not field.message_type.GetOptions().map_entry:
                for each in value if not hasattr(value, "ListFields") else [value]:
                    self._learn(each)


class Known(dict):
    """Ids by the names of their fields; one that nothing answered yet is of nothing."""

    def __contains__(self, name):
        return super().__contains__(name) or str(name).endswith("_id")

    def __missing__(self, name):
        return "nothing"


def asked_of(product):
    """Return every record of the services that ran, with its position."""
    found = []
    for running in product.host.running.values():
        rows = running.store.read(0, 1_000_000, (SupportActionRecorded.NAME,))
        found += [Asked(running.store.opened(row), row.position) for row in rows]
    return found


def main():
    """Walk, rebuild, and say what came of it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--steps", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    with temporary_folder() as folder:
        found, seconds = walked(folder, arguments.steps, arguments.seed)
    for (service, method, kind), count in sorted(found.items()):
        print(f"{count:>7,}  {service:<9} {kind:<12} {method}")
    kinds = Counter()
    for (_, _, kind), count in found.items():
        kinds[kind] += count
    print(", ".join(f"{count:,} {kind}" for kind, count in kinds.items()), f"in {seconds:.1f} s")
    return 1 if kinds[Rebuilt.DIFFERS] or not kinds[Rebuilt.MATCHES] else 0


def walked(folder: Path, steps, seed):
    """Return how many answers of which method ended how, and the seconds that rebuilding took."""
    with running_product(folder, SERVICES, directory=small_directory()) as product:
        walk = Walk(product, seed)
        for _ in range(steps):
            walk.step()
        asked = asked_of(product)
        env = product.env
    begin = time.perf_counter()
    found = Counter()
    for each, outcome in rebuilt(asked, env):
        found[each.record.service, each.record.method, str(outcome.kind)] += 1
        if outcome.kind is Rebuilt.DIFFERS:
            print(f"{each.record.service}:{each.position} {outcome.why}", file=sys.stderr)
    assert set(REBUILT) <= {service for service, _, _ in found}
    return found, time.perf_counter() - begin


if __name__ == "__main__":
    sys.exit(main())
