"""
What the log keeps of one support action, and the hash chain over its records.

The leaf of a record is the hash of its sealed bytes alone, so anyone who holds the bytes can prove
that they are in the tree. A record's labels (source, position, id, organization) are not in those
bytes' hash; they and the order are bound by a chain:

    head = SHA-256(0x02 || previous head || leaf hash || labels)

A chained value was chosen over the tree's root after each record because it costs one hash instead
of one for each level, and because one stored row is checked with only the row before it: the walk
over the rows names the first one that does not fit. Alone it could be computed anew by whoever can
write to the tables; therefore each checkpoint signs the chain value of its newest record with the
root.
"""

from hashlib import sha256
from typing import NamedTuple

from services.audit.log.merkle import HASH_SIZE

FIRST_HEAD = bytes(HASH_SIZE)


class Record(NamedTuple):
    """A support action as its source sealed it, and where it stands in the source's own log."""

    source: str
    source_position: int
    record_id: str
    organization_id: str | None
    sealed: bytes


class LogRow(NamedTuple):
    """A stored record: `idx` counts from 0 without holes."""

    idx: int
    source: str
    source_position: int
    record_id: str
    organization_id: str | None
    sealed: bytes
    leaf_hash: bytes
    head: bytes


def chain_value(previous: bytes, leaf: bytes, record: Record | LogRow) -> bytes:
    """The head after this record; labels stand with their lengths, so that none can borrow."""
    source, record_id, organization = record.source, record.record_id, record.organization_id
    owner = "-" if organization is None else f"{len(organization)}:{organization}"
    labels = f"{len(source)}:{source}{record.source_position},{len(record_id)}:{record_id}{owner}"
    return sha256(b"\x02" + previous + leaf + labels.encode()).digest()
