"""How much a session looks like misuse, and why: pure functions over its records."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

MINUTE = 60 * 1_000_000
HOURS = 24
PEOPLE_MINUTES = 10
"""Window of the reason ENUMERATION."""
CUSTOMERS_MINUTES = 30
"""Window of the reason MANY_CUSTOMERS."""
OWN_SESSIONS = 40
"""From how many earlier sessions what is usual for an agent is learned."""
PARTNER_SESSIONS = 400
"""From how many of the partner's."""
_LOOKS = frozenset(
    {
        "identity.user.get",
        "identity.field.reveal",
        "email.mail.get",
        "email.evidence.get",
    }
)
_SEARCHES = frozenset({"search.search", "identity.user.list", "identity.mailbox.list"})
_OPENS = _LOOKS | {
    "identity.organization.get",
    "identity.user.list",
    "identity.mailbox.list",
    "identity.device.list",
}
_REVEAL = "identity.field.reveal"
_REMOVE = "email.blocklist.remove"
_SEND_CHECK, _VERIFY = "email.caller-check.send", "email.caller-check.verify"
_LOCKED = "REMOVALS_LOCKED"
_MANY_REFUSALS = 3
_CALLS_FOR_ONE_MARKED = 6
_NEAR = 2
# Below so many earlier sessions an agent is judged by what is usual at the partner.
_KNOWN = 5
_KNOWN_BY_HOUR = 15
_KNOWN_PARTNER = 40
_USUAL_AT_PARTNER = 0.03
_KNOWN_HOUR = 0.05
# Whoever works up to it slowly must not make everything usual.
_MOST_USUAL_PEOPLE, _MOST_USUAL_CUSTOMERS, _MOST_USUAL_SEARCHES = 12, 10, 25


class Reason(StrEnum):
    """Why a session is risky; the names are those of the contract."""

    WITHOUT_TICKET = "WITHOUT_TICKET"
    ENUMERATION = "ENUMERATION"
    MANY_CUSTOMERS = "MANY_CUSTOMERS"
    ODD_HOURS = "ODD_HOURS"
    MARKED_PEOPLE = "MARKED_PEOPLE"
    REVEAL_AFTER_REFUSAL = "REVEAL_AFTER_REFUSAL"
    REMOVAL_QUOTA = "REMOVAL_QUOTA"


@dataclass(frozen=True, slots=True)
class Step:
    """One record of a session; its time in Unix microseconds."""

    action: str
    outcome: str
    at: int
    organization_id: str = ""
    user_id: str = ""
    ticket: str = ""
    error: str = ""


@dataclass(frozen=True, slots=True)
class Measures:
    """
    What is counted of a session.

    ``people`` and ``searches`` are the most within 10 minutes, ``customers`` the most within 30;
    ``hours`` counts people that were looked at by the hour of the day (UTC).
    """

    looked: int = 0
    without_ticket: int = 0
    people: int = 0
    searches: int = 0
    customers: int = 0
    removals: int = 0
    refused_removals: int = 0
    revealed: int = 0
    marked: tuple[str, ...] = ()
    hours: tuple[int, ...] = (0,) * HOURS


@dataclass(frozen=True, slots=True)
class Earlier:
    """
    An earlier session: ``right`` where it was not queued, or approved.

    One that was not right teaches only at which hours its agent works, or whoever changes shifts
    would be queued for ever; one that was flagged teaches nothing and is none of these.
    """

    measures: Measures
    right: bool = True


@dataclass(frozen=True, slots=True)
class Habits:
    """What is usual for an agent, from ``sessions`` earlier ones; else for the agent's partner."""

    sessions: int = 0
    people: int = 0
    searches: int = 0
    customers: int = 0
    removals: int = 0
    without_ticket: float = 0.0
    hours: frozenset[int] = frozenset()
    partner_hours: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Found:
    """A reason with its figures; ``points`` from 1 to 100."""

    reason: Reason
    points: int
    count: int
    total: int = 0
    usual: int = 0
    minutes: int = 0

    def __str__(self) -> str:
        """Return the form that is stored."""
        figures = (self.points, self.count, self.total, self.usual, self.minutes)
        return " ".join([self.reason, *map(str, figures)])

    @classmethod
    def parse(cls, text: str) -> Found:
        """Return what the stored form says. Raises ValueError."""
        reason, *figures = text.split(" ")
        points, count, total, usual, minutes = map(int, figures)
        return cls(Reason(reason), points, count, total, usual, minutes)

    @property
    def sentence(self) -> str:
        """The reason in words."""
        return _SENTENCES[self.reason].format(
            count=self.count, total=self.total, usual=self.usual, minutes=self.minutes
        )


