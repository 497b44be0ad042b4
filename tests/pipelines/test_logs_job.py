"""The logs job: the real sample, files of every form, topics, and hostile input."""

import gzip
import json
from pathlib import Path
from typing import Any

import msgspec
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from connectors.errors import InputError
from pipelines import logs as job
from pipelines import logsources
from pipelines.logsummary import reconcile
from pipelines.settings import SettingError, Settings
from report.logspage import write_logs_report
from runners import direct
from schemas.letters import DeadLetter
from schemas.logs import LOGS, LogRefusal, LogsOutput
from schemas.templates import TEMPLATE
from tests.conftest import SAMPLE
from tests.connectors.kafka.mockcluster import mock_cluster
from tests.logs.logdocuments import otlp, otlp_record

LOGS_FILE = SAMPLE / "logs.otlp.jsonl.zst"

#: What the job writes of it, by output: 46 tokens in the lines of one service, which are one finding.
SAMPLE_ROWS = {
    "logs": 19_031,
    "templates": 205,
    "novelties": 0,
    "red": 1_808,
    "findings": 46,
    "security": 2,
    "incidents": 2,
    "contexts": 0,
    "dead": 0,
}


def staged(folder: Path, *inputs: Path | str, **settings: Any) -> dict[str, Any]:
    """What the job leaves in ``folder``, and its summary."""
    told = Settings(input=tuple(map(str, inputs)), **settings)
    direct.run(
        lambda pipeline: job.graph(pipeline, told, folder),
        streaming=False,
        spill_folder=folder / "spill",
    )
    return job.summarise(folder, told, 1.0)


def rows(folder: Path) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = pq.read_table(folder / LogsOutput.LOGS).to_pylist()
    return sorted(found, key=lambda row: (-row["partition"], row["offset"], row["place"]))


def letters(folder: Path) -> list[DeadLetter]:
    return [
        msgspec.json.decode(line, type=DeadLetter)
        for file in sorted((folder / LogsOutput.DEAD).glob("*.jsonl"))
        for line in file.read_bytes().splitlines()
    ]


def test_every_record_of_the_sample_is_written(tmp_path: Path) -> None:
    summary = staged(tmp_path, SAMPLE)
    assert (summary["records"], summary["logs"], summary["documents"], summary["dead"]) == (
        19_031,
        19_031,
        191,
        0,
    )
    assert summary["reconciliation"]["balanced"]
    table = pq.read_table(tmp_path / LogsOutput.LOGS)
    assert table.schema.names == [*LOGS.names, TEMPLATE.name, "topic", "partition"]
    assert (
        table["trace_id"].null_count == table["timestamp_ns"].null_count == table["service"].null_count == 0
    )
    assert pc.min(table["timestamp_ns"]).as_py() == 1674981729487160534


def test_the_job_takes_over_its_results(tmp_path: Path) -> None:
    out = tmp_path / "out"
    summary = job.run(Settings(input=(str(LOGS_FILE),), output=str(out)))
    assert {path.name for path in out.iterdir() if path.is_dir()} == set(LogsOutput)
    assert msgspec.json.decode((out / "summary.json").read_bytes()) == summary
    assert summary["job"] == "logs"
    assert {name: of["rows"] for name, of in summary["outputs"].items()} == SAMPLE_ROWS


@pytest.mark.parametrize("others", [{}, {"app.log": "2024-01-01 12:00:00 ERROR boom\n"}])
def test_an_empty_file_is_read_and_holds_nothing(tmp_path: Path, others: dict[str, str]) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    for name, text in ({"rotated.log": ""} | others).items():
        (folder / name).write_text(text)
    summary = job.run(Settings(input=(str(folder),), output=str(tmp_path / "out")))
    assert (summary["lines"], summary["logs"]) == (len(others), len(others))
    (report, _) = write_logs_report(tmp_path / "out")
    assert [one["lines"] for one in summary["input_files"]] == [1] * len(others) + [0]
    assert all(one["file"] in report.read_text() for one in summary["input_files"])


