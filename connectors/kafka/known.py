"""The messages that output topics hold already, so that none of them is written again by a backfill.

Of each 24 bytes are kept, in sorted runs on disk that are looked up where they lie: memory does not grow with
the topics. A message is known by its topic and the fields of its identity; an event also by its commit, since
one of the same key that was committed more than the horizon apart is another event.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import blake2b
from pathlib import Path
from typing import Any, Final
from zlib import crc32

import msgspec
import numpy as np

from connectors.kafka.cluster import Cluster
from connectors.kafka.readback import Ends, Identity, read_back

_ENTRY: Final = np.dtype([("low", "<u8"), ("high", "<u8"), ("committed_us", "<i8")])
_RUN: Final = 1_000_000
_HASH_BYTES: Final = 16


def naming(topic: str, fields: Iterable[str], commit: str | None = None) -> Identity:
    """What makes an entry of a message's value; ``commit``: the field that holds its commit (ISO 8601)."""
    names = [*fields, *([commit] if commit else [])]
    kind = msgspec.defstruct("Named", [(name, Any, None) for name in names], gc=False)
    decode = msgspec.json.Decoder(kind).decode
    encode = msgspec.msgpack.Encoder().encode
    person = crc32(topic.encode()).to_bytes(4)
    parts = names[:-1] if commit else names

    def name(value: bytes) -> bytes:
        found = decode(value)
        identity = encode([getattr(found, part) for part in parts])
        committed_us = 0 if commit is None else _micros(getattr(found, commit))
        digest = blake2b(identity, digest_size=_HASH_BYTES, person=person).digest()
        return digest + committed_us.to_bytes(8, "little", signed=True)

    return name


def _micros(text: str | None) -> int:
    if text is None:
        return 0
    at = datetime.fromisoformat(text)
    return int(at.timestamp()) * 1_000_000 + at.microsecond


@dataclass(kw_only=True)
class Known:
    """Entries of messages. ``folder``: where they lie; ``horizon_us``: how far apart commits are the same.

    ``None``: whenever it was committed.
    """

    folder: Path
    horizon_us: int | None
    rows: int = 0
    _runs: list[np.ndarray] = field(default_factory=list)

    def read(
        self,
        cluster: Cluster,
        group: str,
        names: dict[str, Identity],
        begins: Ends,
        ends: Ends,
        tell: Callable[[int], None] = lambda _rows: None,
    ) -> None:
        """Take in what topics hold between these offsets. ``tell``: how many so far. Raises OutputError."""
        waiting = bytearray()
        for _, _, name in read_back(cluster, group, names, begins, ends):
            waiting += name
            if len(waiting) == _RUN * _ENTRY.itemsize:
                self._add(waiting)
                waiting = bytearray()
                tell(self.rows)
        self._add(waiting)

    def has(self, names: Sequence[bytes]) -> np.ndarray:
        """Which of these messages are there: a mask of shape (names,)."""
        asked = np.frombuffer(b"".join(names), _ENTRY)
        known = np.zeros(len(asked), bool)
        for run in self._runs:
            open_ones = np.flatnonzero(~known)
            at = np.searchsorted(run["low"], asked["low"][open_ones])
            while len(open_ones):  # entries of one hash stand side by side
                inside = at < len(run)
                open_ones, at = open_ones[inside], at[inside]
                there, wanted = run[at], asked[open_ones]
                same = there["low"] == wanted["low"]
                found = same & (there["high"] == wanted["high"]) & self._near(there, wanted)
                known[open_ones[found]] = True
                open_ones, at = open_ones[same & ~found], at[same & ~found] + 1
        return known

    def _near(self, one: np.ndarray, other: np.ndarray) -> np.ndarray:
        if self.horizon_us is None:
            return np.ones(len(one), bool)
        near: np.ndarray = np.abs(one["committed_us"] - other["committed_us"]) <= self.horizon_us
        return near

    def _add(self, entries: bytearray) -> None:
        if not entries:
            return
        rows = np.frombuffer(entries, _ENTRY)
        self.rows += len(rows)
        self.folder.mkdir(parents=True, exist_ok=True)
        path = self.folder / f"run-{len(self._runs):05d}"
        path.write_bytes(rows[np.argsort(rows["low"], kind="stable")].tobytes())
        self._runs.append(np.memmap(path, _ENTRY, mode="r"))
