"""Avro with a real schema registry and a real broker: read, written, refused, and each message once."""

import base64
import contextlib
import io
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from unittest.mock import ANY

import fastavro
import pyarrow as pa
import pyarrow.dataset as ds
import pytest
from confluent_kafka import KafkaException, Producer

from connectors.errors import InputError, OutputError
from connectors.kafka.avroidentity import AvroIdentity
from connectors.kafka.avrorows import AvroForm, schema_id
from connectors.kafka.avrovalues import AvroValues
from connectors.kafka.cluster import Cluster
from connectors.kafka.messages import Messages
from connectors.kafka.preflight import current_ranges
from connectors.kafka.reader import Reader
from connectors.kafka.registry import Registry, check_topics, register_topics
from connectors.kafka.writer import Writer
from pipelines import ingest
from pipelines.settings import Settings
from pipelines.topicschemas import topic_schemas
from runners.prism.server import PrismError, find
from runners.stack import Stack
from runners.stack.components import COMPONENTS
from runners.stack.settings import DEFAULT_STATE, load
from schemas.names import Output, Undecodable
from schemas.topics import TOPICS
from tests.captures import sample_lines
from tests.conftest import ROOT
from tests.connectors.kafka.avroconverter import EVENTS, SERIES, TRANSACTIONS, wire
from tests.integration.servers import answers, free_address, needing, running, wait_until
from tests.integration.topicsofsample import load_sample, make_topics

SUFFIXES = {".metrics.events": EVENTS, ".metrics.series": SERIES, ".transaction": TRANSACTIONS}
KEYS = {
    ".metrics.events": ("seq", "long"),
    ".metrics.series": ("metric_id", "string"),
    ".transaction": ("id", "string"),
}
OFFSET = 6500
PACKAGES = {package for kind in COMPONENTS if kind.name == "kafka" for package in kind.packages}
MAIN = "io.quarkus.runner.GeneratedMain"
NO_AVRO = '{"$schema":"http://json-schema.org/draft-07/schema#","type":"object"}'
PATIENCE_SECONDS = 600.0  # of a busy machine

pytestmark = needing(PACKAGES)


@pytest.fixture(scope="module")
def server(
    kafka: Cluster, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Registry, "subprocess.Popen[bytes]"]]:
    """Apicurio Registry at loopback, in memory, empty; Kafka's stack has brought Java and Maven."""
    fetched = subprocess.run([ROOT / "scripts" / "registry"], capture_output=True, text=True, check=True)
    jars = Path(fetched.stdout.splitlines()[-1].removeprefix("registry: "))
    host, _, port = free_address().rpartition(":")
    url = f"http://{host}:{port}/apis/ccompat/v7"
    command = [
        *("java", "-Xmx256m", "-XX:TieredStopAtLevel=1", f"-Dquarkus.http.host={host}"),
        *(f"-Dquarkus.http.port={port}", "-cp", f"{jars}/*:{jars}/lib/*", MAIN),
    ]
    with running(command, tmp_path_factory.mktemp("registry"), lambda: answers(f"{url}/subjects")) as process:
        yield Registry(url=url), process


@pytest.fixture(scope="module")
def registry(server: tuple[Registry, "subprocess.Popen[bytes]"]) -> Registry:
    return server[0]


@pytest.fixture(scope="module")
def kafka() -> Iterator[Cluster]:
    """A Kafka of its own: what else were in the output topics would not be Avro."""
    state = Path(tempfile.mkdtemp(prefix="traceo-registry-"))
    with contextlib.ExitStack() as at_the_end:
        at_the_end.callback(shutil.rmtree, state, ignore_errors=True)
        lib = ROOT / DEFAULT_STATE / "lib"
        one = Stack(settings=load({"state": state, "lib": lib, "port_offset": OFFSET}, {}))
        at_the_end.callback(one.down)
        one.up(["kafka"])
        yield Cluster(brokers=one.addresses.bootstrap_servers)


def set_compatibility(registry: Registry, subject: str, level: str) -> None:
    """What Apicurio does not ask for unless it is told."""
    registry._ask("PUT", f"/config/{subject}", {"compatibility": level}, tries=1)


