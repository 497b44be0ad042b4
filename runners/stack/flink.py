"""Flink: a JobManager, a TaskManager, and the ZooKeeper by which a JobManager that was killed finds its jobs.

All of it, and Beam's job server, runs from one class path (bundle ``flink``); ZooKeeper is the one in Flink's
own jars.
"""

import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from runners.stack import health, shim
from runners.stack.component import Component, environment, properties, write
from runners.stack.errors import NotReady
from runners.stack.jvm import JAVA, java
from runners.stack.process import Launch
from runners.stack.settings import HOST, StackSettings

BUNDLE: Final = shim.JOB_SERVER_BUNDLE
BUNDLES: Final = (BUNDLE, "compiler")
PACKAGES: Final = (JAVA, "maven", *shim.PACKAGES)
_OPENED: Final = (
    *("java.lang", "java.util", "java.nio", "java.lang.reflect", "java.time", "java.util.concurrent"),
    *("java.net", "java.io", "java.util.concurrent.atomic", "sun.nio.ch"),
)
_REPORTER: Final = "org.apache.flink.metrics.prometheus.PrometheusReporterFactory"
#: Options of every JVM here: Java 17 hides what Flink 1.16 and Beam reach for; logs go to standard error.
OPTIONS: Final = (
    "--add-exports=java.base/sun.net.util=ALL-UNNAMED",
    *(f"--add-opens=java.base/{package}=ALL-UNNAMED" for package in _OPENED),
    "-Dorg.slf4j.simpleLogger.showDateTime=true",
    "-Dorg.slf4j.simpleLogger.dateTimeFormat=yyyy-MM-dd HH:mm:ss.SSS",
    "-Dorg.slf4j.simpleLogger.showThreadName=false",
    "-Dorg.slf4j.simpleLogger.log.org.apache.flink.shaded=warn",
)


def home(settings: StackSettings) -> Path:
    """The folder of what the parts of Flink share: configuration, checkpoints, recovery."""
    return settings.folder("flink")


def client_configuration(settings: StackSettings) -> Path:
    """A folder of configuration for who submits jobs: as the cluster's, but it needs no ZooKeeper."""
    folder = home(settings) / "client"
    write(folder / "flink-conf.yaml", _yaml(_shared(settings)))
    return folder


def _cluster_configuration(settings: StackSettings) -> Path:
    folder = home(settings) / "conf"
    write(folder / "flink-conf.yaml", _yaml({**_shared(settings), **_high_availability(settings)}))
    return folder


