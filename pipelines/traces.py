"""The traces job: spans go in, whole traces come out, with what they waited for and what went wrong.

documents → DecodeSpans → Redact → AnalyseTraces → trace summaries, sampled spans | late spans
                                 ↘ RedMetrics     ↘ ServiceGraph
"""

import time
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, NamedTuple, cast

import apache_beam as beam
import msgspec

from connectors.files import ReadSpans
from connectors.sinks import CollectJson, FileWritten, WriteFiles
from connectors.spanfiles import find_span_files
from connectors.staging import staged, take_over
from pipelines.reconcile import Line, Tally
from pipelines.setting import SettingError
from pipelines.settings import Settings
from pipelines.sources import refuse_topics
from pipelines.summary import check_balance
from runners import direct
from schemas.names import Result, Step
from schemas.traces import ASSEMBLE, TracesOutput
from telemetry.selftrace import part, watched
from traces.criticalpath import Semantics
from transforms import DecodeSpans
from transforms.ending import AtTheEnd
from transforms.red import RedMetrics
from transforms.servicegraph import ServiceGraph
from transforms.traces import AnalyseTraces

TALLY_FILE: Final = "tally.json"
FILES_FILE: Final = "files.json"


class Traced(NamedTuple):
    """The named outputs of the job."""

    traces: beam.PCollection
    sampled: beam.PCollection
    late: beam.PCollection
    graph: beam.PCollection
    red: beam.PCollection
    tally: beam.PCollection


def build(spans: beam.PCollection, settings: Settings) -> Traced:
    """The path from SPANS batches to the outputs; the same graph in batch and streaming."""
    wait, window = settings.traces_wait_seconds, settings.window_seconds
    analysed = spans | "AnalyseTraces" >> AnalyseTraces(
        shards=settings.shards,
        wait_seconds=wait,
        window_seconds=window,
        semantics=cast(Semantics, settings.semantics),  # the choices of the setting are these
        sample_rate=settings.sample_rate,
        slow_ms=settings.slow_ms,
        rare_below=settings.rare_below,
        streaming=settings.streaming,
    )
    return Traced(
        traces=analysed.traces,
        sampled=analysed.sampled,
        late=analysed.late,
        # A trace leaves when it was waited for, a little later than its last call ended.
        graph=analysed.calls
        | "ServiceGraph" >> ServiceGraph(window_seconds=window, lateness_seconds=2 * wait),
        red=spans | "RedMetrics" >> RedMetrics(window_seconds=window, lateness_seconds=wait),
        tally=analysed.tally,
    )


def write(
    out: Traced,
    settings: Settings,
    staging: Path,
    *,
    dead: beam.PCollection,
    tallies: Sequence[beam.PCollection],
) -> None:
    """Write every output into ``staging``; nothing there counts until the job has ended well.

    ``dead`` and ``tallies``: of the steps before.
    """
    folder, form = str(staging), settings.format
    tally = (
        [out.tally, *tallies]
        | "Tallies" >> beam.Flatten()
        | "TallyAtEnd" >> AtTheEnd()
        | "SumTally" >> beam.CombinePerKey(sum)
    )
    files = (
        out.traces | "WriteTraces" >> WriteFiles(folder=folder, output=TracesOutput.TRACES, format="jsonl"),
        out.sampled | "WriteSampled" >> WriteFiles(folder=folder, output=TracesOutput.SAMPLED, format=form),
        out.late | "WriteLate" >> WriteFiles(folder=folder, output=TracesOutput.LATE, format=form),
        out.graph | "WriteGraph" >> WriteFiles(folder=folder, output=TracesOutput.GRAPH, format="jsonl"),
        out.red | "WriteRed" >> WriteFiles(folder=folder, output=TracesOutput.RED, format="jsonl"),
        dead | "WriteDead" >> WriteFiles(folder=folder, output=TracesOutput.DEAD, format="jsonl"),
    )
    files | "Files" >> beam.Flatten() | "SaveFiles" >> CollectJson(path=f"{folder}/{FILES_FILE}")
    tally | "SaveTally" >> CollectJson(path=f"{folder}/{TALLY_FILE}")


def graph(pipeline: beam.Pipeline, settings: Settings, staging: Path) -> None:
    """The whole job: source, path and sinks."""
    files = [str(file) for file in find_span_files(settings.input)]
    documents = pipeline | "ReadSpans" >> ReadSpans(
        files=files, streaming=settings.streaming, quiet_seconds=(settings.traces_wait_seconds + 1,)
    )
    decoded = documents | "DecodeSpans" >> DecodeSpans()
    masked = decoded.ok | "Redact" >> settings.redact()
    out = build(masked.ok, settings)
    write(out, settings, staging, dead=decoded.dead, tallies=[decoded.tally, masked.tally])


