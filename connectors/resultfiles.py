"""Rows and batches → files: Parquet and Avro for what is analysed, JSON lines for what is read."""

from pathlib import Path
from typing import Any, BinaryIO, Final, Protocol

import fastavro
import msgspec
import pyarrow as pa
import pyarrow.parquet as pq

from schemas.batches import concatenated

_ROW_GROUP: Final = 128 * 1024
_SMALL_BATCHES: Final = 64


class ResultWriter(Protocol):
    """Writes one file."""

    def write(self, item: Any) -> None:
        """Append a batch (Parquet, Avro) or a struct (JSON lines)."""

    def close(self) -> None:
        """Finish the file; before that it is not whole."""


class ParquetWriter:
    """Batches of one schema. Rows are gathered, so that a row group holds as many as is good for readers.

    Many small batches are joined while they wait: each takes kilobytes beside its rows.
    """

    suffix = ".parquet"

    def __init__(self, path: Path) -> None:
        self._path = path
        self._small: list[pa.RecordBatch] = []
        self._gathered: list[pa.RecordBatch] = []
        self._rows = 0
        self._writer: pq.ParquetWriter | None = None

    def write(self, batch: pa.RecordBatch) -> None:
        """Append ``batch``."""
        self._small.append(batch)
        self._rows += len(batch)
        if len(self._small) >= _SMALL_BATCHES:
            self._gathered.append(concatenated(self._small))
            self._small = []
        if self._rows >= _ROW_GROUP:
            self._flush()

    def _flush(self) -> None:
        table = pa.Table.from_batches([*self._gathered, *self._small]).unify_dictionaries()
        if self._writer is None:
            texts = [f.name for f in table.schema if pa.types.is_dictionary(f.type)]
            deltas = {f.name: "DELTA_BINARY_PACKED" for f in table.schema if f.type == pa.int64()}
            self._writer = pq.ParquetWriter(
                self._path,
                table.schema,
                compression="zstd",
                compression_level=1,
                use_dictionary=texts,
                column_encoding=deltas,
                write_statistics=True,
            )
        self._writer.write_table(table, row_group_size=_ROW_GROUP)
        self._gathered, self._small, self._rows = [], [], 0

    def close(self) -> None:
        """Write what is gathered, and the footer."""
        if self._rows:
            self._flush()
        if self._writer is not None:
            self._writer.close()


class AvroWriter:
    """Batches as an Avro object container file, deflated."""

    suffix = ".avro"

    def __init__(self, path: Path) -> None:
        self._stream: BinaryIO = path.open("wb")
        self._writer: Any = None

    def write(self, batch: pa.RecordBatch) -> None:
        """Append ``batch``."""
        if self._writer is None:
            schema = fastavro.parse_schema(_avro_schema(batch.schema))
            self._writer = fastavro.write.Writer(self._stream, schema, codec="deflate")
        for row in batch.to_pylist():
            self._writer.write(row)

    def close(self) -> None:
        """Write the last block."""
        if self._writer is not None:
            self._writer.flush()
        self._stream.close()


def _avro_schema(schema: pa.Schema) -> dict[str, Any]:
    return {
        "type": "record",
        "name": "Row",
        "fields": [{"name": f.name, "type": ["null", _avro_type(f.type)]} for f in schema],
    }


def _avro_type(kind: pa.DataType) -> Any:
    if pa.types.is_timestamp(kind):
        return {"type": "long", "logicalType": "timestamp-micros"}
    if pa.types.is_dictionary(kind) or pa.types.is_string(kind):
        return "string"
    if pa.types.is_floating(kind):
        return "double"
    if pa.types.is_boolean(kind):
        return "boolean"
    return "bytes" if pa.types.is_binary(kind) else "long"


class JsonLinesWriter:
    """Structs, one JSON line each; the rows of batches likewise."""

    suffix = ".jsonl"

    def __init__(self, path: Path) -> None:
        self._stream = path.open("wb")

    def write(self, item: msgspec.Struct | pa.RecordBatch) -> None:
        """Append one line, or one a row."""
        rows = item.to_pylist() if isinstance(item, pa.RecordBatch) else [item]
        self._stream.write(b"".join(msgspec.json.encode(row) + b"\n" for row in rows))

    def close(self) -> None:
        """Flush and close."""
        self._stream.close()


WRITERS: Final[dict[str, type[ParquetWriter] | type[AvroWriter] | type[JsonLinesWriter]]] = {
    "parquet": ParquetWriter,
    "avro": AvroWriter,
    "jsonl": JsonLinesWriter,
}
