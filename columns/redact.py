"""Batch of changes, spans or logs → the same without personal data and secrets | what was found, row by row.

Texts are looked at as they lie in memory, end to end: one pass over a column tells which of its texts deserve
a look of their own, and most columns have none. Each of these is redacted once a batch.
"""

from collections import Counter
from collections.abc import Collection, Sequence
from functools import lru_cache
from typing import Any, Final, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from columns.hashing import text_hashes
from schemas.findings import FINDINGS
from security.detectors import BASIC
from security.redactor import Found, Redacted, Redactor

#: Text columns of changes, spans and logs. In a name, as ``pod:metric``, a colon assigns nothing.
_NAMES: Final = frozenset({"metric_id", "service", "pod"})
_TEXTS: Final = frozenset(
    {"timestamp", "tags", "odd", "row", "before", "key", "name", "attributes"}
    | {"body", "resource", "scope", "severity_text", "event_name"}
)
#: Of what a record is, by which rules of a policy know its source.
_SOURCE: Final = "service"


#: Characters of a text that is remembered from batch to batch, at most.
_SHORT: Final = 4096


class Seen(NamedTuple):
    """Something found in a row. ``column``: where, unless it is the body."""

    row: int
    column: str
    found: Found

    @property
    def field(self) -> str:
        """Path of the field: names joined by dots, its column first."""
        return self.found.field


class Masked(NamedTuple):
    """``batch`` without what was ``seen``, by row as it came, and without the rows ``dropped`` for it."""

    batch: pa.RecordBatch
    seen: list[Seen]
    dropped: int
    sources: pa.Array | None = None  # services of the rows as they came, without what was found in them

    @property
    def found(self) -> Counter[str]:
        """Values by kind."""
        return Counter(one.found.finding.kind.name for one in self.seen)


_BASIC: Final = Redactor(kinds=BASIC)


def redact_batch(batch: pa.RecordBatch, redactor: Redactor = _BASIC) -> Masked:
    """Do with every sensitive value in the text columns of ``batch`` what the policy says."""
    seen: list[Seen] = []
    drop: set[int] = set()
    sources = _sources(batch, redactor)
    for index, name in enumerate(batch.schema.names):
        if name not in _NAMES and name not in _TEXTS:
            continue
        column = batch.column(index)
        clean = _redact_column(column, name, sources, redactor, seen, drop)
        if clean is column:
            continue
        if name == "metric_id":
            raw_id = np.where(_changed(column, clean), text_hashes(column)[:, 0].view(np.int64), 0)
            place = batch.schema.get_field_index("raw_id")
            batch = batch.set_column(place, batch.schema.field(place), pa.array(raw_id))
        batch = batch.set_column(index, batch.schema.field(index), clean)
    sources_after = batch.column(_SOURCE) if _SOURCE in batch.schema.names else None
    if drop:
        kept = np.ones(len(batch), bool)
        kept[list(drop)] = False
        batch = batch.filter(pa.array(kept))
    return Masked(batch, seen, len(drop), sources_after)


def _sources(batch: pa.RecordBatch, redactor: Redactor) -> Sequence[str | None] | None:
    """Of each row, if the policy asks for it."""
    if not redactor.knows_sources or _SOURCE not in batch.schema.names:
        return None
    sources: list[str | None] = batch.column(_SOURCE).to_pylist()
    return sources


def _changed(column: pa.DictionaryArray, clean: pa.DictionaryArray) -> np.ndarray:
    same = pc.equal(column.cast(pa.string()), clean.cast(pa.string())).fill_null(True)
    changed: np.ndarray = ~same.to_numpy(zero_copy_only=False)
    return changed


def _redact_column(
    column: pa.Array,
    name: str,
    sources: Sequence[str | None] | None,
    redactor: Redactor,
    seen: list[Seen],
    drop: set[int],
) -> pa.Array:
    """``column`` itself when nothing was found; what was is added to ``seen`` and ``drop``."""
    encoded = pa.types.is_dictionary(column.type)
    texts = column.dictionary if encoded else column
    suspicious = _suspicious(texts, redactor)
    if not suspicious:
        return column
    if sources is not None and encoded:  # the same text may come from sources with rules of their own
        decoded = column.dictionary_decode()
        clean = _redact_column(decoded, name, sources, redactor, seen, drop)
        return column if clean is decoded else clean.dictionary_encode()
    rows_of = _rows_of(column) if encoded else None
    made: dict[int, str | None] = {}
    memory: dict[tuple[str, str], Redacted] = {}
    for place, suspects in suspicious.items():
        if not texts[place].is_valid:  # what seemed to be found lies around it
            continue
        text = _text(texts[place].as_py())
        source = (sources[place] if sources is not None else None) or ""
        redacted = memory.get((text, source))
        if redacted is None:
            if encoded and len(text) <= _SHORT:
                redacted = _remembered(text, name, source, redactor)
            else:
                redacted = _redacted(text, name, source, redactor, suspects)
            memory[text, source] = redacted
        if not redacted.found:
            continue
        made[place] = redacted.text
        for row in rows_of[place] if rows_of is not None else (place,):
            seen += [Seen(row, name, one) for one in redacted.found]
            if redacted.text is None:
                drop.add(row)
    return _with(column, texts, made) if made else column


