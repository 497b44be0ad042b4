"""Events, anomalies and lag over time."""

from collections import Counter
from typing import Final

from report.charts import Line, Strip, chart
from report.data import Found, moment
from report.data_series import Axis
from report.markup import section

_MARK_SECONDS: Final = 0.0


def over_time(found: Found, axis: Axis) -> str:
    """The charts; events and anomalies by event time, lag by commit time."""
    timeline = found.summary["timeline"]
    points = timeline.get("events", [])
    gaps = [
        Strip(moment(g["start"]) or 0, moment(g["end"]) or 0, "gap", f"gap of {g['entity']}")
        for g in found.gaps
        if g["kind"] == "interval"
    ]
    faults = [
        Strip(at, at + _MARK_SECONDS, "fault", f"{mark.type} on {mark.pod or mark.service}")
        for mark in found.marks
        if (at := moment(mark.start)) is not None
    ]
    body = ""
    if points:
        span = (points[0]["at"], points[-1]["at"] + points[-1]["seconds"])
        a_minute = [(p["at"], p["records"] * 60 / p["seconds"]) for p in points]
        body += chart(
            "Clean events a minute, by event time", "events", [Line("events", "l0", a_minute)], gaps, span
        )
        wide = axis.width_us / 1e6
        counts = Counter(int(((moment(v.timestamp) or span[0]) - span[0]) // wide) for v in found.verdicts)
        bars = [(span[0] + slot * wide, float(n)) for slot, n in sorted(counts.items())]
        title = f"Anomalies in every {wide:,.0f} s, by event time"
        body += chart(title, "anomalies", [Line("anomalies", "l2", bars, wide)], faults, span)
    lag = timeline.get("lag", [])
    if lag:
        lines = [
            Line("mean", "l0", [(p["at"], p["mean_ms"]) for p in lag]),
            Line("highest", "l1", [(p["at"], p["max_ms"]) for p in lag]),
        ]
        span = (lag[0]["at"], lag[-1]["at"] + lag[-1]["seconds"])
        body += chart("Lag from commit to topic in ms, by commit time", "ms", lines, [], span)
    return section("time", "Over time", body or "<p>No clean event, so nothing over time.</p>")
