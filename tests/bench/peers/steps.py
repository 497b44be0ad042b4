"""Ours, with the steps of the comparison alone: ``python -m tests.bench.peers.steps BROKERS RUN FLINK …``.

records → DecodeChanges → DropReplays → Redact → SplitChanges → Validate → DropDuplicates → clean events, with
dead letters beside them. The whole job does more: it scores, looks for gaps and losses, asks for actions,
keeps changes and duplicates, and accounts for every record.
"""

import sys
from typing import Final

import apache_beam as beam

from connectors.kafka.cluster import parse_address
from connectors.kafka.sink import WriteKafka
from pipelines import sources
from pipelines.publish import to_messages
from pipelines.settings import Settings
from pipelines.streaming import run_stream
from schemas.names import Output
from schemas.topics import TOPICS
from tests.bench.peers.topics import EVENTS, SERIES
from transforms import DecodeChanges, DropDuplicates, DropReplays, Redact, SplitChanges, Validate
from transforms.rows import only_table

OUTPUTS: Final = {output: TOPICS[output] for output in (Output.CLEAN, Output.DEAD)}


def graph(pipeline: beam.Pipeline, settings: Settings) -> None:
    """From topics to topics."""
    records = sources.read(pipeline, settings).records
    decoded = records | "DecodeChanges" >> DecodeChanges(events_table=settings.events_table)
    events = decoded.events | "DropReplays" >> DropReplays()
    masked = events.ok | "Redact" >> Redact()
    inserts = masked.ok | "SplitChanges" >> SplitChanges()
    tables = decoded.tables | "RedactTables" >> Redact()
    catalogue = tables.ok | "Catalogue" >> beam.Filter(only_table, settings.catalogue_table)
    valid = (inserts.ok, catalogue) | "Validate" >> Validate(
        shards=settings.shards, wait_seconds=settings.wait_seconds, streaming=True
    )
    first = valid.ok | "DropDuplicates" >> DropDuplicates(
        shards=settings.shards,
        horizon_seconds=settings.horizon_seconds,
        disorder_seconds=settings.hold_seconds,
        streaming=True,
    )
    dead = (decoded.dead, valid.dead) | "Dead" >> beam.Flatten()
    clean = first.ok | "CleanMessages" >> to_messages(OUTPUTS[Output.CLEAN], {}, Output.CLEAN)
    letters = dead | "DeadMessages" >> to_messages(OUTPUTS[Output.DEAD], {}, Output.DEAD)
    brokers, _ = parse_address(settings.output)
    _ = (
        (clean, letters)
        | "Messages" >> beam.Flatten()
        | "WriteKafka"
        >> WriteKafka(
            cluster=settings.cluster(brokers),
            name=settings.job_name,
            identities={topic.name: topic.identity for topic in OUTPUTS.values()},
        )
    )


def main(brokers: str, run: str, flink: str, job: str, artifacts: str, workers: str) -> None:
    """Submit the job, and follow it until a signal comes."""
    settings = Settings(
        runner="flink",
        input=(f"kafka://{brokers}/{EVENTS},{SERIES}",),
        output=f"kafka://{brokers}",
        job_name=run,
        flink_url=flink,
        job_endpoint=job,
        artifact_endpoint=artifacts,
        environment="external",
        workers=workers,
        shards=1,
        hold_seconds=0.0,
    )
    run_stream(lambda pipeline: graph(pipeline, settings), settings, "ingest")


if __name__ == "__main__":
    main(*sys.argv[1:])
