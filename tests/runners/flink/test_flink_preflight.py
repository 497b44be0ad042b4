"""What is proved before a job is submitted, and each failure in one line with its fix."""

import re
import socket
from collections.abc import Iterator
from typing import Any

import pytest

from runners.flink.preflight import KNOWN, check
from runners.flink.profile import Profile
from runners.flink.rest import Flink, FlinkError
from tests.integration.servers import free_address
from tests.runners.flink.fakeflink import OVERVIEW, FakeFlink, fake_flink


@pytest.fixture
def fake() -> Iterator[FakeFlink]:
    with fake_flink() as one:
        yield one


@pytest.fixture
def listening() -> Iterator[str]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"127.0.0.1:{server.getsockname()[1]}"


def refusal(fake: FakeFlink, **more: Any) -> str:
    with pytest.raises(FlinkError) as refused:
        check(Flink(fake.url), Profile(job_name="j", **more))
    assert "\n" not in str(refused.value)
    return str(refused.value)


@pytest.mark.parametrize("version", [f"{known}.1" for known in KNOWN])
def test_what_fits_passes(fake: FakeFlink, listening: str, version: str) -> None:
    fake.answers["/overview"] = OVERVIEW | {"flink-version": version}
    for environment in ("loopback", "external"):
        profile = Profile(job_name="j", job_endpoint=listening, environment=environment, workers=listening)
        check(Flink(fake.url), profile)


@pytest.mark.parametrize("version", ["1.15.4", "1.13.0", "3.0.0"])
def test_a_flink_without_a_runner_is_refused(fake: FakeFlink, listening: str, version: str) -> None:
    fake.answers["/overview"] = OVERVIEW | {"flink-version": version}
    said = refusal(fake, job_endpoint=listening)
    assert said.startswith(f"{fake.url}: Flink {version} has no runner")
    assert KNOWN[0] in said


@pytest.mark.parametrize("version", ["OpenJDK 64-Bit Server VM - Temurin - 1.8/25.392-b08", "8/8.0.1"])
def test_a_java_that_is_too_old_is_refused(fake: FakeFlink, listening: str, version: str) -> None:
    fake.answers["/jobmanager/environment"] = {"jvm": {"version": version}}
    assert "is too old; Beam's runner needs 11" in refusal(fake, job_endpoint=listening)


def test_a_java_that_says_nothing_known_passes(fake: FakeFlink, listening: str) -> None:
    fake.answers["/jobmanager/environment"] = {"jvm": {"version": "of our own"}}
    check(Flink(fake.url), Profile(job_name="j", job_endpoint=listening))


def test_too_few_slots_are_said_with_what_to_do(fake: FakeFlink, listening: str) -> None:
    fake.answers["/overview"] = OVERVIEW | {"slots-available": 1}
    said = refusal(fake, job_endpoint=listening, parallelism=2)
    assert re.search(r"1 task slots free of 4, the job needs 2; stop a job, add .* --parallelism", said)


def test_no_job_server_no_pool(fake: FakeFlink, listening: str) -> None:
    away = free_address()
    said = refusal(fake, job_endpoint=away)
    assert said.startswith(f"{away}: Beam's job server does not answer: ")
    assert said.endswith("see --job-endpoint")
    said = refusal(fake, job_endpoint=listening, environment="external", workers=away)
    assert said.startswith(f"{away}: the Python worker pool does not answer: ")
    assert said.endswith("see --workers")
    assert refusal(fake, job_endpoint="no port").startswith("no port: ")


def test_a_pool_beside_a_taskmanager_elsewhere_cannot_be_asked(listening: str) -> None:
    away = free_address()

    class Elsewhere(Flink):
        def _ask(self, path: str, body: Any = None, *, method: str = "GET") -> Any:
            return OVERVIEW if path == "/overview" else {"jvm": {"version": "17/17.0.1"}}

    profile = Profile(job_name="j", job_endpoint=listening, environment="external", workers=away)
    check(Elsewhere("http://flink.example:8081"), profile)


def test_a_command_is_no_address(fake: FakeFlink, listening: str) -> None:
    said = refusal(fake, job_endpoint=listening, environment="process", workers="127.0.0.1:15000")
    assert said == "--workers: 127.0.0.1:15000 is an address; environment process needs a command"
