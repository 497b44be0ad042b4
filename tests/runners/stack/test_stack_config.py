"""What the servers are told: on loopback, without a secret in sight, and with versions from one place."""

import json
import os
import re
import stat
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from runners.stack import bundles, gobuild, passwords, versions
from runners.stack.collector import Collector
from runners.stack.components import COMPONENTS
from runners.stack.connect import Connect
from runners.stack.flink import JobManager, TaskManager, ZooKeeper
from runners.stack.install import missing
from runners.stack.kafka import Kafka
from runners.stack.postgres import Postgres
from runners.stack.prometheus import Alertmanager, Prometheus
from runners.stack.redis import Redis
from runners.stack.settings import PORTS, StackSettings, load
from runners.stack.victorialogs import VictoriaLogs
from tests.conftest import ROOT

STACK = ROOT / "runners" / "stack"


@pytest.fixture
def settings(tmp_path: Path) -> StackSettings:
    return load({"state": tmp_path, "alert_url": 'http://127.0.0.1:1/"'}, {})


def test_versions_are_named_in_one_place_and_all_are_used() -> None:
    poms = {pom: pom.read_text() for pom in (STACK / "java").glob("*.xml")}
    named = set()
    for pom, text in poms.items():
        ET.fromstring(text)  # noqa: S314 - our own
        properties = set(re.findall(r"<version>\$\{([^}]+)\}</version>", text))
        assert len(re.findall("<version>", text)) == len(re.findall(r"<version>\$", text)) + 1, pom
        named |= properties
    assert named == set(versions.java())
    bundled = {bundle for kind in COMPONENTS for bundle in kind.bundles}
    assert bundled == {pom.stem for pom in poms}
    packages = {package for kind in COMPONENTS for package in kind.packages}
    assert packages == set(versions.debian())
    programs = {program for kind in COMPONENTS for program in kind.programs}
    assert programs == set(versions.programs()) == set(gobuild.PACKAGES)
    assert programs == {folder.name for folder in (STACK / "go").iterdir() if folder.is_dir()}
    assert missing(["no such package"]) == []


