from dataclasses import replace
from itertools import product

import pytest

from services.email.domain.removal import Evidence, History, Remover, decide

BLOCKS = ("", "hard_bounce", "soft_bounces", "complaint", "policy")
PROOFS = {
    "none": Evidence(),
    "other address, not used": Evidence(other_address=True),
    "check through another address": Evidence(check="c1", other_address=True),
    "customer admin's word": Evidence(vouched=True),
    "word, other address": Evidence(vouched=True, other_address=True),
    "recipient's consent": Evidence(consented=True, other_address=True),
    "all": Evidence(check="c1", vouched=True, consented=True, other_address=True),
}
EVIDENCE = {
    (name, admin): replace(proof, customer_admin=admin)
    for (name, proof), admin in product(PROOFS.items(), (False, True))
}
HISTORIES = {
    f"{removals} removals, trial {'used' if used else 'free'}, lifted {lifted}": History(
        removals=removals, trial_used=used, lifted=lifted
    )
    for removals, used, lifted in product((0, 1, 2, 3), (False, True), (False, True))
    if removals or not used
}
GROUNDS = {
    # block: which evidence lifts it, on which ground; no other does
    "soft_bounces": dict.fromkeys(PROOFS, "temporary"),
    "complaint": {
        "customer admin's word": "customer_admin",
        "word, other address": "customer_admin",
        "recipient's consent": "consent",
        "all": "consent",
    },
    "hard_bounce": {
        "check through another address": "caller_check",
        "all": "caller_check",
        "customer admin's word": "customer_admin",
        "word, other address": "customer_admin",
    },
    "policy": {},
}


def expected(block, remover, evidence, history):
    """The rules of removal in words of their own: refusal, ground."""
    name, admin = evidence
    if not block:
        return "NOT_BLOCKED", ""
    if remover is not Remover.HELP_DESK:
        return ("VOUCH_INSTEAD" if remover is Remover.CUSTOMER_ADMIN else "AGENT_REMOVES"), ""
    known = HISTORIES[history]
    locked = known.removals in (2, 3) and not known.lifted
    ground = GROUNDS[block].get(name, "")
    if block == "policy":
        return "POLICY_BLOCK", ""
    if block == "complaint" and not ground:
        return "CONSENT_REQUIRED", ""
    if locked:
        return "REMOVALS_LOCKED", ""
    if ground:
        return "", ground
    if name != "none":
        return "CHECK_REQUIRED", ""
    if admin:
        return "WORD_REQUIRED", ""
    return ("TRIAL_USED", "") if known.trial_used else ("", "trial")


ALL = list(product(BLOCKS, Remover, EVIDENCE, HISTORIES))


@pytest.mark.parametrize("block", BLOCKS)
@pytest.mark.parametrize("remover", Remover)
def test_every_removal_is_decided_as_the_rules_say(block, remover):
    for evidence, history in product(EVIDENCE, HISTORIES):
        verdict = decide(block, remover, EVIDENCE[evidence], HISTORIES[history])
        case = (block, remover, evidence, history)

        assert (verdict.refusal, str(verdict.ground)) == expected(*case), case


def test_every_refusal_of_a_block_says_the_next_step_and_what_is_missing():
    for block, remover, evidence, history in ALL:
        verdict = decide(block, remover, EVIDENCE[evidence], HISTORIES[history])
        if block and verdict.refusal:
            assert verdict.next_step.startswith("mail.next.")
            assert verdict.message
            assert verdict.ways


def test_a_way_that_was_gone_is_shown_as_done():
    for block, remover, evidence, history in ALL:
        ways = decide(block, remover, EVIDENCE[evidence], HISTORIES[history]).ways
        states = {way.name: way.state for way in ways}
        if EVIDENCE[evidence].vouched and block in ("hard_bounce", "complaint"):
            assert states["customer_admin"] == "done"
        if HISTORIES[history].removals >= 2 and block not in ("", "policy"):
            assert states["partner_admin"] == ("done" if HISTORIES[history].lifted else "missing")


def test_an_address_on_probation_waits_for_the_next_delivery():
    verdict = decide("", Remover.HELP_DESK, Evidence(), History(on_probation=True))

    assert (verdict.refusal, verdict.next_step) == ("NOT_BLOCKED", "mail.next.wait_for_delivery")


def test_a_complaint_without_another_address_is_for_the_customers_admin():
    alone = decide("complaint", Remover.HELP_DESK, Evidence(customer_admin=True), History())
    nobody = decide("complaint", Remover.HELP_DESK, Evidence(), History())
    other = decide("complaint", Remover.HELP_DESK, Evidence(other_address=True), History())

    assert alone.next_step == "mail.next.ask_admin_for_consent"
    assert other.next_step == "mail.next.ask_for_consent"
    assert nobody.next_step == "mail.next.enter_another"


def test_a_trial_is_only_where_neither_another_address_nor_an_admin_can_be_had():
    tried = {
        (evidence.other_address, evidence.customer_admin)
        for block, remover, name, history in ALL
        for evidence in [EVIDENCE[name]]
        if decide(block, remover, evidence, HISTORIES[history]).ground == "trial"
    }

    assert tried == {(False, False)}


def test_a_way_that_nobody_can_go_is_shown_as_closed():
    for block, remover, name, history in ALL:
        evidence = EVIDENCE[name]
        ways = decide(block, remover, evidence, HISTORIES[history]).ways
        states = {way.name: way.state for way in ways}
        if "customer_admin" in states and not evidence.vouched:
            assert states["customer_admin"] == ("missing" if evidence.customer_admin else "closed")
        if "trial" in states and (evidence.other_address or evidence.customer_admin):
            assert states["trial"] == "closed"