def load_avro_sample(cluster: Cluster, registry: Registry, prefix: str) -> tuple[str, ...]:
    """As :func:`load_sample`, as an AvroConverter would have written it.

    What was put into the sample by hand and is no envelope stays the bytes that it is.
    """
    schemas = {prefix + suffix: json.dumps(schema) for suffix, schema in SUFFIXES.items()}
    ids = register_topics(registry, schemas)
    keys = {prefix + suffix: key_schema(*column) for suffix, column in KEYS.items()}
    key_ids = {t: registry.register(f"{t}-key", json.dumps(schema)) for t, schema in keys.items()}
    key_parsed = {topic: fastavro.parse_schema(schema) for topic, schema in keys.items()}
    make_topics(cluster, dict(zip(schemas, (3, 1, 1), strict=True)))
    parsed = {topic: fastavro.parse_schema(json.loads(schema)) for topic, schema in schemas.items()}
    producer = Producer(
        cluster.client(**{"message.max.bytes": 8_000_000, "queue.buffering.max.messages": 1_000_000})
    )
    for line in sample_lines():
        record = json.loads(line)
        topic = prefix + record["topic"].removeprefix("db")
        if topic not in schemas:
            continue
        key, value = (
            None if (text := record[name]) is None else base64.b64decode(text) for name in ("key", "value")
        )
        if value is not None:
            value = _as_avro(value, parsed[topic], ids[topic])
        if key is not None:
            key = _as_avro(key, key_parsed[topic], key_ids[topic])
        producer.produce(topic, value, key, partition=record["partition"], timestamp=record["timestamp_ms"])
    assert producer.flush(60) == 0
    return tuple(schemas)


def key_schema(name: str, kind: str) -> Any:
    """The schema of a key of one column."""
    return {"type": "record", "name": "Key", "fields": [{"name": name, "type": kind}]}


def _as_avro(value: bytes, parsed: Any, identity: int) -> bytes:
    out = io.BytesIO()
    out.write(b"\0" + identity.to_bytes(4))
    try:
        document = json.loads(value)
        fastavro.schemaless_writer(out, parsed, document)
        out.seek(5)
        same = _without_nulls(fastavro.schemaless_reader(out, parsed, None)) == _without_nulls(document)
    except (ValueError, TypeError, AttributeError, KeyError):
        return value
    return out.getvalue() if same else value


def _without_nulls(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _without_nulls(inner) for name, inner in value.items() if inner is not None}
    return [_without_nulls(inner) for inner in value] if isinstance(value, list) else value


def values_of(cluster: Cluster, topic: str) -> list[bytes]:
    """All committed values of ``topic``."""
    ends = {(name, number): end for name, number, _, end in current_ranges(cluster, [topic])}
    reader = Reader(cluster=cluster, topics=(topic,), group="test")
    reader.go_to({})
    found: list[bytes] = []
    while any(position < ends[p] for p, position in reader.positions.items()):
        for records in reader.poll(0.05):
            found += filter(None, records.values)
    reader.close()
    return found


def messages_of(cluster: Cluster, registry: Registry, topic: str) -> list[dict[str, Any]]:
    """All messages of ``topic`` as any consumer reads them: by the schemas that the registry has."""
    parsed: dict[int, Any] = {}
    found = []
    for value in values_of(cluster, topic):
        identity = schema_id(value)
        assert identity is not None, value
        if identity not in parsed:
            schema = registry.schema(identity)
            assert schema is not None
            parsed[identity] = fastavro.parse_schema(json.loads(schema.text))
        record: Any = fastavro.schemaless_reader(io.BytesIO(value[5:]), parsed[identity], None)
        found.append(record)
    return found


def rows_of(folder: str, output: Output) -> pa.Table:
    """An output's rows in an order of their own, without the names of topics."""
    table = ds.dataset(f"{folder}/{output}", format="parquet").to_table().drop_columns("topic")
    kinds = [f.type.value_type if pa.types.is_dictionary(f.type) else f.type for f in table.schema]
    plain = table.cast(pa.schema(list(zip(table.column_names, kinds, strict=True))))
    return plain.sort_by([("partition", "ascending"), ("offset", "ascending")])


def letters_of(folder: str) -> Counter[tuple[str, str]]:
    """Dead letters by step and reason."""
    lines = (line for file in Path(folder, "dead").glob("*.jsonl") for line in file.read_text().splitlines())
    return Counter((letter["step"], letter["reason"]) for letter in map(json.loads, lines))


