"""Real servers: log files → OpenTelemetry Collector → file or Kafka → decode → VictoriaLogs → search."""

import contextlib
import json
import os
import re
import shutil
import signal
import subprocess
import tempfile
import threading
import urllib.request
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path

import pyarrow as pa
import pytest

from connectors.logstores.query import Query, by_trace, by_word, errors_of
from connectors.logstores.render import RECORD_ID
from connectors.logstores.store import StoreKind, victorialogs
from connectors.logstores.write import sink_of
from runners.stack import Stack, gobuild
from runners.stack.collector import CONFIGURATION
from runners.stack.components import COMPONENTS
from runners.stack.settings import DEFAULT_STATE, load
from tests.conftest import ROOT
from tests.connectors.logbatches import batch, record
from tests.integration.collecting import Collected, decoded, services
from tests.integration.servers import answers, free_address, needing, running, wait_until

OFFSET = 6000
LINES = 5_000
FILES = CONFIGURATION.with_name("otel-collector-files.yaml")
PACKAGES = {package for kind in COMPONENTS if kind.name == "kafka" for package in kind.packages}

pytestmark = needing(PACKAGES)


@pytest.fixture(scope="module")
def stack() -> Iterator[Stack]:
    state = Path(tempfile.mkdtemp(prefix="traceo-logs-"))
    with contextlib.ExitStack() as at_the_end:
        at_the_end.callback(shutil.rmtree, state, ignore_errors=True)
        lib = ROOT / DEFAULT_STATE / "lib"
        binaries = os.environ.get("TRACEO_STACK_BINARIES")
        one = Stack(
            settings=load({"state": state, "lib": lib, "port_offset": OFFSET, "binaries": binaries}, {})
        )
        at_the_end.callback(one.down)
        one.up(["victorialogs", "collector"])
        yield one


@pytest.fixture
def query(stack: Stack) -> Query:
    return Query(stack.addresses.victorialogs_url)


def collected(stack: Stack, folder: Path, files: dict[str, list[str]], records: int) -> list[bytes]:
    """What the collector makes of these files, without Kafka: documents of OTLP."""
    for service, lines in files.items():
        (folder / f"{service}.log").write_text("".join(f"{line}\n" for line in lines))
    health, output = free_address(), folder / "out.jsonl"
    values = {
        "COLLECTOR_FILES": str(folder / "*.log"),
        "COLLECTOR_STATE": str(folder / "state"),
        "COLLECTOR_OUTPUT": str(output),
        "COLLECTOR_HEALTH": health,
        "COLLECTOR_METRICS_PORT": free_address().split(":")[1],
        "COLLECTOR_OTLP_GRPC": free_address(),
        "COLLECTOR_OTLP_HTTP": free_address(),
    }
    program = gobuild.program(stack.settings, "otelcol")
    command = ["env", *(f"{name}={value}" for name, value in values.items()), program]
    command += [f"--config={CONFIGURATION}", f"--config={FILES}"]

    def whole() -> bool:
        return output.exists() and output.read_text().count('"body"') >= records

    with running(command, folder, lambda: answers(f"http://{health}")):
        wait_until(whole, (folder / "log").read_text)
    return output.read_bytes().splitlines()


def push(stack: Stack, kind: StoreKind, batches: Sequence[pa.RecordBatch], tries: int = 8) -> int:
    sink = sink_of(victorialogs(stack.addresses.victorialogs_url, kind, request_bytes=200_000, tries=tries))
    sink.check()
    pushed = [one for batch in batches for one in sink.add(batch)] + list(sink.flush())
    sink.close()
    assert not any(one.refused for one in pushed)
    return sum(one.stored for one in pushed)


def test_the_configurations_are_valid(stack: Stack, tmp_path: Path) -> None:
    values = {"COLLECTOR_FILES": "/x/*.log", "COLLECTOR_STATE": str(tmp_path), "COLLECTOR_OUTPUT": "/x/y"}
    program = gobuild.program(stack.settings, "otelcol")
    for files in ([CONFIGURATION], [CONFIGURATION, FILES]):
        command = [program, "validate", *(f"--config={file}" for file in files)]
        done = subprocess.run(command, env=values, capture_output=True, text=True, check=False)
        assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize(("kind", "uid"), [("loki", "log_record_uid"), ("elasticsearch", RECORD_ID)])
