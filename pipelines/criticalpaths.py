"""``traceo trace critical-path``: the critical paths of the traces in a file, without a pipeline."""

import sys
from pathlib import Path
from typing import Any

from connectors.errors import InputError
from connectors.spanfiles import read_documents
from schemas.spans import Span, spans_of
from traces.criticalpath import Section, Semantics, critical_path
from traces.decode import decode_documents


def critical_path_of_file(
    path: Path, semantics: Semantics = "jaeger", trace_id: str | None = None
) -> dict[str, list[Section]]:
    """The critical path of each trace in the file ``path`` (formats: see connectors.spanfiles), by trace id.

    With ``trace_id`` of that one alone; it may be written as it is in the file. Ids are taken as they are, so
    that the spans of a path can be found in the file. Raises :class:`InputError` for what cannot be read, or
    if there is no such trace.
    """
    try:
        documents = [document for _, document in read_documents(path)]
    except OSError as error:
        raise InputError(f"{path}: {error.strerror or error}") from error
    except ValueError as error:
        raise InputError(f"{path}: damaged or cut off: {error}") from error
    decoded = decode_documents(documents, any_id=True)
    traces: dict[str, list[Span]] = {}
    for span in spans_of(decoded.batch):
        traces.setdefault(span.trace_id, []).append(span)
    if trace_id is not None:
        traces = {i: spans for i, spans in traces.items() if i == trace_id or i == trace_id.lower()}
    if not traces:
        what = f"no trace {trace_id}" if trace_id is not None else "no spans that can be read"
        raise InputError(f"{path}: {what} in this file")
    if decoded.refused:
        print(f"traceo: {path}: {len(decoded.refused)} documents hold no spans", file=sys.stderr)
    return {i: critical_path(spans, semantics) for i, spans in traces.items()}


def as_rows(paths: dict[str, list[Section]], semantics: Semantics) -> list[dict[str, Any]]:
    """One object a trace, for JSON; its sections, the last first, with start and end in epoch nanoseconds."""
    return [
        {
            "trace_id": trace_id,
            "semantics": semantics,
            "unit": "ns",
            "sections": [{"span_id": s.span_id, "start": s.start_ns, "end": s.end_ns} for s in sections],
        }
        for trace_id, sections in paths.items()
    ]
