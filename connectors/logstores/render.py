"""LOGS batch → the lines of a request of a store, column by column.

Arrow joins the pieces of all rows, so that a record costs about 2 µs and no Python object but its body.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from connectors.logstores.jsoncolumns import (
    bounded,
    constant,
    cut,
    decimal,
    join,
    objects,
    one_object,
    present,
    rfc3339,
    spread,
    tokens,
)
from schemas.batches import Origin, compact
from schemas.logs import Severity

UNKNOWN_SERVICE: Final = "unknown_service"  # as OpenTelemetry's SDKs call it
RECORD_ID: Final = "log.record.uid"  # of the semantic conventions
_TEXTS: Final = ("severity_text", "scope", "pod", "trace_id", "event_name")
_LABEL_CHARACTERS: Final = 256
_TEXT_CHARACTERS: Final = 1024
_MOST_BYTES: Final = 64 * 1024 * 1024
_SEVERITIES: Final = tuple(Severity)[1:]  # what each range begins with


@dataclass(frozen=True, eq=False)
class Block:
    """A rendered batch: row i of it is ``data[ends[i]:ends[i + 1]]``, and ``ids[i]`` its id.

    ``heads``: of rows that belong to streams what a stream begins with, by ``streams[i]``; such rows lie side
    by side.
    """

    batch: pa.RecordBatch
    data: memoryview
    ends: np.ndarray
    ids: pa.Array
    heads: Sequence[bytes] = ()
    streams: np.ndarray | None = None

    def __len__(self) -> int:
        return len(self.batch)

    def part(self, begin: int, end: int) -> memoryview:
        """The lines of rows ``begin`` up to, and without, ``end``."""
        return self.data[self.ends[begin] : self.ends[end]]

    def size(self, begin: int, end: int) -> int:
        """Bytes of :meth:`part`."""
        return int(self.ends[end] - self.ends[begin])


def bulk(batch: pa.RecordBatch, *, index: str | None, most: int, now_ns: int) -> Iterator[Block]:
    """The two lines a record of Elasticsearch's bulk API: ``create`` under the record's id, and the document.

    ``most``: bytes of a record; ``now_ns``: the time of records that have none, epoch nanoseconds.
    """
    named = "" if index is None else f'"_index":{json.dumps(index)},'
    action = f'{{"create":{{{named}"_id":"'.encode()
    unknown = _labels([UNKNOWN_SERVICE])[0]
    for rows in _pieces(batch):
        ids, times = record_ids(rows), _times(rows, now_ns)
        body, marks = bounded(rows.column("body"), most * 5 // 8)
        attributes = rows.column("attributes")
        line = [
            *(action, ids, b'"}}\n{"@timestamp":"', rfc3339(times), b'","message":', body, marks),
            *(b',"severity":"', _names(_severities(rows)), b'","severity_number":'),
            *(decimal(rows.column("severity")), b',"service":'),
            spread(rows.column("service"), _labels, unknown),
            *_optional(rows, ""),
            *(b',"observed_timestamp":"', rfc3339(rows.column("observed_ns").fill_null(now_ns)), b'"'),
            spread(rows.column("resource"), partial(_resources, most // 8), b""),
            present(attributes, b',"attributes":', objects(attributes, most // 4), b""),
            *(b',"', RECORD_ID.encode(), b'":"', ids, b'"}\n'),
        ]
        yield _block(rows, line, ids)


def loki(batch: pa.RecordBatch, *, most: int, now_ns: int) -> Iterator[Block]:
    """The values of Loki's push API, each with a comma behind it, in streams of service and severity.

    What has many values is structured metadata; attributes and resource are JSON texts there.
    """
    for unsorted in _pieces(batch):
        order, streams, heads = _streams(unsorted)
        rows = unsorted.take(pa.array(order))
        ids, times = record_ids(rows), _times(rows, now_ns)
        body, marks = bounded(rows.column("body"), most * 5 // 8, mark=b',"cut":"%d"')
        attributes = rows.column("attributes")
        line = [
            *(b'["', decimal(times), b'",', body, b',{"', RECORD_ID.replace(".", "_").encode(), b'":"', ids),
            *(b'","severity_number":"', decimal(rows.column("severity")), b'"', marks),
            *_optional(rows, '"'),
            spread(rows.column("resource"), partial(_resource_texts, most // 8), b""),
            present(attributes, b',"attributes":', bounded(attributes, most // 4)[0], b""),
            b"}],",
        ]
        yield _block(rows, line, ids, heads, streams)


def record_ids(batch: pa.RecordBatch) -> pa.Array:
    """The ids of records: the same whenever they are made again, and plain text.

    Topic, partition, offset and place are a record's identity. Places in a file say nothing of which file it
    is, so that the record's time is part of the id there.
    """
    origin = Origin.of(batch)
    parts = [
        constant(f"{_plain(origin.topic)}-{origin.partition}-".encode()),
        decimal(batch.column("offset")),
        constant(b"-"),
        decimal(batch.column("place")),
    ]
    if origin.partition < 0:
        parts += [constant(b"-"), decimal(batch.column("timestamp_ns").fill_null(0))]
    return join(parts)


def _pieces(batch: pa.RecordBatch) -> Iterator[pa.RecordBatch]:
    """Batches that are rendered in less than Arrow's 2 GB, with dictionaries of their own texts alone."""
    rows = max(1, len(batch) * _MOST_BYTES // max(_MOST_BYTES, batch.nbytes))
    for begin in range(0, len(batch), rows):
        yield compact(batch.slice(begin, rows))


def _block(
    batch: pa.RecordBatch,
    line: Sequence[pa.Array | bytes],
    ids: pa.Array,
    heads: Sequence[bytes] = (),
    streams: np.ndarray | None = None,
) -> Block:
    lines = join([constant(part) if isinstance(part, bytes) else part for part in line])
    _, ends, data = lines.buffers()
    at = np.frombuffer(ends, np.int32, len(lines) + 1, lines.offset * 4).astype(np.int64)
    return Block(batch, memoryview(data or b""), at, ids, heads, streams)


def _streams(batch: pa.RecordBatch) -> tuple[np.ndarray, np.ndarray, list[bytes]]:
    """Rows sorted by stream, in their order within it; the stream of each; what each stream begins with."""
    service = batch.column("service")
    names = [*service.dictionary.to_pylist(), UNKNOWN_SERVICE]
    codes = service.indices.fill_null(len(names) - 1).to_numpy() * len(Severity) + _severities(batch)
    order = np.argsort(codes, kind="stable")
    heads = [
        b'{"stream":{"service":%b,"severity":"%b"},"values":[' % (token, severity.name.encode())
        for token in _labels(names)
        for severity in Severity
    ]
    return order, codes[order], heads


def _severities(batch: pa.RecordBatch) -> np.ndarray:
    """Which of Severity's ranges each record is in, by place."""
    numbers = batch.column("severity").fill_null(0).to_numpy()
    found: np.ndarray = np.searchsorted(np.array(_SEVERITIES), numbers, side="right")
    return found


def _names(severities: np.ndarray) -> pa.Array:
    return pa.array([severity.name.encode() for severity in Severity], pa.binary()).take(pa.array(severities))


def _times(batch: pa.RecordBatch, now_ns: int) -> pa.Array:
    return pc.coalesce(
        batch.column("timestamp_ns"), batch.column("observed_ns"), pa.scalar(now_ns, pa.int64())
    )


def _optional(batch: pa.RecordBatch, quote: str) -> list[pa.Array]:
    """The members that not every record has; each begins with its comma."""
    found = [spread(batch.column(name), partial(_members, name), b"") for name in _TEXTS]
    span = batch.column("span_id")
    found.append(present(span, b',"span_id":"', span.cast(pa.binary()), b'"'))
    flags = batch.column("flags")
    found.append(present(flags, f',"trace_flags":{quote}'.encode(), decimal(flags), quote.encode()))
    took = batch.column("duration_ns")
    found.append(present(took, f',"duration_ns":{quote}'.encode(), decimal(took), quote.encode()))
    return found


def _members(name: str, texts: Sequence[str]) -> list[bytes]:
    before = b',"' + name.encode() + b'":'
    return [before + token for token in tokens([text[:_TEXT_CHARACTERS] for text in texts])]


def _resources(most: int, texts: Sequence[str]) -> list[bytes]:
    return [b',"resource":' + one_object(text, most) for text in texts]


def _resource_texts(most: int, texts: Sequence[str]) -> list[bytes]:
    return [b',"resource":' + cut(text, most)[0] for text in texts]


def _labels(texts: Sequence[str]) -> list[bytes]:
    return tokens([text[:_LABEL_CHARACTERS] for text in texts])


def _plain(topic: str) -> str:
    """A name that needs no escape in JSON; those of Kafka's topics never do."""
    return "".join(letter if letter.isalnum() or letter in "._-" else "_" for letter in topic)
