"""Settings of the jobs, from flags, environment and one TOML file, into one frozen value.

A flag beats the environment (``TRACEO_`` and the name in capitals), which beats the file (``--config``,
``TRACEO_CONFIG`` or ./traceo.toml), which beats the default.
"""

import argparse
import dataclasses
import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from columns.decode import MAX_VALUE_BYTES
from pipelines.setting import SettingError, checked, setting
from pipelines.settings_backfill import BackfillSettings
from pipelines.settings_cluster import ClusterSettings
from pipelines.settings_logs import LOGS_JOB_NAME, LogsSettings
from pipelines.settings_redaction import RedactionSettings

CONFIG_FILE: Final = "traceo.toml"
#: Some as Apache Beam writes them.
RUNNERS: Final = ("direct", "prism", "flink", "DirectRunner", "PrismRunner", "FlinkRunner")
ON_FLINK: Final = frozenset({"flink", "FlinkRunner"})
ENDLESS: Final = ON_FLINK | {"prism", "PrismRunner"}
FORMATS: Final = ("parquet", "avro")
SEMANTICS: Final = ("jaeger", "crisp")
_ALL: Final = ("ingest", "replay", "traces", "backfill", "logs")
_TRACES: Final = ("traces",)


@dataclass(frozen=True, kw_only=True)
class Settings(BackfillSettings, ClusterSettings, LogsSettings, RedactionSettings):
    """Everything that a job can be told."""

    input: tuple[str, ...] = setting(
        (),
        "files or folders of records (captures, envelopes, archives), of spans for traces, of logs for logs; "
        "or kafka://…; for a backfill also postgresql://…",
        items="PATH",
        jobs=_ALL,
    )
    spans: tuple[str, ...] = setting(
        (),
        "files or folders of spans (OTLP, JSON of Jaeger) that explain samples, and errors in logs",
        items="PATH",
        jobs=("ingest", "logs"),
    )
    output: str = setting(
        "out",
        "folder of the results, replaced as a whole when the job has ended well; or kafka://…",
        jobs=_ALL,
    )
    runner: str = setting("direct", "where the job runs", choices=RUNNERS, jobs=_ALL)
    streaming: bool = setting(False, "rehearse the input as a stream instead of a batch", jobs=_ALL)
    format: str = setting("parquet", "format of what is analysed", choices=FORMATS, jobs=_ALL)
    events_table: str = setting("metrics.events", "table of the events, as schema.table")
    catalogue_table: str = setting("metrics.series", "table of the known series, as schema.table")
    batch_rows: int = setting(
        32768,
        "records of one partition in a batch",
        at_least=1,
        jobs=("ingest", "replay", "backfill", "logs"),
    )
    max_value_bytes: int = setting(MAX_VALUE_BYTES, "larger values are refused unread", at_least=1)
    shards: int = setting(
        2, "parts of the key space, as many as workers or more", at_least=1, at_most=4096, jobs=_ALL
    )
    horizon_seconds: float = setting(3600.0, "how far back duplicates are found, in commit time", at_least=0)
    disorder_seconds: float = setting(
        600.0, "how far apart, in append time, partitions are read in batch", at_least=0
    )
    hold_seconds: float = setting(
        5.0, "how long an event is held for earlier ones, when streaming", at_least=0
    )
    wait_seconds: float = setting(
        600.0,
        "how long an event waits for its series, and a transaction for its changes, when streaming",
        at_least=0,
    )
    interval_seconds: float = setting(60.0, "how often an entity sends samples", at_least=0.001)
    lateness_seconds: float = setting(
        900.0, "how late a sample may come to close a gap, and to be scored in its place", at_least=0
    )
    span_wait_seconds: float = setting(
        30.0, "how long a sample waits for its spans, when streaming", at_least=0
    )
    entity_tag: str = setting(
        "pod", "the tag that names what sends samples", jobs=("ingest", "replay", "backfill", "logs")
    )
    marks_file: str | None = setting(
        None, "JSON list of known faults ({start, pod, …}), marked in the report", jobs=("ingest",)
    )
    detector: str = setting("robust", "what finds anomalies: robust, beam:…, sklearn:… or module:Class")
    coalesce_seconds: float = setting(
        5.0, "window of commit time in which all changes to one thing are one invalidation", at_least=0.001
    )
    invalidations_per_window: int = setting(
        100, "invalidations of a window, at most; beyond, they are widened", at_least=1
    )
    incident_verdicts: int = setting(3, "anomalies that open an incident", at_least=1)
    incident_series: int = setting(2, "series of a service that these must belong to", at_least=1)
    incident_window_seconds: float = setting(180.0, "event time in which these must lie", at_least=0)
    incident_quiet_seconds: float = setting(
        600.0, "event time without an anomaly that closes an incident", at_least=0
    )
    contract_file: str | None = setting(None, "JSON Schema of an event instead of the project's own")
    seal_key_file: str | None = setting(None, "file with 32 bytes in base64, to seal what cannot be parsed")
    traces_wait_seconds: float = setting(
        30.0, "how long, after its last span, a trace is waited for, in event time", at_least=0, jobs=_TRACES
    )
    window_seconds: float = setting(
        60.0,
        "window of the service graph, of RED metrics and of bursts, in event time",
        at_least=0.001,
        jobs=("traces", "logs"),
    )
    semantics: str = setting("jaeger", "what a critical path is", choices=SEMANTICS, jobs=_TRACES)
    sample_rate: float = setting(
        0.001, "share of usual traces that are kept", at_least=0, at_most=1, jobs=_TRACES
    )
    slow_ms: float = setting(
        0.0, "traces that take longer are always kept; 0: by their history alone", at_least=0, jobs=_TRACES
    )
    rare_below: int = setting(
        10,
        "traces are always kept whose kind was seen less often than this of late",
        at_least=0,
        jobs=_TRACES,
    )
    otlp_endpoint: str | None = setting(
        None,
        "where the job's own trace goes: URL of an OTLP/HTTP receiver, or a file (.jsonl) that grows",
        form=r"https?://\S+|.+\.jsonl",
        form_text="a URL or the name of a .jsonl file",
        jobs=_ALL,
    )
    metrics_file: str | None = setting(
        None, "file of the job's own metrics, as OpenMetrics text; replaced at its end", jobs=_ALL
    )

    @property
    def endless(self) -> bool:
        """Whether the job goes on until it is stopped: on a runner that can, from topics to topics."""
        return self.runner in ENDLESS

    @property
    def calm_seconds_here(self) -> int:
        """``calm_seconds`` where it pays: bundles of other runners are not made by time."""
        return self.calm_seconds if self.runner in ON_FLINK else 0


