"""Compose file and manifests: configured as the stack that the tests run, closed, and without a secret."""

import json
import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from apache_beam.options.pipeline_options import FlinkRunnerOptions

from connectors.kafka.cluster import parse_address
from deploy.kubernetes import generate
from pipelines import settings
from pipelines.cli import _parser
from pipelines.publish import output_topics
from runners.flink.preflight import KNOWN
from runners.stack import versions
from runners.stack.connect import Connect
from runners.stack.postgres import PACKAGE
from runners.stack.settings import load
from schemas.topics import LOGS_TOPICS, RECONCILIATION, TOPICS
from tests.conftest import ROOT

DEPLOY = ROOT / "deploy"
KUBERNETES = DEPLOY / "kubernetes"
COMPOSE = DEPLOY / "compose"
#: What differs between one machine and three nodes, and where it is.
OF_A_PLACE = {
    *("database.hostname", "database.port", "database.password", "database.sslmode"),
    *("bootstrap.servers", "group.id", "listeners", "rest.advertised.host.name", "plugin.path"),
    *(f"{kind}.storage.{setting}" for kind in ("config", "offset", "status") for setting in ("topic",)),
    *(f"{kind}.storage.replication.factor" for kind in ("config", "offset", "status")),
    *("topic.creation.default.replication.factor", "topic.creation.events.replication.factor"),
}
ONCE = {"topics", "connector", "state-owner"}  # services that do something and end
LOCKED = {
    "allowPrivilegeEscalation": False,
    "readOnlyRootFilesystem": True,
    "capabilities": {"drop": ["ALL"]},
}


def services() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text())["services"]
    return found


def documents() -> list[Any]:
    names = yaml.safe_load((KUBERNETES / "kustomization.yaml").read_text())["resources"]
    assert {*names, "kustomization.yaml"} == {path.name for path in KUBERNETES.glob("*.yaml")}
    return [one for name in names for one in yaml.safe_load_all((KUBERNETES / name).read_text())]


def one(kind: str, name: str | None = None) -> Any:
    found = [d for d in documents() if d["kind"] == kind and name in (None, d["metadata"]["name"])]
    assert len(found) == 1, (kind, name)
    return found[0]


def pods() -> Iterator[tuple[str, Any]]:
    """Specifications of our own pods, and of Flink's."""
    for document in documents():
        spec = document["spec"] if "spec" in document else {}
        name = f"{document['kind']} {document['metadata']['name']}"
        if "template" in spec and document["kind"] in ("Deployment", "Job"):
            yield name, spec["template"]["spec"]
        if document["kind"] == "FlinkDeployment":
            yield name, spec["podTemplate"]["spec"]
            yield name, spec["podTemplate"]["spec"] | spec["taskManager"]["podTemplate"]["spec"]


def containers(spec: Any) -> list[Any]:
    return [*spec["containers"], *spec.get("initContainers", ())]


def stack_connect() -> Connect:
    return Connect(load({"state": "/state", "lib": "/lib"}, {}, remember=False))


def without_places(values: dict[str, Any]) -> dict[str, str]:
    shown = {key: str(v).lower() if isinstance(v, bool) else str(v) for key, v in values.items()}
    return {
        key: " ".join(value.split())
        for key, value in shown.items()
        if key not in OF_A_PLACE and not key.startswith("config.providers")
    }


def commands() -> Iterator[Any]:
    """The command lines of ``traceo``, as lists of words."""
    for name, service in services().items():
        if "traceo-dataflow" in service.get("image", "") and "command" in service:
            yield pytest.param(shlex.split(service["command"]), id=f"compose {name}")
    for name, spec in pods():
        for container in containers(spec):
            if container.get("image") == "traceo-dataflow" and "args" in container:
                yield pytest.param(container["args"], id=name)


@pytest.mark.parametrize("words", list(commands()))
def test_a_command_is_one_that_traceo_takes(words: list[str]) -> None:
    arguments, unknown = _parser().parse_known_args(words)
    assert not unknown
    if words[0] == "run":
        told = settings.load(vars(arguments), {})
        assert told.endless and told.environment == "external"
        assert parse_address(told.input[0])[1] == ("db.metrics.events", "db.metrics.series", "db.transaction")
        assert told.artifact_endpoint, "the job server would name an address of its own"


def test_there_are_two_ways_with_a_job_and_a_watch_each() -> None:
    assert len(list(commands())) == 4


