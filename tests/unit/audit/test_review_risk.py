"""Which sessions come into the review queue, and why."""

from collections import defaultdict, deque
from dataclasses import replace

import pytest

from services.audit.domain.risk import (
    OWN_SESSIONS,
    PARTNER_SESSIONS,
    Earlier,
    Found,
    Habits,
    Measures,
    Reason,
    Step,
    assess,
    habits_of,
    measure,
)
from services.audit.settings import AuditSettings
from tests.support.misuse import HOUR, KINDS, MINUTE, Desk

MORNING = 10 * HOUR
LEAST = AuditSettings().review_score
SEEN_WHILE_WRITING = range(1, 7)
HELD_OUT = [
    (201, {}),
    (202, {}),
    (203, {}),
    (204, {"careless": 1.6}),
    (205, {"busy": 0.6}),
    (206, {"busy": 1.3}),
]


def look(user, minute=0, *, action="identity.user.get", ticket="T-1", customer="org-1", **more):
    return Step(
        action,
        more.pop("outcome", "done"),
        MORNING + int(minute * MINUTE),
        customer,
        user,
        ticket,
        **more,
    )


NOTHING_KNOWN = Habits()


def reasons(steps, habits=NOTHING_KNOWN, marked=frozenset()):
    return {f.reason: f for f in assess(measure(steps, marked), habits).found}


def test_a_usual_call_has_no_reason():
    steps = [
        look("", action="search.search"),
        look("u1", 1),
        look("u1", 2, action="email.mail.get"),
    ]

    assert assess(measure(steps), Habits()).score == 0


def test_looking_at_people_without_a_ticket_is_a_reason_with_its_figures():
    found = reasons([look(f"u{n}", 9 * n, ticket="" if n < 8 else "T-1") for n in range(10)])

    assert set(found) == {Reason.WITHOUT_TICKET}
    assert (found[Reason.WITHOUT_TICKET].count, found[Reason.WITHOUT_TICKET].total) == (8, 10)
    assert found[Reason.WITHOUT_TICKET].sentence == (
        "8 of 10 people were looked at without a ticket; usual here: 0 %."
    )


def test_who_often_names_no_ticket_is_judged_by_that():
    steps = [look(f"u{n}", 9 * n, ticket="" if n < 3 else "T-1") for n in range(10)]

    assert Reason.WITHOUT_TICKET in reasons(steps)
    assert Reason.WITHOUT_TICKET not in reasons(steps, Habits(sessions=40, without_ticket=0.15))


def test_one_person_after_the_other_is_enumeration():
    steps = [look(f"u{n}", n / 2) for n in range(30)]

    found = reasons(steps)[Reason.ENUMERATION]
    assert (found.count, found.minutes) == (21, 10)


def test_the_same_people_over_a_day_are_no_enumeration():
    assert Reason.ENUMERATION not in reasons([look(f"u{n}", 8 * n) for n in range(30)])


def test_many_customers_within_half_an_hour_are_a_reason():
    found = reasons([look(f"u{n}", 2 * n, customer=f"org-{n}") for n in range(14)])

    assert found[Reason.MANY_CUSTOMERS].count == 14


def test_hours_at_which_the_agent_never_works_are_a_reason():
    by_day = Measures(looked=5, hours=tuple(5 * (8 <= h < 17) for h in range(24)))
    usual = habits_of([Earlier(by_day)] * 30, [Earlier(by_day)] * 90)
    at_night = [replace(look(f"u{n}", 3 * n), at=2 * HOUR + n * MINUTE) for n in range(6)]

    assert reasons(at_night, usual)[Reason.ODD_HOURS].points == 65
    assert Reason.ODD_HOURS not in reasons([look("u1")], usual)


def test_a_swapped_shift_weighs_half():
    by_day = Measures(looked=5, hours=tuple(5 * (8 <= h < 17) for h in range(24)))
    by_night = replace(by_day, hours=tuple(5 * (h < 6) for h in range(24)))
    usual = habits_of([Earlier(by_day)] * 30, [Earlier(by_day), Earlier(by_night)] * 45)
    at_night = [replace(look(f"u{n}", 3 * n), at=2 * HOUR + n * MINUTE) for n in range(6)]

    assert reasons(at_night, usual)[Reason.ODD_HOURS].points == 32


