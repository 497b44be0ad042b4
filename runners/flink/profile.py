"""What the Flink runner of Beam is told, each option with the reason why."""

import json
from dataclasses import dataclass
from typing import Final, NamedTuple

ENVIRONMENTS: Final = ("loopback", "external", "process")


class Option(NamedTuple):
    """One option of Beam's, and why it has this value."""

    name: str
    value: str | None
    why: str

    @property
    def argument(self) -> str:
        """As it stands on a command line."""
        return f"--{self.name}" if self.value is None else f"--{self.name}={self.value}"


@dataclass(frozen=True, kw_only=True)
class Profile:
    """How a job runs on Flink; see :func:`options` for what follows from it."""

    job_name: str
    job_endpoint: str
    artifact_endpoint: str | None = None
    environment: str = "loopback"
    #: ``host:port`` of the worker pool (external), or the command that starts a worker (process).
    workers: str = ""
    parallelism: int = 1
    checkpoint_seconds: float = 10.0
    bundle_ms: int = 20
    savepoint: str | None = None
    allow_lost_state: bool = False
    #: A Java archive with nothing in it.
    empty_jar: str = ""


def options(profile: Profile) -> list[Option]:
    """All options of a job with this profile."""
    found = [
        Option("runner", "PortableRunner", "submits to a job server, for whatever Flink that was made"),
        Option("job_endpoint", profile.job_endpoint, "where Beam's job server listens"),
        Option("job_name", profile.job_name, "the name in Flink, by which a running job is found again"),
        Option("streaming", None, "the input never ends"),
        Option("parallelism", str(profile.parallelism), "subtasks of each step"),
        Option("max_parallelism", "128", "key groups: fixed, since a savepoint cannot change it"),
        Option(
            "checkpointing_interval",
            str(int(profile.checkpoint_seconds * 1000)),
            "what is done again after a failure, at most; without it nothing is ever saved",
        ),
        Option("checkpointing_mode", "EXACTLY_ONCE", "barriers are aligned: state and positions agree"),
        Option("externalized_checkpoints_enabled", None, "the last checkpoint outlives the job"),
        Option("retain_externalized_checkpoints_on_cancellation", None, "and its cancellation"),
        Option(
            "max_bundle_time_mills",
            str(profile.bundle_ms),
            "a step hands on what it made when its bundle ends, so that this is a share of the latency; with "
            "the default of a second and a short checkpoint interval, timers starve",
        ),
        Option("max_bundle_size", "1000", "the time alone ends a bundle: one of the sink is one transaction"),
        Option(
            "finish_bundle_before_checkpointing",
            None,
            "what a bundle made goes out before the barrier, and not into the checkpoint",
        ),
        Option("max_cache_memory_usage_mb", "64", "state that a worker has read it does not ask for again"),
        Option("sdk_worker_parallelism", "1", "one Python process a TaskManager; more by more TaskManagers"),
        Option("faster_copy", None, "Flink need not copy what goes from one step to the next in one task"),
        Option("beam_plugins", "pipelines.workerlogs", "what a worker logs is redacted before it leaves it"),
        Option("files_to_stage", profile.empty_jar, "all of Java is on the cluster's class path already"),
        *_environment(profile),
    ]
    if profile.artifact_endpoint:
        found.append(Option("artifact_endpoint", profile.artifact_endpoint, "where its artifact service is"))
    if profile.savepoint:
        found.append(Option("savepoint_path", profile.savepoint, "goes on where that was made"))
    if profile.allow_lost_state:
        found.append(Option("allow_non_restored_state", None, "a step that is gone gives up its state"))
    return found


def _environment(profile: Profile) -> list[Option]:
    kind = Option("environment_type", profile.environment.upper(), "where Python runs")
    match profile.environment:
        case "external":
            return [
                kind,
                Option("environment_config", profile.workers, "the pool beside a TaskManager"),
            ]
        case "process":
            config = json.dumps({"command": profile.workers})
            return [kind, Option("environment_config", config, "each TaskManager starts its own worker")]
        case _:
            return [kind]
