"""The local runner: everything in this process, nothing installed but Python.

In batch the FnApiRunner of Beam, named outright: ``DirectRunner`` would first try to download another one.
It keeps what lies between two stages in memory, so large batches are spilled to a folder while it works. For
a rehearsed stream see runners.rehearsal.
"""

import contextlib
import errno
import os
import re
import shutil
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Final
from unittest import mock

import apache_beam as beam
from apache_beam.options.pipeline_options import PipelineOptions
from apache_beam.portability.api import beam_provision_api_pb2
from apache_beam.runners.portability.fn_api_runner import fn_runner, worker_handlers
from apache_beam.runners.portability.portable_runner import JobServiceHandle

from runners.bundles import noted
from runners.inspection import Options, inspected_once
from runners.rehearsal import RehearsalRunner
from telemetry.selftrace import note, part
from transforms.coders import spill_to

#: Errors that a person can mend, by name: Beam hands on the text of an exception, not the exception.
_MENDABLE: Final = re.compile(
    r"(?:(?:Input|Output|Contract|Seal|Spill|Detector|Action|Store)Error|StoreUnavailable): "
    r"(?P<message>.+?)(?: \[while running|$)",
    re.MULTILINE,
)


class JobError(RuntimeError):
    """The job failed for a reason that a person can mend; the message says which."""


def run(
    graph: Callable[[beam.Pipeline], None],
    *,
    streaming: bool,
    spill_folder: Path,
    beam_options: Sequence[str] = (),
) -> None:
    """Build the graph and run it to its end. Raises :class:`JobError`, or what a bug raises."""
    options = Options([*beam_options, *(["--streaming"] if streaming else [])])
    pipeline = beam.Pipeline(runner=_runner(options, streaming), options=options)
    with _spilling(spill_folder), noted(note()), inspected_once(), _whole_elements():
        try:
            with part("build graph"):
                graph(pipeline)
            with part("run"):
                # no rehearsal of the graph's own form: that would compress the capture of a stream twice
                pipeline.run(test_runner_api=False).wait_until_finish()
        except Exception as error:
            texts = _texts(error)
            if "KeyboardInterrupt" in texts:  # Beam wraps it in an error of its own
                raise KeyboardInterrupt from error
            found = _MENDABLE.findall(texts)
            if found:
                raise JobError(_with_fix(found[-1])) from error
            raise


def _runner(options: PipelineOptions, streaming: bool) -> beam.runners.PipelineRunner:
    if streaming:
        return RehearsalRunner()
    encoded = JobServiceHandle.encode_pipeline_options(options.get_all_options())
    info = beam_provision_api_pb2.ProvisionInfo(pipeline_options=encoded)
    return fn_runner.FnApiRunner(provision_info=fn_runner.ExtendedProvisionInfo(info))


def _with_fix(message: str) -> str:
    full = os.strerror(errno.ENOSPC)
    return f"{message}; free some space there, or name another --output" if full in message else message


def _texts(error: BaseException | None) -> str:
    texts = []
    while error is not None:
        texts.append(f"{type(error).__name__}: {error}")
        error = error.__cause__ or error.__context__
    return "\n".join(texts)


@contextlib.contextmanager
def _whole_elements() -> Iterator[None]:
    """Workers that are threads send what is whole: flushed by a clock, it is cut in an element's middle."""
    with mock.patch.object(worker_handlers, "DATA_BUFFER_TIME_LIMIT_MS", 0):
        yield


@contextlib.contextmanager
def _spilling(folder: Path) -> Iterator[None]:
    folder.mkdir(parents=True, exist_ok=True)
    spill_to(folder)
    try:
        yield
    finally:
        spill_to(None)
        shutil.rmtree(folder, ignore_errors=True)
