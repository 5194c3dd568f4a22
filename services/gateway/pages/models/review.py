"""What an auditor sees of sessions to review, and what a customer's admin sees of the webhook."""

from dataclasses import dataclass
from datetime import datetime

from services.gateway.pages.models.audit import Completeness
from services.gateway.pages.models.frame import Frame


@dataclass(frozen=True, kw_only=True)
class RiskReason:
    """Why a session is in the queue; ``kind`` is the contract's in lower case."""

    kind: str
    points: int
    count: int
    total: int
    usual: int
    minutes: int


@dataclass(frozen=True, kw_only=True)
class ReviewRow:
    """A session of the queue; ``status`` is open, approved or flagged."""

    session: str
    agent: str
    score: int
    status: str
    started: datetime
    ended: datetime
    reasons: tuple[RiskReason, ...] = ()


@dataclass(frozen=True, kw_only=True)
class ReviewDecision:
    """What somebody decided."""

    status: str
    by: str
    at: datetime
    note: str


@dataclass(frozen=True, kw_only=True)
class ReviewsPage:
    """The queue, ranked; ``shown`` is the state that is shown, empty for all."""

    frame: Frame
    completeness: Completeness
    rows: tuple[ReviewRow, ...] = ()
    shown: str = "open"
    waiting: int = 0
    next_page: str = ""


@dataclass(frozen=True, kw_only=True)
class ReviewPage:
    """One session of the queue; ``own`` says that the auditor may not decide on it."""

    frame: Frame
    completeness: Completeness
    row: ReviewRow
    decisions: tuple[ReviewDecision, ...] = ()
    own: bool = False


@dataclass(frozen=True, kw_only=True)
class MarkedRow:
    """Somebody who is marked."""

    user: str
    name: str
    by: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class MarkedPage:
    """Who is marked."""

    frame: Frame
    completeness: Completeness
    rows: tuple[MarkedRow, ...] = ()
    next_page: str = ""


@dataclass(frozen=True, kw_only=True)
class Webhook:
    """A customer's webhook; ``error`` is a code of words.DELIVERY, empty where all is well."""

    url: str
    partners_only: bool
    keys: tuple[str, ...]
    by: str
    at: datetime
    sequence: str
    delivered: datetime | None
    behind: int
    behind_since: datetime | None
    error: str
    failures: int
    retry: datetime | None
    stopped: bool


@dataclass(frozen=True, kw_only=True)
class WebhookPage:
    """The setting of the webhook, and how it stands."""

    frame: Frame
    organization: str
    webhook: Webhook | None = None
