"""A result folder → report.html: one page that opens offline and shows what became of every record."""

import html
import itertools
import json
from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime
from importlib import resources
from pathlib import Path
from typing import Any, Final

from connectors.errors import InputError, OutputError
from pipelines.report_charts import flow, lines
from schemas.names import REPORT_FILE, SUMMARY_FILE, Output

_EXAMPLES: Final = 3  # dead letters shown for each reason
_SCANNED_LETTERS: Final = 200_000
_GAPS: Final = 200

#: The classes of a record: (name for people, key in the summary, what it means).
CLASSES: Final = (
    ("clean events", "valid_events", "kept: each once, valid, masked"),
    ("replays", "replays", "sent again by a restarted connector"),
    ("duplicates", "application_duplicates", "same series, time and value as an earlier event"),
    ("conflicts", "conflicts", "same series and time, another value; the first was kept"),
    ("updates", "updates", "passed on as changes"),
    ("deletes", "deletes", "passed on as changes"),
    ("truncates", "truncates", "passed on as changes"),
    ("tombstones", "tombstones", "the mark after a delete; counted"),
    ("invalid", "invalid", "break the contract; dead letters with one reason each"),
    ("unknown series", "unknown_series", "not in the catalogue; dead letters"),
    ("undecodable", "undecodable", "no envelope; sealed dead letters"),
)


def write_report(output: str | Path) -> Path:
    """Write the report of the result in ``output``; its path."""
    folder = Path(output)
    try:
        summary = json.loads((folder / SUMMARY_FILE).read_bytes())
    except OSError as error:
        raise InputError(
            f"{folder}: holds no result; run: traceo run ingest --input … --output {folder}"
        ) from error
    except ValueError as error:
        raise InputError(f"{folder / SUMMARY_FILE}: no summary: {error}; run the job again") from error
    try:
        gaps = list(itertools.islice(_json_lines(folder / Output.GAPS), _GAPS))
        page = render(summary, gaps, _examples(folder / Output.DEAD))
    except (KeyError, TypeError) as error:
        raise InputError(f"{folder}: a result of another version ({error}); run the job again") from error
    partial = folder / (REPORT_FILE + ".partial")
    try:
        partial.write_text(page, encoding="utf-8")
        return partial.replace(folder / REPORT_FILE)
    except OSError as error:
        partial.unlink(missing_ok=True)
        raise OutputError(f"{partial}: {error.strerror}") from error


def _json_lines(folder: Path) -> Iterator[dict[str, Any]]:
    for file in sorted(folder.glob("*.jsonl")):
        with file.open("rb") as stream:
            yield from map(json.loads, stream)


def _examples(folder: Path) -> dict[str, list[dict[str, Any]]]:
    """The first few letters of each reason; a very long file is not read to its end."""
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for letter in itertools.islice(_json_lines(folder), _SCANNED_LETTERS):
        if len(found[letter["reason"]]) < _EXAMPLES:
            found[letter["reason"]].append(letter)
    return found


def render(
    summary: dict[str, Any], gaps: list[dict[str, Any]], examples: dict[str, list[dict[str, Any]]]
) -> str:
    """The page of a run: ``summary`` as in summary.json, rows of the gaps, letters by reason."""
    style = resources.files("pipelines").joinpath("report.css").read_text(encoding="utf-8")
    sections = (
        _head(summary),
        _section("What became of every record", flow(summary) + _classes(summary)),
        _section("Refused, by reason", _reasons(summary, examples)),
        _section("Over time", _timelines(summary, gaps)),
        _section("Gaps", _gaps(summary, gaps)),
        _section("Where the results are", _outputs(summary)),
        _section("Reconciliation", _reconciliation(summary)),
    )
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>Traceo Dataflow: {_text(summary['job'])}</title><style>{style}</style></head>"
        f"<body><main>{''.join(sections)}</main></body></html>\n"
    )


def _text(value: object) -> str:
    return html.escape(str(value))


def _section(title: str, body: str) -> str:
    return f"<section><h2>{title}</h2>{body}</section>"


def _head(summary: dict[str, Any]) -> str:
    balanced = summary["reconciliation"]["balanced"]
    verdict = "every record is accounted for" if balanced else "records are unaccounted for"
    sources = ", ".join(map(_text, summary["input"]))
    kept = summary["valid_events"]
    share = f" ({kept / summary['records']:.1%})" if summary["records"] else ""
    return (
        f"<header><h1>{summary['records']:,} records in, {kept:,} clean events out{share}</h1>"
        f'<p class="verdict {"good" if balanced else "bad"}">{verdict}</p>'
        f"<p>job {_text(summary['job'])} over {sources}; finished {_text(summary['finished_at'])};"
        f" {summary['all_records']:,} records of {len(summary['records_by_topic'])} topics in"
        f" {summary['seconds']:.1f} s</p></header>"
    )


