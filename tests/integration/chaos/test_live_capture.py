"""The sample through real servers: into PostgreSQL, read by Debezium, ingested on Flink, as the truth."""

import hashlib
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

import pytest

from pipelines.cli import main
from runners.stack import Stack
from schemas.names import UNKNOWN_SERIES, Output
from schemas.topics import TOPICS
from tests.conftest import SAMPLE
from tests.integration.chaos.jobclient import JobClient, has_inputs
from tests.integration.chaos.ledgerwriter import FIRST_SEQ
from tests.integration.chaos.operator import diagnosis
from tests.integration.chaos.topicview import Message, TopicView
from tests.integration.chaos.trial import micros, wait_for, wait_for_flow

pytestmark = [pytest.mark.slow, pytest.mark.integration]

OUTPUTS = (Output.CLEAN, Output.CHANGES, Output.DUPLICATES, Output.CONFLICTS, Output.DEAD)


def seq_of(message: Message) -> int:
    return int((message.get("row") or message)["seq"])


@pytest.fixture(scope="module")
def found(
    stack: Stack, tmp_path_factory: pytest.TempPathFactory, truth: dict[str, Any]
) -> dict[Output, list[Message]]:
    """What a reader of committed messages sees once every row of the capture has come through."""
    assert main(["stack", "load", str(SAMPLE), "--state", str(stack.settings.state)]) == 0
    folder: Path = tmp_path_factory.mktemp("capture")
    client = JobClient(
        stack.addresses, folder, environment="external", job_name="capture", hold_seconds=5, wait_seconds=20
    )
    wait_for(lambda: has_inputs(stack), lambda: "the connector has made no topics")
    client.start()
    try:
        with TopicView(stack.addresses.bootstrap_servers, [TOPICS[name].name for name in OUTPUTS]) as view:

            def of_capture() -> dict[Output, list[Message]]:
                return {
                    name: [m for m in view.messages[TOPICS[name].name] if seq_of(m) < FIRST_SEQ]
                    for name in OUTPUTS
                }

            expected = truth["expected"]
            rows = expected["inserted_rows"] + expected["updates"] + expected["deletes"]
            wait_for_flow(
                stack,
                lambda: sum(map(len, of_capture().values())) >= rows,
                lambda: (diagnosis(stack), {k: len(m) for k, m in of_capture().items()}, client.log[-2000:]),
            )
            assert client.stop() == 0, client.log
            return of_capture()
    finally:
        client.end()


def test_the_classes_of_a_live_run_are_those_of_the_truth(
    found: dict[Output, list[Message]], truth: dict[str, Any]
) -> None:
    expected = truth["expected"]
    reasons = Counter(letter["reason"] for letter in found[Output.DEAD])
    unknown = reasons.pop(UNKNOWN_SERIES)
    ops = Counter(change["op"] for change in found[Output.CHANGES])
    classes = {
        "valid_events": len(found[Output.CLEAN]),
        "application_duplicates": len(found[Output.DUPLICATES]),
        "conflicts": len(found[Output.CONFLICTS]),
        "unknown_series": unknown,
        "invalid": reasons.total(),
        "invalid_by_reason": reasons,
        "updates": ops["u"],
        "deletes": ops["d"],
    }
    assert classes == {name: expected[name] for name in classes}


def test_the_digest_of_a_live_run_is_the_truths(
    found: dict[Output, list[Message]], truth: dict[str, Any]
) -> None:
    lines = sorted(f"{event['metric_id']}\t{micros(event['timestamp'])}\n" for event in found[Output.CLEAN])
    assert hashlib.sha256("".join(lines).encode()).hexdigest() == truth["expected"]["keys_sha256"]


def test_each_row_of_a_live_run_is_in_the_class_of_the_truth(
    found: dict[Output, list[Message]], truth: dict[str, Any]
) -> None:
    refused = defaultdict(set)
    for letter in found[Output.DEAD]:
        refused[letter["reason"]].add(seq_of(letter))
    expected = {reason: set(rows["seqs"]) for reason, rows in truth["invalid"].items()}
    assert refused == {**expected, UNKNOWN_SERIES: set(truth["unknown_series"]["seqs"])}
    duplicates = {row["seq"] for row in truth["application_duplicates"]["rows"]}
    assert {seq_of(event) for event in found[Output.DUPLICATES]} == duplicates
    winners = {seq_of(event): (event["kept_value"], event["value"]) for event in found[Output.CONFLICTS]}
    conflicts = truth["conflicts"]["rows"]
    assert winners == {row["seq"]: (row["first_value"], row["other_value"]) for row in conflicts}
