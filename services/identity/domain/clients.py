"""Decisions on programs outside of the product, and on what they get to act for people."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass, replace

from helpdesk.kernel.context import Actor
from helpdesk.kernel.errors import Forbidden, InvalidArgument, NotFound, Refused
from helpdesk.kernel.secrets import SERVICES
from services.identity.domain.client_facts import ClientRegistered, ClientRemoved

DELEGATE = "DELEGATE"
OF_PROGRAMS = frozenset({"DIRECTORY_WRITER", "MAIL_REPORTER", "MAIL_SENDER", DELEGATE})
OF_PEOPLE = frozenset({"PARTNER_ADMIN", "HELP_DESK", "HELP_DESK_READ_ONLY", "AUDITOR"})
PROGRAM = "program:"
"""What stands before the name of a program in the chain of who acts."""
DEEPEST = 3
"""Who may stand in that chain at most."""
_NAME = re.compile(r"[a-z][a-z0-9-]{1,62}")


@dataclass(frozen=True, slots=True)
class Program:
    """A program that gets tokens: the public key (PEM) that proves it, and what it may be."""

    name: str
    public_key: str
    roles: frozenset[str]
    acts_as: frozenset[str] = frozenset()


def evolve(state: bool, event: ClientRegistered | ClientRemoved) -> bool:
    """Fold one fact into whether the program is registered."""
    del state
    return isinstance(event, ClientRegistered)


def register(
    registered: bool, fact: ClientRegistered, taken: Collection[str], *, key_taken: bool
) -> ClientRegistered:
    """Register a program; ``taken`` are names that others have already."""
    if not _NAME.fullmatch(fact.client):
        raise InvalidArgument(
            "client", "NOT_A_NAME", "client: lower case letters, digits and hyphens, 2 to 63."
        )
    if not fact.roles or not set(fact.roles) <= OF_PROGRAMS:
        raise InvalidArgument(
            "client_roles", "NOT_OF_PROGRAMS", f"client_roles: of {', '.join(sorted(OF_PROGRAMS))}."
        )
    if not set(fact.acts_as) <= OF_PEOPLE or bool(fact.acts_as) != (DELEGATE in fact.roles):
        raise InvalidArgument(
            "acts_as", "NOT_OF_PEOPLE", "acts_as: a DELEGATE acts as one of the roles of partners."
        )
    if registered or fact.client in SERVICES or fact.client in taken:
        raise Refused("CLIENT_TAKEN", "There is a program of this name. Remove it first.")
    if key_taken:
        raise Refused("KEY_TAKEN", "This is another program's key. Make one of its own.")
    return fact


def remove(registered: bool, fact: ClientRemoved) -> ClientRemoved:
    """Remove a program."""
    if not registered:
        raise NotFound("program")
    return fact


def acting_for(
    subject: Actor,
    program: Program,
    *,
    wanted: Collection[str],
    held: Collection[str],
) -> Actor:
    """
    Return the person as whom a program may act: never more than either of them may.

    ``held`` are the person's roles of now; ``wanted`` narrows further, where it is not empty.
    Raises Forbidden.
    """
    if subject.read_only or not subject.partner_id or subject.roles & (OF_PROGRAMS | {"SERVICE"}):
        raise Forbidden(
            "NOT_A_PERSONS_TOKEN", "The subject token must be one of a partner's person."
        )
    act = (PROGRAM + program.name, *subject.act)
    if len(act) > DEEPEST:
        raise Forbidden("CHAIN_TOO_LONG", f"At most {DEEPEST} may stand between.")
    roles = subject.roles & program.acts_as & frozenset(held)
    if wanted:
        if not frozenset(wanted) <= roles:
            raise Forbidden("WIDER", "That is more than the person, or the program for them, may.")
        roles &= frozenset(wanted)
    if not roles:
        raise Forbidden("NOTHING_IN_COMMON", "The person has no role that the program acts in.")
    return replace(subject, roles=roles, act=act)