def _shared(settings: StackSettings) -> Mapping[str, object]:
    folder = home(settings)
    for name in ("checkpoints", "savepoints", "recovery"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    return {
        "jobmanager.rpc.address": HOST,
        "jobmanager.bind-host": HOST,
        "jobmanager.rpc.port": settings.ports["jobmanager_rpc"],
        "blob.server.port": settings.ports["jobmanager_blob"],
        "rest.address": HOST,
        "rest.bind-address": HOST,
        "rest.port": settings.ports["flink_rest"],
        "rest.bind-port": settings.ports["flink_rest"],
        "taskmanager.host": HOST,
        "taskmanager.bind-host": HOST,
        # another one for each start: a JobManager that still calls a TaskManager that was killed, at the same
        # address, can meet the new one while that calls it, and then Akka discards all that is said
        "taskmanager.rpc.port": 0,
        "taskmanager.data.port": settings.ports["taskmanager_data"],
        "taskmanager.numberOfTaskSlots": settings.slots,
        # Flink's scripts would work these out
        "jobmanager.memory.process.size": "768m",
        "taskmanager.cpu.cores": settings.slots,
        "taskmanager.memory.framework.heap.size": "128m",
        "taskmanager.memory.task.heap.size": "896m",
        "taskmanager.memory.framework.off-heap.size": "128m",
        "taskmanager.memory.task.off-heap.size": "128m",
        "taskmanager.memory.network.min": "64m",
        "taskmanager.memory.network.max": "64m",
        "taskmanager.memory.managed.size": "128m",
        "taskmanager.memory.jvm-metaspace.size": "256m",
        "taskmanager.memory.jvm-overhead.min": "64m",
        "taskmanager.memory.jvm-overhead.max": "64m",
        "web.submit.enable": "false",
        # what a step hands on goes at once: batches are few and large, and to wait up to 100 ms at each
        # exchange for a buffer to fill was most of a row's latency
        "execution.buffer-timeout": "0 ms",
        "state.backend": "hashmap",
        "state.checkpoint-storage": "filesystem",
        "state.checkpoints.dir": (folder / "checkpoints").as_uri(),
        "state.savepoints.dir": (folder / "savepoints").as_uri(),
        "restart-strategy": "fixed-delay",
        "restart-strategy.fixed-delay.attempts": 2_147_483_647,
        "restart-strategy.fixed-delay.delay": "1 s",
        # one that was killed is noticed by calls that fail, in about two beats; the timeout is for one that
        # hangs, and long, for two cores can be busy for a while
        "heartbeat.interval": 1_000,
        "heartbeat.rpc-failure-threshold": 2,
        "heartbeat.timeout": 30_000,
        "taskmanager.registration.timeout": "1 h",
        "cluster.registration.max-timeout": 1_000,
        "slot.request.timeout": 600_000,
        # jobs use the class path of the cluster
        "classloader.resolve-order": "parent-first",
        "classloader.check-leaked-classloader": "false",
        "metrics.reporter.prom.factory.class": _REPORTER,
        "metrics.internal.query-service.port": 0,
    }


def _high_availability(settings: StackSettings) -> Mapping[str, object]:
    return {
        "high-availability": "zookeeper",
        "high-availability.zookeeper.quorum": settings.address("zookeeper"),
        "high-availability.storageDir": (home(settings) / "recovery").as_uri(),
        "high-availability.cluster-id": "/traceo",
        "high-availability.jobmanager.port": settings.ports["jobmanager_rpc"],
        # how long a JobManager that was killed stays the leader; ZooKeeper gives at least two ticks
        "high-availability.zookeeper.client.session-timeout": 6_000,
        "high-availability.zookeeper.client.connection-timeout": 6_000,
        "high-availability.zookeeper.client.retry-wait": 500,
        "high-availability.zookeeper.client.tolerate-suspended-connections": "true",
    }


def _own(one: Component) -> Sequence[str]:
    """What differs between JobManager and TaskManager."""
    return (
        f"-Dmetrics.reporter.prom.port={one.settings.ports[one.name + '_metrics']}",
        f"-Dio.tmp.dirs={one.folder / 'tmp'}",
        f"-Dprocess.working-dir={one.folder / 'tmp'}",
    )


def _yaml(values: Mapping[str, object]) -> str:
    return "".join(f"{key}: {value}\n" for key, value in values.items())


class ZooKeeper(Component):
    """Who leads, and where the jobs of the leader are kept."""

    name = "zookeeper"
    ports = ("zookeeper",)
    packages = PACKAGES
    bundles = BUNDLES

    def prepare(self) -> None:
        super().prepare()
        values = {
            "tickTime": 1000,
            "dataDir": self.folder / "data",
            "clientPort": self.settings.ports["zookeeper"],
            "clientPortAddress": HOST,
            "admin.enableServer": "false",
            "4lw.commands.whitelist": "ruok",
            "autopurge.purgeInterval": 1,
            "maxClientCnxns": 0,
        }
        write(self.folder / "zoo.cfg", properties(values))

    def launch(self) -> Launch:
        main = "org.apache.flink.runtime.zookeeper.FlinkZooKeeperQuorumPeer"
        program = [main, "--zkConfigFile", str(self.folder / "zoo.cfg"), "--peerId", "1"]
        argv = java(self.settings, self.name, BUNDLE, program, heap_mb=128, options=OPTIONS)
        return Launch(argv=argv, environment=shim.preloaded(self.settings, environment()), folder=self.folder)

    def serving(self) -> None:
        answer = health.ask(HOST, self.settings.ports["zookeeper"], b"ruok")
        if answer != b"imok":
            raise NotReady(f"ZooKeeper at {self.where} answers {answer!r}")


class JobManager(Component):
    """It can be killed: its jobs are in the folder ``recovery``, and go on from their checkpoints."""

    name = "jobmanager"
    needs = ("zookeeper",)
    ports = ("flink_rest", "jobmanager_rpc", "jobmanager_blob", "jobmanager_metrics")
    packages = PACKAGES
    bundles = BUNDLES

    def launch(self) -> Launch:
        main = "org.apache.flink.runtime.entrypoint.StandaloneSessionClusterEntrypoint"
        configuration = _cluster_configuration(self.settings)
        program = [main, "--configDir", str(configuration), *_own(self)]
        argv = java(self.settings, self.name, BUNDLE, program, heap_mb=512, options=OPTIONS)
        return Launch(argv=argv, environment=shim.preloaded(self.settings, environment()), folder=self.folder)

    def data(self) -> Sequence[Path]:
        return (self.folder, home(self.settings))

    @property
    def where(self) -> str:
        return self.settings.url("flink_rest")

    def serving(self) -> None:
        health.http(f"{self.where}/overview")


class TaskManager(Component):
    """Where jobs run, in ``slots`` slots."""

    name = "taskmanager"
    needs = ("jobmanager",)
    ports = ("taskmanager_data", "taskmanager_metrics")
    packages = PACKAGES
    bundles = BUNDLES

    @property
    def _identity(self) -> Path:
        return self.folder / "id"

    def prepare(self) -> None:
        super().prepare()  # of each start another one, lest its predecessor be taken for it
        write(self._identity, f"{self.settings.ports['taskmanager_data']}-{time.time_ns()}")

    def launch(self) -> Launch:
        main = "org.apache.flink.runtime.taskexecutor.TaskManagerRunner"
        configuration = _cluster_configuration(self.settings)
        identity = f"-Dtaskmanager.resource-id={self._identity.read_text()}"
        program = [main, "--configDir", str(configuration), *_own(self), identity]
        argv = java(self.settings, self.name, BUNDLE, program, heap_mb=1024, options=OPTIONS, busy=True)
        return Launch(argv=argv, environment=shim.preloaded(self.settings, environment()), folder=self.folder)

    def serving(self) -> None:
        """Return if the JobManager has its slots."""
        url = f"{self.settings.url('flink_rest')}/taskmanagers"
        known = {one["id"]: one["slotsNumber"] for one in health.http(url)["taskmanagers"]}
        if known.get(self._identity.read_text()) != self.settings.slots:
            raise NotReady(
                f"the JobManager does not have the {self.settings.slots} slots of this TaskManager"
            )
