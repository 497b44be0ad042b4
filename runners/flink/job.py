"""A graph → a job on Flink, submitted and found again by its name."""

import contextlib
import logging
import tempfile
import time
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import apache_beam as beam
import grpc
from apache_beam.options.pipeline_options import PipelineOptions

from runners.flink.profile import Profile, options
from runners.flink.rest import Flink, FlinkError

_SUBMIT_SECONDS: Final = 120.0
_POLL_SECONDS: Final = 0.2


def submit(graph: Callable[[beam.Pipeline], None], profile: Profile, flink: Flink) -> tuple[Any, str]:
    """Build the graph and submit it; Beam's handle (keep it: workers may live in it) and Flink's job id.

    Raises FlinkError if the job server refuses it, or it does not run within two minutes.
    """
    with _quiet(), tempfile.TemporaryDirectory(prefix="traceo-") as folder:
        jar = Path(folder) / "empty.jar"
        with zipfile.ZipFile(jar, "w") as archive:
            archive.writestr("META-INF/MANIFEST.MF", "Manifest-Version: 1.0\n")
        arguments = [option.argument for option in options(replace(profile, empty_jar=str(jar)))]
        pipeline = beam.Pipeline(options=PipelineOptions(arguments))
        graph(pipeline)
        try:
            handle = pipeline.run()
        except grpc.RpcError as error:
            said = " ".join(str(error.details() if isinstance(error, grpc.Call) else error).split())
            raise FlinkError(f"{profile.job_endpoint}: Beam's job server refused the job: {said}") from error
    return handle, _found(flink, profile.job_name)


def _found(flink: Flink, name: str) -> str:
    end = time.monotonic() + _SUBMIT_SECONDS
    while True:
        job = flink.running(name)
        if job is not None:
            return str(job["jid"])
        if time.monotonic() > end:
            raise FlinkError(
                f"{flink.url}: {name} does not run {_SUBMIT_SECONDS:.0f} s after it was submitted"
            )
        time.sleep(_POLL_SECONDS)


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Options that only the runner knows are no news."""
    log = logging.getLogger("apache_beam.options.pipeline_options")
    level = log.level
    log.setLevel(logging.ERROR)
    try:
        yield
    finally:
        log.setLevel(level)
