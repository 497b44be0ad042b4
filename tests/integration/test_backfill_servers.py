"""Backfills from a real Kafka and a real PostgreSQL, into folders and into topics that hold some of it."""

import base64
import contextlib
import json
import os
import re
import shutil
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pyarrow.parquet as pq
import pytest
from confluent_kafka import Producer, TopicPartition
from confluent_kafka.admin import AdminClient

from connectors.errors import InputError
from connectors.kafka.cluster import Cluster
from pipelines import backfill
from pipelines.backfill import job, tables
from pipelines.settings import Settings
from runners.direct import JobError
from runners.stack import Stack
from runners.stack.components import COMPONENTS
from runners.stack.install import missing
from runners.stack.settings import DEFAULT_STATE, load
from schemas.names import Output
from schemas.topics import TOPICS
from tests.captures import event, series
from tests.conftest import ROOT
from tests.integration.topicsofsample import committed, make_topics

OFFSET = 5000
SERVERS = ("kafka", "postgres")
EVENTS, SERIES = "db.metrics.events", "db.metrics.series"
PUBLISHED = {
    TOPICS[output].name for output in (Output.CLEAN, Output.DUPLICATES, Output.CONFLICTS, Output.DEAD)
}

pytestmark = [
    pytest.mark.slow,
    pytest.mark.integration,
    pytest.mark.skipif(
        bool(missing({package for kind in COMPONENTS if kind.name in SERVERS for package in kind.packages}))
        and os.geteuid() != 0,
        reason="needs Debian packages: traceo stack up says which",
    ),
]


@pytest.fixture(scope="module")
def stack() -> Iterator[Stack]:
    """Kafka and PostgreSQL, empty."""
    state = Path(tempfile.mkdtemp(prefix="traceo-backfill-"))  # pytest's own are closed to user postgres
    state.chmod(0o711)
    with contextlib.ExitStack() as at_the_end:
        at_the_end.callback(shutil.rmtree, state, ignore_errors=True)
        lib = ROOT / DEFAULT_STATE / "lib"
        one = Stack(settings=load({"state": state, "lib": lib, "port_offset": OFFSET}, {}))
        at_the_end.callback(one.down)
        one.up(SERVERS)
        yield one


def rows(first: int, last: int) -> list[dict[str, Any]]:
    """One a minute of one series; but a copy of 3, a conflict with 4, one of no series, one without tags."""
    found = []
    for seq in range(first, last + 1):
        row = {"seq": seq, "metric_id": "a:cpu", "minute": seq, "value": float(seq), "tags": '{"pod": "a"}'}
        odd = {
            41: {"minute": 3, "value": 3.0},
            42: {"minute": 4},
            43: {"metric_id": "b:cpu"},
            44: {"tags": None},
        }
        found.append(row | odd.get(seq, {}))
    return found


NOT_CLEAN = {41, 42, 43, 44}
LAST = 120


def produced(cluster: Cluster, lines: Iterable[bytes]) -> None:
    producer = Producer(cluster.client())
    for line in lines:
        record = json.loads(line)
        value = base64.b64decode(record["value"])
        producer.produce(
            record["topic"], value, partition=record["partition"], timestamp=record["timestamp_ms"]
        )
    assert producer.flush(60) == 0


@pytest.fixture(scope="module")
def cluster(stack: Stack) -> Cluster:
    """Topics that hold rows 1 to 60, the even ones in partition 0, a second apart; offsets go from 0."""
    found = Cluster(brokers=stack.addresses.bootstrap_servers)
    make_topics(found, {EVENTS: 2, SERIES: 1})
    produced(found, [series(0, "a:cpu", at=60_000)])
    produced(
        found,
        [
            event(row["seq"], partition=row["seq"] % 2, at=row["seq"] * 1000, **fields(row))
            for row in rows(1, 60)
        ],
    )
    return found


def fields(row: dict[str, Any]) -> dict[str, Any]:
    return {name: row[name] for name in ("metric_id", "minute", "value", "tags")}


@pytest.fixture(scope="module")
def database(stack: Stack) -> str:
    """The address of a database that holds all rows."""
    with psycopg.connect(stack.addresses.postgres_dsn()) as connection:
        connection.execute("insert into metrics.series values ('a:cpu', 's', 'a', 'cpu', null)")
        connection.cursor().executemany(
            'insert into metrics.events (seq, metric_id, "timestamp", value, tags) overriding system value '
            "values (%(seq)s, %(metric_id)s, timestamptz '2023-11-14 22:00Z' + %(minute)s * interval '1 min',"
            " %(value)s, %(tags)s)",
            rows(1, LAST),
        )
    return f"postgresql://traceo@{stack.settings.address('postgres')}/traceo"


