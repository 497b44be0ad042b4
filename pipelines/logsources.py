"""Where logs come from, by what the settings name: files, or topics."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import apache_beam as beam

from connectors.logfiles import Bounds, FileReader, find_log_files
from logs.multiline import Document, Joiner
from pipelines.setting import SettingError
from pipelines.settings import Settings
from pipelines.sources import refuse_topics
from schemas.batches import Origin
from schemas.logs import LOGS_TOPIC, Line, LogForm, LogsStep
from schemas.names import Result
from schemas.records import RawRecords
from telemetry.progress import advance
from transforms.logs import counts_of, raw_records
from transforms.outcome import TALLY, Count, Counted, count


def read(pipeline: beam.Pipeline, settings: Settings) -> Counted:
    """Documents of logs, and the count of the lines of which they are made."""
    return pipeline | "ReadLogs" >> ReadLogFiles(
        files=[str(file) for file in find_log_files(settings.input)],
        bounds=Bounds(LogForm(settings.log_form), settings.max_line_bytes, settings.max_document_bytes),
    )


def preflight(settings: Settings) -> None:
    """Prove that what the settings name is there. Raises SettingError, InputError."""
    if not settings.input:
        raise SettingError("--input: nothing to read; name files or folders of logs, or kafka://…")
    refuse_topics(settings, "logs")
    find_log_files(settings.input)
    try:
        ZoneInfo(settings.log_zone)
    except (ZoneInfoNotFoundError, ValueError):
        raise SettingError(f"--log-zone: {settings.log_zone!r} is no zone that this machine knows") from None


@dataclass(kw_only=True)
class ReadLogFiles(beam.PTransform):
    """All documents of logs in ``files``, file by file; lines of text that belong together are joined.

    A negative partition numbers the file. Counts are of lines and messages, blank lines left out.
    """

    files: list[str]
    bounds: Bounds

    def expand(self, begin: beam.pvalue.PBegin) -> Counted:
        """Read in one place, since lines of a file must stay in their order."""
        out = (
            begin
            | "Files" >> beam.Create([self.files])
            | "Read"
            >> beam.FlatMap(self._read)
            .with_output_types(RawRecords, tally=Count)
            .with_outputs(TALLY, main="ok")
        )
        return Counted(out["ok"], out[TALLY])

    def _read(self, files: Iterable[str]) -> Iterator[Any]:
        for number, file in enumerate(files, start=1):
            origin = Origin(LOGS_TOPIC, -number, "")
            joiner = Joiner(self.bounds.max_line_bytes)
            for lines in FileReader(Path(file), self.bounds).batches():
                yield count(LogsStep.JOIN, origin, Result.READ, sum(map(_is_counted, lines)))
                yield from _given(origin, list(joiner.feed(lines)))
            yield from _given(origin, list(joiner.flush()))


def _is_counted(line: Line) -> bool:
    return line.whole or not line.value.isspace() and bool(line.value)


def _given(origin: Origin, documents: list[Document]) -> Iterator[Any]:
    if documents:
        advance("read", len(documents))
        yield raw_records(origin.topic, origin.partition, documents)
        yield from counts_of(origin, documents)