def test_a_bundle_lies_elsewhere_as_soon_as_its_versions_change(
    settings: StackSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = {bundle: bundles.folder(settings, bundle) for bundle in ("kafka", "debezium", "flink")}
    changed = {**versions.java(), "kafka.version": "0"}
    monkeypatch.setattr(versions, "java", lambda: changed)
    bundles._stamp.cache_clear()
    after = {bundle: bundles.folder(settings, bundle) for bundle in before}
    monkeypatch.undo()
    bundles._stamp.cache_clear()
    assert {bundle for bundle in before if before[bundle] != after[bundle]} == {"kafka"}


def test_every_port_belongs_to_one_component_and_every_need_is_known() -> None:
    ports = [port for kind in COMPONENTS for port in kind.ports]
    assert sorted(ports) == sorted(PORTS)
    assert {need for kind in COMPONENTS for need in kind.needs} <= {kind.name for kind in COMPONENTS}


def test_nothing_is_told_to_listen_anywhere_but_on_loopback(settings: StackSettings) -> None:
    for kind in (Redis, ZooKeeper, Alertmanager, Prometheus):
        kind(settings).prepare()
    JobManager(settings).launch()
    Connect(settings)._worker()
    launched = [VictoriaLogs(settings).launch(), Collector(settings).launch()]
    texts = [path.read_text() for path in settings.state.rglob("*") if path.is_file()]
    texts += [json.dumps(value, default=str) for value in (Kafka(settings)._properties(),)]
    texts += [json.dumps(Connect(settings)._worker(), default=str)]
    texts += [json.dumps([[*one.argv], {**one.environment}]) for one in launched]
    assert len(texts) > 6
    for text in texts:
        assert not re.search(r"0\.0\.0\.0|\[?::\]?[:\"'\s]|//:|localhost", text), text


def test_the_connector_is_exactly_once_skips_nothing_and_shows_no_password(settings: StackSettings) -> None:
    passwords.make(settings)
    connector = Connect(settings).connector()
    assert connector["exactly.once.support"] == "required"
    assert connector["transaction.boundary"] == "poll"
    assert connector["skipped.operations"] == "none"
    assert connector["topic.prefix"] == "db"
    assert connector["topic.creation.events.partitions"] == "3"
    assert connector["database.password"] == f"${{file:{settings.secrets}/connect.properties:debezium}}"
    secret = passwords.password(settings, "debezium")
    assert secret not in json.dumps(connector)
    assert f"debezium={secret}\n" in passwords.connect_file(settings).read_text()
    sample = json.loads((ROOT / "samples" / "trainticket" / "connector.json").read_text())["config"]
    ours_alone = {"exactly.once.support", "transaction.boundary", "database.password"}
    assert ours_alone <= set(connector) - set(sample)
    assert set(sample) <= set(connector)


def test_passwords_are_for_their_owner_alone_and_stay(settings: StackSettings) -> None:
    old = os.umask(0)
    try:
        passwords.make(settings)
    finally:
        os.umask(old)
    before = {role: passwords.password(settings, role) for role in passwords.ROLES}
    passwords.make(settings)
    assert before == {role: passwords.password(settings, role) for role in passwords.ROLES}
    assert len(set(before.values())) == 2
    assert all(len(secret) >= 32 for secret in before.values())
    for path in settings.secrets.iterdir():
        assert stat.S_IMODE(path.stat().st_mode) == 0o600, path
    assert stat.S_IMODE(settings.secrets.stat().st_mode) == 0o700
    assert f"127.0.0.1:15432:traceo:traceo:{before['traceo']}\n" in passwords.passfile(settings).read_text()


def test_the_database_is_that_of_the_sample_with_a_role_that_writes() -> None:
    sample = (ROOT / "samples" / "trainticket" / "schema.sql").read_text()
    ours = (STACK / "schema.sql").read_text()
    tables = re.compile(r"create table (?:if not exists )?(metrics\.\w+)\((.*?)\);", re.DOTALL)
    assert dict(tables.findall(sample)) == dict(tables.findall(ours))
    assert "to traceo;" in ours


def test_flink_recovers_notices_quickly_and_checkpoints_to_the_state_folder(settings: StackSettings) -> None:
    JobManager(settings).launch()
    lines = (settings.state / "flink" / "conf" / "flink-conf.yaml").read_text().splitlines()
    values = dict(line.split(": ", 1) for line in lines)
    assert values["high-availability"] == "zookeeper"
    assert values["state.checkpoints.dir"] == (settings.state / "flink" / "checkpoints").as_uri()
    assert values["classloader.resolve-order"] == "parent-first"
    assert int(values["heartbeat.interval"]) <= 1000
    manager = TaskManager(settings)
    manager.prepare()
    before = manager._identity.read_text()
    manager.prepare()
    assert manager._identity.read_text() != before


def test_prometheus_reads_the_rules_and_a_folder_of_targets_and_alerts_go_to_the_webhook(
    settings: StackSettings,
) -> None:
    Prometheus(settings).prepare()
    Alertmanager(settings).prepare()
    told = json.loads((settings.state / "prometheus" / "prometheus.yml").read_text())
    assert told["rule_files"] == [str(ROOT / "deploy" / "alerts" / "*.yaml")]
    folders = [
        one["file_sd_configs"][0]["files"] for one in told["scrape_configs"] if "file_sd_configs" in one
    ]
    assert folders == [[str(settings.state / "prometheus" / "targets" / "*.json")]]
    told = json.loads((settings.state / "alertmanager" / "alertmanager.yml").read_text())
    assert told["receivers"][0]["webhook_configs"][0]["url"] == settings.alert_url


def test_a_state_folder_whose_socket_would_have_too_long_a_name_is_refused(tmp_path: Path) -> None:
    long = load({"state": tmp_path / ("x" * 90)}, {})
    with pytest.raises(Exception, match="shorter --state"):
        Postgres(long).prepare()