def test_schemas_are_known_by_the_ids_that_the_registry_gave(registry: Registry) -> None:
    registry.check()
    schemas = topic_schemas()
    ids = register_topics(registry, schemas)
    assert len(set(ids.values())) == len(schemas)
    assert register_topics(registry, schemas) == ids
    for topic, identity in ids.items():
        found = registry.schema(identity)
        assert found is not None
        assert json.loads(found.text) == json.loads(schemas[topic])
    assert registry.schema(987_654) is None
    assert set(registry._ask("GET", "/subjects", tries=1)) >= {f"{topic}-value" for topic in schemas}


def test_a_schema_that_readers_could_not_read_is_refused_and_one_with_a_new_field_is_not(
    registry: Registry,
) -> None:
    def schema(kind: str, *more: Any) -> str:
        fields = [{"name": "x", "type": kind}, *more]
        return json.dumps({"type": "record", "name": "A", "fields": fields})

    first = register_topics(registry, {"rules": schema("long")})
    set_compatibility(registry, "rules-value", "BACKWARD")
    with pytest.raises(OutputError, match="next version of rules-value: .*STRING") as refusal:
        check_topics(registry, {"rules": schema("string")})
    assert "\n" not in str(refusal.value)
    wider = schema("long", {"name": "y", "type": ["null", "string"], "default": None})
    assert register_topics(registry, {"rules": wider}) != first


def test_our_own_schemas_may_follow_themselves(registry: Registry) -> None:
    """With the strictest rule, so that a job that begins again is never refused."""
    register_topics(registry, topic_schemas())
    for topic in topic_schemas():
        set_compatibility(registry, f"{topic}-value", "FULL_TRANSITIVE")
    check_topics(registry, topic_schemas())


def test_avro_topics_give_what_json_topics_give(
    kafka: Cluster, registry: Registry, tmp_path: Path, truth: dict[str, Any]
) -> None:
    in_json = load_sample(kafka, "plain")
    in_avro = load_avro_sample(kafka, registry, "avro")
    share = Counter(value[:1] for value in values_of(kafka, in_avro[0]))
    assert share[b"\0"] > 0.99 * share.total()
    folders = {}
    for name, topics in (("json", in_json), ("avro", in_avro)):
        folders[name] = str(tmp_path / name)
        ingest.run(
            Settings(
                input=(f"kafka://{kafka.brokers}/{','.join(topics)}",),
                output=folders[name],
                kafka_input_format=name,
                registry=registry.url if name == "avro" else None,
            )
        )
    for output in (Output.CLEAN, Output.DUPLICATES, Output.CHANGES, Output.TABLES):
        rows = [rows_of(folders[name], output) for name in ("json", "avro")]
        assert len(rows[0]) > 0
        assert rows[0] == rows[1], output
    assert len(rows_of(folders["avro"], Output.CLEAN)) == truth["expected"]["valid_events"]
    assert letters_of(folders["json"]) == letters_of(folders["avro"])


def test_what_cannot_be_read_is_a_dead_letter_and_the_rest_goes_on(
    kafka: Cluster, registry: Registry, tmp_path: Path
) -> None:
    topic = "hurt.metrics.events"
    make_topics(kafka, {topic: 1})
    [identity] = register_topics(registry, {topic: json.dumps(EVENTS)}).values()
    no_avro = registry._ask(
        "POST", "/subjects/p-value/versions", {"schema": NO_AVRO, "schemaType": "JSON"}, tries=1
    )["id"]
    lines = (json.loads(line) for line in sample_lines())
    first = next(line for line in lines if line["topic"] == "db.metrics.events" and line["value"])
    envelope = json.loads(base64.b64decode(first["value"]))
    good = wire(EVENTS, identity, envelope)
    bad = {
        good[:-1]: Undecodable.MALFORMED_AVRO,
        good[:1] + (10**6).to_bytes(4) + good[5:]: Undecodable.UNKNOWN_SCHEMA,
        good[:1] + no_avro.to_bytes(4) + good[5:]: Undecodable.UNREADABLE_SCHEMA,
        b"\0\1": Undecodable.MALFORMED_AVRO,
        b"no JSON": Undecodable.MALFORMED_JSON,
    }
    producer = Producer(kafka.client())
    for value in (*bad, good):
        producer.produce(topic, value)
    assert producer.flush(60) == 0
    ingest.run(
        Settings(
            input=(f"kafka://{kafka.brokers}/{topic}",),
            output=str(tmp_path / "out"),
            kafka_input_format="avro",
            registry=registry.url,
        )
    )
    letters = letters_of(str(tmp_path / "out"))
    assert letters[("references", "unknown_series")] == 1  # the good one: there is no catalogue
    assert Counter({r: n for (step, r), n in letters.items() if step == "decode"}) == Counter(bad.values())


