"""Who is compared: how each is started and stopped, which processes are its own, where it writes."""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final
from uuid import uuid4

from pipelines.publish import output_topics
from runners.flink.rest import Flink
from runners.stack.stack import Stack
from schemas.names import Output
from schemas.topics import TOPICS
from tests.bench.peers.steps import OUTPUTS
from tests.bench.peers.topics import EVENTS, RUN, SERIES

HERE: Final = Path(__file__).parent
ROOT: Final = HERE.parents[2]
_STOP_SECONDS: Final = 60.0
_FLINK: Final = ("jobmanager", "taskmanager", "workers", "jobserver")


@dataclass
class Contender:
    """One that does the job. ``topics`` are made afresh before each run; ``clean`` is the one that counts."""

    name: str
    topics: Sequence[str]
    clean: str
    stack: Stack
    environment: dict[str, str] = field(default_factory=dict)
    events: str = EVENTS
    series: str = SERIES
    _process: subprocess.Popen[bytes] | None = None

    def command(self, folder: Path, run: str) -> list[str]:
        """What is started; ``run`` is a name that was not used before."""
        raise NotImplementedError

    def roots(self) -> Iterable[int]:
        """The processes that do the work; their descendants belong to them."""
        return [] if self._process is None else [self._process.pid]

    @contextlib.contextmanager
    def running(self, folder: Path) -> Iterator[subprocess.Popen[bytes]]:
        """Runs until the end of the block."""
        run = f"{RUN}{uuid4().hex[:8]}"
        folder.mkdir(parents=True, exist_ok=True)
        with (folder / "log").open("wb") as log:
            command = self.command(folder, run)
            self._process = subprocess.Popen(
                command, cwd=folder, env=os.environ | self.environment, stdout=log, stderr=subprocess.STDOUT
            )
            try:
                yield self._process
            finally:
                self.stop(run)
                self._process = None
                shutil.rmtree(folder / "state", ignore_errors=True)

    def stop(self, run: str) -> None:
        """Stop what was started, gently first."""
        if self._process is None:
            return
        self._process.send_signal(signal.SIGINT)
        try:
            self._process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


class Ours(Contender):
    """The whole ingest job on Flink: one Python worker, one subtask a step."""

    def command(self, folder: Path, run: str) -> list[str]:
        where = self.stack.addresses
        options = {
            "runner": "flink",
            "input": f"kafka://{where.bootstrap_servers}/{self.events},{self.series}",
            "output": f"kafka://{where.bootstrap_servers}",
            "job-name": run,
            "environment": "external",
            "workers": where.worker_pool,
            "flink-url": where.flink_url,
            "job-endpoint": where.job_endpoint,
            "artifact-endpoint": where.artifact_endpoint,
            "shards": "1",
            "hold-seconds": "0",
        }
        flags = [part for name, value in options.items() for part in (f"--{name}", value)]
        return [sys.executable, "-m", "pipelines", "run", "ingest", *flags]

    def roots(self) -> Iterable[int]:
        """Flink's and Beam's processes, and the command that follows the job."""
        pids = [row.pid for row in self.stack.status() if row.component in _FLINK and row.pid]
        return [*pids, *super().roots()]

    def stop(self, run: str) -> None:
        flink = Flink(self.stack.addresses.flink_url)
        job = flink.running(run)
        if job is not None:
            flink.cancel(job["jid"])
        end = time.monotonic() + _STOP_SECONDS
        while flink.running(run) is not None:
            if time.monotonic() > end:
                raise TimeoutError(f"{run} was cancelled and does not end")
            time.sleep(0.2)
        if self._process is not None:  # it sees that the job has ended
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(_STOP_SECONDS / 4)
        super().stop(run)


class Steps(Ours):
    """The same on Flink, with the steps of the comparison alone."""

    def command(self, folder: Path, run: str) -> list[str]:
        where = self.stack.addresses
        addresses = (where.flink_url, where.job_endpoint, where.artifact_endpoint, where.worker_pool)
        return [
            *(sys.executable, "-m", "tests.bench.peers.steps"),
            *(where.bootstrap_servers, run, *addresses),
        ]


class Bytewax(Contender):
    """One process with one worker; its state is saved every five seconds."""

    def command(self, folder: Path, run: str) -> list[str]:
        python = str(environment("bytewax"))
        saved = folder / "state"
        shutil.rmtree(saved, ignore_errors=True)  # of a run that was killed
        saved.mkdir()
        subprocess.run([python, "-m", "bytewax.recovery", str(saved), "1"], check=True)
        dead = next(topic for topic in self.topics if topic != self.clean)
        names = (self.stack.addresses.bootstrap_servers, self.events, self.series, self.clean, dead)
        flow = f"{HERE / 'bytewax' / 'flow.py'}:ingest({','.join(map(repr, names))})"
        return [python, "-m", "bytewax.run", flow, "-r", str(saved), "-s", "5", "-b", "0"]


class Quix(Contender):
    """One process; exactly once, committed every second."""

    def command(self, folder: Path, run: str) -> list[str]:
        dead = next(topic for topic in self.topics if topic != self.clean)
        options = {
            "brokers": self.stack.addresses.bootstrap_servers,
            "events": self.events,
            "series": self.series,
            "clean": self.clean,
            "dead": dead,
            "group": run,
            "state": str(folder / "state"),
        }
        flags = [part for name, value in options.items() for part in (f"--{name}", value)]
        return [str(environment("quix")), str(HERE / "quix" / "app.py"), *flags]


def environment(peer: str) -> Path:
    """The Python of a peer's own environment, which the script ``environments`` makes."""
    return Path(os.environ.get("TRACEO_PEERS", ROOT / ".traceo" / "peers")) / peer / "bin" / "python"


def contenders(stack: Stack) -> dict[str, Contender]:
    """All that can be compared, by name."""
    remember = {"PEERS_REMEMBER": "1"}
    path = {"PYTHONPATH": str(ROOT)}

    def pair(name: str) -> tuple[str, str]:
        return f"peers.{name}.clean", f"peers.{name}.dead"

    made: list[Contender] = [
        Ours("ours", output_topics(), TOPICS[Output.CLEAN].name, stack, path),
        Steps("steps", [topic.name for topic in OUTPUTS.values()], TOPICS[Output.CLEAN].name, stack, path),
        Bytewax("bytewax", pair("bytewax"), pair("bytewax")[0], stack),
        Bytewax("bytewax-remember", pair("bytewax"), pair("bytewax")[0], stack, remember),
        Quix("quix", pair("quix"), pair("quix")[0], stack),
        Quix("quix-remember", pair("quix"), pair("quix")[0], stack, remember),
    ]
    return {one.name: one for one in made}