def seqs(result: Path, output: Output = Output.CLEAN) -> list[int]:
    return sorted(
        seq
        for file in (result / output).glob("*.parquet")
        for seq in pq.read_table(file).column("seq").to_pylist()
    )


def from_topics(cluster: Cluster, **chosen: Any) -> Settings:
    return Settings(input=(f"kafka://{cluster.brokers}/{EVENTS},{SERIES}",), **chosen)


def test_a_range_of_offsets_is_read_and_no_record_beside_it(cluster: Cluster, tmp_path: Path) -> None:
    offsets = (f"{EVENTS}/0=2:5", f"{EVENTS}/1=28:")  # of 2, 4 …; of 1, 3 …
    summary = backfill.run(from_topics(cluster, output=str(tmp_path / "out"), offsets=offsets))
    assert seqs(tmp_path / "out") == [6, 8, 10, 57, 59]
    assert summary["records_by_topic"] == {EVENTS: 5, SERIES: 1}
    with pytest.raises(ValueError, match="no such partition"):
        backfill.run(from_topics(cluster, output=str(tmp_path / "out"), offsets=(f"{EVENTS}/7=0:1",)))
    with pytest.raises(ValueError, match="write topic/partition=first:end"):
        backfill.run(from_topics(cluster, output=str(tmp_path / "out"), offsets=(f"{EVENTS}/0",)))


def test_a_span_of_time_is_read_in_pieces_with_the_whole_catalogue(cluster: Cluster, tmp_path: Path) -> None:
    """The catalogue's only row was appended after all that is read."""
    span = {"since": "2023-11-14T22:13:30Z", "until": "2023-11-14T22:13:50Z"}  # seconds 10 to 30
    summary = backfill.run(from_topics(cluster, output=str(tmp_path / "out"), piece_rows=7, **span))
    assert seqs(tmp_path / "out") == [*range(10, 30)]
    assert summary["pieces"] >= 4
    assert summary["records_by_topic"] == {EVENTS: 20, SERIES: 1}


def from_tables(stack: Stack, database: str, **chosen: Any) -> Settings:
    password = str(stack.addresses.postgres_password_file)
    return Settings(input=(database,), postgres_password_file=password, **chosen)


def test_tables_are_read_in_parallel_chunks_row_by_row(
    stack: Stack, database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tables, "_CHUNK_ROWS", 6)
    chosen = {"output": str(tmp_path / "out"), "piece_rows": 30, "postgres_connections": 3}
    summary = backfill.run(from_tables(stack, database, **chosen))
    assert summary["pieces"] == 6  # the catalogue, four of events, what is beside the path
    assert summary["records_by_topic"] == {"postgresql.metrics.events": LAST, "postgresql.metrics.series": 1}
    assert seqs(tmp_path / "out", Output.DUPLICATES) == [41]
    (conflict,) = (
        json.loads(line) for file in (tmp_path / "out" / "conflicts").iterdir() for line in file.open()
    )
    assert (conflict["seq"], conflict["value"], conflict["kept_value"]) == (42, 42.0, 4.0)
    assert summary["invalid_by_reason"] == {"tags_null": 1}
    assert summary["unknown_series"] == 1
    with psycopg.connect(stack.addresses.postgres_dsn()) as connection:
        there = connection.execute(
            'select seq, metric_id, "timestamp", value, tags::text from metrics.events order by seq'
        ).fetchall()
    found = sorted(
        tuple(row[name] for name in ("seq", "metric_id", "timestamp", "value", "tags"))
        for file in (tmp_path / "out" / "clean").glob("*.parquet")
        for row in pq.read_table(file).to_pylist()
    )
    assert [(*row[:4], json.loads(row[4])) for row in found] == [
        (*row[:4], json.loads(row[4])) for row in there if row[0] not in NOT_CLEAN
    ]


def counts(cluster: Cluster) -> dict[str, int]:
    return {topic: len(found) for topic, found in committed(cluster, PUBLISHED).items()}


