"""The console script ``helpdesk-audit``: the auditors' tool beside an installed product."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from helpdesk.kernel.errors import Unavailable
from helpdesk.kernel.settings import SettingsError
from helpdesk.kernel.vault import Vault
from services.audit.commands import audit
from services.audit.commands.product import Reading
from services.audit.replay.rebuilds import Asked, Outcome
from services.audit.replay.sources import Query, UnreadableError

if TYPE_CHECKING:
    from helpdesk.kernel.replaying.folding import Folded

_SCHEMA = "audit"
_NOT_RECORDED = (
    "Personal texts are read only where that is recorded, and no product runs here that could:"
    " start it, or leave them sealed with --sealed."
)


class InstalledProduct:
    """
    What only the whole product can do for the tool; each part is imported when it is needed.

    Most of what the tool does needs none of it, and must not wait for it.
    """

    @contextmanager
    def database(self, url: str) -> Iterator[Query]:
        """Open one state of the log in PostgreSQL. Raises UnreadableError, without the password."""
        from helpdesk.kernel.postgres_store import snapshot

        try:
            with snapshot(url, _SCHEMA) as query:
                yield query
        except (Unavailable, SettingsError) as error:
            raise UnreadableError("the database of the log cannot be read") from error

    @contextmanager
    def vault(self, env: Mapping[str, str]) -> Iterator[Vault | None]:
        """Open the keys of persons for reading; None where they are not here."""
        folder = Path(env["HELPDESK_DATA_DIR"])
        if not (folder / "vault.db").is_file() and not env.get("HELPDESK_VAULT_DATABASE_URL"):
            yield None
            return
        from helpdesk.kernel.replaying.logs import vault_of

        with ExitStack() as stack:
            yield vault_of(env, stack)

    def record(self, reading: Reading, env: Mapping[str, str]) -> None:
        """Have the running product record a reading under the operator's name. HelpdeskError."""
        from helpdesk.audit.v1 import replay_pb2, replay_pb2_grpc
        from helpdesk.kernel.operating import Operator

        request = replay_pb2.DeclareReadingRequest(
            command=reading.command,
            session_id=reading.session_id,
            agent_id=reading.agent_id,
            organization_id=reading.organization_id,
            reason=reading.reason,
        )
        if reading.since is not None:
            getattr(request, "from").FromDatetime(reading.since)
        if reading.until is not None:
            request.until.FromDatetime(reading.until)
        with Operator(env, _nobody) as operator:
            stub = replay_pb2_grpc.ReplayServiceStub(operator.channel("audit"))
            operator.caller("AUDITOR")(stub.DeclareReading, request)

    def rebuilt(self, asked: Asked, env: Mapping[str, str]) -> Iterator[Outcome]:
        """Make answers again from events. Raises SettingsError."""
        from services.replaying import rebuilt_sealed

        return rebuilt_sealed(asked, env)

    def differences(
        self,
        service: str,
        until: datetime | None,
        env: Mapping[str, str],
        done: Callable[[int], object],
    ) -> Mapping[str, tuple[int, int]]:
        """Compare a service's read models with ones made anew. Raises SettingsError."""
        from services.rebuilding import differences, folding

        def fold(folded: Folded, at: datetime | None, last: int) -> None:
            for _ in folding(folded, at, last):
                done(folded.count)

        return differences(service, until, env, fold)


def _nobody() -> NoReturn:
    # The operator's own commands start the services where none run. A log that is read must not
    # grow by being read where nobody serves it.
    raise Unavailable("NOT_RECORDED", _NOT_RECORDED)


def main() -> None:
    """Run the auditors' tool."""
    audit(obj=InstalledProduct())


if __name__ == "__main__":
    main()
