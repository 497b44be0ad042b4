"""The frame of the series explorer; what is in it is drawn in the browser."""

from report.data import Found
from report.data_series import Courses
from report.data_traces import Traces
from report.markup import Row, folded, notes, section, table
from report.payload import Payload, shortened


def explorer(found: Found, courses: Courses, payload: Payload, traces: Traces) -> str:
    """Search, list and chart; without a script the anomalies as a table."""
    anomalies = found.summary.get("anomalies", 0)
    lead = (
        f"{len(payload.order):,} series; {anomalies:,} anomalies; {courses.explained:,} samples have a trace"
        " as their exemplar. Choose a series; on its chart the arrow keys go from point to point, and Enter"
        " opens the trace of an exemplar."
    )
    left_out = [*found.notes, *payload.notes, *(traces.notes if payload.order else [])]
    shown = sum(map(len, payload.data["exemplars"].values()))
    if shown < courses.explained:
        left_out.append(f"{shown:,} of {courses.explained:,} exemplars are drawn.")
    if len(found.verdicts) < anomalies:
        left_out.append(f"The {len(found.verdicts):,} strongest anomalies of {anomalies:,} are drawn.")
    if not payload.order:
        return section("series", "Series, anomalies and exemplars", notes(left_out) or "<p>No series.</p>")
    frame = (
        '<div id="explorer" hidden><div class="picker"><label for="search">Find a series</label>'
        '<input id="search" type="search" autocomplete="off" spellcheck="false"'
        ' placeholder="pod, service or metric" aria-controls="list"><div class="filters" role="group"'
        ' aria-label="Which series"><button type="button" data-filter="all" aria-pressed="true">all</button>'
        '<button type="button" data-filter="anomalies" aria-pressed="false">with anomalies</button>'
        '<button type="button" data-filter="exemplars" aria-pressed="false">with exemplars</button></div>'
        '<p id="matches" role="status"></p>'
        '<div id="list" role="listbox" tabindex="0" aria-label="Series"></div></div>'
        '<div class="shown"><h3 id="shown-name"></h3><p id="shown-facts"></p><div id="chart"></div>'
        '<p class="legend"><span class="key anomaly">anomaly</span><span class="key exemplar">exemplar: opens'
        ' its trace</span><span class="key fault">known fault of this pod</span><span class="key elsewhere">'
        'fault elsewhere</span></p><div id="point" class="details" aria-live="polite"></div></div></div>'
    )
    return section("series", "Series, anomalies and exemplars", frame + _table(found) + notes(left_out), lead)


def _table(found: Found) -> str:
    strongest = sorted(found.verdicts, key=lambda v: (-abs(v.score), v.id))[:50]
    rows: list[Row] = [
        (
            shortened(v.metric_id),
            v.timestamp[:19],
            f"{v.value:.5g}",
            f"{v.expected:.5g}",
            f"{v.score:.1f}",
            shortened(f"{v.model}, {v.reason}"),
        )
        for v in strongest
    ]
    if not rows:
        return ""
    titles = ("series", "at (UTC)", "value", "expected", "score", "model, reason")
    return folded("The strongest anomalies as a table", table(titles, rows))
