"""What the logs job writes to topics: made again, each message is known to be the one that is there."""

import base64
import json
from collections import defaultdict
from pathlib import Path
from typing import Any

import apache_beam as beam
import pytest
from apache_beam.runners.portability.fn_api_runner import FnApiRunner
from test_logs_graph import LINES, PERSON, line, second

from connectors.kafka.cluster import Cluster
from connectors.kafka.messages import Messages, rendered
from connectors.kafka.readback import json_identity
from connectors.kafka.writer import Writer
from pipelines import logsources
from pipelines.logpath import build, outputs_of, rows_of
from pipelines.publish import to_messages
from pipelines.settings import Settings
from schemas.logs import LogsOutput
from schemas.topics import LOGS_TOPICS
from tests.captures import write_lines
from tests.noting import Note

TWICE = line(second(30), "info", f"from {PERSON} to john.roe@example.com took 30 ms")
Written = dict[LogsOutput, list[bytes]]


def written(folder: Path, **settings: Any) -> Written:
    """The values of the messages of each output."""
    folder.mkdir()
    file = write_lines(folder / "app.log", [*LINES, TWICE])
    told = Settings(input=(str(file),), redact_key_file=str(folder.parent / "key"), **settings)
    with beam.Pipeline(runner=FnApiRunner()) as pipeline:
        out = build(logsources.read(pipeline, told).ok, told)
        for output, items in outputs_of(out).items():
            if output in LOGS_TOPICS:
                messages = rows_of(items, output) | f"{output}Messages" >> to_messages(
                    LOGS_TOPICS[output], {}
                )
                values = messages | f"{output}Values" >> beam.FlatMap(_values).with_output_types(str)
                values | f"Note{output}" >> Note(folder / output)
    found: Written = defaultdict(list)
    for output in LOGS_TOPICS:
        if (folder / output).exists():
            found[output] = [
                json.loads(told).encode() for told in (folder / output).read_bytes().splitlines()
            ]
    return found


def _values(messages: Messages) -> list[str]:
    return [value.decode() for value in rendered(messages).values]


@pytest.fixture(scope="module")
def makings(tmp_path_factory: pytest.TempPathFactory) -> list[Written]:
    folder = tmp_path_factory.mktemp("makings")
    (folder / "key").write_bytes(base64.b64encode(bytes(range(32))))
    return [written(folder / f"of-{shards}", shards=shards) for shards in (1, 3)]


@pytest.mark.parametrize("output", LOGS_TOPICS)
def test_what_is_made_again_is_left_out_and_news_is_not(makings: list[Written], output: LogsOutput) -> None:
    topic = LOGS_TOPICS[output]
    first, again = (making[output] for making in makings)
    assert first and len(first) == len(again)
    assert all(set(topic.identity) <= json.loads(value).keys() for value in first)
    writer = Writer(
        cluster=Cluster(brokers="127.0.0.1:1"),
        transactional_id="w",
        identities={topic.name: json_identity(topic.identity)},
    )
    writer._awaited.update(name for value in first for name in writer.names(message(topic.name, value)))
    news = message(topic.name, *again, again[0])
    assert len(writer._fresh(news, writer.names(news))) == 1


def message(topic: str, *values: bytes) -> Messages:
    return Messages(topic, [None] * len(values), list(values))


def test_two_values_of_a_kind_in_one_field_are_two_findings(makings: list[Written]) -> None:
    rows = [json.loads(value) for value in makings[0][LogsOutput.FINDINGS]]
    places = [tuple(row[name] for name in LOGS_TOPICS[LogsOutput.FINDINGS].identity) for row in rows]
    assert len(places) == len(set(places)) + 1


def test_a_finding_that_opens_is_not_the_one_that_closes(makings: list[Written]) -> None:
    opened, closed = (json.loads(value) for value in sorted(makings[0][LogsOutput.SECURITY]))
    assert (opened["activity_id"], closed["activity_id"]) == (1, 3)
    assert opened["finding_info"]["uid"] == closed["finding_info"]["uid"]
    assert opened["metadata"] != closed["metadata"]