def test_reading_waits_for_a_registry_that_hangs_and_loses_nothing(
    kafka: Cluster, server: tuple[Registry, "subprocess.Popen[bytes]"], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("connectors.kafka.registry._SECONDS", 0.3)
    registry, process = server
    topic = "hangs.metrics.events"
    make_topics(kafka, {topic: 1})
    schemas = [json.dumps(EVENTS), json.dumps(EVENTS | {"doc": "the next version"})]
    ids = [register_topics(registry, {topic: schema})[topic] for schema in schemas]
    assert ids[0] != ids[1]
    lines = (json.loads(line) for line in sample_lines())
    first = next(line for line in lines if line["topic"] == "db.metrics.events" and line["value"])
    envelope = json.loads(base64.b64decode(first["value"]))
    producer = Producer(kafka.client())
    reader = Reader(cluster=kafka, topics=(topic,), group="test", avro=AvroValues(registry=registry))
    reader.go_to({})

    def next_offsets() -> list[int]:
        return [offset for records in reader.poll(0.05) for offset in records.offsets]

    with contextlib.closing(reader):
        producer.produce(topic, wire(EVENTS, ids[0], envelope))
        assert producer.flush(60) == 0
        assert wait_until(next_offsets) == [0]
        process.send_signal(signal.SIGSTOP)
        try:
            producer.produce(topic, wire(EVENTS, ids[0], envelope))
            assert producer.flush(60) == 0
            assert wait_until(next_offsets) == [1]  # its schema is known
            producer.produce(topic, wire(EVENTS, ids[1], envelope))
            assert producer.flush(60) == 0
            assert wait_until(lambda: next_offsets() or reader._held_since) == {(topic, 0): ANY}
            assert reader.positions == {(topic, 0): 2}
        finally:
            process.send_signal(signal.SIGCONT)
        assert wait_until(next_offsets) == [2]
        assert reader.positions == {(topic, 0): 3}


def test_a_message_is_there_once_though_its_writer_was_killed(kafka: Cluster, registry: Registry) -> None:
    topic = TOPICS[Output.VERDICTS]._replace(name="once.verdicts")
    make_topics(kafka, {topic.name: 3})
    fields = [{"name": name, "type": "string"} for name in ("id", "why")]
    schema = {"type": "record", "name": "Once", "fields": fields}
    wider = schema | {"fields": [*fields, {"name": "more", "type": ["null", "long"], "default": None}]}

    def opened(form: AvroForm) -> Writer:
        identities = {topic.name: AvroIdentity(topic.identity, form, registry)}
        one = Writer(cluster=kafka, transactional_id="once-0", identities=identities)
        one.open(None)
        return one

    def written(writer: Writer, form: AvroForm, *ids: str) -> int:
        values = [
            form.rows(pa.RecordBatch.from_pydict({"id": [i], "why": [f"by {form.id}"]}))[0] for i in ids
        ]
        messages = Messages(topic.name, [i.encode() for i in ids], values)
        count = writer.write(messages, writer.names(messages))
        writer.commit()
        return count

    forms = []
    for one in (schema, wider):
        text = json.dumps(one)
        forms.append(AvroForm(register_topics(registry, {topic.name: text})[topic.name], text))
    assert forms[0].id != forms[1].id
    first = opened(forms[0])
    assert written(first, forms[0], "a", "b") == 2
    second = opened(forms[1])  # of the next version; it fences the first off
    assert second.awaited == 2
    assert written(second, forms[1], "b", "c", "a") == 1
    second.close()
    found = messages_of(kafka, registry, topic.name)
    assert Counter(message["id"] for message in found) == {"a": 1, "b": 1, "c": 1}


@pytest.fixture(scope="module")
def prism() -> Path:
    """Prism, built if it is not there."""
    try:
        return find()
    except PrismError:
        subprocess.run([ROOT / "scripts" / "prism"], capture_output=True, check=True)
    return find()


Run = Callable[..., "subprocess.Popen[bytes]"]


@pytest.fixture
def run(kafka: Cluster, registry: Registry, prism: Path, tmp_path: Path) -> Iterator[Run]:
    """Start ``traceo run ingest`` on Avro topics, Avro out; what it says goes to tmp_path/log."""
    started: list[subprocess.Popen[bytes]] = []

    def start(topics: tuple[str, ...], **more: str) -> "subprocess.Popen[bytes]":
        flags = {
            "input": f"kafka://{kafka.brokers}/{','.join(topics)}",
            "output": f"kafka://{kafka.brokers}",
            "kafka-input-format": "avro",
            "kafka-output-format": "avro",
            "registry": registry.url,
            "job-name": "avro-test",
            "runner": "prism",
            "prism": str(prism),
        } | more
        command = [sys.executable, "-m", "pipelines", "run", "ingest", "--create-topics"]
        command += [word for name, value in flags.items() for word in (f"--{name}", value)]
        with (tmp_path / "log").open("ab") as log:
            environment = {**os.environ, "PYTHONPATH": str(ROOT)}
            started.append(subprocess.Popen(command, cwd=tmp_path, env=environment, stdout=log, stderr=log))
        return started[-1]

    yield start
    for process in started:
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
            process.wait(PATIENCE_SECONDS)


def test_the_job_reads_and_writes_avro(
    kafka: Cluster, registry: Registry, run: Run, tmp_path: Path, truth: dict[str, Any], monkeypatch: Any
) -> None:
    monkeypatch.setattr("tests.integration.servers.PATIENCE_SECONDS", PATIENCE_SECONDS)
    job = run(load_avro_sample(kafka, registry, "whole"))
    expected = truth["expected"]
    whole = {
        Output.CLEAN: expected["valid_events"],
        Output.DUPLICATES: expected["application_duplicates"],
        Output.CONFLICTS: expected["conflicts"],
        Output.CHANGES: expected["updates"] + expected["deletes"],
        Output.TABLES: expected["catalogue_series"],
        Output.AUDIT: expected["invalid"] + expected["unknown_series"],
        Output.GAPS: len(truth["gaps"]),
    }

    sizes: dict[Output, int] = {}

    def is_whole() -> bool:
        assert job.poll() is None, (tmp_path / "log").read_text()
        with contextlib.suppress(InputError, KafkaException, KeyError):  # topics are not there yet
            sizes.update({output: len(values_of(kafka, TOPICS[output].name)) for output in whole})
        return sizes == whole

    wait_until(is_whole, lambda: f"{sizes} {(tmp_path / 'log').read_text()}")
    for output in TOPICS:  # each can be read by who knows nothing but the registry
        found = messages_of(kafka, registry, TOPICS[output].name)
        assert len(found) == whole.get(output, len(found)), output
    clean = messages_of(kafka, registry, TOPICS[Output.CLEAN].name)
    assert len({(event["metric_id"], event["timestamp"]) for event in clean}) == len(clean)
    assert all(set(json.loads(event["tags"])) >= {"pod", "service", "metric"} for event in clean)
    assert messages_of(kafka, registry, TOPICS[Output.VERDICTS].name)
    assert "Traceback" not in (tmp_path / "log").read_text()


def test_a_schema_that_may_not_follow_ends_the_job_before_it_reads(
    kafka: Cluster, registry: Registry, run: Run, tmp_path: Path
) -> None:
    subject = f"{TOPICS[Output.CLEAN].name}-value"
    registry._ask("DELETE", f"/subjects/{subject}", tries=1, unknown_is_none=True)
    other = {
        "type": "record",
        "name": "traceo.metrics.Processed",
        "fields": [{"name": "value", "type": "string"}],
    }
    registry.register(subject, json.dumps(other))
    set_compatibility(registry, subject, "BACKWARD")
    make_topics(kafka, {"refused.metrics.events": 1})
    job = run(("refused.metrics.events",), **{"job-name": "refused"})
    assert job.wait(PATIENCE_SECONDS) != 0
    said = (tmp_path / "log").read_text()
    assert f"our schema may not be the next version of {subject}: " in said
    assert "Traceback" not in said
    told = [line for line in said.splitlines() if registry.url in line]
    assert told == said.splitlines()[-1:]
