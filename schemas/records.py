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

    @property
    def nbytes(self) -> int:
        """Bytes of all values."""
        return sum(map(len, filter(None, self.values)))
