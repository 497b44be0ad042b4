"""Records of a transaction topic → which of them are changes, and what the ends of transactions say.

Debezium writes a record when a transaction begins and one when it ends; the latter says how many changes of
each table it had (provide.transaction.metadata=true). A table may be named ``transaction`` too, so that each
value is looked at.
"""

from collections.abc import Sequence
from typing import Final

import msgspec
import pyarrow as pa

from schemas.batches import TRANSACTION_ENDS, Origin
from schemas.envelope import NO_JSON, Int64, Marker
from schemas.records import RawRecords

SUFFIX: Final = ".transaction"
_END: Final = "END"


class _MarkerMessage(msgspec.Struct, gc=False):
    """A marker with its schema part beside it, which is skipped."""

    payload: Marker


_MARKERS: Final = msgspec.json.Decoder(Marker)
_MESSAGES: Final = msgspec.json.Decoder(_MarkerMessage)
_ANY: Final = msgspec.json.Decoder()
_NUMBERS: Final = msgspec.json.Decoder(tuple[Int64, Int64])


def split_markers(records: RawRecords, indices: Sequence[int]) -> tuple[Sequence[int], pa.RecordBatch | None]:
    """Those of ``indices`` that are no markers, and the ends of transactions among those that are.

    Ends that do not name the transaction by numbers, or their time, are left out: nothing can be held
    against them. So are those of files that name no partition, where a record may stand twice.
    """
    if not records.topic.endswith(SUFFIX):
        return indices, None
    rest: list[int] = []
    ends: list[tuple[int, int, int, Marker]] = []
    for index in indices:
        value = records.values[index] or b""
        marker = _marker(value)
        if marker is None:
            if not _is_untyped_marker(value):
                rest.append(index)
        elif marker.status == _END and (numbers := _numbers(marker.id)) is not None:
            ends.append((index, *numbers, marker))
    ends = [end for end in ends if end[-1].ts_ms is not None]
    return rest, _ends(records, ends) if ends and records.partition >= 0 else None


def _marker(value: bytes) -> Marker | None:
    for decoder in (_MARKERS, _MESSAGES):
        try:
            found = decoder.decode(value)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            continue
        marker: Marker = found.payload if isinstance(found, _MarkerMessage) else found
        return marker if marker.op == NO_JSON else None
    return None


def _is_untyped_marker(value: bytes) -> bool:
    """Whether ``value`` is no change, although its fields are not those of a marker of PostgreSQL."""
    try:
        document = _ANY.decode(value)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return False
    if isinstance(document, dict) and isinstance(document.get("payload"), dict):
        document = document["payload"]
    return isinstance(document, dict) and "op" not in document and {"status", "id"} <= document.keys()


def _numbers(identity: str) -> tuple[int, int] | None:
    """Transaction and LSN of an id ``778:26823696``."""
    try:
        return _NUMBERS.decode(f"[{identity.replace(':', ',', 1)}]")
    except msgspec.MsgspecError:
        return None


def _ends(records: RawRecords, ends: list[tuple[int, int, int, Marker]]) -> pa.RecordBatch:
    rows = [index for index, *_ in ends]
    lsn = [lsn for _, _, lsn, _ in ends]
    committed_ms = [marker.ts_ms or 0 for *_, marker in ends]
    appended = [records.timestamps[index] for index in rows]
    found = [marker.data_collections or [] for *_, marker in ends]
    columns = {
        "offset": [records.offsets[index] for index in rows],
        "op": [0] * len(rows),
        "commit_lsn": lsn,
        "lsn": lsn,
        "order": [0] * len(rows),
        "tx": [tx for _, tx, _, _ in ends],
        "committed_us": [ms * 1000 for ms in committed_ms],
        "appended_ms": [ms if at < 0 else at for ms, at in zip(committed_ms, appended, strict=True)],
        "key": [records.keys[index] for index in rows],
        "tables": [[each.data_collection for each in one] for one in found],
        "counts": [[each.event_count for each in one] for one in found],
    }
    origin = Origin(records.topic, records.partition, records.topic.removesuffix(SUFFIX))
    schema = origin.stamp(TRANSACTION_ENDS)
    arrays = [pa.array(columns[f.name], f.type) for f in schema]
    return pa.RecordBatch.from_arrays(arrays, schema=schema)
