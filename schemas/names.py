"""Every name that others rely on: steps, outcomes, outputs and reason codes, each declared once.

Dashboards, reports, the reconciliation and the documentation take them from here.
"""

from enum import StrEnum
from typing import Final


class Step(StrEnum):
    """The steps of the ingest path, in order."""

    DECODE = "decode"
    REPLAYS = "replays"
    REDACT = "redact"
    CHANGES = "changes"
    CONTRACT = "contract"
    REFERENCES = "references"
    DUPLICATES = "duplicates"
    WRITE = "write"


class Result(StrEnum):
    """What can become of a record at a step. ``PASSED`` is what the next step receives."""

    PASSED = "passed"
    #: Not a class of records: how many the source gave.
    READ = "read"
    DEAD = "dead"
    TOMBSTONE = "tombstone"
    CONTROL = "control"
    REPLAY = "replay"
    CHANGE = "change"
    DUPLICATE = "duplicate"
    CONFLICT = "conflict"
    #: Not a class of records: how many values were masked.
    MASKED = "masked"
    #: Not a class of records: how many came later than their step waits for the first in commit order.
    LATE = "late"


#: Results that do not say what became of a record.
NOTES: Final = frozenset({Result.READ, Result.MASKED, Result.LATE})


class Op(StrEnum):
    """Debezium's operations on rows."""

    CREATE = "c"
    READ = "r"
    UPDATE = "u"
    DELETE = "d"
    TRUNCATE = "t"


class Undecodable(StrEnum):
    """Why a value is no change: it is sealed and becomes a dead letter."""

    OVERSIZED = "oversized"
    INVALID_UTF8 = "invalid_utf8"
    EMPTY_BYTES = "empty_bytes"
    TRUNCATED_JSON = "truncated_json"
    MALFORMED_JSON = "malformed_json"
    JSON_ARRAY = "json_array"
    JSON_STRING = "json_string"
    JSON_NUMBER = "json_number"
    JSON_BOOLEAN = "json_boolean"
    JSON_NULL = "json_null"
    ENVELOPE_WITHOUT_OP = "envelope_without_op"
    UNKNOWN_OP = "unknown_op"
    MALFORMED_ENVELOPE = "malformed_envelope"


#: Reason of an event whose series did not come to the catalogue within the wait.
UNKNOWN_SERIES: Final = "unknown_series"


class Output(StrEnum):
    """The outputs of the ingest job: one folder each, below the output folder."""

    CLEAN = "clean"
    CHANGES = "changes"
    TABLES = "tables"
    DUPLICATES = "duplicates"
    CONFLICTS = "conflicts"
    DEAD = "dead"
    AUDIT = "audit"
    GAPS = "gaps"


#: Files beside the output folders.
SUMMARY_FILE: Final = "summary.json"
REPORT_FILE: Final = "report.html"
#: Says that a folder is one of results, and who is writing there.
LOCK_FILE: Final = ".traceo"