def _table(head: tuple[str, ...], rows: list[tuple[object, ...]]) -> str:
    """Numbers are set right and grouped, everything else is escaped text."""

    def cell(value: object) -> str:
        if isinstance(value, int) and not isinstance(value, bool):
            return f'<td class="number">{value:,}</td>'
        return f"<td>{_text(value)}</td>"

    numeric = [isinstance(value, int) for value in rows[0]] if rows else [False] * len(head)
    titles = "".join(
        f'<th scope="col"{" class=number" if right else ""}>{title}</th>'
        for title, right in zip(head, numeric, strict=True)
    )
    body = "".join(f"<tr>{''.join(map(cell, row))}</tr>" for row in rows)
    return f'<div class="scroll"><table><thead><tr>{titles}</tr></thead><tbody>{body}</tbody></table></div>'


def _classes(summary: dict[str, Any]) -> str:
    rows: list[tuple[object, ...]] = [
        (name, summary[key], meaning) for name, key, meaning in CLASSES if summary[key]
    ]
    return (
        f"<details><summary>The same as a table</summary>{_table(('class', 'records', ''), rows)}</details>"
    )


def _reasons(summary: dict[str, Any], examples: dict[str, list[dict[str, Any]]]) -> str:
    counts = summary["invalid_by_reason"] | summary["undecodable_by_kind"]
    if summary["unknown_series"]:
        counts = counts | {"unknown_series": summary["unknown_series"]}
    if not counts:
        return "<p>Nothing was refused.</p>"
    most = max(counts.values())
    parts = [
        f'<details class="reason"><summary><span class="name">{_text(reason)}</span>'
        f'<span class="bar"><span style="width:{100 * n / most:.1f}%"></span></span>'
        f'<span class="number">{n:,}</span></summary>'
        + "".join(_example(letter) for letter in examples.get(reason, []))
        + "</details>"
        for reason, n in sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    ]
    hint = (
        "<p>Open a reason for examples, masked."
        " After a fix: <code>traceo run replay --input OUT --output NEW</code></p>"
    )
    return hint + "".join(parts)


def _example(letter: dict[str, Any]) -> str:
    place = f"{letter['topic']}, partition {letter['partition']}, offset {letter['offset']}"
    if letter.get("row") is not None:
        shown = json.dumps(letter["row"], indent=1, ensure_ascii=False)
    else:
        shown = f"sealed: {letter.get('size', 0):,} bytes, sha256 {letter.get('sha256', '')}"
    return f"<p>{_text(place)}</p><pre>{_text(shown)}</pre>"


def _timelines(summary: dict[str, Any], gaps: list[dict[str, Any]]) -> str:
    timeline = summary["timeline"]
    events = [
        point | {"events_a_minute": point["records"] * 60 / point["seconds"]}
        for point in timeline.get("events", [])
    ]
    spans = [(_epoch(g["start"]), _epoch(g["end"])) for g in gaps if g["kind"] == "interval"]
    return (
        lines(
            "Clean events a minute, by event time; gaps are shaded",
            "events",
            events,
            ("events_a_minute",),
            spans,
        )
        + lines(
            "Lag from commit to topic, by commit time",
            "ms",
            timeline.get("lag", []),
            ("mean_ms", "max_ms"),
            [],
        )
        or "<p>No clean event, so nothing over time.</p>"
    )


def _epoch(iso: str) -> float:
    return datetime.fromisoformat(iso).astimezone(UTC).timestamp()


def _gaps(summary: dict[str, Any], gaps: list[dict[str, Any]]) -> str:
    if not gaps:
        return "<p>No interval is missing.</p>"
    rows: list[tuple[object, ...]] = [
        (g["entity"], g["start"], g["end"], g["intervals"], g["missing_rows"], "yes" if g["open"] else "no")
        for g in gaps
        if g["kind"] == "interval"
    ]
    table = _table(("entity", "from", "to", "intervals", "missing rows", "still open"), rows)
    silent: list[tuple[object, ...]] = [(g["entity"], g["metric_id"]) for g in gaps if g["kind"] == "series"]
    if silent:
        table += "<h3>Series that never sent anything</h3>" + _table(("entity", "series"), silent)
    more = f"<p>The first {len(gaps)} of {summary['gaps']:,}.</p>" if summary["gaps"] > len(gaps) else ""
    return table + more


def _outputs(summary: dict[str, Any]) -> str:
    rows: list[tuple[object, ...]] = [
        (f"{o['folder']}/", o["files"], o["rows"], o["bytes"]) for o in summary["outputs"].values()
    ]
    topics: list[tuple[object, ...]] = list(summary["records_by_topic"].items())
    masked: list[tuple[object, ...]] = list(summary["masked_values_by_kind"].items())
    masks = _table(("masked kind", "values"), masked) if masked else "<p>No value had to be masked.</p>"
    return _table(("folder", "files", "rows", "bytes"), rows) + _table(("topic", "records"), topics) + masks


def _reconciliation(summary: dict[str, Any]) -> str:
    rows: list[tuple[object, ...]] = [
        (
            line["step"],
            f"{line['topic']}/{line['partition']}",
            line["records_in"],
            ", ".join(f"{name} {n:,}" for name, n in line["records_out"].items()),
            line["records_in"] - sum(line["records_out"].values()),
        )
        for line in summary["reconciliation"]["lines"]
    ]
    problems = "".join(f"<p>{_text(p)}</p>" for p in summary["reconciliation"]["differences"])
    table = _table(("step", "partition", "in", "out", "difference"), rows)
    return f"{problems}<details><summary>Every step, every partition</summary>{table}</details>"
