"""Log files → OpenTelemetry Collector → Kafka → the logs job on Flink, killed again and again → VictoriaLogs.

Nothing is lost, and no planted value is anywhere behind the topic that the job reads. LOG_LINES lines are
written (a million in the long form), planted by chance of LOG_SEED.
"""

import contextlib
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import msgspec
import pytest
from confluent_kafka import OFFSET_BEGINNING, Consumer, KafkaError, TopicPartition

from connectors.logstores.query import Query
from connectors.logstores.render import RECORD_ID
from runners.flink.rest import Flink, FlinkError
from runners.stack import Stack, collector, process
from runners.stack.components import COMPONENTS
from runners.stack.process import Process
from runners.stack.settings import DEFAULT_STATE, load
from schemas.logs import LogsOutput
from schemas.topics import LOGS_TOPICS
from tests.conftest import ROOT
from tests.integration import logsplants
from tests.integration.logsplants import Written, found_in, needles
from tests.integration.servers import needing
from tests.integration.zstdframes import unpacked

OFFSET = 8000
LINES = int(os.environ.get("LOG_LINES", "30000"))
SEED = int(os.environ.get("LOG_SEED", "1"))
SERVERS = ("victorialogs", "collector", "taskmanager", "jobserver", "workers")
PACKAGES = {package for kind in COMPONENTS if kind.name in SERVERS for package in kind.packages}
PATIENCE_SECONDS = 480.0 + LINES / 1000
JOB = "leaks"
SEQ = re.compile(rb"seq=(\d+) ")

pytestmark = needing(PACKAGES)


@pytest.fixture(scope="module")
def stack() -> Iterator[Stack]:
    state = Path(tempfile.mkdtemp(prefix="traceo-leaks-"))
    with contextlib.ExitStack() as at_the_end:
        at_the_end.callback(shutil.rmtree, state, ignore_errors=True)
        chosen = {
            "state": state,
            "lib": ROOT / DEFAULT_STATE / "lib",
            "port_offset": OFFSET,
            "binaries": os.environ.get("TRACEO_STACK_BINARIES"),
        }
        one = Stack(settings=load(chosen, {}))
        at_the_end.callback(one.down)
        one.up(SERVERS)
        yield one


class Job:
    """``traceo run logs`` as a process; all that it writes to disk is in ``folder``."""

    def __init__(self, stack: Stack, folder: Path) -> None:
        at = stack.addresses
        settings = {
            "input": f"kafka://{at.bootstrap_servers}/{collector.TOPIC}",
            "output": f"kafka://{at.bootstrap_servers}",
            "log_store": f"victorialogs+{at.victorialogs_url}",
            "runner": "flink",
            "job_name": JOB,
            "flink_url": at.flink_url,
            "job_endpoint": at.job_endpoint,
            "artifact_endpoint": at.artifact_endpoint,
            "environment": "external",
            "workers": at.worker_pool,
            "checkpoint_seconds": 2,
            "log_level": "debug",
        }
        self._command = [sys.executable, "-m", "pipelines", "run", "logs", "--create-topics"]
        for name, value in settings.items():
            self._command += ["--" + name.replace("_", "-"), str(value)]
        self._folder = folder
        (folder / "tmp").mkdir()
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def log(self) -> str:
        return (self._folder / "client.log").read_text(errors="replace")

    def start(self) -> None:
        environment = {**os.environ, "PYTHONPATH": str(ROOT), "TMPDIR": str(self._folder / "tmp")}
        with (self._folder / "client.log").open("ab") as log:
            self._process = subprocess.Popen(
                self._command, cwd=self._folder, env=environment, stdout=log, stderr=log
            )

    def kill(self) -> None:
        if self._process is not None and self._process.poll() is None:
            self._process.kill()
            self._process.wait()

    def stop(self) -> int:
        assert self._process is not None
        self._process.send_signal(signal.SIGINT)
        return self._process.wait(PATIENCE_SECONDS)


@pytest.fixture
def job(stack: Stack, tmp_path: Path) -> Iterator[Job]:
    folder = tmp_path / "job"
    folder.mkdir()
    one = Job(stack, folder)
    yield one
    one.kill()
    flink = Flink(stack.addresses.flink_url)
    with contextlib.suppress(FlinkError):
        if (running := flink.running(JOB)) is not None:
            flink.cancel(running["jid"])


