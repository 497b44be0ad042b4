"""Configurations of collectors and stores of logs: they parse, and agree with each other and what is sent."""

import json
import re
from typing import Any

import yaml

from connectors.logstores import render
from connectors.logstores.store import STREAM_FIELDS, Store
from runners.stack.collector import CONFIGURATION, SYNCHRONOUS, TOPIC
from tests.conftest import ROOT
from tests.connectors.logbatches import TRACE, batch, record

LOGS = ROOT / "deploy" / "logs"
DAYS = 30
_HOST = r"(?:listen|endpoint|host|addr)\w*[:=] *\"?(?:\$\{env:\w+:-)?(\d+\.[\w.]+)"


def collector() -> Any:
    return yaml.safe_load(CONFIGURATION.read_text())


def fluent_bit() -> Any:
    return yaml.safe_load((LOGS / "fluent-bit.yaml").read_text())


def victorialogs() -> dict[str, str]:
    lines = (LOGS / "victorialogs.env").read_text().splitlines()
    return dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))


def full_document() -> dict[str, Any]:
    everything = {
        "attributes": '{"a":1}',
        "resource": '{"b":"c"}',
        "trace_id": TRACE,
        "span_id": "0" * 15 + "1",
    }
    texts = {"pod": "p", "scope": "s", "event_name": "e", "flags": 1, "duration_ns": 5, "body": "x" * 5_000}
    (block,) = render.bulk(batch([record(1, **everything, **texts)]), index=None, most=4_000, now_ns=0)
    document: dict[str, Any] = json.loads(bytes(block.data).splitlines()[1])
    return document


def test_each_file_parses_and_none_is_forgotten() -> None:
    read = {path.name for path in LOGS.glob("*.yaml") if yaml.safe_load(path.read_text())}
    read |= {path.name for path in LOGS.glob("*.json") if json.loads(path.read_text())}
    assert read | {"victorialogs.env"} == {path.name for path in LOGS.iterdir()}


def test_who_deploys_the_collector_is_told_what_it_needs_to_lose_nothing() -> None:
    comments = [line for line in CONFIGURATION.read_text().splitlines() if line.startswith("# ")]
    assert any(SYNCHRONOUS in line for line in comments)


def test_nothing_listens_but_on_loopback() -> None:
    for path in LOGS.iterdir():
        text = "\n".join(line for line in path.read_text().splitlines() if not line.strip().startswith("#"))
        assert "0.0.0.0" not in text, path  # noqa: S104
        hosts = re.findall(_HOST, text, re.I)
        assert {*hosts} <= {"127.0.0.1"}, path
        assert hosts or path.suffix == ".json" or "files" in path.name, path


def test_collectors_know_the_same_beginnings_of_records_and_lose_nothing() -> None:
    receiver = collector()["receivers"]["file_log"]
    start = receiver["multiline"]["line_start_pattern"]
    first, more = (rule["regex"] for rule in fluent_bit()["multiline_parsers"][0]["rules"])
    assert first == "/" + start.replace("/", r"\/") + "/"
    assert more == "/" + start.replace("/", r"\/").replace("^(?:", "^(?!", 1) + "/"
    begins = ("2025-11-29T12:00:00Z INFO x", '{"a":1}', "12:00:00.1 x", "Nov 29 12:00:00 host x", "ERROR x")
    for line in (*begins, "[x] y", "<34>1 x", "I1129 12:00:00 x", "time=1 level=info", "1764417600 x"):
        assert re.match(start, line), line
    for line in (
        "\tat x",
        "Caused by: x",
        "    x",
        "Traceback (most recent call last):",
        "ValueError: x",
        "",
    ):
        assert not re.match(start, line), line
    exporter = collector()["exporters"]["kafka"]
    assert exporter["retry_on_failure"]["max_elapsed_time"] == 0
    assert exporter["sending_queue"]["storage"] == receiver["storage"] == "file_storage"
    assert exporter["sending_queue"]["block_on_overflow"] is True
    assert exporter["sending_queue"]["batch"]["max_size"] < exporter["producer"]["max_message_bytes"]
    assert fluent_bit()["pipeline"]["outputs"][0]["retry_limit"] == "no_limits"
    assert exporter["logs"]["topic"] == f"${{env:KAFKA_TOPIC:-{TOPIC}}}"


def test_logs_are_kept_for_the_same_time_everywhere() -> None:
    assert victorialogs()["retentionPeriod"] == f"{DAYS}d"
    limits = yaml.safe_load((LOGS / "loki.yaml").read_text())["limits_config"]
    assert limits["retention_period"] == limits["reject_old_samples_max_age"] == f"{DAYS * 24}h"
    phases = json.loads((LOGS / "elasticsearch-ilm.json").read_text())["policy"]["phases"]
    assert phases["delete"]["min_age"] == f"{DAYS}d"


def test_the_longest_record_is_taken_everywhere() -> None:
    longest = Store.record_bytes
    limits = yaml.safe_load((LOGS / "loki.yaml").read_text())["limits_config"]
    for size in (victorialogs()["insert_maxLineSizeBytes"].replace("iB", "B"), limits["max_line_size"]):
        assert longest + 8_192 < int(size.removesuffix("KB")) * 1024
    assert limits["allow_structured_metadata"] is True


def test_the_template_has_each_field_that_is_sent_and_no_other() -> None:
    template = json.loads((LOGS / "elasticsearch-template.json").read_text())
    mappings = template["template"]["mappings"]
    assert mappings["dynamic"] == "strict"
    assert set(full_document()) == set(mappings["properties"])
    assert set(STREAM_FIELDS) <= set(mappings["properties"])
    policy = template["template"]["settings"]["index.lifecycle.name"]
    assert f"PUT _ilm/policy/{policy}" in (LOGS / "elasticsearch-ilm.json").read_text()


def test_a_password_is_named_and_not_told() -> None:
    passwords = [
        value for path in LOGS.iterdir() for value in re.findall(r"password: *(\S+)", path.read_text(), re.I)
    ]
    assert len(passwords) == 2
    assert all(value.strip('"').startswith("${") for value in passwords)
