"""What the use cases need from outside."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple, Protocol

from helpdesk.kernel.addresses import canonical
from helpdesk.kernel.context import Actor
from helpdesk.kernel.errors import InvalidArgument
from helpdesk.kernel.store import Store


@dataclass(frozen=True, slots=True)
class User:
    """A user as the directory has it."""

    id: str
    organization_id: str
    display_name: str = ""
    emails: tuple[str, ...] = ()
    language: str = ""
    status: str = "active"
    organization_name: str = ""
    partner_name: str = ""
    viewer_name: str = ""


@dataclass(frozen=True, slots=True)
class Owner:
    """Who has an address."""

    user_id: str
    organization_id: str


class Directory(Protocol):
    """Who there is; answers for a viewer."""

    def user(self, viewer: Actor, user_id: str) -> User:
        """Return a user that the viewer may see. Raises NotFound."""

    def owner_of(self, address: str) -> Owner | None:
        """Return who has an address among all users."""

    def has_admin(self, organization_id: str, besides: str = "") -> bool:
        """Return whether a customer has an admin who could be asked now, beside somebody."""

    def partner_admins(self, partner_id: str) -> Sequence[User]:
        """Return the people who administer a partner now."""


class Listed(NamedTuple):
    """A message in the views: its id, where it was queued and where it last changed."""

    message_id: str
    queued: int
    changed: int


class Found(Protocol):
    """Finds messages and checks."""

    def messages(
        self, user_id: str, digests: Sequence[str], before: int, limit: int, only: str = ""
    ) -> list[Listed]:
        """
        Return messages of a user, newest first, that were queued before a position (0: all).

        ``only`` is the digest of the one address whose messages are wanted.
        """

    def changed_messages(
        self, user_id: str, digests: Sequence[str], after: int, limit: int, only: str = ""
    ) -> list[Listed]:
        """Return messages of a user that changed after a position, newest first."""

    def address_changed(self, digests: Sequence[str], after: int) -> bool:
        """Return whether one of the addresses was blocked or unblocked after a position."""

    def latest_check(self, agent_id: str, user_id: str) -> tuple[str, int]:
        """Return an agent's latest check of a user and where it changed; empty if none."""

    def messages_due(self, now: datetime, limit: int = 100) -> list[str]:
        """Return delayed messages whose time to be tried again has come, oldest first."""

    def vouch_requests(self, organization_id: str) -> list[str]:
        """Return checks of an organization's users that wait for an admin's word, oldest first."""

    def stopped_checks(self, partner_id: str) -> list[tuple[str, str, str]]:
        """Return agent, user and check of what is stopped at a partner, newest first."""

    def checks_over(self, now: datetime, limit: int = 100) -> list[str]:
        """Return open checks whose time is over."""


@dataclass(frozen=True, slots=True)
class Mailbox:
    """One address of a user: as the directory has it, its canonical form and keyed digest."""

    index: int
    address: str
    canonical: str
    digest: str

    @property
    def stream(self) -> str:
        """Name of the stream of its block."""
        return address_stream(self.canonical)


def address_stream(address: str) -> str:
    """Return the name of the stream of a canonical address."""
    return f"address:{address}"


def address_digest(store: Store, address: str) -> str:
    """Return the keyed digest of a canonical address."""
    return store.digest(f"address\0{address}")[:32]


def mailboxes(store: Store, user: User) -> list[Mailbox]:
    """Return the addresses of a user; one that is no address has no canonical form."""
    found = []
    for index, address in enumerate(user.emails):
        try:
            form = canonical(address)
        except InvalidArgument:
            continue
        found.append(Mailbox(index, address, form, address_digest(store, form)))
    return found


def mailbox_at(store: Store, user: User, index: int) -> Mailbox:
    """Return one address of a user. Raises InvalidArgument."""
    for each in mailboxes(store, user):
        if each.index == index:
            return each
    raise InvalidArgument(
        "address_index", "NO_SUCH_ADDRESS", "address_index: the user has no such address."
    )
