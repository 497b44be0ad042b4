"""What is remembered of an endless job between its runs: where to go on, and what must not change."""

from pathlib import Path
from typing import Final

import msgspec

from pipelines.setting import SettingError
from pipelines.settings import Settings

FOLDER: Final = Path(".traceo/jobs")


class JobRecord(msgspec.Struct, kw_only=True):
    """``resume_from``: path of the newest savepoint or checkpoint; the others are as they were then."""

    resume_from: str | None = None
    kafka_writers: int
    shards: int
    input: tuple[str, ...]


def load(settings: Settings) -> JobRecord:
    """The record of the job, or a new one. Raises SettingError if a setting changed that must not."""
    fresh = JobRecord(kafka_writers=settings.kafka_writers, shards=settings.shards, input=settings.input)
    if settings.fresh:
        return fresh
    path = _path(settings)
    try:
        known = msgspec.json.decode(path.read_bytes(), type=JobRecord)
    except FileNotFoundError:
        return fresh
    except (OSError, msgspec.DecodeError) as error:
        raise SettingError(f"{path}: cannot be read: {error}; remove it to start the job anew") from error
    if known.resume_from is None:
        return fresh
    for name in ("kafka_writers", "shards"):
        then, now = getattr(known, name), getattr(fresh, name)
        if then != now:
            flag = "--" + name.replace("_", "-")
            raise SettingError(
                f"{flag}: {now}, but the state of {settings.job_name} was saved with {then}; "
                f"name {flag} {then}, or another --job-name to start anew"
            )
    return msgspec.structs.replace(fresh, resume_from=known.resume_from)


def save(record: JobRecord, settings: Settings) -> None:
    """Remember ``record``."""
    path = _path(settings)
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(".partial")
    partial.write_bytes(msgspec.json.format(msgspec.json.encode(record)) + b"\n")
    partial.replace(path)


def _path(settings: Settings) -> Path:
    return FOLDER / f"{settings.job_name}.json"