def test_the_connector_is_the_stacks() -> None:
    wanted = without_places(stack_connect().connector())
    compose = json.loads((COMPOSE / "connector.json").read_text())
    assert without_places(compose) == wanted
    spec = one("KafkaConnector")["spec"]
    named = {"connector.class": spec["class"], "tasks.max": spec["tasksMax"]}
    assert without_places(spec["config"] | named) == wanted
    for password in (compose["database.password"], spec["config"]["database.password"]):
        assert re.fullmatch(r"\$\{(file|directory):[\w/.-]+:\w+\}", password), "a reference, and no password"


def test_connects_worker_is_the_stacks() -> None:
    wanted = without_places(stack_connect()._worker())
    lines = (COMPOSE / "connect.properties").read_text().splitlines()
    compose = dict(line.split("=", 1) for line in lines if not line.startswith("#"))
    assert without_places(compose) == wanted
    assert without_places(one("KafkaConnect")["spec"]["config"]) == wanted


def test_kafka_and_debezium_are_the_stacks() -> None:
    kafka, debezium = (versions.java()[f"{name}.version"] for name in ("kafka", "debezium"))
    assert defaults("KAFKA_VERSION") == {kafka} and defaults("DEBEZIUM_VERSION") == {debezium}
    assert {one("Kafka")["spec"]["kafka"]["version"], one("KafkaConnect")["spec"]["version"]} == {kafka}
    assert one("KafkaConnect")["spec"]["build"]["plugins"][0]["artifacts"][0]["version"] == debezium


def test_what_was_proven_and_what_was_not_is_said() -> None:
    java, postgres = versions.java(), PACKAGE.partition("-")[2]
    flink, beam = defaults("FLINK_VERSION").pop(), defaults("BEAM_VERSION").pop()
    (server,) = one("Deployment", "traceo-jobserver")["spec"]["template"]["spec"]["containers"]
    assert one("FlinkDeployment")["spec"]["image"].startswith(f"flink:{flink}-")
    minor = flink.rpartition(".")[0]
    assert server["image"] == f"apache/beam_flink{minor}_job_server:{beam}"
    assert minor in KNOWN and minor in FlinkRunnerOptions.PUBLISHED_FLINK_VERSIONS
    assert one("FlinkDeployment")["spec"]["flinkVersion"] == f"v{minor.replace('.', '_')}"
    rows = {
        "PostgreSQL": (postgres, postgres),
        "Kafka": (java["kafka.version"], java["kafka.version"]),
        "Debezium": (java["debezium.version"], java["debezium.version"]),
        "Flink": (java["flink.version"], flink),
        "Beam's Flink runner": (java["beam.version"], beam),
    }
    readme = (DEPLOY / "README.md").read_text()
    for part, (proven, written) in rows.items():
        row = rf"^\| {re.escape(part)} \| {re.escape(proven)} \| {re.escape(written)}[ (]"
        assert re.search(row, readme, re.M), part


def defaults(variable: str) -> set[str]:
    """Of a variable of the compose file."""
    return set(re.findall(rf"{variable}:-([^}}]+)", (DEPLOY / "compose.yaml").read_text()))


def test_every_port_of_compose_is_on_loopback_alone() -> None:
    ports = [port for service in services().values() for port in service.get("ports", ())]
    assert len(ports) > 5
    assert all(re.fullmatch(r"127\.0\.0\.1:\d+:\d+", port) for port in ports)


@pytest.mark.parametrize("name", services())
def test_a_service_is_watched_and_holds_no_secret(name: str) -> None:
    service = services()[name]
    assert name in ONCE or "healthcheck" in service or name in {"node", "ingest", "watch"}
    assert name in ONCE or service["restart"] == "unless-stopped"
    for key, value in (service.get("environment") or {}).items():
        assert "PASSWORD" not in key or (key.endswith("_FILE") and value.startswith("/run/secrets/"))
    for volume in service.get("volumes", ()):
        source = volume.partition(":")[0]
        assert not source.startswith(".") or (DEPLOY / source).exists(), source


def test_secrets_are_files_that_git_does_not_see() -> None:
    named = yaml.safe_load((DEPLOY / "compose.yaml").read_text())["secrets"]
    made = (COMPOSE / "make-secrets").read_text()
    for name, secret in named.items():
        assert secret["file"] == f"compose/secrets/{name}"
        assert name in made
    assert "secrets/" in (COMPOSE / ".gitignore").read_text().splitlines()


