"""Prometheus and Alertmanager: what the servers and the jobs measure, and who is told when it is bad."""

import json
from pathlib import Path
from typing import Final

from runners.stack import health
from runners.stack.component import Component, environment, write
from runners.stack.process import Launch
from runners.stack.settings import HOST, PROJECT, StackSettings

#: The project's own rules; a running Prometheus reads them again on SIGHUP.
RULES: Final = PROJECT / "deploy" / "alerts" / "*.yaml"


def targets(settings: StackSettings) -> Path:
    """A folder: each ``*.json`` in it names endpoints to be scraped, and is seen within seconds (file_sd)."""
    return settings.folder("prometheus") / "targets"


class Alertmanager(Component):
    """It hands all alerts to one webhook."""

    name = "alertmanager"
    ports = ("alertmanager",)
    packages = ("prometheus-alertmanager",)

    def prepare(self) -> None:
        super().prepare()
        # JSON is YAML; what it holds is quoted right
        configuration = {
            "route": {
                "receiver": "webhook",
                "group_by": ["alertname"],
                "group_wait": "1s",
                "group_interval": "5s",
                "repeat_interval": "1h",
            },
            "receivers": [
                {
                    "name": "webhook",
                    "webhook_configs": [{"url": self.settings.alert_url, "send_resolved": True}],
                }
            ],
        }
        write(self.folder / "alertmanager.yml", json.dumps(configuration, indent=2) + "\n")

    def launch(self) -> Launch:
        argv = [
            "/usr/bin/prometheus-alertmanager",
            f"--config.file={self.folder / 'alertmanager.yml'}",
            f"--storage.path={self.folder / 'data'}",
            f"--web.listen-address={self.where.removeprefix('http://')}",
            "--cluster.listen-address=",  # one alone: else it listens on every address
        ]
        return Launch(argv=argv, environment=environment(), folder=self.folder)

    @property
    def where(self) -> str:
        return self.settings.url("alertmanager")

    def serving(self) -> None:
        health.http(f"{self.where}/-/ready")


class Prometheus(Component):
    """It scrapes itself, Flink, and whoever is named in :func:`targets`; exemplars are kept."""

    name = "prometheus"
    needs = ("alertmanager",)
    ports = ("prometheus",)
    packages = ("prometheus",)

    def prepare(self) -> None:
        super().prepare()
        targets(self.settings).mkdir(exist_ok=True)
        write(self.folder / "prometheus.yml", json.dumps(self._configuration(), indent=2) + "\n")

    def _configuration(self) -> dict[str, object]:
        address = self.settings.address
        flink = {
            role: {"targets": [address(f"{role}_metrics")], "labels": {"role": role}}
            for role in ("jobmanager", "taskmanager")
        }
        return {
            "global": {"scrape_interval": "5s", "evaluation_interval": "5s"},
            "rule_files": [str(RULES)],
            "alerting": {"alertmanagers": [{"static_configs": [{"targets": [address("alertmanager")]}]}]},
            "scrape_configs": [
                {"job_name": "prometheus", "static_configs": [{"targets": [address("prometheus")]}]},
                {"job_name": "flink", "static_configs": list(flink.values())},
                {
                    "job_name": "traceo",
                    "file_sd_configs": [
                        {"files": [str(targets(self.settings) / "*.json")], "refresh_interval": "5s"}
                    ],
                },
            ],
        }

    def launch(self) -> Launch:
        argv = [
            "/usr/bin/prometheus",
            f"--config.file={self.folder / 'prometheus.yml'}",
            f"--storage.tsdb.path={self.folder / 'data'}",
            "--storage.tsdb.retention.size=1GB",
            "--enable-feature=exemplar-storage",
            f"--web.listen-address={HOST}:{self.settings.ports['prometheus']}",
        ]
        return Launch(argv=argv, environment=environment(), folder=self.folder)

    @property
    def where(self) -> str:
        return self.settings.url("prometheus")

    def serving(self) -> None:
        health.http(f"{self.where}/-/ready")
