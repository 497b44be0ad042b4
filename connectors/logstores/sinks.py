"""LOGS batches → requests of a few megabytes to a store → what became of each record.

A record that the store refuses for good is given back and does not hold up the others. What it cannot take
now is sent again; when it has been sent often enough StoreUnavailable is raised, for the runner to begin the
bundle anew. The ids of records stay the same, so that a store that honours them has each once.
"""

import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from typing import Final

import pyarrow as pa

from connectors.logstores.client import Answer, Client, Sleep
from connectors.logstores.fates import Fates, Pushed, Refusal, Rows, halves
from connectors.logstores.render import Block
from connectors.logstores.store import Store, StoreError

GOOD: Final = range(200, 300)
TOO_LARGE: Final = 413
_HOPELESS: Final = 16  # records; where the first request has as many, and none is taken, it is not about them


class Sink(ABC):
    """Writes LOGS batches into one store. ``now_ns``: the clock, ``sleep``: how it waits."""

    def __init__(
        self, store: Store, *, now_ns: Callable[[], int] = time.time_ns, sleep: Sleep = time.sleep
    ) -> None:
        self._store = store
        self._client = Client(store, sleep=sleep)
        self._now_ns = now_ns
        self._held: list[Rows] = []
        self._size = 0
        self._used = False  # whether the store has taken anything yet

    def add(self, batch: pa.RecordBatch) -> Iterator[Pushed]:
        """Take a batch; what was sent because of it. Raises StoreUnavailable, StoreError."""
        for block in self._render(batch, now_ns=self._now_ns()):
            begin = 0
            while begin < len(block):
                end = self._until(block, begin)
                if end > begin:
                    self._held.append(Rows(block, begin, end))
                    self._size += block.size(begin, end)
                if end < len(block) or self._size >= self._store.request_bytes:
                    yield from self.flush()
                begin = end

    def flush(self) -> Iterator[Pushed]:
        """Send what is held."""
        held, self._held, self._size = self._held, [], 0
        if held:
            fates = Fates()
            self._send(held, fates)
            self._used = self._used or fates.taken > 0
            if not self._used and fates.refused >= _HOPELESS:
                raise StoreError(
                    f"{self._store.url}: the store refuses each of {fates.refused} records; see its address, "
                    "its parameters and its limits"
                )
            yield from fates.pushed()

    def close(self) -> None:
        """Close the connections; what is held is forgotten."""
        self._client.close()

    def forget(self) -> None:
        """Hold nothing: a bundle begins."""
        self._held, self._size = [], 0

    @abstractmethod
    def check(self) -> None:
        """Prove that the store answers. Raises StoreError."""

    @abstractmethod
    def _render(self, batch: pa.RecordBatch, now_ns: int) -> Iterator[Block]:
        """The lines of a batch."""

    @abstractmethod
    def _send(self, rows: Sequence[Rows], fates: Fates) -> None:
        """Send these as one request, and again what is not taken; note what becomes of each."""

    def _until(self, block: Block, begin: int) -> int:
        """How many rows from ``begin`` on still go into the request; one at least if it is empty."""
        room = self._store.request_bytes - self._size
        end = int(block.ends.searchsorted(block.ends[begin] + room, side="right")) - 1
        return min(len(block), max(end, begin if self._held else begin + 1))

    def _halve(self, rows: Sequence[Rows], fates: Fates, answer: Answer) -> None:
        """Send halves of what is refused as a whole, until it is known which records that is about."""
        total = sum(map(len, rows))
        if total > 1:
            for half in halves(rows, total // 2):
                self._send(half, fates)
            return
        reason = Refusal.TOO_LARGE if answer.status == TOO_LARGE else Refusal.REFUSED
        fates.refuse(rows[0], reason)
