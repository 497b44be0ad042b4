"""What was found in records and what became of it: the batches that flow. Nothing of the values."""

from typing import Final

import pyarrow as pa

_TEXT: Final = pa.dictionary(pa.int32(), pa.string())

#: One row a value. The batch's Origin, with offset and place, is the record's identity.
FINDINGS: Final = pa.schema(
    [
        pa.field("offset", pa.int64()),  # of the record; null where it has none
        pa.field("place", pa.int32()),
        pa.field("timestamp_ns", pa.int64()),  # of the record, epoch nanoseconds; null: unknown
        pa.field("source", _TEXT),  # service of the record; null: unknown
        pa.field("field", _TEXT),  # names joined by dots, the column first
        pa.field("kind", _TEXT),
        pa.field("category", _TEXT),  # pii, pci, phi, secret
        pa.field("confidence", pa.float32()),  # 0 to 1
        pa.field("tier", _TEXT),  # pattern, model
        pa.field("action", _TEXT),  # what the policy did with it
    ]
)
