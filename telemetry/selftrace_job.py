"""One job that watches itself: its spans, and with them its metrics."""

import contextlib
import heapq
import itertools
import os
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from threading import Lock
from typing import Any, Final

from opentelemetry import baggage, trace
from opentelemetry import context as contexts
from opentelemetry.context import Context
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.sdk.trace.sampling import DEFAULT_ON
from opentelemetry.trace import NoOpTracer, Span, Status, StatusCode, Tracer

from telemetry.metrics import Exemplar, Metrics
from telemetry.selftrace import Bundle, Share, Told
from telemetry.selftrace_export import export
from telemetry.tracing.baggage import BAGGAGE
from telemetry.tracing.propagate import Format, extract
from telemetry.tracing.w3c import TRACEPARENT, TRACESTATE

SERVICE: Final = "traceo-dataflow"
MOST_BUNDLES: Final = 2000  # that get spans: the longest ones
_SCOPE: Final = "telemetry.selftrace"


class Watch:
    """What a job tells of itself while it runs."""

    def __init__(self, tracer: Tracer, metrics: Metrics) -> None:
        self.tracer = tracer
        self._metrics = metrics
        self._lock = Lock()
        self._numbers = itertools.count()
        self._longest: list[tuple[float, int, Bundle]] = []  # a heap, the shortest first
        self._left_out = 0
        self._counted_in: dict[tuple[str, str], Exemplar] = {}  # a span, by step and result
        self.records: int | None = None

    @contextlib.contextmanager
    def part(self, name: str) -> Iterator[None]:
        """A part of the job; the bundles that are noted in it are told when it ends."""
        began = time.monotonic()
        with _span(self.tracer, name) as span:
            try:
                yield
            finally:
                self._metrics.note_part(name, time.monotonic() - began)
                self._tell_bundles(span)

    def note_bundle(self, bundle: Bundle) -> None:
        """A bundle is over, in any thread."""
        with self._lock:
            entry = (bundle.seconds, next(self._numbers), bundle)
            if len(self._longest) < MOST_BUNDLES:
                heapq.heappush(self._longest, entry)
                return
            _, _, shortest = heapq.heappushpop(self._longest, entry)
            self._left_out += 1
            for share in shortest.shares:
                self._metrics.note_bundle(share.transform, share.seconds, None)

    def note_summary(self, summary: Mapping[str, Any]) -> None:
        """The job has ended well."""
        self.records = summary["all_records"] if "all_records" in summary else summary["spans"]
        totals: Counter[tuple[str, str]] = Counter()
        for line in summary["reconciliation"]["lines"]:
            for result, records in line["records_out"].items():
                totals[line["step"], result] += records
        for (step, result), records in totals.items():
            self._metrics.note_records(step, result, records, self._counted_in.get((step, result)))

    def _tell_bundles(self, part: Span) -> None:
        with self._lock:
            bundles = sorted((bundle for _, _, bundle in self._longest), key=lambda b: b.begin_ns)
            self._longest, left_out, self._left_out = [], self._left_out, 0
        if bundles:
            part.set_attributes({"bundles": len(bundles) + left_out, "bundles_without_span": left_out})
        for bundle in bundles:
            self._tell(bundle)

    def _tell(self, bundle: Bundle) -> None:
        if bundle.is_step:
            self._tell_share(bundle.shares[0], bundle.begin_ns, bundle.end_ns, None)
            return
        first = bundle.shares[0].transform.partition("/")[0] if bundle.shares else ""
        span = self.tracer.start_span(f"bundle {first}".rstrip(), start_time=bundle.begin_ns)
        span.set_attribute("worker", bundle.worker)
        if bundle.error is not None:
            _fail(span, bundle.error)
        within = trace.set_span_in_context(span)
        last = bundle.end_ns - 1
        at = min(bundle.begin_ns + 1, last)
        for share in bundle.shares:  # of spans that touch, critical paths pass over one
            end = min(at + round(share.seconds * 1e9), last)
            self._tell_share(share, at, end, within)
            at = min(end + 1, last)
        span.end(bundle.end_ns)

    def _tell_share(self, share: Share, begin_ns: int, end_ns: int, within: Context | None) -> None:
        span = self.tracer.start_span(share.transform, within, start_time=begin_ns)
        span.set_attribute("elements", share.elements)
        for (_, result), records in share.records.items():
            span.set_attribute(f"records.{result}", records)
        exemplar = _exemplar(span)
        if exemplar is not None:
            self._counted_in |= dict.fromkeys(share.records, exemplar)
        self._metrics.note_bundle(share.transform, share.seconds, exemplar)
        span.end(end_ns)


