"""What was asked, held and forgotten, as it is read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from helpdesk.kernel.store import Store


@dataclass(frozen=True, slots=True)
class Forgetting:
    """What was asked for one person, and how far it is."""

    user_id: str
    uuid: str
    state: str
    asked_by: str
    asked: datetime
    confirmed_by: str
    forgotten: datetime
    key: str
    position: int
    cleared: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Hold:
    """A legal hold; without a person it holds everybody."""

    user_id: str
    set_by: str
    since: datetime


_COLUMNS = "user_id, uuid, state, asked_by, asked, confirmed_by, forgotten, key, position"


class ForgettingViews:
    """Reads the tables of forgetting."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def forgettings_of(self, organization: str) -> list[Forgetting]:
        """Return what was asked in an organization (UUID), newest first."""
        return self._found("organization = ? ORDER BY position DESC", organization)

    def forgetting(self, user_id: str) -> Forgetting | None:
        """Return what was asked for a person."""
        return next(iter(self._found("user_id = ?", user_id)), None)

    def _found(self, where: str, value: str) -> list[Forgetting]:
        query = self._store.engine.query
        cleared: dict[str, list[str]] = {}
        rows = query(f"SELECT {_COLUMNS} FROM forgetting WHERE {where}", (value,))
        for row in rows:
            for (service,) in query(
                "SELECT service FROM forgetting_cleared WHERE user_id = ? ORDER BY service",
                (row[0],),
            ):
                cleared.setdefault(row[0], []).append(service)
        return [
            Forgetting(
                user_id=row[0],
                uuid=row[1],
                state=row[2],
                asked_by=row[3],
                asked=_moment(row[4]),
                confirmed_by=row[5],
                forgotten=_moment(row[6]),
                key=row[7],
                position=row[8],
                cleared=tuple(cleared.get(row[0], ())),
            )
            for row in rows
        ]

    def holds_of(self, organization: str) -> list[Hold]:
        """Return the legal holds of an organization (UUID)."""
        rows = self._store.engine.query(
            "SELECT user_id, set_by, since FROM legal_hold WHERE organization = ? ORDER BY since",
            (organization,),
        )
        return [Hold(row[0], row[1], _moment(row[2])) for row in rows]


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)
