"""The review queue: which sessions are in it, who sees them, what is decided on them."""

import pytest

from helpdesk.audit.v1 import audit_pb2, review_pb2, review_pb2_grpc
from helpdesk.kernel.context import Actor
from helpdesk.kernel.errors import InvalidArgument, NotFound, Refused
from helpdesk.kernel.events import SupportActionRecorded
from services.audit.views.reviews import SessionRisks
from tests.contract.audit_world import AN_AUDITOR, AUDITOR_OF_A, audit_world

AUDITOR_OF_B = Actor("auditor-b", partner_id="partner-b", roles=frozenset({"AUDITOR"}))
AGENT_WHO_AUDITS = Actor("agent-x", partner_id="partner-a", roles=frozenset({"AUDITOR"}))


class Reviews:
    """The queue of a world, and sessions that come into it."""

    def __init__(self, world):
        self.world = world

    def call(self, actor, method, **fields):
        stub = review_pb2_grpc.ReviewServiceStub(self.world.host.wiring.channel("audit"))
        request = getattr(review_pb2, f"{method}Request")(**fields)
        return self.world.caller(actor)(getattr(stub, method), request)

    def listed(self, actor, state=review_pb2.REVIEW_STATE_OPEN):
        return self.call(actor, "ListReviews", review_state=state, page_size=200).reviews

    def of(self, agent, actor=AN_AUDITOR):
        return [each for each in self.listed(actor, 0) if each.agent_id == agent]

    def look(self):
        """Do what the timer does."""
        self.world.settle()
        timers = self.world.host.running["audit"].timers
        timer = next(each for each in timers if each.name == "audit-review")
        while timer.function():
            pass

    def browse(self, agent, count, *, partner="a", begin=0, ticket=""):
        """Let an agent open one person after the other."""
        for number in range(count):
            self.world.record(
                begin + number // 3,
                agent_id=agent,
                partner_id=f"partner-{partner}",
                sign_in_id=f"sign-in-{agent}",
                user_id=f"user-{number}",
                ticket=ticket,
            )
        self.look()


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    with audit_world(tmp_path_factory.mktemp("reviews")) as running:
        yield running


@pytest.fixture
def reviews(world):
    return Reviews(world)


def test_a_session_comes_into_the_queue_with_its_reasons_and_figures(reviews):
    reviews.browse("agent-q", 30)
    found = reviews.of("agent-q")[0]
    kinds = {r.kind: r for r in found.reasons}

    assert found.score >= 50
    assert kinds[review_pb2.RISK_KIND_WITHOUT_TICKET].count == 30
    assert kinds[review_pb2.RISK_KIND_ENUMERATION].count > 20
    assert "30 of 30 people" in kinds[review_pb2.RISK_KIND_WITHOUT_TICKET].sentence
    sessions = reviews.world.call(
        AN_AUDITOR,
        "ListSessions",
        audit_pb2.ListSessionsRequest(session_id=found.session_id),
    ).sessions
    assert [s.agent_id for s in sessions] == ["agent-q"]


def test_a_usual_session_does_not(reviews):
    reviews.browse("agent-usual", 3, ticket="T-1")

    assert reviews.of("agent-usual") == []


def test_the_riskiest_come_first_and_pages_go_on(reviews):
    reviews.browse("agent-r1", 9)
    reviews.browse("agent-r2", 40)
    listed = reviews.listed(AN_AUDITOR)
    paged, token = [], ""
    while True:
        answer = reviews.call(
            AN_AUDITOR,
            "ListReviews",
            review_state=review_pb2.REVIEW_STATE_OPEN,
            page_size=1,
            page_token=token,
        )
        paged += [each.session_id for each in answer.reviews]
        token = answer.next_page_token
        if not token:
            break

    assert [each.score for each in listed] == sorted((e.score for e in listed), reverse=True)
    assert paged == [each.session_id for each in listed]
    assert answer.open == len(listed)


def test_a_partners_auditor_sees_and_decides_on_its_own_sessions_only(reviews):
    reviews.browse("agent-b", 30, partner="b")
    session = reviews.of("agent-b")[0].session_id

    assert {each.partner_id for each in reviews.listed(AUDITOR_OF_B, 0)} == {"partner-b"}
    assert reviews.of("agent-b", AUDITOR_OF_A) == []
    for method, fields in (
        ("GetReview", {}),
        ("ApproveSession", {"reason": "mine"}),
        ("FlagSession", {"reason": "mine"}),
        ("ReopenSession", {"reason": "mine"}),
    ):
        with pytest.raises(NotFound):
            reviews.call(AUDITOR_OF_A, method, session_id=session, **fields)
    reviews.call(AUDITOR_OF_B, "ApproveSession", session_id=session, reason="an inventory")
    assert reviews.of("agent-b")[0].review_state == review_pb2.REVIEW_STATE_APPROVED


