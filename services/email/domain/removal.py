"""Who may lift which block, on what evidence, after which history: one decision table."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from helpdesk.kernel.events import NEVER
from services.email.domain.policy import COMPLAINT, POLICY, SOFT

MOST_REMOVALS = 2
"""How many removals in 30 days need nobody else; the next one is for a partner admin."""


class Remover(StrEnum):
    """As what somebody asks for a removal."""

    HELP_DESK = "help_desk"
    PARTNER_ADMIN = "partner_admin"
    CUSTOMER_ADMIN = "customer_admin"


class Ground(StrEnum):
    """On what a block is lifted."""

    CALLER_CHECK = "caller_check"
    CUSTOMER_ADMIN = "customer_admin"
    CONSENT = "consent"
    TRIAL = "trial"
    TEMPORARY = "temporary"


@dataclass(frozen=True, slots=True)
class Evidence:
    """
    What speaks for a removal now.

    ``check`` is the id of the agent's caller check that holds, made through another address of the
    user; ``other_address`` whether there is another one that takes mail; ``customer_admin`` whether
    the customer has an admin who could be asked. ``vouched`` and ``consented`` count from the block
    that they are about.
    """

    check: str = ""
    vouched: bool = False
    consented: bool = False
    other_address: bool = False
    customer_admin: bool = False


@dataclass(frozen=True, slots=True)
class History:
    """What happened to the address in 30 days; ``lifted``: a partner admin opened the lock."""

    removals: int = 0
    trial_used: bool = False
    trial_opens_at: datetime = NEVER
    on_probation: bool = False
    lifted: bool = False
    opens_at: datetime = NEVER

    @property
    def locked(self) -> bool:
        """Whether a partner admin has to decide first."""
        return self.removals >= MOST_REMOVALS and not self.lifted


@dataclass(frozen=True, slots=True)
class Way:
    """One way to lift the block; ``state`` is ``done``, ``open``, ``missing`` or ``closed``."""

    name: str
    state: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether an address may be removed now; ``refusal`` says why not, ``next_step`` what to do."""

    refusal: str
    next_step: str
    message: str = ""
    locked_until: datetime = NEVER
    ground: str = ""
    ways: tuple[Way, ...] = ()

    @property
    def allowed(self) -> bool:
        """Whether it may."""
        return not self.refusal


def decide(block: str, remover: Remover, evidence: Evidence, history: History) -> Verdict:
    """Decide about a removal; ``block`` is empty for an address that is not on the blocklist."""
    if not block:
        step = "mail.next.wait_for_delivery" if history.on_probation else ""
        return Verdict("NOT_BLOCKED", step, "This address is not on the blocklist.")
    ways = ways_of(block, evidence, history)
    refusal = _refusal(block, evidence, history)
    if remover is Remover.CUSTOMER_ADMIN:
        refusal = "VOUCH_INSTEAD"
    elif remover is Remover.PARTNER_ADMIN:
        refusal = "AGENT_REMOVES"
    if refusal:
        step, message = _WORDS[refusal]
        if refusal == "CONSENT_REQUIRED" and not evidence.other_address:
            asked = evidence.customer_admin
            step = "mail.next.ask_admin_for_consent" if asked else "mail.next.enter_another"
        opens = {"REMOVALS_LOCKED": history.opens_at, "TRIAL_USED": history.trial_opens_at}.get(
            refusal, NEVER
        )
        return Verdict(refusal, step, message, opens, ways=ways)
    return Verdict("", "mail.next.remove_block", ground=_ground(block, evidence), ways=ways)


def _refusal(block: str, evidence: Evidence, history: History) -> str:
    if block == POLICY:
        return "POLICY_BLOCK"
    if block == COMPLAINT and not (evidence.consented or evidence.vouched):
        return "CONSENT_REQUIRED"
    if history.locked:
        return "REMOVALS_LOCKED"
    if block in (SOFT, COMPLAINT) or evidence.check or evidence.vouched:
        return ""
    if evidence.other_address:
        return "CHECK_REQUIRED"
    if evidence.customer_admin:
        return "WORD_REQUIRED"
    return "TRIAL_USED" if history.trial_used else ""


def _ground(block: str, evidence: Evidence) -> Ground:
    if block == SOFT:
        return Ground.TEMPORARY
    if block == COMPLAINT:
        return Ground.CONSENT if evidence.consented else Ground.CUSTOMER_ADMIN
    if evidence.check:
        return Ground.CALLER_CHECK
    return Ground.CUSTOMER_ADMIN if evidence.vouched else Ground.TRIAL


def ways_of(block: str, evidence: Evidence, history: History) -> tuple[Way, ...]:
    """Return all ways to lift a block, the nearest first, each with what is there of it."""
    if block == POLICY:
        return (Way("their_admin", "missing"), Way("time", "open"))
    ways = []
    word = "missing" if evidence.customer_admin else "closed"
    if block == SOFT:
        ways += [Way("agent", "open"), Way("time", "open")]
    elif block == COMPLAINT:
        asked = "missing" if evidence.other_address else "closed"
        ways += [
            Way("consent", "done" if evidence.consented else asked),
            Way("customer_admin", "done" if evidence.vouched else word),
        ]
    else:
        checked = "missing" if evidence.other_address else "closed"
        could_be_had = evidence.other_address or evidence.customer_admin
        trial = "closed" if could_be_had or history.trial_used else "open"
        ways += [
            Way("caller_check", "done" if evidence.check else checked),
            Way("customer_admin", "done" if evidence.vouched else word),
            Way("trial", trial),
        ]
    if history.removals >= MOST_REMOVALS:
        ways.append(Way("partner_admin", "done" if history.lifted else "missing"))
    return tuple(ways)


_WORDS = {
    "VOUCH_INSTEAD": (
        "mail.next.vouch",
        (
            "Only an agent of the help desk removes addresses. Vouch for the address, then the "
            "agent can."
        ),
    ),
    "AGENT_REMOVES": (
        "mail.next.ask_agent",
        "Only an agent of the help desk removes addresses. A partner admin lifts the lock on one.",
    ),
    "POLICY_BLOCK": (
        "mail.next.ask_their_admin",
        (
            "The recipient's own side refuses our mail by a rule. Ask the recipient's mail admin "
            "to let our sender in; the block ends by itself."
        ),
    ),
    "CONSENT_REQUIRED": (
        "mail.next.ask_for_consent",
        (
            "The recipient complained. A complaint needs the recipient's consent: "
            "ask the recipient, from another address, to agree to our mail."
        ),
    ),
    "REMOVALS_LOCKED": (
        "mail.next.ask_partner_admin",
        (
            f"It was removed {MOST_REMOVALS} times in 30 days and blocked again. Have the mailbox "
            "mended or another address entered, or ask your partner admin to lift the lock."
        ),
    ),
    "CHECK_REQUIRED": (
        "mail.next.check_other_address",
        (
            "Check the caller through another address of the user, or ask an admin of the customer "
            "to vouch for this one."
        ),
    ),
    "WORD_REQUIRED": (
        "mail.next.ask_admin_to_vouch",
        (
            "The user has no other address that takes mail. Ask an admin of the customer to vouch "
            "for this one."
        ),
    ),
    "TRIAL_USED": (
        "mail.next.enter_another",
        (
            "It was tried once in 30 days already, and the customer has no admin who could vouch. "
            "Have another address of the user, or an admin of the customer, entered."
        ),
    ),
}