_SENTENCES = {
    Reason.WITHOUT_TICKET: (
        "{count} of {total} people were looked at without a ticket; usual here: {usual} %."
    ),
    Reason.ENUMERATION: (
        "{count} different people or searches within {minutes} minutes; usual here: {usual}."
    ),
    Reason.MANY_CUSTOMERS: "{count} customers within {minutes} minutes; usual here: {usual}.",
    Reason.ODD_HOURS: (
        "{count} of {total} people were looked at when this agent did not work in {usual} "
        "earlier sessions."
    ),
    Reason.MARKED_PEOPLE: (
        "{count} marked people were looked at, {total} of them without a ticket or a caller check."
    ),
    Reason.REVEAL_AFTER_REFUSAL: (
        "{count} people's data was revealed after a refusal about them, without a caller check "
        "between or after {usual} refusals and more."
    ),
    Reason.REMOVAL_QUOTA: (
        "{count} removals from the blocklist, {total} of them refused because there were too "
        "many; usual here: {usual}."
    ),
}


@dataclass(frozen=True, slots=True)
class Assessment:
    """The risk of a session, 0 to 100, and its reasons, the heaviest first."""

    score: int
    found: tuple[Found, ...]


def measure(steps: Sequence[Step], marked: frozenset[str] = frozenset()) -> Measures:
    """Count what a session's records, in order of time, say; ``marked`` are ids of people."""
    looks = [s for s in steps if s.action in _LOOKS and s.user_id]
    ticketed = {s.user_id for s in looks if s.ticket}
    looked = {s.user_id for s in looks}
    first: dict[str, int] = {}
    for look in looks:
        first.setdefault(look.user_id, look.at)
    removals = [s for s in steps if s.action == _REMOVE]
    return Measures(
        looked=len(looked),
        without_ticket=len(looked - ticketed),
        people=_most(((s.at, s.user_id) for s in looks), PEOPLE_MINUTES),
        searches=_most(
            ((s.at, str(n)) for n, s in enumerate(steps) if s.action in _SEARCHES), PEOPLE_MINUTES
        ),
        customers=_most(
            ((s.at, s.organization_id) for s in steps if s.action in _OPENS and s.organization_id),
            CUSTOMERS_MINUTES,
        ),
        removals=len(removals),
        refused_removals=sum(s.error == _LOCKED for s in removals),
        revealed=len(_revealed_after_refusal(steps)),
        marked=tuple(_marked(steps, looked & marked)),
        hours=_by_hour(first.values()),
    )


def habits_of(own: Sequence[Earlier], partner: Sequence[Earlier]) -> Habits:
    """Return what is usual, from earlier sessions of the agent and of the agent's partner."""
    known = [e.measures for e in (own if len(own) >= _KNOWN else partner) if e.right]
    looked = sum(m.looked for m in known)
    return Habits(
        sessions=len(own),
        people=min(_usual(known, lambda m: m.people), _MOST_USUAL_PEOPLE),
        searches=min(_usual(known, lambda m: m.searches), _MOST_USUAL_SEARCHES),
        customers=min(_usual(known, lambda m: m.customers), _MOST_USUAL_CUSTOMERS),
        removals=_usual(known, lambda m: m.removals),
        without_ticket=sum(m.without_ticket for m in known) / looked if looked else 0.0,
        hours=_worked(own, _KNOWN_HOUR) if len(own) >= _KNOWN else frozenset(),
        partner_hours=_worked(partner, _USUAL_AT_PARTNER)
        if len(partner) >= _KNOWN_PARTNER
        else frozenset(),
    )


def assess(measures: Measures, habits: Habits) -> Assessment:
    """Return the risk of a session: each reason adds its points of what is left to 100."""
    found = [rule for each in _RULES for rule in each(measures, habits)]
    left = 1.0
    for each in found:
        left *= 1 - each.points / 100
    ordered = sorted(found, key=lambda f: (-f.points, f.reason))
    return Assessment(round(100 * (1 - left)), tuple(ordered))


def _without_ticket(m: Measures, usual: Habits) -> Iterator[Found]:
    # Twice what is usual is still a bad day.
    beyond = m.without_ticket - 2 * usual.without_ticket * m.looked
    points = _ramp(beyond, 3, 9, 25, 75)
    if points:
        share = round(100 * usual.without_ticket)
        yield Found(Reason.WITHOUT_TICKET, points, m.without_ticket, m.looked, share)


def _enumeration(m: Measures, usual: Habits) -> Iterator[Found]:
    people, searches = max(usual.people, 5), max(usual.searches, 8)
    by_people = _ramp(m.people, 1.5 * people + 2, 2.5 * people + 4, 25, 80)
    by_searches = _ramp(m.searches, 1.5 * searches + 2, 2.5 * searches + 4, 25, 80)
    if by_people and by_people >= by_searches:
        yield Found(Reason.ENUMERATION, by_people, m.people, usual=people, minutes=PEOPLE_MINUTES)
    elif by_searches:
        yield Found(
            Reason.ENUMERATION, by_searches, m.searches, usual=searches, minutes=PEOPLE_MINUTES
        )


def _many_customers(m: Measures, usual: Habits) -> Iterator[Found]:
    customers = max(usual.customers, 4)
    points = _ramp(m.customers, 1.5 * customers + 1, 2.2 * customers + 2, 30, 80)
    if points:
        yield Found(
            Reason.MANY_CUSTOMERS, points, m.customers, usual=customers, minutes=CUSTOMERS_MINUTES
        )


