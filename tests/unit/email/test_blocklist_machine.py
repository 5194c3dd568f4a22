"""Whatever happens to an address, in whatever order, no rule of the blocklist is broken."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import reduce

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from helpdesk.kernel.errors import Refused
from services.email.domain import blocklist, consent, lifting
from services.email.domain.blocklist import Address, Whose
from services.email.domain.blocklist_facts import (
    AddressBlockExpired,
    AddressVouchedFor,
    MailConsentAsked,
    MailConsentGiven,
    RemovalLockLifted,
)
from services.email.domain.consent import Consent
from services.email.domain.facts import (
    AddressBlocked,
    AddressBounced,
    AddressProbationPassed,
    AddressRemovedFromBlocklist,
)
from services.email.domain.lifting import Asker
from services.email.domain.policy import NO_BOUNCE, OURS
from services.email.domain.removal import Evidence
from services.email.reports import Cause, Fault, RecipientReport
from services.email.reports.causes import fault_of

EXAMPLES, STEPS = 250, 50
WHOSE = Whose("ana@acme.example", "d1", "ana")
MONTH = timedelta(days=30)
AGENTS = {"ned": "north", "nina": "north", "sue": "south"}
ADMINS = {"nora": "north", "nina": "north", "sam": "south"}
rarely = st.sampled_from((False, False, False, True))
WHY = {"reason": "because", "ticket": "INC-1"}
steps = {"done": 0, "removed": 0, "refused": set(), "grounds": set()}


class Blocklist(RuleBasedStateMachine):
    """One address, agents and admins of two partners, the customer's admin, time."""

    def __init__(self):
        super().__init__()
        self.now = datetime(2026, 3, 2, 12, tzinfo=UTC)
        self.log = []
        self.state = Address()
        self.check = 0
        self.asked = []

    def store(self, *events):
        for event in events:
            stamped = replace(event, recorded_at=self.now)
            self.log.append(stamped)
            self.state = blocklist.evolve(self.state, stamped)
        self.now += timedelta(seconds=1)

    def tried(self, decide, *args, **more):
        try:
            found = decide(*args, **more)
        except Refused as error:
            steps["refused"].add(error.reason)
            return
        self.store(*(found if isinstance(found, tuple) else (found,)))

    @rule(span=st.sampled_from([0.01, 1, 6, 13, 29, 31]))
    def time_passes(self, span):
        self.now += timedelta(days=span)

    @rule(
        cause=st.sampled_from(list(Cause)), permanent=st.booleans(), times=st.sampled_from([1, 5])
    )
    def bounces(self, cause, permanent, times):
        answer = RecipientReport("", cause=cause, fault=fault_of(cause), permanent=permanent)
        for _ in range(times):
            self.tried(blocklist.bounced, self.state, WHOSE, "m1", answer, self.now)

    @rule()
    def the_mailbox_is_missing(self):
        answer = RecipientReport(
            "", cause=Cause.NO_SUCH_MAILBOX, fault=Fault.RECIPIENT, permanent=True
        )
        self.tried(blocklist.bounced, self.state, WHOSE, "m1", answer, self.now)

    @rule(
        agent=st.sampled_from(sorted(AGENTS)),
        then=st.lists(st.sampled_from(["no", "fresh"]), max_size=2),
        other=rarely,
        admin=rarely,
    )
    def a_missing_mailbox_is_tried(self, agent, then, other, admin):
        for checked in ("no", *then):
            self.the_mailbox_is_missing()
            self.an_agent_removes(agent, checked, other=other, admin=admin)

    # Chance alone seldom comes here, and which modules other tests load changes its course.
    @rule(agent=st.sampled_from(sorted(AGENTS)))
    def a_full_mailbox_is_tried(self, agent):
        self.bounces(Cause.MAILBOX_FULL, permanent=False, times=5)
        self.an_agent_removes(agent, "no", other=False)

    @rule()
    def the_recipient_complains(self):
        self.tried(blocklist.complained, self.state, WHOSE, "m1")

    @rule(block=st.sampled_from(["hard_bounce", "complaint"]))
    def the_provider_suppresses(self, block):
        self.tried(blocklist.suppressed_by, self.state, WHOSE, "ses", block)

    @rule()
    def mail_arrives(self):
        self.tried(blocklist.delivered, self.state, "d1", "m2")

    @rule()
    def blocks_end(self):
        self.tried(blocklist.expire, self.state, WHOSE, self.now)

    @rule()
    def the_customers_admin_vouches(self):
        asker = Asker("ada", organization_id="acme", **WHY)
        self.tried(lifting.vouch, self.state, WHOSE, asker, "ana")

    @rule()
    def the_recipient_is_asked(self):
        try:
            consent.check_askable(self.state)
        except Refused as error:
            steps["refused"].add(error.reason)
            return
        self.asked.append(
            consent.evolve(
                Consent(),
                MailConsentAsked(
                    consent_id=f"k{len(self.asked)}",
                    person_id="ana",
                    user_id="ana",
                    address="ana@acme.example",
                    address_digest="d1",
                    asked_by="ned",
                    message_id="m3",
                    link_key="",
                    link="",
                    link_digest="",
                    expires_at=self.now + consent.LASTS,
                    recorded_at=self.now,
                ),
            )
        )

    @precondition(lambda self: self.asked)
    @rule(data=st.data())
    def a_link_is_opened(self, data):
        asked = data.draw(st.sampled_from(self.asked))
        self.tried(consent.give, asked, self.state, self.now)

    @rule(admin=st.sampled_from(sorted(ADMINS)))
    def a_partner_admin_lifts_the_lock(self, admin):
        asker = Asker(admin, ADMINS[admin], **WHY)
        self.tried(lifting.lift_lock, self.state, WHOSE, asker, "ana", self.now)

    @rule(
        agent=st.sampled_from(sorted(AGENTS)),
        checked=st.sampled_from(["no", "fresh", "again"]),
        other=st.booleans(),
        admin=rarely,
    )
    def an_agent_removes(self, agent, checked, other, admin=False):
        if checked == "fresh":
            self.check += 1
        check = "" if checked == "no" else f"c{self.check}"
        evidence = Evidence(check=check, other_address=other or bool(check), customer_admin=admin)
        before = len(self.log)
        verdict = lifting.removal(self.state, self.now, evidence, AGENTS[agent])
        self.tried(
            lifting.remove,
            self.state,
            WHOSE,
            Asker(agent, AGENTS[agent], **WHY),
            f"r{before}",
            user_id="ana",
            evidence=evidence,
            now=self.now,
        )
        assert verdict.allowed == (len(self.log) > before)
        if verdict.allowed:
            steps["removed"] += 1
            steps["grounds"].add(str(verdict.ground))
            self.assert_allowed(self.log[:before], self.log[before], evidence)

    def assert_allowed(self, log, removed, evidence):
        """The rules of removal, read off the log and not off the state."""
        at = removed.recorded_at
        block = [e for e in log if isinstance(e, AddressBlocked)][-1]
        since = log[log.index(block) + 1 :]
        earlier = [e for e in log if isinstance(e, AddressRemovedFromBlocklist)]
        recent = [e for e in earlier if at - e.recorded_at < MONTH]
        vouched = any(isinstance(e, AddressVouchedFor) for e in since)
        consented = any(isinstance(e, MailConsentGiven) for e in since)
        assert block.block != "policy"
        if block.block == "complaint":
            assert vouched or consented
        if block.block == "hard_bounce" and not vouched:
            if removed.ground == "trial":
                assert not evidence.other_address
                assert not evidence.customer_admin
                assert not any(e.ground == "trial" for e in recent)
            else:
                assert evidence.check
                assert evidence.check not in {e.check_id for e in earlier}
        if len(recent) >= 2:
            own = [e for e in earlier if e.partner_id == removed.partner_id]
            after = log[log.index(own[-1]) + 1 :] if own else log
            lifts = [e for e in after if isinstance(e, RemovalLockLifted)]
            assert any(e.partner_id == removed.partner_id for e in lifts)

    @invariant()
    def each_step_is_counted(self):
        steps["done"] += 1

    @invariant()
    def the_state_is_what_the_log_says(self):
        assert reduce(blocklist.evolve, self.log, Address()) == self.state

    @invariant()
    def the_last_word_decides_whether_it_is_blocked(self):
        ends = (AddressRemovedFromBlocklist, AddressBlockExpired)
        words = [e for e in self.log if isinstance(e, (AddressBlocked, *ends))]
        assert self.state.blocked == (bool(words) and isinstance(words[-1], AddressBlocked))

    @invariant()
    def probation_lasts_until_the_next_delivery_or_bounce(self):
        lifts = (AddressRemovedFromBlocklist, AddressBlockExpired)
        since = [n for n, e in enumerate(self.log) if isinstance(e, lifts)][-1:]
        after = self.log[since[0] + 1 :] if since else []
        ended = any(
            isinstance(e, (AddressProbationPassed, AddressBlocked))
            or (
                isinstance(e, AddressBounced)
                and e.fault != Fault.OUR_SIDE
                and e.cause not in OURS | NO_BOUNCE
            )
            for e in after
        )
        assert self.state.probation == (bool(since) and not ended)

    @invariant()
    def our_own_trouble_blocked_nobody(self):
        for event in self.log:
            if isinstance(event, AddressBlocked):
                assert event.fault != Fault.OUR_SIDE
                assert event.cause not in (OURS | NO_BOUNCE) - {Cause.COMPLAINED}

    @invariant()
    def only_temporary_blocks_end_by_themselves(self):
        for event in self.log:
            if isinstance(event, AddressBlockExpired):
                assert event.block in ("soft_bounces", "policy")

    @invariant()
    def a_bounce_is_noted_once(self):
        assert len(self.state.bounces) <= sum(isinstance(e, AddressBounced) for e in self.log)


def test_no_rule_is_broken_in_ten_thousand_steps():
    from hypothesis.stateful import run_state_machine_as_test

    steps.update(done=0, removed=0, refused=set(), grounds=set())
    run_state_machine_as_test(
        Blocklist,
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=STEPS,
            deadline=None,
            derandomize=True,
            database=None,
        ),
    )

    # Before the first step of each example everything is looked at once.
    done = steps["done"] - EXAMPLES
    print(f"steps of the blocklist: {done}")

    assert done >= 10_000
    assert steps["removed"] > 100
    assert steps["grounds"] == {
        "caller_check",
        "customer_admin",
        "consent",
        "trial",
        "temporary",
    }
    assert steps["refused"] >= {
        "NOT_BLOCKED",
        "CHECK_REQUIRED",
        "WORD_REQUIRED",
        "TRIAL_USED",
        "CONSENT_REQUIRED",
        "REMOVALS_LOCKED",
        "OWN_REMOVAL",
        "LINK_EXPIRED",
    }