def add_flags(parser: argparse.ArgumentParser, job: str) -> None:
    """One flag for each setting that ``job`` knows, without defaults."""
    for declared in dataclasses.fields(Settings):
        if job not in declared.metadata["jobs"]:
            continue
        flag = "--" + declared.name.replace("_", "-")
        text = declared.metadata["help"]
        shown = declared.default if declared.default not in ((), None) else "none"
        if (job, declared.name) == ("logs", "job_name"):
            shown = LOGS_JOB_NAME
        if declared.type is bool:
            parser.add_argument(
                flag, action=argparse.BooleanOptionalAction, default=None, help=f"{text} (default: no)"
            )
        elif declared.metadata["items"]:
            parser.add_argument(flag, nargs="+", metavar=declared.metadata["items"], help=text)
        else:
            choices = declared.metadata["choices"]
            text = f"{text}: {', '.join(choices)}" if len(choices) > 1 else text
            parser.add_argument(
                flag, metavar=declared.name.rsplit("_", 1)[-1].upper(), help=f"{text} (default: {shown})"
            )


def load(flags: Mapping[str, Any], environment: Mapping[str, str], config: str | None = None) -> Settings:
    """The settings that flags, environment and file give together."""
    config = config or environment.get("TRACEO_CONFIG")
    chosen: dict[str, tuple[str, Any]] = _from_file(config)
    known = {declared.name: declared for declared in dataclasses.fields(Settings)}
    for name, declared in known.items():
        variable = "TRACEO_" + name.upper()
        if variable in environment:
            value: Any = environment[variable]
            if declared.metadata["items"]:
                value = _listed(value, declared.metadata["items"])
            chosen[name] = (variable, value)
    for name, value in flags.items():
        if value is not None and name in known:
            chosen[name] = ("--" + name.replace("_", "-"), value)
    values = {name: checked(known[name], origin, value) for name, (origin, value) in chosen.items()}
    if values.get("runner") in ENDLESS:
        values["streaming"] = True
    return Settings(**values)


def _listed(value: str, item: str) -> list[str]:
    """A variable's paths, or items between commas; an address of Kafka has the paths' separator in it."""
    if item != "PATH":
        return value.split(",")
    return [value] if value.startswith(("kafka://", "postgresql://")) else value.split(os.pathsep)


def _from_file(config: str | None) -> dict[str, tuple[str, Any]]:
    path = Path(config or CONFIG_FILE)
    if config is None and not path.exists():
        return {}
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise SettingError(f"--config: {path}: {error.strerror}") from error
    except ValueError as error:
        raise SettingError(f"--config: {path}: no TOML: {error}") from error
    known = sorted(declared.name for declared in dataclasses.fields(Settings))
    for name in values:
        if name not in known:
            raise SettingError(f"{path}: unknown setting {name!r}; known: {', '.join(known)}")
    return {name: (f"{path}: {name}", value) for name, value in values.items()}
