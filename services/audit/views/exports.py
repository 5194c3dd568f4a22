"""Writes the file of an export to a private folder and hands it on in parts."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from helpdesk.kernel.vault import Vault
from services.audit.application.audit_log import opened_fields
from services.audit.application.ports import Part, Wanted
from services.audit.domain.readable import FORMATS
from services.audit.domain.reissues import held_in
from services.audit.log.archived import read_archives
from services.audit.log.bundles import Bundles
from services.audit.log.export import head_of, write_export
from services.audit.views.completeness import COMPLETENESS, completeness_of
from services.audit.views.ledger import Ledger, Reading
from services.audit.views.selection import Opened, records_of, write_selection

_CHUNK = 1 << 20


class Exports:
    """Makes exports; each lies in a folder of its own until it was read to its end."""

    def __init__(
        self,
        ledger: Ledger,
        vault: Vault,
        archive: Path,
        forgotten: Callable[[], Mapping[str, int]],
    ) -> None:
        self._ledger = ledger
        self._vault = vault
        self._archive = archive
        self._forgotten = forgotten

    def parts(self, wanted: Wanted) -> Iterator[Part]:
        """Yield the file in parts of one MiB. Raises LogDamagedError."""
        with tempfile.TemporaryDirectory(prefix="helpdesk-export-") as folder:
            target = Path(folder) / "export.zip"
            opening = _Opening(self._vault, self._forgotten())
            records = self._write(wanted, target, opening)
            holds = frozenset(opening.held)
            with target.open("rb") as file:
                chunk = file.read(_CHUNK)
                while following := file.read(_CHUNK):
                    yield Part(chunk, holds=holds)
                    chunk, holds = following, frozenset()
                yield Part(chunk, last=True, records=records, holds=holds)

    def _write(self, wanted: Wanted, target: Path, opening: Opened) -> int:
        # What is exported is one state: nothing arrives or is archived while it is written.
        with self._ledger.snapshot() as reading:
            return self._written(reading, wanted, target, opening)

    def _written(self, reading: Reading, wanted: Wanted, target: Path, opening: Opened) -> int:
        head, signer = head_of(reading), self._ledger.signer
        beside = {COMPLETENESS: completeness_of(reading, head.size)}
        if wanted.wanted is None:
            return write_export(reading, target, [signer.verifier_key], beside, signer)
        chosen, archives = wanted.wanted, read_archives(reading)
        bundles = Bundles(self._archive, [(each.first, each.size, each.file) for each in archives])
        opened: dict[str, Opened] = {}
        if wanted.form in FORMATS:
            opened[wanted.form] = opening
        return write_selection(
            head,
            target,
            lambda end: records_of(reading, bundles, chosen, min(end, wanted.end)),
            asked={
                "filter": {name: value for name, value in asdict(chosen).items() if value},
                "form": wanted.form,
                "exported_at": wanted.exported_at.isoformat(),
                **({"reissue_of": wanted.reissue_of} if wanted.reissue_of else {}),
            },
            keys=[str(signer.verifier_key)],
            opened=opened,
            beside=beside,
            signer=signer,
        )


class _Opening:
    """Opens records, and remembers whose texts it opened though they are forgotten."""

    def __init__(self, vault: Vault, forgotten: Mapping[str, int]) -> None:
        self._vault = vault
        self._forgotten = forgotten
        self.held: set[str] = set()

    def __call__(self, sealed: bytes) -> Mapping[str, Any]:
        fields = opened_fields(sealed, self._vault)
        self.held |= held_in(fields, self._forgotten)
        return fields