def test_each_line_of_a_file_is_found_again(
    stack: Stack, query: Query, tmp_path: Path, kind: StoreKind, uid: str
) -> None:
    kind = StoreKind(kind)
    files, records = services(f"walrus{kind}", LINES)
    batches = decoded(collected(stack, tmp_path, files, records))
    assert sum(map(len, batches)) == records
    assert push(stack, kind, batches) == records
    mine = by_word(f"walrus{kind}")
    wait_until(lambda: query.count(mine) == records, lambda: query.count(mine))
    assert query.distinct(mine, uid) == records
    failed = [number for number in range(records) if number % 50 == 7]
    for service, numbers in (
        ("payments", [number for number in failed if number % 3 == 0]),
        ("orders", [number for number in failed if number % 3]),
    ):
        errors = f"{errors_of(service)} {mine}"  # new streams are found a moment after their records
        wait_until(partial(lambda errors, n: query.count(errors) == n, errors, len(numbers)))
        found = query.rows(errors)
        assert all("Caused by: java.io.IOException: gone\n\t... 2 more" in one["_msg"] for one in found)
    (one,) = query.rows(f"{by_trace(f'{42 + 1:032x}')} {mine}")
    assert f"number42 walrus{kind} " in one["_msg"]
    assert one["_time"] == "2025-11-29T12:00:42.042Z"
    assert (one["service"], one["severity"], one["severity_number"]) == ("payments", "INFO", "9")
    assert query.count(f"{by_word('number42')} {mine}") == 1
    push(stack, kind, batches)  # a bundle that is repeated: the ids tell
    wait_until(lambda: query.count(mine) == 2 * records, lambda: query.count(mine))
    assert query.distinct(mine, uid) == records


@pytest.mark.parametrize("kind", list(StoreKind))
def test_what_a_store_would_drop_without_a_word_is_stored(
    stack: Stack, query: Query, kind: StoreKind
) -> None:
    deep = '{"a":' * 90 + "1" + "}" * 90
    odd = [
        {"body": f"gnu{kind} " + '"' * 1_000_000},
        {"body": f"gnu{kind} " + "\0\n\r\u2028\u00e9\U0001f600" * 10},
        {"attributes": json.dumps({f"key{at}": at for at in range(5_000)})},
        {"attributes": json.dumps({"k" * 300: "v", "": "empty", "a.b": {"c": [1, {"d": None}]}})},
        {"attributes": deep},
        {"attributes": json.dumps({"text": "x" * 900_000})},
        {"resource": json.dumps({"service.name": "r" * 100_000})},
        {"service": "s" * 10_000},
        {"service": None, "severity": None, "timestamp_ns": None, "observed_ns": None},
        {"event_name": "e" * 10_000, "pod": "p" * 10_000, "scope": "\n"},
    ]
    rows = [record(at, **{"body": f"gnu{kind}", **one}) for at, one in enumerate(odd)]
    assert push(stack, kind, [batch(rows)]) == len(rows)
    mine = by_word(f"gnu{kind}")
    wait_until(lambda: query.count(mine) == len(rows), lambda: query.rows(mine))
    (cut,) = query.rows(f"{mine} cut:*")
    assert int(cut["cut"]) > 800_000
    with urllib.request.urlopen(f"{stack.addresses.victorialogs_url}/metrics", timeout=5) as answer:  # noqa: S310
        text = answer.read().decode()
    dropped = re.findall(r"^vl_(?:rows_dropped|too_long_lines_skipped)_total\S* ([1-9]\d*)", text, re.M)
    assert dropped == []