def test_files_of_all_forms_side_by_side(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "a.log").write_text(
        "2024-01-01 12:00:00 ERROR boom\njava.lang.Error: x\n\tat a.b(c.java:1)\nmore\n"
    )
    (folder / "b.log.gz").write_bytes(gzip.compress(b'{"level":"info","msg":"json"}\n\n{"msg":"two"}\n'))
    (folder / "c-logs.pb").write_bytes(b"\0\0\0\x02{}")  # a message that is none
    (folder / "d-logs.json").write_text(json.dumps(json.loads(otlp(otlp_record(), otlp_record())), indent=2))
    (folder / "catalogue.csv").write_text("a,b\n")
    summary = staged(tmp_path, folder)
    assert summary["reconciliation"]["balanced"]
    assert (summary["lines"], summary["joined_lines"], summary["documents"]) == (8, 2, 6)
    assert [(one["partition"], Path(one["file"]).name, one["lines"]) for one in summary["input_files"]] == [
        (-1, "a.log", 4),
        (-2, "b.log.gz", 2),
        (-3, "c-logs.pb", 1),
        (-4, "d-logs.json", 1),
    ]
    assert (summary["records"], summary["logs"], summary["dead"]) == (7, 6, 1)
    found = [
        (-row["partition"], row["offset"], row["body"].partition("\n")[0], row["severity"])
        for row in rows(tmp_path)
    ]
    assert found == [
        (1, 1, "2024-01-01 12:00:00 ERROR boom", 17),
        (1, 4, "more", 0),
        (2, 1, "json", 9),
        (2, 3, "two", 0),
        (4, 1, "hello", 9),
        (4, 1, "hello", 9),
    ]
    assert [letter.id for letter in letters(tmp_path)] == ["logs/-3/1"]


def test_personal_data_and_secrets_do_not_get_through(tmp_path: Path) -> None:
    person = "jane.doe@example.com"
    file = tmp_path / "app.log"
    lines = [
        f"2024-01-01 12:00:00 INFO login of {person}",
        json.dumps({"msg": f"hello {person}", "user": {"mail": person}, "logger": person, "service": person}),
        otlp(
            otlp_record(body={"kvlistValue": {"values": [{"key": "to", "value": {"stringValue": person}}]}})
        ).decode(),
        '{"broken": "' + person,
    ]
    file.write_text("\n".join(lines))
    summary = staged(tmp_path, file)
    assert (summary["logs"], summary["dead"]) == (3, 1)
    assert sum(summary["masked_values_by_kind"].values()) >= 5
    written = json.dumps(rows(tmp_path)) + "".join(
        path.read_text() for path in (tmp_path / LogsOutput.DEAD).glob("*.jsonl")
    )
    assert "jane" not in written
    assert "j***@example.com" in written


def test_hostile_lines_are_cut_or_dead_and_the_stream_goes_on(tmp_path: Path) -> None:
    file = tmp_path / "hostile.log"
    with file.open("wb") as out:
        for line in (
            b"first",
            b"x" * (10 << 20),
            b'{"msg":"' + b"y" * (10 << 20) + b'"}',
            b"[" * 100_000,
            b'{"a":' * 100_000,
            b"\xff\xfe\x00text",
            b'{"msg":"\xff"}',
            b"{" + b",".join(b'"k%d":1' % n for n in range(1_000_000)) + b"}",
            b"last",
        ):
            out.write(line + b"\n")
    summary = staged(tmp_path, file)
    assert summary["reconciliation"]["balanced"]
    assert summary["dead_by_reason"] == {
        LogRefusal.INVALID_UTF8: 1,
        LogRefusal.OVERSIZED: 2,
        LogRefusal.TOO_DEEP: 2,
    }
    found = {row["offset"]: row for row in rows(tmp_path)}
    assert [found[n]["body"] for n in (1, 6, 9)] == ["first", "\ufffd\ufffd\x00text", "last"]
    assert len(found[2]["body"]) == 1 << 20
    assert json.loads(found[2]["attributes"]) == {"log.truncated_bytes": 9 << 20}
    assert json.loads(found[6]["attributes"]) == {"log.replaced_bytes": 2}
    (long,) = [letter for letter in letters(tmp_path) if letter.offset == 3]
    assert long.size == (10 << 20) + len(b'{"msg":""}')


