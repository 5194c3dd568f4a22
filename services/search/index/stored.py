"""The form in which an index keeps a document, so that it can be shown and indexed again."""

from __future__ import annotations

import json
from dataclasses import fields
from typing import Any

from services.search.domain import Document, Fields, Kind, Tombstone


def stored_form(each: Document | Tombstone) -> bytes:
    """Return a document or a tombstone as JSON."""
    stored: dict[str, Any] = {"kind": each.kind, "id": each.id, "version": each.version}
    if isinstance(each, Document):
        filled = {f.name: getattr(each.fields, f.name) for f in fields(Fields)}
        stored |= {
            "organization": each.organization_id,
            "partners": sorted(each.partner_ids),
            "title": each.title,
            "subtitle": each.subtitle,
            "fields": {name: value for name, value in filled.items() if value},
        }
    return json.dumps(stored, ensure_ascii=False).encode()


def read_form(stored: bytes) -> Document | Tombstone:
    """Return what was stored."""
    read: dict[str, Any] = json.loads(stored)
    kind = Kind(read["kind"])
    if "organization" not in read:
        return Tombstone(kind, read["id"], read["version"])
    values: dict[str, Any] = {
        name: value if isinstance(value, str) else tuple(value)
        for name, value in read["fields"].items()
    }
    return Document(
        kind=kind,
        id=read["id"],
        organization_id=read["organization"],
        partner_ids=frozenset(read["partners"]),
        version=read["version"],
        title=read["title"],
        subtitle=read["subtitle"],
        fields=Fields(**values),
    )
