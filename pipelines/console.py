"""What a person sees in the terminal: progress while a job runs, a summary and the next step after it."""

import contextlib
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any, Final

from rich.console import Console
from rich.table import Table

from pipelines.showlogs import show_logs
from schemas.names import Step
from telemetry import progress
from traces.criticalpath import Section

_TICK_SECONDS: Final = 0.2
_LINE_SECONDS: Final = 5.0
#: The steps that are shown, with their names for people; they work one after the other.
_SHOWN: Final = (("read", "read"), (Step.DECODE, "decoded"), (Step.DUPLICATES, "deduplicated"))


class _Console(Console):
    def on_broken_pipe(self) -> None:
        """Leave it to the command line, which knows that this is no failure."""
        raise BrokenPipeError


_out = _Console(highlight=False, markup=False)


@contextlib.contextmanager
def watching() -> Iterator[None]:
    """Show records and rates while the body runs: a live line in a terminal, else a line now and then."""
    progress.reset()
    done = threading.Event()
    began = time.monotonic()
    status = _out.status("starting") if _out.is_terminal else None
    watcher = threading.Thread(target=_watch, args=(done, began, status), daemon=True)
    with status or contextlib.nullcontext():
        watcher.start()
        try:
            yield
        finally:
            done.set()
            watcher.join()


def _watch(done: threading.Event, began: float, status: Any) -> None:
    last_line, last_counts, last_time = began, progress.snapshot(), began
    while not done.wait(_TICK_SECONDS):
        now, counts = time.monotonic(), progress.snapshot()
        if status is not None:
            status.update(_progress_text(counts, now - began))
        elif now - last_line >= _LINE_SECONDS and counts != last_counts:
            rate = (sum(counts.values()) - sum(last_counts.values())) / (now - last_time)
            _out.print(f"{_progress_text(counts, now - began)} ({rate:,.0f} records/s by step now)")
            last_line, last_counts, last_time = now, counts, now


def _progress_text(counts: dict[str, int], seconds: float) -> str:
    parts = [
        f"{name} {counts[step]:,} ({counts[step] / seconds:,.0f}/s)"
        for step, name in _SHOWN
        if step in counts
    ]
    return f"{seconds:4.0f} s  " + ("  ".join(parts) or "starting")


def show_summary(summary: dict[str, Any], output: str) -> None:
    """What became of everything that was read, and where to look next."""
    if "stream" in summary:
        saved = summary["savepoint"]
        _out.print(f"{summary['stream']}; " + (f"saved at {saved}" if saved else "nothing was saved"))
        then = "goes on from there" if saved else "begins anew, and writes nothing again that is written"
        _out.print(f"next: the same command {then}", style="bold")
    elif summary["job"] == "traces":
        _show_traces(summary, output)
    elif summary["job"] == "logs":
        show_logs(_out, summary, output)
    else:
        _show_records(summary, output)


def _show_traces(summary: dict[str, Any], output: str) -> None:
    _out.print(f"{summary['spans']:,} spans: what became of them", style="italic")  # wider than the table
    table = Table()
    table.add_column("class")
    table.add_column("spans", justify="right")
    for name, key in (
        ("in traces", "in_traces"),
        ("sent twice", "duplicates"),
        ("late for their trace", "late"),
        ("refused", "dead"),
    ):
        if summary[key]:
            table.add_row(name, f"{summary[key]:,}")
    _out.print(table)
    _out.print(
        f"{summary['traces']:,} traces in {summary['seconds']:.1f} s"
        f" ({summary['spans_per_second']:,} spans/s);"
        f" spans of kept traces: {summary['sampled_spans']:,}; every span is accounted for"
    )
    _out.print(f"next: read {output}/traces (one line a trace), {output}/graph, {output}/red", style="bold")


def show_evaluation(figures: dict[str, Any]) -> None:
    """What ``traceo evaluate`` found."""
    table = Table(title=f"anomalies held against {figures['faults']} known faults", title_justify="left")
    table.add_column("figure")
    table.add_column("", justify="right")
    rows = (
        ("detector", ", ".join(figures["detector"]) or "no anomaly"),
        ("faults found (recall)", f"{figures['faults_found']} of {figures['faults']}"),
        ("true anomalies (precision)", f"{figures['true_anomalies']} of {figures['anomalies']}"),
        ("false alarms for each series and day", _figure(figures["false_alarms_per_series_and_day"])),
        ("series that ever alarmed", f"{figures['series_ever_alarmed']:,} of {figures['series']:,}"),
        ("samples scored", f"{figures['scored_samples']:,}"),
        ("samples in warm-up", f"{figures['warm_up_samples']:,}"),
    )
    for name, figure in rows:
        table.add_row(name, figure)
    _out.print(table)


def _figure(value: float | None) -> str:
    return "none was scored" if value is None else f"{value:.2f}"


def show_critical_paths(paths: dict[str, list[Section]]) -> None:
    """One table a trace: how long each span is waited for, first to last."""
    for trace_id, sections in paths.items():
        whole = sum(section.end_ns - section.start_ns for section in sections)
        _out.print(f"trace {trace_id}: {whole / 1e6:,.3f} ms", style="italic")
        table = Table()
        for heading in ("from (ms)", "ms", "share"):
            table.add_column(heading, justify="right")
        table.add_column("span")
        begin = min((section.start_ns for section in sections), default=0)
        for section in sorted(sections, key=lambda s: s.start_ns):
            length = section.end_ns - section.start_ns
            share = f"{length / whole:.1%}" if whole else ""
            table.add_row(
                f"{(section.start_ns - begin) / 1e6:,.3f}", f"{length / 1e6:,.3f}", share, section.span_id
            )
        _out.print(table)


