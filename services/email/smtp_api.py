"""Mail in: reports of mail systems over SMTP (RFC 5321), LMTP (RFC 2033) or a maildir."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import logging
import os
import socket
import stat
import threading
from collections import OrderedDict
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from aiosmtpd.smtp import SMTP

from helpdesk.kernel import tracing
from helpdesk.kernel.actions import SupportAction
from helpdesk.kernel.context import Actor
from helpdesk.kernel.errors import Conflict, HelpdeskError, InvalidArgument
from helpdesk.kernel.settings import SettingsError, is_loopback
from helpdesk.kernel.smtp import LmtpController, SmtpController
from helpdesk.kernel.store import Store
from services.email.application.receiving import record_of
from services.email.application.reports import LARGEST, Reports

_log = logging.getLogger(__name__)
_ACTOR = Actor(id="system:email.inbound", roles=frozenset({"SERVICE"}))
_ACTION = "email.report.take"
_THREADS = 4
_TRIES = 5
_MOST_FILES = 100
_TAKEN = "250 2.0.0 taken"
_REFUSED = "554 5.6.0 this is no mail"
_LATER = "451 4.3.0 not recorded, try again"
_TRIPPED = "451 4.3.5 not read, try again"
_UNREADABLE = "554 5.6.0 this mail cannot be read"
_MOST_TRIPS = 3
_REMEMBERED = 1000


class Trips:
    """How often each of the last mails stopped us by an error of our own; safe for threads."""

    def __init__(self) -> None:
        self._counts: OrderedDict[bytes, int] = OrderedDict()
        self._lock = threading.Lock()

    def count(self, raw: bytes) -> int:
        """Count one more of a mail; return how many there were."""
        digest = hashlib.sha256(raw).digest()
        with self._lock:
            count = self._counts.pop(digest, 0) + 1
            self._counts[digest] = count
            while len(self._counts) > _REMEMBERED:
                self._counts.popitem(last=False)
        return count


@dataclass(frozen=True, slots=True)
class Inbound:
    """
    Takes one mail into the log, as the service itself.

    The answer is 250 only once its facts and the action's record are stored. A mail that stops us
    by an error of our own is refused for good after a few tries: it would come for ever. Where
    ``vouched``, something in front lets only genuine reports in.
    """

    store: Store
    reports: Reports
    vouched: bool = False
    trips: Trips = field(default_factory=Trips)

    def take(self, raw: bytes, recipient: str, protocol: str) -> str:
        """Record what a mail reports; return the SMTP answer."""
        with tracing.span(f"mail {protocol}", "server", None) as span:
            return self._tried(raw, recipient, protocol, span.traceparent)

    def _tried(self, raw: bytes, recipient: str, protocol: str, traceparent: str) -> str:
        for _ in range(_TRIES):
            action = SupportAction(
                store=self.store,
                actor=_ACTOR,
                now=datetime.now(UTC),
                traceparent=traceparent,
                name=_ACTION,
            )
            try:
                self.reports.report_mail(action, raw, recipient, vouched=self.vouched)
                self.store.commit(action.unit(record_of(action, protocol, "done")))
                return _TAKEN
            except Conflict:
                continue
            except InvalidArgument as error:
                return self._failed(action, protocol, "refused", error.reason) or _REFUSED
            except HelpdeskError as error:
                self._failed(action, protocol, "failed", error.reason)
                return _LATER
            except Exception as error:
                # The message of an unexpected error may hold personal data.
                _log.error("a mail was not taken: %s", type(error).__name__)
                unrecorded = self._failed(action, protocol, "failed", "INTERNAL")
                again = self.trips.count(raw) < _MOST_TRIPS
                return unrecorded or (_TRIPPED if again else _UNREADABLE)
        return _LATER

    def _failed(self, action: SupportAction, protocol: str, outcome: str, reason: str) -> str:
        """Record a failure; return another answer where that cannot be recorded either."""
        action.reset()
        try:
            self.store.commit(action.unit(record_of(action, protocol, outcome, reason)))
        except HelpdeskError as error:
            _log.warning("a refused mail was not recorded: %s", error.reason)
            return _LATER
        return ""


class Maildir:
    """
    Takes the mails that an MTA puts into a maildir: from ``new`` to ``cur`` once they are recorded.

    A crash between the two takes the same mail again, which changes nothing. Flags as maildir has
    them: S was taken, F is no mail, or none that we can read, and is left for somebody to look at.
    """

    def __init__(self, inbound: Inbound, folder: Path) -> None:
        if not folder.is_dir():
            raise SettingsError(f"HELPDESK_EMAIL_MAILDIR: {folder} is no folder")
        self._inbound = inbound
        self._new, self._taken = folder / "new", folder / "cur"
        for each in ("new", "cur", "tmp"):
            (folder / each).mkdir(mode=0o700, exist_ok=True)

    def take(self) -> int:
        """Take what is new, oldest first; return how many were."""
        taken = 0
        for path in sorted(self._new.iterdir(), key=lambda each: each.name)[:_MOST_FILES]:
            raw = _read(path)
            if raw is None:
                continue
            answer = self._inbound.take(raw, "", "maildir")
            if answer == _LATER:
                break
            if answer == _TRIPPED:
                continue
            flag = "S" if answer == _TAKEN else "F"
            # Whoever else takes it was as quick: a rename is what decides.
            with contextlib.suppress(FileNotFoundError):
                path.rename(self._taken / f"{path.name.partition(':')[0]}:2,{flag}")
            taken += 1
        return taken


def _read(path: Path) -> bytes | None:
    """Return a mail, at most a byte more than what is taken; nothing for what is no plain file."""
    try:
        with os.fdopen(os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK), "rb") as file:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                return None
            return file.read(LARGEST + 1)
    except OSError as error:
        _log.warning("a file of the maildir was not read: %s", error.strerror)
        return None


class MailListener:
    """Listens on loopback for an MTA's deliveries; a port of 0 is any free one."""

    def __init__(self, inbound: Inbound, address: str, *, lmtp: bool = False) -> None:
        name = "HELPDESK_EMAIL_LMTP_ADDRESS" if lmtp else "HELPDESK_EMAIL_INBOUND_ADDRESS"
        host, _, port = address.rpartition(":")
        if not host or not port.isdigit():
            raise SettingsError(f"{name}: host:port is wanted")
        if not is_loopback(address):
            raise SettingsError(f"{name}: plain {'LMTP' if lmtp else 'SMTP'} only on loopback")
        self._inbound = inbound
        self._protocol = "LMTP" if lmtp else "SMTP"
        self._host, self._port = host.strip("[]"), int(port)
        self._kind = LmtpController if lmtp else SmtpController
        self._controller: Any = None
        self._pool = ThreadPoolExecutor(_THREADS, thread_name_prefix="mail-in")

    @property
    def address(self) -> str:
        """Where it listens."""
        return f"{self._host}:{self._port}"

    def start(self) -> None:
        """Begin; returns when it listens. Raises OSError."""
        self._port = self._port or _free_port(self._host)
        self._controller = self._kind(
            self,
            hostname=self._host,
            port=self._port,
            data_size_limit=LARGEST,
            enable_SMTPUTF8=True,
            ident="help desk",
        )
        self._controller.start()

    def stop(self) -> None:
        """End after the mails that are being taken."""
        if self._controller is not None:
            self._controller.stop()
        self._pool.shutdown()

    async def handle_RCPT(  # noqa: N802  # the library's name
        self, _server: SMTP, _session: object, envelope: Any, address: str, _options: object
    ) -> str:
        """Take one recipient a mail: each gets an answer of its own (RFC 2033 4.2)."""
        if envelope.rcpt_tos:
            return "452 4.5.3 one recipient at a time"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(  # noqa: N802  # the library's name
        self, _server: SMTP, _session: object, envelope: Any
    ) -> str:
        """Take a mail; the answer waits until it is stored."""
        content = envelope.content or b""
        raw = content if isinstance(content, bytes) else content.encode()
        recipient = str(envelope.rcpt_tos[0]) if envelope.rcpt_tos else ""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(
            self._pool, self._inbound.take, raw, recipient, self._protocol
        )


def listeners(inbound: Inbound, smtp_address: str, lmtp_address: str) -> Iterable[MailListener]:
    """Return the listeners for the addresses that are set."""
    if smtp_address:
        yield MailListener(inbound, smtp_address)
    if lmtp_address:
        yield MailListener(inbound, lmtp_address, lmtp=True)


def _free_port(host: str) -> int:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.bind((host, 0))
        return int(probe.getsockname()[1])
