"""Change batch (inserts) → events that keep the contract | refused rows with one reason each.

Texts are judged once a distinct value, numbers by column operations, rows that fit no column as documents.
The verdict is the same as the one of the JSON Schema over :func:`document` of the row.
"""

from collections.abc import Callable
from functools import lru_cache
from typing import Any, Final

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from schemas.batches import EVENTS, Origin, numbers
from schemas.contract import Contract

_JSON = msgspec.json.Decoder()
_CACHED_TEXTS: Final = 65_536
_NO_TIME: Final = np.iinfo(np.int64).min  # numpy's NaT


def document(row: dict[str, Any], committed_us: int) -> dict[str, Any] | Any:
    """The document of a row as Debezium gives it, over which the contract is written.

    A timestamp or tags that cannot be parsed stay as they are, so that the schema's types refuse them.
    """
    if not isinstance(row, dict):
        return row
    shown = dict(row)
    timestamp = row.get("timestamp")
    if isinstance(timestamp, str):
        micros = parse_timestamp(timestamp)
        if micros is not None:
            shown["timestamp"] = micros
            shown["lead_us"] = micros - committed_us
    elif isinstance(timestamp, int) and not isinstance(timestamp, bool):
        shown["timestamp"] = str(timestamp)  # a bare number has no unit
    if isinstance(row.get("tags"), str):
        shown["tags"] = _parsed(row["tags"])
    return shown


@lru_cache(_CACHED_TEXTS)
def parse_timestamp(text: str) -> int | None:
    """Epoch microseconds of an ISO 8601 timestamp with a zone; ``None`` if it is none."""
    try:
        scalar = pc.cast(pa.scalar(text), pa.timestamp("us", tz="UTC"))
    except pa.ArrowInvalid:
        return None
    return int(scalar.value)


def _parsed(tags: str) -> Any:
    try:
        return _JSON.decode(tags)
    except (msgspec.DecodeError, RecursionError):
        return tags


