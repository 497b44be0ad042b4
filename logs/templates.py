"""LOGS batch → the same with the template of each record, and the templates that are new.

Bodies → headlines → shapes → (each distinct one) form → template; see :mod:`logs.headlines`,
:mod:`logs.shapes`, :mod:`logs.forms` and :mod:`logs.drain`.
"""

import re
from functools import lru_cache
from typing import Any, Final, NamedTuple

import numpy as np
import pyarrow as pa
import re2

from logs.drain import Found, Miner
from logs.hashedforms import SHOWN
from logs.headlines import headlines
from logs.shapes import shapes_of
from schemas.batches import numbers
from schemas.templates import PARAMETERS, TEMPLATE, Template

_MOST_PARAMETERS: Final = 32
_CACHED: Final = 4096


class Mined(NamedTuple):
    """A batch with TEMPLATE (and PARAMETERS) as its last columns, and what is new."""

    batch: pa.RecordBatch
    found: list[Template]


def mine(miner: Miner, batch: pa.RecordBatch, *, parameters: bool = False) -> Mined:
    """Learn from ``batch``, which has the columns of LOGS, and say which template each record is of.

    ``miner`` remembers what it has learned; it decides by the records in their order alone, so that the same
    records give the same templates however they are cut into batches. A record has the id that its template
    has at the end of the batch; if that is replaced later, a Template says so.
    """
    lines = headlines(batch.column("body"))
    shapes = shapes_of(lines).dictionary_encode()
    codes = shapes.indices.to_numpy().astype(np.int64)
    ids = miner.learn(shapes.dictionary.to_pylist())
    mined = batch.append_column(TEMPLATE, _column(ids, codes))
    if parameters:
        patterns = {i: _pattern(text) for i in set(ids) if (text := miner.text(i)) is not None}
        mined = mined.append_column(PARAMETERS, _parameters([patterns.get(i) for i in ids], codes, lines))
    return Mined(mined, _templates(batch, miner.found(), codes))


def _column(ids: list[str], codes: np.ndarray) -> pa.DictionaryArray:
    names = list(dict.fromkeys(ids))
    place = {name: number for number, name in enumerate(names)}
    renumbered = np.array([place[i] for i in ids], np.int32)
    return pa.DictionaryArray.from_arrays(pa.array(renumbered[codes]), pa.array(names, pa.string()))


def _templates(batch: pa.RecordBatch, found: list[Found], codes: np.ndarray) -> list[Template]:
    if not found:
        return []
    firsts = np.unique(codes, return_index=True)[1]  # the codes are 0 to n - 1, each of them used
    services = batch.column("service")
    severities, times = numbers(batch, "severity"), batch.column("timestamp_ns")
    return [
        Template(
            id=new.id,
            text=new.text,
            service=services[row].as_py(),
            severity=int(severities[row]),
            seen_ns=times[row].as_py() or 0,
            replaces=new.replaces,
        )
        for new in found
        for row in [int(firsts[new.shape])]
    ]


def _parameters(patterns: list[Any], codes: np.ndarray, lines: pa.Array) -> pa.Array:
    rows = zip(codes.tolist(), lines.to_pylist(), strict=True)
    return pa.array([_values(patterns[code], line) for code, line in rows], PARAMETERS.type)


def _values(pattern: Any, line: str) -> list[str] | None:
    found = pattern.fullmatch(line) if pattern is not None else None
    return None if found is None else list(found.groups())


@lru_cache(_CACHED)
def _pattern(text: str) -> Any:
    """What finds the values of a template in linear time; ``None`` where there are none, or too many."""
    parts = re.split(re.escape(SHOWN), text)
    if not 1 < len(parts) <= _MOST_PARAMETERS + 1:
        return None
    constants = [r"\s+".join(map(re.escape, re.split(r"\s+", part))) for part in parts]
    return re2.compile(r"(?s)\s*" + "(.*?)".join(constants) + r"\s*")