def test_nothing_is_lost_while_the_store_is_away(stack: Stack, query: Query) -> None:
    files, records = services("heron", 4_000)
    lines = [line for name in files for line in files[name] if "heron" in line]
    batches = decoded([line.encode() for line in lines])
    assert sum(map(len, batches)) == records
    mine = by_word("heron")
    before, after = batches[: len(batches) // 2], batches[len(batches) // 2 :]
    stored = push(stack, StoreKind.ELASTICSEARCH, before)
    stack.kill("victorialogs", signal.SIGTERM)
    sink = sink_of(victorialogs(stack.addresses.victorialogs_url, StoreKind.ELASTICSEARCH, tries=12))

    def go_on() -> None:
        nonlocal stored
        pushed = [one for batch in after for one in sink.add(batch)] + list(sink.flush())
        stored += sum(one.stored for one in pushed)

    pushing = threading.Thread(target=go_on)
    pushing.start()
    stack.start("victorialogs")
    pushing.join(60)
    assert stored == records
    wait_until(lambda: query.distinct(mine, RECORD_ID) == records, lambda: query.count(mine))
    assert query.count(mine) == records


@pytest.fixture
def kafka(stack: Stack) -> Iterator[Collected]:
    one = Collected(stack)
    yield one
    one.close()


def test_files_reach_kafka_as_the_stack_has_it(stack: Stack, query: Query, kafka: Collected) -> None:
    files, records = services("otter", 500)
    for service, lines in files.items():
        text = "".join(f"{line}\n" for line in lines)
        (stack.addresses.collected / f"{service}-7d9c5b6f4-x2x8k.log").write_text(text)
    wait_until(lambda: len(kafka.bodies("otter")) >= records)
    batches = kafka.batches()
    assert push(stack, StoreKind.ELASTICSEARCH, batches) == sum(map(len, batches))
    wait_until(lambda: query.count(by_word("otter")) == records)
    by_service = query.rows(f"{by_word('otter')} | stats by (service) count() as n")
    assert {one["service"] for one in by_service} == {"orders", "payments"}
    assert query.distinct(by_word("otter"), RECORD_ID) == records


def test_a_collector_that_is_killed_again_and_again_loses_nothing(stack: Stack, kafka: Collected) -> None:
    written: list[str] = []
    stop = threading.Event()

    def write() -> None:
        """Some lines at a time, as services do: what is read and not sent yet is then never a whole batch."""
        with (stack.addresses.collected / "killed.log").open("w") as file:
            while not stop.wait(0.01):
                some = [f"lynx{number}end" for number in range(len(written), len(written) + 70)]
                file.write("".join(f"2025-11-29T12:00:00.000Z INFO {word}\n" for word in some))
                file.flush()
                written.extend(some)

    def found() -> set[str]:
        return {body.split()[-1] for body in kafka.bodies("lynx")}

    def missing() -> str:
        words = sorted(set(written) - found(), key=lambda word: int(word[4:-3]))
        log = stack.components["collector"].log.read_text()
        return f"{len(words)} of {len(written)}: {words[:3]} to {words[-3:]}; the collector:\n{log[-4000:]}"

    writing = threading.Thread(target=write)
    writing.start()
    try:
        for _ in range(6):
            known = len(found())
            wait_until(lambda known=known: len(found()) > known, missing)
            stack.kill("collector")
            stack.start("collector")
    finally:
        stop.set()
        writing.join()
    wait_until(lambda: len(found()) >= len(written), missing)
    assert found() == set(written)


def test_the_settings_for_production_are_known_to_the_store(stack: Stack, tmp_path: Path) -> None:
    text = CONFIGURATION.with_name("victorialogs.env").read_text()
    named = dict(line.split("=", 1) for line in text.splitlines() if line and not line.startswith("#"))
    here = {"httpListenAddr": free_address(), "storageDataPath": str(tmp_path / "data")}
    assert set(here) <= set(named)
    values = [f"{name}={value}" for name, value in {**named, **here}.items()]
    command = ["env", *values, gobuild.program(stack.settings, "victoria-logs"), "-envflag.enable"]
    url = f"http://{here['httpListenAddr']}"
    with running(command, tmp_path, lambda: answers(f"{url}/health")):
        with urllib.request.urlopen(f"{url}/flags", timeout=5) as answer:  # noqa: S310  of our own
            flags = answer.read().decode()
    for name, value in {**named, **here}.items():
        assert f'-{name.replace("_", ".")}="{value}"' in flags, name