def eventually(condition: Callable[[], Any], seen: Callable[[], object]) -> Any:
    give_up = time.monotonic() + PATIENCE_SECONDS
    while not (found := condition()):
        assert time.monotonic() < give_up, seen()
        time.sleep(0.2)
    return found


def kill_worker(stack: Stack, _job: Job) -> None:
    """Kill -9 of a Python worker; Flink asks the pool for another one."""
    pool = stack.components["workers"].record
    leader = process.recorded(pool)

    def workers() -> list[Process]:
        return [one for one in process.leftovers(pool) if one != leader]

    worker = eventually(workers, lambda: "the pool has no worker")[0]
    process.send(worker, signal.SIGKILL)


def kill_taskmanager(stack: Stack, _job: Job) -> None:
    stack.kill("taskmanager")
    stack.start("taskmanager")


def kill_client(_stack: Stack, job: Job) -> None:
    job.kill()
    job.start()
    eventually(lambda: "is running already" in " ".join(job.log.split()), lambda: job.log)


TROUBLES = (kill_worker, kill_taskmanager, kill_client)


def run_through(stack: Stack, job: Job, written: Written) -> float:
    """All records in files, and the job killed while they come; seconds until all were stored."""
    query = Query(stack.addresses.victorialogs_url)

    def stored() -> int:
        try:
            return query.distinct("*", RECORD_ID)
        except ValueError:  # it has none
            return 0

    def seen() -> str:
        return f"{stored()} of {written.records} stored; {job.log[-2000:]}"

    def append(part: dict[str, str]) -> None:
        for service, text in part.items():
            with (stack.addresses.collected / f"{service}.log").open("a") as file:
                file.write(text)

    job.start()
    first, *others = written.parts
    append(first)
    began = time.monotonic()
    for part, trouble in zip(others, TROUBLES, strict=True):
        before = stored()
        eventually(lambda before=before: stored() > before, seen)  # type: ignore[misc]
        append(part)
        trouble(stack, job)
    eventually(lambda: stored() >= written.records, seen)
    return time.monotonic() - began


def messages(stack: Stack, topics: Sequence[str], isolation: str) -> Iterator[tuple[str, bytes, bytes]]:
    """Topic, key and value of all messages that are there now."""
    reader = Consumer(
        {
            "bootstrap.servers": stack.addresses.bootstrap_servers,
            "group.id": "leaks-view",
            "enable.auto.commit": False,
            "enable.partition.eof": True,
            "isolation.level": isolation,
            "log_level": 0,
        }
    )
    known = reader.list_topics(timeout=30).topics
    partitions = [TopicPartition(t, n, OFFSET_BEGINNING) for t in topics for n in known[t].partitions]
    reader.assign(partitions)
    left = len(partitions)
    while left:
        for message in reader.consume(5000, 1.0):
            if (error := message.error()) is None:
                yield str(message.topic()), message.key() or b"", message.value() or b""
            else:
                assert error.code() == KafkaError._PARTITION_EOF, error  # noqa: SLF001
                left -= 1
    reader.close()


def get(url: str, data: bytes | None = None) -> bytes:
    with urllib.request.urlopen(url, data, timeout=120) as answer:  # noqa: S310  of our own
        return bytes(answer.read())


def gather(stack: Stack, folder: Path) -> None:
    """What was written anywhere and is no text in a file yet → files in ``folder``."""
    topics = sorted(topic.name for topic in LOGS_TOPICS.values())
    with (folder / "topics").open("wb") as file:  # what was aborted too
        for topic, key, value in messages(stack, topics, "read_uncommitted"):
            file.write(b"%s\t%s\t%s\n" % (topic.encode(), key, value))
    store = stack.addresses.victorialogs_url
    with (
        (folder / "stored").open("wb") as file,
        urllib.request.urlopen(  # noqa: S310  of our own
            f"{store}/select/logsql/query", b"query=*", timeout=600
        ) as answer,
    ):
        shutil.copyfileobj(answer, file, 1 << 20)
    with (folder / "unpacked").open("wb") as file:
        for path in (stack.settings.folder("victorialogs") / "data").rglob("*"):
            if path.is_file():
                file.writelines(unpacked(path.read_bytes()))
    ports, flink = stack.settings.ports, stack.addresses.flink_url
    served = ("jobmanager", "taskmanager", "collector")
    pages = [f"{store}/metrics", *(f"http://127.0.0.1:{ports[f'{name}_metrics']}/metrics" for name in served)]
    for one in msgspec.json.decode(get(f"{flink}/jobs"))["jobs"]:
        pages += (
            f"{flink}/jobs/{one['id']}{page}" for page in ("", "/exceptions", "/config", "/checkpoints")
        )
    (folder / "pages").write_bytes(b"\n".join(get(page) for page in pages))