def test_topics_are_read_to_their_end_and_lines_are_joined_across_batches(tmp_path: Path) -> None:
    with mock_cluster() as mock:
        trace = [b"2024-01-01 12:00:00 ERROR boom", b"java.lang.Error: x", b"\tat a.b(c.java:1)", b"plain"]
        mock.put("app", *trace, at_ms=1_704_110_400_000)
        mock.put("app", b'{"msg":"json"}', None, partition=1, at_ms=1_704_110_400_000)
        mock.put("app", otlp(otlp_record(), otlp_record()), partition=2, at_ms=1_704_110_400_000)
        address = f"kafka://{mock.brokers}/app"
        summary = staged(tmp_path, address, batch_rows=1)
    assert summary["reconciliation"]["balanced"]
    assert (summary["lines"], summary["joined_lines"]) == (7, 2)
    found = [(row["topic"], row["partition"], row["offset"], row["body"]) for row in rows(tmp_path)]
    assert sorted(found) == [
        ("app", 0, 0, "2024-01-01 12:00:00 ERROR boom\njava.lang.Error: x\n\tat a.b(c.java:1)"),
        ("app", 0, 3, "plain"),
        ("app", 1, 0, "json"),
        ("app", 2, 0, "hello"),
        ("app", 2, 0, "hello"),
    ]
    assert [letter.id for letter in letters(tmp_path)] == ["app/1/1"]


def test_a_record_that_is_lost_is_noticed() -> None:
    tally = [
        (("join_lines", "logs", -1, "read", ""), 12),
        (("join_lines", "logs", -1, "passed", ""), 10),
        (("join_lines", "logs", -1, "passed", "continuation"), 1),
        (("documents", "logs", -1, "passed", ""), 10),
        (("decode", "logs", -1, "read", ""), 10),
        (("decode", "logs", -1, "passed", ""), 10),
        (("redact", "logs", -1, "passed", ""), 9),
        (("redact", "logs", -1, "masked", "email"), 3),
        (("templates", "logs", -1, "passed", ""), 8),
        (("store", "logs", -1, "passed", ""), 6),
        (("store", "logs", -1, "dead", "store_refused"), 1),
    ]
    problems = [line.problem() for line in reconcile(tally, []) if line.difference]
    assert problems == [
        "join_lines, (all)/0: 12 in, 11 accounted for",
        "redact, (all)/0: 10 in, 9 accounted for",
        "templates, (all)/0: 9 in, 8 accounted for",
        "write, (all)/0: 8 in, 0 accounted for",
        "store, (all)/0: 8 in, 7 accounted for",
        "write, (all)/0: 3 in, 0 accounted for",
        "write, (all)/0: 1 in, 0 accounted for",
    ]


@pytest.mark.parametrize(
    ("settings", "flag"),
    [
        ({"input": ()}, "--input"),
        ({"log_zone": "Mars/Phobos"}, "--log-zone"),
        ({"streaming": True}, "--streaming"),
        ({"runner": "flink"}, "--input: files end"),
        ({"input": ("kafka://h:1/t", "x.log")}, "--input"),
        ({"input": ("kafka://h:1",)}, "no topic named"),
        ({"input": ("kafka://h:1/t",), "output": "kafka://h:1"}, "--output"),
        ({"input": ("kafka://h:1/t",), "kafka_input_format": "avro"}, "avro|json alone"),
        ({"input": ("kafka://h:1/t",), "runner": "prism", "kafka_source": "kafkaio", "output": "kafka://h:1"},
         "--kafka-source"),
    ],
)  # fmt: skip
def test_the_preflight_names_what_cannot_be_used(settings: dict[str, Any], flag: str) -> None:
    chosen = {"input": (str(LOGS_FILE),)} | settings
    with pytest.raises(SettingError, match=flag):
        logsources.preflight(Settings(**chosen))


def test_a_file_that_is_not_there_or_is_cut_off_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="nowhere"):
        logsources.preflight(Settings(input=("nowhere.log",)))
    (tmp_path / "cut.jsonl.zst").write_bytes(LOGS_FILE.read_bytes()[:1000])
    with pytest.raises(direct.JobError, match=r"cut.jsonl.zst: damaged"):
        staged(tmp_path, tmp_path / "cut.jsonl.zst")
