"""Which bounces block an address, and for how long."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from helpdesk.kernel.events import NEVER
from services.email.reports import Cause, Fault

HARD = "hard_bounce"
SOFT = "soft_bounces"
COMPLAINT = "complaint"
POLICY = "policy"

OURS = frozenset(
    {
        Cause.REPUTATION,
        Cause.SENDER_REFUSED,
        Cause.AUTHENTICATION_FAILED,
        Cause.POLICY,
        Cause.BLOCKED_AS_SPAM,
        Cause.VIRUS,
        Cause.CONTENT_REJECTED,
        Cause.TOO_BIG,
        Cause.RATE_LIMITED,
        Cause.PROTOCOL_ERROR,
    }
)
"""What we have to mend ourselves; it never blocks a recipient, whatever the settings say."""
NO_BOUNCE = frozenset({Cause.COMPLAINED, Cause.AWAY, Cause.DELIVERED})

HARD_CAUSES = frozenset(
    {
        Cause.NO_SUCH_MAILBOX,
        Cause.MOVED,
        Cause.DOMAIN_NOT_FOUND,
        Cause.TAKES_NO_MAIL,
        Cause.MAILBOX_INACTIVE,
        Cause.UNKNOWN,
    }
)
SOFT_CAUSES = frozenset(
    {
        Cause.NO_SUCH_MAILBOX,
        Cause.MOVED,
        Cause.DOMAIN_NOT_FOUND,
        Cause.TAKES_NO_MAIL,
        Cause.MAILBOX_INACTIVE,
        Cause.MAILBOX_FULL,
        Cause.RECIPIENT_REFUSES,
        Cause.RELAYING_DENIED,
        Cause.GREYLISTED,
        Cause.EXPIRED,
        Cause.NETWORK_TROUBLE,
        Cause.SYSTEM_TROUBLE,
        Cause.DELIVERY_PROGRAM_FAILED,
    }
)
# A rule of the recipient's own side: time or that side lifts it, nobody of ours.
_THEIR_RULE = frozenset({Cause.RECIPIENT_REFUSES})


@dataclass(frozen=True, slots=True)
class Policy:
    """
    What blocks: ``hard`` causes at once where the mail was refused for good (an answer of class 5,
    such as 550 or 5.2.1), ``soft`` causes by their number.

    ``soft_lasts`` and ``policy_lasts`` are how long such a block holds; zero is for good, as a
    hard bounce and a complaint are.
    """

    hard: frozenset[Cause] = HARD_CAUSES
    soft: frozenset[Cause] = SOFT_CAUSES
    soft_bounces: int = 5
    soft_window: timedelta = timedelta(days=7)
    soft_lasts: timedelta = timedelta(days=14)
    policy_lasts: timedelta = timedelta(days=30)

    @classmethod
    def of(
        cls,
        hard: Iterable[str],
        soft: Iterable[str],
        soft_bounces: int,
        days: tuple[float, float, float],
    ) -> Policy:
        """
        Return the policy of settings; ``days``: window, soft block, policy block.

        Raises ValueError for a cause that is none, or that never blocks.
        """
        named = [frozenset(Cause(each) for each in causes) for causes in (hard, soft)]
        wrong = (named[0] | named[1]) & (OURS | NO_BOUNCE)
        if wrong:
            raise ValueError(", ".join(sorted(wrong)))
        window, soft_lasts, policy_lasts = (timedelta(days=each) for each in days)
        return cls(named[0], named[1], soft_bounces, window, soft_lasts, policy_lasts)

    def weight(self, cause: str, fault: str, *, for_good: bool) -> str:
        """Return what one bounce is for its address: a hard one, a soft one, or nothing."""
        why = Cause(cause)
        if why in OURS or why in NO_BOUNCE or fault == Fault.OUR_SIDE:
            return ""
        if for_good and why in self.hard:
            return HARD
        return SOFT if why in self.soft else ""

    def block(self, cause: str, fault: str, *, for_good: bool, soft: int) -> str:
        """Return what a bounce blocks as, where it is the ``soft``-th soft one; empty for none."""
        weight = self.weight(cause, fault, for_good=for_good)
        if weight != SOFT:
            return weight
        if soft < self.soft_bounces:
            return ""
        return POLICY if Cause(cause) in _THEIR_RULE else SOFT

    def expires_at(self, block: str, now: datetime) -> datetime:
        """Return when a block ends by itself; NEVER for one that does not."""
        lasts = {SOFT: self.soft_lasts, POLICY: self.policy_lasts}.get(block, timedelta())
        return now + lasts if lasts else NEVER