def behind_the_input(stack: Stack) -> list[Path]:
    """What servers keep on disk, without what the job has yet to read."""
    state = stack.settings.folder("kafka").parent
    own = [path for path in state.iterdir() if path.name not in ("kafka", "collector")]
    topics = (stack.settings.folder("kafka") / "data").iterdir()
    return own + [path for path in topics if not path.name.startswith(f"{collector.TOPIC}-")]


def test_nothing_is_lost_and_nothing_planted_gets_through(stack: Stack, job: Job, tmp_path: Path) -> None:
    written = logsplants.write(LINES, len(TROUBLES) + 1, SEED)
    seconds = run_through(stack, job, written)
    print(f"\n{LINES} records in {seconds:.0f} s, {LINES / seconds:.0f}/s, with {len(TROUBLES)} kills")
    check_not_lost(stack, job, written)
    assert job.stop() == 0, job.log

    gathered, looked_for = tmp_path / "gathered", tmp_path / "needles"
    gathered.mkdir()
    gather(stack, gathered)
    looked_for.write_text("".join(f"{needle}\n" for needle in needles(plant for _, plant in written.plants)))
    assert len(SEQ.findall((gathered / "stored").read_bytes())) >= LINES
    assert SEQ.search((gathered / "unpacked").read_bytes())
    in_clear = {core for _, plant in written.plants for core in plant.cores if plant.kind != "jwt"}
    before = set(found_in([stack.addresses.collected], looked_for))
    assert len(before & in_clear) > 0.7 * len(in_clear)  # the search finds what is there to be found
    leaked = found_in([gathered, tmp_path / "job", *behind_the_input(stack)], looked_for)
    assert leaked == [], f"{len(leaked)} needles, as {kinds_of(leaked, written)}"


def check_not_lost(stack: Stack, job: Job, written: Written) -> None:
    """Each record is in the topic once, and each planted one was seen; the store has all by their ids."""
    query = Query(stack.addresses.victorialogs_url)
    assert query.distinct("*", RECORD_ID) == written.records
    topics = [LOGS_TOPICS[name].name for name in (LogsOutput.LOGS, LogsOutput.FINDINGS, LogsOutput.DEAD)]
    logs, findings, dead = topics

    def counted() -> bool:
        for topic in topics:
            counts[topic] = Counter()
        for topic, _, value in messages(stack, topics, "read_committed"):
            if topic == logs:
                found = SEQ.search(value)
                counts[logs][int(found[1]) if found else -1] += 1
                record = msgspec.json.decode(value)
                places[record["partition"], record["offset"], record["place"]] = found
            elif topic == findings:
                record = msgspec.json.decode(value)
                counts[findings][record["partition"], record["offset"], record["place"]] += 1
            else:
                counts[dead][value] += 1
        return counts[logs].total() >= written.records

    counts: dict[str, Counter[Any]] = {}
    places: dict[tuple[int, int, int], Any] = {}
    eventually(counted, lambda: f"{ {t: c.total() for t, c in counts.items()} }; {job.log[-2000:]}")
    assert set(counts[logs]) == set(range(written.records))
    assert set(counts[logs].values()) == {1}
    assert counts[dead].total() == 0
    masked = {int(places[place][1]) for place in counts[findings]}
    assert {number for number, _ in written.plants} <= masked
    assert any(True for _ in messages(stack, [LOGS_TOPICS[LogsOutput.SECURITY].name], "read_committed"))


def kinds_of(leaked: Sequence[str], written: Written) -> Counter[str]:
    """Of which kinds the values are that were found."""
    found = set(leaked)
    return Counter(plant.kind for _, plant in written.plants if not found.isdisjoint(needles([plant])))
