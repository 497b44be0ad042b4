"""Parts of the report of logs: what is new or bursts, errors, durations, lines of traces, refusals."""

from collections.abc import Collection
from datetime import UTC, datetime
from typing import Final

from report.cleantext import clean, clean_lines
from report.loglines import LINES, LogLine
from report.logsdata import LogsFound, Sums
from report.markup import Row, Safe, bar, folded, plural, section, table, text
from report.securitysection import moment_of, trace_link
from schemas.logs import Severity
from schemas.templates import Novelty, TemplateEvent

_TEMPLATE: Final = 320  # letters
_BODY: Final = 700
_NS: Final = 1e6  # of a millisecond


def new(found: LogsFound, shown: Collection[str]) -> str:
    """Templates of warnings and errors that were not seen before, or come far more often than before."""
    title = "New and bursting templates of errors and warnings"
    if not found.novelties:
        said = found.judged.none_is_new()
        return section("new", title, f"<p>{said[0].upper()}{said[1:]}.</p>")
    items = "".join(_novelty(one, found, shown) for one in found.novelties)
    hidden = sum(found.novelties_by_kind.values()) - len(found.novelties)
    more = f'<p class="note">{hidden:,} more are in novelties/.</p>' if hidden > 0 else ""
    lead = "The gravest first; <code>&lt;*&gt;</code> stands where values were. Texts are redacted."
    return section("new", title, f'<ol class="finds">{items}</ol>{more}', lead)


def _novelty(one: TemplateEvent, found: LogsFound, shown: Collection[str]) -> str:
    expected = f", {one.expected:,.1f} expected" if one.kind is Novelty.BURST else ""
    words = {Novelty.NEW: "new", Novelty.BURST: "burst"}[one.kind]
    line = found.lines.examples.get(one.example)
    return (
        f'<li><div class="what"><span class="grade {words}">{words}</span>{_grade(one.severity)}'
        f'<span class="service">{text(clean(one.service) or "(unknown)")}</span>'
        f"<span><b>{one.records:,}</b> in {one.window_seconds:,.0f} s{expected}</span>"
        f"<span>from {moment_of(one.first_ns / _NS)} UTC</span></div>"
        f"<code>{text(_template(one.template, found))}</code>"
        f"{_pair(line, one.trace_id, one.example, shown)}</li>"
    )


def _pair(line: LogLine | None, trace_id: str | None, record: str, shown: Collection[str]) -> str:
    """Where a line of it is, and the line itself."""
    words = [f"record {text(clean(record))}"]
    if trace_id:
        words.insert(0, f"trace {trace_link(trace_id, shown)}")
    place = f'<p class="pair">{"; ".join(words)}</p>'
    return place + (
        folded("A line of it", f"<pre>{text(clean_lines(line.body, _BODY))}</pre>") if line else ""
    )


def _template(template: str, found: LogsFound) -> str:
    return clean(found.texts[template], _TEMPLATE) if template in found.texts else template or "(many)"


def _grade(severity: int) -> Safe:
    name = max((s for s in Severity if s <= severity), default=Severity.UNSPECIFIED).name.lower()
    return Safe(f'<span class="grade {name}">{name}</span>')


def services(found: LogsFound) -> str:
    """Errors and warnings by service."""
    title = "Errors by service"
    if not found.services:
        return section("errors", title, "<p>No record was written.</p>")
    most = max(1, *(one.errors for one in found.services))
    rows: list[Row] = [
        (
            clean(one.service) or "(unknown)",
            one.errors,
            one.warnings,
            one.records,
            f"{one.errors / one.records:.2%}" if one.records else "–",
            Safe(bar(one.errors / most, "bad") if one.errors else ""),
        )
        for one in found.services
    ]
    head = ("service", "errors", "warnings", "records", "errors in all", "")
    bad = [row for row, one in zip(rows, found.services, strict=True) if one.errors or one.warnings]
    calm = rows[len(bad) :] if bad == rows[: len(bad)] else [row for row in rows if row not in bad]
    body = table(head, bad) if bad else "<p>No service logged an error or a warning.</p>"
    if calm:
        body += folded(f"{plural(len(calm), 'service')} without errors and warnings", table(head, calm))
    return section("errors", title, body)


