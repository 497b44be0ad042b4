"""What is written to a topic: messages, or the rows of which they are made at the last moment."""

import zlib
from collections.abc import Iterable

import msgspec
import numpy as np
import pyarrow as pa

from connectors.kafka.avrorows import AvroForm
from connectors.kafka.jsonrows import json_rows, text_column
from schemas.batches import decode, encode
from transforms.coders import register_struct


class Messages(msgspec.Struct, frozen=True, gc=False):
    """Messages for one topic: ``keys`` and ``values``, of one length, or ``rows`` that become them.

    ``rows``: a record batch as Arrow IPC, a third of the bytes of its messages; ``key``: the column that is
    their keys. ``committed_us``, ``appended_ms``: when what a message tells of was committed and appended to
    its topic, as 64-bit integers side by side; empty where nobody asks.
    """

    topic: str
    keys: list[bytes | None] = []
    values: list[bytes] = []
    committed_us: bytes = b""
    appended_ms: bytes = b""
    rows: bytes = b""
    key: str | None = None

    def __len__(self) -> int:
        return len(self.values)

    @property
    def nbytes(self) -> int:
        """Bytes of all values, or of the rows."""
        return len(self.rows) + sum(map(len, self.values))


register_struct(Messages)


def rendered(messages: Messages, form: AvroForm | None = None) -> Messages:
    """Rows as the messages that they are: Avro in ``form``, or JSON."""
    if not messages.rows:
        return messages
    batch = decode(messages.rows)
    values = form.rows(batch) if form else json_rows(batch)
    keys = _keys(batch, messages.key)
    return Messages(messages.topic, keys, values, messages.committed_us, messages.appended_ms)


def sharded(messages: Messages, shards: int) -> Iterable[tuple[int, Messages]]:
    """Messages by their keys, so that what has one key keeps its order."""
    if shards == 1:
        yield 0, messages
        return
    batch = decode(messages.rows) if messages.rows else None
    taken: dict[int, list[int]] = {}
    for row, key in enumerate(messages.keys if batch is None else _keys(batch, messages.key)):
        taken.setdefault(shard_of(key, shards), []).append(row)
    for shard, rows in taken.items():
        if batch is None:
            keys = [messages.keys[row] for row in rows]
            part = Messages(messages.topic, keys, [messages.values[row] for row in rows])
        else:
            some = encode(batch.take(pa.array(rows))).to_pybytes()
            part = Messages(messages.topic, rows=some, key=messages.key)
        committed_us, appended_ms = (
            np.frombuffer(times, np.int64)[rows].tobytes() if times else b""
            for times in (messages.committed_us, messages.appended_ms)
        )
        yield shard, msgspec.structs.replace(part, committed_us=committed_us, appended_ms=appended_ms)


def shard_of(key: bytes | None, shards: int) -> int:
    """Which of ``shards`` writers writes what has ``key``."""
    return zlib.crc32(key or b"") % shards


def _keys(batch: pa.RecordBatch, key: str | None) -> list[bytes | None]:
    return [None] * len(batch) if key is None else text_column(batch, key)
