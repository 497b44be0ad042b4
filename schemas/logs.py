"""Log records: the batches that flow, by the log data model of OpenTelemetry (v1)."""

from enum import IntEnum, StrEnum
from typing import Final

import pyarrow as pa

_TEXT: Final = pa.dictionary(pa.int32(), pa.string())

#: Log records of one source. Ids are lower-case hex digits: 32 of a trace, 16 of a span. What is unknown is
#: null. (topic, partition, offset, place), with the batch's Origin, is a record's identity.
LOGS: Final = pa.schema(
    [
        pa.field("offset", pa.int64()),  # of the document in its partition; of a file its line
        pa.field("place", pa.int32()),  # of the record in its document, from 0
        pa.field("timestamp_ns", pa.int64()),  # when it happened, epoch nanoseconds
        pa.field("observed_ns", pa.int64()),  # when it was first seen, epoch nanoseconds
        pa.field("severity", pa.uint8()),  # Severity's numbers 1 to 24; 0: unspecified
        pa.field("severity_text", _TEXT),  # as the source names it
        pa.field("body", pa.string()),  # the text; of a body that is no text its JSON
        pa.field("structured", pa.bool_()),  # the body was no text
        pa.field("attributes", pa.string()),  # JSON object
        pa.field("resource", _TEXT),  # JSON object
        pa.field("scope", _TEXT),  # name of the instrumentation scope, or of the logger
        pa.field("service", _TEXT),  # resource attribute service.name
        pa.field("pod", _TEXT),  # resource attribute k8s.pod.name
        pa.field("trace_id", _TEXT),
        pa.field("span_id", pa.string()),
        pa.field("flags", pa.uint32()),  # W3C trace flags
        pa.field("event_name", _TEXT),
    ]
)


class Severity(IntEnum):
    """The first number of each range of the data model (SeverityNumber)."""

    UNSPECIFIED = 0
    TRACE = 1
    DEBUG = 5
    INFO = 9
    WARN = 13
    ERROR = 17
    FATAL = 21


class LogForm(StrEnum):
    """What a document of logs is written as. ``AUTO``: told by its first bytes, one by one."""

    AUTO = "auto"
    OTLP = "otlp"
    JSON = "json"
    TEXT = "text"


class LogRefusal(StrEnum):
    """Why a document of logs is refused."""

    NO_DOCUMENT = "no_log_document"
    INVALID_UTF8 = "invalid_utf8"
    OVERSIZED = "oversized"
    TOO_DEEP = "too_deep"


class LogsOutput(StrEnum):
    """The outputs of the logs job: one folder each, below the output folder."""

    LOGS = "logs"
    TEMPLATES = "templates"
    RED = "red"
    FINDINGS = "findings"
    DEAD = "dead"


#: The topic of logs that come from files.
LOGS_TOPIC: Final = "logs"