@contextlib.contextmanager
def watch_job(job: str, settings: Told) -> Iterator[Watch]:
    """Watch ``job`` while the body runs, and tell at its end; a problem of that is said, and no more."""
    began = time.monotonic()
    kept, target, file = InMemorySpanExporter(), settings.otlp_endpoint, settings.metrics_file
    metrics = Metrics(job, settings.runner)
    watch = Watch(NoOpTracer() if target is None else _tracer(kept), metrics)
    succeeded = False
    try:
        with _span(watch.tracer, job, parent(os.environ)) as root:
            root.set_attributes({"job": job, "runner": settings.runner, "result": "failed"})
            yield watch
            root.set_attribute("result", "ok")
            if watch.records is not None:
                root.set_attribute("records", watch.records)
        succeeded = True
    finally:
        metrics.note_end(time.monotonic() - began, succeeded=succeeded)
        spans = kept.get_finished_spans()
        if target is not None and spans:
            _say(export(spans, target))
        if file is not None:
            _say(_write(metrics, file))


def parent(environ: Mapping[str, str]) -> Context:
    """The trace, and the baggage, that whoever started this process told it of."""
    names = (TRACEPARENT, TRACESTATE, BAGGAGE)
    told = extract({n: environ[n.upper()] for n in names if n.upper() in environ}, (Format.W3C,))
    context = contexts.get_current()
    for entry in told.baggage:
        context = baggage.set_baggage(entry.key, entry.value, context)
    if told.context is None:
        return context
    above = trace.SpanContext(
        trace_id=int(told.context.trace_id, 16),
        span_id=int(told.context.span_id, 16),
        is_remote=True,
        trace_flags=trace.TraceFlags(told.context.flags),
        trace_state=trace.TraceState(told.context.tracestate),
    )
    return trace.set_span_in_context(trace.NonRecordingSpan(above), context)


def _tracer(kept: InMemorySpanExporter) -> Tracer:
    provider = TracerProvider(
        sampler=DEFAULT_ON,  # and where there is a parent, what that decided
        resource=Resource.create({"service.name": SERVICE}),
        shutdown_on_exit=False,
    )
    provider.add_span_processor(SimpleSpanProcessor(kept))
    return provider.get_tracer(_SCOPE)


@contextlib.contextmanager
def _span(tracer: Tracer, name: str, context: Context | None = None) -> Iterator[Span]:
    with tracer.start_as_current_span(
        name, context, record_exception=False, set_status_on_exception=False
    ) as span:
        try:
            yield span
        except BaseException as error:
            _fail(span, type(error).__name__)
            raise


def _fail(span: Span, kind: str) -> None:
    span.set_attribute("error.type", kind)
    span.set_status(Status(StatusCode.ERROR))


def _exemplar(span: Span) -> Exemplar | None:
    if not span.is_recording():
        return None
    context = span.get_span_context()
    return {"trace_id": f"{context.trace_id:032x}", "span_id": f"{context.span_id:016x}"}


def _write(metrics: Metrics, file: str) -> str | None:
    try:
        metrics.write(Path(file))
    except OSError as error:
        return f"the metrics of this job were not written to {file}: {error.strerror}"
    return None


def _say(problem: str | None) -> None:
    if problem is not None:
        print(f"traceo: {problem}", file=sys.stderr)
