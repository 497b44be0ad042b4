"""What a result holds → the data of the page: one compact JSON block that the drawing is done from.

Texts that come again stand in a table once. Values of a series are numbers of twelve bits between its lowest
and its highest, two letters each.
"""

from collections import defaultdict
from typing import Any, Final

import msgspec
import numpy as np

from report.data import Found, moment
from report.data_series import Courses, Series
from report.data_traces import Traces, TraceView
from schemas.verdicts import Verdict

SERIES_BYTES: Final = 800_000
TRACE_BYTES: Final = 1_200_000
_TEXT: Final = 160  # letters of a name
_LETTERS: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
_STEPS: Final = len(_LETTERS) ** 2 - 1
_NONE: Final = ".."
_PAIRS: Final = np.array([a + b for a in _LETTERS for b in _LETTERS])
_ERROR, _FOLLOWS, _ORPHAN = 1, 2, 4


class Texts:
    """Texts by number, each once."""

    def __init__(self) -> None:
        self.all: list[str] = []
        self._places: dict[str, int] = {}

    def __call__(self, text: str) -> int:
        """The number of ``text``."""
        place = self._places.get(text)
        if place is None:
            place = self._places[text] = len(self.all)
            self.all.append(shortened(text))
        return place


class _Operations:
    """(service, name, pod, kind) of spans by number, each once."""

    def __init__(self, texts: Texts) -> None:
        self.all: list[list[int]] = []
        self._texts = texts
        self._places: dict[tuple[str, str, str, int], int] = {}

    def __call__(self, service: str, name: str, pod: str, kind: int) -> int:
        """The number of this combination."""
        key = (service, name, pod, kind)
        place = self._places.get(key)
        if place is None:
            place = self._places[key] = len(self.all)
            self.all.append([*map(self._texts, key[:3]), kind])
        return place


def shortened(text: str, most: int = _TEXT) -> str:
    """``text`` if it is not longer than anybody reads."""
    return text if len(text) <= most else text[: most - 1] + "…"


class Payload(msgspec.Struct):
    """The data of the page; ``order``: metric ids of the series in it, by place."""

    data: dict[str, Any]
    order: dict[str, int]
    traces: dict[str, int]
    notes: list[str]


def payload_of(found: Found, courses: Courses, traces: Traces, share: float = 1.0) -> Payload:
    """The data of the page; ``share``: of the bytes that series and traces may take."""
    notes: list[str] = []
    texts = Texts()
    operations = _Operations(texts)
    rows, order = _series(found, courses, texts, int(SERIES_BYTES * share))
    left_out = courses.left_out + len(courses.series) - len(rows)
    if left_out:
        notes.append(f"{left_out:,} of {left_out + len(rows):,} series are left out to keep the page small.")
    views, places = _traces(traces, operations, int(TRACE_BYTES * share))
    if len(views) < len(traces.views):
        notes.append(f"{len(traces.views) - len(views):,} more traces are left out to keep the page small.")
    start = courses.axis.start_us / 1e6
    anomalies: dict[int, list[Any]] = defaultdict(list)
    for verdict in found.verdicts:
        if verdict.metric_id in order:
            anomalies[order[verdict.metric_id]].append(_anomaly(verdict, start, texts, places))
    data = {
        "start": start,
        "width": courses.axis.width_us / 1e6,
        "slots": courses.axis.slots,
        "series": rows,
        "anomalies": anomalies,
        "exemplars": _exemplars(courses, traces, texts, order, places),
        "marks": [
            [round((moment(m.start) or 0) - start, 3), texts(m.pod), texts(m.service), texts(m.type)]
            for m in found.marks
        ],
        "traces": views,
        "operations": operations.all,
        "texts": texts.all,
    }
    return Payload(data, order, places, notes)


def as_json(data: Any) -> str:
    """JSON that may stand within a script element: nothing in it can end or begin one."""
    text = msgspec.json.encode(data).decode()
    for letter, escaped in (("<", "\\u003c"), (">", "\\u003e"), ("&", "\\u0026")):
        text = text.replace(letter, escaped)
    return text.replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")


def ranked(found: Found, courses: Courses) -> list[Series]:
    """Anomalous series first, the strongest foremost; then those with exemplars; then by name."""
    strongest: dict[str, float] = {}
    for verdict in found.verdicts:
        strongest[verdict.metric_id] = max(strongest.get(verdict.metric_id, 0.0), abs(verdict.score))
    return sorted(
        courses.series.values(),
        key=lambda s: (-strongest.get(s.metric_id, 0.0), not s.exemplars, s.service, s.metric_id),
    )


