"""What a source hands over: raw records of one partition, before anything is known of their values."""

from typing import Annotated, Literal

import msgspec

from schemas.envelope import Int64, Milliseconds


class Record(msgspec.Struct, gc=False):
    """One record of a capture or an archive; msgspec reads bytes from base64 where they come as JSON."""

    topic: str
    partition: Annotated[int, msgspec.Meta(ge=-(2**31), lt=2**31)]
    offset: Int64
    timestamp_ms: Milliseconds | Literal[-1] | None = None
    key: bytes | None = None
    value: bytes | None = None
    headers: list[tuple[str, bytes | None]] | None = None


class RawRecords(msgspec.Struct, frozen=True, gc=False):
    """Records of one partition of a topic, in the order of their offsets; the lists have one length.

    ``values``: ``None`` is a tombstone, empty bytes are not. ``timestamps``: epoch milliseconds of the
    append, -1 where the source has none. ``headers``: as Kafka gives them, or empty when not read.
    ``partition``: a negative one numbers a file whose records name none. Such a file may mix partitions, so
    the order of its records proves nothing. ``refusals``: places of values that the source could not decode,
    with the reason (``schemas.names.Undecodable``).
    """

    topic: str
    partition: int
    offsets: list[int]
    timestamps: list[int]
    keys: list[bytes | None]
    values: list[bytes | None]
    headers: list[list[tuple[str, bytes | None]]] = []
    refusals: dict[int, str] = {}

    def __len__(self) -> int:
        return len(self.values)

    def part(self, begin: int, end: int) -> "RawRecords":
        """The records in places ``begin`` up to, and without, ``end``."""
        return RawRecords(
            topic=self.topic,
            partition=self.partition,
            offsets=self.offsets[begin:end],
            timestamps=self.timestamps[begin:end],
            keys=self.keys[begin:end],
            values=self.values[begin:end],
            headers=self.headers[begin:end],
            refusals={place - begin: why for place, why in self.refusals.items() if begin <= place < end},
        )

    def followed_by(self, more: "RawRecords") -> "RawRecords":
        """These records, and behind them ``more`` of the same partition."""
        rows = len(self)
        return RawRecords(
            topic=self.topic,
            partition=self.partition,
            offsets=self.offsets + more.offsets,
            timestamps=self.timestamps + more.timestamps,
            keys=self.keys + more.keys,
            values=self.values + more.values,
            headers=self.headers + more.headers,
            refusals=self.refusals | {rows + place: why for place, why in more.refusals.items()},
        )

    @property
    def nbytes(self) -> int:
        """Bytes of all values."""
        return sum(map(len, filter(None, self.values)))