def test_a_decision_is_taken_back_and_taken_again_and_all_of_it_is_kept(reviews):
    reviews.browse("agent-d", 30)
    session = reviews.of("agent-d")[0].session_id
    reviews.call(AN_AUDITOR, "ApproveSession", session_id=session, reason="asked for")
    with pytest.raises(Refused) as twice:
        reviews.call(AN_AUDITOR, "FlagSession", session_id=session, reason="no")
    reviews.call(AUDITOR_OF_A, "ReopenSession", session_id=session, reason="it was not")
    with pytest.raises(Refused) as open_already:
        reviews.call(AN_AUDITOR, "ReopenSession", session_id=session, reason="again")
    reviews.call(AUDITOR_OF_A, "FlagSession", session_id=session, reason="nobody asked")
    found = reviews.call(AN_AUDITOR, "GetReview", session_id=session)

    assert (twice.value.reason, open_already.value.reason) == ("DECIDED", "NOT_DECIDED")
    assert [(d.review_state, d.decided_by, d.reason) for d in found.decisions] == [
        (review_pb2.REVIEW_STATE_APPROVED, "auditor-1", "asked for"),
        (review_pb2.REVIEW_STATE_OPEN, "auditor-a", "it was not"),
        (review_pb2.REVIEW_STATE_FLAGGED, "auditor-a", "nobody asked"),
    ]
    assert found.review.decided_by == "auditor-a"


def test_nobody_decides_without_a_note_or_on_an_own_session(reviews):
    reviews.browse("agent-x", 30)
    session = reviews.of("agent-x")[0].session_id

    with pytest.raises((Refused, InvalidArgument)):
        reviews.call(AN_AUDITOR, "ApproveSession", session_id=session)
    with pytest.raises(Refused) as own:
        reviews.call(AGENT_WHO_AUDITS, "ApproveSession", session_id=session, reason="fine")
    assert own.value.reason == "OWN_SESSION"


def test_what_happens_after_a_decision_opens_the_session_again(reviews):
    reviews.browse("agent-more", 8)
    found = reviews.of("agent-more")[0]
    reviews.call(AN_AUDITOR, "ApproveSession", session_id=found.session_id, reason="fine")
    reviews.look()
    assert reviews.of("agent-more")[0].review_state == review_pb2.REVIEW_STATE_APPROVED
    reviews.browse("agent-more", 40, begin=4)
    again = reviews.of("agent-more")[0]

    assert again.session_id == found.session_id
    assert again.score > found.score
    assert again.review_state == review_pb2.REVIEW_STATE_OPEN


def test_looking_at_the_queue_and_deciding_are_recorded_and_the_note_is_sealed(reviews):
    reviews.browse("agent-rec", 30)
    session = reviews.of("agent-rec")[0].session_id
    reviews.call(AN_AUDITOR, "FlagSession", session_id=session, reason="a secret note")
    store = reviews.world.host.running["audit"].store
    rows = store.read(0, 100_000, ())
    records = [store.opened(r) for r in rows if r.name == SupportActionRecorded.NAME]

    listed = [r for r in records if r.action == "audit.review.list"][-1]
    assert f"session:{session}@" in " ".join(listed.shown)
    flagged = [r for r in records if r.action == "audit.review.flag"][-1]
    assert (flagged.outcome, flagged.agent_id, flagged.reason) == (
        "done",
        "auditor-1",
        "a secret note",
    )
    assert f"session:{session}" in flagged.subjects
    assert not any(b"a secret note" in row.state for row in rows)


def test_a_flagged_session_teaches_nothing_and_an_approved_one_all(reviews):
    risks = SessionRisks(reviews.world.host.running["audit"].store.engine)
    reviews.browse("agent-l", 30)
    first = reviews.of("agent-l")[0].session_id
    reviews.browse("agent-l", 1, begin=300, ticket="T")
    touched = risks.touched(0, risks.records())
    later = max((s for s in touched if s.agent_id == "agent-l"), key=lambda s: s.started_at)
    learned = []
    for decision in ("", "ApproveSession", "ReopenSession", "FlagSession"):
        if decision:
            reviews.call(AN_AUDITOR, decision, session_id=first, reason="a test")
        learned.append([each.right for each in risks.earlier(later, 50)[0]])

    assert learned == [[False], [True], [False], []]


def test_a_person_whom_nobody_may_see_cannot_be_marked(reviews):
    with pytest.raises(NotFound):
        reviews.call(AUDITOR_OF_A, "MarkPerson", user_id="nobody", reason="a judge")
    with pytest.raises(NotFound):
        reviews.call(AUDITOR_OF_A, "UnmarkPerson", user_id="nobody", reason="a judge")
