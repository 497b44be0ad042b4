"""What goes wrong, one kind a function; when it returns, what was taken away is there again."""

import signal
from collections.abc import Callable, Mapping
from functools import partial
from typing import Final

from runners.flink.rest import Flink
from runners.stack import process
from runners.stack.process import Process
from tests.integration.chaos.smalldisk import SmallDisk
from tests.integration.chaos.sockets import cut
from tests.integration.chaos.trial import Trial, wait_for

_BACKLOG_ROWS: Final = 1_000  # committed while a broker stands still
_DISK_SECONDS: Final = 120.0

Trouble = Callable[[Trial], None]


def kill(component: str, trial: Trial) -> None:
    """Kill -9 of a server, which is started again."""
    trial.stack.kill(component)
    trial.stack.start(component)


def kill_worker(trial: Trial) -> None:
    """Kill -9 of a Python worker of the pool, for which Flink asks the pool for another one."""
    worker = wait_for(lambda: workers(trial), lambda: "the pool has no worker")[0]
    process.send(worker, signal.SIGKILL)
    assert process.gone([worker], 10)


def kill_client(trial: Trial) -> None:
    """Kill -9 of who submitted the job; started again, it goes on or follows."""
    trial.client.kill()
    trial.client.start()


def stall_broker(trial: Trial) -> None:
    """The broker stands still, and goes on, as one whose disk hangs."""
    trial.stack.kill("kafka", signal.SIGSTOP)
    try:
        before = trial.newest()
        wait_for(lambda: trial.newest() >= before + _BACKLOG_ROWS, lambda: "nothing is committed")
    finally:
        trial.stack.kill("kafka", signal.SIGCONT)


def cut_connections(port: str, trial: Trial) -> None:
    """All connections to a server end."""
    components = trial.stack.components.values()
    pids = {one.pid for component in components for one in process.leftovers(component.record)}
    assert cut(pids | trial.pids, trial.stack.settings.ports[port])


def wake_zombie(trial: Trial) -> None:
    """A worker stands still until another one has taken over, and then wants to go on with its work."""
    zombie = wait_for(lambda: workers(trial), lambda: "the pool has no worker")[0]
    process.send(zombie, signal.SIGSTOP)
    try:
        kill("taskmanager", trial)
        trial.flows_again()
    finally:
        process.send(zombie, signal.SIGCONT)


def freeze_taskmanager(trial: Trial) -> None:
    """The TaskManager stands still until the JobManager has given it up, and then comes back."""
    flink = Flink(trial.stack.addresses.flink_url)
    trial.stack.kill("taskmanager", signal.SIGSTOP)
    try:
        wait_for(lambda: not flink.overview()["taskmanagers"], lambda: "it is not given up")
    finally:
        trial.stack.kill("taskmanager", signal.SIGCONT)


def fill_disk(disk: SmallDisk, trial: Trial) -> None:
    """The broker's disk is full, so that it ends; there is room again, and it is started."""
    disk.fill()
    try:
        kafka = trial.stack.components["kafka"].record
        wait_for(
            lambda: not process.alive(process.recorded(kafka)), lambda: "Kafka still runs", _DISK_SECONDS
        )
    finally:
        disk.free()
    trial.stack.start("kafka")


def restart_all(trial: Trial) -> None:
    """Everything is stopped in order, and started."""
    running = [one.component for one in trial.stack.status() if one.pid is not None]
    trial.stack.down()
    trial.stack.up(running)


def workers(trial: Trial) -> list[Process]:
    """The Python workers that the pool has started and that run."""
    pool = trial.stack.components["workers"].record
    leader = process.recorded(pool)
    return [one for one in process.leftovers(pool) if one != leader]


#: One kill of each kind.
KILLS: Final[Mapping[str, Trouble]] = {
    **{
        name: partial(kill, name)
        for name in ("taskmanager", "connect", "kafka", "postgres", "jobmanager", "workers")
    },
    "worker": kill_worker,
    "client": kill_client,
}
#: What is not a kill.
OTHERS: Final[Mapping[str, Trouble]] = {
    "stall of the broker": stall_broker,
    "cut to Kafka": partial(cut_connections, "kafka"),
    "cut to PostgreSQL": partial(cut_connections, "postgres"),
    "zombie": wake_zombie,
}
#: The same, of what takes longer.
SLOW: Final[Mapping[str, Trouble]] = {
    "frozen TaskManager": freeze_taskmanager,
    "restart of everything": restart_all,
}