def _odd_hours(m: Measures, usual: Habits) -> Iterator[Found]:
    worked = usual.hours
    if usual.sessions < _KNOWN_BY_HOUR:
        # A few sessions do not show a whole shift yet.
        worked |= usual.partner_hours
    odd = [h for h in range(HOURS) if m.hours[h] and worked and not _near(h, worked)]
    count = sum(m.hours[h] for h in odd)
    if not count:
        return
    points = _ramp(count, 1, 5, 30, 65)
    if all(h in usual.partner_hours for h in odd):
        # Somebody of the partner works then: a shift that was swapped.
        points = points // 2
    yield Found(Reason.ODD_HOURS, points, count, m.looked, usual.sessions)


def _marked_people(m: Measures, _: Habits) -> Iterator[Found]:
    if not m.marked:
        return
    # Among many calls a marked person is one who called; among few one who was looked for.
    few = len(m.marked) * _CALLS_FOR_ONE_MARKED > m.looked
    worth = {"checked": 5, "unchecked": 30 if few else 15, "without ticket": 45}
    points = min(90, sum(worth[each] for each in m.marked))
    bare = sum(each != "checked" for each in m.marked)
    yield Found(Reason.MARKED_PEOPLE, points, len(m.marked), bare)


def _reveals(m: Measures, _: Habits) -> Iterator[Found]:
    if m.revealed:
        points = min(90, 45 + 15 * m.revealed)
        yield Found(Reason.REVEAL_AFTER_REFUSAL, points, m.revealed, usual=_MANY_REFUSALS)


def _removal_quota(m: Measures, usual: Habits) -> Iterator[Found]:
    often = max(usual.removals, 2)
    points = max(
        _ramp(m.refused_removals, 2, 5, 25, 80), _ramp(m.removals, 2 * often + 1, 4 * often, 25, 70)
    )
    if points:
        yield Found(Reason.REMOVAL_QUOTA, points, m.removals, m.refused_removals, often)


_Rule = Callable[[Measures, Habits], Iterator[Found]]
_RULES: Sequence[_Rule] = (
    _without_ticket,
    _enumeration,
    _many_customers,
    _odd_hours,
    _marked_people,
    _reveals,
    _removal_quota,
)


def _ramp(value: float, start: float, end: float, least: int, most: int) -> int:
    """Return 0 below ``start``, there ``least``, and from ``end`` on ``most``."""
    if value < start:
        return 0
    return min(most, round(least + (most - least) * (value - start) / (end - start)))


def _most(things: Iterable[tuple[int, str]], minutes: int) -> int:
    """Return the most different things within a window of so many minutes."""
    window: list[tuple[int, str]] = []
    inside: Counter[str] = Counter()
    most = start = 0
    for at, name in things:
        window.append((at, name))
        inside[name] += 1
        while at - window[start][0] > minutes * MINUTE:
            gone = window[start][1]
            inside[gone] -= 1
            if not inside[gone]:
                del inside[gone]
            start += 1
        most = max(most, len(inside))
    return most


@dataclass(slots=True)
class _Told:
    """What was refused about a person, and whether the caller was checked since."""

    refusals: int = 0
    checked: bool = True


def _revealed_after_refusal(steps: Sequence[Step]) -> set[str]:
    told: dict[str, _Told] = {}
    found: set[str] = set()
    for step in steps:
        if not step.user_id:
            continue
        about = told.setdefault(step.user_id, _Told())
        if step.outcome == "refused":
            about.refusals += 1
            about.checked = False
        elif step.outcome == "done" and step.action == _VERIFY:
            about.checked = True
        elif (
            step.outcome == "done"
            and step.action == _REVEAL
            and (not about.checked or about.refusals >= _MANY_REFUSALS)
        ):
            found.add(step.user_id)
    return found


def _marked(steps: Sequence[Step], people: Iterable[str]) -> Iterator[str]:
    for person in sorted(people):
        own = [s for s in steps if s.user_id == person]
        if not any(s.ticket for s in own):
            yield "without ticket"
        elif any(s.action in (_SEND_CHECK, _VERIFY) for s in own):
            yield "checked"
        else:
            yield "unchecked"


def _by_hour(times: Iterable[int]) -> tuple[int, ...]:
    counted = [0] * HOURS
    for at in times:
        counted[at // (60 * MINUTE) % HOURS] += 1
    return tuple(counted)


def _usual(known: Sequence[Measures], what: Callable[[Measures], int]) -> int:
    """Return what nine of ten sessions do not exceed."""
    counts = sorted(what(m) for m in known)
    return counts[(len(counts) - 1) * 9 // 10] if counts else 0


def _worked(sessions: Sequence[Earlier], share: float) -> frozenset[int]:
    least = max(1.0, share * len(sessions))
    counts = (sum(s.measures.hours[h] > 0 for s in sessions) for h in range(HOURS))
    return frozenset(h for h, count in enumerate(counts) if count >= least)


def _near(hour: int, hours: frozenset[int]) -> bool:
    return any((hour + by) % HOURS in hours for by in range(-_NEAR, _NEAR + 1))
