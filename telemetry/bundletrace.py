"""A span for each bundle of a step in a worker, and its ids for the exemplars of what is measured there.

Spans leave from a thread of their own, in batches; when the receiver is away they are dropped, and counted by
the SDK's own log. Without an endpoint there are no spans, and so no exemplars that would lead nowhere.
"""

import functools
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Final, NamedTuple

from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult
from opentelemetry.trace import Tracer, format_span_id, format_trace_id

from telemetry.selftrace_export import export

_SERVICE: Final = "traceo-dataflow"


class SpanIds(NamedTuple):
    """Ids of a span in hexadecimal digits."""

    trace_id: str
    span_id: str


class _Exporter(SpanExporter):
    def __init__(self, target: str) -> None:
        self._target = target

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        """Give them to the target, in bounded time."""
        problem = export(spans, self._target)
        return SpanExportResult.SUCCESS if problem is None else SpanExportResult.FAILURE


@functools.cache
def _tracer(target: str) -> Tracer:
    provider = TracerProvider(resource=Resource.create({"service.name": _SERVICE}))
    provider.add_span_processor(BatchSpanProcessor(_Exporter(target)))
    return provider.get_tracer(_SERVICE)


@contextmanager
def bundle_span(target: str | None, step: str, **attributes: int | str) -> Iterator[SpanIds | None]:
    """A span around what a bundle of ``step`` does; ``target``: URL or file, as for ``otlp_endpoint``."""
    if target is None:
        yield None
        return
    with _tracer(target).start_as_current_span(f"bundle {step}", attributes=dict(attributes)) as span:
        context = span.get_span_context()
        yield SpanIds(format_trace_id(context.trace_id), format_span_id(context.span_id))
