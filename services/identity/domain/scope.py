"""Decisions on who may see whose customers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Viewer:
    """On whose behalf something is shown; UUIDs, empty for none."""

    user: str = ""
    partner: str = ""
    organization: str = ""
    sees_all: bool = False


def may_see(
    viewer: Viewer,
    organization: str,
    managed_by: frozenset[str],
    limit: frozenset[str] | None = None,
) -> bool:
    """
    Decide whether the viewer may see what belongs to an organization.

    A partner sees the customers that it manages now, of its limited people each those of the
    limit alone (None: no limit); who names an organization as well (a read-only session) sees that
    one alone; without a partner it is the viewer's own.
    """
    if viewer.sees_all:
        return True
    if viewer.organization and viewer.organization != organization:
        return False
    if limit is not None and organization not in limit:
        return False
    if viewer.partner:
        return viewer.partner in managed_by
    return bool(viewer.organization)


def changed_since(
    changes: Sequence[str], managed_now: frozenset[str]
) -> tuple[list[str], list[str]]:
    """Return which of the organizations that came or went are there now, and which are gone."""
    touched = list(dict.fromkeys(changes))
    added = [each for each in touched if each in managed_now]
    return added, [each for each in touched if each not in managed_now]
