"""What became of the records of a request: rows of rendered batches, counted by batch."""

from collections.abc import Iterator, Sequence
from enum import StrEnum
from typing import NamedTuple

import pyarrow as pa

from connectors.logstores.render import Block


class Refusal(StrEnum):
    """Why a store does not take a record."""

    REFUSED = "store_refused"
    TOO_LARGE = "store_too_large"


class Refused(NamedTuple):
    """A record that the store does not take: a row of a batch, its id, and its size as it was sent."""

    batch: pa.RecordBatch
    row: int
    id: str
    size: int
    reason: Refusal


class Pushed(NamedTuple):
    """What became of records: ``stored`` and ``already`` (there before) count rows of ``batch``."""

    batch: pa.RecordBatch
    stored: int
    already: int
    refused: Sequence[Refused]


class Rows(NamedTuple):
    """Rows ``begin`` up to, and without, ``end`` of a block."""

    block: Block
    begin: int
    end: int

    def __len__(self) -> int:
        return self.end - self.begin

    @property
    def lines(self) -> memoryview:
        """Them as they are sent."""
        return self.block.part(self.begin, self.end)


class Fates:
    """What became of the rows of one request."""

    def __init__(self) -> None:
        self._stored: dict[int, int] = {}
        self._already: dict[int, int] = {}
        self._refused: dict[int, list[Refused]] = {}
        self._blocks: dict[int, Block] = {}

    def note(self, rows: Rows, *, already: bool = False) -> None:
        """The store has them now, or had them before."""
        counts = self._already if already else self._stored
        key = self._key(rows)
        counts[key] = counts.get(key, 0) + rows.end - rows.begin

    def refuse(self, rows: Rows, reason: Refusal) -> None:
        """The store does not take them, whenever they are sent."""
        for at in range(rows.begin, rows.end):
            block = rows.block
            identity = block.ids[at].as_py().decode()
            one = Refused(block.batch, at, identity, block.size(at, at + 1), reason)
            self._refused.setdefault(self._key(rows), []).append(one)

    @property
    def taken(self) -> int:
        """Records that the store has."""
        return sum(self._stored.values()) + sum(self._already.values())

    @property
    def refused(self) -> int:
        """Records that it does not take."""
        return sum(map(len, self._refused.values()))

    def pushed(self) -> Iterator[Pushed]:
        """One for each block."""
        for key, block in self._blocks.items():
            refused = self._refused.get(key, [])
            yield Pushed(block.batch, self._stored.get(key, 0), self._already.get(key, 0), refused)

    def _key(self, rows: Rows) -> int:
        self._blocks[id(rows.block)] = rows.block
        return id(rows.block)


def halves(rows: Sequence[Rows], middle: int) -> tuple[list[Rows], list[Rows]]:
    """The first ``middle`` of the rows, and the others."""
    first: list[Rows] = []
    second: list[Rows] = []
    seen = 0
    for block, begin, end in rows:
        at = min(end, max(begin, begin + middle - seen))
        if at > begin:
            first.append(Rows(block, begin, at))
        if end > at:
            second.append(Rows(block, at, end))
        seen += end - begin
    return first, second
