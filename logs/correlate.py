"""Log records, spans and samples of a stretch of time → each record with its span and the samples of its pod.

A record is tied to a span by its ids, and to samples by its pod (its service where no pod is known) and
minute. A sample of the time t tells of the interval before it, so it belongs to the minute that t ends or
lies in (as in :mod:`columns.exemplars`).
"""

from collections.abc import Iterable, Iterator
from typing import Final

import msgspec
import numpy as np
import pyarrow as pa

from columns.senders import metric_name, sender_of
from logs.columns import NAMELESS, NO_TIME, identities, times_of
from schemas.batches import numbers
from schemas.logcontext import LogContext
from schemas.templates import TEMPLATE
from schemas.times import iso

MINUTE_NS: Final = 60 * 10**9
_MOST_WINDOWS: Final = 60  # that one span is in; of a longer one its last
_MOST_SAMPLES: Final = 100  # of a record


class SpanFacts(msgspec.Struct, frozen=True, array_like=True):
    """What is looked at of a span."""

    trace_id: str
    span_id: str
    service: str | None
    name: str | None
    error: bool
    duration_ns: int


class SampleFacts(msgspec.Struct, frozen=True, array_like=True):
    """What is looked at of a sample. ``home``: its pod, or else its service."""

    home: str
    minute_ns: int
    metric: str
    time_us: int
    value: float


def contexts_of(batch: pa.RecordBatch, min_severity: int) -> Iterator[LogContext]:
    """The records of that severity or above, not tied to anything yet; TEMPLATE may be among the columns."""
    times = times_of(batch)
    rows = np.flatnonzero((numbers(batch, "severity") >= min_severity) & (times != NO_TIME))
    if len(rows) == 0:
        return
    names = [TEMPLATE.name] if TEMPLATE.name in batch.schema.names else []
    chosen = batch.select(["service", "pod", "trace_id", "span_id", "severity", *names]).take(pa.array(rows))
    for at, record, facts in zip(
        times[rows].tolist(), identities(batch, rows), chosen.to_pylist(), strict=True
    ):
        yield LogContext(
            record=record,
            time_ns=at,
            service=facts["service"] or NAMELESS,
            pod=facts["pod"] or NAMELESS,
            template=facts.get(TEMPLATE.name) or NAMELESS,
            severity=facts["severity"],
            trace_id=facts["trace_id"] or NAMELESS,
            span_id=facts["span_id"] or NAMELESS,
            minute=iso((at - at % MINUTE_NS) // 1000),
        )


def spans_by_window(batch: pa.RecordBatch, window_ns: int) -> Iterator[tuple[int, SpanFacts]]:
    """Each span of a SPANS batch once for each window that it ran in."""
    columns = ("trace_id", "span_id", "service", "name", "error", "start_ns", "end_ns")
    for row in batch.select(list(columns)).to_pylist():
        start, end = row.pop("start_ns"), row.pop("end_ns")
        facts = SpanFacts(**row, duration_ns=end - start)
        last = end - end % window_ns
        first = max(start - start % window_ns, last - (_MOST_WINDOWS - 1) * window_ns)
        for window in range(first, last + 1, window_ns):
            yield window, facts


def samples_of(batch: pa.RecordBatch, entity_tag: str = "pod") -> Iterator[SampleFacts]:
    """The samples of an EVENTS batch whose pod or service is known."""
    times = batch.column("timestamp").cast(pa.int64()).to_pylist()
    columns = (batch.column(name).to_pylist() for name in ("metric_id", "tags", "value"))
    for at_us, metric_id, tags, value in zip(times, *columns, strict=True):
        sender = sender_of(tags, entity_tag)
        if sender.home:
            minute = (at_us - 1) * 1000 // MINUTE_NS * MINUTE_NS
            yield SampleFacts(sender.home, minute, metric_name(metric_id, sender), at_us, value)


def with_spans(contexts: Iterable[LogContext], spans: Iterable[SpanFacts]) -> Iterator[LogContext]:
    """Each record with what is known of its span."""
    known: dict[tuple[str, str], SpanFacts] = {}
    traces = set()
    for span in spans:
        traces.add(span.trace_id)
        known[span.trace_id, span.span_id] = span
    for context in contexts:
        found = known.get((context.trace_id, context.span_id))
        if found is not None:
            yield msgspec.structs.replace(
                context,
                trace_found=True,
                span_found=True,
                span_service=found.service,
                operation=found.name,
                span_error=found.error,
                span_ns=found.duration_ns,
            )
        elif context.trace_id in traces:
            yield msgspec.structs.replace(context, trace_found=True)
        else:
            yield context


def with_samples(contexts: Iterable[LogContext], samples: Iterable[SampleFacts]) -> Iterator[LogContext]:
    """Each record with the samples of its pod and minute; of a metric the last."""
    known: dict[tuple[str, int], dict[str, tuple[int, float]]] = {}
    for sample in samples:
        of_home = known.setdefault((sample.home, sample.minute_ns), {})
        before = of_home.get(sample.metric)
        if before is None and len(of_home) >= _MOST_SAMPLES:
            continue
        if before is None or (sample.time_us, sample.value) > before:
            of_home[sample.metric] = (sample.time_us, sample.value)
    for context in contexts:
        found = known.get((context.pod or context.service, context.time_ns - context.time_ns % MINUTE_NS))
        if found is None:
            yield context
        else:
            values = {metric: value for metric, (_, value) in sorted(found.items())}
            yield msgspec.structs.replace(context, samples=values)
