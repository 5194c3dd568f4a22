"""What follows when it was confirmed that a person is forgotten, and when all have cleared."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from helpdesk.kernel.actions import UnitOfWork
from helpdesk.kernel.bus import Published, StoreConsumer
from helpdesk.kernel.clearing import Forgotten, PersonCleared, clear
from helpdesk.kernel.store import Store
from services.identity.application.forgetting import stream_of
from services.identity.domain import forgetting
from services.identity.domain.facts import PersonImported
from services.identity.domain.forgetting import Forgettings
from services.identity.domain.forgetting_facts import PersonForgettingConfirmed, PersonForgotten
from services.identity.domain.ids import ORGANIZATION, uuid_of
from services.identity.domain.importing import person_key
from services.identity.views.forgetting import ForgettingViews


def consumers(store: Store) -> list[StoreConsumer]:
    """Return what follows our own log and the word of those that clear."""

    def on_confirmed(work: UnitOfWork, fact: Published) -> None:
        event: Any = fact.event
        organization = uuid_of(ORGANIZATION, event.organization_id)
        stream = work.load(stream_of(organization), forgetting.evolve, Forgettings())
        if event.user_id in stream.state.forgotten:
            return
        # Addresses and names outlive the person's key for as long as others must look for them.
        forgotten = PersonForgotten(
            user_id=event.user_id,
            organization_id=event.organization_id,
            device_ids=_devices_of(store, event.user_id),
            key=store.vault.spare("forgetting"),
            addresses=_every(store, event.user_id, lambda fact: fact.emails),
            names=_every(store, event.user_id, _names_in),
        )
        work.stage(stream, forgotten)

    def on_forgotten(_work: UnitOfWork, fact: Published) -> None:
        clear(store, Forgotten.of(fact))

    def on_cleared(work: UnitOfWork, fact: Published) -> None:
        # A fact of our own log too, so that what is shown of it can be made anew from that alone.
        said: Any = fact.event
        stream = work.load(f"cleared:{said.user_id}", forgetting.cleared_by, frozenset[str]())
        if said.service in stream.state:
            return
        work.stage(
            stream, PersonCleared(user_id=said.user_id, service=said.service, keys=said.keys)
        )
        found = ForgettingViews(store).forgetting(said.user_id)
        if found is not None and stream.state.union((said.service,)).issuperset(
            forgetting.CLEARING
        ):
            store.vault.forget(found.key)

    own = {PersonForgettingConfirmed.NAME: on_confirmed, PersonForgotten.NAME: on_forgotten}
    return [
        StoreConsumer("identity.forgetting", store, {store.name: own}),
        StoreConsumer(
            "identity.cleared",
            store,
            {service: {PersonCleared.NAME: on_cleared} for service in forgetting.CLEARING},
        ),
    ]


def _every(
    store: Store, user_id: str, said: Callable[[PersonImported], Iterable[str]]
) -> tuple[str, ...]:
    """Return all that the directory ever said of a person in a field."""
    rows = store.engine.select_stream(store.stream_id(person_key(user_id)))
    facts = [store.opened(row) for row in rows]
    return tuple(
        dict.fromkeys(
            value
            for fact in facts
            if isinstance(fact, PersonImported)
            for value in said(fact)
            if value
        )
    )


def _names_in(fact: PersonImported) -> Iterable[str]:
    first, last = fact.first_name, fact.last_name
    return (fact.display_name, *((f"{first} {last}", f"{last} {first}") if first and last else ()))


def _devices_of(store: Store, user_id: str) -> tuple[str, ...]:
    rows = store.engine.query("SELECT id FROM device WHERE person_id = ? ORDER BY id", (user_id,))
    return tuple(str(row[0]) for row in rows)
