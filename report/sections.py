"""Parts of the page that are numbers and words: head, classes, refusals, gaps, files, reconciliation."""

import json
from collections.abc import Mapping
from typing import Any, Final

from report.data import Found
from report.markup import Row, Safe, bar, folded, plural, section, table, text
from report.payload import shortened
from schemas.names import Output

_ROWS: Final = 400
_EXAMPLE: Final = 2_000  # letters

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


def head(summary: Mapping[str, Any]) -> str:
    """What the run comes to, in a few lines."""
    balanced = summary["reconciliation"]["balanced"]
    verdict = "every record is accounted for" if balanced else "records are unaccounted for"
    sources = shortened(", ".join(map(str, summary["input"])), 300)
    kept = summary["valid_events"]
    share = f" ({kept / summary['records']:.1%})" if summary["records"] else ""
    problems = "".join(
        f'<p class="bad">{text(p)}</p>' for p in summary["reconciliation"]["differences"][:_ROWS]
    )
    actions = summary.get("actions") or {}
    facts = [
        (summary.get("anomalies", 0), "anomaly", "anomalies", "series"),
        (actions.get("incidents", 0), "incident", "incidents", "incidents"),
        (
            summary.get("explained_events", 0),
            "event explained by a trace",
            "events explained by a trace",
            "series",
        ),
        (actions.get("invalidations", 0), "invalidation", "invalidations", "invalidations"),
        (summary["gaps"], "gap", "gaps", "gaps"),
    ]
    shown = "".join(
        f'<li><a href="#{place}"><b>{count:,}</b> {one if count == 1 else many}</a></li>'
        for count, one, many, place in facts
        if count or place == "gaps"
    )
    return (
        f"<header><h1>{summary['records']:,} records in, {kept:,} clean events out{share}</h1>"
        f'<p class="verdict {"good" if balanced else "bad"}">{verdict}</p>{problems}{_told(summary)}'
        f'<ul class="facts">{shown}</ul>'
        f"<p>Job {text(summary['job'])} over {text(sources)}, finished {text(summary['finished_at'])}:"
        f" {summary['all_records']:,} records of {plural(len(summary['records_by_topic']), 'topic')} in"
        f" {summary['seconds']:.1f} s.</p></header>"
    )


def _told(summary: Mapping[str, Any]) -> str:
    """What the stream says of itself, where it says something."""
    lines = (
        ("Changes lost on the way, by table and transaction", "losses_by_status", Output.LOSSES),
        ("Tables that were truncated, or have other columns", "notices_by_kind", Output.NOTICES),
    )
    return "".join(
        f'<p class="bad">{name}: {text(", ".join(f"{kind} {n:,}" for kind, n in counts.items()))}'
        f" (<code>{output}/</code>)</p>"
        for name, key, output in lines
        if (counts := summary.get(key))
    )


def classes(summary: Mapping[str, Any]) -> str:
    """The numbers of the picture, as a table."""
    rows: list[Row] = [(name, summary[key], meaning) for name, key, meaning in CLASSES if summary[key]]
    return folded("The same as a table", table(("class", "records", ""), rows))


def refused(found: Found) -> str:
    """Reasons of refusals, the most frequent first, with examples."""
    summary = found.summary
    counts = summary["invalid_by_reason"] | summary["undecodable_by_kind"]
    if summary["unknown_series"]:
        counts = counts | {"unknown_series": summary["unknown_series"]}
    if not counts:
        return section("refused", "Refused, by reason", "<p>Nothing was refused.</p>")
    most = max(counts.values())
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    parts = [
        folded(
            f'<span class="name">{text(shortened(reason))}</span>{bar(n / most, "refused")}'
            f'<span class="number">{n:,}</span>',
            "".join(map(_example, found.letters.get(reason, []))) or "<p>No example at hand.</p>",
            "reason",
        )
        for reason, n in ordered[:_ROWS]
    ]
    lead = (
        f"{plural(sum(counts.values()), 'record')} became dead letters. Open a reason for examples, masked."
        " After a fix: <code>traceo run replay --input OUT --output NEW</code>"
    )
    return section("refused", "Refused, by reason", f'<div class="reasons">{"".join(parts)}</div>', lead)


def _example(letter: dict[str, Any]) -> str:
    place = f"{letter['topic']}, partition {letter['partition']}, offset {letter['offset']}"
    if letter.get("row") is not None:
        shown = json.dumps(letter["row"], indent=1, ensure_ascii=False)
    else:
        shown = f"sealed: {letter.get('size', 0):,} bytes, sha256 {letter.get('sha256', '')}"
    return f"<p>{text(place)}</p><pre>{text(shortened(shown, _EXAMPLE))}</pre>"


def gaps(found: Found) -> str:
    """Intervals without samples, and series that never sent one."""
    if not found.gaps:
        return section("gaps", "Gaps", "<p>No interval is missing.</p>")
    rows: list[Row] = [
        (
            shortened(g["entity"]),
            g["start"],
            g["end"],
            g["intervals"],
            g["missing_rows"],
            "yes" if g["open"] else "no",
        )
        for g in found.gaps
        if g["kind"] == "interval"
    ]
    body = table(("entity", "from", "to", "intervals", "missing rows", "still open"), rows) if rows else ""
    silent: list[Row] = [
        (shortened(str(g["entity"])), shortened(g["metric_id"])) for g in found.gaps if g["kind"] == "series"
    ]
    if silent:
        body += "<h3>Series that never sent anything</h3>" + table(("entity", "series"), silent)
    if found.summary["gaps"] > len(found.gaps):
        body += f'<p class="note">The first {len(found.gaps)} of {found.summary["gaps"]:,}.</p>'
    return section("gaps", "Gaps", body)


def outputs(summary: Mapping[str, Any]) -> str:
    """The files of the result, the topics that were read, the values that were masked."""
    files: list[Row] = [
        (f"{o['folder']}/", o["files"], o["rows"], o["bytes"]) for o in summary["outputs"].values()
    ]
    topics: list[Row] = [(shortened(t), n) for t, n in list(summary["records_by_topic"].items())[:_ROWS]]
    masked: list[Row] = list(summary["masked_values_by_kind"].items())
    masks = table(("masked kind", "values"), masked) if masked else "<p>No value had to be masked.</p>"
    body = (
        f'<div class="columns"><div>{table(("folder", "files", "rows", "bytes"), files)}</div>'
        f"<div>{table(('topic', 'records'), topics)}{masks}</div></div>"
    )
    return section("files", "Where the results are", body)


def reconciliation(summary: Mapping[str, Any]) -> str:
    """What each step took and gave, by partition."""
    lines = summary["reconciliation"]["lines"]
    rows: list[Row] = [
        (
            line["step"],
            f"{shortened(line['topic'])}/{line['partition']}",
            line["records_in"],
            ", ".join(f"{name} {n:,}" for name, n in line["records_out"].items()),
            line["records_in"] - sum(line["records_out"].values()),
        )
        for line in lines[:_ROWS]
    ]
    balanced = summary["reconciliation"]["balanced"]
    words = Safe(
        f"{plural(len(lines), 'sum')} of steps and partitions "
        + ("agree with what was read and with the rows in the files." if balanced else "were held together.")
    )
    more = f'<p class="note">The first {_ROWS} of {len(lines):,}.</p>' if len(lines) > _ROWS else ""
    every = table(("step", "partition", "in", "out", "difference"), rows)
    return section(
        "reconciliation",
        "Reconciliation",
        f"<p>{words}</p>{folded('Every step, every partition', every + more)}",
    )
