"""A result folder → report.html: one page that opens offline and shows what became of every record."""

import base64
import hashlib
from collections import Counter
from importlib import resources
from pathlib import Path
from typing import Final

from connectors.errors import InputError, OutputError
from connectors.results import parquet_batches
from report.data import Found, read_result
from report.data_series import Courses, axis_of, read_courses
from report.data_traces import Traces, read_traces
from report.explorer import explorer
from report.flow import flow
from report.incidents import incidents
from report.invalidations import invalidations
from report.markup import notes, section, text
from report.overtime import over_time
from report.payload import as_json, payload_of, ranked
from report.sections import classes, gaps, head, outputs, reconciliation, refused
from report.servicemap import service_map
from schemas.names import REPORT_FILE, Output

MOST_BYTES: Final = 3_000_000
#: In the order in which they are put together.
_SCRIPTS: Final = ("base.js", "chart.js", "series.js", "trace.js", "map.js", "times.js", "start.js")
_NAVIGATION: Final = (
    ("flow", "Flow"),
    ("refused", "Refused"),
    ("time", "Over time"),
    ("series", "Series"),
    ("services", "Services"),
    ("incidents", "Incidents"),
    ("invalidations", "Invalidations"),
    ("gaps", "Gaps"),
    ("files", "Files"),
    ("reconciliation", "Reconciliation"),
)


def write_report(output: str | Path) -> Path:
    """Write the report of the result in ``output``; its path."""
    folder = Path(output)
    found = read_result(folder)
    try:
        courses = _courses(found)
        traces = _traces(found, courses)
        page = render(found, courses, traces).encode("utf-8", "replace")
    except (KeyError, TypeError) as error:
        raise InputError(f"{folder}: a result of another version ({error}); run the job again") from error
    partial = folder / (REPORT_FILE + ".partial")
    try:
        partial.write_bytes(page)
        return partial.replace(folder / REPORT_FILE)
    except OSError as error:
        partial.unlink(missing_ok=True)
        raise OutputError(f"{partial}: {error.strerror}") from error


def _courses(found: Found) -> Courses:
    summary = found.summary
    axis = axis_of(summary["timeline"], summary.get("interval_seconds") or 60.0)
    strongest = sorted(found.verdicts, key=lambda v: (-abs(v.score), v.id))
    wanted = [v.metric_id for v in strongest]
    wanted += [e.metric_id for incident in found.incidents for e in incident.evidence]
    if not any((found.folder / Output.CLEAN).glob("*.parquet")):
        if summary["valid_events"]:
            found.notes.append("Series are drawn from Parquet files; the clean events are in another format.")
        return read_courses([], axis, [])
    return read_courses(parquet_batches(found.folder, Output.CLEAN), axis, list(dict.fromkeys(wanted)))


def _traces(found: Found, courses: Courses) -> Traces:
    """Those of anomalies and incidents, then of the series that stand at the top of the list."""
    inputs = found.summary.get("spans") or []
    if not inputs:
        return Traces({}, {}, 0, 0, [])
    wanted = [v.exemplar.trace_id for v in found.verdicts if v.exemplar]
    wanted += [trace_id for incident in found.incidents for trace_id in incident.trace_ids]
    wanted += [e.trace_id for series in ranked(found, courses) for e in series.exemplars]
    return read_traces(inputs, list(dict.fromkeys(wanted)))


def render(found: Found, courses: Courses, traces: Traces) -> str:
    """The page; if it is too large, once more with less of what takes most."""
    share = 1.0
    page = _render(found, courses, traces, share)
    while len(page.encode("utf-8", "replace")) > MOST_BYTES and share > 0.05:  # noqa: PLR2004
        share /= 2
        page = _render(found, courses, traces, share)
    return page


def _render(found: Found, courses: Courses, traces: Traces, share: float) -> str:
    summary = found.summary
    payload = payload_of(found, courses, traces, share)
    anomalies = Counter(verdict.service for verdict in found.verdicts)
    drawn = service_map(traces.calls, anomalies, {incident.service for incident in found.incidents})
    payload.data["map"] = drawn.data
    sections = (
        head(summary),
        section("flow", "What became of every record", flow(summary) + classes(summary)),
        refused(found),
        over_time(found, courses.axis),
        explorer(found, courses, payload, traces),
        _services(summary, traces, drawn.markup, drawn.notes),
        incidents(found, payload.order, payload.traces),
        invalidations(found.invalidations),
        gaps(found),
        outputs(summary),
        reconciliation(summary),
    )
    style, script = _static("report.css"), _script()
    policy = (
        f"default-src 'none'; style-src {_hash(style)}; script-src {_hash(script)}; base-uri 'none';"
        " form-action 'none'"
    )
    links = "".join(f'<li><a href="#{name}">{title}</a></li>' for name, title in _NAVIGATION)
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta name="color-scheme" content="light dark">'
        f"<title>Traceo Dataflow: {text(summary['job'])}</title><style>{style}</style></head>"
        '<body><a class="skip" href="#main">Skip to the content</a>'
        f'<nav aria-label="Parts of the report"><strong>Traceo Dataflow</strong><ul>{links}</ul>'
        '<button type="button" id="theme" hidden>Theme</button></nav>'
        f'<main id="main" tabindex="-1">{"".join(sections)}</main>'
        '<dialog id="trace" aria-labelledby="trace-title"></dialog>'
        f'<script type="application/json" id="data">{as_json(payload.data)}</script>'
        f"<script>{script}</script></body></html>\n"
    )


def _services(summary: dict[str, object], traces: Traces, picture: str, left_out: list[str]) -> str:
    title = "Who calls whom"
    if picture:
        lead = (
            f"From {traces.spans:,} spans of {traces.traces:,} traces. Edges are as wide as their calls and"
            " coloured by their errors; the number at a service counts its anomalies, and a red frame says"
            " that it had an incident. Choose a service to see its calls."
        )
        return section("services", title, picture + notes(left_out), lead)
    why = "No call between services was seen." if summary.get("spans") else "The job was given no spans."
    return section("services", title, f"<p>{why}</p>{notes(traces.notes)}")


def _static(name: str) -> str:
    return resources.files("report").joinpath("static", name).read_text(encoding="utf-8")


def _script() -> str:
    parts = "\n".join(map(_static, _SCRIPTS))
    return f"(() => {{\n'use strict';\n{parts}\n}})();"


def _hash(source: str) -> str:
    digest = base64.b64encode(hashlib.sha256(source.encode()).digest()).decode()
    return f"'sha256-{digest}'"
