"""Every number that leaves a step is accounted for at the next one; a difference says where."""

import pytest

from connectors.sinks import FileWritten
from pipelines.reconcile import Tally, reconcile
from pipelines.summary import Unbalanced, check_balance
from schemas.names import Output

TOPIC = "db.metrics.events"
READ = {(TOPIC, 0): 10}


def tally(**changes: int) -> Tally:
    counts = {
        "decode.passed": 8,
        "decode.dead": 2,
        "replays.passed": 7,
        "replays.replay": 1,
        "redact.passed": 7,
        "redact.masked": 99,
        "changes.passed": 6,
        "changes.change": 1,
        "contract.passed": 5,
        "contract.dead": 1,
        "references.passed": 5,
        "duplicates.passed": 4,
        "duplicates.duplicate": 1,
    } | {name.replace("__", "."): n for name, n in changes.items()}
    return [((name.split(".")[0], TOPIC, 0, name.split(".")[1], ""), n) for name, n in counts.items()]


def files(**rows: int) -> list[FileWritten]:
    counts = {"clean": 4, "dead": 3, "changes": 1, "duplicates": 1} | rows
    return [FileWritten(Output(name), "p", n, 1, {f"{TOPIC}/0": n}) for name, n in counts.items()]


def problems(found: Tally, written: list[FileWritten]) -> list[str]:
    return [line.problem() for line in reconcile(found, written, READ, "metrics.events") if line.difference]


def test_a_balanced_run_has_no_difference() -> None:
    assert problems(tally(), files()) == []


@pytest.mark.parametrize("step", ["replays", "redact", "changes", "contract", "references", "duplicates"])
def test_one_record_that_is_lost_is_named_with_its_step(step: str) -> None:
    lost = {
        name: n
        for (name, n) in (
            (f"{step}__passed", dict((f"{k[0]}__{k[3]}", v) for k, v in tally())[f"{step}__passed"] - 1),
        )
    }
    assert problems(tally(**lost), files())[0].startswith(f"{step}, {TOPIC}/0:")


@pytest.mark.parametrize("output", ["clean", "dead", "changes", "duplicates"])
def test_one_row_that_is_not_written_is_named(output: str) -> None:
    written = {"clean": 4, "dead": 3, "changes": 1, "duplicates": 1}[output] - 1
    assert problems(tally(), files(**{output: written})) == [
        f"write, {TOPIC}/0: {written + 1} in, {written} accounted for"
    ]


def test_a_row_that_is_written_twice_is_named() -> None:
    assert problems(tally(), files(clean=5)) == [f"write, {TOPIC}/0: 4 in, 5 accounted for"]


def test_a_difference_ends_the_run() -> None:
    check_balance({"reconciliation": {"differences": []}})
    with pytest.raises(Unbalanced, match="write: 1 lost"):
        check_balance({"reconciliation": {"differences": ["write: 1 lost"]}})
