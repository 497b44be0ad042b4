"""The replay job: dead letters of an earlier result go through the whole path again, after a fix.

dead letters → the envelopes that they were → the graph of the ingest job, with the catalogue of the earlier
result, and with its clean events as what is known already, so that nothing becomes clean twice.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import apache_beam as beam
import pyarrow as pa

from connectors.recordfiles import find_files, read_files
from connectors.results import as_records, clean_events, is_result, letters, lineage, table_changes
from pipelines.bounded import run_graph
from pipelines.ingest import build
from pipelines.outputs import write_files
from pipelines.setting import SettingError
from pipelines.settings import Settings
from pipelines.sources import refuse_topics
from schemas.records import RawRecords
from security.seal import Seal
from telemetry.selftrace import watched


@watched("replay")
def run(settings: Settings, beam_options: Sequence[str] = ()) -> dict[str, Any]:
    """Run the job to its end: the summary, with the number of letters whose value was not kept."""
    refuse_topics(settings, "replay")
    results = [Path(path) for path in settings.input if is_result(Path(path))]
    others = [path for path in settings.input if not is_result(Path(path))]
    if len(results) != 1:
        raise SettingError("--input: name one folder of an earlier result (and files of records, if need be)")
    if settings.streaming:
        raise SettingError("--streaming: a replay is bounded; leave it out")
    if results[0].resolve() == Path(settings.output).resolve():
        raise SettingError(
            "--output: a replay does not replace the result that it reads; name another folder"
        )
    if settings.spans:
        raise SettingError("--spans: a replay has no second input; leave it out")
    known_results = [str(result) for result in lineage(results[0])]
    seal = Seal.from_file(settings.seal_key_file)
    known = [(letter, as_records(letter, seal)) for letter in letters(results[0])]
    records = [record for _, record in known if record is not None]
    records += table_changes(results[0], settings.catalogue_table)
    if others:
        records += read_files(find_files(others), settings.batch_rows)

    def graph(pipeline: beam.Pipeline, staging: Path) -> None:
        history = (
            pipeline
            | "EarlierResults" >> beam.Create(known_results)
            | "History" >> beam.FlatMap(_history).with_output_types(pa.RecordBatch)
        )
        source = pipeline | "Letters" >> beam.Create(records).with_output_types(RawRecords)
        write_files(build(source, settings, history=history), settings, staging)

    lost = sum(record is None for _, record in known)
    return run_graph(graph, settings, beam_options, {"job": "replay", "letters_without_value": lost})


def _history(result: str) -> Any:
    return clean_events(Path(result))