@pytest.mark.parametrize(("name", "spec"), list(pods()))
def test_a_pod_has_no_rights_that_it_does_not_need(name: str, spec: Any) -> None:
    assert spec["securityContext"]["runAsNonRoot"] is True
    assert spec["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    flinks = name.startswith("FlinkDeployment")  # of whose own container the operator sets the resources
    assert flinks or spec["automountServiceAccountToken"] is False
    for container in containers(spec):
        assert LOCKED.items() <= container["securityContext"].items(), container["name"]
        assert flinks or container["resources"]["limits"]["memory"]


def test_of_a_taskmanager_only_flinks_ports_and_metrics_are_open() -> None:
    """Beam's gRPC ports in it listen on every address."""
    configuration = one("FlinkDeployment")["spec"]["flinkConfiguration"]
    labels = one("NetworkPolicy", "taskmanagers")["spec"]["podSelector"]["matchLabels"]
    assert labels == {"app": one("FlinkDeployment")["metadata"]["name"], "component": "taskmanager"}
    inside, outside = one("NetworkPolicy", "taskmanagers")["spec"]["ingress"]
    named = {int(configuration[f"taskmanager.{kind}.port"]) for kind in ("rpc", "data")}
    assert {port["port"] for port in inside["ports"]} == named
    assert inside["from"] == [{"podSelector": {"matchLabels": {"app": labels["app"]}}}]
    arguments = one("Job", "traceo-ingest")["spec"]["template"]["spec"]["containers"][0]["args"]
    served = next(a for a in arguments if a.startswith("--metrics-address=")).rpartition(":")[2]
    metrics = [configuration["metrics.reporter.prom.port"], served]
    assert [str(port["port"]) for port in outside["ports"]] == metrics
    workers = one("FlinkDeployment")["spec"]["taskManager"]["podTemplate"]["spec"]["containers"][0]
    assert [port["containerPort"] for port in workers["ports"]] == [int(served)]
    assert one("NetworkPolicy", "nobody")["spec"] == {"podSelector": {}, "policyTypes": ["Ingress"]}


def test_the_job_may_do_what_it_does_and_no_more() -> None:
    rules = one("KafkaUser", "traceo-ingest")["spec"]["authorization"]["acls"]

    def may(kind: str, name: str, operation: str) -> bool:
        return any(
            operation in rule["operations"]
            and rule["resource"]["type"] == kind
            and (
                name.startswith(rule["resource"]["name"])
                if rule["resource"].get("patternType") == "prefix"
                else name == rule["resource"]["name"]
            )
            for rule in rules
        )

    for topic in output_topics():
        assert may("topic", topic, "Write") and may("topic", topic, "Read"), topic
    for topic in ("db.metrics.events", "db.metrics.series", "db.transaction"):
        assert may("topic", topic, "Read") and not may("topic", topic, "Write"), topic
    assert may("transactionalId", "traceo-ingest-0", "Write") and may("group", "traceo-ingest", "Read")
    assert not any("All" in rule["operations"] or rule["resource"]["name"] == "*" for rule in rules)
    assert one("Kafka")["spec"]["kafka"]["authorization"] == {"type": "simple"}
    listeners = one("Kafka")["spec"]["kafka"]["listeners"]
    assert all(each["tls"] and "authentication" in each for each in listeners)


@pytest.mark.parametrize("name", ["alerts", "topics"])
def test_what_follows_from_the_project_is_as_the_project_is_now(name: str) -> None:
    fix = "python -m deploy.kubernetes.generate"
    assert (KUBERNETES / f"{name}.yaml").read_text() == getattr(generate, name)(), fix


def test_every_topic_of_the_jobs_is_made() -> None:
    made = [d["metadata"]["name"] for d in documents() if d["kind"] == "KafkaTopic"]
    inputs = ["db.metrics.events", "db.metrics.series", "db.transaction"]
    outputs = [topic.name for topic in (*TOPICS.values(), RECONCILIATION, *LOGS_TOPICS.values())]
    assert sorted(made) == sorted(inputs + outputs)


def test_the_image_has_what_compose_and_manifests_start() -> None:
    image = (DEPLOY / "images" / "traceo.Dockerfile").read_text()
    assert "/usr/local/bin/traceo-worker" in image and "USER 9998" in image
    users = {spec["securityContext"]["runAsUser"] for name, spec in pods() if "jobserver" not in name}
    assert users == {9998, 9999}
    assert Path(ROOT / ".dockerignore").is_file()
