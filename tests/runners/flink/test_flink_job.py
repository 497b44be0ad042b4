"""A job that is submitted is found again, and one that is refused is told of in one line."""

import logging
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import apache_beam as beam
import grpc
import pytest

from runners.flink import job as module
from runners.flink.job import submit
from runners.flink.profile import Profile
from runners.flink.rest import Flink, FlinkError
from tests.runners.flink.fakeflink import FakeFlink, fake_flink


@pytest.fixture
def fake() -> Iterator[FakeFlink]:
    with fake_flink() as one:
        yield one


def running(name: str) -> dict[str, Any]:
    return {"jobs": [{"jid": "1a", "name": name, "state": "CREATED", "start-time": 1}]}


def test_a_graph_becomes_a_job_that_is_found_by_its_name(
    fake: FakeFlink, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake.answers["/jobs/overview"] = [{"jobs": []}, running("other"), running("j")]
    seen: dict[str, Any] = {}

    class Pipeline:
        def __init__(self, options: Any) -> None:
            seen["options"] = options.get_all_options()

        def run(self) -> str:
            [jar] = seen["options"]["files_to_stage"]
            seen["jar"] = Path(jar).read_bytes()[:2]
            seen["level"] = logging.getLogger("apache_beam.options.pipeline_options").level
            return "handle"

    monkeypatch.setattr(module.beam, "Pipeline", Pipeline)
    monkeypatch.setattr(module, "_POLL_SECONDS", 0.0)
    graph = seen.setdefault("graphs", []).append
    assert submit(graph, Profile(job_name="j", job_endpoint="h:1"), Flink(fake.url)) == ("handle", "1a")
    assert len(seen["graphs"]) == 1
    assert seen["jar"] == b"PK"
    assert seen["level"] == logging.ERROR
    assert logging.getLogger("apache_beam.options.pipeline_options").level != logging.ERROR


def test_a_job_that_does_not_run_is_an_error_and_not_for_ever(
    fake: FakeFlink, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_SUBMIT_SECONDS", 0.0)
    pipeline = SimpleNamespace(run=lambda: None)
    monkeypatch.setattr(module.beam, "Pipeline", lambda options: pipeline)
    with pytest.raises(FlinkError, match="j does not run 0 s after it was submitted"):
        submit(lambda _: None, Profile(job_name="j", job_endpoint="h:1"), Flink(fake.url))


def test_who_is_no_job_server_refuses(fake: FakeFlink) -> None:
    server = grpc.server(ThreadPoolExecutor(1))
    address = f"127.0.0.1:{server.add_insecure_port('127.0.0.1:0')}"
    server.start()
    try:
        with pytest.raises(FlinkError, match=f"^{address}: Beam's job server refused the job: .*not found"):
            submit(
                lambda pipeline: pipeline | beam.Impulse(),
                Profile(job_name="j", job_endpoint=address),
                Flink(fake.url),
            )
    finally:
        server.stop(None)
