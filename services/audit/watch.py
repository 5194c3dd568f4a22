"""Looks at what the heartbeats show, raises alarms as facts, and mails them."""

from __future__ import annotations

import logging
import smtplib
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from email.message import EmailMessage

from helpdesk.kernel.actions import UnitOfWork
from helpdesk.kernel.bus import Published, StoreConsumer
from helpdesk.kernel.context import Actor
from helpdesk.kernel.errors import Conflict, Unavailable
from helpdesk.kernel.metrics import AUDIT_ALARMS, AUDIT_ALARMS_RAISED
from helpdesk.kernel.store import Store
from services.audit.domain.alarms import AlarmRaised
from services.audit.domain.facts import moment, unix
from services.audit.domain.heartbeats import Alarm, Kind, alarms
from services.audit.domain.numbers import SOURCES
from services.audit.settings import AuditSettings
from services.audit.views.standing import Standing

LOOK_SECONDS = 2.0
_MAIL_SECONDS = 10.0
_log = logging.getLogger(__name__)


def _now() -> datetime:
    return datetime.now(UTC)


class Watch:
    """Raises each alarm once; one process of the service runs it."""

    def __init__(
        self,
        store: Store,
        standing: Standing,
        settings: AuditSettings,
        now: Callable[[], datetime] = _now,
    ) -> None:
        self._store = store
        self._standing = standing
        self._silent_after = int(settings.silent_seconds * 1_000_000)
        self._now = now
        self._begun = unix(now())
        self._measured: set[tuple[str, str]] = set()

    def look(self) -> list[Alarm]:
        """Return what is wrong now; raise what is new. Raises Unavailable."""
        now = self._now()
        standing = self._standing
        found = alarms(
            standing.writers(),
            standing.heard(),
            standing.refusals(),
            unix(now),
            self._silent_after,
        )
        # What was silent while this service was down too has the same time to speak again.
        patient = unix(now) < self._begun + self._silent_after
        raised = [each for each in found if not (patient and each.kind is Kind.SILENT)]
        self._measure(raised)
        for alarm in raised:
            self._raise(alarm, now)
        return found

    def _measure(self, standing: Sequence[Alarm]) -> None:
        counts = Counter(map(_labels, standing))
        for labels, count in counts.items():
            AUDIT_ALARMS.labels(*labels).set(count)
        for labels in self._measured - set(counts):
            AUDIT_ALARMS.remove(*labels)
        self._measured = set(counts)

    def _raise(self, alarm: Alarm, now: datetime) -> None:
        work = UnitOfWork(self._store, Actor("system:audit.watch"), now)
        loaded = work.load(f"alarm:{alarm.key}", lambda _, __: True, False)
        if loaded.state:
            return
        fact = AlarmRaised(
            kind=str(alarm.kind),
            service=alarm.service,
            writer=alarm.writer,
            first=alarm.first,
            last=alarm.last,
            noticed_at=moment(alarm.noticed_at) if alarm.noticed_at else now,
        )
        work.stage(loaded, fact)
        try:
            self._store.commit(work.unit())
        except Conflict:
            return
        AUDIT_ALARMS_RAISED.labels(*_labels(alarm)).inc()
        _log.error("audit alarm %s: %s", alarm.kind, alarm.sentence)


def _labels(alarm: Alarm) -> tuple[str, str]:
    # A false heartbeat may say any name; labels come from a closed list.
    return str(alarm.kind), alarm.service if alarm.service in SOURCES else "other"


Send = Callable[[EmailMessage], None]


def smtp(settings: AuditSettings) -> Send:
    """Return what hands a mail to the alarms' own server. It raises Unavailable."""
    host, _, port = settings.alarm_smtp.rpartition(":")

    def send(mail: EmailMessage) -> None:
        try:
            with smtplib.SMTP(host, int(port), timeout=_MAIL_SECONDS) as server:
                server.send_message(mail)
        except (OSError, smtplib.SMTPException) as error:
            raise Unavailable("ALARM_NOT_MAILED", "The alarm's mail server refused.") from error

    return send


def mailer(store: Store, settings: AuditSettings, send: Send | None = None) -> StoreConsumer:
    """Return what mails each alarm to the address of the settings, if there is one."""
    sending = send or smtp(settings)

    def mail(_work: UnitOfWork, fact: Published) -> None:
        if not settings.alarm_address:
            return
        sending(mail_of(fact, settings))

    return StoreConsumer("audit.alarms", store, {"audit": {AlarmRaised.NAME: mail}})


def mail_of(fact: Published, settings: AuditSettings) -> EmailMessage:
    """Return the mail of an alarm; it names services and numbers, no person."""
    body = fact.body
    kind = Kind(body["kind"])
    alarm = Alarm(
        kind,
        str(body["service"]),
        str(body.get("writer", "")),
        int(body.get("first", 0)),
        int(body.get("last", 0)),
    )
    mail = EmailMessage()
    mail["From"] = settings.alarm_sender
    mail["To"] = settings.alarm_address
    mail["Subject"] = f"Audit alarm: {alarm.kind.lower().replace('_', ' ')}, {alarm.service}"
    mail["Message-ID"] = f"<{fact.id.replace(':', '.')}@audit.helpdesk>"
    mail["Date"] = datetime.fromisoformat(str(body["noticed_at"]))
    mail.set_content(
        f"{alarm.sentence}\n\nNoticed at {body['noticed_at']}.\n"
        "Look at the audit page, and run: helpdesk-audit verify\n"
    )
    return mail
