"""The Avro schemas of the messages of all output topics, made from what the steps give out."""

import json
from typing import Final

import msgspec
import pyarrow as pa

from columns.gaps import Gap, SilentSeries
from schemas.actions import Incident, Invalidation
from schemas.avro import record_name, schema_of_columns, schema_of_structs
from schemas.batches import EVENT_CHANGES, EVENTS, TABLE_CHANGES, Origin
from schemas.letters import AuditRecord, DeadLetter
from schemas.losses import Loss, SchemaChange, Truncated
from schemas.names import Output
from schemas.reconciliation import Reconciliation
from schemas.spans import SPANS
from schemas.topics import RECONCILIATION, TOPICS
from schemas.verdicts import Verdict
from transforms.rows import clean_rows, with_partition

_STRUCTS: Final[dict[Output, tuple[type[msgspec.Struct], ...]]] = {
    Output.DEAD: (DeadLetter,),
    Output.AUDIT: (AuditRecord,),
    Output.GAPS: (Gap, SilentSeries),
    Output.VERDICTS: (Verdict,),
    Output.INVALIDATIONS: (Invalidation,),
    Output.INCIDENTS: (Incident,),
    Output.LOSSES: (Loss,),
    Output.NOTICES: (Truncated, SchemaChange),
}
#: What every row has, whatever is wrong with it.
_PLACE: Final = frozenset({"topic", "partition", "offset"})


def topic_schemas() -> dict[str, str]:
    """For each output topic the schema of its messages, as JSON text that is always the same."""
    kept_value = pa.field("kept_value", pa.float64())
    rows = {
        Output.CLEAN: clean_rows(_none(EVENTS)).schema,
        Output.DUPLICATES: clean_rows(_none(EVENTS)).schema,
        Output.CONFLICTS: clean_rows(_none(EVENTS.append(kept_value))).schema,
        Output.CHANGES: with_partition(_none(EVENT_CHANGES)).schema,
        Output.TABLES: with_partition(_none(TABLE_CHANGES)).schema,
        Output.LATE_SPANS: SPANS,
    }
    schemas = {
        TOPICS[output].name: schema_of_columns(record_name(TOPICS[output].name), columns, _PLACE)
        for output, columns in rows.items()
    }
    for output, kinds in _STRUCTS.items():
        name = TOPICS[output].name
        schemas[name] = schema_of_structs(record_name(name), *kinds)
    schemas[RECONCILIATION.name] = schema_of_structs(record_name(RECONCILIATION.name), Reconciliation)
    return {topic: json.dumps(schema, separators=(",", ":")) for topic, schema in schemas.items()}


def _none(schema: pa.Schema) -> pa.RecordBatch:
    """No rows of ``schema``."""
    stamped = Origin("", 0, "").stamp(schema)
    return pa.RecordBatch.from_arrays([pa.array([], f.type) for f in schema], schema=stamped)
