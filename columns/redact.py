"""Change or span batch → the same batch without personal data and secrets, counts by kind.

Texts are dictionary-encoded, so that each distinct text is looked at once a batch; and since most batches
hold nothing, all texts of a column are first looked at as one.
"""

from collections import Counter
from collections.abc import Callable
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from columns.hashing import text_hashes
from security.detectors import document_scanner, redact_name, redact_text
from security.redaction import redact_json

Redact = Callable[[str, Counter[str]], str]

#: How each text column of a change batch, of a span batch, and of a batch of logs, is read.
_COLUMNS: Final[dict[str, Redact]] = {
    "metric_id": redact_name,
    "timestamp": redact_text,
    "tags": redact_json,
    "odd": redact_json,
    "row": redact_json,
    "before": redact_json,
    "key": redact_json,
    "name": redact_text,
    "service": redact_name,
    "pod": redact_name,
    "attributes": redact_json,
    "body": redact_json,
    "resource": redact_json,
    "scope": redact_text,
    "severity_text": redact_text,
    "event_name": redact_text,
}


def redact_batch(batch: pa.RecordBatch) -> tuple[pa.RecordBatch, Counter[str]]:
    """Mask every sensitive value in the text columns of ``batch``; the other columns hold numbers only."""
    found: Counter[str] = Counter()
    for index, name in enumerate(batch.schema.names):
        redact = _COLUMNS.get(name)
        if redact is None:
            continue
        column = batch.column(index)
        clean = _redact_column(column, redact, found)
        if clean is not column and name == "metric_id":
            raw_id = np.where(_changed(column, clean), text_hashes(column)[:, 0].view(np.int64), 0)
            place = batch.schema.get_field_index("raw_id")
            batch = batch.set_column(place, batch.schema.field(place), pa.array(raw_id))
        if clean is not column:
            batch = batch.set_column(index, batch.schema.field(index), clean)
    return batch, found


def _changed(column: pa.DictionaryArray, clean: pa.DictionaryArray) -> np.ndarray:
    same = pc.equal(column.cast(pa.string()), clean.cast(pa.string())).fill_null(True)
    changed: np.ndarray = ~same.to_numpy(zero_copy_only=False)
    return changed


def _redact_column(column: pa.Array, redact: Redact, found: Counter[str]) -> pa.Array:
    """``column`` itself when nothing was masked; counts are of rows, not of distinct texts."""
    if column.null_count == len(column) or not _suspicious(column):
        return column
    encoded = column if pa.types.is_dictionary(column.type) else column.dictionary_encode()
    texts = [_text(value) for value in encoded.dictionary.to_pylist()]
    rows = np.bincount(encoded.indices.drop_null().to_numpy(), minlength=len(texts)).tolist()
    total = found.total()
    clean_texts = []
    for text, count in zip(texts, rows, strict=True):
        found_here: Counter[str] = Counter()
        clean_texts.append(text and redact(text, found_here))
        found.update({kind: n * count for kind, n in found_here.items()})
    if found.total() == total:
        return column
    clean = pa.array(clean_texts, pa.string()).take(encoded.indices)
    return clean.dictionary_encode() if encoded is column else clean.cast(column.type)


def _suspicious(column: pa.Array) -> bool:
    """Whether any text may hold something, by one look at all of them as they lie in memory, end to end.

    That finds whatever a look at each would find; what seems to lie across two texts costs only time.
    """
    texts = column.dictionary if pa.types.is_dictionary(column.type) else column
    data = texts.buffers()[2]
    return data is not None and not document_scanner().is_clean(data.to_pybytes())


def _text(value: str | bytes | None) -> str | None:
    """Keys are bytes; what is no UTF-8 in them is replaced, since it cannot be looked at."""
    return value.decode(errors="replace") if isinstance(value, bytes) else value
