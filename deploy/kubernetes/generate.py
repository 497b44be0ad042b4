"""Writes the manifests that follow from the project: ``python -m deploy.kubernetes.generate``, from its root.

deploy/alerts/*.yaml → alerts.yaml (PrometheusRule); schemas/topics.py → topics.yaml (KafkaTopics)
"""

from pathlib import Path
from typing import Any, Final

import yaml

from connectors.kafka.writer import MOST_BYTES
from schemas.topics import LOGS_TOPICS, RECONCILIATION, TOPICS

HERE: Final = Path(__file__).parent
RULES: Final = HERE.parent / "alerts"
WEEK_MS: Final = 7 * 24 * 3600 * 1000
#: Topics of the connector: name, partitions, how long records are kept (milliseconds; -1: for ever). Of the
#: catalogue nothing may be dropped, for a job that begins anew reads all of it.
_INPUTS: Final = (
    ("db.metrics.events", 3, WEEK_MS),
    ("db.metrics.series", 1, -1),
    ("db.transaction", 1, WEEK_MS),
)
_PARTITIONS: Final = 3
_REPLICAS: Final = 3
_HEAD: Final = "# Made by deploy/kubernetes/generate.py from {}; do not edit.\n"


def alerts() -> str:
    """The rules of deploy/alerts as one PrometheusRule."""
    groups = [group for path in sorted(RULES.glob("*.yaml")) for group in _load(path)["groups"]]
    rule = {
        "apiVersion": "monitoring.coreos.com/v1",
        "kind": "PrometheusRule",
        "metadata": {"name": "traceo"},
        "spec": {"groups": groups},
    }
    return _HEAD.format("deploy/alerts") + _dumped(rule)


def topics() -> str:
    """The topics that the ingest job reads, and those that it and the logs job write."""
    outputs = [topic.name for topic in (*TOPICS.values(), RECONCILIATION, *LOGS_TOPICS.values())]
    documents = [_topic(name, partitions, {"retention.ms": keep}) for name, partitions, keep in _INPUTS]
    large = {"max.message.bytes": MOST_BYTES, "retention.ms": WEEK_MS}
    documents += [_topic(name, _PARTITIONS, large) for name in outputs]
    return _HEAD.format("schemas/topics.py") + "---\n".join(map(_dumped, documents))


def _topic(name: str, partitions: int, config: dict[str, int]) -> dict[str, Any]:
    return {
        "apiVersion": "kafka.strimzi.io/v1",
        "kind": "KafkaTopic",
        "metadata": {"name": name, "labels": {"strimzi.io/cluster": "traceo"}},
        "spec": {"partitions": partitions, "replicas": _REPLICAS, "config": config},
    }


def _load(path: Path) -> Any:
    return yaml.safe_load(path.read_text(encoding="utf-8"))


class _Dumper(yaml.SafeDumper):
    """Texts of several lines stand as such."""


def _text(dumper: yaml.SafeDumper, text: str) -> Any:
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else None)


_Dumper.add_representer(str, _text)


def _dumped(document: dict[str, Any]) -> str:
    return str(yaml.dump(document, Dumper=_Dumper, sort_keys=False, width=1000, allow_unicode=True))


if __name__ == "__main__":
    (HERE / "alerts.yaml").write_text(alerts(), encoding="utf-8")
    (HERE / "topics.yaml").write_text(topics(), encoding="utf-8")
