"""Settings of archives, and of the backfill job that reads them, topics, or the tables themselves."""

from dataclasses import dataclass
from typing import Any, Final

from pipelines.setting import setting
from transforms.archive import FILE_ROWS

_BACKFILL: Final = ("backfill",)
_TIME: Final = r"\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d(\.\d{1,6})?)?(Z|[+-]\d\d:\d\d)?)?"
_TIME_TEXT: Final = "a time in ISO 8601, as 2026-01-31T08:00:00Z"


def _backfill(default: Any, text: str, **more: Any) -> Any:
    return setting(default, text, jobs=_BACKFILL, **more)


@dataclass(frozen=True, kw_only=True)
class BackfillSettings:
    """What is kept for a backfill, and what a backfill is made of."""

    archive: str | None = setting(
        None, "folder in which the masked changes are kept, so that they can be backfilled", jobs=("ingest",)
    )
    archive_seconds: float = setting(
        60.0, "how old a file of the archive gets before it is closed, on Flink", at_least=1, jobs=("ingest",)
    )
    archive_rows: int = setting(
        FILE_ROWS,
        "rows of one partition in a file of the archive, about",
        at_least=1,
        at_most=1_000_000,
        jobs=("ingest",),
    )
    since: str | None = _backfill(
        None, "read events that were appended from then on", form=_TIME, form_text=_TIME_TEXT
    )
    until: str | None = _backfill(
        None, "read events that were appended before then", form=_TIME, form_text=_TIME_TEXT
    )
    offsets: tuple[str, ...] = _backfill(
        (), "of these partitions, only these offsets: topic/partition=first:end", items="RANGE"
    )
    piece_rows: int = _backfill(
        500_000, "events in a piece of the work, about; a piece that is done is not done again", at_least=1
    )
    work: str | None = _backfill(
        None, "folder of the pieces; none: .backfill in the output, or .traceo/backfill/ and the job's name"
    )
    restart: bool = _backfill(False, "begin anew, whatever pieces are done")
    postgres_password_file: str | None = _backfill(
        None, "file that holds the password of the user in postgresql://…, alone"
    )
    postgres_connections: int = _backfill(
        2, "connections that read chunks of a table side by side", at_least=1, at_most=32
    )
