"""A result of the logs job → report.html: what matters at three in the morning, then what an auditor asks."""

import json
from pathlib import Path
from typing import Any, Final

from connectors.errors import InputError
from report import compliancepage
from report.charts import Line, chart
from report.cleantext import clean, clean_all
from report.compliance import Compliance, compliance_of, logs_summary
from report.compliancepage import write_json
from report.data import Found, read_result
from report.frame import frame, write
from report.incidents import incidents
from report.logsdata import LogsFound, read_logs
from report.logsections import failing, new, refused, services, slowest, traces
from report.markup import Row, plural, section, table, text
from report.sections import reconciliation
from report.securitysection import security
from schemas.names import REPORT_FILE, SUMMARY_FILE

_NAVIGATION: Final = (
    ("new", "New"),
    ("errors", "Errors"),
    ("time", "Over time"),
    ("slowest", "Slowest"),
    ("security", "Security"),
    ("incidents", "Incidents"),
    ("traces", "Traces"),
    ("compliance", "Compliance"),
    ("measured", "Measured"),
    ("files", "Files"),
)
_INPUT_FILES: Final = 200


def write_logs_report(output: str | Path) -> list[Path]:
    """Write report.html and compliance.json of the result in ``output``; their paths. Raises InputError."""
    folder = Path(output)
    summary = logs_summary(folder)
    try:
        found = compliance_of(folder)
        logs = read_logs(folder, summary, [trace for one in found.security.gravest for trace in one.traces])
        page = render(logs, found, read_result(folder)).encode("utf-8", "replace")
    except (KeyError, TypeError) as error:
        raise InputError(f"{folder}: a result of another version ({error}); run the job again") from error
    return [write(folder / REPORT_FILE, page), write_json(folder, found)]


def is_of_logs(folder: Path) -> bool:
    """Whether the result in ``folder`` is one of the logs job."""
    try:
        return bool(json.loads((folder / SUMMARY_FILE).read_bytes()).get("job") == "logs")
    except (OSError, ValueError, AttributeError):
        return False


def render(logs: LogsFound, found: Compliance, result: Found) -> str:
    """The page."""
    shown = logs.lines.traces.keys()
    result.incidents = [clean_all(one) for one in result.incidents]
    sections = (
        _head(logs, found),
        new(logs, shown),
        services(logs) + failing(logs, shown),
        _over_time(logs),
        slowest(logs),
        security(found.security, shown),
        incidents(result, {}, {}),
        traces(logs),
        refused(logs),
        _compliance(found),
        *compliancepage.sections(found),
        _files(logs.summary),
        reconciliation(logs.summary),
    )
    return frame("logs", _NAVIGATION, sections)


def _head(logs: LogsFound, found: Compliance) -> str:
    summary = logs.summary
    balanced = summary["reconciliation"]["balanced"]
    errors = sum(one.errors for one in logs.services)
    kinds = logs.novelties_by_kind
    facts = [
        (kinds.get("new", 0), "new template", "new templates", "new"),
        (kinds.get("burst", 0), "burst", "bursts", "new"),
        (found.security.findings, "security finding", "security findings", "security"),
        (found.security.incidents, "incident", "incidents", "incidents"),
        (found.values, "value hidden", "values hidden", "compliance"),
        (summary["dead"], "refused", "refused", "refused"),
    ]
    shown = "".join(
        f'<li><a href="#{place}"><b>{count:,}</b> {one if count == 1 else many}</a></li>'
        for count, one, many, place in facts
    )
    store = (
        f"; {summary['stored']:,} are in the store {text(clean(summary['store']))}"
        if summary.get("store")
        else ""
    )
    inputs = clean(", ".join(map(str, summary["input"])), 300)
    verdict = "every record is accounted for" if balanced else "records are unaccounted for"
    return (
        f"<header><h1>{plural(errors, 'error')} in {plural(summary['records'], 'log record')}</h1>"
        f'<p class="verdict {"good" if balanced else "bad"}">{verdict}</p>'
        f'<ul class="facts">{shown}</ul>'
        f"<p>Job logs over {text(inputs)}, finished {text(summary['finished_at'])}:"
        f" {summary['lines']:,} lines and messages in {summary['seconds']:.1f} s{store}.</p></header>"
    )


def _compliance(found: Compliance) -> str:
    links = "".join(f'<li><a href="#{name}">{words}</a></li>' for name, words in compliancepage.NAVIGATION)
    return (
        f'<div class="part" id="compliance"><h2>Compliance: {text(compliancepage.headline(found))}</h2>'
        "<p>Names of kinds, sources and fields, and nothing of the values. The same for an auditor, alone:"
        f' <code>traceo compliance</code></p><ul class="facts">{links}</ul></div>'
    )


def _over_time(logs: LogsFound) -> str:
    slots, wide = logs.timeline.slots, logs.timeline.seconds
    if not slots:
        return section("time", "Over time", "<p>No record says when it happened.</p>")
    span = (slots[0][0], slots[-1][0] + wide)
    body = ""
    for name, kind, place in (("Records", "l0", 1), ("Errors", "l2", 2)):
        points = [(float(slot[0]), float(slot[place])) for slot in slots]
        if any(value for _, value in points):
            title = f"{name} in every {wide:,.0f} s, by event time"
            body += chart(title, name.lower(), [Line(name.lower(), kind, points, wide)], [], span)
    return section("time", "Over time", body)


def _files(summary: dict[str, Any]) -> str:
    rows: list[Row] = [
        (f"{one['folder']}/", one["files"], one["rows"], one["bytes"]) for one in summary["outputs"].values()
    ]
    results = section("files", "Where the results are", table(("folder", "files", "rows", "bytes"), rows))
    read = summary.get("input_files", [])
    if not read:
        return results
    inputs: list[Row] = [
        (one["partition"], clean(one["file"], 300), one["lines"]) for one in read[:_INPUT_FILES]
    ]
    more = f'<p class="note">{len(read):,} files in all; see summary.json.</p>' if read[_INPUT_FILES:] else ""
    lead = "A record is named topic/partition/line/place; of files the partition says which one."
    return results + section(
        "inputs", "Files that were read", table(("partition", "file", "lines"), inputs) + more, lead
    )
