"""Beam on Flink: the job server that takes pipelines, and the pool that starts Python workers."""

import os
import sys
import zipfile
from pathlib import Path

from runners.stack import flink, health, shim
from runners.stack.component import Component, environment, write
from runners.stack.jvm import java
from runners.stack.process import Launch
from runners.stack.settings import HOST, PROJECT, StackSettings


def empty_jar(settings: StackSettings) -> Path:
    """A jar without classes, the only one that is sent with a job: it uses the class path of the cluster."""
    return settings.folder("jobserver") / "empty.jar"


def boot(settings: StackSettings) -> Path:
    """The program that runs a Python worker, as a container's would be; also for PROCESS environments."""
    return settings.folder("workers") / "boot"


def write_boot(settings: StackSettings) -> None:
    """The program: this Python, with the project's packages."""
    text = f'#!/bin/sh\nPYTHONPATH="{_python_path()}" exec "{sys.executable}" -m runners.stack.boot "$@"\n'
    write(boot(settings), text, 0o755)


def _python_path() -> str:
    return os.pathsep.join(filter(None, (str(PROJECT), os.environ.get("PYTHONPATH"))))


class JobServer(Component):
    """Beam's job service; pipelines go through it to the JobManager."""

    name = "jobserver"
    needs = ("jobmanager", "workers")  # a pipeline in Python wants both
    ports = ("jobserver", "artifacts", "expansion")
    packages = flink.PACKAGES
    bundles = flink.BUNDLES

    def prepare(self) -> None:
        super().prepare()
        with zipfile.ZipFile(empty_jar(self.settings), "w") as jar:
            jar.writestr("META-INF/MANIFEST.MF", "Manifest-Version: 1.0\n")

    def launch(self) -> Launch:
        ports = self.settings.ports
        program = [
            shim.JOB_SERVER,
            str(empty_jar(self.settings)),
            HOST,
            str(ports["expansion"]),
            f"--job-host={HOST}",
            f"--job-port={ports['jobserver']}",
            f"--artifact-port={ports['artifacts']}",
            "--expansion-port=-1",  # its own would make transforms for Docker
            f"--artifacts-dir={self.folder / 'artifacts'}",
            f"--flink-master={self.settings.address('flink_rest')}",
            f"--flink-conf-dir={flink.client_configuration(self.settings)}",
        ]
        argv = java(self.settings, self.name, flink.BUNDLE, program, heap_mb=512, options=flink.OPTIONS)
        return Launch(argv=argv, environment=shim.preloaded(self.settings, environment()), folder=self.folder)

    def serving(self) -> None:
        for port in self.ports:
            health.grpc(HOST, self.settings.ports[port])


class Workers(Component):
    """The pool of Python workers, for ``--environment_type=EXTERNAL``."""

    name = "workers"
    ports = ("workers",)
    packages = ()

    def prepare(self) -> None:
        super().prepare()
        write_boot(self.settings)

    def launch(self) -> Launch:
        port = str(self.settings.ports["workers"])
        argv = [sys.executable, "-m", "runners.stack.worker_pool", port, str(boot(self.settings))]
        # what a job's steps read from the environment (keys, settings) is read by its workers
        path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)])
        return Launch(
            argv=argv, environment={**os.environ, "PATH": path, "PYTHONPATH": _python_path()}, folder=PROJECT
        )

    def serving(self) -> None:
        health.grpc(HOST, self.settings.ports["workers"])