def failing(found: LogsFound, shown: Collection[str]) -> str:
    """The templates with most errors, each with the first line of it."""
    if not found.failing:
        return ""
    items = []
    for one in found.failing:
        line = found.lines.errors.get((one.service, one.template))
        pair = _pair(line, line.trace_id, line.record, shown) if line else ""
        items.append(
            f'<li><div class="what"><span><b>{one.errors:,}</b> error{"" if one.errors == 1 else "s"}</span>'
            f'<span class="service">{text(clean(one.service) or "(unknown)")}</span></div>'
            f"<code>{text(_template(one.template, found))}</code>{pair}</li>"
        )
    return section("failing", "Templates with most errors", f'<ol class="finds">{"".join(items)}</ol>')


def slowest(found: LogsFound) -> str:
    """Templates whose lines say how long something took."""
    title = "Slowest templates"
    if not found.slowest:
        return section("slowest", title, "<p>No line says how long something took.</p>")
    most = max(one.p(0.95) for one in found.slowest) or 1
    rows: list[Row] = [
        (
            Safe(f"<code>{text(_template(one.template, found))}</code>"),
            clean(one.service) or "(unknown)",
            one.timed,
            _duration(one, 0.5),
            _duration(one, 0.95),
            Safe(bar(one.p(0.95) / most)),
        )
        for one in found.slowest
    ]
    lead = "By the durations that lines themselves tell, 95 of 100 of which were not longer (p95)."
    return section("slowest", title, table(("template", "service", "lines", "p50", "p95", ""), rows), lead)


def _duration(one: Sums, q: float) -> str:
    ns = one.p(q)
    for unit, size in (("s", 1e9), ("ms", 1e6), ("µs", 1e3)):
        if ns >= size:
            return f"{ns / size:,.3g} {unit}" if ns < 1000 * size else f"{ns / size:,.0f} {unit}"
    return f"{ns} ns"


def traces(found: LogsFound) -> str:
    """The lines of the traces that are named above."""
    title = "Lines of traces"
    if not found.lines.traces:
        return section("traces", title, "<p>No line of an error that is shown names its trace.</p>")
    parts = [
        folded(
            f'<span class="id">{text(trace_id)}</span> {_many(lines)}',
            f'<div class="lines" id="trace-{text(trace_id)}">{"".join(map(_line, lines))}</div>',
        )
        for trace_id, lines in found.lines.traces.items()
    ]
    return section("traces", title, "".join(parts), "Of all services, in the order of time, redacted.")


def _many(lines: list[LogLine]) -> str:
    return f"the first {LINES} lines" if len(lines) == LINES else plural(len(lines), "line")


def _line(line: LogLine) -> str:
    at = "no time"
    if line.at_ns is not None:
        at = datetime.fromtimestamp(line.at_ns // 10**9, UTC).strftime("%H:%M:%S") + (
            f".{line.at_ns % 10**9 // 10**6:03d}"
        )
    return (
        f"<p>{at} {_grade(line.severity)} <b>{text(clean(line.service))}</b></p>"
        f"<pre>{text(clean_lines(line.body, _BODY))}</pre>"
    )


def refused(found: LogsFound) -> str:
    """Why records could not be read, or the store did not take them."""
    counts = found.summary["dead_by_reason"]
    if not counts:
        return section("refused", "Refused, by reason", "<p>Nothing was refused.</p>")
    rows: list[Row] = [
        (reason, count, Safe(bar(count / max(counts.values()), "refused")))
        for reason, count in counts.items()
    ]
    lead = (
        "They are dead letters in <code>dead/</code>: place, size and SHA-256, and nothing of what they hold."
        " A negative partition is a file: <code>input_files</code> in summary.json."
    )
    return section("refused", "Refused, by reason", table(("reason", "records", ""), rows), lead)
