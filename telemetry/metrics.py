"""The application's own metrics: each name once, in a registry of a job's own, as OpenMetrics text.

Labels have the values that the code names (steps, results, parts), never one that data names.
"""

import os
import time
from pathlib import Path
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, Info
from prometheus_client.openmetrics.exposition import generate_latest

_BUCKETS: Final = (0.005, 0.02, 0.1, 0.5, 2.5, 10.0, 60.0)  # seconds

Exemplar = dict[str, str]


class Metrics:
    """The metrics of one job."""

    def __init__(self, job: str, runner: str) -> None:
        self._registry = CollectorRegistry(auto_describe=False)
        about = Info("traceo_job", "Which job it was.", registry=self._registry)
        about.info({"pipeline": job, "runner": runner})
        self._records = Counter(
            "traceo_records",
            "What became of records at each step.",
            ("step", "result"),
            registry=self._registry,
        )
        self._bundle_seconds = Histogram(
            "traceo_bundle_seconds",
            "How long a DoFn worked in a bundle, by the transform of the graph that it is part of.",
            ("step",),
            buckets=_BUCKETS,
            registry=self._registry,
        )
        self._job_seconds = self._gauge("traceo_job_seconds", "How long the job took.")
        self._part_seconds = self._gauge("traceo_job_part_seconds", "How long its parts took.", "part")
        self._succeeded = self._gauge("traceo_job_succeeded", "Whether it ended well.")
        self._ended = self._gauge("traceo_job_ended_timestamp_seconds", "When it ended.")

    def _gauge(self, name: str, text: str, *labels: str) -> Gauge:
        return Gauge(name, text, labels, registry=self._registry)

    def note_records(self, step: str, result: str, records: int, exemplar: Exemplar | None) -> None:
        """``records`` met ``result`` at ``step``."""
        self._records.labels(step, result).inc(records, exemplar)

    def note_bundle(self, transform: str, seconds: float, exemplar: Exemplar | None) -> None:
        """``transform`` worked for ``seconds`` in a bundle."""
        self._bundle_seconds.labels(transform.partition("/")[0]).observe(seconds, exemplar)

    def note_part(self, name: str, seconds: float) -> None:
        """The part ``name`` of the job took ``seconds``."""
        self._part_seconds.labels(name).inc(seconds)

    def note_end(self, seconds: float, *, succeeded: bool) -> None:
        """The job is over, after ``seconds``."""
        self._job_seconds.set(seconds)
        self._succeeded.set(succeeded)
        self._ended.set(time.time())

    def text(self) -> bytes:
        """All of them in OpenMetrics' text."""
        found: bytes = generate_latest(self._registry)  # type: ignore[no-untyped-call]
        return found

    def write(self, path: Path) -> None:
        """Replace the file ``path`` as a whole. Raises :class:`OSError`."""
        partial = Path(f"{path}.{os.getpid()}.partial")
        try:
            partial.write_bytes(self.text())
            partial.replace(path)
        finally:
            partial.unlink(missing_ok=True)
