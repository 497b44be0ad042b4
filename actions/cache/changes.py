"""Batches of changes → which series were changed in which window, how often, and between which commits.

Column work: a batch is looked at once, by the codes of its dictionaries. What comes out has a row for each
series and window, and not for each change.

A row that a snapshot read (op r) is no change. Batches of other tables say which these are, EVENTS do not:
there the rows of an initial snapshot, which share one commit time, make the invalidations of one window. That
costs a few cached answers, once; to take a change for a row of a snapshot would leave a stale one.
"""

from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import compress
from typing import Final

import msgspec
import numpy as np
import pyarrow as pa

from actions.cache.cover import Sums
from actions.cache.dependencies import CATALOGUE, SERIES, Due
from schemas.actions import ANY
from schemas.batches import numbers
from schemas.names import Op

_TAGS: Final = msgspec.json.Decoder(dict[str, object])
_SPARSE: Final = 4  # slots a row, from which on sorting is cheaper than counting
_BYTES_A_ROW: Final = 64
Names = tuple[str, str, str]  # metric_id, pod, service


class OldRow(msgspec.Struct, gc=False):
    """What is read of a row as JSON text: a series of the catalogue, or an event."""

    metric_id: str | None = None
    pod: str | None = None
    service: str | None = None
    tags: str | None = None


_ROW: Final = msgspec.json.Decoder(OldRow)


class Touched(msgspec.Struct, frozen=True, array_like=True):
    """What a batch tells, as parallel lists of shape (rows,): ``names[name[i]]`` changed in ``window[i]``.

    Windows are numbered from the epoch; commit times are epoch microseconds, as is ``appended_us``, the last
    append of the batch. ``paces``: by these rows it is known how far the input has come.
    """

    kind: str
    paces: bool
    appended_us: int
    names: list[Names]
    name: list[int]
    window: list[int]
    changes: list[int]
    first_us: list[int]
    last_us: list[int]

    @property
    def nbytes(self) -> int:
        """About how much memory it takes."""
        return _BYTES_A_ROW * (len(self.names) + len(self.name))

    def rows(self) -> Iterator[tuple[int, Due, Sums]]:
        """(window, what, how often and when), one by one."""
        dues = [Due(self.kind, *names) for names in self.names]
        columns = (self.name, self.window, self.changes, self.first_us, self.last_us)
        for name, window, *sums in zip(*columns, strict=True):
            yield window, dues[name], Sums(*sums)


def touched_events(
    batch: pa.RecordBatch, *, width_us: int, pod_tag: str = "pod", service_tag: str = "service"
) -> Touched:
    """The series of a batch with the columns metric_id and tags (texts in dictionaries, without nulls)."""
    ids, tags = batch.column("metric_id"), batch.column("tags")
    texts = ids.dictionary.to_pylist()
    of_text, known = ids.indices.to_numpy(), tags.dictionary.to_pylist()
    tag = tags.indices.to_numpy()
    tag_of_text = np.zeros(len(texts), dtype=np.int64)
    tag_of_text[of_text] = tag
    if (tag_of_text[of_text] == tag).all():  # as a rule the tags follow from the id
        pairs = list(enumerate(tag_of_text.tolist()))
    else:
        both, of_text = np.unique(of_text.astype(np.int64) * len(known) + tag, return_inverse=True)
        pairs = [divmod(pair, len(known)) for pair in both.tolist()]
    names = [(texts[text], *_places(known[tag], pod_tag, service_tag)) for text, tag in pairs]
    return _summed(SERIES, batch, names, of_text, _commits(batch), width_us, paces=True)


def touched_changes(
    batch: pa.RecordBatch, *, width_us: int, pod_tag: str = "pod", service_tag: str = "service"
) -> Touched:
    """The series of an EVENT_CHANGES batch: of the rows as they are, and as they were before an update."""
    committed = _commits(batch)
    whole = ~(batch.column("metric_id").is_null().to_numpy(zero_copy_only=False))
    rows: list[tuple[Names, int]] = []
    if not whole.all():
        # No id: a truncate, a row that does not fit, a delete of which the key alone is in the log.
        rows += [((ANY, ANY, ANY), time) for time in committed[~whole].tolist()]
    before = batch.column("before")
    for i in np.flatnonzero(~before.is_null().to_numpy(zero_copy_only=False)).tolist():
        old = _old_row(before[i].as_py())
        pod, service = _places(old.tags, pod_tag, service_tag) if old.tags else (ANY, ANY)
        rows.append(((old.metric_id or ANY, pod, service), int(committed[i])))
    kept = batch if whole.all() else batch.filter(pa.array(whole))
    texts, tags = kept.column("metric_id").cast(pa.string()), kept.column("tags").cast(pa.string())
    for text, tag, time in zip(texts.to_pylist(), tags.to_pylist(), committed[whole].tolist(), strict=True):
        pod, service = (ANY, ANY) if tag is None else _places(tag, pod_tag, service_tag)
        rows.append(((text, pod, service), time))
    return _of_rows(SERIES, batch, rows, width_us)


