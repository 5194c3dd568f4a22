"""What an insider may do to the rows of the audit log, and what must be found then."""

import pytest

from services.audit.log.merkle import leaf_hash
from services.audit.log.records import FIRST_HEAD, chain_value

both = pytest.mark.parametrize("tiles", [False, True], ids=["rows", "rows and tiles"])


def chained(rows):
    """The rows with indices, leaf hashes and chain values computed anew, as an insider would."""
    head, done = FIRST_HEAD, []
    for index, row in enumerate(rows):
        leaf = leaf_hash(row.sealed)
        head = chain_value(head, leaf, row)
        done.append(row._replace(idx=index, leaf_hash=leaf, head=head))
    return done


def renumbered(rows):
    return [row._replace(idx=index) for index, row in enumerate(rows)]


def exchange(rows, one, other, *columns):
    first, second = rows[one], rows[other]
    rows[one] = first._replace(**{each: getattr(second, each) for each in columns})
    rows[other] = second._replace(**{each: getattr(first, each) for each in columns})


def flipped(data):
    return data[:5] + bytes([data[5] ^ 1]) + data[6:]


def names(verdict, tampering, index):
    """Whether exactly this is what the verdict says first, in a sentence with the record's names."""
    first = verdict.first
    assert first is not None, "nothing was found"
    assert (first.tampering, first.first.index) == (tampering, index), first.sentence
    assert first.sentence.endswith(".")
    assert first.sentence[0].isupper()
    if first.first.source is not None:
        assert f"{first.first.source} {first.first.source_position}" in first.sentence
    return True