def test_a_marked_person_who_called_weighs_less_than_one_who_was_looked_for():
    checked = [look("vip"), look("vip", 1, action="email.caller-check.send")]
    marked = frozenset({"vip"})

    assert reasons(checked, marked=marked)[Reason.MARKED_PEOPLE].points == 5
    assert reasons([look("vip")], marked=marked)[Reason.MARKED_PEOPLE].points == 30
    assert reasons([look("vip", ticket="")], marked=marked)[Reason.MARKED_PEOPLE].points == 45


def test_a_reveal_after_a_refusal_is_a_reason_unless_the_caller_was_checked():
    refused = look("u1", action="identity.field.reveal", outcome="refused")
    checked = look("u1", 1, action="email.caller-check.verify")
    revealed = look("u1", 2, action="identity.field.reveal")

    assert Reason.REVEAL_AFTER_REFUSAL in reasons([refused, revealed])
    assert Reason.REVEAL_AFTER_REFUSAL not in reasons([refused, checked, revealed])


def test_a_code_that_was_guessed_is_no_check():
    wrong = look("u1", action="email.caller-check.verify", outcome="refused")
    right = look("u1", 1, action="email.caller-check.verify")
    revealed = look("u1", 2, action="identity.field.reveal")

    assert Reason.REVEAL_AFTER_REFUSAL not in reasons([wrong, right, revealed])
    assert Reason.REVEAL_AFTER_REFUSAL in reasons([wrong, wrong, wrong, right, revealed])


def test_removals_beyond_what_is_allowed_are_a_reason():
    tries = [
        look("u1", n, action="email.blocklist.remove", outcome="refused", error="REMOVALS_LOCKED")
        for n in range(4)
    ]

    assert reasons(tries)[Reason.REMOVAL_QUOTA].total == 4
    assert Reason.REMOVAL_QUOTA not in reasons(tries[:1])


def test_who_grows_slowly_does_not_make_everything_usual():
    usual = habits_of([Earlier(Measures(people=60, customers=40))] * 40, [])

    assert (usual.people, usual.customers) == (12, 10)


def test_what_was_queued_teaches_its_hours_alone():
    queued = Earlier(Measures(people=12, hours=(0,) * 23 + (9,)), right=False)
    usual = habits_of([queued] * 10, [])

    assert (usual.people, usual.hours) == (0, frozenset({23}))


def test_each_reason_raises_the_score_and_the_heaviest_comes_first():
    steps = [look(f"u{n}", n / 2, ticket="", customer=f"org-{n}") for n in range(30)]
    assessment = assess(measure(steps), Habits())
    points = [f.points for f in assessment.found]

    assert len(points) == 3
    assert points == sorted(points, reverse=True)
    assert max(points) < assessment.score <= 100


@pytest.mark.parametrize("reason", Reason)
def test_a_reason_is_read_as_it_was_stored(reason):
    found = Found(reason, 40, 7, 9, 2, 10)

    assert Found.parse(str(found)) == found


def queued_of(desk, made):
    """Return the sessions that are queued, each judged by what came before it."""
    own = defaultdict(lambda: deque(maxlen=OWN_SESSIONS))
    partner = defaultdict(lambda: deque(maxlen=PARTNER_SESSIONS))
    queued = []
    for session in made:
        before = own[session.agent.id], partner[session.partner_id]
        measures = measure(session.steps, desk.marked)
        risky = assess(measures, habits_of(*before)).score >= LEAST
        for each in before:
            each.append(Earlier(measures, right=not risky))
        if risky:
            queued.append(session)
    return queued


def test_nine_of_ten_misuses_are_queued_and_at_most_one_session_of_fifty():
    assert not {seed for seed, _ in HELD_OUT} & set(SEEN_WHILE_WRITING)
    planted = found = 0
    kinds = set()
    shares = {}
    for seed, shape in HELD_OUT:
        desk = Desk(seed, **shape)
        made = desk.sessions(days=28, misuse=1)
        queued = queued_of(desk, made)
        misused = [m for m in made if m.misuse]
        hit = [m.misuse for m in queued if m.misuse]
        planted, found = planted + len(misused), found + len(hit)
        kinds.update(hit)
        shares[seed] = len(queued) / len(made)
        print(
            f"seed {seed} {shape}: {len(made)} sessions, {sum(len(m.steps) for m in made)} records, "
            f"{len(hit)} of {len(misused)} found, {100 * shares[seed]:.2f} % queued"
        )
    print(f"recall {found / planted:.3f}")

    assert planted == len(HELD_OUT) * len(KINDS)
    assert found / planted >= 0.9
    assert max(shares.values()) <= 0.02, shares
    assert kinds == set(KINDS)