@watched("traces")
def run(settings: Settings, beam_options: Sequence[str] = ()) -> dict[str, Any]:
    """Run the job to its end and take over its results; the summary of what became of every span."""
    with part("preflight"):
        preflight(settings)
    output = Path(settings.output)
    with staged(output) as staging:
        began = time.monotonic()
        direct.run(
            lambda pipeline: graph(pipeline, settings, staging),
            streaming=settings.streaming,
            spill_folder=staging / "spill",
            beam_options=beam_options,
        )
        seconds = time.monotonic() - began
        with part("summarise"):
            summary = summarise(staging, settings, seconds)
            check_balance(summary)
            files = _load(staging / FILES_FILE, list[FileWritten])
        with part("take over"):
            take_over(output, staging, files, msgspec.json.format(msgspec.json.encode(summary)), TracesOutput)
    return summary


def preflight(settings: Settings) -> None:
    """Prove what can be proved before the graph is built."""
    if not settings.input:
        raise SettingError("--input: nothing to read; name files or folders of spans")
    refuse_topics(settings, "traces")
    settings.check_redaction()
    find_span_files(settings.input)


def summarise(staging: Path, settings: Settings, seconds: float) -> dict[str, Any]:
    """What became of every span that was read, and what was written, by the files in ``staging``."""
    tally = _load(staging / TALLY_FILE, Tally)
    files = _load(staging / FILES_FILE, list[FileWritten])
    lines = reconcile(tally, files)
    totals = _totals(tally)
    outputs: dict[str, dict[str, Any]] = {
        str(name): {"folder": str(name), "files": 0, "rows": 0, "bytes": 0} for name in TracesOutput
    }
    for file in files:
        of = outputs[file.output]
        of["files"] += 1
        of["rows"] += file.rows
        of["bytes"] += file.size
    spans = totals[Step.DECODE][Result.READ]
    return {
        "job": "traces",
        "finished_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "seconds": round(seconds, 3),
        "spans_per_second": round(spans / seconds) if seconds else None,
        "input": list(settings.input),
        "semantics": settings.semantics,
        "spans": spans,
        "dead": totals[Step.DECODE][Result.DEAD],
        "in_traces": totals[ASSEMBLE][Result.PASSED],
        "duplicates": totals[ASSEMBLE][Result.DUPLICATE],
        "late": totals[ASSEMBLE][Result.LATE_SPAN],
        "traces": outputs[TracesOutput.TRACES]["rows"],
        "sampled_spans": outputs[TracesOutput.SAMPLED]["rows"],
        "outputs": outputs,
        "reconciliation": {
            "balanced": all(line.difference == 0 for line in lines),
            "differences": [line.problem() for line in lines if line.difference],
            "lines": msgspec.to_builtins(lines),
        },
    }


def reconcile(tally: Tally, files: Iterable[FileWritten]) -> list[Line]:
    """A line for each step over all files, and for what was written of dead and late spans."""
    totals = _totals(tally)
    decoded, masked, assembled = totals[Step.DECODE], totals[Step.REDACT], totals[ASSEMBLE]
    rows: Counter[str] = Counter()
    for file in files:
        rows[file.output] += file.rows
    out = (Result.DEAD, Result.PASSED, Result.DUPLICATE, Result.LATE_SPAN)

    def line(step: str, records: int, found: Counter[str]) -> Line:
        return Line(step, "(all)", 0, records, {str(name): found[name] for name in out if found[name]})

    written = {Result.DEAD: decoded[Result.DEAD], Result.LATE_SPAN: assembled[Result.LATE_SPAN]}
    folders = {Result.DEAD: TracesOutput.DEAD, Result.LATE_SPAN: TracesOutput.LATE}
    return [
        line(Step.DECODE, decoded[Result.READ], decoded),
        line(Step.REDACT, decoded[Result.PASSED], masked),
        line(ASSEMBLE, masked[Result.PASSED], assembled),
        *(
            Line(Step.WRITE, "(all)", 0, records, {str(folders[result]): rows[folders[result]]})
            for result, records in written.items()
        ),
    ]


def _totals(tally: Tally) -> dict[str, Counter[str]]:
    totals: dict[str, Counter[str]] = {step: Counter() for step in (Step.DECODE, Step.REDACT, ASSEMBLE)}
    for (step, _, _, result, _), records in tally:
        totals.setdefault(step, Counter())[result] += records
    return totals


def _load(path: Path, kind: Any) -> Any:
    return msgspec.json.decode(path.read_bytes(), type=kind)