class ContractCheck:
    """The contract compiled to column checks. One instance serves one thread."""

    def __init__(self, contract: Contract) -> None:
        self.contract = contract
        self._text_reason: dict[str, Callable[[str | None], str | None]] = {
            "metric_id": lru_cache(_CACHED_TEXTS)(self._metric_id_reason),
            "tags": lru_cache(_CACHED_TEXTS)(self._tags_reason),
        }

    def split(self, batch: pa.RecordBatch) -> tuple[pa.RecordBatch, pa.RecordBatch, list[str]]:
        """(events that keep the contract, change rows that do not, the reason of each of those)."""
        reasons = _Reasons(len(batch))
        times = self._timestamps(batch)
        for prop in self.contract.properties:  # in the schema's order; the first failure stays
            self._judge(prop, batch, times, reasons)
        self._judge_odd(batch, reasons)
        failed = reasons.codes > 0
        if not failed.any():
            return _events(batch, times), batch.slice(0, 0), []
        kept = batch.select(EVENTS.names).filter(pa.array(~failed))
        events = _events(kept, times[~failed])
        return events, batch.filter(pa.array(failed)), reasons.of(failed)

    def _judge(self, prop: str, batch: pa.RecordBatch, times: np.ndarray, reasons: "_Reasons") -> None:
        match prop:
            case "metric_id" | "tags":
                self._judge_texts(prop, batch.column(prop), reasons)
            case "timestamp":
                self._judge_times(batch, times, reasons)
            case "lead_us":
                known = times != _NO_TIME
                self._judge_range(prop, times - numbers(batch, "committed_us"), known, reasons)
            case "value":
                self._judge_values(batch.column(prop), reasons)

    def _judge_texts(self, prop: str, column: pa.DictionaryArray, reasons: "_Reasons") -> None:
        by_text = list(map(self._text_reason[prop], column.dictionary.to_pylist()))
        if any(by_text):
            codes = column.indices.fill_null(len(by_text)).to_numpy(zero_copy_only=False)
            by_row = np.array([*map(reasons.code, by_text), 0], dtype=np.int16)[codes]
            reasons.refuse_each(by_row)
        self._judge_nulls(prop, column, reasons)

    def _judge_nulls(self, prop: str, column: pa.Array, reasons: "_Reasons") -> None:
        if column.null_count:
            reasons.refuse(~_valid(column), self.contract.property_reason(prop, None))

    def _judge_times(self, batch: pa.RecordBatch, times: np.ndarray, reasons: "_Reasons") -> None:
        column = batch.column("timestamp")
        self._judge_nulls("timestamp", column, reasons)
        unreadable = times == _NO_TIME
        if unreadable.any():
            reason = self.contract.property_reason("timestamp", "no time")
            reasons.refuse(unreadable & _valid(column), reason)
        self._judge_range("timestamp", times, ~unreadable, reasons)

    def _judge_values(self, column: pa.Array, reasons: "_Reasons") -> None:
        self._judge_nulls("value", column, reasons)
        values = column.to_numpy(zero_copy_only=False)
        finite = np.isfinite(values)
        if not finite.all():
            for text, rows in (
                ("NaN", np.isnan(values) & _valid(column)),
                ("Infinity", values == np.inf),
                ("-Infinity", values == -np.inf),
            ):
                reasons.refuse(rows, self.contract.property_reason("value", text))
        self._judge_range("value", values, finite, reasons)

    def _judge_range(self, prop: str, values: np.ndarray, known: np.ndarray, reasons: "_Reasons") -> None:
        rules = self.contract.properties[prop]
        for keyword, fails in _OUTSIDE.items():
            if keyword in rules:
                code = rules.get("x-reasons", {}).get(keyword, "contract")
                reasons.refuse(fails(values, rules[keyword]) & known, code)

    def _judge_odd(self, batch: pa.RecordBatch, reasons: "_Reasons") -> None:
        """Rows that fit no column are judged as documents, whatever their (null) columns gave."""
        odd = batch.column("odd")
        if odd.null_count == len(odd):
            return
        committed = numbers(batch, "committed_us")
        for row in np.flatnonzero(_valid(odd)).tolist():
            shown = document(_JSON.decode(odd[row].as_py()), int(committed[row]))
            reasons.codes[row] = reasons.code(self.contract.reason(shown) or "row_type")

    def _timestamps(self, batch: pa.RecordBatch) -> np.ndarray:
        """Epoch microseconds by row; ``_NO_TIME`` where there is no timestamp or none can be read."""
        column = batch.column("timestamp")
        texts = column.dictionary
        try:
            times = texts.cast(pa.timestamp("us", tz="UTC"))
            micros: np.ndarray = times.to_numpy(zero_copy_only=False).view(np.int64)
        except pa.ArrowInvalid:
            parsed = [parse_timestamp(text) for text in texts.to_pylist()]
            micros = np.array([_NO_TIME if p is None else p for p in parsed], dtype=np.int64)
        if column.null_count == 0:
            by_row: np.ndarray = micros[column.indices.to_numpy()]
            return by_row
        codes = column.indices.fill_null(len(texts)).to_numpy(zero_copy_only=False)
        by_row = np.append(micros, _NO_TIME)[codes]
        return by_row

    def _metric_id_reason(self, text: str | None) -> str | None:
        return self.contract.property_reason("metric_id", text)

    def _tags_reason(self, text: str | None) -> str | None:
        return self.contract.property_reason("tags", None if text is None else _parsed(text))


_OUTSIDE: Final[dict[str, Callable[[np.ndarray, Any], np.ndarray]]] = {
    "minimum": np.less,
    "exclusiveMinimum": np.less_equal,
    "maximum": np.greater,
    "exclusiveMaximum": np.greater_equal,
}


class _Reasons:
    """One reason a row, as a small number; 0 is none."""

    def __init__(self, rows: int) -> None:
        self.codes = np.zeros(rows, dtype=np.int16)
        self._code_of: dict[str, int] = {}

    def code(self, reason: str | None) -> int:
        """The number of ``reason``."""
        return 0 if reason is None else self._code_of.setdefault(reason, len(self._code_of) + 1)

    def refuse(self, rows: np.ndarray, reason: str | None) -> None:
        """Give ``reason`` to those of ``rows`` (a mask) that have none yet."""
        if reason is not None and rows.any():
            self.codes[rows & (self.codes == 0)] = self.code(reason)

    def refuse_each(self, codes: np.ndarray) -> None:
        """Give each row its own reason, where it has none yet."""
        self.codes = np.where(self.codes == 0, codes, self.codes)

    def of(self, rows: np.ndarray) -> list[str]:
        """The reasons of ``rows`` (a mask)."""
        names = ["", *self._code_of]
        return [names[code] for code in self.codes[rows].tolist()]


def _valid(column: pa.Array) -> np.ndarray:
    mask: np.ndarray = column.is_valid().to_numpy(zero_copy_only=False)
    return mask


def _events(batch: pa.RecordBatch, times: np.ndarray) -> pa.RecordBatch:
    schema = Origin.of(batch).stamp(EVENTS)
    timestamp = pa.array(times.view("datetime64[us]"), pa.timestamp("us", tz="UTC"))
    columns = [timestamp if name == "timestamp" else batch.column(name) for name in EVENTS.names]
    return pa.RecordBatch.from_arrays(columns, schema=schema)
