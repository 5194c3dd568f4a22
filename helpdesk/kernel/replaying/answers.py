"""Asks a recorded request again as of then, and compares the answer with its digest."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any, cast

import grpc

from helpdesk.kernel.actions import SupportAction
from helpdesk.kernel.context import Actor, RequestContext, bind
from helpdesk.kernel.errors import HelpdeskError
from helpdesk.kernel.events import ERASED, NEVER, SupportActionRecorded
from helpdesk.kernel.hosting import Service
from helpdesk.kernel.replaying.folding import Folded, Moving, NotRebuiltError, PassedError
from helpdesk.kernel.replaying.logs import ReadLog
from helpdesk.kernel.replaying.standins import Captured, ScratchWiring
from helpdesk.kernel.rpc import rules
from helpdesk.kernel.store import Store
from helpdesk.kernel.vault import KeyTable, Vault

_MORE = timedelta(seconds=5)
_OUTSIDE = re.compile(
    r"HELPDESK_(\w+_DATABASE_URL|\w+_OPENSEARCH_URL|BROKER_URL|\w+_ADDRESS|TLS_\w+|METRICS_\w+)"
)
_KEPT_ADDRESSES = ("HELPDESK_GATEWAY_ADDRESS",)
_PERSON = re.compile(r"^(?:user|person|device):([^@]+)")
# What they answer is a credential, which is made of the time and of chance.
CREDENTIALS = frozenset(
    {
        "helpdesk.session.v1.PortalService.EnterPortal",
        "helpdesk.session.v1.PortalService.LeasePortal",
        "helpdesk.session.v1.ViewService.IssueViewToken",
    }
)


class Rebuilt(StrEnum):
    """What came of rebuilding one answer."""

    MATCHES = "matches"
    DIFFERS = "differs"
    ERASED = "erased"
    NOT_REBUILT = "not rebuilt"
    NO_ANSWER = "no answer"


@dataclass(frozen=True, slots=True)
class Outcome:
    """One answer as it was rebuilt; ``why`` is a sentence where it does not match."""

    kind: Rebuilt
    why: str = ""
    answer: Any = None


@dataclass(frozen=True, slots=True)
class Rebuildable:
    """
    A service whose answers are rebuilt, and what is built beside it to answer its questions.

    ``recall`` is told what the record of the next answer holds of what no log holds. ``more``
    returns what else its answers are read from, by the names that positions have; it is given the
    service's scratch store. ``needed`` names the position that records of a proto service must
    have, ``kept_out`` says why answers of some methods are not rebuilt.
    """

    service: Service
    beside: Sequence[Service] = ()
    recall: Callable[[str], None] = field(default=lambda _: None)
    more: Callable[[Store], Mapping[str, Moving]] = field(default=lambda _: {})
    needed: Mapping[str, str] = field(default_factory=dict)
    kept_out: Mapping[str, str] = field(default_factory=dict)


class Rebuild:
    """Services over scratch stores, which answer recorded requests as of then."""

    def __init__(
        self,
        env: Mapping[str, str],
        folder: Path,
        rebuildable: Rebuildable,
        logs: Mapping[str, ReadLog],
        keys: KeyTable,
    ) -> None:
        origin = Path(env.get("HELPDESK_DATA_DIR", ".data"))
        secrets = env.get("HELPDESK_SECRETS_DIR") or str(origin / "secrets")
        kept = {
            name: value
            for name, value in env.items()
            if name in _KEPT_ADDRESSES or not _OUTSIDE.fullmatch(name)
        }
        kept |= {
            "HELPDESK_DATA_DIR": str(folder),
            "HELPDESK_SECRETS_DIR": secrets,
            "HELPDESK_DURABLE": "no",
        }
        self.folder = folder
        self._rebuildable = rebuildable
        self._at = NEVER
        self._wiring = ScratchWiring(kept, keys, self._inside)
        self._server = Captured()
        self.folded: dict[str, Folded] = {}
        self._running = []
        for service in (rebuildable.service, *rebuildable.beside):
            running = service.build(self._wiring)
            self._running.append(running)
            for register in running.servicers.values():
                register(cast("grpc.Server", self._server))
            if running.store is not None:
                self.folded[service.name] = Folded(running.store, logs[service.name])
        self._moving: dict[str, Moving] = dict(self.folded)
        self._moving |= rebuildable.more(self.folded[rebuildable.service.name].store)

    @property
    def vault(self) -> Vault:
        """The keys of persons, of which none is made or destroyed."""
        return self._wiring.vault

    def close(self) -> None:
        """Close the scratch stores."""
        for running in self._running:
            running.close()
            if running.store is not None:
                running.store.close()
        self._wiring.close()

    @staticmethod
    def not_rebuilt(record: SupportActionRecorded) -> Outcome:
        """Say of a record of another service that its answer is not rebuilt."""
        if record.outcome != "done" or not record.answer_digest:
            return Outcome(Rebuilt.NO_ANSWER)
        return Outcome(Rebuilt.NOT_REBUILT, f"answers of {record.service} are not rebuilt")

    def answer(self, record: SupportActionRecorded, position: int) -> Outcome:
        """
        Rebuild the answer of a record that stands at a position of its service's log.

        Raises PassedError where the answer of another one has moved the views too far.
        """
        try:
            return self._answer(record, position)
        except PassedError:
            raise
        except NotRebuiltError as error:
            return Outcome(Rebuilt.NOT_REBUILT, str(error))

    def _answer(self, record: SupportActionRecorded, position: int) -> Outcome:
        if record.outcome != "done" or not record.answer_digest:
            return Outcome(Rebuilt.NO_ANSWER)
        own = self.folded.get(record.service)
        read = dict(each.rpartition(":")[::2] for each in record.positions)
        if own is None:
            return self.not_rebuilt(record)
        if _method(record).changes:
            return Outcome(Rebuilt.NO_ANSWER, "a change")
        if record.method in CREDENTIALS:
            return Outcome(Rebuilt.NOT_REBUILT, "the answer is a credential")
        if record.method in self._rebuildable.kept_out:
            return Outcome(Rebuilt.NOT_REBUILT, self._rebuildable.kept_out[record.method])
        if ERASED in (record.request, record.found):
            return Outcome(Rebuilt.ERASED, "the request was erased")
        if not record.request or record.service not in read:
            return Outcome(Rebuilt.NOT_REBUILT, "the record does not hold the request")
        needed = self._rebuildable.needed.get(record.method.rpartition(".")[0])
        if needed and needed not in read:
            return Outcome(Rebuilt.NOT_REBUILT, "the record does not say how far was read")
        others = [each for name, each in self._moving.items() if name != record.service]
        self._at = record.occurred_at
        self._move(read, record.occurred_at)
        return self._tried(record, own, others, position)

    def _move(self, read: Mapping[str, str], at: datetime) -> None:
        passed = [
            n for n, each in self._moving.items() if n in read and each.position > int(read[n])
        ]
        if passed:
            raise PassedError(f"the rebuild is behind {', '.join(sorted(passed))} as of then")
        for name, each in self._moving.items():
            if name in read:
                each.to_position(int(read[name]))
            else:
                each.to_time(at)

    def _tried(
        self, record: SupportActionRecorded, own: Folded, others: Sequence[Moving], before: int
    ) -> Outcome:
        # Views may have moved on between the position that was noted and the reading of them.
        first = found = self._once(record, own.store)
        if found.kind is Rebuilt.ERASED:
            return found
        while found.kind is not Rebuilt.MATCHES and own.one_more(before=before):
            found = self._once(record, own.store)
        until = record.occurred_at + _MORE
        for other in others:
            while found.kind is not Rebuilt.MATCHES and other.one_more(until=until):
                found = self._once(record, own.store)
        return found if found.kind is Rebuilt.MATCHES else first

    def _once(self, record: SupportActionRecorded, store: Store) -> Outcome:
        method = _method(record)
        action = SupportAction(
            store=store,
            actor=actor_of(record),
            now=record.occurred_at,
            id=record.request_id,
            name=record.action,
            ticket=record.ticket,
            reason=record.reason,
        )
        handler = self._server.handlers[method.path]
        request = method.request(base64.b64decode(record.request.removeprefix("=")))
        self._rebuildable.recall(record.found)
        bind(RequestContext(action_id=record.request_id, at=record.occurred_at.timestamp()))
        try:
            answer = handler.unary_unary(request, action)
        except HelpdeskError as error:
            if self._about_erased(record):
                return Outcome(Rebuilt.ERASED, "the person was forgotten")
            return Outcome(Rebuilt.DIFFERS, f"the rebuilt answer is a refusal: {error.reason}")
        finally:
            bind(RequestContext())
        erased = ERASED.encode() in answer.SerializeToString()
        rules.shape(method, action.actor, answer)
        if store.digest(answer.SerializeToString(deterministic=True)) == record.answer_digest:
            return Outcome(Rebuilt.MATCHES, answer=answer)
        if erased or self._about_erased(record):
            return Outcome(Rebuilt.ERASED, "the person was forgotten", answer)
        where = ", ".join(record.positions)
        return Outcome(Rebuilt.DIFFERS, f"the answer of {record.method} at {where} differs", answer)

    def _about_erased(self, record: SupportActionRecorded) -> bool:
        named = [found[1] for each in record.subjects if (found := _PERSON.match(each))]
        named += [found[1] for each in record.shown if (found := _PERSON.match(each))]
        return any(self.vault.is_forgotten(each) for each in [record.user_id, *named] if each)

    def _inside(self, path: str, request: Any) -> Any:
        method = rules.method(path)
        name = method.full_name.split(".")[1]
        handler = self._server.handlers[path]
        store = self.folded[name].store
        action = SupportAction(
            store=store, actor=Actor("replay", roles=frozenset({"SERVICE"})), now=self._at
        )
        return handler.unary_unary(request, action)


def _method(record: SupportActionRecorded) -> rules.Method:
    service, _, name = record.method.rpartition(".")
    return rules.method(f"/{service}/{name}")


def actor_of(record: SupportActionRecorded) -> Actor:
    """Return who asked, as the record says."""
    return Actor(
        id=record.agent_id,
        partner_id=record.partner_id,
        organization_id=record.acting_organization_id,
        roles=frozenset(record.roles),
        act=record.act,
        sign_in_id=record.sign_in_id,
        mode="read_only" if record.view_id else "",
        view_id=record.view_id,
        consent_id=record.consent_id if record.view_id else "",
        sections=frozenset(record.sections),
        ticket=record.ticket,
    )
