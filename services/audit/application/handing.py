"""Handing over an export: its record says what it is, and a fact that its texts are open."""

from __future__ import annotations

from collections.abc import Iterator

from helpdesk.kernel.actions import SupportAction
from helpdesk.kernel.errors import Refused, Unavailable
from helpdesk.kernel.store import Loaded
from services.audit.application.ports import Exporter, Part, Wanted
from services.audit.domain.filters import Filter
from services.audit.domain.readable import FORMATS
from services.audit.domain.reissues import ReadableExportMade, described, filters_of
from services.audit.log.bundles import BundleNeededError
from services.audit.log.storage import LogDamagedError


def handed_over(action: SupportAction, exporter: Exporter, wanted: Wanted) -> Iterator[Part]:
    """
    Yield the file in parts; with the first one it is stored that somebody has opened texts.

    Raises Unavailable where the log contradicts what was signed, Refused where records that may
    fit are in a bundle that is not at hand.
    """
    chosen = wanted.wanted or Filter()
    action.about(*described(wanted.form, chosen, wanted.end, wanted.reissue_of))
    parts = exporter.parts(wanted)
    try:
        first = next(parts)
        if wanted.form in FORMATS:
            fact = ReadableExportMade(
                export_id=action.id,
                made_by=action.actor.id,
                partner_id=action.actor.partner_id,
                made_at=action.now,
                form=wanted.form,
                filters=filters_of(chosen),
                size=wanted.end,
                reissue_of=wanted.reissue_of,
                holds=tuple(sorted(first.holds)),
            )
            action.stage(Loaded(f"export:{action.id}", 0, None), fact)
        yield first
        yield from parts
    except LogDamagedError as error:
        raise damaged() from error
    except BundleNeededError as error:
        raise Refused("ARCHIVED", f"{error}. Who runs the product has it.") from error


def damaged() -> Unavailable:
    """Return what is told where the log contradicts what was signed."""
    return Unavailable(
        "LOG_DAMAGED",
        "The log contradicts what was signed. Run helpdesk-audit verify.",
        retry_seconds=60,
    )