def test_what_the_topics_hold_already_is_not_written_again(
    cluster: Cluster, stack: Stack, database: str, tmp_path: Path
) -> None:
    """A part of the topics, all of them, all of them again; then the tables, which hold twice as much."""
    out = {"output": f"kafka://{cluster.brokers}", "work": str(tmp_path / "work"), "create_topics": True}

    part = backfill.run(from_topics(cluster, **out, offsets=(f"{EVENTS}/0=0:10", f"{EVENTS}/1=0:10")))
    assert part["published"]["metrics.processed"] == {"new": 20, "there_already": 0}
    whole = backfill.run(from_topics(cluster, **out, piece_rows=25))
    assert whole["published"]["metrics.processed"] == {"new": 36, "there_already": 20}
    assert whole["published"]["metrics.dead"] == {"new": 2, "there_already": 0}
    before = counts(cluster)
    assert before == {
        "metrics.processed": 56,
        "metrics.duplicates": 1,
        "metrics.conflicts": 1,
        "metrics.dead": 2,
    }
    again = backfill.run(from_topics(cluster, **out, piece_rows=25))
    assert {count["new"] for count in again["published"].values()} == {0}
    assert counts(cluster) == before

    rest = backfill.run(from_tables(stack, database, **out, piece_rows=50))
    assert rest["published"]["metrics.processed"] == {"new": LAST - 60, "there_already": 56}
    after = before | {"metrics.processed": LAST - len(NOT_CLEAN)}
    assert counts(cluster) == after
    again = backfill.run(from_tables(stack, database, **out, piece_rows=50))
    assert {count["new"] for count in again["published"].values()} == {0}
    assert counts(cluster) == after
    clean = committed(cluster, ["metrics.processed"])["metrics.processed"]
    assert {row["seq"] for row in clean} == {*range(1, LAST + 1)} - NOT_CLEAN
    assert set(Counter((row["metric_id"], row["timestamp"]) for row in clean).values()) == {1}


class _Killed(BaseException):
    pass


def test_killed_between_pieces_it_goes_on_and_deleted_records_are_told_of(
    cluster: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    topics = {"more.metrics.events": 1, "more.metrics.series": 1}
    make_topics(cluster, topics)
    lines = [event(row["seq"], at=row["seq"] * 1000, **fields(row)) for row in rows(1, 40)]
    named = [line.replace(b'"db.', b'"more.') for line in [series(0, "a:cpu"), *lines]]
    produced(cluster, named)
    chosen = Settings(
        input=(f"kafka://{cluster.brokers}/{','.join(topics)}",), output=str(tmp_path / "out"), piece_rows=10
    )
    done: list[Path] = []

    def dies(folder: Path, settings: Settings) -> None:
        done.append(folder)
        if len(done) == 3:
            raise _Killed

    with monkeypatch.context() as patched:
        patched.setattr(job, "check_piece", dies)
        with pytest.raises(_Killed):
            backfill.run(chosen)
    produced(cluster, [line.replace(b'"db.', b'"more.') for line in [event(50, minute=59, at=50_000)]])
    kept = sorted((tmp_path / "out" / ".backfill").glob("piece-0000?"))
    assert len(kept) == 2
    backfill.run(chosen)
    assert seqs(tmp_path / "out") == [*range(1, 41)]  # what was there when it began

    with monkeypatch.context() as patched:
        done.clear()
        patched.setattr(job, "check_piece", dies)
        with pytest.raises(_Killed):
            backfill.run(chosen)
    admin = AdminClient(cluster.client())
    for answer in admin.delete_records([TopicPartition("more.metrics.events", 0, 25)]).values():
        answer.result()
    with pytest.raises(JobError, match=r"more\.metrics\.events/0: offsets \d+ to 24 are deleted.*--restart"):
        backfill.run(chosen)


def test_what_is_wrong_with_a_database_is_one_line_without_the_password(
    stack: Stack, database: str, tmp_path: Path
) -> None:
    secret = tmp_path / "secret"
    secret.write_text("hunter2")
    out = {"output": str(tmp_path / "out")}
    good = str(stack.addresses.postgres_password_file)
    for address, password, more, problem in (
        (database, str(secret), {}, "password authentication failed"),
        (database, str(tmp_path / "none"), {}, "No such file"),
        (database.replace("traceo@", "traceo:hunter2@"), None, {}, "a password in an address"),
        (database, good, {"events_table": "metrics.nosuch"}, "no table metrics.nosuch"),
        (re.sub(r":\d+/", ":1/", database), good, {}, "refused"),
    ):
        with pytest.raises(InputError, match=problem) as error:
            backfill.run(Settings(input=(address,), postgres_password_file=password, **out, **more))
        assert "hunter2" not in str(error.value)
        assert "\n" not in str(error.value)
