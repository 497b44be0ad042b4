"""The path of logs, read from top to bottom.

documents → DecodeLogs ─┬→ Redact → MineTemplates ─┬→ log records, and into a store
                        │       ↘ findings         ├→ FindBursts → templates that are new or burst
                        │       ↘ secrets seen     ├→ LogRedMetrics → rate, errors, durations
                        │              ↓           └→ CorrelateLogs → errors with their span and samples
                        └→ FindSecurityEvents → OCSF findings → ToIncidents → incidents

FindSecurityEvents reads lines as they came, since it must tell actors apart, and lets nothing of them out but
keyed hashes; all else stands behind Redact.
"""

from typing import Final, NamedTuple

import apache_beam as beam
import pyarrow as pa

from columns.findings import secrets_seen
from connectors.logstores.write import WriteStore
from pipelines.settings import Settings
from schemas.logs import LogsOutput
from schemas.ocsf import SecretSeen
from transforms import (
    CorrelateLogs,
    DecodeLogs,
    FindBursts,
    FindSecurityEvents,
    LogRedMetrics,
    MineTemplates,
    ToIncidents,
)
from transforms.coders import register_struct
from transforms.rows import with_place

register_struct(SecretSeen)

#: Outputs of batches, which become files in the format of what is analysed; others are read by people.
BATCHES: Final = frozenset({LogsOutput.LOGS, LogsOutput.FINDINGS})


class Logged(NamedTuple):
    """The named outputs of the job; ``counts``: what became of records, step by step."""

    logs: beam.PCollection
    templates: beam.PCollection
    novelties: beam.PCollection
    red: beam.PCollection
    findings: beam.PCollection
    security: beam.PCollection
    incidents: beam.PCollection
    dead: beam.PCollection
    counts: beam.PCollection
    contexts: beam.PCollection | None = None


class Beside(NamedTuple):
    """What explains logs: batches of redacted spans, and of clean samples."""

    spans: beam.PCollection
    samples: beam.PCollection


def build(documents: beam.PCollection, settings: Settings, beside: Beside | None = None) -> Logged:
    """The path from documents of logs to the outputs; the same graph in batch and streaming."""
    decoded = documents | "DecodeLogs" >> DecodeLogs(
        form=settings.log_form,
        zone=settings.log_zone,
        max_line_bytes=settings.max_line_bytes,
        max_document_bytes=settings.max_document_bytes,
    )
    masked = decoded.ok | "Redact" >> settings.redact("all")
    mined = masked.ok | "MineTemplates" >> MineTemplates(
        shards=settings.shards,
        parameters=settings.log_parameters,
        streaming=settings.streaming,
        calm_seconds=settings.calm_seconds_here,
    )
    novelties = (mined.ok, mined.templates) | "FindBursts" >> FindBursts(
        shards=settings.shards,
        window_seconds=settings.window_seconds,
        streaming=settings.streaming,
        calm_seconds=settings.calm_seconds_here,
    )
    red = mined.ok | "LogRedMetrics" >> LogRedMetrics(window_seconds=settings.window_seconds)
    secrets = masked.findings | "SecretsSeen" >> beam.FlatMap(secrets_seen).with_output_types(SecretSeen)
    security = (decoded.ok, secrets) | "FindSecurityEvents" >> FindSecurityEvents(
        key_file=settings.redact_key_file,
        shards=settings.shards,
        streaming=settings.streaming,
        calm_seconds=settings.calm_seconds_here,
    )
    incidents = security.verdicts | "ToIncidents" >> ToIncidents(
        min_verdicts=1, min_series=1, streaming=settings.streaming
    )
    dead, counts = [decoded.dead], [decoded.tally, masked.tally, mined.tally]
    if (store := settings.store()) is not None:
        stored = mined.ok | "WriteStore" >> WriteStore(store=store)
        dead.append(stored.dead)
        counts.append(stored.tally)
    return Logged(
        logs=mined.ok,
        templates=mined.templates,
        novelties=novelties,
        red=red,
        findings=masked.findings,
        security=security.findings,
        incidents=(incidents.opened, incidents.closed) | "Incidents" >> beam.Flatten(),
        dead=dead | "Dead" >> beam.Flatten(),
        counts=counts | "Tallies" >> beam.Flatten(),
        contexts=_contexts(mined.ok, beside, settings),
    )


def _contexts(logs: beam.PCollection, beside: Beside | None, settings: Settings) -> beam.PCollection | None:
    if beside is None:
        return None
    return (logs, beside.spans, beside.samples) | "CorrelateLogs" >> CorrelateLogs(
        shards=settings.shards, entity_tag=settings.entity_tag
    )


def outputs_of(out: Logged) -> dict[LogsOutput, beam.PCollection]:
    """The outputs by their names."""
    return {name: items for name in LogsOutput if (items := getattr(out, str(name))) is not None}


def rows_of(items: beam.PCollection, output: LogsOutput) -> beam.PCollection:
    """Batches with the place of each row beside it; what is no batch as it is."""
    if output not in BATCHES:
        return items
    return items | f"{output.capitalize()}Rows" >> beam.Map(with_place).with_output_types(pa.RecordBatch)