def _series(
    found: Found, courses: Courses, texts: Texts, most_bytes: int
) -> tuple[list[Any], dict[str, int]]:
    rows: list[Any] = []
    order: dict[str, int] = {}
    size = 0
    for series in ranked(found, courses):
        samples = np.isfinite(series.low)
        if not samples.any():
            continue
        low, high = float(series.low[samples].min()), float(series.high[samples].max())
        points = _points(series, samples, low, high)
        size += len(points) + min(len(series.metric_id), _TEXT) + 60
        if size > most_bytes:
            break
        order[series.metric_id] = len(rows)
        usual = series.metric_id == f"{series.pod}:{series.metric}"
        rows.append(
            [
                0 if usual else shortened(series.metric_id),
                texts(series.pod),
                texts(series.service),
                texts(series.metric),
                low,
                high,
                round(series.phase_us / 1e6, 2),
                points,
            ]
        )
    return rows, order


def _points(series: Series, samples: np.ndarray, low: float, high: float) -> str:
    """A letter pair a slot; if a slot holds several values, its lowest and its highest: two pairs a slot."""
    several = bool((series.low[samples] != series.high[samples]).any())
    values = np.stack((series.low, series.high) if several else (series.low,), axis=1)
    scale = high - low
    with np.errstate(over="ignore"):
        scale = scale if np.isfinite(scale) and scale > 0 else 1.0
        steps = np.clip(np.where(np.isfinite(values), (values - low) / scale, 0.0), 0.0, 1.0) * _STEPS
    pairs = np.where(np.isfinite(values), _PAIRS[np.rint(steps).astype(int)], _NONE)
    return "".join(pairs.ravel().tolist())


def _anomaly(verdict: Verdict, start: float, texts: Texts, places: dict[str, int]) -> list[Any]:
    trace = verdict.exemplar.trace_id if verdict.exemplar else ""
    return [
        round((moment(verdict.timestamp) or start) - start, 3),
        verdict.value,
        verdict.expected,
        round(verdict.score, 2),
        verdict.threshold,
        texts(verdict.model),
        texts(str(verdict.reason)),
        places.get(trace, -1),
    ]


def _exemplars(
    courses: Courses, traces: Traces, texts: Texts, order: dict[str, int], places: dict[str, int]
) -> dict[int, list[Any]]:
    """(time, value, exemplar's value, trace, row of the span | text of the trace's id)."""
    spans = {
        trace_id: {view.spans[place].span_id: row for row, (place, _) in enumerate(view.rows)}
        for trace_id, view in traces.views.items()
        if trace_id in places
    }
    found: dict[int, list[Any]] = {}
    for metric_id, number in order.items():
        for e in courses.series[metric_id].exemplars:
            trace = places.get(e.trace_id, -1)
            last = texts(e.trace_id) if trace < 0 else spans[e.trace_id].get(e.span_id, -1)
            at = round((e.at_us - courses.axis.start_us) / 1e6, 3)
            found.setdefault(number, []).append([at, e.value, _short(e.exemplar_value), trace, last])
    return found


def _short(value: float) -> float:
    return float(f"{value:.5g}")


def _traces(traces: Traces, operations: "_Operations", most_bytes: int) -> tuple[list[Any], dict[str, int]]:
    views: list[Any] = []
    places: dict[str, int] = {}
    size = 0
    for view in traces.views.values():
        row = _trace(view, operations)
        size += len(msgspec.json.encode(row))
        if size > most_bytes:
            break
        places[view.trace_id] = len(views)
        views.append(row)
    return views, places


def _trace(view: TraceView, operations: "_Operations") -> dict[str, Any]:
    """Spans: depth, operation, microseconds from the start of the one above, microseconds, flags.

    Sections of the critical path: row, nanoseconds from the end of the one before, nanoseconds.
    """
    tree, spans = view.tree, view.spans
    begin, end = min(tree.starts), max(tree.ends)
    rows_of = {place: row for row, (place, _) in enumerate(view.rows)}
    reached = set(tree.order)
    rows: list[int] = []
    before_us = 0
    for place, depth in view.rows:
        span = spans[place]
        flags = span.error * _ERROR + span.follows * _FOLLOWS + (place not in reached) * _ORPHAN
        start_us = (tree.starts[place] - begin) // 1000
        lasted_us = (tree.ends[place] - tree.starts[place]) // 1000
        operation = operations(span.service, span.name, span.pod or "", span.kind)
        rows += [depth, operation, start_us - before_us, lasted_us, flags]
        before_us = start_us
    path = []
    before = begin
    for piece in reversed(view.path):
        if piece.place in rows_of:
            path += [rows_of[piece.place], piece.start_ns - before, piece.end_ns - piece.start_ns]
            before = piece.end_ns
    return {
        "id": view.trace_id,
        "at": begin / 1e9,
        "ns": end - begin,
        "rows": rows,
        "path": path,
        "more": len(spans) - len(view.rows),
    }
