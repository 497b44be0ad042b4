"""Change batch → the same batch without personal data and secrets, counts by kind.

Texts are dictionary-encoded, so that each distinct text is looked at once a batch; and since most batches
hold nothing, the distinct texts are first looked at as one joined text.
"""

from collections import Counter
from collections.abc import Callable
from typing import Final

import numpy as np
import pyarrow as pa

from security.detectors import redact_text, suspects
from security.redaction import redact_json

Redact = Callable[[str, Counter[str]], str]

#: How each text column of a change batch is read.
_COLUMNS: Final[dict[str, Redact]] = {
    "metric_id": redact_text,
    "timestamp": redact_text,
    "tags": redact_json,
    "odd": redact_json,
    "row": redact_json,
    "before": redact_json,
    "key": redact_json,
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
        if clean is not column:
            batch = batch.set_column(index, batch.schema.field(index), clean)
    return batch, found


def _redact_column(column: pa.Array, redact: Redact, found: Counter[str]) -> pa.Array:
    """``column`` itself when nothing was masked; counts are of rows, not of distinct texts."""
    if column.null_count == len(column):
        return column
    if not pa.types.is_dictionary(column.type):
        column_of_texts = column.dictionary_encode()
        clean = _redact_column(column_of_texts, redact, found)
        return column if clean is column_of_texts else clean.cast(column.type)
    texts = [_text(value) for value in column.dictionary.to_pylist()]
    if not suspects("\n".join(filter(None, texts))):
        return column
    rows = np.bincount(column.indices.drop_null().to_numpy(), minlength=len(texts)).tolist()
    total = found.total()
    clean_texts = []
    for text, count in zip(texts, rows, strict=True):
        found_here: Counter[str] = Counter()
        clean_texts.append(text and redact(text, found_here))
        found.update({kind: n * count for kind, n in found_here.items()})
    if found.total() == total:
        return column
    return pa.array(clean_texts, pa.string()).take(column.indices).dictionary_encode()


def _text(value: str | bytes | None) -> str | None:
    """Keys are bytes; what is no UTF-8 in them is replaced, since it cannot be looked at."""
    return value.decode(errors="replace") if isinstance(value, bytes) else value
