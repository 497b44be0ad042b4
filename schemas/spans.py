"""Spans: the batches that flow, and the single span that work on one trace is done with."""

from collections.abc import Iterator
from enum import IntEnum
from typing import Final

import msgspec
import pyarrow as pa

_TEXT: Final = pa.dictionary(pa.int32(), pa.string())

#: Spans of any number of traces. Ids are lower-case hex digits: 32 of a trace, 16 of a span.
SPANS: Final = pa.schema(
    [
        pa.field("trace_id", _TEXT),
        pa.field("span_id", pa.string()),
        pa.field("parent_id", pa.string()),  # null: the span is the root of its trace
        pa.field("name", _TEXT),
        pa.field("kind", pa.uint8()),  # Kind
        pa.field("start_ns", pa.int64()),  # epoch nanoseconds
        pa.field("end_ns", pa.int64()),
        pa.field("error", pa.bool_()),
        pa.field("service", _TEXT),  # resource attribute service.name
        pa.field("pod", _TEXT),  # resource attribute k8s.pod.name; null: unknown
        pa.field("follows", pa.bool_()),  # its parent does not wait for it (FOLLOWS_FROM of OpenTracing)
        pa.field("attributes", pa.string()),  # JSON object of the span's own attributes; null: none
    ]
)


class Kind(IntEnum):
    """The role of a span in a call, numbered as OTLP does."""

    UNSPECIFIED = 0
    INTERNAL = 1
    SERVER = 2
    CLIENT = 3
    PRODUCER = 4
    CONSUMER = 5


class Span(msgspec.Struct, frozen=True, gc=False):
    """One span of a trace; times are epoch nanoseconds."""

    trace_id: str
    span_id: str
    parent_id: str | None
    service: str
    name: str
    kind: int
    start_ns: int
    end_ns: int
    error: bool = False
    pod: str | None = None
    follows: bool = False

    @property
    def duration_ns(self) -> int:
        """Nanoseconds from start to end."""
        return self.end_ns - self.start_ns


def spans_of(batch: pa.RecordBatch) -> Iterator[Span]:
    """The rows of a SPANS batch, one by one."""
    columns = [batch.column(name).to_pylist() for name in Span.__struct_fields__]
    return map(Span, *columns)
