"""Settings of the jobs, from flags, environment and one TOML file, into one frozen value.

A flag beats the environment (``TRACEO_`` and the name in capitals), which beats the file (``--config``,
``TRACEO_CONFIG`` or ./traceo.toml), which beats the default.
"""

import argparse
import dataclasses
import math
import os
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from columns.decode import MAX_VALUE_BYTES

CONFIG_FILE: Final = "traceo.toml"
RUNNERS: Final = ("direct", "DirectRunner")  # the second as Apache Beam writes it
FORMATS: Final = ("parquet", "avro")
SEMANTICS: Final = ("jaeger", "crisp")
_ALL: Final = ("ingest", "replay", "traces")
_TRACES: Final = ("traces",)
LISTS: Final = ("input", "spans")
_MOST: Final = 1_000_000_000  # records, bytes or seconds


class SettingError(ValueError):
    """A setting that cannot be used; the message names it and the fix."""


def _setting(
    default: Any,
    text: str,
    *,
    at_least: float | None = None,
    at_most: float = _MOST,
    choices: Sequence[str] = (),
    form: str = "",
    jobs: Sequence[str] = ("ingest", "replay"),
) -> Any:
    metadata = {
        "help": text,
        "at_least": at_least,
        "at_most": at_most,
        "choices": tuple(choices),
        "form": form,
        "jobs": tuple(jobs),
    }
    return field(default=default, metadata=metadata)


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Everything that a job can be told."""

    input: tuple[str, ...] = _setting(
        (), "files or folders of records (captures, envelopes, archives), of spans for traces", jobs=_ALL
    )
    spans: tuple[str, ...] = _setting(
        (), "files or folders of spans (OTLP, JSON of Jaeger) that explain samples", jobs=("ingest",)
    )
    output: str = _setting(
        "out", "folder of the results; replaced as a whole when the job has ended well", jobs=_ALL
    )
    runner: str = _setting("direct", "where the job runs", choices=RUNNERS, jobs=_ALL)
    streaming: bool = _setting(False, "rehearse the input as a stream instead of a batch", jobs=_ALL)
    format: str = _setting("parquet", "format of what is analysed", choices=FORMATS, jobs=_ALL)
    events_table: str = _setting("metrics.events", "table of the events, as schema.table")
    catalogue_table: str = _setting("metrics.series", "table of the known series, as schema.table")
    batch_rows: int = _setting(32768, "records of one partition in a batch", at_least=1)
    max_value_bytes: int = _setting(MAX_VALUE_BYTES, "larger values are refused unread", at_least=1)
    shards: int = _setting(
        2, "parts of the key space, as many as workers or more", at_least=1, at_most=4096, jobs=_ALL
    )
    horizon_seconds: float = _setting(3600.0, "how far back duplicates are found, in commit time", at_least=0)
    disorder_seconds: float = _setting(
        600.0, "how far apart, in append time, partitions are read in batch", at_least=0
    )
    hold_seconds: float = _setting(
        5.0, "how long an event is held for earlier ones, when streaming", at_least=0
    )
    wait_seconds: float = _setting(
        600.0, "how long an event waits for its series, when streaming", at_least=0
    )
    interval_seconds: float = _setting(60.0, "how often an entity sends samples", at_least=0.001)
    lateness_seconds: float = _setting(
        900.0, "how late a sample may come to close a gap, and to be scored in its place", at_least=0
    )
    span_wait_seconds: float = _setting(
        30.0, "how long a sample waits for its spans, when streaming", at_least=0
    )
    entity_tag: str = _setting("pod", "the tag that names what sends samples")
    marks_file: str | None = _setting(
        None, "JSON list of known faults ({start, pod, …}), marked in the report", jobs=("ingest",)
    )
    detector: str = _setting("robust", "what finds anomalies: robust, beam:…, sklearn:… or module:Class")
    coalesce_seconds: float = _setting(
        5.0, "window of commit time in which all changes to one thing are one invalidation", at_least=0.001
    )
    invalidations_per_window: int = _setting(
        100, "invalidations of a window, at most; beyond, they are widened", at_least=1
    )
    incident_verdicts: int = _setting(3, "anomalies that open an incident", at_least=1)
    incident_series: int = _setting(2, "series of a service that these must belong to", at_least=1)
    incident_window_seconds: float = _setting(180.0, "event time in which these must lie", at_least=0)
    incident_quiet_seconds: float = _setting(
        600.0, "event time without an anomaly that closes an incident", at_least=0
    )
    contract_file: str | None = _setting(None, "JSON Schema of an event instead of the project's own")
    seal_key_file: str | None = _setting(None, "file with 32 bytes in base64, to seal what cannot be parsed")
    traces_wait_seconds: float = _setting(
        30.0, "how long, after its last span, a trace is waited for, in event time", at_least=0, jobs=_TRACES
    )
    window_seconds: float = _setting(
        60.0, "window of the service graph and of RED metrics, in event time", at_least=0.001, jobs=_TRACES
    )
    semantics: str = _setting("jaeger", "what a critical path is", choices=SEMANTICS, jobs=_TRACES)
    sample_rate: float = _setting(
        0.001, "share of usual traces that are kept", at_least=0, at_most=1, jobs=_TRACES
    )
    slow_ms: float = _setting(
        0.0, "traces that take longer are always kept; 0: by their history alone", at_least=0, jobs=_TRACES
    )
    rare_below: int = _setting(
        10,
        "traces are always kept whose kind was seen less often than this of late",
        at_least=0,
        jobs=_TRACES,
    )
    otlp_endpoint: str | None = _setting(
        None,
        "where the job's own trace goes: URL of an OTLP/HTTP receiver, or a file (.jsonl) that grows",
        form=r"https?://\S+|.+\.jsonl",
        jobs=_ALL,
    )
    metrics_file: str | None = _setting(
        None, "file of the job's own metrics, as OpenMetrics text; replaced at its end", jobs=_ALL
    )


def add_flags(parser: argparse.ArgumentParser, job: str) -> None:
    """One flag for each setting that ``job`` knows, without defaults."""
    for setting in dataclasses.fields(Settings):
        if job not in setting.metadata["jobs"]:
            continue
        flag = "--" + setting.name.replace("_", "-")
        text = setting.metadata["help"]
        shown = setting.default if setting.default not in ((), None) else "none"
        if setting.type is bool:
            parser.add_argument(
                flag, action=argparse.BooleanOptionalAction, default=None, help=f"{text} (default: no)"
            )
        elif setting.name in LISTS:
            parser.add_argument(flag, nargs="+", metavar="PATH", help=text)
        else:
            choices = setting.metadata["choices"]
            text = f"{text}: {', '.join(choices)}" if len(choices) > 1 else text
            parser.add_argument(
                flag, metavar=setting.name.rsplit("_", 1)[-1].upper(), help=f"{text} (default: {shown})"
            )


def load(flags: Mapping[str, Any], environment: Mapping[str, str], config: str | None = None) -> Settings:
    """The settings that flags, environment and file give together."""
    config = config or environment.get("TRACEO_CONFIG")
    chosen: dict[str, tuple[str, Any]] = _from_file(config)
    known = {setting.name for setting in dataclasses.fields(Settings)}
    for name in known:
        variable = "TRACEO_" + name.upper()
        if variable in environment:
            value: Any = environment[variable]
            chosen[name] = (variable, value.split(os.pathsep) if name in LISTS else value)
    for name, value in flags.items():
        if value is not None and name in known:
            chosen[name] = ("--" + name.replace("_", "-"), value)
    return Settings(**{name: _checked(name, origin, value) for name, (origin, value) in chosen.items()})


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
    known = sorted(setting.name for setting in dataclasses.fields(Settings))
    for name in values:
        if name not in known:
            raise SettingError(f"{path}: unknown setting {name!r}; known: {', '.join(known)}")
    return {name: (f"{path}: {name}", value) for name, value in values.items()}


def _checked(name: str, origin: str, value: Any) -> Any:
    setting = next(s for s in dataclasses.fields(Settings) if s.name == name)
    if setting.name in LISTS:
        return _paths(origin, value)
    if setting.type is bool:
        return _boolean(origin, value)
    if setting.type in (int, float):
        return _number(setting, origin, value)
    if not isinstance(value, str):
        raise SettingError(f"{origin}: {value!r} is not a text")
    choices = setting.metadata["choices"]
    if choices and value not in choices:
        raise SettingError(f"{origin}: {value!r} is unknown; known: {', '.join(choices)}")
    form = setting.metadata["form"]
    if form and re.fullmatch(form, value) is None:
        raise SettingError(f"{origin}: {value!r} is neither a URL nor the name of a .jsonl file")
    return value


def _paths(origin: str, value: Any) -> tuple[str, ...]:
    paths = [value] if isinstance(value, str) else value
    if not isinstance(paths, list | tuple) or not all(isinstance(path, str) and path for path in paths):
        raise SettingError(f"{origin}: {value!r} does not name files or folders")
    return tuple(paths)


def _number(setting: "dataclasses.Field[Any]", origin: str, value: Any) -> Any:
    whole = setting.type is int
    try:
        if isinstance(value, bool) or (whole and isinstance(value, float)):
            raise ValueError
        number = int(value) if whole else float(value)
    except (TypeError, ValueError):
        raise SettingError(f"{origin}: {value!r} is not {'a whole' if whole else 'a'} number") from None
    least, most = setting.metadata["at_least"], setting.metadata["at_most"]
    if math.isnan(number):
        raise SettingError(f"{origin}: {value!r} is not a number")
    if number < least:
        raise SettingError(f"{origin}: {value} is too small; the least is {least}")
    if number > most:
        raise SettingError(f"{origin}: {value} is too large; the most is {most}")
    return number


def _boolean(origin: str, value: Any) -> bool:
    if isinstance(value, bool):
        return value
    truth = {"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False}
    if str(value).lower() not in truth:
        raise SettingError(f"{origin}: {value!r} is neither true nor false")
    return truth[str(value).lower()]
