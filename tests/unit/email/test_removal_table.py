"""Removal, over every combination of block, remover, evidence and history."""

from dataclasses import fields
from datetime import UTC, datetime
from itertools import product
from typing import NamedTuple

import pytest

from helpdesk.kernel.events import NEVER
from services.email.domain.policy import COMPLAINT, HARD, POLICY, SOFT
from services.email.domain.removal import MOST_REMOVALS, Evidence, History, Remover, decide

BLOCKS = (HARD, SOFT, COMPLAINT, POLICY)
FLAGS = ("check", "vouched", "consented", "other_address", "customer_admin")
OPENS = datetime(2027, 1, 1, tzinfo=UTC)
TRIAL_OPENS = datetime(2027, 2, 1, tzinfo=UTC)

# What a help desk agent gets. A letter a column: check, word, consent, other address, admin of the
# customer, lock of a partner admin, trial used; y, n or either. Of a block, one row fits each case.
TABLE = """
soft_bounces  . . . . .  n .  temporary         mail.next.remove_block
soft_bounces  . . . . .  y .  REMOVALS_LOCKED   mail.next.ask_partner_admin

policy        . . . . .  . .  POLICY_BLOCK      mail.next.ask_their_admin

complaint     . . y . .  n .  consent           mail.next.remove_block
complaint     . y n . .  n .  customer_admin    mail.next.remove_block
complaint     . . y . .  y .  REMOVALS_LOCKED   mail.next.ask_partner_admin
complaint     . y n . .  y .  REMOVALS_LOCKED   mail.next.ask_partner_admin
complaint     . n n y .  . .  CONSENT_REQUIRED  mail.next.ask_for_consent
complaint     . n n n y  . .  CONSENT_REQUIRED  mail.next.ask_admin_for_consent
complaint     . n n n n  . .  CONSENT_REQUIRED  mail.next.enter_another

hard_bounce   . . . . .  y .  REMOVALS_LOCKED   mail.next.ask_partner_admin
hard_bounce   y . . . .  n .  caller_check      mail.next.remove_block
hard_bounce   n y . . .  n .  customer_admin    mail.next.remove_block
hard_bounce   n n . y .  n .  CHECK_REQUIRED    mail.next.check_other_address
hard_bounce   n n . n y  n .  WORD_REQUIRED     mail.next.ask_admin_to_vouch
hard_bounce   n n . n n  n n  trial             mail.next.remove_block
hard_bounce   n n . n n  n y  TRIAL_USED        mail.next.enter_another
"""
ROWS = [line.split() for line in TABLE.splitlines() if line]


class Case(NamedTuple):
    """One combination."""

    block: str
    remover: Remover
    evidence: Evidence
    history: History

    @property
    def flags(self):
        locked = self.history.removals >= MOST_REMOVALS and not self.history.lifted
        evidence = [bool(getattr(self.evidence, flag)) for flag in FLAGS]
        return "".join("ny"[flag] for flag in [*evidence, locked, self.history.trial_used])

    @property
    def verdict(self):
        return decide(*self)


def evidences():
    for flags in product((False, True), repeat=len(FLAGS)):
        evidence = dict(zip(FLAGS, flags, strict=True))
        yield Evidence(**evidence | {"check": "c1" if evidence["check"] else ""})


def histories():
    for removals, used, probation, lifted in product(range(4), *[(False, True)] * 3):
        yield History(removals, used, TRIAL_OPENS, probation, lifted, OPENS)


ALL = [Case(*case) for case in product(("", *BLOCKS), Remover, evidences(), histories())]


def expected(case):
    """Return what the table says: refusal or ground, next step."""
    if not case.block:
        step = "mail.next.wait_for_delivery" if case.history.on_probation else ""
        return "NOT_BLOCKED", step
    if case.remover is Remover.CUSTOMER_ADMIN:
        return "VOUCH_INSTEAD", "mail.next.vouch"
    if case.remover is Remover.PARTNER_ADMIN:
        return "AGENT_REMOVES", "mail.next.ask_agent"
    ((*_, outcome, step),) = [
        row
        for row in ROWS
        if row[0] == case.block
        and all(want in (".", flag) for want, flag in zip(row[1:8], case.flags, strict=True))
    ]
    return outcome, step


def test_the_table_is_over_all_there_is():
    assert {field.name for field in fields(Evidence)} == set(FLAGS)
    assert {row[0] for row in ROWS} == set(BLOCKS)
    assert len(ALL) == 5 * 3 * 2**5 * 4 * 2**3


@pytest.mark.parametrize("block", ["", *BLOCKS])
@pytest.mark.parametrize("remover", Remover)
def test_every_removal_is_decided_as_the_table_says(block, remover):
    for case in ALL:
        if (case.block, case.remover) == (block, remover):
            verdict = case.verdict
            outcome, step = expected(case)

            assert (verdict.refusal or str(verdict.ground), verdict.next_step) == (outcome, step)
            assert verdict.allowed == outcome.islower(), case


def test_every_row_of_the_table_is_met():
    met = {expected(case) for case in ALL if case.remover is Remover.HELP_DESK}

    assert {(row[-2], row[-1]) for row in ROWS} <= met


def test_a_refusal_says_why_and_only_a_lock_says_until_when():
    until = {"REMOVALS_LOCKED": OPENS, "TRIAL_USED": TRIAL_OPENS}
    for case in ALL:
        verdict = case.verdict

        assert bool(verdict.message) == bool(verdict.refusal), case
        assert verdict.locked_until == until.get(verdict.refusal, NEVER), case
        assert bool(verdict.ways) == bool(case.block), case


def ways_by_block(block):
    """Return each case of a block with the state of each way that is shown."""
    for case in ALL:
        if case.block == block:
            ways = case.verdict.ways
            assert len({way.name for way in ways}) == len(ways)
            yield case, {way.name: way.state for way in ways}


def state(done, could_be):
    return "done" if done else "missing" if could_be else "closed"


def test_the_ways_of_a_hard_bounce():
    for case, ways in ways_by_block("hard_bounce"):
        evidence = case.evidence
        nobody = not (evidence.other_address or evidence.customer_admin)

        assert ways["caller_check"] == state(evidence.check, evidence.other_address)
        assert ways["customer_admin"] == state(evidence.vouched, evidence.customer_admin)
        assert (ways["trial"] == "open") == (nobody and not case.history.trial_used)
        assert ways["trial"] in ("open", "closed")


def test_the_ways_of_a_complaint():
    for case, ways in ways_by_block("complaint"):
        evidence = case.evidence

        assert ways["consent"] == state(evidence.consented, evidence.other_address)
        assert ways["customer_admin"] == state(evidence.vouched, evidence.customer_admin)
        assert "trial" not in ways


def test_the_ways_of_other_blocks():
    assert all(
        (ways["agent"], ways["time"]) == ("open", "open")
        for _, ways in ways_by_block("soft_bounces")
    )
    assert all(
        ways == {"their_admin": "missing", "time": "open"} for _, ways in ways_by_block("policy")
    )


def test_a_partner_admin_is_shown_where_the_removals_are_used_up():
    for block in ("hard_bounce", "soft_bounces", "complaint"):
        for case, ways in ways_by_block(block):
            used_up = case.history.removals >= MOST_REMOVALS
            lifted = "done" if case.history.lifted else "missing"

            assert ways.get("partner_admin") == (lifted if used_up else None)


def test_a_trial_is_only_where_neither_another_address_nor_an_admin_can_be_had():
    tried = {
        (case.evidence.other_address, case.evidence.customer_admin)
        for case in ALL
        if case.verdict.ground == "trial"
    }

    assert tried == {(False, False)}
