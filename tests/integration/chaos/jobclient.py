"""``traceo run ingest --runner flink`` as a process that can be killed."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any, Final

from runners.flink.rest import Flink, FlinkError
from runners.stack import Stack
from runners.stack.addresses import Addresses
from runners.stack.kafka import admin
from tests.conftest import ROOT

JOB: Final = "chaos"
INPUTS: Final = ("db.metrics.events", "db.metrics.series", "db.transaction")
_STOP_SECONDS: Final = 180.0


def has_inputs(stack: Stack) -> bool:
    """Whether the connector has made the topics that the job reads."""
    return set(INPUTS) <= set(admin(stack.settings).list_topics(timeout=30).topics)


class JobClient:
    """The client of one job; what it remembers is in ``folder``, its output in ``folder``/client.log."""

    def __init__(self, addresses: Addresses, folder: Path, *, environment: str, **settings: Any) -> None:
        kafka = addresses.bootstrap_servers
        chosen = {
            "input": f"kafka://{kafka}/{','.join(INPUTS)}",
            "output": f"kafka://{kafka}",
            "runner": "flink",
            "job_name": JOB,
            "flink_url": addresses.flink_url,
            "job_endpoint": addresses.job_endpoint,
            "artifact_endpoint": addresses.artifact_endpoint,
            "environment": environment,
            "workers": addresses.settings.address("workers"),
            "shards": 1,
            "hold_seconds": 0,
            "checkpoint_seconds": 2,
            **settings,
        }
        self._command = [sys.executable, "-m", "pipelines", "run", "ingest", "--create-topics"]
        for name, value in chosen.items():
            self._command += ["--" + name.replace("_", "-"), str(value)]
        self.job = str(chosen["job_name"])
        self._flink = Flink(addresses.flink_url)
        self._folder = folder
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def log(self) -> str:
        """What it said."""
        return (self._folder / "client.log").read_text(encoding="utf-8", errors="replace")

    @property
    def code(self) -> int | None:
        """With what it ended; None while it runs."""
        assert self.process is not None
        return self.process.poll()

    def resume_point(self) -> str | None:
        """The newest checkpoint of the job."""
        return self._flink.resume_point(self.job)

    def start(self) -> None:
        """Start it; where a job is to go on is its own affair."""
        with (self._folder / "client.log").open("ab") as log:
            self.process = subprocess.Popen(
                self._command,
                cwd=self._folder,
                env={**os.environ, "PYTHONPATH": str(ROOT)},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )

    def kill(self) -> None:
        """End it at once."""
        assert self.process is not None
        self.process.kill()
        self.process.wait(_STOP_SECONDS)

    def stop(self) -> int:
        """Interrupt it, as Ctrl-C does; with what it ended."""
        assert self.process is not None
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(_STOP_SECONDS)

    def end(self) -> None:
        """End it and its job, if they run."""
        if self.process is not None and self.process.poll() is None:
            self.kill()
        with contextlib.suppress(FlinkError):
            while (job := self._flink.running(self.job)) is not None:
                self._flink.cancel(job["jid"])
                time.sleep(0.5)
