"""One pass over a log's rows: each is held until the next is seen, then judged."""

from collections.abc import Collection, Sequence

from services.audit.log.checkpoints import Checkpoint
from services.audit.log.merkle import HASH_SIZE, Frontier, leaf_hash
from services.audit.log.records import FIRST_HEAD, LogRow, chain_value
from services.audit.log.tiles import TILE_HEIGHT, TILE_WIDTH, TileName, TileReader
from services.audit.log.verdict import Finding, Place, Tampering

MOST_FINDINGS = 100


class Walk:
    """What is expected next, what was found, and what only a later checkpoint can decide."""

    def __init__(
        self,
        heads: Sequence[Checkpoint],
        tiles: TileReader | None,
        forked: Collection[int] = (),
        archived: int = 0,
    ) -> None:
        """Heads by size; sizes with two heads were reported already."""
        self.records = 0
        self.signed = 0
        self._heads = list(reversed(heads))
        self._largest = heads[-1].size if heads else 0
        self._forked = forked
        self._archived = archived
        self._unmatched: list[tuple[Checkpoint, Place]] = []
        self._findings: list[Finding] = []
        self._held: LogRow | None = None
        self._skip = False
        self._next = 0
        self._head: bytes | None = FIRST_HEAD
        self._previous: Place | None = None
        self._since_good: Place | None = None
        self._chain_reported = False
        # The tree is followed as long as each leaf at its true place is known.
        self._tree: Frontier | None = Frontier()
        self._reader = tiles
        self._read: dict[int, tuple[int, bytes]] = {}
        self._searched = False
        self._disagreement: Place | None = None
        self._compare_heads()

    def visit(self, row: LogRow) -> None:
        """Take the next row."""
        self.records += 1
        held, self._held = self._held, row
        if held is not None:
            self._judge(held, row)

    def finish(self) -> list[Finding]:
        """Judge the last row and what could not be decided before; answers all findings."""
        if self._held is not None:
            self._judge(self._held, None)
            self._held = None
        self._report_unmatched()
        self._report_shortage()
        if self._disagreement is not None:
            self._find(
                Tampering.ALTERED,
                f"{self._disagreement} and the stored tree differ, and no checkpoint decides.",
                self._disagreement,
            )
        return self._findings[:MOST_FINDINGS]

    def _judge(self, row: LogRow, after: LogRow | None) -> None:
        if self._skip or len(self._findings) > MOST_FINDINGS:
            self._skip = False
            self._next = max(self._next, row.idx + 1)
            return
        if row.idx != self._next and not self._jump(row, after):
            return
        # Of an archived record the bundle has the bytes; the tree still has its leaf.
        gone = row.idx < self._archived and not row.sealed
        leaf = row.leaf_hash if gone else leaf_hash(row.sealed)
        expected = row.head
        if self._head is not None:
            expected = chain_value(self._head, row.leaf_hash, row)
        if leaf != row.leaf_hash:
            self._altered(row, leaf, expected)
        elif expected != row.head:
            self._misplaced(row, after, expected)
        elif self._slipped_in(row, after):
            self._inserted(row)
        else:
            stored = self._tile_leaf()
            if stored is not None and stored != leaf and self._disagreement is None:
                self._disagreement = Place.of(row)
            self._accept(row, leaf, row.head)

    def _accept(self, row: LogRow, leaf: bytes | None, head: bytes | None) -> None:
        """Go on behind a row with the leaf and chain value that stand at its place."""
        self._next = row.idx + 1
        self._previous = Place.of(row)
        if self._since_good is None:
            self._since_good = self._previous
        self._head = head
        self._push(leaf)

    def _push(self, leaf: bytes | None) -> None:
        if self._tree is None or leaf is None:
            self._tree = None
            return
        for height, root in self._tree.push(leaf):
            self._compare_tile(height, root)
        if self._heads and self._heads[-1].size == self._tree.size:
            self._compare_heads()

    def _altered(self, row: LogRow, leaf: bytes, expected: bytes) -> None:
        stored = self._tile_leaf()
        if expected == row.head and (self._head is not None or stored == row.leaf_hash):
            true_leaf: bytes | None = row.leaf_hash
        elif leaf == stored or (
            self._head is not None and chain_value(self._head, leaf, row) == row.head
        ):
            true_leaf = leaf
        else:
            true_leaf = stored
        what = "leaf hash is" if true_leaf == leaf else "bytes are"
        place = Place.of(row)
        self._find(
            Tampering.ALTERED, f"{place} was altered: its {what} not what was logged.", place
        )
        self._accept(row, true_leaf, row.head)

    def _misplaced(self, row: LogRow, after: LogRow | None, expected: bytes) -> None:
        """The bytes have their hash, but the row does not follow the one before it."""
        place = Place.of(row)
        if after is not None and chain_value(expected, after.leaf_hash, after) == after.head:
            self._find(Tampering.ALTERED, f"The chain value of {place} was altered.", place)
            self._accept(row, row.leaf_hash, expected)
        elif after is not None and self._fits(after):
            if chain_value(after.head, row.leaf_hash, row) == row.head:
                self._swapped(row, after)
            else:
                self._inserted(row)
        else:
            self._compare_with_tile(row, after)

    def _compare_with_tile(self, row: LogRow, after: LogRow | None) -> None:
        place, stored = Place.of(row), self._tile_leaf()
        if stored is None:
            self._find(
                Tampering.OUT_OF_PLACE,
                f"{place} does not follow {self._behind()}: its labels or chain value were altered,"
                " or records were removed, moved or exchanged here.",
                place,
            )
            self._accept(row, None, None)
        elif stored == row.leaf_hash:
            self._mislabelled(row)
        elif after is not None and after.leaf_hash == stored:
            self._inserted(row)
        else:
            self._displaced(row, after, stored)

    def _mislabelled(self, row: LogRow) -> None:
        """The tree has the row's bytes at this place, the chain does not lead to it."""
        before = self._disagreement
        if before is not None and before == self._previous:
            self._disagreement = None
            self._find(
                Tampering.ALTERED,
                f"{before} was rewritten with its hashes: the next record does not follow it.",
                before,
            )
            self._accept(row, None, row.head)
            return
        place = Place.of(row)
        self._find(
            Tampering.ALTERED,
            f"{place} has its bytes, but its source, position, id, organization or chain value was"
            " altered.",
            place,
        )
        self._accept(row, row.leaf_hash, row.head)

    def _displaced(self, row: LogRow, after: LogRow | None, stored: bytes) -> None:
        """The tree has other bytes at this place."""
        place, here = Place.of(row), self._tree.size if self._tree else 0
        there = self._find_in_tiles(row.leaf_hash, here)
        if there is None:
            self._find(
                Tampering.ALTERED, f"{place} is not the record that was logged there.", place
            )
            self._accept(row, stored, None)
        elif there > here and (after is None or self._tile_leaf(there + 1) == after.leaf_hash):
            self._missing(here, there - 1, row)
            for index in range(here, there):
                self._push(self._tile_leaf(index))
            self._accept(row, row.leaf_hash, row.head)
        else:
            self._find(
                Tampering.MOVED,
                f"{place} was moved: it was logged as record {there}, another one stood here.",
                place,
            )
            self._accept(row, stored, None)

    def _swapped(self, row: LogRow, after: LogRow) -> None:
        place = Place.of(row)
        self._find(
            Tampering.MOVED, f"{place} was moved: it was logged after {Place.of(after)}.", place
        )
        self._accept(after, after.leaf_hash, after.head)
        self._accept(row, row.leaf_hash, row.head)
        self._next = max(row.idx, after.idx) + 1
        self._skip = True

    def _inserted(self, row: LogRow) -> None:
        place = Place.of(row)
        self._find(
            Tampering.INSERTED,
            f"{place} was inserted: what comes next was logged directly after {self._behind()}.",
            place,
        )
        self._next = row.idx + 1

    def _jump(self, row: LogRow, after: LogRow | None) -> bool:
        """The row's index is not the next one; whether the row itself is still to be judged."""
        if row.idx < self._next:
            place = Place.of(row)
            self._find(Tampering.MOVED, f"{place} stands behind {self._behind()}.", place)
            return False
        if after is not None and after.idx == self._next and self._fits(after):
            self._swapped(row, after)
            return False
        gap = row.idx - self._next
        self._missing(self._next, row.idx - 1, row)
        for _ in range(gap):
            self._push(self._tile_leaf())
            if self._tree is None:
                break
        self._head = None
        self._next = row.idx
        return True

    def _missing(self, first: int, last: int, row: LogRow) -> None:
        which = f"record {first} is" if first == last else f"records {first} to {last} are"
        self._find(
            Tampering.MISSING,
            f"{which[0].upper()}{which[1:]} missing: {self._behind()} is followed by"
            f" {Place.of(row)}.",
            Place(first),
            last,
        )

    def _slipped_in(self, row: LogRow, after: LogRow | None) -> bool:
        """Whether the next row follows the one before this row instead of this row."""
        return (
            after is not None
            and self._head is not None
            and after.idx == row.idx + 1
            and chain_value(row.head, after.leaf_hash, after) != after.head
            and self._fits(after)
        )

    def _fits(self, row: LogRow) -> bool:
        return self._head is not None and chain_value(self._head, row.leaf_hash, row) == row.head

    def _behind(self) -> str:
        return str(self._previous) if self._previous else "the beginning"

    def _tile_leaf(self, index: int | None = None) -> bytes | None:
        """Leaf hash that the tiles have at a place, by default the next one."""
        if self._tree is None or self._reader is None:
            return None
        if index is None:
            index = self._tree.size
        start = index % TILE_WIDTH * HASH_SIZE
        return self._tile(0, index >> TILE_HEIGHT)[start : start + HASH_SIZE] or None

    def _tile(self, level: int, index: int) -> bytes:
        known = self._read.get(level)
        if known is None or known[0] != index:
            name: TileName = (level, index)
            tile = self._reader([name]).get(name, b"") if self._reader else b""
            known = self._read[level] = (index, tile)
        return known[1]

    def _find_in_tiles(self, leaf: bytes, near: int) -> int | None:
        here = near >> TILE_HEIGHT
        places = list(range(max(0, here - 1), here + 2))
        if not self._searched:
            # Long enough for a log of millions, so done for the first such record only.
            self._searched = True
            places += range(-(-self._largest // TILE_WIDTH))
        for index in places:
            tile = self._tile(0, index)
            for start in range(0, len(tile), HASH_SIZE):
                if tile[start : start + HASH_SIZE] == leaf:
                    return index * TILE_WIDTH + start // HASH_SIZE
        return None

    def _compare_tile(self, height: int, root: bytes) -> None:
        if self._reader is None or self._tree is None or self._disagreement is not None:
            return
        number = (self._tree.size >> height) - 1
        start = number % TILE_WIDTH * HASH_SIZE
        tile = self._tile(height // TILE_HEIGHT, number >> TILE_HEIGHT)
        if tile[start : start + HASH_SIZE] != root:
            self._disagreement = Place(number << height)

    def _compare_heads(self) -> None:
        while self._tree and self._heads and self._heads[-1].size == self._tree.size:
            head = self._heads.pop()
            if head.root != self._tree.root():
                first = self._disagreement or self._since_good or Place(self.signed)
                self._unmatched.append((head, first))
                continue
            if self._head not in (None, head.chain) and not self._chain_reported:
                self._chain_reported = True
                self._find(
                    Tampering.ALTERED,
                    f"The source, position, id or organization of a record was altered, at the"
                    f" earliest of {self._since_good}: the bytes are as signed, the chain is not.",
                    self._since_good,
                    head.size - 1,
                )
            self.signed = head.size
            self._since_good = None
            if self._disagreement is not None:
                self._find(
                    Tampering.TILE_ALTERED,
                    f"The stored tree is wrong at {self._disagreement}; the record is as signed.",
                    self._disagreement,
                )
                self._disagreement, self._reader = None, None

    def _report_unmatched(self) -> None:
        rewritten = False
        for head, first in self._unmatched:
            if head.size <= self.signed:
                if head.size not in self._forked:
                    self._find(
                        Tampering.FORKED,
                        f"The log was forked: its key signed a head of {head.size} records that is"
                        f" not the beginning of this log, of which {self.signed} are signed: they"
                        f" differ at {first} or a record after it.",
                        first,
                        head.size - 1,
                        head.size,
                    )
            elif not rewritten:
                rewritten = True
                self._disagreement = None
                self._find(
                    Tampering.REWRITTEN,
                    f"The log was rewritten from {first} on, or a record after it: the hashes fit"
                    f" each other, but not what was signed over {head.size} records.",
                    first,
                    head.size - 1,
                    head.size,
                )

    def _report_shortage(self) -> None:
        held = self._tree.size if self._tree else self._next
        short = self._largest - held
        if short <= 0:
            return
        for number, found in enumerate(self._findings):
            if found.tampering is Tampering.OUT_OF_PLACE and found.first is not None:
                self._findings[number] = Finding(
                    Tampering.MISSING,
                    f"Of {self._largest} records that were signed {short} are missing, the first"
                    f" directly before {found.first}.",
                    found.first,
                )
                return
        self._find(
            Tampering.CUT_OFF,
            f"The newest records were cut off: the log ends with {self._behind()}, but"
            f" {self._largest} records were signed; the first missing is record {held}."
            + ("" if held == self.signed else f" Those from record {self.signed} on are unproved."),
            Place(held),
            self._largest - 1,
        )

    def _find(
        self,
        tampering: Tampering,
        sentence: str,
        first: Place | None,
        last: int | None = None,
        checkpoint: int | None = None,
    ) -> None:
        sentence = sentence[0].upper() + sentence[1:]
        self._findings.append(Finding(tampering, sentence, first, last, checkpoint))