def _redacted(
    text: str, name: str, source: str, redactor: Redactor, suspects: Collection[int] | None = None
) -> Redacted:
    if name in _NAMES:
        return redactor.redact_name(text, source=source, field=name)
    return redactor.redact(text, source=source, field=name, suspects=suspects)


@lru_cache(1024)
def _remembered(text: str, name: str, source: str, redactor: Redactor) -> Redacted:
    """Of texts that come again in every batch, as resources do."""
    return _redacted(text, name, source, redactor)


def _with(column: pa.Array, texts: pa.Array, made: dict[int, str | None]) -> pa.Array:
    """``column`` with the texts in the places of ``made`` replaced."""
    places = sorted(made)
    mask = np.zeros(len(texts), bool)
    mask[places] = True
    new = pa.array([made[place] for place in places], pa.string()).cast(texts.type)
    clean = pc.replace_with_mask(texts, pa.array(mask), new)
    if clean.type == column.type:
        return clean
    return clean.take(column.indices).dictionary_encode()


def _rows_of(column: pa.DictionaryArray) -> "_Rows":
    return _Rows(column.indices.fill_null(-1).to_numpy(zero_copy_only=False))


class _Rows:
    """Of a place in a dictionary: the rows that have it."""

    def __init__(self, indices: np.ndarray) -> None:
        self._indices = indices

    def __getitem__(self, place: int) -> list[int]:
        rows: list[int] = np.flatnonzero(self._indices == place).tolist()
        return rows


def _suspicious(texts: pa.Array, redactor: Redactor) -> dict[int, frozenset[int]]:
    """The places of texts that deserve a look, and why, by one look at all of them as lines, end to end."""
    if texts.null_count == len(texts):
        return {}
    end, nothing = (pa.scalar(part, texts.type) for part in (_LINE_FEED, _LINE_FEED[:0]))
    lines = pc.binary_join_element_wise(texts, nothing, end, null_handling="replace", null_replacement="")
    _, offsets, data = lines.buffers()
    bounds = np.frombuffer(offsets, np.int32, len(texts) + 1)
    text = data.slice(0, int(bounds[-1])).to_pybytes()
    feeds = np.flatnonzero(np.frombuffer(text, np.uint8) == _LINE_FEED[0])
    several = np.flatnonzero(np.diff(np.searchsorted(feeds, bounds)) > 1)
    found = redactor.suspicious(text, bounds[1:].tolist())
    return {place: found.get(place, frozenset()) for place in sorted({*found, *several.tolist()})}


_LINE_FEED: Final = b"\n"


def _text(value: str | bytes) -> str:
    """Keys are bytes; what is no UTF-8 in them is replaced, since it cannot be looked at."""
    return value.decode(errors="replace") if isinstance(value, bytes) else value


def redact_services(batch: pa.RecordBatch, redactor: Redactor) -> pa.RecordBatch:
    """``batch`` with its column of services alone redacted, for whoever has to read the rest as it came."""
    if _SOURCE not in batch.schema.names:
        return batch
    index = batch.schema.get_field_index(_SOURCE)
    clean = redact_batch(batch.select([_SOURCE]), redactor).batch.column(0)
    return batch.set_column(index, batch.schema.field(index), clean)


def findings_of(batch: pa.RecordBatch, masked: Masked) -> pa.RecordBatch:
    """A FINDINGS batch of what was ``masked`` in ``batch`` (as it was before)."""
    seen = masked.seen
    rows = pa.array([one.row for one in seen], pa.int64())
    findings = [one.found.finding for one in seen]
    columns: dict[str, Any] = {
        **{name: _taken(batch, name, rows) for name in ("offset", "place", "timestamp_ns")},
        "source": pa.nulls(len(rows), pa.string()) if masked.sources is None else masked.sources.take(rows),
        "field": [one.field for one in seen],
        "kind": [one.kind.name for one in findings],
        "category": [str(one.kind.category) for one in findings],
        "confidence": [one.confidence for one in findings],
        "tier": [str(one.tier) for one in findings],
        "action": [str(one.found.action) for one in seen],
    }
    arrays = [_of_type(columns[field.name], field.type) for field in FINDINGS]
    return pa.RecordBatch.from_arrays(arrays, schema=FINDINGS.with_metadata(batch.schema.metadata))


def _taken(batch: pa.RecordBatch, name: str, rows: pa.Array) -> pa.Array:
    if name not in batch.schema.names:
        return pa.nulls(len(rows), FINDINGS.field(name).type if name in FINDINGS.names else pa.string())
    return batch.column(name).take(rows)


def _of_type(values: Any, kind: pa.DataType) -> pa.Array:
    if isinstance(values, pa.Array):
        return values if values.type == kind else values.cast(kind)
    if pa.types.is_dictionary(kind):
        return pa.array(values, pa.string()).dictionary_encode()
    return pa.array(values, kind)
