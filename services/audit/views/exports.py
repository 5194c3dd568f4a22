"""Writes the file of an export to a private folder and hands it on in parts."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

from helpdesk.kernel.vault import Vault
from services.audit.application.audit_log import opened_fields
from services.audit.application.ports import Part, Wanted
from services.audit.domain.readable import FORMATS
from services.audit.log.export import write_export
from services.audit.log.notes import VerifierKey
from services.audit.views.actions import Actions
from services.audit.views.completeness import COMPLETENESS, completeness_of
from services.audit.views.ledger import Ledger
from services.audit.views.selection import Opened, records_of, write_selection

_CHUNK = 1 << 20


class Exports:
    """Makes exports; each lies in a folder of its own until it was read to its end."""

    def __init__(self, actions: Actions, ledger: Ledger, vault: Vault) -> None:
        self._actions = actions
        self._ledger = ledger
        self._vault = vault

    def parts(self, wanted: Wanted) -> Iterator[Part]:
        """Yield the file in parts of one MiB. Raises LogDamagedError."""
        with tempfile.TemporaryDirectory(prefix="helpdesk-export-") as folder:
            target = Path(folder) / "export.zip"
            records = self._write(wanted, target)
            with target.open("rb") as file:
                chunk = file.read(_CHUNK)
                while following := file.read(_CHUNK):
                    yield Part(chunk)
                    chunk = following
                yield Part(chunk, last=True, records=records)

    def _write(self, wanted: Wanted, target: Path) -> int:
        reading = self._ledger.reading
        beside = {COMPLETENESS: completeness_of(reading)}
        if wanted.wanted is None:
            keys = [VerifierKey.parse(self._ledger.verifier_key)]
            return write_export(reading, target, keys, beside)
        chosen = wanted.wanted
        opened: dict[str, Opened] = {}
        if wanted.form in FORMATS:
            opened[wanted.form] = lambda sealed: opened_fields(sealed, self._vault)
        return write_selection(
            reading,
            target,
            lambda end: records_of(self._actions, chosen, end),
            asked={
                "filter": {name: value for name, value in asdict(chosen).items() if value},
                "form": wanted.form,
                "exported_at": wanted.exported_at.isoformat(),
            },
            keys=[self._ledger.verifier_key],
            opened=opened,
            beside=beside,
        )
