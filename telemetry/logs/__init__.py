"""Structured logging for any Python service: JSON lines by OpenTelemetry's log data model, redacted.

    logger.info(…, extra=…) → copy (caller's thread) → bounded queue → redact → JSON or text → stream

The caller waits for none of it, and nothing is written that the redactor has not seen.
"""

from telemetry.logs.context import context_fields, log_context
from telemetry.logs.counts import LogsCollector, Stats
from telemetry.logs.foreign import redact_records
from telemetry.logs.form import JsonFormatter, StructuredFormatter, TextFormatter
from telemetry.logs.handler import QueuedHandler
from telemetry.logs.levels import LevelError, set_level
from telemetry.logs.redaction import FAILED, HIDDEN, Redaction, is_secret_name
from telemetry.logs.setup import Form, configure, flush, shutdown, stats
from telemetry.logs.values import CUT, Limits

__all__ = [
    "CUT",
    "FAILED",
    "HIDDEN",
    "Form",
    "JsonFormatter",
    "LevelError",
    "Limits",
    "LogsCollector",
    "QueuedHandler",
    "Redaction",
    "Stats",
    "StructuredFormatter",
    "TextFormatter",
    "configure",
    "context_fields",
    "flush",
    "is_secret_name",
    "log_context",
    "redact_records",
    "set_level",
    "shutdown",
    "stats",
]
