"""An endless job on Prism: on this machine alone, followed until it is stopped, without checkpoints.

The same graph as on Flink, and the same topics. Since nothing is saved, each run reads from where
``--kafka-begin`` says, and the sink leaves out what its topics hold already: each event is there once.
"""

import time
from collections.abc import Callable
from typing import Any, Final

import apache_beam as beam

from connectors.kafka.cluster import parse_address
from connectors.kafka.lag import Lag
from pipelines import console
from pipelines.jobrecord import FOLDER
from pipelines.setting import SettingError
from pipelines.settings import Settings
from pipelines.workererrors import redact_failures
from runners.prism.job import ENDED, Job, submitted
from runners.prism.server import PrismError, find

NAMES: Final = frozenset({"prism", "PrismRunner"})
_LOOK_SECONDS: Final = 1.0
#: Settings that Prism cannot follow, and why.
_UNKNOWN: Final = {
    "savepoint": "it saves no state to go on from",
    "savepoint_folder": "it saves no state",
    "environment": "its Python works in this process",
    "parallelism": "its Python is one process; name --kafka-readers and --shards, or --runner flink",
}


def preflight(settings: Settings) -> None:
    """Prove that prism is there and can do what is asked. Raises SettingError, PrismError."""
    fresh = Settings()
    for name, reason in _UNKNOWN.items():
        if getattr(settings, name) != getattr(fresh, name):
            raise SettingError(f"--{name.replace('_', '-')}: prism knows none: {reason}")
    find(settings.prism)


def run_on_prism(graph: Callable[[beam.Pipeline], None], settings: Settings, job: str) -> dict[str, Any]:
    """Run job ``job`` until it ends or is interrupted. Raises PrismError."""
    preflight(settings)
    redact_failures()  # its Python works in this process
    console.say(_what_it_cannot(settings))
    log = FOLDER / f"{settings.job_name}.prism.log"
    console.say(f"starting {settings.job_name} on prism; its log: {log}")
    try:
        with submitted(graph, settings.job_name, find(settings.prism), log) as running:
            _follow(running, settings)
    except KeyboardInterrupt:
        return {"job": job, "stream": "stopped", "savepoint": None}
    return {"job": job, "stream": "ended", "savepoint": None}


def _what_it_cannot(settings: Settings) -> str:
    begin = {
        "earliest": "this run reads its topics from their beginning, and leaves out what was written already",
        "latest": "this run reads what comes from now on, and nothing of what came while no job ran",
    }
    return f"prism saves nothing: {begin[settings.kafka_begin]}; --runner flink goes on where it was stopped"


def _follow(job: Job, settings: Settings) -> None:
    """Show how the job does, until it ends."""
    brokers, topics = parse_address(settings.input[0])
    lag = Lag(settings.cluster(brokers), topics, settings.job_name)
    with console.following() as show:
        while True:
            state = job.state()
            if state == "FAILED":
                raise PrismError(f"{settings.job_name} failed: {job.failure()}")
            if state in ENDED:
                return
            show(console.stream_text(state, lag.look(), None, saves=False))
            time.sleep(_LOOK_SECONDS)
