"""Taking what providers tell by webhooks, once it is proved to come from them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from helpdesk.kernel.actions import SupportAction
from helpdesk.kernel.store import Loaded, Store
from services.email.application.reports import WORTH_KEEPING, Reading, Reports
from services.email.domain import evidence, message, webhook
from services.email.domain.facts import WebhookEventReceived
from services.email.domain.webhook import Told
from services.email.reports import Kind, MailReport


@dataclass(frozen=True, slots=True)
class ProviderEvent:
    """
    One thing that a provider tells of one recipient of one message.

    ``key`` names it at the provider, for ever; a replay is fresh until ``seen_until``. ``raw`` is
    kept as evidence. ``origin`` is text that may hold our signed envelope sender. Without
    ``proves_body`` the provider's proof does not cover what is told, so it is only taken of a
    message that we sent to that recipient. A report of ``Kind.NONE`` tells nothing that we keep.
    """

    provider: str
    key: str
    report: MailReport
    raw: bytes
    seen_until: datetime
    origin: str = ""
    proves_body: bool = True


class SeenEvents(Protocol):
    """Finds events that were received before."""

    def seen_webhook_events(self, digests: Sequence[str]) -> set[str]:
        """Return those of the digests whose events are known."""


class Webhooks:
    """The use case of the webhook listener; each event is a support action of its own."""

    def __init__(self, store: Store, reports: Reports, seen: SeenEvents) -> None:
        self._store = store
        self._reports = reports
        self._seen = seen

    def replayed(self, events: Sequence[ProviderEvent]) -> list[bool]:
        """Return for each event whether it was received before; one look for a whole batch."""
        digests = [self._digest(event) for event in events]
        seen = self._seen.seen_webhook_events(digests)
        return [digest in seen for digest in digests]

    def take(self, action: SupportAction, event: ProviderEvent) -> str:
        """
        Record what an event tells, as if a mail had reported it; return what was done.

        Raises Refused for a replay and for a message that we did not send to that recipient,
        Unavailable where the provider has to try again.
        """
        told = self._told(action, event)
        webhook.check_new(told.state)
        report_id = self._store.digest(f"webhook\0{event.provider}\0{event.key}")[:32]
        report = event.report
        if report.kind is Kind.NONE:
            return self._receive(action, told, event, webhook.IGNORED)
        origin = event.origin.encode()
        ours, matched_by = self._reports.message_of(action, origin, "", report)
        webhook.check_binding(ours, report.recipients[0].recipient, proves_body=event.proves_body)
        if not ours.message_id and not _worth_keeping(report):
            return self._receive(action, told, event, webhook.IGNORED)
        action.about(f"report:{report_id}")
        loaded = action.load(f"report:{report_id}", evidence.evolve, evidence.Report())
        outcome = self._receive(action, told, event, webhook.TAKEN)
        self._reports.take(action, loaded, Reading(report_id, report, matched_by, event.raw), ours)
        return outcome

    def remember(self, action: SupportAction, event: ProviderEvent) -> None:
        """Record only that a refused event was received: what proved it proves nothing again."""
        told = self._told(action, event)
        if not told.state.before:
            self._receive(action, told, event, webhook.REFUSED)

    def _told(self, action: SupportAction, event: ProviderEvent) -> Loaded[Told]:
        return action.load(f"webhook:{self._digest(event)}", webhook.evolve, Told())

    def _receive(
        self, action: SupportAction, told: Loaded[Told], event: ProviderEvent, outcome: str
    ) -> str:
        fact = WebhookEventReceived(
            provider=event.provider,
            event_digest=self._digest(event),
            outcome=outcome,
            seen_until=event.seen_until,
        )
        action.stage(told, fact)
        return outcome

    def _digest(self, event: ProviderEvent) -> str:
        return self._store.digest(f"webhook event\0{event.provider}\0{event.key}")[:32]


def _worth_keeping(report: MailReport) -> bool:
    answer = report.recipients[0]
    return message.outcome(report.kind, answer, report.feedback_type) in WORTH_KEEPING
