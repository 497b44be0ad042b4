"""LOGS batch → the same, with what bodies tell in columns: ids, and how long something took.

One look of RE2 over all bodies finds the rows that tell anything but of their trace; most do not, and that is
all that they cost.
"""

from typing import Final

import pyarrow as pa

from logs.columns import places_with, searcher
from logs.ids import OTHER_IDS, with_other_ids, with_trace_ids
from logs.latency import DURATIONS, with_durations

_SUSPECT: Final = searcher(f"{OTHER_IDS}|{DURATIONS}")


def with_told(batch: pa.RecordBatch) -> pa.RecordBatch:
    """Fill in trace id, span id, flags and duration; other ids (of requests, transactions) become attributes.

    Durations are of the attributes that a record came with, too.
    """
    suspects = pa.array(places_with(batch.column("body"), _SUSPECT))
    timed = with_durations(with_trace_ids(batch), suspects)
    return with_other_ids(timed, suspects)
