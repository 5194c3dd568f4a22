"""Made-up sessions of help desks of the size of the sample directory, some of them misuse."""

import random
from dataclasses import dataclass, field
from datetime import UTC, datetime

from services.audit.domain.risk import Step

MINUTE = 60 * 1_000_000
HOUR = 60 * MINUTE
DAY = 24 * HOUR
BEGIN = int(datetime(2026, 3, 2, tzinfo=UTC).timestamp()) * 1_000_000
PARTNERS, CUSTOMERS, PEOPLE, AGENTS = 3, 60, 3000, 7
KINDS = (
    "without ticket",
    "enumeration",
    "many customers",
    "odd hours",
    "marked people",
    "reveal after refusal",
    "removal quota",
)


@dataclass
class Agent:
    """Somebody with a shift of their own and habits of their own."""

    id: str
    partner: int
    begins: int
    hours: int
    busy: float
    careless: float
    from_day: int
    weekends: bool


@dataclass
class Made:
    """One session; ``misuse`` names its kind, empty for a normal one."""

    agent: Agent
    steps: list[Step] = field(default_factory=list)
    misuse: str = ""

    @property
    def partner_id(self):
        return f"partner-{self.agent.partner}"


class Desk:
    """Partners, customers of very different sizes, people, and agents; all drawn from a seed."""

    def __init__(self, seed, *, busy=1.0, careless=1.0):
        self.dice = dice = random.Random(seed)
        self.busy, self.careless = busy, careless
        self.customers = {p: [] for p in range(PARTNERS)}
        for number in range(CUSTOMERS):
            self.customers[number % PARTNERS].append(f"org-{number}")
        bend = dice.uniform(0.6, 1.3)
        sizes = [1 / (n + 1) ** bend for n in range(CUSTOMERS)]
        dice.shuffle(sizes)
        whole = sum(sizes)
        self.people = {
            f"org-{n}": [f"user-{n}-{i}" for i in range(max(5, round(PEOPLE * s / whole)))]
            for n, s in enumerate(sizes)
        }
        everybody = [u for users in self.people.values() for u in users]
        self.marked = frozenset(dice.sample(everybody, round(len(everybody) * 0.01)))
        self.check_share = dice.uniform(0.45, 0.8)
        self.agents = [self._agent(p, n) for p in range(PARTNERS) for n in range(AGENTS)]
        self.tickets = 0

    def _agent(self, partner, number):
        dice = self.dice
        # The first partner works around the clock, the others by day.
        night = partner == 0 and number in (0, 1)
        return Agent(
            id=f"agent-{partner}-{number}",
            partner=partner,
            begins=21 if night else dice.choice([6, 7, 7, 8, 8, 9, 11]),
            hours=8,
            busy=self.busy
            * (dice.uniform(1.8, 2.6) if dice.random() < 0.2 else dice.uniform(0.6, 1.4)),
            careless=self.careless * dice.choice([0, 0.01, 0.03, 0.05, 0.1, 0.15]),
            from_day=dice.randint(3, 14) if dice.random() < 0.12 else 0,
            weekends=night or dice.random() < 0.2,
        )

    def ticket(self):
        self.tickets += 1
        return f"INC-{1000 + self.tickets}"

    def customer(self, agent):
        """Big customers call more."""
        own = self.customers[agent.partner]
        return self.dice.choices(own, [len(self.people[o]) ** 0.7 for o in own])[0]

    def sessions(self, days, misuse):
        """Return sessions in order of their begin; ``misuse`` is their number for each kind."""
        made = []
        for day in range(days):
            for agent in self.agents:
                made += self._day(agent, day)
        made += self._planted(days, misuse)
        made = [m for m in made if m.steps]
        made.sort(key=lambda m: m.steps[0].at)
        return made

    def _day(self, agent, day):
        dice = self.dice
        if day < agent.from_day or (day % 7 >= 5 and not agent.weekends) or dice.random() < 0.06:
            return
        begins = agent.begins
        if dice.random() < 0.015:
            # A swapped shift, or somebody on call who is woken up.
            begins = dice.choice([a.begins for a in self.agents if a.partner == agent.partner])
        start = BEGIN + day * DAY + begins * HOUR + round(dice.gauss(0, 12) * MINUTE)
        end = start + agent.hours * HOUR
        if dice.random() < 0.07:
            end += round(dice.uniform(20, 110) * MINUTE)
        for _ in range(dice.choices([1, 2, 3], [3, 5, 2])[0]):
            session = Made(agent)
            at = start + round(dice.uniform(0, 40) * MINUTE)
            stop = at + round(dice.uniform(60, 200) * MINUTE)
            while at < min(stop, end):
                at = self._case(session, at)
                at += round(dice.expovariate(agent.busy / 6) * MINUTE)
            yield session
            start = at + round(dice.uniform(35, 80) * MINUTE)
        if dice.random() < 0.004:
            yield self._on_call(agent, day)

    def _on_call(self, agent, day):
        session = Made(agent)
        at = BEGIN + day * DAY + self.dice.randint(0, 23) * HOUR
        for _ in range(self.dice.choice([1, 1, 1, 2])):
            at = self._case(session, at, careful=True)
        return session

    def _case(self, session, at, *, careful=False):
        """What agents do all day; now and then something that only looks bad."""
        dice, agent = self.dice, session.agent
        rare = dice.random()
        if rare < 0.0006:
            return self._outage(session, at)
        if rare < 0.001:
            return self._licence_review(session, at)
        customer = self.customer(agent)
        ticket = "" if not careful and dice.random() < agent.careless else self.ticket()
        user = dice.choice(self.people[customer])
        say = Saying(self, session, at, customer, ticket)
        for _ in range(dice.choices([1, 2, 3], [7, 2, 1])[0]):
            say("search.search", "", gap=0.4)
        if dice.random() < 0.08:
            say("identity.user.get", dice.choice(self.people[customer]))
        say("identity.user.get", user)
        if dice.random() < 0.3:
            say("identity.organization.get", "")
        if dice.random() < 0.6:
            say("email.mail.get", user)
        if dice.random() < 0.08:
            say("identity.user.list", "")
        checked = dice.random() < self.check_share
        if checked:
            self._check(say, user)
        if checked and dice.random() < 0.12:
            say("identity.field.reveal", user)
        if dice.random() < 0.1:
            locked = dice.random() < 0.06
            outcome = "refused" if locked else "done"
            say("email.blocklist.remove", user, outcome, "REMOVALS_LOCKED" if locked else "")
        return say.at

    def _check(self, say, user):
        dice = self.dice
        if dice.random() < 0.05:
            say("identity.field.reveal", user, "refused", "CALLER_CHECK_REQUIRED")
        say("email.caller-check.send", user)
        for _ in range(dice.choices([0, 1, 2], [88, 10, 2])[0]):
            say("email.caller-check.verify", user, "refused", "WRONG_CODE")
        say("email.caller-check.verify", user, gap=1)

    def _outage(self, session, at):
        """The mail of one customer is down: many of its people under one ticket."""
        dice = self.dice
        customer = max(
            dice.sample(self.customers[session.agent.partner], 3),
            key=lambda c: len(self.people[c]),
        )
        say = Saying(self, session, at, customer, self.ticket())
        users = self.people[customer]
        for user in dice.sample(users, min(len(users), dice.randint(6, 14))):
            say("identity.user.get", user, gap=0.8)
            say("email.mail.get", user, gap=1.2)
            if dice.random() < 0.3:
                say("email.blocklist.remove", user)
        return say.at

    def _licence_review(self, session, at):
        say = Saying(self, session, at, "", self.ticket())
        own = self.customers[session.agent.partner]
        for say.customer in self.dice.sample(own, self.dice.randint(4, 9)):
            say("identity.organization.get", "", gap=4)
        return say.at

    def _planted(self, days, misuse):
        for kind in KINDS:
            for _ in range(misuse):
                yield self._misused(kind, self.dice.randint(8, days - 1))

    def _misused(self, kind, day):
        """A session that begins like any other, most of the time, and then goes wrong."""
        dice = self.dice
        agent = dice.choice([a for a in self.agents if a.from_day < day])
        session = Made(agent, misuse=kind)
        at = BEGIN + day * DAY + agent.begins * HOUR + round(dice.uniform(0.5, 6) * HOUR)
        if kind == "odd hours":
            day_workers = [a for a in self.agents if a.begins < 12 and a.from_day < day]
            session.agent = agent = dice.choice(day_workers)
            at = BEGIN + day * DAY + dice.choice([0, 1, 2, 3]) * HOUR
        for _ in range(0 if kind == "odd hours" else dice.choice([0, 1, 3, 6])):
            at = self._case(session, at) + round(dice.uniform(1, 6) * MINUTE)
        getattr(self, "_plant_" + kind.replace(" ", "_"))(session, at)
        return session

    def _plant_without_ticket(self, session, at):
        dice = self.dice
        for _ in range(dice.randint(7, 20)):
            customer = self.customer(session.agent)
            say = Saying(self, session, at, customer, "")
            user = dice.choice(self.people[customer])
            if dice.random() < 0.6:
                say("search.search", "")
            say("identity.user.get", user)
            if dice.random() < 0.5:
                say("email.mail.get", user)
            at = say.at + round(dice.uniform(0.5, 5) * MINUTE)

    def _plant_enumeration(self, session, at):
        dice = self.dice
        customer = self.customer(session.agent)
        ticket = self.ticket() if dice.random() < 0.6 else ""
        say = Saying(self, session, at, customer, ticket)
        pace = dice.uniform(0.1, 0.45)
        for _ in range(dice.randint(25, 70)):
            if dice.random() < 0.3:
                say("identity.user.list", "", gap=pace)
            say("identity.user.get", dice.choice(self.people[customer]), gap=pace)

    def _plant_many_customers(self, session, at):
        dice = self.dice
        ticket = self.ticket()
        own = self.customers[session.agent.partner]
        pace = dice.uniform(0.3, 1)
        for customer in dice.sample(own, dice.randint(14, len(own))):
            say = Saying(self, session, at, customer, ticket if dice.random() < 0.7 else "")
            say("identity.organization.get", "", gap=pace)
            if dice.random() < 0.6:
                say("identity.user.get", dice.choice(self.people[customer]), gap=pace)
            at = say.at

    def _plant_odd_hours(self, session, at):
        dice = self.dice
        for _ in range(dice.randint(5, 14)):
            customer = self.customer(session.agent)
            ticket = self.ticket() if dice.random() < 0.5 else ""
            say = Saying(self, session, at, customer, ticket)
            say("search.search", "")
            say("identity.user.get", dice.choice(self.people[customer]), gap=2)
            at = say.at + round(dice.uniform(0, 6) * MINUTE)

    def _plant_marked_people(self, session, at):
        dice = self.dice
        own = [
            (c, u)
            for c in self.customers[session.agent.partner]
            for u in self.people[c]
            if u in self.marked
        ]
        for customer, user in dice.sample(own, min(len(own), dice.randint(2, 5))):
            say = Saying(self, session, at, customer, self.ticket() if dice.random() < 0.5 else "")
            say("search.search", "")
            say("identity.user.get", user, gap=2)
            if dice.random() < 0.5:
                say("email.mail.get", user)
            at = say.at + round(dice.uniform(0, 10) * MINUTE)

    def _plant_reveal_after_refusal(self, session, at):
        dice = self.dice
        for _ in range(dice.randint(1, 4)):
            customer = self.customer(session.agent)
            user = dice.choice(self.people[customer])
            say = Saying(self, session, at, customer, self.ticket())
            say("identity.user.get", user)
            if dice.random() < 0.5:
                say("identity.field.reveal", user, "refused", "CALLER_CHECK_REQUIRED")
            else:
                for _ in range(dice.randint(3, 5)):
                    say("email.caller-check.verify", user, "refused", "WRONG_CODE")
                if dice.random() < 0.5:
                    say("email.caller-check.verify", user)
            say("session.view.start", "")
            say("identity.field.reveal", user)
            at = say.at

    def _plant_removal_quota(self, session, at):
        dice = self.dice
        customer = self.customer(session.agent)
        say = Saying(self, session, at, customer, self.ticket())
        for _ in range(dice.randint(3, 6)):
            user = dice.choice(self.people[customer])
            if dice.random() < 0.5:
                say("email.mail.get", user)
            for _ in range(dice.randint(1, 3)):
                say("email.blocklist.remove", user, "refused", "REMOVALS_LOCKED")


class Saying:
    """Adds the steps of one case to a session, some time apart."""

    def __init__(self, desk, session, at, customer, ticket):
        self.dice, self.steps = desk.dice, session.steps
        self.at, self.customer, self.ticket = at, customer, ticket

    def __call__(self, action, user, outcome="done", error="", *, gap=0.7):
        self.at += round(self.dice.uniform(0.3, 1.7) * gap * MINUTE)
        customer = "" if action == "search.search" else self.customer
        self.steps.append(Step(action, outcome, self.at, customer, user, self.ticket, error))
