"""Spans of the job → an OTLP/HTTP receiver, or lines of OTLP's JSON; in bounded time, and without harm."""

import base64
import contextlib
import json
import logging
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from google.protobuf.json_format import MessageToDict
from opentelemetry.exporter.otlp.proto.common.trace_encoder import encode_spans
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SpanExportResult

PATIENCE_SECONDS: Final = 2.0
_BATCH: Final = 512  # spans of a request, or of a line
_DEFAULT_PATH: Final = "/v1/traces"
_EXPORTER_LOG: Final = "opentelemetry.exporter.otlp.proto.http.trace_exporter"
_IDS: Final = ("traceId", "spanId", "parentSpanId")


class _NotTakenError(Exception):
    """The receiver did not take the spans; the message says why."""


def export(spans: Sequence[ReadableSpan], target: str) -> str | None:
    """Give ``spans`` to ``target``, a URL or a file; what went wrong, in words."""
    problems = [f"nothing taken within {PATIENCE_SECONDS:g} s"]
    worker = threading.Thread(target=_export, args=(spans, target, problems), daemon=True)
    worker.start()
    worker.join(PATIENCE_SECONDS)
    return f"the trace of this job did not get to {_shown(target)}: {problems[-1]}" if problems else None


def _export(spans: Sequence[ReadableSpan], target: str, problems: list[str]) -> None:
    batches = [spans[at : at + _BATCH] for at in range(0, len(spans), _BATCH)]
    try:
        if is_url(target):
            _send(batches, target)
        else:
            _append(batches, Path(target))
    except OSError as error:
        problems.append(error.strerror or type(error).__name__)
    except _NotTakenError as error:
        problems.append(str(error))
    except Exception as error:  # whatever it is, it is not the job's
        problems.append(type(error).__name__)
    else:
        problems.clear()


def _append(batches: Sequence[Sequence[ReadableSpan]], path: Path) -> None:
    lines = b"".join(_line(batch) for batch in batches)
    with path.open("ab", buffering=0) as stream:
        stream.write(lines)


def _line(spans: Sequence[ReadableSpan]) -> bytes:
    """A document of OTLP's JSON, where ids are in hexadecimal digits and enumerations are numbers."""
    document = MessageToDict(encode_spans(spans), use_integers_for_enums=True)
    for resource_spans in document["resourceSpans"]:
        for scope_spans in resource_spans["scopeSpans"]:
            for span in scope_spans["spans"]:
                span |= {name: base64.b64decode(span[name]).hex() for name in _IDS if name in span}
    return json.dumps(document, separators=(",", ":")).encode() + b"\n"


def _send(batches: Sequence[Sequence[ReadableSpan]], url: str) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    if urlsplit(url).path in ("", "/"):
        url = url.rstrip("/") + _DEFAULT_PATH
    exporter = OTLPSpanExporter(endpoint=url, timeout=PATIENCE_SECONDS)
    with _exporter_log() as records:
        for batch in batches:
            if time.monotonic() > deadline or exporter.export(batch) is not SpanExportResult.SUCCESS:
                raise _NotTakenError(_reason(records))
    exporter.shutdown()  # type: ignore[no-untyped-call]


def _reason(records: Sequence[logging.LogRecord]) -> str:
    """A status or a kind of error; texts of errors may hold all of a URL."""
    for record in reversed(records):
        for found in record.args if isinstance(record.args, tuple) else ():
            if isinstance(found, int):
                return f"HTTP status {found}"
            if isinstance(found, Exception):
                return type(found).__name__
    return f"nothing taken within {PATIENCE_SECONDS:g} s"


@contextlib.contextmanager
def _exporter_log() -> Iterator[list[logging.LogRecord]]:
    """What the exporter logs, instead of its log: it is said in one line."""
    logger, handler = logging.getLogger(_EXPORTER_LOG), _Keeping()
    before = (logger.propagate, logger.level)
    logger.propagate, logger.level = False, logging.WARNING
    logger.addHandler(handler)
    try:
        yield handler.records
    finally:
        logger.removeHandler(handler)
        logger.propagate, logger.level = before


class _Keeping(logging.Handler):
    def __init__(self) -> None:
        super().__init__()
        self.records: list[logging.LogRecord] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep it."""
        self.records.append(record)


def is_url(target: str) -> bool:
    """Whether spans are sent there, and not written."""
    return target.startswith(("http://", "https://"))


def _shown(target: str) -> str:
    """``target`` without what may be secret in a URL."""
    if not is_url(target):
        return target
    parts: Any = urlsplit(target)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"
