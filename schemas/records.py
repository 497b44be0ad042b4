"""What a source hands over: raw records of one partition, before anything is known of their values."""

import msgspec


class RawRecords(msgspec.Struct, frozen=True, gc=False):
    """Records of one partition of a topic, in the order of their offsets; the lists have one length.

    ``values``: ``None`` is a tombstone, empty bytes are not. ``timestamps``: epoch milliseconds of the
    append, -1 where the source has none. ``headers``: as Kafka gives them, or empty when not read.
    ``partition``: a negative one numbers a file whose records name none. Such a file may mix partitions, so
    the order of its records proves nothing.
    """

    topic: str
    partition: int
    offsets: list[int]
    timestamps: list[int]
    keys: list[bytes | None]
    values: list[bytes | None]
    headers: list[list[tuple[str, bytes | None]]] = []

    def __len__(self) -> int:
        return len(self.values)

    @property
    def nbytes(self) -> int:
        """Bytes of all values."""
        return sum(map(len, filter(None, self.values)))
