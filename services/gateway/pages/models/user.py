"""A user: status, last mail, licences, devices, feature toggles; the caller check; mail."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from services.gateway.pages.models.frame import Frame, Masked, Step

CheckState = Literal[
    "ready",
    "sent",
    "confirmed",
    "wrong",
    "expired",
    "locked",
    "cannot_arrive",
    "not_me",
]
Fault = Literal["recipient", "receiver", "us", "nobody", "unknown"]


@dataclass(frozen=True, kw_only=True)
class UserHead:
    """Who the page is about, on each page of a user; `erased` once they were forgotten."""

    id: str
    name: str
    organization_id: str
    organization: str
    status: str
    address: Masked
    blocked: bool = False
    phone: Masked | None = None
    erased: bool = False


@dataclass(frozen=True, kw_only=True)
class CodeAddress:
    """An address, masked, that a code can be sent to; `index` is its place among the user's."""

    index: int
    text: str


@dataclass(frozen=True, kw_only=True)
class CallerCheck:
    """
    The caller check as the agent sees it; never the code.

    `choices` are the addresses that are not on the blocklist; `blocked`: there is none of them.
    `phrase` are two words that the user sees too, `by` says how it was confirmed, `vouch` whether
    an admin of the customer was asked, and `next_step` is a code of words.NEXT.
    """

    state: CheckState = "ready"
    address: str = ""
    sends_left: int = 3
    tries_left: int = 5
    expires_in: int = 0
    valid_in: int = 0
    at: datetime | None = None
    cause: str = ""
    choices: tuple[CodeAddress, ...] = ()
    blocked: bool = False
    phrase: str = ""
    by: str = ""
    vouch: str = ""
    next_step: str = ""


@dataclass(frozen=True, kw_only=True)
class MailVerdict:
    """
    The last mail in one sentence: what happened, why, whose fault, what to do next.

    `cause` is a code of words.CAUSE, `next_step` of words.NEXT.
    """

    status: str
    cause: str = ""
    fault: Fault = "nobody"
    next_step: str = ""
    steps: tuple[Step, ...] = ()
    at: datetime | None = None
    subject: str = ""


@dataclass(frozen=True, kw_only=True)
class Licence:
    """A licence of the user; `status` is a code of words.STATUS."""

    name: str
    status: str
    until: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Device:
    """A device of the user or organization."""

    id: str
    name: str
    model: str
    status: str
    seen: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Toggle:
    """A feature toggle, read only; `source` is a code of words.TOGGLE_SOURCE."""

    name: str
    on: bool
    source: str = "organization"


@dataclass(frozen=True, kw_only=True)
class UserPage:
    """The user page; a part is None when its service did not answer."""

    frame: Frame
    user: UserHead
    check: CallerCheck
    mail: MailVerdict | None
    licences: tuple[Licence, ...] | None = ()
    devices: tuple[Device, ...] | None = ()
    toggles: tuple[Toggle, ...] | None = ()
    reference: str = ""


@dataclass(frozen=True, kw_only=True)
class CheckPage:
    """The caller check on a page of its own."""

    frame: Frame
    user: UserHead
    check: CallerCheck
    steps: tuple[Step, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """What the receiving system said, as it was said."""

    diagnostic: str
    code: str = ""
    server: str = ""
    received: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class RawReport:
    """
    A mail system's report as it came, addresses masked.

    `kind` is a code of words.REPORT; `cut` when it was longer than what is kept.
    """

    kind: str
    at: datetime
    reporter: str = ""
    remote: str = ""
    code: str = ""
    diagnostic: str = ""
    text: str = ""
    cut: bool = False


@dataclass(frozen=True, kw_only=True)
class EvidencePart:
    """The reports on one message; a fragment."""

    frame: Frame
    reports: tuple[RawReport, ...]


@dataclass(frozen=True, kw_only=True)
class MailLane:
    """
    One message to the user, or what the provider did to an address, with steps and proof.

    `address` is masked. `has_reports` when the reports can be asked for; `reports` is None until
    they were. `unproved` when anybody could have written the report that the lane is about.
    """

    id: str
    kind: str
    at: datetime
    status: str
    address: str = ""
    unproved: bool = False
    cause: str = ""
    fault: Fault = "nobody"
    steps: tuple[Step, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    has_reports: bool = False
    reports: tuple[RawReport, ...] | None = None


@dataclass(frozen=True, kw_only=True)
class BlockWay:
    """A way to lift a block: `name` is a code of words.WAY, `state` one of words.WAY_STATE."""

    name: str
    state: str


@dataclass(frozen=True, kw_only=True)
class Block:
    """
    The block on an address: its place among the user's, and its masked text.

    `refusal`, `lifts` and `next_step` say why it cannot be removed, `ways` how it can be; `ground`
    is on what it would be now, a code of words.GROUND. `until` is when the block ends by itself,
    `opens` when it may be removed without anybody else's word. `asks` are the forms that are
    offered: `admin`, `recipient` and `unlock`.
    """

    since: datetime
    cause: str
    removals: int = 0
    removals_limit: int = 3
    address: str = ""
    text: str = ""
    refusal: str = ""
    lifts: str = ""
    next_step: str = ""
    ways: tuple[BlockWay, ...] = ()
    ground: str = ""
    until: datetime | None = None
    opens: datetime | None = None
    asks: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Followed:
    """
    What is followed of one address after a change: its masked text.

    `removed` is when its block was removed, while the next delivery is watched; `provider` is
    whether the provider's list agrees, a code of words.PROVIDER, and `retry` when that is tried.
    """

    text: str
    removed: datetime | None = None
    provider: str = ""
    retry: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class MailPage:
    """
    Mail of a user: verdict, one band a blocked address, one lane a message.

    `resend_refusal` is why the welcome mail is not sent again, a code of words.RESEND. `kinds` of
    mail can be sent to the addresses `sendable`, in `languages`. `addresses` can be looked at one
    by one; `only` is the one that is, by its place among the user's.
    """

    frame: Frame
    user: UserHead
    verdict: MailVerdict | None
    blocks: tuple[Block, ...] = ()
    lanes: tuple[MailLane, ...] = ()
    resend_refusal: str = ""
    checked: bool = False
    followed: tuple[Followed, ...] = ()
    addresses: tuple[CodeAddress, ...] = ()
    only: int = -1
    reference: str = ""
    older: str = ""
    sendable: tuple[CodeAddress, ...] = ()
    kinds: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
