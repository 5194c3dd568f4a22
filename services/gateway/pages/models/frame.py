"""What every page carries: who is signed in, the ticket, results and problems."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

State = Literal["ok", "warn", "bad", "blocked", "idle", "pending"]


@dataclass(frozen=True, kw_only=True)
class Account:
    """The signed-in person, as the bar on top shows them."""

    name: str
    partner: str
    roles: tuple[str, ...] = ("helpdesk",)
    keys: bool = True


@dataclass(frozen=True, kw_only=True)
class Ticket:
    """The ticket the tab works under; its number is in the address of the page."""

    number: str
    organization: str = ""


@dataclass(frozen=True, kw_only=True)
class Problem:
    """One thing wrong with a form: the `id` of its field and a code of words.PROBLEM."""

    field: str
    code: str


@dataclass(frozen=True, kw_only=True)
class Notice:
    """
    The result of the last action, or why it was refused; codes of words.NOTICE.

    `subject` is filled into the sentence; `lifts`, `next_step`: codes of words.LIFTS and NEXT.
    """

    state: State
    code: str
    subject: str = ""
    lifts: str = ""
    next_step: str = ""
    recorded: bool = True
    reference: str = ""


@dataclass(frozen=True, kw_only=True)
class Frame:
    """
    What surrounds the content of a page; `base` is `/t/{ticket}` or `/t/-`.

    `typed` holds the fields of a form that is shown again because something in it is wrong.
    """

    account: Account | None = None
    ticket: Ticket | None = None
    base: str = "/t/-"
    form_token: str = ""
    request_id: str = ""
    notice: Notice | None = None
    problems: tuple[Problem, ...] = ()
    within_id: str = ""
    within_name: str = ""
    live: str = ""
    typed: Mapping[str, Sequence[str]] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Masked:
    """
    A personal value: masked, or shown after its reveal was recorded.

    `id` is unique in the page; `subject` and `field` say what a reveal asks for.
    """

    id: str
    subject: str
    field: str
    text: str
    shown: bool = False
    masked_text: str = ""


@dataclass(frozen=True, kw_only=True)
class Step:
    """
    One step of a mail or of a caller check; `gap_seconds` is the time since the step before.

    `by` names who took it, where it was somebody whom the reader may know.
    """

    code: str
    state: State
    at: datetime | None = None
    gap_seconds: float | None = None
    by: str = ""


@dataclass(frozen=True, kw_only=True)
class Revealed:
    """The answer to a reveal: one value, shown; a fragment."""

    frame: Frame
    value: Masked