def touched_series(batch: pa.RecordBatch, *, width_us: int) -> Touched:
    """The series of a TABLE_CHANGES batch of the catalogue; those that a snapshot read were not changed."""
    rows: list[tuple[Names, int]] = []
    columns = [batch.column(name).to_pylist() for name in ("op", "row", "before")]
    for op, row, before, time in zip(*columns, _commits(batch).tolist(), strict=True):
        if op == ord(Op.READ):
            continue
        found = [_old_row(text) for text in (row, before) if text is not None]
        found = found or [OldRow()]  # a truncate
        rows += [((r.metric_id or ANY, r.pod or ANY, r.service or ANY), time) for r in found]
    return _of_rows(CATALOGUE, batch, rows, width_us)


def _commits(batch: pa.RecordBatch) -> np.ndarray:
    """Commit times; none is after the append: a clock that runs ahead must end no window before its time."""
    appended_us = numbers(batch, "appended_ms") * 1000 + 999
    committed: np.ndarray = np.minimum(numbers(batch, "committed_us"), appended_us)
    return committed


@lru_cache(65_536)
def _places(tags: str, pod_tag: str, service_tag: str) -> tuple[str, str]:
    """Pod and service that ``tags`` name, empty where they name none."""
    try:
        found = _TAGS.decode(tags)
    except (msgspec.DecodeError, RecursionError):  # a dictionary may still hold tags of refused rows
        return ANY, ANY
    pod, service = found.get(pod_tag), found.get(service_tag)
    return pod if isinstance(pod, str) else "", service if isinstance(service, str) else ""


def _old_row(text: str) -> OldRow:
    try:
        return _ROW.decode(text)
    except (msgspec.DecodeError, RecursionError):
        return OldRow()


def _of_rows(kind: str, batch: pa.RecordBatch, rows: Iterable[tuple[Names, int]], width_us: int) -> Touched:
    number: dict[Names, int] = {}
    pairs = [(number.setdefault(names, len(number)), time) for names, time in rows]
    of_row = np.array([name for name, _ in pairs], dtype=np.int64)
    committed = np.array([time for _, time in pairs], dtype=np.int64)
    return _summed(kind, batch, list(number), of_row, committed, width_us)


def _summed(
    kind: str,
    batch: pa.RecordBatch,
    names: list[Names],
    name: np.ndarray,
    committed: np.ndarray,
    width_us: int,
    *,
    paces: bool = False,
) -> Touched:
    """Sums by window and name: ``name`` is the place in ``names`` of each row, shape (rows,)."""
    if len(name) == 0:
        return Touched(kind, paces, -1, [], [], [], [], [], [])
    window = committed // width_us
    first = int(window.min())
    slot = (window - first) * len(names) + name
    slots = int(slot.max()) + 1
    if slots > _SPARSE * len(name) + len(names):
        used, slot = np.unique(slot, return_inverse=True)
        slots = len(used)
    else:
        used = np.arange(slots)
    counts = np.bincount(slot, minlength=slots)
    earliest, latest = np.full(slots, np.iinfo(np.int64).max), np.zeros(slots, dtype=np.int64)
    np.minimum.at(earliest, slot, committed)
    np.maximum.at(latest, slot, committed)
    seen = np.flatnonzero(counts)
    at = used[seen]
    of_seen = at % len(names)
    kept = np.zeros(len(names), dtype=bool)  # a dictionary may hold texts of rows that went another way
    kept[of_seen] = True
    return Touched(
        kind,
        paces,
        int(numbers(batch, "appended_ms").max()) * 1000,
        list(compress(names, kept.tolist())),
        (np.cumsum(kept) - 1)[of_seen].tolist(),
        (at // len(names) + first).tolist(),
        counts[seen].tolist(),
        earliest[seen].tolist(),
        latest[seen].tolist(),
    )
