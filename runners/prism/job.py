"""A graph → a job on Prism whose Python works in this process; how it does, how it is ended."""

import contextlib
import logging
import re
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

import apache_beam as beam
import grpc
from apache_beam.options.pipeline_options import PipelineOptions
from apache_beam.portability.api import beam_fn_api_pb2_grpc, beam_job_api_pb2_grpc
from apache_beam.portability.api import beam_job_api_pb2 as api
from apache_beam.runners.worker.worker_pool_main import BeamFnExternalWorkerPoolServicer
from apache_beam.utils import thread_pool_executor

from runners.prism.server import PrismError, serving

ENDED: Final = frozenset({"DONE", "FAILED", "CANCELLED", "DRAINED"})
_END_SECONDS: Final = 20.0
_ANSWER_SECONDS: Final = 10.0
_POLL_SECONDS: Final = 0.1
_RAISED: Final = re.compile(r"^(?:[\w.]+\.)?(\w+(?:Error|Exception|Interrupt)): (.+)$", re.MULTILINE)


class Job:
    """The one job of a prism."""

    def __init__(self, endpoint: str) -> None:
        self._service = beam_job_api_pb2_grpc.JobServiceStub(grpc.insecure_channel(endpoint))
        self._id = self._service.GetJobs(api.GetJobsRequest()).job_info[0].job_id

    def state(self) -> str:
        """As ``RUNNING``. Raises PrismError if prism is gone."""
        try:
            found = self._service.GetState(api.GetJobStateRequest(job_id=self._id), timeout=_ANSWER_SECONDS)
        except grpc.RpcError as error:
            raise PrismError("prism has ended; its log says why") from error
        return str(api.JobState.Enum.Name(found.state))

    def failure(self) -> str:
        """What the job failed of, in one line."""
        stream = self._service.GetMessageStream(
            api.JobMessagesRequest(job_id=self._id), timeout=_ANSWER_SECONDS
        )
        texts = []
        with contextlib.suppress(grpc.RpcError):
            texts = [m.message_response.message_text for m in stream if m.HasField("message_response")]
        return what_was_raised(texts[-1] if texts else "it does not say why")

    def cancel(self) -> None:
        """End the job; returns when it has ended, or after a while."""
        pause = threading.Event()
        give_up = time.monotonic() + _END_SECONDS
        with contextlib.suppress(PrismError, grpc.RpcError):
            self._service.Cancel(api.CancelJobRequest(job_id=self._id), timeout=_ANSWER_SECONDS)
            while self.state() not in ENDED and time.monotonic() < give_up:
                pause.wait(_POLL_SECONDS)


@contextlib.contextmanager
def submitted(graph: Callable[[beam.Pipeline], None], name: str, program: Path, log: Path) -> Iterator[Job]:
    """The graph as a job that runs while the body does; with the body prism ends, and all that it started.

    Raises PrismError.
    """
    _hush()
    with serving(program, log) as endpoint, _workers() as workers, _quiet():
        pipeline = beam.Pipeline(options=PipelineOptions(_options(name, endpoint, workers)))
        graph(pipeline)
        try:
            pipeline.run()
        except grpc.RpcError as error:
            raise PrismError(
                f"prism refuses the job: {' '.join(str(error.details()).split())[:300]}"
            ) from error
        job = Job(endpoint)
        try:
            yield job
        finally:
            job.cancel()


def what_was_raised(text: str) -> str:
    """The last exception that a traceback of a worker names, in one line; else the first line."""
    found = _RAISED.findall(text.replace("\\n", "\n"))
    if not found:
        return text.split("\n", 1)[0][:300]
    name, said = found[-1]
    said = said.split(" [while running")[0].strip()
    return said if name in {"InputError", "OutputError", "SealError", "ContractError"} else f"{name}: {said}"


def _options(name: str, endpoint: str, workers: str) -> list[str]:
    return [
        "--runner=PrismRunner",
        f"--job_endpoint={endpoint}",
        f"--job_name={name}",
        "--streaming",
        "--environment_type=EXTERNAL",
        f"--environment_config={workers}",
        # it would split a bundle between two elements of one key, and then process both at once
        "--experiments=prism_disable_sdf_split",
    ]


@contextlib.contextmanager
def _workers() -> Iterator[str]:
    """Who starts workers in this process, on loopback alone: Beam's own LOOPBACK listens on every address.

    Workers keep no cache of state: prism gives no tokens for one.
    """
    server = grpc.server(
        thread_pool_executor.shared_unbounded_instance(),
        options=[("grpc.http2.max_pings_without_data", 0), ("grpc.http2.max_ping_strikes", 0)],
    )
    pool = BeamFnExternalWorkerPoolServicer(use_process=False, state_cache_size=0)
    beam_fn_api_pb2_grpc.add_BeamFnExternalWorkerPoolServicer_to_server(pool, server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    try:
        yield f"127.0.0.1:{port}"
    finally:
        server.stop(1)


def _hush() -> None:
    """Let threads of workers end in silence when prism does: they fail of a connection that is closed."""
    known = threading.excepthook

    def tell(what: threading.ExceptHookArgs) -> None:
        if not issubclass(what.exc_type, grpc.RpcError):
            known(what)

    threading.excepthook = tell


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