def _show_records(summary: dict[str, Any], output: str) -> None:
    """The table of what became of every record, and where to look next."""
    table = Table(
        title=f"{summary['records']:,} records of events: what became of them", title_justify="left"
    )
    table.add_column("class")
    table.add_column("records", justify="right")
    table.add_column("why")
    for name, key, reasons in (
        ("clean events", "valid_events", ""),
        ("replays", "replays", "sent again by a restarted connector"),
        ("duplicates", "application_duplicates", "same series, time and value"),
        ("conflicts", "conflicts", "same series and time, another value"),
        ("updates", "updates", "passed on as changes"),
        ("deletes", "deletes", "passed on as changes"),
        ("truncates", "truncates", "passed on as changes"),
        ("tombstones", "tombstones", "the mark after a delete"),
        ("invalid", "invalid", _reasons(summary["invalid_by_reason"])),
        ("unknown series", "unknown_series", "not in the catalogue"),
        ("undecodable", "undecodable", _reasons(summary["undecodable_by_kind"])),
    ):
        if summary[key]:
            table.add_row(name, f"{summary[key]:,}", reasons)
    _out.print(table)
    masked = summary["masked_values_by_kind"]
    if masked:
        _out.print(f"masked values: {_reasons(masked)}")
    if not summary["records"]:
        seen = ", ".join(summary["records_by_topic"]) or "none"
        _out.print(
            f"no record of an event; topics seen: {seen}; name the table with --events-table", style="yellow"
        )
    rate = summary["records_per_second"]
    _out.print(
        f"{summary['all_records']:,} records of {len(summary['records_by_topic'])} topics"
        f" in {summary['seconds']:.1f} s ({rate:,}/s); every record is accounted for"
    )
    if "published" in summary:
        _show_published(summary["published"], output)
        return
    actions = summary["actions"]
    _out.print(
        f"gaps: {summary['gaps']}; explained by a trace: {summary['explained_events']:,} events;"
        f" anomalies: {summary['anomalies']:,};"
        f" incidents: {actions['incidents']:,}; invalidations: {actions['invalidations']:,}"
        + _of_which(actions)
    )
    if summary["spans_read"]:
        refused = summary["refused_spans_by_reason"]
        _out.print(
            f"spans: {summary['spans_read']:,} read, {sum(refused.values()):,} refused"
            + (f" ({_reasons(refused)})" if refused else ""),
            style="yellow" if refused else None,
        )
    losses, notices = summary["losses_by_status"], summary["notices_by_kind"]
    if losses:
        _out.print(f"changes lost on the way, by table and transaction: {_reasons(losses)}", style="yellow")
    if notices:
        _out.print(f"tables that were truncated, or have other columns: {_reasons(notices)}", style="yellow")
    if summary["late_events"]:
        _out.print(
            f"{summary['late_events']:,} events were read so late that an earlier copy may have been missed;"
            " for a sure result raise --disorder-seconds (--hold-seconds when streaming)",
            style="yellow",
        )
    _out.print(f"next: open {output}/report.html, or read {output}/summary.json", style="bold")


def _show_published(published: dict[str, dict[str, int]], output: str) -> None:
    table = Table(title=f"messages to {output}", title_justify="left")
    table.add_column("topic")
    table.add_column("new", justify="right")
    table.add_column("there already", justify="right")
    for topic, counts in published.items():
        table.add_row(topic, f"{counts['new']:,}", f"{counts['there_already']:,}")
    _out.print(table)


def _of_which(actions: dict[str, Any]) -> str:
    repeated = sum(actions[executor].get("repeated", 0) for executor in ("cache", "recovery"))
    return f" ({repeated:,} actions were done before, and so not again)" if repeated else ""


def _reasons(counts: dict[str, int]) -> str:
    return ", ".join(f"{reason} {n:,}" for reason, n in counts.items())


def say(text: str) -> None:
    """One line."""
    _out.print(text, soft_wrap=True)


def stream_text(state: str, look: Any, checkpoint_age: float | None, *, saves: bool = True) -> str:
    """How an endless job does, in one line. ``saves``: whether its runner makes checkpoints."""
    behind = "lag unknown" if look.behind is None else f"{look.behind:,} behind"
    rate = "" if look.per_second is None else f"  {look.per_second:,.0f} records/s"
    age = "no checkpoint yet" if checkpoint_age is None else f"checkpoint {checkpoint_age:.0f} s ago"
    return f"{state.lower()}  {behind}{rate}" + (f"  {age}" if saves else "")


@contextlib.contextmanager
def following() -> Iterator[Callable[[str], None]]:
    """Show the newest of many lines: in place in a terminal, else one now and then."""
    if _out.is_terminal:
        with _out.status("starting") as status:
            yield status.update
        return
    last = 0.0

    def show(text: str) -> None:
        nonlocal last
        if time.monotonic() - last >= _LINE_SECONDS:
            last = time.monotonic()
            _out.print(text, soft_wrap=True)

    yield show
