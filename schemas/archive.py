"""What an archive of records holds: the columns of its Parquet files, and how a job's files are named."""

from typing import Final

import pyarrow as pa

#: Bytes are bytes there; ``timestamp_ms``: append to the topic, epoch milliseconds, -1 where it is not known.
ARCHIVE: Final = pa.schema(
    [
        pa.field("topic", pa.string(), nullable=False),
        pa.field("partition", pa.int32(), nullable=False),
        pa.field("offset", pa.int64(), nullable=False),
        pa.field("timestamp_ms", pa.int64(), nullable=False),
        pa.field("key", pa.binary()),
        pa.field("value", pa.binary()),
    ]
)
