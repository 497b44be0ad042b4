"""The backfill job: archives, ranges of topics, or tables go through the path of the ingest job again."""

from pipelines.backfill.job import run

__all__ = ["run"]
